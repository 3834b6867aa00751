//! `castile batch run`, `retry`, `cancel`, `pause`, `resume`.
//!
//! Alone, this process carries the file out; beside a server the server does, and the command watches. Exit code 0: every
//! record was carried out; 1: some were not; 2: none was, for the run did not come about.

use std::path::PathBuf;

use bytes::Bytes;
use clap::Args;
use hyper::Method;
use tokio::signal::unix::Signal;

use super::follow::{Kept, follow, interrupts};
use super::upload::{NewRun, Source};
use super::{Access, ask_one, run_of, table};
use crate::cli::text::{line, tell};
use crate::config::Config;
use crate::failure::{Exit, Failure};
use crate::transport::admin::{RunState, RunTold};

/// The fileset of files that are run by hand.
const FILESET_DEFAULT: &str = "manual";

/// Carries out a batch file, Customers or ActivateInstrumentCustomerRequest, and waits for its end.
///
/// Beside a running server the server carries it out. Ctrl-C stops the run behind a record that is done, or, beside a
/// server, only stops the waiting. Exit code 0: every record was carried out, 1: some were not, 2: the file was not run.
/// Example: castile batch run examples/batch/customers.xml
#[derive(Debug, Args)]
pub(super) struct RunFile {
    /// The file, which ends with .xml or .xml.gz; - reads XML from stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The fileset that it belongs to; files of one fileset are carried out one after the other
    #[arg(long, value_name = "NAME", default_value = FILESET_DEFAULT)]
    fileset: String,
}

/// Tries the failed records of a run again, as a new run, and waits for its end.
///
/// Exit codes as those of run. Example: castile batch retry 7
#[derive(Debug, Args)]
pub(super) struct Retry {
    /// The run whose failures are tried again
    #[arg(value_name = "RUN")]
    run: u64,
}

/// A run that somebody steers.
#[derive(Debug, Args)]
pub(super) struct Steer {
    /// The run
    #[arg(value_name = "RUN")]
    run: u64,
}

impl RunFile {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        // Before the store is opened: a misspelled name is the commonest mistake.
        let source = Source::open(&self.file).map_err(not_run)?;
        let shown = source.shown.clone();
        let mut access = crate::cli::open(config, "batch run").await.map_err(not_run)?;
        let mut interrupts = interrupts()?;
        let taken = async {
            let sent = tokio::select! {
                sent = source.send(&mut access, &self.fileset) => sent?,
                _ = interrupts.recv() => return Err(Failure::new(Exit::NotRun, "interrupted on its way in")),
            };
            // Short, and not to be interrupted: afterwards there is a run.
            sent.end(&mut access).await
        };
        let run = taken.await.map_err(|failure| not_run(said_of(&shown, failure)))?;
        wait(&mut access, run, &mut interrupts).await
    }
}

impl Retry {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let mut access = crate::cli::open(config, "batch retry").await.map_err(not_run)?;
        run_of(&mut access, self.run).await.map_err(not_run)?;
        let mut interrupts = interrupts()?;
        let target = format!("/batch/runs/{}/retry", self.run);
        let new: NewRun = ask_one(&mut access, Method::POST, &target, Bytes::new()).await.map_err(not_run)?;
        tell(format_args!("run {} tries the failures of run {} again", new.run, self.run));
        wait(&mut access, new.run, &mut interrupts).await
    }
}

impl Steer {
    /// Cancels or pauses.
    pub(super) async fn run(self, config: &Config, wish: &str) -> Result<(), Failure> {
        let mut access = crate::cli::open(config, &format!("batch {wish}")).await?;
        let run = self.ask(&mut access, wish).await?;
        told(&run)
    }

    /// Resumes; where there is no server, this process carries the run out.
    pub(super) async fn resume(self, config: &Config) -> Result<(), Failure> {
        let mut access = crate::cli::open(config, "batch resume").await?;
        let mut interrupts = interrupts()?;
        let run = self.ask(&mut access, "resume").await?;
        match access {
            Access::Own { .. } => wait(&mut access, run.run, &mut interrupts).await,
            Access::Server(_) => told(&run),
        }
    }

    async fn ask(&self, access: &mut Access, wish: &str) -> Result<RunTold, Failure> {
        run_of(access, self.run).await?;
        let target = format!("/batch/runs/{}/{wish}", self.run);
        ask_one(access, Method::POST, &target, Bytes::new()).await
    }
}

fn told(run: &RunTold) -> Result<(), Failure> {
    let records = table::counted(run.read, "record");
    line(&format!("run {} is {}, {records} of its file decided", run.run, run.state.as_str()))
}

/// Watches a run to its end and says what became of it.
async fn wait(access: &mut Access, id: u64, interrupts: &mut Signal) -> Result<(), Failure> {
    let (run, kept) = follow(access, id, interrupts).await?;
    let shown = table::run(&run).iter().try_for_each(|text| line(text));
    match kept {
        Kept::ToTheEnd => verdict(&run)?,
        Kept::LeftToTheServer => {
            let text =
                format!("the server goes on with run {id}; castile batch show {id} tells how far it is");
            return Err(Failure::new(Exit::Found, text));
        }
    }
    // What became of the file counts more than whether somebody read the table.
    shown
}

/// What the program exits with, and why.
fn verdict(run: &RunTold) -> Result<(), Failure> {
    let id = run.run;
    let because = run.problem.as_ref().map(table::problem).unwrap_or_default();
    let (exit, text) = match run.state {
        RunState::Completed => return Ok(()),
        RunState::CompletedWithFailures => {
            let text =
                format!("{} records failed; castile batch review {id} tells why", table::count(run.failed));
            (Exit::Found, text)
        }
        RunState::Refused => (Exit::NotRun, format!("nothing was carried out: {because}")),
        RunState::Broken => (cut_short(run), format!("the file can't be read to its end: {because}")),
        RunState::Stopped => {
            (cut_short(run), format!("the run stopped: {because}; castile batch resume {id} goes on"))
        }
        RunState::Cancelled => (cut_short(run), "the run was cancelled; what was done stands".to_owned()),
        RunState::Paused => {
            let done = table::count(run.read);
            (cut_short(run), format!("stopped behind record {done}; castile batch resume {id} goes on there"))
        }
        RunState::Waiting | RunState::Running | RunState::Finishing => {
            (cut_short(run), format!("the run is {}; castile batch resume {id} goes on", run.state.as_str()))
        }
    };
    Err(Failure::new(exit, text))
}

/// Of a run that did not reach the end of its file.
fn cut_short(run: &RunTold) -> Exit {
    if run.read == 0 { Exit::NotRun } else { Exit::Found }
}

fn not_run(failure: Failure) -> Failure {
    Failure::new(Exit::NotRun, failure.message)
}

fn said_of(file: &str, failure: Failure) -> Failure {
    Failure::new(failure.exit, format!("{file} was not run: {}", failure.message))
}
