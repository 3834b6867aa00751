//! How much of a batch file may be held at once, and how much of it may be nothing.

use crate::wire::xml;

/// The limits of one batch file. All are inclusive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchLimits {
    /// Bytes of one record as UTF-8; no more than this of a file is ever held at once.
    pub record_bytes_max: usize,
    /// Bytes from the end of one record to the start of the next: white space, comments, unknown elements.
    pub gap_bytes_max: u64,
    /// A packed file may come to so many times the bytes it has, beyond the first [`BatchLimits::RATIO_FREE_BYTES`].
    pub inflate_ratio_max: u64,
    /// Bytes that a packed file may come to.
    pub inflated_bytes_max: u64,
    /// Of each record alone, as if it were a message; its `message_bytes_max` is not heeded.
    pub xml: xml::Limits,
}

impl BatchLimits {
    /// What a packed file may come to whatever it has: below this the ratio says nothing.
    pub const RATIO_FREE_BYTES: u64 = MIB;
}

const MIB: u64 = 1024 * 1024;

impl Default for BatchLimits {
    fn default() -> Self {
        BatchLimits {
            record_bytes_max: xml::Limits::default().message_bytes_max,
            gap_bytes_max: 64 * MIB,
            // Records that differ in a number alone pack to less than a hundredth; the format itself ends at 1,032.
            inflate_ratio_max: 200,
            inflated_bytes_max: 256 * 1024 * MIB,
            xml: xml::Limits::default(),
        }
    }
}
