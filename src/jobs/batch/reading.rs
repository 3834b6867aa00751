//! Reading a file ahead of its decisions, on a thread of its own: a few pages of records, however long the file is.
//!
//! A run that goes on reads from the beginning and leaves out what is done, for what the root binds and where lines end
//! is known only to who read it; what is left out is not decoded. Deliberately absent: going back in a file.

use std::fs::File;
use std::path::Path;

use tokio::sync::{mpsc, oneshot};

use crate::ops::runs::{BatchRecord, RecordKind};
use crate::wire::batch::{BatchError, BatchLimits, FileKind, RecordReader};

/// Pages that wait to be decided; one more is being read.
const PAGES_AHEAD: usize = 2;
/// A page is sent on when it has so many records, or so many bytes of them.
const PAGE_RECORDS_MAX: usize = 64;
const PAGE_BYTES_MAX: u64 = 512 * 1024;

/// A file that is being read.
pub(super) struct Reading {
    /// What its records are.
    pub(super) kind: RecordKind,
    /// They come here, decoded, behind those that are done.
    pub(super) pages: mpsc::Receiver<Vec<BatchRecord>>,
    end: oneshot::Receiver<Result<(), BatchError>>,
}

/// Why a file could not be read to its end.
pub(super) enum Unread {
    /// What is wrong with it.
    Batch(BatchError),
    /// It could not be opened.
    NotOpened(std::io::Error),
}

impl Reading {
    /// Begins to read behind the `done`th record; answers when the first tag was read.
    pub(super) async fn begin(path: &Path, done: u64, limits: &BatchLimits) -> Result<Self, Unread> {
        let file = File::open(path).map_err(Unread::NotOpened)?;
        let (kind_sender, kind) = oneshot::channel();
        let (end_sender, end) = oneshot::channel();
        let (sender, pages) = mpsc::channel(PAGES_AHEAD);
        let limits = limits.clone();
        let work = move || {
            super::give_way_to_requests();
            let mut reader = match RecordReader::new(file, limits) {
                Ok(reader) => reader,
                Err(error) => return drop(kind_sender.send(Err(error))),
            };
            let kind = kind_of(reader.root().kind());
            // Whoever waits may have left; then nobody wants the rest.
            let _ = kind_sender.send(Ok(kind));
            let _ = end_sender.send(read(&mut reader, kind, done, &sender));
        };
        std::thread::Builder::new().name("batch-reader".to_owned()).spawn(work).map_err(Unread::NotOpened)?;
        match kind.await {
            Ok(Ok(kind)) => Ok(Reading { kind, pages, end }),
            Ok(Err(error)) => Err(Unread::Batch(error)),
            Err(_) => Err(Unread::NotOpened(std::io::Error::other("the reader ended without an answer"))),
        }
    }

    /// After the last page: was the file read to its end?
    pub(super) async fn end(self) -> Result<(), Unread> {
        drop(self.pages);
        match self.end.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(Unread::Batch(error)),
            Err(_) => Err(Unread::NotOpened(std::io::Error::other("the reader ended without an answer"))),
        }
    }
}

fn kind_of(kind: FileKind) -> RecordKind {
    match kind {
        FileKind::Customers => RecordKind::Customers,
        FileKind::Instruments => RecordKind::Instruments,
    }
}

/// Sends the records behind the `done`th, until the end of the file or until nobody waits for them. Those before a
/// broken place are sent before it is told.
fn read(
    reader: &mut RecordReader<File>,
    kind: RecordKind,
    done: u64,
    pages: &mpsc::Sender<Vec<BatchRecord>>,
) -> Result<(), BatchError> {
    let (mut page, mut bytes) = (Vec::new(), 0);
    loop {
        let outcome = reader.next();
        if let Ok(Some(raw)) = outcome {
            if raw.index <= done {
                if pages.is_closed() {
                    return Ok(());
                }
                continue;
            }
            let record = BatchRecord::read(&raw, kind);
            bytes += record.byte_length();
            page.push(record);
            if page.len() < PAGE_RECORDS_MAX && bytes < PAGE_BYTES_MAX {
                continue;
            }
            bytes = 0;
            if pages.blocking_send(std::mem::take(&mut page)).is_err() {
                return Ok(());
            }
            continue;
        }
        if !page.is_empty() {
            // An error means that nobody waits for the rest.
            let _ = pages.blocking_send(page);
        }
        return outcome.map(drop);
    }
}
