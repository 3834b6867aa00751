//! Reading of an answer to its end, and the progress that a person sees meanwhile.
//!
//! Progress is drawn on stderr, and only if that is a terminal. Deliberately absent: what becomes of data lines,
//! which each command says itself.

use bytes::Bytes;
use indicatif::{ProgressBar, ProgressStyle};

use crate::failure::{Exit, Failure};
use crate::transport::admin::{Answer, Line};

/// Problem texts beyond this many lines are not shown.
const PROBLEM_LINES_MAX: usize = 20;

/// How a request ended.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Done {
    /// Records done.
    pub(super) records: u64,
    /// Findings told.
    pub(super) findings: u64,
}

/// Reads an answer to its end. `data` takes each line that is none of [`Line`]; `finding` each finding. An
/// error of theirs ends the reading.
pub(super) async fn read(
    mut answer: Answer,
    bar: &ProgressBar,
    mut data: impl FnMut(&Bytes) -> Result<(), Failure>,
    mut finding: impl FnMut(&str) -> Result<(), Failure>,
) -> Result<Done, Failure> {
    if !answer.status.is_success() {
        return Err(problem(answer).await);
    }
    let broken = |error| Failure::new(Exit::InputOutput, format!("the answer broke off: {error}"));
    let mut findings = 0;
    while let Some(line) = answer.next_line().await.map_err(broken)? {
        match Line::parse(&line) {
            None => data(&line)?,
            Some(Line::Progress { done, total }) => show(bar, done, total),
            Some(Line::Finding { text }) => {
                findings += 1;
                bar.suspend(|| finding(&text))?;
            }
            Some(Line::Failed { text }) => return Err(Failure::new(Exit::Internal, text)),
            Some(Line::End { done }) => return Ok(Done { records: done, findings }),
        }
    }
    Err(Failure::new(Exit::InputOutput, "the answer broke off before its end"))
}

async fn problem(mut answer: Answer) -> Failure {
    let exit = match answer.status.as_u16() {
        400..=499 => Exit::BadInput,
        503 => Exit::Unavailable,
        _ => Exit::Internal,
    };
    let mut text = Vec::new();
    for _ in 0..PROBLEM_LINES_MAX {
        let Ok(Some(line)) = answer.next_line().await else { break };
        text.extend_from_slice(&line);
    }
    let problem = serde_json::from_slice::<serde_json::Value>(&text).unwrap_or_default();
    let detail = problem.get("detail").and_then(serde_json::Value::as_str).map(str::to_owned);
    Failure::new(exit, detail.unwrap_or_else(|| format!("refused with status {}", answer.status)))
}

/// A line on the terminal that says what is going on.
pub(super) fn bar(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new_spinner().with_message(what);
    bar.set_style(style("{spinner} {msg}: {human_pos} records, {elapsed}"));
    bar
}

/// A line on the terminal that says how much of a file is read, of which there are so many bytes.
pub(super) fn byte_bar(what: &'static str, bytes: Option<u64>) -> ProgressBar {
    let Some(bytes) = bytes else { return bar(what) };
    let bar = ProgressBar::new(bytes).with_message(what);
    bar.set_style(style("{msg}: {wide_bar} {bytes}/{total_bytes}, {eta} left"));
    bar
}

fn show(bar: &ProgressBar, done: u64, total: Option<u64>) {
    if let Some(total) = total.filter(|total| bar.length() != Some(*total)) {
        bar.set_length(total);
        bar.set_style(style("{msg}: {wide_bar} {human_pos}/{human_len} records, {eta} left"));
    }
    bar.set_position(done);
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}
