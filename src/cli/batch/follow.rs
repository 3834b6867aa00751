//! Watching a run: a bar with what is done and failed, records a second and the time left; Ctrl-C.
//!
//! Drawn on stderr, and only if that is a terminal. Deliberately absent: how the run goes on.

use std::time::Instant;

use bytes::Bytes;
use hyper::Method;
use indicatif::{ProgressBar, ProgressStyle};
use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Access, ask_one, parsed, run_of, table};
use crate::cli::outcome::read;
use crate::cli::text::tell;
use crate::failure::{Exit, Failure};
use crate::transport::admin::{Answer, RunTold};

/// How the watching ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kept {
    /// The run ended, or stands still.
    ToTheEnd,
    /// Somebody did not want to wait any more; the server goes on.
    LeftToTheServer,
}

/// Ctrl-C from now on: it no longer ends the process.
pub(super) fn interrupts() -> Result<Signal, Failure> {
    signal(SignalKind::interrupt()).map_err(|error| Failure::io("waiting for Ctrl-C", &error))
}

/// Watches a run until it ends or stands; alone, carries it out meanwhile. Ctrl-C stops it, or the watching.
pub(super) async fn follow(
    access: &mut Access,
    id: u64,
    interrupts: &mut Signal,
) -> Result<(RunTold, Kept), Failure> {
    let (method, wish) = match access {
        Access::Own { .. } => (Method::POST, "execute"),
        Access::Server(_) => (Method::GET, "follow"),
    };
    let answer = access.request(method, &format!("/batch/runs/{id}/{wish}"), Bytes::new()).await?;
    let first = match access {
        Access::Own { .. } => Some(run_of(access, id).await?),
        // One request at a time goes over the socket.
        Access::Server(_) => None,
    };
    let mut view = View::new(first);
    let kept = keep_watching(access, id, answer, &mut view, interrupts).await?;
    view.bar.finish_and_clear();
    let last = view.last.ok_or_else(|| Failure::new(Exit::Internal, "nothing was told of the run"))?;
    Ok((last, kept))
}

async fn keep_watching(
    access: &mut Access,
    id: u64,
    answer: Answer,
    view: &mut View,
    interrupts: &mut Signal,
) -> Result<Kept, Failure> {
    let mut stopping = false;
    let mut watched = std::pin::pin!(watch(answer, view));
    loop {
        tokio::select! {
            outcome = &mut watched => return outcome.map(|()| Kept::ToTheEnd),
            _ = interrupts.recv(), if !stopping => {}
        }
        if let Access::Server(_) = access {
            return Ok(Kept::LeftToTheServer);
        }
        stopping = true;
        tell("stopping behind a record that is done");
        let target = format!("/batch/runs/{id}/pause");
        // What it says comes with the run, which may have ended just now.
        let _ = ask_one::<RunTold>(access, Method::POST, &target, Bytes::new()).await;
    }
}

async fn watch(answer: Answer, view: &mut View) -> Result<(), Failure> {
    let hidden = ProgressBar::hidden();
    read(answer, &hidden, |data| parsed(data).map(|run| view.show(run)), |_| Ok(())).await.map(drop)
}

/// What a person sees of a run that goes on.
struct View {
    bar: ProgressBar,
    begun: Instant,
    /// The records that were done before.
    done_before: Option<u64>,
    last: Option<RunTold>,
}

impl View {
    fn new(first: Option<RunTold>) -> Self {
        let bar = ProgressBar::new_spinner();
        bar.set_style(style("{spinner} {msg}, {elapsed}"));
        let done_before = first.as_ref().map(|run| run.read);
        View { bar, begun: Instant::now(), done_before, last: first }
    }

    fn show(&mut self, run: RunTold) {
        let before = *self.done_before.get_or_insert(run.read);
        // How far a packed file is unpacked says nothing about what is left of it.
        let is_packed = run.file_name.ends_with(".gz");
        if !is_packed && run.file_bytes > 0 && self.bar.length() != Some(run.file_bytes) {
            self.bar.set_length(run.file_bytes);
            self.bar.set_style(style("{wide_bar} {percent}% {msg}, {eta} left"));
        }
        if !is_packed {
            self.bar.set_position(run.byte_offset.min(run.file_bytes));
        }
        let speed = table::speed(run.read - before.min(run.read), self.begun.elapsed());
        let (read, failed) = (table::count(run.read), table::count(run.failed));
        self.bar.set_message(format!("run {}: {read} records, {speed}/s, {failed} failed", run.run));
        self.last = Some(run);
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner())
}
