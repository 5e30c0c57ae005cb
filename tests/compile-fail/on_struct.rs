use cors_runtime::cors;

#[cors(methods = "GET")]
struct Items;

fn main() {
    let _ = Items;
}
