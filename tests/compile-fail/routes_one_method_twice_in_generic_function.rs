use cors_runtime::{Routes, cors, routes};

trait Repository: Clone + Send + Sync + 'static {}

#[cors(methods = "GET")]
async fn list<R: Repository>(_: axum::extract::State<R>) {}

#[cors(methods = "GET")]
async fn get() {}

fn app<R: Repository>() -> Routes<R> {
    routes!(list::<R>, get)
}

fn main() {}
