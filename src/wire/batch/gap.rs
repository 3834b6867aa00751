//! What stands outside the records: white space, comments, instructions; it is read, held to the rules and forgotten.
//!
//! White space takes no memory however much there is of it, a comment no more than a record may. How much may stand
//! between two records is a limit too, so that a file of nothing ends.

use std::io::Read;

use super::scan::{Piece, Scan};
use super::window::Window;
use super::{BatchError, BatchErrorKind, BatchLimits};
use crate::wire::xml::{Bindings, Document};

/// A window, and where what stands between two records began.
pub(super) struct Gaps<R> {
    pub(super) window: Window<R>,
    limits: BatchLimits,
    start: u64,
    /// Nothing was taken yet, so that an XML declaration may come.
    first: bool,
}

impl<R: Read> Gaps<R> {
    pub(super) fn new(window: Window<R>, limits: &BatchLimits) -> Self {
        let start = window.place().offset;
        Gaps { window, limits: limits.clone(), start, first: true }
    }

    /// A new gap begins.
    pub(super) fn begin(&mut self) {
        self.start = self.window.place().offset;
    }

    /// Goes to the next tag; what it is and its bytes, which are not taken. `None` at the end of the file.
    pub(super) fn next_tag(&mut self) -> Result<Option<(Piece, usize)>, BatchError> {
        loop {
            self.skip_spaces()?;
            let Some((piece, bytes)) = self.piece()? else { return Ok(None) };
            match piece {
                Piece::Start | Piece::Empty | Piece::End => return Ok(Some((piece, bytes))),
                Piece::Comment | Piece::Instruction => self.pass_over(bytes)?,
                Piece::Declaration => return Err(self.declaration()?),
                Piece::Text | Piece::CData => {
                    let message = "text outside the records; only white space may stand there";
                    return Err(self.refuse(BatchErrorKind::TextOutsideRecords, message));
                }
            }
        }
    }

    fn skip_spaces(&mut self) -> Result<(), BatchError> {
        loop {
            let rest = self.window.rest();
            let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
            let spaces = rest.iter().position(|byte| !is_space(byte)).unwrap_or(rest.len());
            self.take(spaces)?;
            if !self.window.rest().is_empty() || !self.window.fill()? {
                return Ok(());
            }
        }
    }

    fn take(&mut self, bytes: usize) -> Result<(), BatchError> {
        self.first &= bytes == 0;
        self.window.take(bytes);
        let place = self.window.place();
        let limit = self.limits.gap_bytes_max;
        match place.offset - self.start > limit {
            true => Err(BatchError::limit(place, "what stands between two records", "gap_bytes_max", limit)),
            false => Ok(()),
        }
    }

    fn piece(&mut self) -> Result<Option<(Piece, usize)>, BatchError> {
        let limit = self.limits.record_bytes_max;
        let mut scan = Scan::default();
        loop {
            let rest = self.window.rest();
            let piece = scan.piece(rest);
            let bytes = if piece.is_some() { scan.whole } else { rest.len() };
            // Of text it does not matter how much there is.
            if bytes > limit && piece != Some(Piece::Text) {
                let place = self.window.place();
                return Err(BatchError::limit(place, "a tag or comment", "record_bytes_max", limit as u64));
            }
            if let Some(piece) = piece {
                return Ok(Some((piece, bytes)));
            }
            if !self.window.fill()? {
                let cut = self.refuse(BatchErrorKind::NotWellFormed, "the file ends inside a tag or comment");
                return if self.window.rest().is_empty() { Ok(None) } else { Err(cut) };
            }
        }
    }

    /// A comment or an instruction; at the very start of the file the XML declaration.
    fn pass_over(&mut self, bytes: usize) -> Result<(), BatchError> {
        let piece = text(&self.window, bytes)?;
        // The strict pass reads elements, so the piece gets one.
        let whole = if self.first { format!("{piece}<a/>") } else { format!("<a>{piece}</a>") };
        let read = Document::piece(whole, self.window.settled(), &Bindings::default(), &self.limits.xml);
        if let Err(error) = read {
            let place = self.window.place();
            return Err(BatchError {
                line: place.line,
                column: place.column,
                ..BatchError::within(place, error)
            });
        }
        self.take(bytes)
    }

    fn declaration(&mut self) -> Result<BatchError, BatchError> {
        while self.window.rest().len() < b"<!D".len() && self.window.fill()? {}
        let is_dtd = self.window.rest().starts_with(b"<!D");
        Ok(match is_dtd {
            true => self.refuse(BatchErrorKind::DtdNotAllowed, "a document type declaration is not allowed"),
            false => self.refuse(BatchErrorKind::NotWellFormed, "`<!` that begins nothing known"),
        })
    }

    /// A refusal of what comes next.
    #[cold]
    pub(super) fn refuse(&self, kind: BatchErrorKind, message: &str) -> BatchError {
        BatchError::new(kind, self.window.place(), message)
    }
}

/// The first bytes of the rest as text.
pub(super) fn text<R: Read>(window: &Window<R>, bytes: usize) -> Result<&str, BatchError> {
    std::str::from_utf8(&window.rest()[..bytes]).map_err(|error| {
        let place = window.place_behind(error.valid_up_to());
        BatchError::new(BatchErrorKind::NotWellFormed, place, "the file is not valid UTF-8")
    })
}
