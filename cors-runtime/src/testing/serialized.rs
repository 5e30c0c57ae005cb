//! Origins as browsers serialize them.

use url::{Host, Url};

/// Panics where no browser would serialize an origin so: a test that is about it would pass for the wrong
/// reason.
#[track_caller]
pub(super) fn assert_serialized(origin: &str) {
    assert!(
        is_serialized(origin),
        "`{origin}` is not an origin as browsers send it: write scheme and host in lower case, as in \
         `https://app.example.com`, without a path or a slash; or `null`"
    );
}

/// Whether a text is a serialized origin: one of the web equals its own serialization; of others the host is
/// opaque.
fn is_serialized(origin: &str) -> bool {
    let Some((scheme, rest)) = origin.split_once("://") else {
        return origin == "null";
    };
    let Ok(url) = Url::parse(origin) else {
        return false;
    };
    if ["http", "https"].contains(&scheme) {
        let has_empty_label = match url.host() {
            Some(Host::Domain(host)) => {
                let labels = host.strip_suffix('.').unwrap_or(host);
                labels.split('.').any(str::is_empty)
            }
            _ => false,
        };
        return url.origin().ascii_serialization() == origin && !has_empty_label;
    }
    let no_pages = ["ws", "wss", "ftp"].contains(&scheme);
    let is_file = origin == "file://";
    let is_host = !rest.is_empty() && !rest.contains(['/', '?', '#', '@']);
    is_file || (url.as_str() == origin && is_host && !no_pages)
}
