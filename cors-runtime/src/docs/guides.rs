//! How it is done: one page for each task.

#[doc = include_str!("guides/my_request_fails.md")]
pub mod my_request_fails {}

#[doc = include_str!("guides/origins_from_configuration.md")]
pub mod origins_from_configuration {}

#[doc = include_str!("guides/single_page_application.md")]
pub mod single_page_application {}

#[doc = include_str!("guides/bearer_tokens.md")]
pub mod bearer_tokens {}

#[doc = include_str!("guides/sockets_and_events.md")]
pub mod sockets_and_events {}

#[doc = include_str!("guides/local_development.md")]
pub mod local_development {}

#[doc = include_str!("guides/behind_a_proxy.md")]
pub mod behind_a_proxy {}

#[doc = include_str!("guides/identity_providers.md")]
pub mod identity_providers {}

#[doc = include_str!("guides/openapi.md")]
pub mod openapi {}

#[doc = include_str!("guides/services.md")]
pub mod services {}

#[doc = include_str!("guides/grpc_web.md")]
pub mod grpc_web {}

#[doc = include_str!("guides/many_teams.md")]
pub mod many_teams {}

#[doc = include_str!("guides/observability.md")]
pub mod observability {}

#[doc = include_str!("guides/from_tower_http.md")]
pub mod from_tower_http {}
