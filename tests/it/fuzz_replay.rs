//! The inputs that the fuzz targets keep, once more: what was found and fixed stays fixed.
//!
//! Deliberately absent: looking for new ones; `fuzz/README.md` tells how.

#[expect(clippy::expect_used, reason = "a target says so when what must hold does not")]
#[path = "../../fuzz/targets.rs"]
mod targets;

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use self::targets::TARGETS;

/// Fewer would mean that a folder got lost.
const INPUTS_MIN: usize = 10;

fn folder(target: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target)
}

/// The files of a folder, in an order that is always the same.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[track_caller]
fn replay(name: &str) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).unwrap();
    let inputs = files(&folder(name));
    assert!(inputs.len() >= INPUTS_MIN, "only {} inputs of {name}", inputs.len());
    for path in inputs {
        let input = fs::read(&path).unwrap();
        let outcome = catch_unwind(AssertUnwindSafe(|| target(&input)));
        assert!(outcome.is_ok(), "the input {} of {name} fails", path.display());
    }
}

#[test]
fn the_corpus_of_envelope() {
    replay("envelope");
}

#[test]
fn the_corpus_of_customer() {
    replay("customer");
}

#[test]
fn the_corpus_of_documents() {
    replay("documents");
}

#[test]
fn the_corpus_of_description() {
    replay("description");
}

#[test]
fn the_corpus_of_round_trip() {
    replay("round_trip");
}

#[test]
fn every_target_has_a_binary_and_a_corpus() {
    let names: Vec<_> = TARGETS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let sorted = |folder: &str, ending: &str| {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz").join(folder);
        let name =
            |path: PathBuf| path.file_name().unwrap().to_str().unwrap().trim_end_matches(ending).to_owned();
        files(&folder).into_iter().map(name).collect::<Vec<_>>()
    };
    let mut expected = names.clone();
    expected.sort();
    assert_eq!(sorted("fuzz_targets", ".rs"), expected);
    assert_eq!(sorted("corpus", ""), expected);
    let manifest = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/Cargo.toml")).unwrap();
    for name in names {
        assert!(
            manifest.contains(&format!("name = \"{name}\"\npath = \"fuzz_targets/{name}.rs\"")),
            "{name}"
        );
    }
}
