//! Who asks: a request's origin, and the origins that are known at run time.

mod allow_origin;
mod decide;
mod origin;
mod origin_set;
#[cfg(feature = "serde")]
mod serde;
mod state;

pub use allow_origin::AllowOrigin;
pub use decide::{Decider, decided_by, decided_by_set};
pub(crate) use decide::{DecisionFuture, Verdict};
pub use origin::{Origin, OriginError};
pub use origin_set::OriginSet;
pub(crate) use origin_set::RefusedEntry;
pub use state::Is;
pub(crate) use state::NoState;
