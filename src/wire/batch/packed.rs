//! A source that may be packed with gzip: told by its first bytes, unpacked as it is read, bounded by what came in.
//!
//! Several gzip members in a row are one file, as `cat a.gz b.gz` makes them. Deliberately absent: other packings.

use std::io::{self, Chain, Cursor, Read};

use flate2::read::MultiGzDecoder;

use super::BatchLimits;

const GZIP_MAGIC: [u8; 2] = [0x1F, 0x8B];

/// A source as it reads unpacked.
pub(super) enum Unpacked<R> {
    Plain(Whole<R>),
    Gzip(Box<Gzip<R>>),
}

/// A source with the bytes in front that were read to look at them.
type Whole<R> = Chain<Cursor<Vec<u8>>, R>;

pub(super) struct Gzip<R> {
    decoder: MultiGzDecoder<Counted<Whole<R>>>,
    inflated_bytes: u64,
    ratio_max: u64,
    bytes_max: u64,
}

/// A gzip stream that comes to more than it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the packed file comes to more than it may: over the limit {name} of {value}")]
pub(super) struct Excess {
    pub(super) name: &'static str,
    pub(super) value: u64,
}

/// A gzip stream that is damaged or cut short.
#[derive(Debug, thiserror::Error)]
#[error("the gzip packing is damaged or cut short")]
pub(super) struct Broken;

impl<R: Read> Unpacked<R> {
    pub(super) fn new(mut source: R, limits: &BatchLimits) -> io::Result<Self> {
        let mut first = Vec::new();
        source.by_ref().take(GZIP_MAGIC.len() as u64).read_to_end(&mut first)?;
        let is_gzip = first == GZIP_MAGIC;
        let whole = Cursor::new(first).chain(source);
        if !is_gzip {
            return Ok(Unpacked::Plain(whole));
        }
        Ok(Unpacked::Gzip(Box::new(Gzip {
            decoder: MultiGzDecoder::new(Counted { source: whole, bytes: 0, failed: false }),
            inflated_bytes: 0,
            ratio_max: limits.inflate_ratio_max,
            bytes_max: limits.inflated_bytes_max,
        })))
    }
}

impl<R: Read> Read for Unpacked<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Unpacked::Plain(source) => source.read(buffer),
            Unpacked::Gzip(source) => source.read(buffer),
        }
    }
}

impl<R: Read> Read for Gzip<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = match self.decoder.read(buffer) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted || self.decoder.get_ref().failed => {
                return Err(error);
            }
            Err(_) => return Err(io::Error::new(io::ErrorKind::InvalidData, Broken)),
        };
        self.inflated_bytes += read as u64;
        match self.excess() {
            Some(excess) => Err(io::Error::new(io::ErrorKind::InvalidData, excess)),
            None => Ok(read),
        }
    }
}

impl<R> Gzip<R> {
    fn excess(&self) -> Option<Excess> {
        let by_ratio = self.decoder.get_ref().bytes.saturating_mul(self.ratio_max);
        if self.inflated_bytes > self.bytes_max {
            return Some(Excess { name: "inflated_bytes_max", value: self.bytes_max });
        }
        (self.inflated_bytes > by_ratio.max(BatchLimits::RATIO_FREE_BYTES))
            .then_some(Excess { name: "inflate_ratio_max", value: self.ratio_max })
    }
}

/// A source that counts, and remembers whether it was the one that failed.
struct Counted<R> {
    source: R,
    bytes: u64,
    failed: bool,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let outcome = self.source.read(buffer);
        match &outcome {
            Ok(read) => self.bytes += *read as u64,
            Err(error) => self.failed |= error.kind() != io::ErrorKind::Interrupted,
        }
        outcome
    }
}
