//! What a text that is no origin was probably meant to be.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::{
    host,
    origin::{Origin, Parts},
    pattern::Pattern,
};

/// The text as it was probably meant, where that can be computed.
pub(crate) fn corrected(text: &str) -> Option<String> {
    let text: String = text
        .chars()
        .filter(|c| !c.is_whitespace() && !c.is_control())
        .collect();
    let text = text.to_ascii_lowercase();
    let (scheme, rest) = text
        .split_once("://")
        .unwrap_or(("", text.trim_start_matches('/')));
    let authority = rest.split(['/', '?', '#']).next()?;
    let authority = authority.rsplit('@').next()?;
    let Parts { host, port, .. } = Parts::of_rest(scheme, authority)?;
    let scheme = match scheme {
        // A page of the machine itself is rarely on `https`.
        "" if host::is_loopback(host) => "http",
        "" => "https",
        scheme => scheme,
    };
    let host = corrected_host(scheme, host)?;
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

fn corrected_host(scheme: &str, host: &str) -> Option<String> {
    let host = host.strip_suffix('.').unwrap_or(host);
    let base = host.strip_prefix("*.").unwrap_or(host);
    if let Some(address) = base.strip_prefix('[') {
        let address: Ipv6Addr = address.strip_suffix(']')?.parse().ok()?;
        let mut written = String::from("[");
        host::write_ipv6(address, &mut written).ok()?;
        written.push(']');
        return Some(written);
    }
    Some(match corrected_ipv4(base) {
        Some(address) if matches!(scheme, "http" | "https") => address.to_string(),
        _ => host.to_owned(),
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
