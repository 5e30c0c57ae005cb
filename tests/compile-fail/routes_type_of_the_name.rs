use cors_runtime::routes;

#[allow(non_camel_case_types)]
struct items {}

async fn items() {}

fn main() {
    let _: cors_runtime::Routes = routes!(items);
}
