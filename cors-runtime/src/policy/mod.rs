//! What `#[cors]` says, as data.

mod check;
mod const_message;
mod debug;
mod method_conflict;
#[expect(
    clippy::module_inception,
    reason = "the room is named for what is in it"
)]
mod policy;
mod policy_error;

pub(crate) use check::assert_origins_named;
pub use check::{assert_complete, assert_policy};
pub use method_conflict::{Named, assert_no_clash};
pub use policy::{Policy, policy, policy_over};
pub use policy_error::PolicyError;
