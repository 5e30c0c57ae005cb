use cors_runtime::{cors, policy};

#[cors(methods = )]
async fn no_value() {}

#[cors(methods = "GET", max_age =, credentials)]
async fn no_value_within() {}

#[cors(methods = "GET", ..)]
async fn no_base() {}

#[cors(methods = "GET", ..policy!(max_age = 5))]
async fn base_in_place() {}

#[cors(methods = "GET"; max_age = 5)]
async fn semicolon() {}

#[cors(GET, POST)]
async fn methods_alone() {}

#[cors(methods = "GET", path = "/items")]
async fn path() {}

#[cors(methods: "GET")]
async fn colon() {}

#[cors(methods = "GET", origins = |)]
async fn bar() {}

#[cors(methods = "GET", origins = |app: )]
async fn closure() {}

fn main() {}
