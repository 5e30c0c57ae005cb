use cors_runtime::{cors, routes};

#[cors(methods = "GET")]
fn items() -> std::future::Ready<()> {
    std::future::ready(())
}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
