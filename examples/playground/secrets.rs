//! What nobody should copy into a report: the values of cookies and of `Authorization`.

/// Lines of a head without what is secret in them.
pub(crate) fn without_secrets(mut lines: Vec<(String, String)>) -> Vec<(String, String)> {
    for (name, value) in &mut lines {
        *value = hidden(name, value);
    }
    lines
}

/// A header's value without what is secret in it.
fn hidden(name: &str, value: &str) -> String {
    match name {
        "cookie" => {
            let cookies = value.split("; ").map(cookie);
            cookies.collect::<Vec<_>>().join("; ")
        }
        "set-cookie" => match value.split_once(';') {
            Some((pair, attributes)) => format!("{};{attributes}", cookie(pair)),
            None => cookie(value),
        },
        "authorization" | "proxy-authorization" => match value.split_once(' ') {
            Some((scheme, _)) => format!("{scheme} …"),
            None => "…".to_owned(),
        },
        _ => value.to_owned(),
    }
}

fn cookie(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, _)) => format!("{name}=…"),
        None => "…".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_attributes_stay_and_values_go() {
        for (name, value, expected) in [
            ("cookie", "a=1; b=2", "a=…; b=…"),
            ("cookie", "nameless", "…"),
            (
                "set-cookie",
                "a=1; HttpOnly; Path=/",
                "a=…; HttpOnly; Path=/",
            ),
            ("set-cookie", "a=1", "a=…"),
            ("authorization", "Bearer abc", "Bearer …"),
            ("authorization", "abc", "…"),
            ("origin", "https://a.example", "https://a.example"),
        ] {
            assert_eq!(hidden(name, value), expected, "{name}: {value}");
        }
    }
}
