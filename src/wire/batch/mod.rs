//! Batch files: a root with any number of records, read and written without ever holding more than one of them.
//!
//! [`RecordReader`] takes any [`std::io::Read`], packed with gzip or not, in UTF-8 or UTF-16, and gives the records one
//! after the other, each exactly as it was written and read as XML already. What is wrong with the file ends the
//! reading where it is wrong ([`BatchError`]: line, column, byte); the records before it were given (B-6).
//! [`FailureWriter`] puts records into a file of the same kind, which is a valid input again (B-3).
//! Deliberately absent: what a record means, files and folders, and going back in a file.

mod error;
mod failures;
mod gap;
mod limits;
mod packed;
mod place;
mod reader;
mod record;
mod root;
mod scan;
#[cfg(test)]
mod tests;
mod window;

pub use error::{BatchError, BatchErrorKind};
pub use failures::FailureWriter;
pub use limits::BatchLimits;
pub use reader::RecordReader;
pub use record::RawRecord;
pub use root::{FileKind, Root};
