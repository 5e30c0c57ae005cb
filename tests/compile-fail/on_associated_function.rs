use cors_runtime::cors;

struct Api;

impl Api {
    #[cors(methods = "GET")]
    async fn items() {}
}

fn main() {
    let _ = Api::items();
}
