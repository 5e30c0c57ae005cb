use cors_runtime::{CorsRouter, cors};

#[cors(methods = "GET")]
async fn items() {}

fn main() {
    let _: CorsRouter = CorsRouter::new().route("/", items);
}
