//! One origin in place of another, on the way to a service and back.

use axum::http::{
    HeaderMap, HeaderName, HeaderValue,
    header::{ACCESS_CONTROL_ALLOW_ORIGIN, ORIGIN, REFERER},
};
use url::Url;

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The origin that the page passes for, in place of its own.
pub(crate) struct Translation<'a> {
    /// The page's own origin.
    pub(crate) page: &'a str,
    pub(crate) chosen: &'a str,
}

impl Translation<'_> {
    /// Whether a request is the page's own. Only that one may pass for another's, else any site could.
    pub(crate) fn is_of(&self, request: &HeaderMap) -> bool {
        request
            .get(ORIGIN)
            .is_some_and(|origin| origin == self.page)
    }

    /// Has a request of the page pass for one of the chosen origin.
    pub(crate) fn to_service(&self, request: &mut HeaderMap, service: &Url) {
        let Ok(chosen) = HeaderValue::from_str(self.chosen) else {
            return;
        };
        request.insert(ORIGIN, chosen);
        let site = HeaderValue::from_static(site(self.chosen, service));
        request.insert(SEC_FETCH_SITE, site);
        let referer = HeaderValue::from_str(&format!("{}/", self.chosen));
        if let (true, Ok(referer)) = (request.contains_key(REFERER), referer) {
            request.insert(REFERER, referer);
        }
    }

    /// Has a response that allows the chosen origin allow the page, and one that allows the page allow it
    /// no more.
    pub(crate) fn to_page(&self, response: &mut HeaderMap) {
        let lines: Vec<_> = response
            .get_all(ACCESS_CONTROL_ALLOW_ORIGIN)
            .iter()
            .cloned()
            .collect();
        response.remove(ACCESS_CONTROL_ALLOW_ORIGIN);
        for line in lines {
            let other = match line.to_str() {
                Ok(origin) if origin == self.chosen => HeaderValue::from_str(self.page),
                Ok(origin) if origin == self.page => HeaderValue::from_str(self.chosen),
                _ => Ok(line.clone()),
            };
            response.append(ACCESS_CONTROL_ALLOW_ORIGIN, other.unwrap_or(line));
        }
    }
}

/// The value of `Sec-Fetch-Site` of a page's request to a service. Hosts are of one site where one is below the
/// other: this is not a list of public suffixes.
pub(crate) fn site(page: &str, service: &Url) -> &'static str {
    let Ok(page) = Url::parse(page) else {
        return "cross-site";
    };
    if page.origin() == service.origin() {
        return "same-origin";
    }
    let (Some(one), Some(other)) = (page.host_str(), service.host_str()) else {
        return "cross-site";
    };
    let below = |host: &str, base: &str| {
        host.strip_suffix(base)
            .is_some_and(|rest| rest.ends_with('.'))
    };
    let is_one = one == other || below(one, other) || below(other, one);
    if is_one && page.scheme() == service.scheme() {
        "same-site"
    } else {
        "cross-site"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRANSLATION: Translation<'_> = Translation {
        page: "http://localhost:3000",
        chosen: "https://app.example.com",
    };

    #[test]
    fn only_the_pages_own_requests_pass_for_the_chosen_origin() {
        for (origin, expected) in [
            ("http://localhost:3000", true),
            ("http://127.0.0.1:3000", false),
            ("https://app.example.com", false),
            ("null", false),
        ] {
            let request = HeaderMap::from_iter([(ORIGIN, HeaderValue::from_static(origin))]);
            assert_eq!(TRANSLATION.is_of(&request), expected, "{origin}");
        }
    }

    #[test]
    fn a_response_allows_the_page_exactly_where_it_allows_the_chosen_origin() {
        for (lines, expected) in [
            (
                &["https://app.example.com"][..],
                &["http://localhost:3000"][..],
            ),
            (&["http://localhost:3000"], &["https://app.example.com"]),
            (&["*"], &["*"]),
            (&["https://b.example"], &["https://b.example"]),
            (
                &["https://app.example.com", "*"],
                &["http://localhost:3000", "*"],
            ),
            (&[], &[]),
        ] {
            let lines = lines.iter().map(|line| {
                let line = HeaderValue::from_static(line);
                (ACCESS_CONTROL_ALLOW_ORIGIN, line)
            });
            let mut response: HeaderMap = HeaderMap::new();
            response.extend(lines);
            TRANSLATION.to_page(&mut response);
            let found: Vec<_> = response
                .get_all(ACCESS_CONTROL_ALLOW_ORIGIN)
                .iter()
                .collect();
            assert_eq!(found, expected);
        }
    }

    #[test]
    fn sites_are_told_as_a_browser_tells_them() {
        let service = Url::parse("https://api.example.com:8443").unwrap();
        for (page, expected) in [
            ("https://api.example.com:8443", "same-origin"),
            ("https://api.example.com", "same-site"),
            ("https://example.com", "same-site"),
            ("http://api.example.com", "cross-site"),
            ("https://evilexample.com", "cross-site"),
            ("null", "cross-site"),
        ] {
            assert_eq!(site(page, &service), expected, "{page}");
        }
    }
}
