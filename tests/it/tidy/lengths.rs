//! Lengths as a ratchet: nothing may get longer than the longest of today. Who shortens that by a quarter is told
//! to lower the number.
//!
//! Functions are found by their indentation, so only formatted code is measured rightly.

use super::source::{Source, sources};

/// The longest file of the program, and of the tests.
const FILE_LINES_MAX: usize = 366;
const TEST_FILE_LINES_MAX: usize = 505;
/// The longest function of the program, signature and braces included, and of the tests.
const FUNCTION_LINES_MAX: usize = 58;
const TEST_FUNCTION_LINES_MAX: usize = 64;

/// Name and lines of every function; one inside another counts for itself and for the outer one.
fn functions(text: &str) -> Vec<(String, usize)> {
    let lines: Vec<_> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some(name) = function_name(line) else { continue };
        let indent = &line[..line.len() - line.trim_start().len()];
        if line.ends_with(';') || line.ends_with('}') {
            found.push((name, 1));
            continue;
        }
        let is_end = |line: &&str| {
            line.strip_prefix(indent)
                .is_some_and(|rest| rest == "}" || rest.starts_with(')') && rest.ends_with(';'))
        };
        let length = lines[at..].iter().position(is_end).map_or(1, |end| end + 1);
        found.push((name, length));
    }
    found
}

fn function_name(line: &str) -> Option<String> {
    let mut rest = line.trim_start();
    for word in ["pub(crate) ", "pub(super) ", "pub ", "const ", "async "] {
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    let name = rest.strip_prefix("fn ")?;
    let end = name.find(|character: char| !(character.is_alphanumeric() || character == '_'))?;
    Some(name[..end].to_owned())
}

/// The lines of a file that belong to the program, and those of tests.
fn parts(source: &Source) -> (String, String) {
    if source.is_test() {
        return (String::new(), source.text.clone());
    }
    let start = source.text.find("#[cfg(test)]\nmod tests {").unwrap_or(source.text.len());
    let (program, tests) = source.text.split_at(start);
    (program.to_owned(), tests.to_owned())
}

/// The longest and where it is.
fn longest(lengths: impl Iterator<Item = (usize, String)>) -> (usize, String) {
    lengths.max().unwrap_or_default()
}

#[track_caller]
fn check(what: &str, found: (usize, String), max: usize) {
    let (lines, place) = found;
    assert!(lines <= max, "{place}: {lines} lines; the longest {what} may have {max}");
    let slack = max / 4;
    assert!(
        lines + slack >= max,
        "the longest {what} has {lines} lines now ({place}): lower the ratchet of {max}"
    );
}

#[test]
fn no_file_and_no_function_is_longer_than_the_longest_of_today() {
    let sources = sources(&["src", "tests", "benches"]);
    let (mut program, mut tests) = (Vec::new(), Vec::new());
    for source in &sources {
        let (own, of_tests) = parts(source);
        program.extend(
            functions(&own).into_iter().map(|(name, lines)| (lines, format!("{} in {}", name, source.path))),
        );
        tests.extend(
            functions(&of_tests)
                .into_iter()
                .map(|(name, lines)| (lines, format!("{} in {}", name, source.path))),
        );
    }
    assert!(program.len() > 700 && tests.len() > 300, "{} and {} functions", program.len(), tests.len());
    let files = |of_tests: bool| {
        let of_kind = sources.iter().filter(move |source| source.is_test() == of_tests);
        longest(of_kind.map(|source| (source.text.lines().count(), source.path.clone())))
    };
    check("function of the program", longest(program.into_iter()), FUNCTION_LINES_MAX);
    check("function of the tests", longest(tests.into_iter()), TEST_FUNCTION_LINES_MAX);
    check("file of the program", files(false), FILE_LINES_MAX);
    check("file of tests", files(true), TEST_FILE_LINES_MAX);
}

#[test]
fn functions_are_measured_from_signature_to_brace() {
    let text = "impl A {\n    pub(super) const fn a(\n        b: u8,\n    ) {\n        c(|| {\n        });\n    }\n\n    fn d() {}\n}\nfn e() {\n}\n";
    let found: Vec<_> = functions(text).into_iter().map(|(name, lines)| format!("{name} {lines}")).collect();
    assert_eq!(found, ["a 6", "d 1", "e 2"]);
}
