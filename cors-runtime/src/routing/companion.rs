//! What the attribute puts beside a handler.

use std::any::type_name;

use crate::origins::Decider;

/// The companion of an annotated handler that is served with the state `S`: a type of the handler's
/// name, whose constant `CORS_POLICY_HAS_NO_EFFECT_UNLESS_ROUTED_BY_THE_ROUTES_MACRO` is the policy.
///
/// `#[cors]` implements it, and nothing else does.
#[diagnostic::on_unimplemented(
    message = "this handler has no `#[cors(…)]`, so `routes!` finds no policy for it",
    label = "no `#[cors(…)]` on this handler",
    note = "write `#[cors(methods = \"GET\")]` above its `async fn`",
    note = "without CORS, a plain router serves it by `get(…)`",
    note = "if it has the attribute, another type with its name is in scope, in the way of the one that the \
            attribute makes: rename one of the two"
)]
pub trait Annotated<S> {
    /// The type or the closure that decides on origins at run time, where there is one.
    fn decider() -> Option<Decider<S>> {
        None
    }
}

/// The companion, and what is implemented for it.
///
/// Where there is no room for a struct, in an `impl` or beside a module of its name, `rustc` speaks of one that
/// nobody has written, and names the macro that has made it: so the name of the macro explains the error.
#[doc(hidden)]
#[macro_export]
macro_rules! cors_makes_a_struct_beside_this_handler_so_move_it_out_of_an_impl_or_rename_it {
    ($visibility:vis struct $name:ident {} $($implementations:tt)*) => {
        #[doc(hidden)]
        $visibility struct $name {}

        $($implementations)*
    };
}

/// A handler whose companion is `A`.
///
/// What is asked of `A` is asked by way of the handler, since `rustc` does not ask it of one that it does
/// not find: that is one mistake, and no missing attribute.
pub trait AnnotatedBy<A, S> {
    /// What `A` says.
    fn decider() -> Option<Decider<S>>;
}

impl<H, A, S> AnnotatedBy<A, S> for H
where
    A: Annotated<S>,
{
    fn decider() -> Option<Decider<S>> {
        A::decider()
    }
}

/// What `routes!` finds where a handler has no companion, so that the error is about its attribute and
/// not about a type that no user has heard of.
///
/// `routes!` imports all that is here, and then the handler under the name `Companion`: whatever has
/// a type by the handler's name hides the one here.
pub mod unannotated {
    use crate::{
        policy::{Policy, policy},
        protocol::LocatedPolicy,
    };
    use cors_grammar::record::Record;

    /// In place of a companion.
    #[derive(Debug)]
    pub struct Companion {}

    const OPEN: Policy = policy(Record::UNSET);

    /// In place of the constant of a companion.
    pub trait PolicyForRoutes {
        /// Never read: [`Annotated`](super::Annotated) is missing then.
        const CORS_POLICY_HAS_NO_EFFECT_UNLESS_ROUTED_BY_THE_ROUTES_MACRO: LocatedPolicy =
            LocatedPolicy {
                policy: OPEN,
                location: None,
            };
    }

    impl<T> PolicyForRoutes for T {}
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
