//! Public suffixes: names under which anyone may register one.

/// Whether the list is there to ask.
pub(crate) const IS_KNOWN: bool = cfg!(feature = "public-suffix");

/// Whether a pattern over the hosts below `base` can match under a public suffix: where `base` is
/// one, or where one lies anywhere below it, as `s3.amazonaws.com` does below `amazonaws.com`.
///
/// Without the feature `public-suffix` nothing knows, and the answer is yes.
#[cfg(not(feature = "public-suffix"))]
pub(crate) fn reaches(_base: &str) -> bool {
    true
}

/// Whether a pattern over the hosts below `base` can match under a public suffix: where `base` is
/// one, or where one lies anywhere below it, as `s3.amazonaws.com` does below `amazonaws.com`.
#[cfg(feature = "public-suffix")]
pub(crate) fn reaches(base: &str) -> bool {
    use std::cell::Cell;

    use psl::Psl;

    // The search takes a label below `base` only where the list has rules there.
    let asked_below = Cell::new(false);
    let labels = base
        .rsplit('.')
        .map(str::as_bytes)
        .chain(std::iter::from_fn(|| {
            asked_below.set(true);
            None
        }));
    psl::List.find(labels).len >= base.len() || asked_below.get()
}

#[cfg(all(test, feature = "public-suffix"))]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_reaches_a_public_suffix_at_its_base_or_anywhere_below() {
        for base in [
            "com",
            "co.uk",
            "uk",
            "github.io",
            "io",
            "ck",
            "foo.ck",
            "amazonaws.com",
            "kawasaki.jp",
            "xn--p1ai",
            "xn--55qx5d.cn",
            "internal",
        ] {
            assert!(reaches(base), "{base}");
        }
        for base in [
            "example.com",
            "example.co.uk",
            "me.github.io",
            "www.ck",
            "xn--e1afmkfd.xn--p1ai",
        ] {
            assert!(!reaches(base), "{base}");
        }
    }
}
