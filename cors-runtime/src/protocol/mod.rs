//! From a policy and a request to the headers of the response: the CORS protocol, in `http`'s types.
//!
//! Nothing here knows what a router or a handler is.

mod endpoint;
mod enforce;
mod enter;
mod handler_policy;
mod policy_headers;
mod policy_location;
mod preflight;
mod refusal;
mod request_head;
mod requested;
mod response;
mod vary;

pub(crate) use endpoint::{Candidates, EndpointPolicies};
pub(crate) use enter::{Entry, OuterPolicy, Progress, enter};
pub use handler_policy::HandlerPolicy;
pub use policy_headers::PolicyHeaders;
pub use policy_location::{LocatedPolicy, PolicyLocation};
pub(crate) use preflight::is_preflight;
pub(crate) use request_head::RequestHead;
pub(crate) use response::ResponseContext;
