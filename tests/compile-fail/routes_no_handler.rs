use cors_runtime::{cors, routes};

struct NoExtractor;

#[cors(methods = "GET")]
async fn items(_: NoExtractor) {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
