//! Heads of files, lints, and texts that speak of the project alone.

use std::fs;

use super::source::{files, relative, root, sources};

#[test]
fn every_file_opens_with_what_it_promises() {
    let sources = sources(&["src", "tests", "benches", "examples"]);
    let bare: Vec<_> = sources
        .iter()
        .filter(|source| {
            !source.text.lines().next().is_some_and(|line| line.len() > 10 && line.starts_with("//! "))
        })
        .map(|source| source.path.as_str())
        .collect();
    assert_eq!(bare, Vec::<&str>::new(), "these files do not open with `//!`");
}

#[test]
fn the_lints_that_we_rely_on_stand() {
    let manifest: toml::Table = fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    let level = |tool: &str, lint: &str| {
        let lints = manifest["lints"][tool].as_table().unwrap();
        lints.get(lint).map(|level| level.as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(level("rust", "unsafe_code").as_deref(), Some("forbid"));
    let expected = [
        ("rust", "missing_docs"),
        ("clippy", "unwrap_used"),
        ("clippy", "expect_used"),
        ("clippy", "allow_attributes"),
        ("clippy", "allow_attributes_without_reason"),
        ("clippy", "todo"),
        ("clippy", "dbg_macro"),
    ];
    for (tool, lint) in expected {
        assert!(matches!(level(tool, lint).as_deref(), Some("warn" | "deny" | "forbid")), "{tool} {lint}");
    }
}

/// The lint forbids it where it is compiled; this also finds it where a feature or a target leaves code out.
#[test]
fn no_code_of_ours_is_unsafe() {
    let sources = sources(&["src", "tests", "benches"]);
    let names_it =
        |code: &str| code.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == "unsafe");
    let found = sources.iter().filter(|source| names_it(&super::source::code_only(&source.text)));
    let found: Vec<_> = found.map(|source| source.path.as_str()).collect();
    assert_eq!(found, Vec::<&str>::new());
    assert!(names_it("unsafe { x }") && !names_it("unsafe_code"));
}

/// Written in two halves, so that this file does not hold what it looks for.
const NEVER: &[(&str, &str)] = &[
    ("/wo", "rk/"),
    ("/ho", "me/"),
    ("/ro", "ot/"),
    ("/Use", "rs/"),
    ("C:", "\\\\"),
    ("assis", "tant"),
    ("language mo", "del"),
    ("chat", "gpt"),
    ("the br", "ief"),
    ("this ses", "sion"),
    ("our ses", "sion"),
    ("iss", "ue #"),
    ("issues.", "yml"),
    ("TO", "DO"),
    ("FIX", "ME"),
];
/// Files that others write, or that hold no text of ours.
const NOT_OURS: &[&str] = &["Cargo.lock", ".png", ".bin", ".jar", ".zip", "package-lock.json"];

#[test]
fn texts_speak_of_the_project_alone() {
    let mut found = Vec::new();
    files(root(), &mut found);
    assert!(found.len() > 200, "only {} files were read", found.len());
    let mut wrong = Vec::new();
    for path in found {
        let name = relative(&path);
        if NOT_OURS.iter().any(|ending| name.ends_with(ending)) {
            continue;
        }
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for (line, content) in text.lines().enumerate() {
            for (first, second) in NEVER {
                if content.contains(&format!("{first}{second}")) {
                    wrong.push(format!("{name}:{}: {content}", line + 1));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
