//! What the fuzzers found worth keeping, as regression tests: `fuzz/kept/` holds the inputs that
//! reach each part of the code, one a line, in hexadecimal.

#[path = "fuzz/checks.rs"]
mod checks;

/// The inputs of a file of `fuzz/kept/`.
fn inputs(text: &str) -> impl Iterator<Item = Vec<u8>> {
    text.lines().map(|line| {
        let digits =
            |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
        line.as_bytes().chunks(2).map(digits).collect()
    })
}

#[test]
fn every_kept_text_keeps_the_promises_of_the_grammar() {
    let mut count = 0;
    for input in inputs(include_str!("fuzz/kept/origin.hex")) {
        checks::origin(std::str::from_utf8(&input).unwrap());
        count += 1;
    }
    assert!(count > 100, "{count} inputs");
}

#[test]
fn every_kept_request_keeps_the_promises_of_the_response() {
    let mut count = 0;
    for input in inputs(include_str!("fuzz/kept/response.hex")) {
        checks::response(&input);
        count += 1;
    }
    assert!(count > 100, "{count} inputs");
}
