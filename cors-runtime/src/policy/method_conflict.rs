//! Two handlers of a path that claim one method: an error of the compiler.

use super::{const_message::Message, policy::Policy};

/// A handler's name, and its policy.
pub type Named<'a> = (&'a str, &'a Policy);

/// Panics, while the program is compiled, where a handler claims a method that one before it
/// claims as well; for a constant of the expansion of `routes!`.
///
/// `HEAD` beside `GET` is not a clash, nor is `"*"` beside others: it takes what they leave.
#[expect(
    clippy::indexing_slicing,
    clippy::panic,
    reason = "it runs in the compiler, and panics are how a constant reports"
)]
#[track_caller]
pub const fn assert_no_clash(handler: Named<'_>, others: &[Named<'_>]) {
    let mut i = 0;
    while i < others.len() {
        let (other, policy) = others[i];
        if let Some(method) = policy
            .record()
            .method_set()
            .clash(handler.1.record().method_set())
        {
            let message = Message::new()
                .push("`")
                .push(handler.0)
                .push("` and `")
                .push(other)
                .push("` both list the method `")
                .push(method)
                .push("`\nhelp: leave it to one of them");
            panic!("{}", message.as_str());
        }
        i += 1;
    }
}
