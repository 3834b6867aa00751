//! How records are written: a frame of tagged sections, each section a struct of one stored version.
//!
//! A body is the format byte, then for each section its tag (u8), its length (u32, little-endian) and its
//! postcard bytes; an empty section is left out. A new version of a section gets a new tag and the old struct
//! stays readable for ever (`tests/fixtures` beside this file); a new section is simply a new tag. The change log
//! compares and keeps whole sections, so it needs no knowledge of what is inside. Checksums and chunks are the
//! engines' matter, not ours.

mod activity;
pub mod batch;
mod batch_failure;
mod card;
#[cfg(test)]
mod card_tests;
mod customer;
mod document;
pub mod history;
pub mod idempotency;
pub mod key;
mod last_change;
mod note;
mod promotion;
mod readable;
mod reference;
mod stored;
#[cfg(test)]
mod tests;
mod v1;

pub use activity::{
    ActivitySums, BaseDocument, SumsDocument, TransactionDocument, decode_sums, decode_transaction,
    encode_sums, encode_transaction,
};
pub use card::{
    decode_activity, decode_card, decode_coupon, decode_link, decode_pin_attempts, encode_activity,
    encode_card, encode_coupon, encode_link, encode_pin_attempts,
};
pub use customer::{
    CustomerState, decode_customer, encode_customer, encode_merged, read_state, section_name, view_customer,
};
pub use document::CustomerDocument;
pub use last_change::{decode_last_change, encode_last_change, last_change};
pub use note::{decode_note, encode_note, view_note};
pub use promotion::{check_promotion_target, encode_promotion_target};
pub use readable::{link_value, note_value, section_value, sums_value, transaction_value};
pub use reference::{decode_definition, encode_definition};
pub use v1::NoteDocument;

use smallvec::SmallVec;

/// The largest encoded customer; a larger one is refused with `ATTRIBUTE_VALUE_TOO_LARGE`.
pub const CUSTOMER_BYTES_MAX: usize = 256 * 1024;

/// The first byte of every body.
const FORMAT: u8 = 1;

/// A body that can't be read, although its checksum is right.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Written by a later version of the program.
    #[error("the record has a section or format ({0}) that this version does not know")]
    Newer(u8),
    /// The frame or a section does not end where it should, or a value is out of its range.
    #[error("the record can't be read: {0}")]
    Unreadable(String),
}

impl From<postcard::Error> for RecordError {
    fn from(error: postcard::Error) -> Self {
        RecordError::Unreadable(error.to_string())
    }
}

/// Appends one section.
fn push_section<T: serde::Serialize>(body: &mut Vec<u8>, tag: u8, section: &T) -> Result<(), RecordError> {
    body.push(tag);
    let length_at = body.len();
    body.extend_from_slice(&[0; 4]);
    postcard::serialize_with_flavor(section, Append(body))?;
    let length = u32::try_from(body.len() - length_at - 4)
        .map_err(|_| RecordError::Unreadable("a section is over 4 GiB".to_owned()))?;
    body[length_at..length_at + 4].copy_from_slice(&length.to_le_bytes());
    Ok(())
}

/// Appends a section as it stands in another body.
fn push_section_bytes(body: &mut Vec<u8>, (tag, section): (u8, &[u8])) {
    body.push(tag);
    // It came out of a body, whose lengths are of 4 bytes.
    body.extend_from_slice(&(section.len() as u32).to_le_bytes());
    body.extend_from_slice(section);
}

/// Lets postcard append to a body that already has sections.
struct Append<'a>(&'a mut Vec<u8>);

impl postcard::ser_flavors::Flavor for Append<'_> {
    type Output = ();

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

/// `(tag, bytes)` of each section of a body. No record has more kinds than stand here without memory of their own.
type Sections<'a> = SmallVec<[(u8, &'a [u8]); 16]>;

/// The sections of a body, in the order written.
pub fn sections(body: &[u8]) -> Result<Sections<'_>, RecordError> {
    let cut_short = || RecordError::Unreadable("cut short".to_owned());
    let (format, mut rest) = body.split_first().ok_or_else(cut_short)?;
    if *format != FORMAT {
        return Err(RecordError::Newer(*format));
    }
    let mut sections = Sections::new();
    while let Some((tag, after_tag)) = rest.split_first() {
        let (length, after_length) = after_tag.split_first_chunk::<4>().ok_or_else(cut_short)?;
        let length = u32::from_le_bytes(*length) as usize;
        let (section, after) = after_length.split_at_checked(length).ok_or_else(cut_short)?;
        sections.push((*tag, section));
        rest = after;
    }
    Ok(sections)
}

/// The section with this tag, if there is one. A body has few, so that looking through them is faster than an index.
fn section<'a>(sections: &[(u8, &'a [u8])], tag: u8) -> Option<&'a [u8]> {
    sections.iter().rev().find(|(found, _)| *found == tag).map(|(_, bytes)| *bytes)
}

/// Reads a section and insists that nothing follows.
fn read_section<'a, T: serde::Deserialize<'a>>(bytes: &'a [u8]) -> Result<T, RecordError> {
    let (value, rest) = postcard::take_from_bytes(bytes)?;
    if rest.is_empty() { Ok(value) } else { Err(RecordError::Unreadable("a section is too long".to_owned())) }
}
