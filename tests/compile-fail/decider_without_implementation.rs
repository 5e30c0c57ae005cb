use cors_runtime::{CorsRouter, cors, routes};

struct Tenants;

#[cors(methods = "GET", origins = Tenants)]
async fn items() {}

fn main() {
    let _: CorsRouter<()> = CorsRouter::new().route("/", routes!(items));
}
