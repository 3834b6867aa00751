//! `castile batch validate`: everything that can be said of a file before it is run, with nothing stored.
//!
//! Deliberately absent: what depends on the customers in the store; such records can still fail in a run.

use std::path::PathBuf;

use bytes::Bytes;
use clap::Args;
use hyper::Method;
use serde::Deserialize;

use super::upload::Source;
use super::{Access, ask, ask_one, table};
use crate::cli::text::{line, plain};
use crate::config::Config;
use crate::failure::{Exit, Failure};
use crate::transport::admin::{FoundTold, ValidatedTold};

/// Reads a batch file to its end and reports everything that is wrong with its form and values. Stores nothing.
///
/// Whether a customer is found, or a key is free, shows only when the file is run. Exit code 0: nothing is wrong, 1:
/// something is. Example: castile batch validate examples/batch/customers.xml
#[derive(Debug, Args)]
pub(super) struct Validate {
    /// The file, which ends with .xml or .xml.gz; - reads XML from stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Deserialize)]
struct Begun {
    validation: u64,
}

/// A line of an answer.
#[derive(Deserialize)]
#[serde(untagged)]
enum Told {
    End { validated: ValidatedTold },
    Found(FoundTold),
}

impl Validate {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        // Before the store is opened: a misspelled name is the commonest mistake.
        let mut source = Source::open(&self.file)?;
        let mut access = crate::cli::open(config, "batch validate").await?;
        let begun: Begun = ask_one(&mut access, Method::POST, "/batch/validations", Bytes::new()).await?;
        let target = format!("/batch/validations/{}", begun.validation);
        let bar = source.bar("reading");
        while let Some(portion) = source.next()? {
            bar.inc(portion.len() as u64);
            send(&mut access, &target, portion).await?;
        }
        bar.finish_and_clear();
        let end = send(&mut access, &format!("{target}/end"), Vec::new()).await?;
        let end = end.ok_or_else(|| Failure::new(Exit::Internal, "the answer has no end"))?;
        verdict(&source.shown, &end)
    }
}

/// Sends what comes next and shows what was found.
async fn send(access: &mut Access, target: &str, portion: Vec<u8>) -> Result<Option<ValidatedTold>, Failure> {
    let mut end = None;
    let each = |told| match told {
        Told::Found(found) => line(&shown(&found)),
        Told::End { validated } => {
            end = Some(validated);
            Ok(())
        }
    };
    ask(access, Method::POST, target, portion, each).await?;
    Ok(end)
}

fn shown(found: &FoundTold) -> String {
    let field = if found.field.is_empty() { String::new() } else { format!(" at {}", plain(&found.field)) };
    let place = format!("record {}, line {}, byte {}", found.record, found.line, found.byte_offset);
    format!("{place}: {}{field}: {}", found.code, plain(&found.message))
}

fn verdict(file: &str, end: &ValidatedTold) -> Result<(), Failure> {
    let records = table::counted(end.records, "record");
    if let Some(problem) = &end.broken {
        line(&table::problem(problem))?;
        let text = format!("{file} can't be read to its end, only its first {records}; nothing was stored");
        return Err(Failure::new(Exit::Found, text));
    }
    match end.refused {
        0 => line(&format!("{file}: {records}, nothing wrong was found; nothing was stored")),
        refused => {
            let text =
                format!("{file}: {} of {records} would fail; nothing was stored", table::count(refused));
            Err(Failure::new(Exit::Found, text))
        }
    }
}
