use cors_runtime::{cors, routes};

#[cors(methods = "*")]
async fn one() {}

#[cors(methods = "*")]
async fn other() {}

fn main() {
    let _: cors_runtime::Routes = routes!(one, other);
}
