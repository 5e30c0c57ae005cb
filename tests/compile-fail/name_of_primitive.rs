use cors_runtime::cors;

#[cors(methods = "GET")]
async fn str() -> &'static str {
    "text"
}

fn main() {
    let _: &str = "still a type";
}
