//! The way through a batch file, record by record, in one pass and constant memory.
//!
//! [`Scan`] finds where a record ends, the strict pass of `wire::xml` reads it: once, and with the root's bindings in
//! force. An element that does not close is judged by what there is of it when a limit or the end of the file comes, so
//! that a wrong end tag is told as such and not as a record without end. Elements that are no records are passed over
//! (V-18). Deliberately absent: threads; whoever wants to be ahead reads on one of its own.

use std::fmt;
use std::io::Read;

use memchr::memmem::Finder;

use super::gap::{Gaps, text};
use super::scan::{Piece, Scan};
use super::window::Window;
use super::{BatchError, BatchErrorKind, BatchLimits, RawRecord, Root};
use crate::wire::customer::is_known;
use crate::wire::xml::{Document, XmlError, is_space};

/// Where in the file the reading is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Inside,
    AfterRoot,
    /// At the end, or at the place where it broke.
    Done,
}

/// Reads the records of a batch file.
pub struct RecordReader<R> {
    gaps: Gaps<R>,
    limits: BatchLimits,
    root: Root,
    state: State,
    /// Records given.
    pub(super) records: u64,
}

impl<R: Read> RecordReader<R> {
    /// Reads up to the root's start tag. The source may be packed with gzip, which its first bytes tell.
    pub fn new(source: R, limits: BatchLimits) -> Result<Self, BatchError> {
        let mut gaps = Gaps::new(Window::new(source, &limits)?, &limits);
        let Some((piece, bytes)) = gaps.next_tag()? else {
            return Err(gaps.refuse(BatchErrorKind::NotWellFormed, "the file has no root element"));
        };
        if piece == Piece::End {
            return Err(gaps.refuse(BatchErrorKind::NotWellFormed, "an end tag without a start tag"));
        }
        let root = Root::read(text(&gaps.window, bytes)?, gaps.window.place(), &limits.xml)?;
        gaps.window.take(bytes);
        gaps.begin();
        let state = if piece == Piece::Empty { State::AfterRoot } else { State::Inside };
        Ok(RecordReader { gaps, limits, root, state, records: 0 })
    }

    /// The root of the file.
    pub fn root(&self) -> &Root {
        &self.root
    }

