//! What `#[cors]` says, as data.

mod const_message;
mod debug;
mod method_conflict;
#[expect(
    clippy::module_inception,
    reason = "the room is named for what is in it"
)]
mod policy;
mod setters;
mod validate;

pub use method_conflict::{Named, assert_no_clash};
pub(crate) use policy::Origins;
pub use policy::{OriginList, Policy};
pub use validate::assert_sound_base;
pub(crate) use validate::{assert_sound, is_sound};
