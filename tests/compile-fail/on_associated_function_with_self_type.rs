use axum::Json;
use cors_runtime::cors;

struct Item;

impl Item {
    #[cors(methods = "GET")]
    async fn first() -> Json<Self> {
        Json(Self)
    }
}

fn main() {
    let _ = Item::first();
}