    /// The next record; `None` at the end of a file that is well-formed to its end. After an error there are no more.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator of results invites to go on behind an error"
    )]
    pub fn next(&mut self) -> Result<Option<RawRecord>, BatchError> {
        let outcome = self.read_on();
        if !matches!(outcome, Ok(Some(_))) {
            self.state = State::Done;
        }
        outcome
    }

    fn read_on(&mut self) -> Result<Option<RawRecord>, BatchError> {
        while self.state == State::Inside {
            match self.gaps.next_tag()? {
                Some((Piece::End, bytes)) => self.end_root(bytes)?,
                Some((piece, tag_bytes)) => {
                    if let Some(record) = self.element(piece, tag_bytes)? {
                        return Ok(Some(record));
                    }
                }
                None => return Err(self.broken("the file ends before its root element does")),
            }
        }
        if self.state == State::AfterRoot {
            match self.gaps.next_tag()? {
                Some((Piece::End, _)) => return Err(self.broken("an end tag without a start tag")),
                Some(_) => return Err(self.broken("a second root element")),
                None => {}
            }
        }
        Ok(None)
    }

    fn end_root(&mut self, bytes: usize) -> Result<(), BatchError> {
        let tag = text(&self.gaps.window, bytes)?;
        let name = tag["</".len()..tag.len() - 1].trim_end_matches([' ', '\t', '\r', '\n']);
        if name != self.root.name() {
            return Err(self.broken("an end tag that does not match its start tag"));
        }
        self.gaps.window.take(bytes);
        self.state = State::AfterRoot;
        Ok(())
    }

    /// Reads the whole element that begins with this tag; `None` for one that is no record.
    fn element(&mut self, piece: Piece, tag_bytes: usize) -> Result<Option<RawRecord>, BatchError> {
        let place = self.gaps.window.place();
        let likely = if piece == Piece::Start { self.up_to_first_end(tag_bytes)? } else { None };
        let (bytes, document) = match likely {
            Some(found) => found,
            None => {
                let bytes = self.extent()?;
                let document = self.piece(bytes)?.map_err(|error| BatchError::within(place, error))?;
                (bytes, document)
            }
        };
        self.gaps.window.take(bytes);
        let element = document.root();
        if element.local() != self.root.kind().record() || !is_known(element) {
            return Ok(None);
        }
        self.gaps.begin();
        self.records += 1;
        let (line, byte_offset) = (place.line, place.offset);
        Ok(Some(RawRecord { index: self.records, line, byte_offset, document }))
    }

    /// The element that comes next, up to the first end tag of its name behind the start tag. If that is an element, it is
    /// this one; it is none where such a tag stands in a comment or CDATA, or closes an element within. Most often it is,
    /// and no tag between has to be looked at. Never goes beyond the end of the element.
    fn up_to_first_end(
        &mut self,
        tag_bytes: usize,
    ) -> Result<Option<(usize, Document<'static>)>, BatchError> {
        let opening = end_tag_opening(&self.gaps.window.rest()[..tag_bytes]);
        let opening = Finder::new(&opening);
        let mut searched = tag_bytes;
        let bytes = loop {
            let rest = self.gaps.window.rest();
            if rest.len() > self.limits.record_bytes_max {
                return Ok(None);
            }
            match first_end_tag(rest, &opening, &mut searched) {
                Some(bytes) => break bytes,
                None if !self.gaps.window.fill()? => return Ok(None),
                None => {}
            }
        };
        Ok(self.piece(bytes)?.ok().map(|document| (bytes, document)))
    }

    /// The first bytes of the rest, read as one element.
    fn piece(&self, bytes: usize) -> Result<Result<Document<'static>, XmlError>, BatchError> {
        let written = text(&self.gaps.window, bytes)?.to_owned();
        Ok(Document::piece(written, true, self.root.bindings(), &self.limits.xml))
    }

    /// The bytes of the element that comes next, which are all there then.
    fn extent(&mut self) -> Result<usize, BatchError> {
        let limit = self.limits.record_bytes_max;
        let mut scan = Scan::default();
        loop {
            let window = &mut self.gaps.window;
            let end = scan.element(window.rest());
            if end.unwrap_or(window.rest().len()) > limit {
                let too_large =
                    BatchError::limit(window.place(), "a record", "record_bytes_max", limit as u64);
                return Err(self.unfinished(scan.whole, too_large));
            }
            if let Some(end) = end {
                return Ok(end);
            }
            if !window.fill()? {
                let place = window.place_behind(window.rest().len());
                let cut =
                    BatchError::new(BatchErrorKind::NotWellFormed, place, "the file ends inside a record");
                return Err(self.unfinished(scan.whole, cut));
            }
        }
    }

    /// What is wrong with an element of which there are only the first pieces, else that it has no end.
    fn unfinished(&self, bytes: usize, no_end: BatchError) -> BatchError {
        let window = &self.gaps.window;
        match self.piece(bytes) {
            Err(error) => error,
            Ok(Ok(_)) => no_end,
            Ok(Err(error)) => {
                let error = BatchError::within(window.place(), error);
                let end = window.place_behind(bytes);
                let at_end = (error.line, error.column) == (end.line, end.column);
                if at_end { no_end } else { error }
            }
        }
    }

    /// Bytes of room that the reader takes now.
    #[cfg(test)]
    pub(super) fn held_bytes(&self) -> usize {
        self.gaps.window.room_bytes()
    }

    fn broken(&self, message: &str) -> BatchError {
        self.gaps.refuse(BatchErrorKind::NotWellFormed, message)
    }
}

/// `</` and the name of the start tag.
fn end_tag_opening(start_tag: &[u8]) -> Vec<u8> {
    let name = &start_tag["<".len()..];
    let bytes = name.iter().position(|byte| is_space(*byte) || *byte == b'>').unwrap_or(name.len());
    [b"</", &name[..bytes]].concat()
}

/// Behind the first end tag with this opening; `None` while it is not there. `searched` bytes need not be looked at again.
fn first_end_tag(text: &[u8], opening: &Finder<'_>, searched: &mut usize) -> Option<usize> {
    while let Some(at) = opening.find(&text[*searched..]) {
        let name_end = *searched + at + opening.needle().len();
        match text[name_end..].iter().position(|byte| !is_space(*byte)) {
            Some(spaces) if text[name_end + spaces] == b'>' => return Some(name_end + spaces + 1),
            // A longer name.
            Some(_) => *searched = name_end,
            None => {
                *searched += at;
                return None;
            }
        }
    }
    *searched = (text.len() + 1).saturating_sub(opening.needle().len()).max(*searched);
    None
}

/// Without what the file says, which does not belong into a log.
impl<R> fmt::Debug for RecordReader<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecordReader").field("records", &self.records).field("state", &self.state).finish()
    }
}
