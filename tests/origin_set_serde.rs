//! `OriginSet` in configuration files, with the feature `serde`.

use cors_runtime::OriginSet;
use serde::{Deserialize, Serialize};

#[derive(Debug, Deserialize, Serialize, PartialEq)]
struct Settings {
    #[serde(default)]
    origins: OriginSet,
}

#[test]
fn a_set_is_a_text_or_a_list_in_configuration() {
    for (json, expected) in [
        (
            r#"{"origins": "https://b.example, https://a.example\n"}"#,
            "https://a.example, https://b.example",
        ),
        (
            r#"{"origins": ["https://b.example", "https://a.example"]}"#,
            "https://a.example, https://b.example",
        ),
        (r#"{"origins": "*"}"#, "*"),
        (r#"{"origins": ["*"]}"#, "*"),
        (r#"{"origins": ""}"#, ""),
        (r#"{"origins": []}"#, ""),
        ("{}", ""),
    ] {
        let settings: Settings = serde_json::from_str(json).unwrap();
        assert_eq!(settings.origins.to_string(), expected, "{json}");
        let written = serde_json::to_string(&settings).unwrap();
        assert_eq!(written, format!(r#"{{"origins":"{expected}"}}"#));
        assert_eq!(
            serde_json::from_str::<Settings>(&written).unwrap(),
            settings
        );
    }
}

#[test]
fn a_wrong_entry_is_an_error_in_one_line() {
    for (json, expected) in [
        (
            r#"{"origins": "https://a.example/"}"#,
            "`https://a.example/` has a trailing slash, which no origin has; write `https://a.example` at \
             line 1 column 32",
        ),
        (
            r#"{"origins": ["https://a.example", "a.example"]}"#,
            "`a.example` has no scheme; write `https://a.example` at line 1 column 46",
        ),
        (
            r#"{"origins": 1}"#,
            "invalid type: integer `1`, expected origins, as one text with commas or as a list of texts at \
             line 1 column 13",
        ),
    ] {
        let error = serde_json::from_str::<Settings>(json).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
}

#[test]
fn formats_that_do_not_describe_themselves_read_what_was_written() {
    let origins: OriginSet = "https://a.example, https://*.b.example".parse().unwrap();
    let written = postcard::to_allocvec(&origins).unwrap();
    let read: OriginSet = postcard::from_bytes(&written).unwrap();
    assert_eq!(read, origins);
}
