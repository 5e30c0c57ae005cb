use cors_runtime::{cors, routes};

#[cors(methods = "GET", origins = ["http://[0:0:0:0:0:0:0:1]", "http://[::ffff:1.2.3.4]", "http://[::g]"])]
async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
