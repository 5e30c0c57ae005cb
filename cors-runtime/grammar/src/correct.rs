//! What a text that is not an origin was probably meant to be.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::{
    host,
    origin::{Origin, Parts, is_web},
    pattern::Pattern,
};

/// The text as it was probably meant, where that can be computed; never a host that the text does not
/// name.
pub(crate) fn corrected(text: &str) -> Option<String> {
    let text = text.trim();
    if text.contains(|c: char| c.is_whitespace() || c.is_control()) {
        return None;
    }
    let (scheme, rest) = match text.split_once("://") {
        Some((scheme, rest)) => (scheme, rest.trim_start_matches('/')),
        None => written_scheme(text).unwrap_or(("", text.trim_start_matches('/'))),
    };
    let scheme = scheme.to_ascii_lowercase();
    let authority = rest.split(['/', '?', '#']).next()?;
    let authority = authority.rsplit('@').next()?;
    let Parts { host, port, .. } = Parts::of_rest(&scheme, authority)?;
    let lower = host.to_ascii_lowercase();
    let scheme = match scheme.as_str() {
        // A page of the machine itself is rarely on `https`.
        "" if host::is_loopback(&lower) => "http",
        // One word may be anything.
        "" if !host.contains(['.', ':']) => return None,
        "" => "https",
        "ws" => "http",
        "wss" | "ftp" => "https",
        scheme => scheme,
    };
    // Nothing says which case an opaque host has.
    let host = if is_web(scheme) {
        corrected_host(&lower)?
    } else {
        host.to_owned()
    };
    let port = match port.map(|port| port.trim_start_matches('0')) {
        None | Some("") => None,
        Some(port) if Origin::default_port(scheme).is_some_and(|d| d.to_string() == port) => None,
        Some(port) => Some(port),
    };
    let corrected = match port {
        Some(port) => format!("{scheme}://{host}:{port}"),
        None => format!("{scheme}://{host}"),
    };
    Pattern::recognise(&corrected)
        .is_some()
        .then_some(corrected)
}

/// The scheme of the web that a text begins with, though not with `://` behind it, and what follows.
pub(crate) fn written_scheme(text: &str) -> Option<(&str, &str)> {
    let (scheme, rest) = text.split_once(':')?;
    let known = ["http", "https", "ws", "wss"];
    let known = known.iter().any(|known| scheme.eq_ignore_ascii_case(known));
    // What follows a colon alone may be a port.
    let is_port = rest.bytes().all(|byte| byte.is_ascii_digit());
    (known && !is_port).then(|| (scheme, rest.trim_start_matches('/')))
}

/// A host whose first label has a `*` without the dot or the hyphen that belongs to it.
fn corrected_pattern(host: &str) -> Option<String> {
    let (label, below) = host.split_once('.')?;
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if let Some(word) = label.strip_prefix('*').filter(|word| is_word(word)) {
        return Some(format!("*.{word}.{below}"));
    }
    let word = label.strip_suffix('*').filter(|word| is_word(word))?;
    Some(format!("{word}-*.{below}"))
}

fn corrected_host(host: &str) -> Option<String> {
    let host = host.strip_suffix('.').unwrap_or(host);
    if let Some(pattern) = corrected_pattern(host) {
        return Some(pattern);
    }
    let base = host.strip_prefix("*.").unwrap_or(host);
    if let Some(address) = base.strip_prefix('[') {
        let address: Ipv6Addr = address.strip_suffix(']')?.parse().ok()?;
        let mut written = String::from("[");
        host::write_ipv6(address, &mut written).ok()?;
        written.push(']');
        return Some(written);
    }
    Some(match corrected_ipv4(base) {
        Some(address) => address.to_string(),
        None => host.to_owned(),
    })
}

/// Reads an IPv4 address in any of the ways a browser does: with one to four parts, each in
/// decimal, octal or hexadecimal (URL standard, *IPv4 parser*).
pub(crate) fn corrected_ipv4(host: &str) -> Option<Ipv4Addr> {
    let parts: Option<Vec<u64>> = host.split('.').map(ipv4_part).collect();
    let parts = parts?;
    let (last, first) = parts.split_last()?;
    let mut address: u64 = 0;
    for part in first {
        address = (address << 8) | (*part <= 255).then_some(*part)?;
    }
    let last_bits = 32_u32.checked_sub(8 * u32::try_from(first.len()).ok()?)?;
    (first.len() < 4 && *last < 1 << last_bits).then_some(())?;
    let address = (address << last_bits) | last;
    Some(Ipv4Addr::from(u32::try_from(address).ok()?))
}

fn ipv4_part(part: &str) -> Option<u64> {
    let (digits, radix) = match part.as_bytes() {
        [b'0', b'x' | b'X', ..] => (part.split_at(2).1, 16),
        [b'0', _, ..] => (part.split_at(1).1, 8),
        _ => (part, 10),
    };
    let digits = if digits.is_empty() && radix == 16 {
        "0"
    } else {
        digits
    };
    u64::from_str_radix(digits, radix).ok()
}
