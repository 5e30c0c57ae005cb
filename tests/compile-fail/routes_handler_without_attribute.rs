use cors_runtime::routes;

async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
