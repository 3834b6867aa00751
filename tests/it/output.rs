//! What commands do with an output that nobody reads to its end, and with one that can't be written.
//!
//! The reader is gone before the command begins, so every command meets it with its first line. Deliberately absent: what
//! the commands print.

use std::fs::{self, OpenOptions};
use std::io::{PipeWriter, pipe};
use std::path::Path;
use std::process::{Output, Stdio};

use super::support::{alone_and_beside, castile, check, run, soap};

/// What a shell tells of a program that SIGPIPE ended.
const OUTPUT_CLOSED: i32 = 141;

/// Commands that print, in a folder as [`fill`] leaves it.
const COMMANDS: [&[&str]; 12] = [
    &["config"],
    &["show", "attribute_type"],
    &["show", "alternate_key_type", "--json"],
    &["load", "--dry-run", "new.toml"],
    &["history", "XSTORE_ID:1"],
    &["export"],
    &["export", "--xml"],
    &["batch", "list"],
    &["batch", "show", "1"],
    &["batch", "review", "1"],
    &["batch", "review", "1", "--csv"],
    &["batch", "validate", "people.xml"],
];

/// A customer, reference data that is not loaded, and a run with a failure and a warning.
fn fill(folder: &Path) {
    let record = |action: &str, content: &str| format!("<Customer Action='{action}'>{content}</Customer>");
    let good = record("Add", &(soap::key("XSTORE_ID", "1") + "<Source/>"));
    let bad = record("Update", &soap::key("XSTORE_ID", "nobody"));
    fs::write(folder.join("people.xml"), format!("<Customers>{good}{bad}</Customers>")).unwrap();
    fs::write(folder.join("new.toml"), "[[retail_location]]\nid = \"0999\"\nname = \"Quay\"\n").unwrap();
    check(&run(folder, &["batch", "run", "people.xml"]), 1, &[]);
}

/// The writing end of a pipe that nobody reads.
fn unread() -> PipeWriter {
    pipe().unwrap().1
}

fn with_output(folder: &Path, arguments: &[&str], output: impl Into<Stdio>) -> Output {
    castile(folder, arguments).stdout(output).output().unwrap()
}

#[test]
fn a_reader_that_has_seen_enough_ends_a_command_silently() {
    alone_and_beside(|folder| {
        fill(folder);
        for arguments in COMMANDS {
            let output = with_output(folder, arguments, unread());
            let stderr = String::from_utf8_lossy(&output.stderr);
            // What the log says of work that was done is no message about the output.
            let told: Vec<_> = stderr.lines().filter(|line| !line.contains(" INFO ")).collect();
            assert_eq!((output.status.code(), &told[..]), (Some(OUTPUT_CLOSED), &[][..]), "{arguments:?}");
        }
        // The store was closed in order every time.
        check(&run(folder, &["check"]), 0, &[]);
    });
}

#[test]
fn an_output_that_cannot_be_written_is_told_and_ends_with_74() {
    alone_and_beside(|folder| {
        fill(folder);
        for arguments in COMMANDS {
            let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
            check(&with_output(folder, arguments, full), 74, &["writing to stdout failed", "No space left"]);
        }
    });
}

#[test]
fn a_stderr_that_nobody_reads_ends_nothing() {
    alone_and_beside(|folder| {
        fill(folder);
        for (arguments, code) in [
            (&["check"][..], 0),
            (&["batch", "run", "people.xml"], 1),
            (&["batch", "show", "99"], 65),
            (&["load", "new.toml"], 0),
            (&["export", "--output", "all.jsonl"], 0),
        ] {
            let ended = castile(folder, arguments).stdout(Stdio::null()).stderr(unread()).status().unwrap();
            assert_eq!(ended.code(), Some(code), "{arguments:?}");
        }
    });
}

#[test]
fn what_became_of_a_batch_file_is_told_even_where_nobody_reads_the_table() {
    alone_and_beside(|folder| {
        fill(folder);
        let again = with_output(folder, &["batch", "run", "people.xml"], unread());
        check(&again, 1, &["records failed", "castile batch review 2"]);
    });
}
