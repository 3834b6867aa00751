//! The part of a file that is looked at: text in UTF-8 behind what has been taken, filled up on demand.
//!
//! Whoever takes bytes moves the [`Place`]. A failure to read shows only when what was read before it is used up, so
//! that it never hides a record. Deliberately absent: any knowledge of what the text says.

use std::io::Read;

use super::packed::{Broken, Excess, Unpacked};
use super::place::Place;
use super::{BatchError, BatchErrorKind, BatchLimits};

/// Bytes that are read at once.
const PORTION_BYTES: usize = 64 * 1024;
/// The longest signature of an encoding.
const SIGNATURE_BYTES: u64 = 4;

/// How the file is written.
#[derive(Debug, Clone, Copy)]
enum Form {
    Utf8,
    Utf16(fn([u8; 2]) -> u16),
}

pub(super) struct Window<R> {
    source: Unpacked<R>,
    form: Form,
    /// A byte order mark has told the encoding.
    settled: bool,
    text: Vec<u8>,
    taken: usize,
    /// Read but not decoded: half a unit, half a pair.
    undecoded: Vec<u8>,
    place: Place,
    ended: bool,
    /// Shows when the text before it is used up.
    failure: Option<(BatchErrorKind, &'static str)>,
}

impl<R: Read> Window<R> {
    pub(super) fn new(source: R, limits: &BatchLimits) -> Result<Self, BatchError> {
        let start = Place::start(0);
        let mut source = Unpacked::new(source, limits).map_err(|error| failed(error, start))?;
        let mut first = Vec::new();
        let signature = source.by_ref().take(SIGNATURE_BYTES).read_to_end(&mut first);
        signature.map_err(|error| failed(error, start))?;
        let (form, mark_bytes) = form(&first)
            .map_err(|message| BatchError::new(BatchErrorKind::EncodingNotSupported, start, message))?;
        let rest = first[mark_bytes..].to_vec();
        let (text, undecoded) = match form {
            Form::Utf8 => (rest, Vec::new()),
            Form::Utf16(_) => (Vec::new(), rest),
        };
        Ok(Window {
            source,
            form,
            settled: mark_bytes > 0,
            text,
            taken: 0,
            undecoded,
            place: Place::start(mark_bytes as u64),
            ended: false,
            failure: None,
        })
    }

    /// What has been read and not taken.
    pub(super) fn rest(&self) -> &[u8] {
        &self.text[self.taken..]
    }

    /// Where [`Window::rest`] begins.
    pub(super) fn place(&self) -> Place {
        self.place
    }

    /// The encoding is known, so that the word of an XML declaration does not count.
    pub(super) fn settled(&self) -> bool {
        self.settled
    }

    /// Bytes of room that the window takes now.
    #[cfg(test)]
    pub(super) fn room_bytes(&self) -> usize {
        self.text.capacity() + self.undecoded.capacity()
    }

    /// Goes over the first bytes of the rest.
    pub(super) fn take(&mut self, bytes: usize) {
        let wide = matches!(self.form, Form::Utf16(_));
        self.place.pass(&self.text[self.taken..self.taken + bytes], wide);
        self.taken += bytes;
    }

    /// Where the rest will be behind its first bytes.
    pub(super) fn place_behind(&self, bytes: usize) -> Place {
        let mut place = self.place;
        place.pass(&self.rest()[..bytes], matches!(self.form, Form::Utf16(_)));
        place
    }

    /// Reads more; false at the end of the file.
    pub(super) fn fill(&mut self) -> Result<bool, BatchError> {
        self.text.drain(..self.taken);
        self.taken = 0;
        let before = self.text.len();
        while !self.ended && self.text.len() == before {
            match self.form {
                Form::Utf8 => self.read_utf8()?,
                Form::Utf16(unit) => self.read_utf16(unit)?,
            }
        }
        match self.failure {
            Some((kind, message)) if self.text.len() == before => {
                Err(BatchError::new(kind, self.place_behind(before), message))
            }
            _ => Ok(self.text.len() > before),
        }
    }

    fn read_utf8(&mut self) -> Result<(), BatchError> {
        let before = self.text.len();
        self.text.resize(before + PORTION_BYTES, 0);
        let read = read(&mut self.source, &mut self.text[before..]);
        self.text.truncate(before + *read.as_ref().unwrap_or(&0));
        self.ended = read.map_err(|error| failed(error, self.place_behind(before)))? == 0;
        Ok(())
    }

    fn read_utf16(&mut self, unit: fn([u8; 2]) -> u16) -> Result<(), BatchError> {
        let mut portion = std::mem::take(&mut self.undecoded);
        let kept = portion.len();
        portion.resize(kept + PORTION_BYTES, 0);
        let read = read(&mut self.source, &mut portion[kept..]);
        let read = read.map_err(|error| failed(error, self.place_behind(self.text.len())))?;
        self.ended = read == 0;
        let (pairs, half) = portion[..kept + read].as_chunks::<2>();
        let mut units: Vec<u16> = pairs.iter().map(|pair| unit(*pair)).collect();
        // Half a pair waits for the other half, unless there is none to come.
        let waits = !self.ended && units.last().is_some_and(|unit| (0xD800..0xDC00).contains(unit));
        let from = if waits { pairs.len() - 1 } else { pairs.len() };
        units.truncate(from);
        self.undecoded = portion[2 * from..kept + read].to_vec();
        let mut buffer = [0; 4];
        for character in char::decode_utf16(units) {
            let Ok(character) = character else {
                return self.fail("the file is not valid UTF-16");
            };
            self.text.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
        }
        match self.ended && !half.is_empty() {
            true => self.fail("the file ends inside a UTF-16 code unit"),
            false => Ok(()),
        }
    }

    fn fail(&mut self, message: &'static str) -> Result<(), BatchError> {
        self.failure = Some((BatchErrorKind::NotWellFormed, message));
        self.ended = true;
        Ok(())
    }
}

/// What the first bytes say, and how many of them are a byte order mark. As `wire::xml` has it for messages.
fn form(first: &[u8]) -> Result<(Form, usize), &'static str> {
    match first {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => Err("UTF-32 is not supported"),
        [0xFF, 0xFE, ..] => Ok((Form::Utf16(u16::from_le_bytes), 2)),
        [0xFE, 0xFF, ..] => Ok((Form::Utf16(u16::from_be_bytes), 2)),
        [0xEF, 0xBB, 0xBF, ..] => Ok((Form::Utf8, 3)),
        [0, b'<', ..] | [b'<', 0, ..] => Err("UTF-16 needs a byte order mark"),
        _ => Ok((Form::Utf8, 0)),
    }
}

fn read(source: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    loop {
        match source.read(buffer) {
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            outcome => return outcome,
        }
    }
}

#[cold]
fn failed(error: std::io::Error, place: Place) -> BatchError {
    let inner = error.get_ref();
    if let Some(excess) = inner.and_then(|inner| inner.downcast_ref::<Excess>()) {
        return BatchError::new(BatchErrorKind::LimitExceeded, place, excess.to_string());
    }
    if inner.is_some_and(|inner| inner.is::<Broken>()) {
        return BatchError::new(BatchErrorKind::PackingBroken, place, Broken.to_string());
    }
    let unread = BatchError::new(BatchErrorKind::NotRead, place, "the file could not be read");
    BatchError { source: Some(error), ..unread }
}
