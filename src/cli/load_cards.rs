//! `castile load` of a CSV file: cards, in portions, so that memory stays small whatever the size of the file.
//!
//! A card stands on one line. Lines with mistakes are told with their numbers and left out; a load that was cut short is
//! taken up by loading the file again. Deliberately absent: the meaning of the columns, which the handler knows.

use std::fs::File;
use std::io::{BufRead, BufReader, stdin};
use std::path::Path;

use bytes::Bytes;
use hyper::Method;
use serde::Deserialize;

use super::outcome::{byte_bar, read};
use super::text::{plain, tell};
use crate::config::Config;
use crate::failure::{Exit, Failure};
use crate::ops::reference::CardCounts;

/// A portion is sent when it has this many bytes.
const PORTION_BYTES: usize = 1024 * 1024;
/// A longer line is none of a card.
const LINE_BYTES_MAX: usize = 64 * 1024;
/// Mistakes beyond this many are only counted.
const MISTAKES_TOLD_MAX: u64 = 1_000;

/// Loads the cards of a file; `-` reads stdin.
pub(super) async fn run(config: &Config, path: &Path, name: &str, dry_run: bool) -> Result<(), Failure> {
    // Before the store is opened: a misspelled name is the commonest mistake.
    let mut portions = Portions::open(path, name)?;
    let mut access = super::open(config, "load").await?;
    let bar = byte_bar("loading", portions.bytes);
    let (mut all, mut mistakes) = (CardCounts::default(), 0);
    while let Some((first_line, portion)) = portions.next()? {
        let flag = if dry_run { "&dry_run" } else { "" };
        let target = format!("/load/cards?first_line={first_line}{flag}");
        let answer = access.request(Method::POST, &target, portion).await?;
        let data = |data: &Bytes| {
            if let Some(counts) = counts(data) {
                all.add(counts);
            }
            Ok(())
        };
        let told = |text: &str| {
            mistakes += 1;
            if mistakes <= MISTAKES_TOLD_MAX {
                tell(format_args!("{name}: {}", plain(text)));
            }
            Ok(())
        };
        read(answer, &bar, data, told).await?;
        bar.set_position(portions.read);
    }
    bar.finish_and_clear();
    let was = if dry_run { "would be " } else { "" };
    tell(format_args!(
        "{name}: {} cards {was}added, {} {was}updated, {} unchanged, {mistakes} lines left out",
        all.added, all.updated, all.unchanged
    ));
    match mistakes {
        0 => Ok(()),
        _ => Err(Failure::new(Exit::Found, format!("what is wrong with {name} was left out"))),
    }
}

/// What became of cards, if the line of an answer says that.
pub(super) fn counts(data: &[u8]) -> Option<CardCounts> {
    #[derive(Deserialize)]
    struct Cards {
        cards: CardCounts,
    }
    serde_json::from_slice::<Cards>(data).ok().map(|line| line.cards)
}

/// The lines of a file in portions, each with the file's first line in front.
struct Portions {
    reader: Box<dyn BufRead>,
    name: String,
    header: Vec<u8>,
    next_line: u64,
    /// Bytes of the file, if that is known.
    bytes: Option<u64>,
    /// Bytes read.
    read: u64,
    /// Was there a portion already?
    sent: bool,
}

impl Portions {
    fn open(path: &Path, name: &str) -> Result<Self, Failure> {
        let unreadable = |error| Failure::new(Exit::NoInput, format!("{name} can't be read: {error}"));
        if path == Path::new("-") {
            return Portions::new(Box::new(BufReader::new(stdin())), name, None);
        }
        let file = File::open(path).map_err(unreadable)?;
        let bytes = file.metadata().map_err(unreadable)?.len();
        Portions::new(Box::new(BufReader::with_capacity(PORTION_BYTES, file)), name, Some(bytes))
    }

    fn new(reader: Box<dyn BufRead>, name: &str, bytes: Option<u64>) -> Result<Self, Failure> {
        let (name, header) = (name.to_owned(), Vec::new());
        let mut portions = Portions { reader, name, header, next_line: 1, bytes, read: 0, sent: false };
        let mut header = Vec::new();
        portions.line(&mut header)?;
        if !header.ends_with(b"\n") {
            header.push(b'\n');
        }
        portions.header = header;
        Ok(portions)
    }

    /// Appends the next line; `false` at the end.
    fn line(&mut self, to: &mut Vec<u8>) -> Result<bool, Failure> {
        let before = to.len();
        let mut limited = std::io::Read::take(&mut self.reader, LINE_BYTES_MAX as u64);
        let read = limited.read_until(b'\n', to);
        let read = read.map_err(|error| Failure::io(format_args!("reading {}", self.name), &error))?;
        if read == LINE_BYTES_MAX && !to[before..].ends_with(b"\n") {
            let text = format!("{}: line {} is too long for a card", self.name, self.next_line);
            return Err(Failure::new(Exit::BadInput, text));
        }
        self.read += read as u64;
        self.next_line += u64::from(read > 0);
        Ok(read > 0)
    }

    /// The next portion with the number of its first line behind the header; `None` at the end.
    fn next(&mut self) -> Result<Option<(u64, Bytes)>, Failure> {
        let first_line = self.next_line;
        let mut portion = self.header.clone();
        while portion.len() < PORTION_BYTES && self.line(&mut portion)? {}
        // A file of a header alone is sent too, so that a wrong header is told.
        let empty = portion.len() == self.header.len();
        if first_line == 1 || empty && self.sent {
            return Ok(None);
        }
        self.sent = true;
        Ok(Some((first_line, portion.into())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn portions(text: &str) -> Vec<(u64, usize)> {
        let reader = Box::new(std::io::Cursor::new(text.to_owned().into_bytes()));
        let mut portions = Portions::new(reader, "test", None).unwrap();
        let mut sizes = Vec::new();
        while let Some((first_line, portion)) = portions.next().unwrap() {
            sizes.push((first_line, portion.len()));
            assert!(sizes.len() < 9, "{sizes:?}");
        }
        sizes
    }

    #[test]
    fn portions_hold_whole_lines_behind_the_first_line_of_the_file() {
        assert_eq!(portions(""), []);
        assert_eq!(portions("a,b"), [(2, 4)]);
        assert_eq!(portions("a,b\n1,2\n3,4"), [(2, 11)]);
        let line = format!("{}\n", "x".repeat(32 * 1024 - 1));
        let sizes = portions(&format!("a\n{}", line.repeat(40)));
        assert_eq!(sizes, [(2, 2 + 32 * line.len()), (34, 2 + 8 * line.len())]);
    }

    #[test]
    fn a_line_without_end_is_refused() {
        let reader = Box::new(std::io::Cursor::new(vec![b'x'; 2 * LINE_BYTES_MAX]));
        assert!(Portions::new(reader, "test", None).is_err());
    }
}
