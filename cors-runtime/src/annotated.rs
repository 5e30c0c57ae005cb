//! What the attribute puts beside a handler.

use crate::{headers::PolicyHeaders, policy::Policy};

/// The companion of an annotated handler: a type of the handler's name that carries its policy.
///
/// `#[cors]` implements it, and nothing else does.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the companion of a handler with `#[cors(…)]`",
    label = "not annotated with `#[cors(…)]`",
    note = "write `#[cors(methods = \"…\")]` on the handler; `routes!` finds its policy by the handler's name"
)]
pub trait Annotated {
    /// What the attribute says.
    const POLICY: Policy;

    /// The policy with its header values.
    fn headers() -> &'static PolicyHeaders;
}
