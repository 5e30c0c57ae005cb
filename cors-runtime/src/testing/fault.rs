//! What is wrong with a header of a response.

use http::{HeaderMap, HeaderName};

/// A header of a response that is to blame, and for what: a sentence without its subject.
pub(super) struct Fault {
    pub(super) header: HeaderName,
    pub(super) reason: String,
}

impl Fault {
    /// What the response has of the header, and what is wrong with it.
    pub(super) fn new(headers: &HeaderMap, header: HeaderName, wrong: &str) -> Self {
        let reason = found(headers, &header) + wrong;
        Self { header, reason }
    }

    /// That the header's list lacks an item.
    pub(super) fn not_listed(headers: &HeaderMap, header: HeaderName, needed: &str) -> Self {
        Self::new(headers, header, &format!("; it has to list `{needed}`"))
    }
}

/// What a response has of a header.
fn found(headers: &HeaderMap, name: &HeaderName) -> String {
    let shown = written(name.as_str());
    let lines = headers.get_all(name).iter();
    let lines: Vec<_> = lines
        .map(|line| String::from_utf8_lossy(line.as_bytes()))
        .collect();
    match lines.len() {
        0 => format!("has no `{shown}`"),
        1 => format!("has `{shown}: {}`", lines.join("")),
        several => format!("has {several} lines `{shown}` (`{}`)", lines.join("`, `")),
    }
}

/// The name of a header as people write it.
fn written(name: &str) -> String {
    let words = name.split('-').map(|word| match word.split_at_checked(1) {
        Some((first, rest)) => first.to_ascii_uppercase() + rest,
        None => word.to_owned(),
    });
    words.collect::<Vec<_>>().join("-")
}
