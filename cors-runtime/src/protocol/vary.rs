//! `Vary`: which request headers a cache must compare before it reuses a response.

use http::header::{HeaderMap, HeaderValue, VARY};

/// The request headers that a response was made from, among those the protocol reads.
///
/// When combined, the greater value's fields include the lesser's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Vary {
    /// None: the response is the same for every origin.
    Nothing,
    /// `Origin`.
    Origin,
    /// `Origin` and `Access-Control-Request-Method`.
    OriginAndMethod,
    /// `Origin` and `Access-Control-Request-Headers`.
    OriginAndHeaders,
    /// `Origin` and `Sec-Fetch-Site`.
    OriginAndSite,
    /// All three: what decides every answer to `OPTIONS`.
    AllThree,
}

impl Vary {
    /// The fields of a response that depends on `Origin`, and on what it copied besides.
    pub(super) fn origin_and(method: bool, headers: bool) -> Self {
        match (method, headers) {
            (false, false) => Self::Origin,
            (true, false) => Self::OriginAndMethod,
            (false, true) => Self::OriginAndHeaders,
            (true, true) => Self::AllThree,
        }
    }

    /// Adds the fields to those in `headers`, and joins all into one line.
    pub(super) fn add_to(self, headers: &mut HeaderMap) {
        // Constants, since a value that is built as the program runs is checked byte by byte.
        let fields = match self {
            Self::Nothing => return tidy(headers),
            Self::Origin => const { HeaderValue::from_static("Origin") },
            Self::OriginAndMethod => {
                const { HeaderValue::from_static("Origin, Access-Control-Request-Method") }
            }
            Self::OriginAndHeaders => {
                const { HeaderValue::from_static("Origin, Access-Control-Request-Headers") }
            }
            Self::OriginAndSite => const { HeaderValue::from_static("Origin, Sec-Fetch-Site") },
            Self::AllThree => {
                const {
                    HeaderValue::from_static(
                        "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
                    )
                }
            }
        };
        if headers.append(VARY, fields) {
            tidy(headers);
        }
    }
}

/// Joins the lines of `Vary` into one in which no field is named twice.
///
/// Some caches obey only the last line (nginx before 1.23). A field `*` makes the others
/// meaningless (RFC 9110, section 12.5.5), so they fall away beside it.
pub(super) fn tidy(headers: &mut HeaderMap) {
    // As many lines as names: no header has two. To know that is cheaper than a search.
    if headers.len() == headers.keys_len() {
        return;
    }
    let mut lines = headers.get_all(VARY).iter();
    let (Some(_), Some(_)) = (lines.next(), lines.next()) else {
        return;
    };
    let mut fields: Vec<&[u8]> = Vec::new();
    for field in headers.get_all(VARY).iter().flat_map(fields_of) {
        if !fields.iter().any(|known| known.eq_ignore_ascii_case(field)) {
            fields.push(field);
        }
    }
    let joined = if fields.contains(&&b"*"[..]) {
        b"*".to_vec()
    } else {
        fields.join(&b", "[..])
    };
    // Parts of header values with `, ` between them are a header value.
    if let Ok(joined) = HeaderValue::from_bytes(&joined) {
        headers.insert(VARY, joined);
    }
}

fn fields_of(line: &HeaderValue) -> impl Iterator<Item = &[u8]> {
    line.as_bytes()
        .split(|byte| *byte == b',')
        .map(<[u8]>::trim_ascii)
        .filter(|field| !field.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_there_is_kept_and_no_field_is_named_twice() {
        let all = "Origin, Access-Control-Request-Method, Access-Control-Request-Headers";
        for (lines, vary, expected) in [
            (&[][..], Vary::Nothing, &[][..]),
            (&[], Vary::Origin, &["Origin"]),
            (&[], Vary::OriginAndSite, &["Origin, Sec-Fetch-Site"]),
            (&["Accept", "Cookie"], Vary::Nothing, &["Accept, Cookie"]),
            (&[], Vary::AllThree, &[all]),
            (&["Accept"], Vary::Origin, &["Accept, Origin"]),
            (&["accept , ORIGIN"], Vary::Origin, &["accept, ORIGIN"]),
            (
                &["Accept", "Cookie,accept"],
                Vary::OriginAndMethod,
                &["Accept, Cookie, Origin, Access-Control-Request-Method"],
            ),
            (&["*"], Vary::AllThree, &["*"]),
            (&["Accept", "*"], Vary::Origin, &["*"]),
            (&[""], Vary::Origin, &["Origin"]),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(VARY, HeaderValue::from_static(line));
            }
            vary.add_to(&mut headers);
            let found: Vec<_> = headers.get_all(VARY).iter().collect();
            assert_eq!(found, expected, "{lines:?} {vary:?}");
        }
    }

    #[test]
    fn bytes_beyond_ascii_are_kept() {
        let mut headers = HeaderMap::new();
        headers.append(VARY, HeaderValue::from_bytes(b"\xff").unwrap());
        Vary::Origin.add_to(&mut headers);
        assert_eq!(headers[VARY].as_bytes(), b"\xff, Origin");
    }
}
