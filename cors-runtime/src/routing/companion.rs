//! What the attribute puts beside a handler.

use std::any::type_name;

use crate::{origins::Decider, policy::Policy, protocol::PolicyHeaders};

/// The companion of an annotated handler: a type of the handler's name that carries its policy.
///
/// `#[cors]` implements it, and nothing else does.
#[diagnostic::on_unimplemented(
    message = "`routes!` found the type `{Self}`, and no handler of that name with `#[cors(…)]`",
    label = "no handler with `#[cors(…)]`",
    note = "write `#[cors(methods = \"GET\")]` on the handler, and give a type of its name another one"
)]
pub trait Annotated {
    /// What the attribute says.
    const POLICY: Policy;

    /// Who decides: [`StaticOrigins`], or [`DynamicOrigins`].
    type Decides;

    /// The policy with its header values.
    fn headers() -> &'static PolicyHeaders;
}

/// The policy decides on origins by itself.
#[derive(Debug)]
pub enum StaticOrigins {}

/// A type decides on origins at run time, with the application's state.
#[derive(Debug)]
pub enum DynamicOrigins {}

/// A companion whose policy can be asked with the state `S`.
///
/// `#[cors]` implements it where `origins` names a type.
#[diagnostic::on_unimplemented(
    message = "the type in the `origins` of `{Self}` does not implement `AllowOrigin` for this state",
    label = "its policy cannot be asked",
    note = "write `impl AllowOrigin<App> for …`, with `async fn allows(origin: &Origin, parts: &Parts, app: &App) \
            -> bool`; `App` is the type given to `with_state` (`()` without it)"
)]
pub trait Decides<S> {
    /// The type, where there is one.
    fn decider() -> Option<Decider<S>>;
}

impl<A, S> Decides<S> for A
where
    A: Annotated<Decides = StaticOrigins>,
{
    fn decider() -> Option<Decider<S>> {
        None
    }
}

/// Panics where a handler and its companion are not of one item: a glob import brings the type, and the
/// function of that name beside it has no attribute, so that it would be served under somebody else's
/// policy.
///
/// Rust does not specify the names of types. So a known pair is compared first, and where that fails
/// the check is left out.
#[track_caller]
pub(crate) fn assert_one_item<A, H>() {
    let (companion, handler) = (type_name::<A>(), type_name::<H>());
    assert!(
        !names_tell_items() || is_of_item(handler, companion),
        "`routes!` found the handler `{handler}`, and the policy of `{companion}`: the two have one name, and \
         are not one item. Write `#[cors(…)]` on the handler, or name the other with its path",
    );
}

/// Whether the name of a function is that of its item, or that with generic arguments.
fn is_of_item(handler: &str, companion: &str) -> bool {
    let arguments = handler.strip_prefix(companion);
    arguments.is_some_and(|arguments| arguments.is_empty() || arguments.starts_with('<'))
}

/// Whether the names of this compiler are such that items can be told by them.
fn names_tell_items() -> bool {
    #[allow(non_camel_case_types)]
    struct known {}
    fn known<T>() {}
    fn name_of<F>(_: F) -> &'static str {
        type_name::<F>()
    }
    is_of_item(name_of(known::<u8>), type_name::<known>())
}
