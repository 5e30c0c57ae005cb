//! A policy in the words of its arguments, for people.

use std::fmt;

use cors_grammar::{
    pattern::Hazards,
    record::{Enforce, Origins, Record},
};

use super::policy::Policy;

impl fmt::Debug for Policy {
    /// The policy as [`policy!`](crate::policy) would say it, in one line; with `{:#?}`, an argument a
    /// line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arguments = self.arguments();
        if f.alternate() {
            f.write_str("policy!(\n")?;
            for argument in &arguments {
                writeln!(f, "    {argument},")?;
            }
            f.write_str(")")
        } else {
            write!(f, "policy!({})", arguments.join(", "))
        }
    }
}

impl Policy {
    /// What is written, in the order of the attribute's documentation. Lists of origins have lost
    /// their own order.
    fn arguments(&self) -> Vec<String> {
        // Without `..`, so that a new argument cannot be forgotten.
        let Record {
            methods,
            origins,
            open,
            credentials,
            allow_headers,
            expose_headers,
            max_age,
            debug_max_age,
            debug_origins,
            enforce,
            vouched:
                Hazards {
                    insecure,
                    public_suffix,
                    any_port,
                    any_host,
                    // No word vouches for it.
                    file: _,
                },
        } = *self.record();
        let text = |name: &str, value: &str| format!("{name} = {value:?}");
        let flag = |name: &str, value: bool| {
            if value {
                name.to_owned()
            } else {
                format!("{name} = false")
            }
        };
        let number = |name: &str, digits: &str| format!("{name} = {digits}");
        let danger = |name: &str, vouched: bool| vouched.then(|| name.to_owned());
        let arguments = [
            methods.map(|methods| text("methods", methods.text)),
            origins.map(|origins| match origins {
                Origins::Elsewhere => "origins = _".to_owned(),
                Origins::Every => text("origins", "*"),
                Origins::Listed(list) if list.sorted.is_empty() => "origins = []".to_owned(),
                Origins::Listed(list) => text("origins", &list.sorted.join(", ")),
                Origins::Decided => "origins = /* a type */".to_owned(),
            }),
            open.then(|| "open".to_owned()),
            credentials.map(|allowed| flag("credentials", allowed)),
            allow_headers.map(|names| match names {
                "" => "allow_headers = []".to_owned(),
                names => text("allow_headers", names),
            }),
            expose_headers.map(|names| text("expose_headers", names)),
            max_age.map(|age| number("max_age", age.digits)),
            debug_max_age.map(|age| number("debug_max_age", age.digits)),
            debug_origins.map(|list| text("debug_origins", &list.sorted.join(", "))),
            enforce.map(|enforce| match enforce {
                Enforce::Off => flag("enforce", false),
                Enforce::Report => text("enforce", "report"),
                Enforce::On => flag("enforce", true),
            }),
            danger("danger_insecure_origins", insecure),
            danger("danger_public_suffix", public_suffix),
            danger("danger_any_port", any_port),
            danger("danger_any_host", any_host),
        ];
        arguments.into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::{Policy, policy};

    #[test]
    fn a_policy_shows_itself_as_it_is_written() {
        const EVERYTHING: Policy = policy!(
            methods = "GET, POST",
            origins = "https://b.example, http://a.example:*",
            credentials,
            allow_headers = "X-Token",
            expose_headers = "ETag",
            max_age = 600,
            enforce = false,
            danger_insecure_origins,
            danger_any_port,
        );
        const DEBUG: Policy = policy!(
            origins = _,
            debug_max_age,
            debug_origins = "http://localhost:*"
        );
        let debug = if cfg!(debug_assertions) {
            r#"policy!(origins = _, debug_max_age = 1, debug_origins = "http://localhost:*")"#
        } else {
            "policy!(origins = _)"
        };
        for (policy, expected) in [
            (policy!(), "policy!()"),
            (DEBUG, debug),
            (
                policy!(methods = "*", origins = "*"),
                r#"policy!(methods = "*", origins = "*")"#,
            ),
            (
                policy!(origins = [], enforce = "report"),
                r#"policy!(origins = [], enforce = "report")"#,
            ),
            (policy!(open), "policy!(open)"),
            (policy!(allow_headers = []), "policy!(allow_headers = [])"),
            (policy!(credentials = false), "policy!(credentials = false)"),
            (
                EVERYTHING,
                r#"policy!(methods = "GET, POST", origins = "http://a.example:*, https://b.example", credentials, allow_headers = "X-Token", expose_headers = "ETag", max_age = 600, enforce = false, danger_insecure_origins, danger_any_port)"#,
            ),
        ] {
            assert_eq!(format!("{policy:?}"), expected);
        }
        assert_eq!(
            format!("{:#?}", policy!(methods = "GET", max_age = 5)),
            "policy!(\n    methods = \"GET\",\n    max_age = 5,\n)",
        );
    }
}
