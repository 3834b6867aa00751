//! Runs as tables for people.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::cli::text::plain;
use crate::transport::admin::{ProblemTold, RecordKind, RunTold};

/// A number with its thousands parted.
pub(super) fn count(number: u64) -> String {
    indicatif::HumanCount(number).to_string()
}

/// `1 record`, `2,000 records`
pub(super) fn counted(number: u64, what: &str) -> String {
    format!("{} {what}{}", count(number), if number == 1 { "" } else { "s" })
}

/// Records a second.
pub(super) fn speed(records: u64, time: Duration) -> String {
    let milliseconds = u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1);
    count(records.saturating_mul(1_000) / milliseconds)
}

/// Why a run stands still or ended early, with its place in the file.
pub(super) fn problem(problem: &ProblemTold) -> String {
    let text = format!("{}: {}", problem.code, plain(&problem.message));
    match (problem.line, problem.column) {
        (Some(line), Some(column)) => format!("{text} (line {line}, column {column})"),
        (Some(line), None) => format!("{text} (line {line})"),
        (None, _) => text,
    }
}

/// All that is known of a run, a line each.
pub(super) fn run(run: &RunTold) -> Vec<String> {
    let counts = format!("{} read, {} done, {} failed", count(run.read), count(run.done), count(run.failed));
    let mut rows = vec![
        ("run", run.run.to_string()),
        ("fileset", plain(&run.fileset)),
        ("file", plain(&run.file_name)),
        ("brought by", plain(&run.who)),
        ("state", run.state.as_str().to_owned()),
        ("records", counts),
        ("warnings", warnings(run)),
        ("taken on", time(Some(run.submitted))),
    ];
    let mut more = |name, value: Option<String>| rows.extend(value.map(|value| (name, value)));
    more("holds", run.kind.map(|kind| holds(kind).to_owned()));
    more("retries", run.retry_of.map(|of| format!("the failures of run {of}")));
    more("begun", run.started.map(|begun| time(Some(begun))));
    more("ended", run.ended.map(|ended| time(Some(ended))));
    more(
        "took",
        run.started.zip(run.ended).map(|(begun, ended)| took(run.read, ended.duration_since(begun))),
    );
    more("problem", run.problem.as_ref().map(problem));
    more("archived as", run.archived.as_deref().map(plain));
    more("failures in", run.failures_path.as_ref().map(|path| plain(&path.display().to_string())));
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    rows.iter().map(|(name, value)| format!("{name:width$}  {value}")).collect()
}

fn holds(kind: RecordKind) -> &'static str {
    match kind {
        RecordKind::Customers => "customers",
        RecordKind::Instruments => "cards with customers",
    }
}

fn warnings(run: &RunTold) -> String {
    match run.warnings {
        listed if listed == run.warnings_listed => count(listed),
        all => format!("{}, the first {} of them are listed", count(all), count(run.warnings_listed)),
    }
}

fn took(records: u64, time: SignedDuration) -> String {
    let time = time.unsigned_abs();
    let seconds = format!("{:.1} s", time.as_secs_f64());
    if records == 0 { seconds } else { format!("{seconds}, {} records/s", speed(records, time)) }
}

/// A time to the second; empty for none.
fn time(time: Option<Timestamp>) -> String {
    let shown = |time: Timestamp| time.strftime("%Y-%m-%d %H:%M:%SZ").to_string();
    time.map(shown).unwrap_or_default()
}

const HEAD: [&str; 10] =
    ["RUN", "FILESET", "FILE", "STATE", "READ", "DONE", "FAILED", "WARNINGS", "BEGUN", "ENDED"];
/// The columns of numbers, which stand to the right.
const NUMBERS: [usize; 5] = [0, 4, 5, 6, 7];

/// A line for each run under a head; nothing without runs.
pub(super) fn runs(runs: &[RunTold]) -> Vec<String> {
    if runs.is_empty() {
        return Vec::new();
    }
    let cells = |run: &RunTold| {
        vec![
            run.run.to_string(),
            plain(&run.fileset),
            plain(&run.file_name),
            run.state.as_str().to_owned(),
            count(run.read),
            count(run.done),
            count(run.failed),
            count(run.warnings),
            time(run.started),
            time(run.ended),
        ]
    };
    let head = HEAD.iter().map(|name| (*name).to_owned()).collect();
    columns(std::iter::once(head).chain(runs.iter().map(cells)).collect(), &NUMBERS)
}

/// The lines with their columns below each other, those of numbers to the right.
pub(super) fn columns(lines: Vec<Vec<String>>, numbers: &[usize]) -> Vec<String> {
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..lines.first().map_or(0, Vec::len)).map(width).collect();
    let padded = |line: &Vec<String>| {
        let cells = line.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            if numbers.contains(&column) { format!("{cell:>width$}") } else { format!("{cell:width$}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    lines.iter().map(padded).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::admin::RunState;

    fn told() -> RunTold {
        RunTold {
            run: 12,
            fileset: "nightly".into(),
            file_name: "people\u{1b}.xml".into(),
            who: "batch".into(),
            state: RunState::Broken,
            kind: Some(RecordKind::Customers),
            read: 12_345,
            done: 12_300,
            failed: 45,
            warnings: 3_000,
            warnings_listed: 1_000,
            byte_offset: 7,
            file_bytes: 9,
            submitted: "2026-03-01T08:30:00.5Z".parse().unwrap(),
            started: "2026-03-01T08:30:01Z".parse().ok(),
            ended: "2026-03-01T08:30:11Z".parse().ok(),
            problem: Some(ProblemTold {
                code: "MALFORMED_MESSAGE".into(),
                message: "the end is missing".into(),
                line: Some(8),
                column: Some(2),
            }),
            archived: None,
            failures_path: Some("b/people_failures.xml".into()),
            retry_of: Some(11),
        }
    }

    #[test]
    fn a_run_is_told_a_line_each() {
        let expected = [
            "run          12",
            "fileset      nightly",
            "file         people\\u{1b}.xml",
            "brought by   batch",
            "state        Broken",
            "records      12,345 read, 12,300 done, 45 failed",
            "warnings     3,000, the first 1,000 of them are listed",
            "taken on     2026-03-01 08:30:00Z",
            "holds        customers",
            "retries      the failures of run 11",
            "begun        2026-03-01 08:30:01Z",
            "ended        2026-03-01 08:30:11Z",
            "took         10.0 s, 1,234 records/s",
            "problem      MALFORMED_MESSAGE: the end is missing (line 8, column 2)",
            "failures in  b/people_failures.xml",
        ];
        assert_eq!(run(&told()), expected);
    }

    #[test]
    fn runs_stand_below_each_other() {
        let waiting =
            RunTold { run: 7, file_name: "a.xml".into(), read: 0, started: None, ended: None, ..told() };
        let lines = runs(&[told(), waiting]);
        let expected = [
            "RUN  FILESET  FILE              STATE     READ    DONE  FAILED  WARNINGS  BEGUN                 ENDED",
            " 12  nightly  people\\u{1b}.xml  Broken  12,345  12,300      45     3,000  2026-03-01 08:30:01Z  2026-03-01 08:30:11Z",
            "  7  nightly  a.xml             Broken       0  12,300      45     3,000",
        ];
        assert_eq!(lines, expected);
        assert!(runs(&[]).is_empty());
    }
}
