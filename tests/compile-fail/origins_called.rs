use cors_runtime::{OriginSet, cors, routes};

#[cors(methods = "GET", origins = OriginSet::default())]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
