//! The inputs that the fuzz targets keep, once more: what was found and fixed stays fixed. And a few changes of each, always
//! the same ones, so that a new way to fail may show without a fuzzer; `FUZZ_ROUNDS` sets how many.
//!
//! Deliberately absent: looking for new ones by coverage; `fuzz/README.md` tells how.

#[expect(clippy::expect_used, reason = "a target says so when what must hold does not")]
#[path = "../../fuzz/targets.rs"]
mod targets;

use std::fs;
use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use self::targets::{TARGETS, Target};
use super::support::Random;

/// How often each input is changed where nothing else is asked for.
const ROUNDS: u64 = 10;
/// What is put in between.
const WORDS: &[&str] = &[
    "<![CDATA[",
    "]]>",
    "<!--",
    "-->",
    "<a>",
    "</a>",
    "<a/>",
    "&#0;",
    " xmlns=''",
    " xmlns:p='u'",
    "p:",
    "''",
    "\0",
    "<Name>",
];
/// What takes the place of a value, by bars: dates, names and numbers at their edges, and letters that fold oddly.
const VALUES: &str = "| |&lt;|&#65;|&#x10FFFF;|\n\t |a  b|Add|Update|Delete|First|Last2|HOME|EMAIL|EN|1|0|+1|-1|false|a@b.cd|@|+49 (0) 123|\
    MCDONALD|o'neil|von der|Ph.D.|jr|US|CA|12345-6789|K1A 0B1|1957-04-16|2024-02-29T23:59:60Z|2024-01-31T24:00:00|0000-00-00|\
    -9999-12-31|2024-02-30|1.5|1e9|99999999999999999999|\u{DF}|\u{AD}|\u{FB01}|\u{1E9E}|\u{212A}|\u{130}|e\u{301}\u{302}|\u{301}|\
    \u{1F600}|\u{202E}abc|\u{FEFF}|\u{85}|\u{2028}";
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

/// Every kept input of a target, and changes of it.
#[track_caller]
fn replay(name: &str) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).unwrap();
    let paths = files(&folder(name));
    assert!(paths.len() >= INPUTS_MIN, "only {} inputs of {name}", paths.len());
    let inputs: Vec<_> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    for (path, input) in paths.iter().zip(&inputs) {
        check(name, *target, input, &path.display().to_string());
    }
    let rounds = std::env::var("FUZZ_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    let mut random = Random::seeded(rounds);
    // A search builds an index of its own each time, which takes long.
    let quick: Vec<_> = inputs.iter().filter(|input| !holds(input, b"searchCustomers")).collect();
    for _ in 0..rounds {
        for input in &quick {
            let other = quick[random.below(quick.len() as u64) as usize];
            let changed = changed(input, other, &mut random);
            if !holds(&changed, b"searchCustomers") {
                check(name, *target, &changed, "a changed input");
            }
        }
    }
}

fn holds(input: &[u8], word: &[u8]) -> bool {
    input.windows(word.len()).any(|window| window == word)
}

/// A failing input is left behind, to be kept in the corpus.
#[track_caller]
fn check(name: &str, target: Target, input: &[u8], whence: &str) {
    if catch_unwind(AssertUnwindSafe(|| target(input))).is_err() {
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{name}.bin"));
        fs::write(&path, input).unwrap();
        panic!("{whence} of {name} fails; it is kept in {}", path.display());
    }
}

/// One to four small changes.
fn changed(input: &[u8], other: &[u8], random: &mut Random) -> Vec<u8> {
    let mut bytes = input.to_vec();
    for _ in 0..=random.below(4) {
        let mut at = |end: usize| random.below(end as u64 + 1) as usize;
        let (from, to) = (at(bytes.len()), at(bytes.len()));
        let (from, to) = (from.min(to), from.max(to).min(from.min(to) + 40));
        let (start, end) = (at(other.len()), at(40));
        let piece = &other[start..(start + end).min(other.len())];
        match at(9) {
            0 => drop(bytes.drain(from..to)),
            1 => bytes.extend_from_within(from..to),
            2 => drop(bytes.splice(from..from, piece.iter().copied())),
            3 => drop(bytes.splice(from..to, piece.iter().copied())),
            4 => drop(bytes.splice(from..from, WORDS[at(WORDS.len() - 1)].bytes())),
            5 => bytes.iter_mut().skip(from).take(1).for_each(|byte| *byte = at(255) as u8),
            _ => {
                let place = value_behind(&bytes, from);
                let values: Vec<_> = VALUES.split('|').collect();
                bytes.splice(place, values[at(values.len() - 1)].bytes());
            }
        }
    }
    bytes
}

/// The next text or attribute value, so that what is changed can still be read.
fn value_behind(bytes: &[u8], from: usize) -> Range<usize> {
    let find = |from: usize, ends: &[u8]| {
        bytes[from..].iter().position(|byte| ends.contains(byte)).map(|at| from + at)
    };
    let Some(start) = find(from, b">\"") else { return bytes.len()..bytes.len() };
    let ends: &[u8] = if bytes[start] == b'"' { b"\"<>" } else { b"<" };
    start + 1..find(start + 1, ends).unwrap_or(bytes.len())
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
fn the_corpus_of_batch() {
    replay("batch");
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
