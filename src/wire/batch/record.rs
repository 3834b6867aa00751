//! A record of a batch file: as it was written, and as it reads.

use crate::wire::xml::Document;

/// One record.
#[derive(Debug)]
pub struct RawRecord {
    /// Its number in the file, from 1.
    pub index: u64,
    /// The line of its `<`, from 1.
    pub line: u64,
    /// Bytes before its `<` in the file as written (unpacked).
    pub byte_offset: u64,
    pub(super) document: Document<'static>,
}

impl RawRecord {
    /// The record from `<` to `>` exactly as it was written; UTF-16 as UTF-8.
    pub fn bytes(&self) -> &[u8] {
        self.document.source().as_bytes()
    }

    /// The record read, with what the file's root binds in force. Its root element is the record.
    pub fn document(&self) -> &Document<'static> {
        &self.document
    }
}
