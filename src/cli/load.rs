//! `castile load`: reference data from a file into the store.
//!
//! Deliberately absent: the form of the file, which the handler knows.

use std::fs::File;
use std::io::{Read, stdin};
use std::path::{Path, PathBuf};

use bytes::Bytes;
use clap::Args;
use hyper::Method;

use super::load_cards;
use super::outcome::{Done, bar, read};
use super::text::{difference, line, plain, tell};
use crate::config::Config;
use crate::failure::{Exit, Failure};
use crate::ops::reference::{EntryChange, Verb};

/// A larger file is to be split: it is held in memory whole.
const FILE_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Reads reference data from a TOML file, or cards from a CSV file, into the store.
///
/// The same file again changes nothing; a changed entry is updated; entries that stand in the file no more stay. A file
/// with a mistake loads nothing; of a CSV file only the lines with mistakes are left out. Works while the server runs, which knows the new data at once, and while it does not.
/// Examples: castile load --dry-run shop.toml, castile load cards.csv
#[derive(Debug, Args)]
pub(super) struct Load {
    /// The file; - reads stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Store nothing, only tell what would change
    #[arg(long)]
    dry_run: bool,
    /// The file is CSV, whatever its name ends with
    #[arg(long)]
    csv: bool,
    /// Load the rest of a file with mistakes, and tell what was left out (exit code 1)
    #[arg(long)]
    keep_going: bool,
}

impl Load {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let name =
            if self.file == Path::new("-") { "stdin".to_owned() } else { self.file.display().to_string() };
        if self.csv || self.file.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("csv")) {
            return load_cards::run(config, &self.file, &name, self.dry_run).await;
        }
        // Before the store is opened: a misspelled name is the commonest mistake.
        let text = contents(&self.file, &name)?;
        let mut access = super::open(config, "load").await?;
        let target = self.target();
        let answer = access.request(Method::POST, &target, text).await?;
        let mut tally = Tally::default();
        let data = |data: &Bytes| tally.count(data, self.dry_run);
        let wrong = |text: &str| {
            tell(format_args!("{name}: {}", plain(text)));
            Ok(())
        };
        let done = read(answer, &bar("loading"), data, wrong).await?;
        if done.findings > 0 && done.records == 0 && !self.keep_going {
            let text =
                format!("nothing of {name} was loaded; --keep-going loads the rest of a file with mistakes");
            return Err(Failure::new(Exit::BadInput, text));
        }
        tell(format_args!("{name}: {}", tally.told(done, self.dry_run)));
        match done.findings {
            0 => Ok(()),
            _ => Err(Failure::new(Exit::Found, format!("what is wrong with {name} was left out"))),
        }
    }

    fn target(&self) -> String {
        let flags = [("dry_run", self.dry_run), ("keep_going", self.keep_going)];
        let set: Vec<_> = flags.iter().filter(|(_, set)| *set).map(|(name, _)| *name).collect();
        format!("/load?{}", set.join("&"))
    }
}

fn contents(path: &Path, name: &str) -> Result<Bytes, Failure> {
    let unreadable = |error| Failure::new(Exit::NoInput, format!("{name} can't be read: {error}"));
    let source: Box<dyn Read> = match path {
        _ if path == Path::new("-") => Box::new(stdin()),
        _ => Box::new(File::open(path).map_err(unreadable)?),
    };
    let mut text = Vec::new();
    source.take(FILE_BYTES_MAX + 1).read_to_end(&mut text).map_err(unreadable)?;
    if text.len() as u64 > FILE_BYTES_MAX {
        let text = format!("{name} has more than {FILE_BYTES_MAX} bytes: split it and load the parts");
        return Err(Failure::new(Exit::BadInput, text));
    }
    Ok(text.into())
}

/// What the lines of the answer come to.
#[derive(Debug, Default)]
struct Tally {
    added: u64,
    updated: u64,
}

impl Tally {
    /// Counts a changed entry; a dry run shows it.
    fn count(&mut self, data: &[u8], dry_run: bool) -> Result<(), Failure> {
        if let Some(counts) = load_cards::counts(data) {
            self.added += counts.added;
            self.updated += counts.updated;
            return Ok(());
        }
        let change: EntryChange = serde_json::from_slice(data)
            .map_err(|error| Failure::new(Exit::Internal, format!("a line of the answer: {error}")))?;
        let verb = match change.change {
            Verb::Added => "add",
            Verb::Updated => "update",
        };
        match change.change {
            Verb::Added => self.added += 1,
            Verb::Updated => self.updated += 1,
        }
        if dry_run {
            line(&format!("would {verb} {} {}", change.kind, plain(&change.code)))?;
            change.fields.iter().try_for_each(|found| line(&format!("    {}", difference(found))))?;
        }
        Ok(())
    }

    fn told(&self, done: Done, dry_run: bool) -> String {
        let unchanged = done.records.saturating_sub(self.added + self.updated);
        let was = if dry_run { "would be " } else { "" };
        format!("{} {was}added, {} {was}updated, {unchanged} unchanged", self.added, self.updated)
    }
}
