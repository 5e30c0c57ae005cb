use cors_runtime::cors;

struct Items;

impl Items {
    #[cors(methods = "GET")]
    async fn items(&self) {}
}

fn main() {
    let _ = Items.items();
}
