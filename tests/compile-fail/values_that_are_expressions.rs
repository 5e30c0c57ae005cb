use cors_runtime::cors;

#[cors(methods = &["GET", "POST"])]
async fn reference() {}

#[cors(methods = ("GET", "POST"))]
async fn tuple() {}

#[cors(methods = vec!["GET"])]
async fn vector() {}

#[cors(methods = GET | POST)]
async fn pipes() {}

#[cors(methods = *)]
async fn star() {}

#[cors(methods = "GET", max_age = 10 * 60)]
async fn product() {}

#[cors(methods = "GET", max_age = Duration::from_secs(600))]
async fn duration() {}

#[cors(methods = "GET", origins = std::env::var("ORIGINS").unwrap())]
async fn environment() {}

#[cors(methods = "GET", origins = env!("ORIGINS"))]
async fn environment_at_build() {}

#[cors(methods = "GET", origins = concat!("https://", "a.example"))]
async fn concatenated() {}

#[cors(methods = "GET", origins = ["https://a.example", env!("ORIGIN"),, 5])]
async fn elements() {}

#[cors(methods = "GET", origins = if true { "*" } else { "" })]
async fn branches() {}

fn main() {}
