//! Lists in one text: `"GET, POST"`.

use crate::Mistake;

/// The elements of a list: texts separated by a comma and then any number of spaces.
///
/// Any other whitespace, an empty element and the empty text are mistakes, each reported in place
/// of the element that has it. Whether an element is a method, a header name or an origin is for
/// the caller to say.
///
/// ```
/// use cors_grammar::list;
///
/// let methods: Result<Vec<_>, _> = list::elements("GET,  POST").collect();
/// assert_eq!(methods.unwrap(), ["GET", "POST"]);
/// assert!(list::elements("GET,,POST").any(|element| element.is_err()));
/// ```
pub fn elements(list: &str) -> impl Iterator<Item = Result<&str, Mistake>> {
    list.split(',').enumerate().map(move |(position, part)| {
        let element = match position {
            0 => part,
            _ => part.trim_start_matches(' '),
        };
        check(element, position + 1, list).map(|()| element)
    })
}

fn check(element: &str, number: usize, list: &str) -> Result<(), Mistake> {
    if list.is_empty() {
        return Err(Mistake::new(
            "the list is empty",
            "write at least one element, or leave the argument out",
        ));
    }
    let problem = if element.is_empty() {
        format!("element {number} of the list is empty")
    } else if element.contains(';') {
        format!(
            "element {number} of the list has a semicolon: {:?}",
            shown(element)
        )
    } else if element.contains(char::is_whitespace) {
        format!(
            "element {number} of the list has whitespace: {:?}",
            shown(element)
        )
    } else {
        return Ok(());
    };
    let help = if list.len() <= LONGEST_SHOWN {
        format!("write {}", corrected(list))
    } else {
        "write a comma and a space between two elements, and nothing else".to_owned()
    };
    Err(Mistake::new(problem, help))
}

/// The longest text that is shown in a message, in bytes: no origin is longer.
pub const LONGEST_SHOWN: usize = 400;

/// As much of a text as is shown.
pub fn shown(text: &str) -> &str {
    let mut end = text.len().min(LONGEST_SHOWN);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// The list as it was meant: its words in their order, a comma and a space between them. A semicolon
/// is in no element of any list.
fn corrected(list: &str) -> String {
    let words: Vec<_> = list
        .split(|c: char| matches!(c, ',' | ';') || c.is_whitespace())
        .filter(|word| !word.is_empty())
        .collect();
    if words.is_empty() {
        "at least one element".to_owned()
    } else {
        format!("`\"{}\"`", words.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comma_and_any_number_of_spaces_separate_elements() {
        for (list, expected) in [
            ("GET", &["GET"][..]),
            ("GET,POST", &["GET", "POST"]),
            ("GET, POST,   PUT", &["GET", "POST", "PUT"]),
        ] {
            let found: Vec<_> = elements(list).map(Result::unwrap).collect();
            assert_eq!(found, expected, "{list:?}");
        }
    }

    #[test]
    fn any_other_white_space_and_empty_elements_are_mistakes_that_say_what_to_write() {
        for (list, help) in [
            ("", "write at least one element, or leave the argument out"),
            (",", "write at least one element"),
            ("GET,", "write `\"GET\"`"),
            (",GET", "write `\"GET\"`"),
            ("GET,,POST", "write `\"GET, POST\"`"),
            ("GET ,POST", "write `\"GET, POST\"`"),
            (" GET", "write `\"GET\"`"),
            ("GET ", "write `\"GET\"`"),
            ("GET POST", "write `\"GET, POST\"`"),
            ("GET,\tPOST", "write `\"GET, POST\"`"),
            ("GET\u{a0},POST", "write `\"GET, POST\"`"),
        ] {
            let mistake = elements(list).find_map(Result::err);
            assert_eq!(mistake.map(|m| m.help).as_deref(), Some(help), "{list:?}");
        }
    }
}
