//! Rust files as the tidy tests see them: without comments, without what strings say, test code apart.

use std::fs;
use std::path::{Path, PathBuf};

/// The folder of the package.
pub(super) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A Rust file.
pub(super) struct Source {
    /// From the folder of the package, with `/`.
    pub(super) path: String,
    /// As it stands there.
    pub(super) text: String,
}

impl Source {
    /// The code that is part of the program: no comments, no text of strings, no tests.
    pub(super) fn program(&self) -> String {
        let code = code_only(&self.text);
        let end = code.find("#[cfg(test)]\nmod tests {").unwrap_or(code.len());
        code[..end].to_owned()
    }

    /// Is the whole file test code?
    pub(super) fn is_test(&self) -> bool {
        let name = self.path.rsplit('/').next().unwrap_or_default();
        let folders = ["tests/", "/tests/", "/conformance/", "/testing/"];
        self.path.starts_with(folders[0])
            || folders[1..].iter().any(|folder| self.path.contains(folder))
            || matches!(name, "tests.rs" | "testing.rs" | "tree.rs" | "faulty.rs")
            || name.ends_with("_tests.rs")
    }
}

/// All Rust files under these folders, in order of their paths.
pub(super) fn sources(folders: &[&str]) -> Vec<Source> {
    let mut found = Vec::new();
    folders.iter().for_each(|folder| files(&root().join(folder), &mut found));
    found.retain(|path| path.extension().is_some_and(|extension| extension == "rs"));
    found.sort();
    let source = |path: PathBuf| Source { text: fs::read_to_string(&path).unwrap(), path: relative(&path) };
    found.into_iter().map(source).collect()
}

/// All files under a folder that are kept under version control: not what a build leaves behind.
pub(super) fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.map(|entry| entry.unwrap().path()) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        match () {
            () if matches!(name, "target" | ".git" | "castile-data" | "node_modules" | "corpus") => {}
            () if path.is_dir() => files(&path, found),
            () => found.push(path),
        }
    }
}

/// A path from the folder of the package.
pub(super) fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// Rust code with comments left out and string literals emptied.
pub(super) fn code_only(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let skipped = skipped_bytes(rest, code.chars().next_back());
        if skipped > 0 {
            code.extend(rest[..skipped].chars().filter(|skipped| *skipped == '\n'));
            rest = &rest[skipped..];
        } else {
            code.push(character);
            rest = &rest[character.len_utf8()..];
        }
    }
    code
}

/// The length of the comment or literal that starts here, 0 if none does.
fn skipped_bytes(rest: &str, before: Option<char>) -> usize {
    let until =
        |from: usize, end: &str| rest[from..].find(end).map_or(rest.len(), |at| from + at + end.len());
    let in_name = before.is_some_and(|before| before.is_alphanumeric() || before == '_');
    match () {
        // The line break stays.
        () if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
        () if rest.starts_with("/*") => until(2, "*/"),
        () if rest.starts_with("r#\"") && !in_name => until(3, "\"#"),
        () if rest.starts_with("r\"") && !in_name => until(2, "\""),
        () if rest.starts_with('"') => string_bytes(rest),
        () if rest.starts_with("'\\") => until(3, "'"),
        () if rest.starts_with("'\"'") || rest.starts_with("'{'") || rest.starts_with("'}'") => 3,
        () => 0,
    }
}

fn string_bytes(rest: &str) -> usize {
    let mut escaped = false;
    for (at, character) in rest.char_indices().skip(1) {
        match character {
            '"' if !escaped => return at + 1,
            '\\' => escaped = !escaped,
            _ => escaped = false,
        }
    }
    rest.len()
}

#[test]
fn comments_and_strings_are_left_out() {
    let text = "a(); // crate::x\nb(\"crate::y \\\" \"); /* crate::z */ c(r#\"\"q\"\"#, '\"', '\\'', 'x');";
    assert_eq!(code_only(text), "a(); \nb();  c(, , , 'x');");
}

#[test]
fn the_tests_of_a_file_are_no_part_of_the_program() {
    let text = "fn a() {}\n#[cfg(test)]\nmod tests {\n    fn b() {}\n}\n".to_owned();
    let source = Source { path: "src/domain/x.rs".to_owned(), text };
    assert_eq!(source.program(), "fn a() {}\n");
    assert!(!source.is_test());
}
