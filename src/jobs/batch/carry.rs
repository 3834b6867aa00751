//! One run from where it is to its end, or to where it has to stop.
//!
//! Deliberately absent: which run comes next, and how records are decided.

use std::io::ErrorKind;

use super::control::{Control, Wish};
use super::finish::finish;
use super::reading::{Reading, Unread};
use super::{Batches, Refusal};
use crate::domain::error::{Code, Error};
use crate::ops::runs::{
    self, RecordKind, RunEnd, RunOptions, RunProblem, RunState, StoredRun, change_run, execute_records,
};
use crate::wire::batch::{BatchError, BatchErrorKind};

/// What a run that was read or carried out comes to.
enum Next {
    /// This is its outcome; its files are to be written.
    Ends(RunState, Option<RunProblem>),
    /// It stays where it is, in this state.
    Stays(RunState, Option<RunProblem>),
    /// The gateway stops: the run goes on with the next start, without anything changed.
    GoesOnLater,
    /// It is looked at anew.
    Again,
}

/// Carries a run out until it ends or stands, and answers how it stands.
pub(super) async fn carry(batches: &Batches, id: u64, control: &Control) -> Result<StoredRun, Refusal> {
    loop {
        let begun = change_run(batches.gateway(), id, |run, now| match run.state {
            RunState::Waiting | RunState::Running | RunState::Stopped => {
                let mut run = run.clone();
                (run.state, run.problem) = (RunState::Running, None);
                run.started = run.started.or(Some(now));
                Some(run)
            }
            RunState::Paused
            | RunState::Finishing
            | RunState::Completed
            | RunState::CompletedWithFailures
            | RunState::Broken
            | RunState::Refused
            | RunState::Cancelled => None,
        });
        let run = begun.await?.ok_or(Refusal::UnknownRun)?;
        match run.run.state {
            RunState::Running => {}
            RunState::Finishing => return finish(batches, id).await,
            RunState::Waiting
            | RunState::Paused
            | RunState::Stopped
            | RunState::Completed
            | RunState::CompletedWithFailures
            | RunState::Broken
            | RunState::Refused
            | RunState::Cancelled => return Ok(run),
        }
        let next = match attempt(batches, run, control).await {
            Ok(next) => next,
            Err(unread) => without_end(unread),
        };
        match next {
            Next::Again => {}
            Next::GoesOnLater => return batches.show(id).await,
            Next::Stays(state, problem) => return stays(batches, id, state, problem).await,
            Next::Ends(outcome, problem) => {
                end(batches, id, outcome, problem).await?;
                return finish(batches, id).await;
            }
        }
    }
}

/// Reads and decides what is left of a Running run.
async fn attempt(batches: &Batches, run: StoredRun, control: &Control) -> Result<Next, Unread> {
    let path = batches.folders().claimed(&run.run.fileset, run.id, &run.run.file_name);
    let mut reading = Reading::begin(&path, run.run.position.index, &batches.options().limits).await?;
    let run = match with_kind(batches, run, reading.kind).await {
        Ok(run) => run,
        Err(error) => return Ok(stopped(&error)),
    };
    let meters = batches.meters();
    let before = std::sync::Mutex::new(run.run.counts);
    let options = RunOptions {
        warnings_listed_max: batches.options().warnings_listed_max,
        chunk_records_max: batches.options().chunk_records_max,
        first_pause: batches.options().first_pause,
        stops: &|| control.wish() != Wish::GoOn,
        committed: &|row| meters.count(&before, row.counts),
    };
    let (_, end) = execute_records(batches.gateway(), run, &mut reading.pages, &options).await;
    Ok(match end {
        RunEnd::NoMoreRecords => {
            reading.end().await?;
            Next::Ends(RunState::Completed, None)
        }
        RunEnd::Asked => match control.wish() {
            Wish::Pause => Next::Stays(RunState::Paused, None),
            Wish::Cancel => Next::Ends(RunState::Cancelled, None),
            Wish::GoOn | Wish::Leave => Next::GoesOnLater,
        },
        RunEnd::Stopped(error) => stopped(&error),
        RunEnd::Overtaken => Next::Again,
    })
}

