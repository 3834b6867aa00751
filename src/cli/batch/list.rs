//! `castile batch list` and `castile batch show`.

use bytes::Bytes;
use clap::Args;
use hyper::Method;

use super::{ask, run_of, table};
use crate::cli::text::{line, tell};
use crate::config::Config;
use crate::failure::{Exit, Failure};
use crate::transport::admin::RunTold;

/// Shows the last runs, newest first.
#[derive(Debug, Args)]
pub(super) struct List {
    /// How many runs
    #[arg(long, value_name = "N", default_value = "20", value_parser = clap::value_parser!(u64).range(1..=10_000))]
    last: u64,
    /// One JSON object a line instead of a table
    #[arg(long)]
    json: bool,
}

/// Shows one run.
#[derive(Debug, Args)]
pub(super) struct Show {
    /// The run
    #[arg(value_name = "RUN")]
    run: u64,
    /// A JSON object instead of text
    #[arg(long)]
    json: bool,
}

impl List {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let mut access = crate::cli::open(config, "batch list").await?;
        let mut runs: Vec<RunTold> = Vec::new();
        let keep = |run| {
            runs.push(run);
            Ok(())
        };
        let target = format!("/batch/runs?limit={}", self.last);
        ask(&mut access, Method::GET, &target, Bytes::new(), keep).await?;
        if self.json {
            return runs.iter().try_for_each(|run| line(&json(run)?));
        }
        if runs.is_empty() {
            tell("no batch file was run yet; castile batch run FILE runs one");
        }
        table::runs(&runs).iter().try_for_each(|text| line(text))
    }
}

impl Show {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let mut access = crate::cli::open(config, "batch show").await?;
        let run = run_of(&mut access, self.run).await?;
        if self.json {
            return line(&json(&run)?);
        }
        table::run(&run).iter().try_for_each(|text| line(text))
    }
}

fn json(run: &RunTold) -> Result<String, Failure> {
    serde_json::to_string(run).map_err(|error| Failure::new(Exit::Internal, error.to_string()))
}
