//! The guide quotes what browsers say in their consoles: each quotation is looked for in the engine's own
//! files.

use std::{fs, path::Path};

use cors_tests::programs;
use memchr::memmem;

const GUIDE: &str = include_str!("../cors-runtime/src/docs/guides/my_request_fails.md");

/// What the guide has an engine say, by its letter. `…` is what differs from case to case.
fn quotations(letter: &str) -> Vec<&'static str> {
    let cells = GUIDE.lines().filter_map(|line| line.strip_prefix("| "));
    let cells = cells.filter_map(|row| row.split(" | ").next());
    let sayings = cells.flat_map(|cell| cell.split("<br>"));
    let sayings = sayings.filter_map(|saying| saying.strip_prefix(letter)?.strip_prefix(": `"));
    sayings
        .filter_map(|saying| saying.split('`').next())
        .collect()
}

fn speaks(letter: &str, program: &str, file: &str) {
    if !programs::available(program) {
        return;
    }
    let words = fs::read(Path::new(file)).unwrap();
    let quotations = quotations(letter);
    assert!(quotations.len() >= 8, "{letter}: {quotations:?}");
    for quotation in quotations {
        // Engines put shorter pieces together from anywhere.
        let pieces = quotation.split('…').filter(|piece| piece.len() > 8);
        assert!(pieces.clone().count() > 0, "{quotation:?} says too little");
        for piece in pieces {
            let found = memmem::find(&words, piece.as_bytes()).is_some();
            assert!(found, "{program} never says {piece:?}");
        }
    }
}

#[test]
fn chromium_says_what_the_guide_quotes() {
    speaks("C", "chromium", "/usr/lib/chromium/chromium");
}

#[test]
fn firefox_says_what_the_guide_quotes() {
    speaks("F", "firefox-esr", "/usr/lib/firefox-esr/omni.ja");
}

#[test]
fn webkit_says_what_the_guide_quotes() {
    let library = "/usr/lib/x86_64-linux-gnu/libwebkit2gtk-4.1.so.0";
    speaks("S", "WebKitWebDriver", library);
}
