//! `castile batch`: batch files run, watched, reviewed and steered by hand.
//!
//! Every command works alone, and beside a running server, which then carries the files out itself. Deliberately absent:
//! folders and rows, which only the handler knows.

mod follow;
mod list;
mod review;
mod run;
mod table;
mod upload;
mod validate;

use bytes::Bytes;
use clap::{Args, Subcommand};
use hyper::Method;
use serde::de::DeserializeOwned;

use super::access::Access;
use super::outcome::{Done, bar, read};
use crate::config::Config;
use crate::failure::{Exit, Failure};
use crate::transport::admin::RunTold;

/// Runs, lists, reviews and steers batch files.
#[derive(Debug, Args)]
pub(super) struct Batch {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Carry out a batch file and wait for its end
    Run(run::RunFile),
    /// Report what is wrong with a batch file, and store nothing
    Validate(validate::Validate),
    /// Try the failed records of a run again, as a new run
    Retry(run::Retry),
    /// Show the last runs
    List(list::List),
    /// Show one run
    Show(list::Show),
    /// Show the records of a run that failed, and what of the others was not heeded
    Review(review::Review),
    /// End a run; what was done stands
    Cancel(run::Steer),
    /// Let a run stand still until it is resumed
    Pause(run::Steer),
    /// Let a run go on that stands still
    Resume(run::Steer),
}

impl Batch {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        match self.command {
            Command::Run(run) => run.run(config).await,
            Command::Validate(validate) => validate.run(config).await,
            Command::Retry(retry) => retry.run(config).await,
            Command::List(list) => list.run(config).await,
            Command::Show(show) => show.run(config).await,
            Command::Review(review) => review.run(config).await,
            Command::Cancel(steer) => steer.run(config, "cancel").await,
            Command::Pause(steer) => steer.run(config, "pause").await,
            Command::Resume(steer) => steer.resume(config).await,
        }
    }
}

/// The lines of data that a request is answered with; `T` is what each of them is.
async fn ask<T: DeserializeOwned>(
    access: &mut Access,
    method: Method,
    target: &str,
    body: impl Into<Bytes>,
    mut each: impl FnMut(T) -> Result<(), Failure>,
) -> Result<Done, Failure> {
    let answer = access.request(method, target, body.into()).await?;
    read(answer, &bar("reading"), |data| each(parsed(data)?), |_| Ok(())).await
}

/// The one line of data that a request is answered with.
async fn ask_one<T: DeserializeOwned>(
    access: &mut Access,
    method: Method,
    target: &str,
    body: impl Into<Bytes>,
) -> Result<T, Failure> {
    let mut found = None;
    let keep = |one: T| {
        found = Some(one);
        Ok(())
    };
    ask(access, method, target, body, keep).await?;
    found.ok_or_else(|| Failure::new(Exit::Internal, "the answer is empty"))
}

fn parsed<T: DeserializeOwned>(data: &[u8]) -> Result<T, Failure> {
    serde_json::from_slice(data)
        .map_err(|error| Failure::new(Exit::Internal, format!("a line of the answer: {error}")))
}

/// The run with this id. What is not there is told with what to do.
async fn run_of(access: &mut Access, id: u64) -> Result<RunTold, Failure> {
    ask_one(access, Method::GET, &format!("/batch/runs/{id}"), Bytes::new()).await.map_err(|mut failure| {
        if failure.exit == Exit::BadInput {
            failure.message =
                format!("run {id}: {}; castile batch list shows those there are", failure.message);
        }
        failure
    })
}