async fn with_kind(batches: &Batches, run: StoredRun, kind: RecordKind) -> Result<StoredRun, Error> {
    if run.run.kind == Some(kind) {
        return Ok(run);
    }
    let changed = change_run(batches.gateway(), run.id, |run, _| {
        let mut run = run.clone();
        run.kind = Some(kind);
        Some(run)
    });
    changed.await?.ok_or_else(|| Error::internal("the row of a run is gone"))
}

fn stopped(error: &Error) -> Next {
    let (code, cause) = (error.code.as_str(), error.source.as_deref().map(tracing::field::display));
    tracing::warn!(code, cause, "a batch run can not go on now");
    Next::Stays(RunState::Stopped, Some(problem(error.code, error.message.clone())))
}

fn problem(code: Code, message: String) -> RunProblem {
    RunProblem { code: code.as_str().to_owned(), message, line: None, column: None }
}

/// What comes of a file that could not be read to its end. A file that is no batch file never had a kind.
fn without_end(unread: Unread) -> Next {
    match unread {
        Unread::NotOpened(error) if error.kind() == ErrorKind::NotFound => {
            let text = "the claimed file is not there any more; cancel the run, or bring the file back and resume it";
            Next::Stays(RunState::Stopped, Some(problem(Code::ServiceUnavailable, text.to_owned())))
        }
        Unread::NotOpened(error) => {
            let text = format!("the file can't be read: {error}");
            Next::Stays(RunState::Stopped, Some(problem(Code::ServiceUnavailable, text)))
        }
        Unread::Batch(error) => match error.kind {
            BatchErrorKind::NotRead => {
                let text = format!("the file can't be read: {}", error.message);
                Next::Stays(RunState::Stopped, Some(problem(Code::ServiceUnavailable, text)))
            }
            BatchErrorKind::NotWellFormed
            | BatchErrorKind::DtdNotAllowed
            | BatchErrorKind::WrongRoot
            | BatchErrorKind::TextOutsideRecords
            | BatchErrorKind::LimitExceeded
            | BatchErrorKind::EncodingNotSupported
            | BatchErrorKind::PackingBroken => Next::Ends(RunState::Broken, Some(place(&error))),
        },
    }
}

fn place(error: &BatchError) -> RunProblem {
    RunProblem {
        line: Some(error.line),
        column: Some(error.column),
        ..problem(error.code(), error.message.clone())
    }
}

/// Lets a run that has not ended stand in this state.
pub(super) async fn stays(
    batches: &Batches,
    id: u64,
    state: RunState,
    problem: Option<RunProblem>,
) -> Result<StoredRun, Refusal> {
    let changed = change_run(batches.gateway(), id, |run, _| {
        let mut run = run.clone();
        (run.state, run.problem) = (state, problem.clone());
        Some(run)
    });
    changed.await?.ok_or(Refusal::UnknownRun)
}

/// Makes a run that has not ended a Finishing one with this outcome. A Broken one whose kind never was known is Refused.
pub(super) async fn end(
    batches: &Batches,
    id: u64,
    outcome: RunState,
    problem: Option<RunProblem>,
) -> Result<StoredRun, Refusal> {
    let changed = change_run(batches.gateway(), id, |run, _| {
        if run.state.is_final() || run.state == RunState::Finishing {
            return None;
        }
        let outcome = match (outcome, run.kind) {
            (RunState::Broken, None) => RunState::Refused,
            (RunState::Completed, _) if run.counts.failed > 0 => RunState::CompletedWithFailures,
            (outcome, _) => outcome,
        };
        let mut run = run.clone();
        (run.state, run.outcome, run.problem) = (RunState::Finishing, Some(outcome), problem.clone());
        let archived = batches.folders().archived(&run.fileset);
        run.archived = Some(super::folders::free_archive_name(&archived, &run.file_name, id));
        let failed = batches.folders().failed(&run.fileset);
        let failures =
            (run.counts.failed > 0).then(|| super::folders::free_failures_name(&failed, &run.file_name, id));
        run.failures_file = failures;
        Some(run)
    });
    changed.await?.ok_or(Refusal::UnknownRun)
}

/// The state of a run as faces tell it; used where a run is asked for that is none.
pub(super) async fn state_of(batches: &Batches, id: u64) -> Result<RunState, Refusal> {
    let run = runs::run(&*batches.gateway().store, id).await?;
    run.map(|run| run.run.state).ok_or(Refusal::UnknownRun)
}
