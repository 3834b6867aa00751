//! The page `docs/CONFORMANCE.md` and the tests are held to each other: every line has a test that exists, or a reason;
//! every test that is named after a line is on the page.
//!
//! Deliberately absent: whether a test proves its line.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// What a line that has no test begins its reason with.
const REASONS: [&str; 2] = ["Does not apply: ", "Not done: "];

struct Line {
    id: String,
    proof: String,
}

impl Line {
    /// The names of tests.
    fn tests(&self) -> Vec<&str> {
        if self.reason().is_some() { Vec::new() } else { self.proof.split('`').skip(1).step_by(2).collect() }
    }

    fn reason(&self) -> Option<&str> {
        REASONS.iter().find_map(|start| self.proof.strip_prefix(start))
    }
}

fn read(relative: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)).unwrap()
}

fn lines() -> Vec<Line> {
    let page = read("docs/CONFORMANCE.md");
    let rows = page
        .lines()
        .filter(|row| row.starts_with("| ") && !row.starts_with("| line") && !row.starts_with("| ---"));
    let line = |row: &str| {
        let cells: Vec<_> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        assert_eq!(cells.len(), 3, "{row}");
        assert!(cells[1].len() > 10, "{row}");
        Line { id: cells[0].to_owned(), proof: cells[2].to_owned() }
    };
    rows.map(line).collect()
}

/// The text of all files with this ending under a folder.
fn sources(folder: &str, ending: &str, into: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let path = format!("{folder}/{name}");
        if Path::new(env!("CARGO_MANIFEST_DIR")).join(&path).is_dir() {
            sources(&path, ending, into);
        } else if name.ends_with(ending) {
            into.push((path.clone(), read(&path)));
        }
    }
}

/// The functions behind a `#[test]` or `#[tokio::test]`, and the checks of the Python files, with their file.
fn tests() -> Vec<(String, String)> {
    let mut texts = Vec::new();
    sources("src", ".rs", &mut texts);
    sources("tests/it", ".rs", &mut texts);
    sources("tests/interop/schema", ".py", &mut texts);
    let mut found = Vec::new();
    for (path, text) in &texts {
        let rows: Vec<_> = text.lines().map(str::trim).collect();
        for pair in rows.windows(2) {
            let is_test = pair[0].starts_with("#[test]") || pair[0].starts_with("#[tokio::test");
            let declared = match (path.ends_with(".py"), is_test) {
                (true, _) => pair[1].strip_prefix("def "),
                (false, true) => pair[1].trim_start_matches("async ").strip_prefix("fn "),
                (false, false) => None,
            };
            let name = declared.and_then(|rest| rest.split('(').next());
            found.extend(name.map(|name| (name.to_owned(), path.clone())));
        }
    }
    found
}

#[test]
fn every_line_has_a_test_that_exists_or_a_reason() {
    let known: BTreeSet<String> = tests().into_iter().map(|(name, _)| name).collect();
    let lines = lines();
    assert!(lines.len() > 100, "{} lines", lines.len());
    for line in &lines {
        let tests = line.tests();
        assert!(
            !tests.is_empty() || line.reason().is_some_and(|why| why.len() > 20),
            "{}: {}",
            line.id,
            line.proof
        );
        for name in tests {
            assert!(known.contains(name), "{}: there is no test {name}", line.id);
        }
    }
}

#[test]
fn every_test_that_is_named_after_a_line_is_on_the_page() {
    let on_page: BTreeSet<String> = lines().iter().flat_map(Line::tests).map(str::to_owned).collect();
    let ours = tests().into_iter().filter(|(_, path)| path.starts_with("tests/it/conformance/"));
    let named: Vec<_> = ours.map(|(name, _)| name).filter(|name| is_named_after_a_line(name)).collect();
    assert!(named.len() > 80, "{} tests", named.len());
    for name in named {
        assert!(on_page.contains(&name), "{name} is not in docs/CONFORMANCE.md");
    }
}

/// `a_1_…`, `b_22_…`, `d_9_…`, `r1014_…`, `s2_6_…`.
fn is_named_after_a_line(name: &str) -> bool {
    let digit = |at: usize| name.as_bytes().get(at).is_some_and(u8::is_ascii_digit);
    match name.as_bytes() {
        [b'a' | b'b' | b'd', b'_', ..] => digit(2),
        [b'r', ..] => digit(1),
        _ => name.starts_with("s2_6_"),
    }
}

#[test]
fn no_line_is_left_out_or_stands_twice() {
    let ids: Vec<String> = lines()
        .into_iter()
        .flat_map(|line| line.id.split(", ").map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let once: BTreeSet<_> = ids.iter().collect();
    assert_eq!(once.len(), ids.len(), "a line stands twice: {ids:?}");
    for (letter, last) in [("A", 13), ("B", 22), ("D", 11)] {
        for number in 1..=last {
            let id = format!("{letter}{number}");
            assert!(once.contains(&id), "{id} is left out");
        }
    }
}
