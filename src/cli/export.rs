//! `castile export`: everything in the store, as JSON lines; or the active customers as a batch file.
//!
//! A file appears under its name only when it is whole and on disk; the last line of JSON lines is the end line, which `import`
//! looks for; a batch file that is not whole is not well-formed. What the handler had to leave out is told, and makes the exit code 1. Deliberately absent: compression; `castile export | zstd` does it.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write, stdout};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use clap::Args;
use hyper::Method;

use super::outcome::{Done, bar, read};
use super::text::{not_written, tell};
use crate::config::Config;
use crate::failure::{Exit, Failure};
use crate::transport::admin::{Answer, Line};

/// Customer data: for the owner only.
const FILE_MODE: u32 = 0o600;

/// Writes everything in the store as JSON lines, or its active customers as a batch file.
///
/// Works while the server runs and while it does not. Example: castile export --output all.jsonl
///
/// With --xml it writes the active customers as a file of AddorUpdate records, which any store can run: names, active
/// contact points and keys, attributes, preferences, notes. Such a file carries no customer ids, no inactive customers,
/// contact points or keys, no history, transactions or cards, and what validation finds is judged anew; `castile export`
/// without --xml carries all of it.
///
/// Not in an export: runs of batch files and their review, the files under batch/, and the key of card PINs
/// (card-pin.key), which is backed up apart from it.
#[derive(Debug, Args)]
pub(super) struct Export {
    /// Write to this file, which must not exist yet, instead of stdout
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Write the active customers as a batch file of AddorUpdate records
    #[arg(long)]
    xml: bool,
}

impl Export {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let mut access = super::open(config, "export").await?;
        let target = if self.xml { "/export/xml" } else { "/export" };
        let answer = access.request(Method::GET, target, Bytes::new()).await?;
        let done = match self.output {
            Some(path) => to_file(answer, &path, !self.xml).await?,
            None => {
                let mut writer = BufWriter::new(stdout().lock());
                write_all(answer, &mut writer, |error| not_written(&error), !self.xml).await?
            }
        };
        tell(format_args!("exported {} records", done.records));
        match done.findings {
            0 => Ok(()),
            count => Err(Failure::new(Exit::Found, format!("{count} things were left out, see above"))),
        }
    }
}

async fn to_file(answer: Answer, path: &Path, with_end: bool) -> Result<Done, Failure> {
    let failed = |error: std::io::Error| Failure::io(format_args!("writing {}", path.display()), &error);
    if path.exists() {
        return Err(failed(std::io::Error::from(std::io::ErrorKind::AlreadyExists)));
    }
    let mut partial = path.as_os_str().to_owned();
    partial.push(".partial");
    let file = OpenOptions::new().write(true).create(true).truncate(true).mode(FILE_MODE).open(&partial);
    let mut writer = BufWriter::new(file.map_err(failed)?);
    let done = write_all(answer, &mut writer, failed, with_end).await?;
    let file: File = writer.into_inner().map_err(|error| failed(error.into_error()))?;
    file.sync_all().map_err(failed)?;
    std::fs::rename(&partial, path).map_err(failed)?;
    Ok(done)
}

/// Writes the data lines and, after the last, the end line where there is to be one; `failed` says why that did not work.
async fn write_all(
    answer: Answer,
    writer: &mut impl Write,
    failed: impl Fn(std::io::Error) -> Failure + Copy,
    with_end: bool,
) -> Result<Done, Failure> {
    let bar = bar("exporting");
    let told = |text: &str| {
        tell(text);
        Ok(())
    };
    let line = |line: &Bytes| writer.write_all(line).and_then(|()| writer.write_all(b"\n")).map_err(failed);
    let done = read(answer, &bar, line, told).await?;
    bar.finish_and_clear();
    let end = if with_end { Line::End { done: done.records }.to_bytes() } else { Vec::new() };
    writer.write_all(&end).and_then(|()| writer.flush()).map_err(failed)?;
    Ok(done)
}
