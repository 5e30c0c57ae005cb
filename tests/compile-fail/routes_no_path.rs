use cors_runtime::routes;

fn main() {
    let _: cors_runtime::Routes = routes!(|| async {});
}
