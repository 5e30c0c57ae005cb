//! axum's side: handlers, routes and layers, and the one way of a request through its policy.

mod companion;
mod cors_layer;
mod cors_layer_builder;
mod cors_router;
mod extract;
mod finished;
mod handler;
mod paths;
mod plain_part;
mod policy_path;
mod routes;
mod shared;
mod with_policy;

pub use companion::{Annotated, AnnotatedBy, unannotated};
pub use cors_layer::{CorsFuture, CorsLayer, CorsService};
pub use cors_layer_builder::CorsLayerBuilder;
pub use cors_router::CorsRouter;
pub use extract::OriginRejection;
pub use handler::ErasedHandler;
pub use routes::{Routes, add_function, add_handler, no_routes, routes_of};
