//! Rounds in turns, medians, and how a row is printed.
//!
//! Deliberately absent: means and standard deviations; one long stall of a busy machine would rule them.

use std::fmt;
use std::time::Instant;

use crate::load::Round;
use crate::{Outcome, Size};

/// What a row must reach.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target {
    AtLeast(f64),
    AtMost(f64),
}

/// One line of the table.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) unit: &'static str,
    /// A round of Castile and a round of the reference, taken one after the other.
    pub(crate) rounds: Vec<(f64, f64)>,
    pub(crate) target: Target,
    /// What else there is to know, under the line.
    pub(crate) notes: Vec<String>,
}

/// Measures in turns, after one round of each that does not count.
pub(crate) fn in_turns<T>(
    size: &Size,
    mut castile: impl FnMut(usize) -> Outcome<T>,
    mut reference: impl FnMut(usize) -> Outcome<T>,
) -> Outcome<Vec<(T, T)>> {
    castile(0)?;
    reference(0)?;
    let began = Instant::now();
    let mut rounds = Vec::new();
    for round in 1..=size.rounds {
        // Who goes first alternates, so that a slow drift of the machine favours nobody.
        rounds.push(if round % 2 == 0 {
            let ours = castile(round)?;
            (ours, reference(round)?)
        } else {
            let theirs = reference(round)?;
            (castile(round)?, theirs)
        });
        if began.elapsed() > size.row_max {
            break;
        }
    }
    Ok(rounds)
}

/// What an answer costs on both sides, for a machine that is too busy for its rates to be believed.
pub(crate) fn cpu_note(rounds: &[(Round, Round)]) -> String {
    let castile = median(rounds.iter().map(|round| round.0.cpu_micros));
    let reference = median(rounds.iter().map(|round| round.1.cpu_micros));
    format!(
        "processor time of the process: {castile:.1} us against {reference:.1} us each (as rates: {:.2})",
        reference / castile
    )
}

/// The rows of an operation, durable, against the committer alone: its rate, with the notes, and its 99th percentile.
pub(crate) fn against_committer(
    row: &str,
    operation: &str,
    at_least: f64,
    rounds: &[(Round, Round)],
    notes: Vec<String>,
) -> Vec<Row> {
    let both = |of: fn(&Round) -> f64| rounds.iter().map(|(ours, alone)| (of(ours), of(alone))).collect();
    vec![
        Row {
            name: format!("{row}: {operation} / committer alone"),
            unit: "/s",
            rounds: both(Round::rate),
            target: Target::AtLeast(at_least),
            notes,
        },
        Row {
            name: format!("{row}: 99th percentile of the same"),
            unit: "ms",
            rounds: both(Round::p99_ms),
            target: Target::AtMost(3.0),
            notes: Vec::new(),
        },
    ]
}

/// The middle value.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    match values.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => values[odd / 2],
        even => (values[even / 2 - 1] + values[even / 2]) / 2.0,
    }
}

impl Row {
    pub(crate) fn heading() -> String {
        format!(
            "{:<44} {:>10} {:>10} {:<6} {:>6}  {:<13} {:<9}\n{}",
            "row",
            "castile",
            "reference",
            "unit",
            "ratio",
            "(min - max)",
            "must be",
            "-".repeat(108)
        )
    }

    fn verdict(&self, ratio: f64) -> &'static str {
        match self.target {
            Target::AtLeast(target) if ratio < target => "MISSED",
            Target::AtMost(target) if ratio > target => "MISSED",
            Target::AtLeast(_) | Target::AtMost(_) => "reached",
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ratios: Vec<f64> = self.rounds.iter().map(|(ours, theirs)| ours / theirs).collect();
        let ratio = median(ratios.iter().copied());
        let least = ratios.iter().copied().fold(f64::INFINITY, f64::min);
        let most = ratios.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let target = match self.target {
            Target::AtLeast(target) => format!(">= {target:.2}"),
            Target::AtMost(target) => format!("<= {target:.2}"),
        };
        let (castile, reference) = (
            median(self.rounds.iter().map(|round| round.0)),
            median(self.rounds.iter().map(|round| round.1)),
        );
        write!(
            f,
            "{:<44} {:>10} {:>10} {:<6} {ratio:>6.2}  {:<13} {target:<9} {}",
            self.name,
            number(castile),
            number(reference),
            self.unit,
            format!("({least:.2} - {most:.2})"),
            self.verdict(ratio),
        )?;
        self.notes.iter().try_for_each(|note| write!(f, "\n    {note}"))
    }
}

fn number(value: f64) -> String {
    if value < 1_000.0 { format!("{value:.1}") } else { format!("{value:.0}") }
}
