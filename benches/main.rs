//! The benchmarks: `cargo bench` prints one table, `cargo bench -- ROW` one row of it, `--quick` a rough one;
//! `cargo bench -- search` prints a table of its own, of latencies against bounds.
//!
//! Every row compares Castile with a reference that does the unavoidable part of the same work. Both are measured in
//! the same run, in turns, warm; what counts is the median of the ratios of neighbouring rounds, because a machine
//! that is busy with other things slows both. Deliberately absent: verdicts by absolute numbers, and an exit code
//! that tells of them; a benchmark informs, tests judge.

mod batch;
mod cards;
mod codec;
mod commits;
mod committer;
mod load;
mod measure;
mod merged;
mod merges;
mod messages;
mod retrieve;
mod search;
mod servers;
mod transactions;
mod write;

use std::error::Error;
use std::time::{Duration, Instant};

use mimalloc::MiMalloc;

use crate::measure::Row;

/// As in the program.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Whatever goes wrong ends the run.
type Outcome<T> = Result<T, Box<dyn Error + Send + Sync>>;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// Customers in the store that is read.
    pub(crate) customers: u64,
    /// Rounds of a row, at most.
    pub(crate) rounds: usize,
    /// A round that is limited by time.
    pub(crate) round: Duration,
    /// Changes of a round that is limited by their number.
    pub(crate) changes: usize,
    /// After this time a row begins no further round.
    pub(crate) row_max: Duration,
}

const FULL: Size = Size {
    customers: 100_000,
    rounds: 12,
    round: Duration::from_millis(1_500),
    changes: 6_000,
    row_max: Duration::from_secs(40),
};
const QUICK: Size = Size {
    customers: 10_000,
    rounds: 4,
    round: Duration::from_millis(500),
    changes: 2_000,
    row_max: Duration::from_secs(10),
};

type Measured = fn(&Size) -> Outcome<Vec<Row>>;

/// Every row (some print more than one line), by the name that selects it.
const ROWS: &[(&str, Measured)] = &[
    ("codec", codec::measure),
    ("retrieve", retrieve::measure),
    ("merged", merged::measure),
    ("committer", committer::measure),
    ("write", write::measure),
    ("transactions", transactions::measure),
    ("cards", cards::measure),
    ("batch", batch::measure),
    ("merges", merges::measure),
];

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [child, what, records] = arguments.as_slice()
        && child == "batch-child"
    {
        return batch::be_child(what, records.parse()?);
    }
    if arguments.iter().any(|argument| argument == "search") {
        return search::measure();
    }
    let size = if arguments.iter().any(|argument| argument == "--quick") { QUICK } else { FULL };
    let wanted: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with("--")).collect();
    if let Some(unknown) = wanted.iter().find(|name| !ROWS.iter().any(|(row, _)| row == **name)) {
        let names: Vec<&str> = ROWS.iter().map(|(name, _)| *name).collect();
        return Err(format!("there is no row {unknown}; the rows are {}", names.join(", ")).into());
    }
    println!("{}", Row::heading());
    let began = Instant::now();
    for (name, measure) in
        ROWS.iter().filter(|(name, _)| wanted.is_empty() || wanted.iter().any(|w| w == name))
    {
        for row in measure(&size).map_err(|error| format!("{name}: {error}"))? {
            println!("{row}");
        }
    }
    println!("\n{:.0} s", began.elapsed().as_secs_f64());
    Ok(())
}
