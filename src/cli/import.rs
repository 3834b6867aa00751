//! `castile import`: what `export` wrote, back into the store.
//!
//! The lines go to the handler in portions, so that memory stays small whatever the size of the file. A file
//! without its end line was cut short, one with another number of records than its end line says was changed: what is
//! there is imported, and the command says so. Deliberately absent:
//! the meaning of a line, which the handler knows.

use std::fs::File;
use std::io::{BufRead, BufReader, stdin};
use std::path::{Path, PathBuf};

use clap::Args;
use hyper::Method;

use super::outcome::{Done, bar, read};
use super::text::tell;
use crate::config::Config;
use crate::failure::{Exit, Failure};
use crate::transport::admin::Line;

/// A portion is sent when it has this many bytes.
const PORTION_BYTES: usize = 4 * 1024 * 1024;

/// Reads what `export` wrote into the store.
///
/// Works while the server runs and while it does not. Example: castile import all.jsonl
#[derive(Debug, Args)]
pub(super) struct Import {
    /// The file; - reads stdin
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Import {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        // Before the store is opened: a misspelled name is the commonest mistake.
        let mut portions = Portions::open(&self.file)?;
        let mut access = super::open(config, "import").await?;
        let bar = bar("importing");
        let mut all = Done::default();
        while let Some((first_line, portion)) = portions.next()? {
            let target = format!("/import?first_line={first_line}");
            let answer = access.request(Method::POST, &target, portion.into()).await?;
            let told = |text: &str| {
                tell(text);
                Ok(())
            };
            let done = read(answer, &bar, |_| Ok(()), told).await?;
            all.records += done.records;
            all.findings += done.findings;
            bar.set_position(all.records);
        }
        bar.finish_and_clear();
        tell(format_args!("imported {} records, {} refused", all.records, all.findings));
        conclude(all, portions.end)
    }
}

fn conclude(all: Done, end: Option<u64>) -> Result<(), Failure> {
    let in_file = all.records + all.findings;
    match end {
        Some(end) if end == in_file => {}
        Some(end) => {
            let text = format!("the file has {in_file} records, its end line says {end}: it was changed");
            return Err(Failure::new(Exit::BadInput, text));
        }
        None => {
            let text = "the file has no end line: it was cut short, records are missing";
            return Err(Failure::new(Exit::BadInput, text));
        }
    }
    match all.findings {
        0 => Ok(()),
        count => Err(Failure::new(Exit::Found, format!("{count} records were refused"))),
    }
}

/// The lines of a file in portions.
struct Portions {
    reader: Box<dyn BufRead>,
    name: String,
    next_line: u64,
    /// The records that the end line promises, once it has been read.
    end: Option<u64>,
}

impl Portions {
    fn open(path: &Path) -> Result<Self, Failure> {
        if path == Path::new("-") {
            return Ok(Portions::new(Box::new(BufReader::new(stdin())), "stdin".to_owned()));
        }
        let name = path.display().to_string();
        match File::open(path) {
            Ok(file) => Ok(Portions::new(Box::new(BufReader::new(file)), name)),
            Err(error) => Err(Failure::new(Exit::NoInput, format!("{name} can't be read: {error}"))),
        }
    }

    fn new(reader: Box<dyn BufRead>, name: String) -> Self {
        Portions { reader, name, next_line: 1, end: None }
    }

    /// The next portion with the number of its first line, from 1; `None` at the end.
    fn next(&mut self) -> Result<Option<(u64, Vec<u8>)>, Failure> {
        let first_line = self.next_line;
        let mut portion = Vec::new();
        while self.end.is_none() && portion.len() < PORTION_BYTES {
            let start = portion.len();
            let read = self.reader.read_until(b'\n', &mut portion);
            if read.map_err(|error| Failure::io(format_args!("reading {}", self.name), &error))? == 0 {
                break;
            }
            self.next_line += 1;
            if let Some(Line::End { done }) = Line::parse(portion[start..].trim_ascii()) {
                self.end = Some(done);
                portion.truncate(start);
            }
        }
        Ok(if portion.is_empty() { None } else { Some((first_line, portion)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn portions(text: String) -> (Vec<(u64, usize)>, Option<u64>) {
        let mut portions = Portions::new(Box::new(std::io::Cursor::new(text.into_bytes())), "test".into());
        let mut sizes = Vec::new();
        while let Some((first_line, portion)) = portions.next().unwrap() {
            sizes.push((first_line, portion.len()));
        }
        (sizes, portions.end)
    }

    #[test]
    fn portions_hold_whole_lines_and_stop_at_the_end_line() {
        assert_eq!(portions(String::new()), (vec![], None));
        assert_eq!(portions("{}\n{}\n".into()), (vec![(1, 6)], None));
        assert_eq!(portions("{}\n{\"end\":{\"done\":1}}\n{}\n".into()), (vec![(1, 3)], Some(1)));
        assert_eq!(portions("{\"end\":{\"done\":0}}".into()), (vec![], Some(0)));
        let line = "x".repeat(PORTION_BYTES / 2) + "\n";
        let (sizes, end) = portions(line.repeat(3) + "{\"end\":{\"done\":3}}\n");
        assert_eq!((sizes, end), (vec![(1, 2 * line.len()), (3, line.len())], Some(3)));
    }

    #[test]
    fn a_cut_file_and_refused_records_are_told_apart() {
        let done = |findings| Done { records: 1, findings };
        assert!(conclude(done(0), Some(1)).is_ok());
        assert_eq!(conclude(done(2), Some(3)).unwrap_err().exit, Exit::Found);
        assert_eq!(conclude(done(0), Some(2)).unwrap_err().exit, Exit::BadInput);
        assert_eq!(conclude(done(0), None).unwrap_err().exit, Exit::BadInput);
    }
}
