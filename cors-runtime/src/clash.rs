//! Two handlers of a path that claim one method: an error of the compiler.

use crate::policy::Policy;

/// A handler's name, and its policy.
pub type Named<'a> = (&'a str, &'a Policy);

/// Panics, while the program is compiled, where a handler claims a method that one before it
/// claims as well; for a constant of the expansion of `routes!`.
///
/// `HEAD` beside `GET` is no clash, nor is `"*"` beside others: it takes what they leave.
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
        if let Some(method) = policy.method_set().clash(handler.1.method_set()) {
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

/// A text put together in a constant, where nothing can be allocated. What does not fit is left
/// out.
struct Message {
    bytes: [u8; 512],
    len: usize,
}

impl Message {
    const fn new() -> Self {
        Self {
            bytes: [0; 512],
            len: 0,
        }
    }

    const fn push(mut self, text: &str) -> Self {
        if text.len() <= self.bytes.len() - self.len {
            let (_, rest) = self.bytes.split_at_mut(self.len);
            let (place, _) = rest.split_at_mut(text.len());
            place.copy_from_slice(text.as_bytes());
            self.len += text.len();
        }
        self
    }

    const fn as_str(&self) -> &str {
        match str::from_utf8(self.bytes.split_at(self.len).0) {
            Ok(text) => text,
            Err(_) => "",
        }
    }
}
