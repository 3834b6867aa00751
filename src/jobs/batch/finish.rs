//! The end of a run: its files in `complete` (B-3), then its row.
//!
//! The names were laid down with the state Finishing, so each step may be done again after a kill: the file of failed
//! blocks is made from the complete file and the review rows, under a name that is never taken, and renamed; the complete
//! file is moved; both are durable before the row says that the run has ended. What can't be written (a full disk)
//! leaves the run Finishing, with the reason in its row, and is tried again.

use std::fs::File;
use std::io::{self, BufWriter, ErrorKind};
use std::path::{Path, PathBuf};

use super::folders;
use super::{Batches, Refusal};
use crate::domain::error::Code;
use crate::ops::runs::{self, RunProblem, RunState, StoredRun, change_run};
use crate::wire::batch::{BatchLimits, FailureWriter, RecordReader};

/// How many review rows are read at once.
const PAGE: usize = 512;

/// Writes the files of a Finishing run and ends it. What keeps it from that is in its row then.
pub(super) async fn finish(batches: &Batches, id: u64) -> Result<StoredRun, Refusal> {
    let _one_at_a_time = batches.finishing().await;
    let run = runs::run(&*batches.gateway().store, id).await?.ok_or(Refusal::UnknownRun)?;
    let (RunState::Finishing, Some(outcome)) = (run.run.state, run.run.outcome) else { return Ok(run) };
    let written = match files(batches, &run).await {
        Ok(archived) => archived,
        Err(Refusal::Files(what, error)) => return not_written(batches, id, what, &error).await,
        Err(other) => return Err(other),
    };
    let ended = change_run(batches.gateway(), id, |run, now| {
        let mut run = run.clone();
        if outcome == RunState::Cancelled
            || run.problem.as_ref().is_some_and(|problem| problem.line.is_none())
        {
            run.problem = None;
        }
        (run.state, run.ended) = (outcome, Some(now));
        run.archived = run.archived.filter(|_| written);
        Some(run)
    });
    let ended = ended.await?.ok_or(Refusal::UnknownRun)?;
    batches.meters().ended(outcome);
    let (counts, state) = (ended.run.counts, outcome.as_str());
    tracing::info!(run = id, state, done = counts.done, failed = counts.failed, "batch run ended");
    Ok(ended)
}

async fn not_written(
    batches: &Batches,
    id: u64,
    what: &'static str,
    error: &io::Error,
) -> Result<StoredRun, Refusal> {
    tracing::warn!(run = id, what, %error, "the files of a batch run can not be written now");
    let changed = change_run(batches.gateway(), id, |run, _| {
        let message = format!("{what}: {error}");
        let code = Code::ServiceUnavailable.as_str().to_owned();
        let problem = Some(RunProblem { code, message, line: None, column: None });
        if run.problem.as_ref().is_some_and(|known| known.line.is_some() || Some(known) == problem.as_ref()) {
            return None;
        }
        let mut run = run.clone();
        run.problem = problem;
        Some(run)
    });
    changed.await?.ok_or(Refusal::UnknownRun)
}

/// Both files; whether there is a complete one.
async fn files(batches: &Batches, run: &StoredRun) -> Result<bool, Refusal> {
    let claimed = batches.folders().claimed(&run.run.fileset, run.id, &run.run.file_name);
    let archive = batches.folders().archived(&run.run.fileset);
    let archived = run.run.archived.as_ref().map(|name| archive.join(name)).unwrap_or_default();
    if !claimed.exists() {
        // Moved before a kill, or taken away by somebody.
        return Ok(archived.exists());
    }
    if let Some(path) = batches.failures_path(&run.run) {
        failures_file(batches, run.id, &claimed, &path).await?;
    }
    let moving = |error| Refusal::Files("the complete file can't be put into its folder", error);
    folders::make(&archive).map_err(moving)?;
    folders::rename(&claimed, &archived).map_err(moving)?;
    Ok(true)
}

/// Makes the file of failed blocks anew, whatever there is of it.
async fn failures_file(batches: &Batches, id: u64, claimed: &Path, path: &Path) -> Result<(), Refusal> {
    let writing = |error| Refusal::Files("the file of failed blocks can't be written", error);
    let (sender, indexes) = tokio::sync::mpsc::channel(2);
    let (claimed, path) = (claimed.to_owned(), path.to_owned());
    let limits = batches.options().limits.clone();
    let (done, outcome) = tokio::sync::oneshot::channel();
    let work = move || {
        super::give_way_to_requests();
        let _ = done.send(copy(&claimed, &path, &limits, indexes));
    };
    std::thread::Builder::new().name("batch-failures".to_owned()).spawn(work).map_err(writing)?;
    let mut after = 0;
    loop {
        let page = runs::failures(&*batches.gateway().store, id, after, PAGE).await?;
        let page: Vec<u64> = page.into_iter().map(|(index, _)| index).collect();
        let Some(last) = page.last() else { break };
        after = *last;
        // The writer has ended early: its outcome says why.
        if sender.send(page).await.is_err() {
            break;
        }
    }
    drop(sender);
    outcome
        .await
        .unwrap_or_else(|_| Err(io::Error::other("the writer ended without an answer")))
        .map_err(writing)
}

/// Copies the records with these indexes, which ascend.
fn copy(
    claimed: &Path,
    path: &Path,
    limits: &BatchLimits,
    mut pages: tokio::sync::mpsc::Receiver<Vec<u64>>,
) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    folders::make(folder)?;
    let part = part_of(path);
    let mut reader = RecordReader::new(File::open(claimed)?, limits.clone()).map_err(io::Error::other)?;
    let mut writer = FailureWriter::new(BufWriter::new(File::create(&part)?), reader.root())?;
    while let Some(page) = pages.blocking_recv() {
        for index in page {
            loop {
                let Some(record) = reader.next().map_err(io::Error::other)? else {
                    return Err(io::Error::new(
                        ErrorKind::InvalidData,
                        "the file has fewer records than before",
                    ));
                };
                if record.index == index {
                    writer.write(record.bytes())?;
                    break;
                }
            }
        }
    }
    writer.finish()?.into_inner().map_err(|error| error.into_error())?.sync_all()?;
    folders::rename(&part, path)
}

/// Never taken for a file, and none that a fileset has.
fn part_of(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.part"))
}
