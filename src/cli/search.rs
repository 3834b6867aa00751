//! `castile search rebuild`: the search index made anew from the store.
//!
//! Deliberately absent: searching, which is an operation.

use bytes::Bytes;
use clap::{Args, Subcommand};
use hyper::Method;

use super::outcome::{bar, read};
use super::text::tell;
use crate::config::Config;
use crate::failure::Failure;

/// Look after the search index.
#[derive(Debug, Args)]
pub(super) struct Search {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build the search index anew from the store, while the server runs or not
    Rebuild,
}

impl Search {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        match self.command {
            Command::Rebuild => rebuild(config).await,
        }
    }
}

async fn rebuild(config: &Config) -> Result<(), Failure> {
    let mut access = super::open(config, "search rebuild").await?;
    let answer = access.request(Method::POST, "/search/rebuild", Bytes::new()).await?;
    let bar = bar("indexing");
    let told = |text: &str| {
        tell(text);
        Ok(())
    };
    let done = read(answer, &bar, |_| Ok(()), told).await?;
    bar.finish_and_clear();
    tell(format_args!("indexed {} customers", done.records));
    Ok(())
}
