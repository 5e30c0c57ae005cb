#![forbid(unused)]

use cors_runtime::{cors, routes};

async fn items() {}

#[cors(methods = "POST")]
async fn add() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
    let _: cors_runtime::Routes = routes!(add, items);
}
