//! Hosts, as a browser serializes them.

use std::{
    fmt::{self, Write},
    net::{Ipv4Addr, Ipv6Addr},
};

use crate::punycode;

/// The longest host that the domain name system knows, in bytes.
pub(crate) const LONGEST_HOST: usize = 253;

/// The longest label of a host, in bytes (RFC 1035, section 2.3.4).
pub(crate) const LONGEST_LABEL: usize = 63;

/// Whether a text is the host of an `http` or `https` origin, as a browser serializes it: an
/// IPv4 address as four decimals, an IPv6 address in brackets in its shortest form, or a domain
/// in lower case and Punycode, with or without a trailing dot.
pub(crate) fn is_web_host(host: &str) -> bool {
    is_ipv6(host) || is_ipv4(host) || (is_domain(host) && !ends_in_number(host))
}

/// Whether a text is a host of a scheme that is not of the web: opaque to browsers, and sent as its program
/// writes it (URL standard, *opaque-host parser*; `*`, `,` and `;`, which lists and patterns need, aside).
pub(crate) fn is_opaque_host(host: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~%!$&'()+=".contains(&byte);
    is_ipv6(host) || (!host.is_empty() && host.len() <= LONGEST_HOST && host.bytes().all(is_plain))
}

/// Whether a text is made of labels that a browser leaves as they are.
pub(crate) fn is_domain(host: &str) -> bool {
    let labels = host.strip_suffix('.').unwrap_or(host);
    host.len() <= LONGEST_HOST && labels.split('.').all(is_label)
}

/// Whether a text is a label: lower-case letters, digits, `-` and `_`, and where it is Punycode,
/// something that decodes.
pub(crate) fn is_label(label: &str) -> bool {
    !label.is_empty()
        && label.len() <= LONGEST_LABEL
        && label.bytes().all(is_label_byte)
        && (!punycode::is_marked(label) || punycode::is_valid(label))
}

pub(crate) fn is_label_byte(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_')
}

/// Whether the last label is a number: then the host is an IPv4 address or nothing (URL standard, *ends in a
/// number checker*).
pub(crate) fn ends_in_number(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    let last = host.rsplit('.').next().unwrap_or(host);
    match last.strip_prefix("0x") {
        Some(digits) => digits.bytes().all(|byte| byte.is_ascii_hexdigit()),
        None => !last.is_empty() && last.bytes().all(|byte| byte.is_ascii_digit()),
    }
}

pub(crate) fn is_ipv4(host: &str) -> bool {
    // Four decimals without leading zeros are all that `FromStr` takes.
    host.parse::<Ipv4Addr>().is_ok()
}

/// Whether a text is an IPv6 address in brackets, in the one form that browsers write.
pub(crate) fn is_ipv6(host: &str) -> bool {
    let address = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let Some(address) = address else { return false };
    match address.parse::<Ipv6Addr>() {
        Ok(parsed) => {
            let mut rest = Remaining(address);
            write_ipv6(parsed, &mut rest).is_ok() && rest.0.is_empty()
        }
        Err(_) => false,
    }
}

/// Writes an IPv6 address as browsers do (URL standard, *IPv6 serializer*): in contrast to
/// `Display`, an address that maps IPv4 is written in hexadecimal too.
pub(crate) fn write_ipv6(address: Ipv6Addr, out: &mut impl Write) -> fmt::Result {
    let segments = address.segments();
    let (start, len) = longest_zeros(segments);
    for (position, segment) in segments.iter().enumerate() {
        if len > 0 && (start..start + len).contains(&position) {
            if position == start {
                out.write_str("::")?;
            }
            continue;
        }
        if position > 0 && (len == 0 || position != start + len) {
            out.write_char(':')?;
        }
        write!(out, "{segment:x}")?;
    }
    Ok(())
}

/// Where the first of the longest runs of two or more zeros begins, and its length; a length of 0
/// where there is none.
fn longest_zeros(segments: [u16; 8]) -> (usize, usize) {
    let run = |start: usize| segments.iter().skip(start).take_while(|s| **s == 0).count();
    let runs = (0..8).map(|start| (start, run(start)));
    let longest = runs.fold(
        (0, 1),
        |best, other| if other.1 > best.1 { other } else { best },
    );
    if longest.1 > 1 { longest } else { (0, 0) }
}

/// Takes what is written off the front of a text, and fails where it is something else.
struct Remaining<'a>(&'a str);

impl Write for Remaining<'_> {
    fn write_str(&mut self, written: &str) -> fmt::Result {
        self.0 = self.0.strip_prefix(written).ok_or(fmt::Error)?;
        Ok(())
    }
}

/// Whether a host is the machine itself to every browser: `localhost` and what lies under it,
/// 127.0.0.0/8 and `[::1]`.
pub(crate) fn is_loopback(host: &str) -> bool {
    host == "localhost"
        || host.ends_with(".localhost")
        || host == "[::1]"
        || host
            .parse::<Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_what_a_browser_serializes() {
        for (host, expected) in [
            ("example.com", true),
            ("localhost", true),
            ("a_b-.x--y", true),
            ("example.com.", true),
            ("xn--bcher-kva.example", true),
            ("xn--a.example", false),
            ("Example.com", false),
            ("bücher.example", false),
            ("", false),
            (".", false),
            ("a..b", false),
            (".a", false),
            ("a.b..", false),
            ("127.0.0.1", true),
            ("127.0.0.01", false),
            ("127.1", false),
            ("127.0.0.1.", false),
            ("256.0.0.1", false),
            ("1.2.3.4.5", false),
            ("a.0x1", false),
            ("a.0xg", true),
            ("a.0x", false),
            ("a.09", false),
            ("a.1b", true),
            ("1a.b", true),
            ("7up", true),
            ("3f4a9c1b2d7e", true),
            ("my.2nd", true),
            ("my.2nd.", true),
            ("7", false),
            ("[::1]", true),
            ("[::]", true),
            ("[1::]", true),
            ("[0:0:0:0:0:0:0:1]", false),
            ("[2001:db8::1]", true),
            ("[2001:DB8::1]", false),
            ("[2001:db8:0:1::1]", true),
            ("[2001:0db8::1]", false),
            ("[1:0:2::3]", true),
            ("[1:0:2:3:4:5:6:7]", true),
            ("[1::2:3:4:5:6:7]", false),
            ("[1:0:0:2:0:0:0:3]", false),
            ("[1:0:0:2::3]", true),
            ("[::ffff:102:304]", true),
            ("[::ffff:1.2.3.4]", false),
            ("[::1", false),
            ("::1", false),
            ("[fe80::1%25eth0]", false),
        ] {
            assert_eq!(is_web_host(host), expected, "{host}");
        }
    }

    #[test]
    fn lengths_are_those_of_the_domain_name_system() {
        let label = "a".repeat(LONGEST_LABEL);
        assert!(is_domain(&label));
        assert!(!is_domain(&format!("{label}a")));
        let host = format!("{label}.{label}.{label}.{}", "a".repeat(61));
        assert_eq!(host.len(), LONGEST_HOST);
        assert!(is_domain(&host));
        assert!(!is_domain(&format!("{host}a")));
    }

    #[test]
    fn loopback_is_the_machine_itself() {
        for host in [
            "localhost",
            "app.localhost",
            "127.0.0.1",
            "127.9.9.9",
            "[::1]",
        ] {
            assert!(is_loopback(host), "{host}");
        }
        for host in [
            "localhost.example",
            "evillocalhost",
            "128.0.0.1",
            "0.0.0.0",
            "[::]",
        ] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
