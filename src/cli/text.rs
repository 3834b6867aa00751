//! Texts of others on a terminal, and lines on stdout and stderr.
//!
//! A reader that has seen enough ends a command silently; a stderr that nobody reads ends nothing.
//! What callers sent may hold characters that move the cursor or turn the direction of writing: people see them, the
//! terminal does not.

use std::fmt::Display;
use std::io::{ErrorKind, Write, stderr, stdout};

use serde_json::Value;

use crate::failure::{Exit, Failure};
use crate::ops::FieldDifference;

/// Writes a line to stdout.
pub(super) fn line(text: &str) -> Result<(), Failure> {
    let mut out = stdout().lock();
    writeln!(out, "{text}").map_err(|error| not_written(&error))
}

/// Why stdout took no more: nobody reads it any more, or it can't be written.
pub(super) fn not_written(error: &std::io::Error) -> Failure {
    match error.kind() {
        ErrorKind::BrokenPipe => Failure::new(Exit::OutputClosed, "nobody reads the output any more"),
        _ => Failure::io("writing to stdout", error),
    }
}

/// Writes a line to stderr. Where nobody reads that there is nobody left to tell.
pub(super) fn tell(text: impl Display) {
    let _ = writeln!(stderr().lock(), "{text}");
}

/// The text with every character that would steer the terminal written as `\u{9b}`.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        if steers(character) {
            plain.extend(character.escape_unicode());
        } else {
            plain.push(character);
        }
    }
    plain
}

/// Control characters, and those that turn the direction of writing.
fn steers(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// `name: "Harbour" -> "Old Harbour"`
pub(super) fn difference(found: &FieldDifference) -> String {
    let side = |side: &Option<Value>| {
        side.as_ref().map_or("(nothing)".to_owned(), |value| plain(&value.to_string()))
    };
    format!("{}: {} -> {}", plain(&found.field), side(&found.before), side(&found.after))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nothing_that_was_sent_steers_the_terminal() {
        assert_eq!(plain("Zoë\u{9b}31m\u{1b}[2J\n\u{202e}"), "Zoë\\u{9b}31m\\u{1b}[2J\\u{a}\\u{202e}");
    }

    #[test]
    fn a_difference_is_one_line() {
        let found =
            FieldDifference { field: "a[x\ny].b".into(), before: None, after: Some(json!("c\nd\u{9b}")) };
        assert_eq!(difference(&found), "a[x\\u{a}y].b: (nothing) -> \"c\\nd\\u{9b}\"");
    }
}
