//! What the attribute puts beside a handler.

use crate::{origins::Decider, policy::Policy, protocol::PolicyHeaders};

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

    /// Who decides: [`Itself`], or [`AType`].
    type Decides;

    /// The policy with its header values.
    fn headers() -> &'static PolicyHeaders;
}

/// The policy decides on origins by itself.
#[derive(Debug)]
pub enum Itself {}

/// A type decides on origins at run time, with the application's state.
#[derive(Debug)]
pub enum AType {}

/// A companion whose policy can be asked with the state `S`.
///
/// `#[cors]` implements it where `origins` names a type.
#[diagnostic::on_unimplemented(
    message = "the type in the `origins` of `{Self}` does not decide on origins with this state",
    label = "its policy cannot be asked",
    note = "implement `AllowOrigin<State>` for that type, where `State` is what `with_state` provides \
            (`()` without it); `OriginSet` asks for `OriginSet: FromRef<State>`"
)]
pub trait Decides<S> {
    /// The type, where there is one.
    fn decider() -> Option<Decider<S>>;
}

impl<A, S> Decides<S> for A
where
    A: Annotated<Decides = Itself>,
{
    fn decider() -> Option<Decider<S>> {
        None
    }
}
