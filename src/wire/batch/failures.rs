//! Records of a file in a file of the same kind (B-3).
//!
//! The root is that of the original, so that what it binds for its records is in force again. What is written is
//! UTF-8 whatever the original was. Deliberately absent: any check of the records, which a [`super::RecordReader`] gave.

use std::io::{self, Write};

use super::Root;

/// Writes verbatim records under the root that they came from.
#[derive(Debug)]
pub struct FailureWriter<W> {
    sink: W,
    root: Root,
}

impl<W: Write> FailureWriter<W> {
    /// Begins the file.
    pub fn new(mut sink: W, root: &Root) -> io::Result<Self> {
        writeln!(sink, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{}", root.start_tag())?;
        Ok(FailureWriter { sink, root: root.clone() })
    }

    /// Writes one record, as [`super::RawRecord::bytes`] gave it.
    pub fn write(&mut self, record: &[u8]) -> io::Result<()> {
        self.sink.write_all(record)?;
        self.sink.write_all(b"\n")
    }

    /// Ends the file; without this it is none. Syncing and renaming is for whoever owns the sink.
    pub fn finish(mut self) -> io::Result<W> {
        writeln!(self.sink, "</{}>", self.root.name())?;
        self.sink.flush()?;
        Ok(self.sink)
    }
}
