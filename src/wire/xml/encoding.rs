//! From bytes to text: byte order mark, the caller's charset, the declaration's `encoding`, in that order.
//!
//! UTF-8 is borrowed; UTF-16 with a byte order mark is transcoded. Everything else is refused, UTF-16
//! without a mark and UTF-32 included: guessing an encoding is how one message gets two readings.

use std::borrow::Cow;

use super::error::{Refusal, XmlErrorKind};

/// A charset that a transport was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Charset {
    /// UTF-8, and US-ASCII as a part of it.
    Utf8,
    /// UTF-16 of either byte order; the message has to start with its mark.
    Utf16,
}

impl Charset {
    /// The charset of a label in any case; `None` for one that is not supported.
    pub fn from_label(label: &str) -> Option<Self> {
        const UTF8: &[&str] = &["utf-8", "utf8", "us-ascii", "ascii"];
        const UTF16: &[&str] = &["utf-16", "utf16", "utf-16le", "utf-16be"];
        let is = |names: &[&str]| names.iter().any(|name| name.eq_ignore_ascii_case(label));
        match () {
            () if is(UTF8) => Some(Charset::Utf8),
            () if is(UTF16) => Some(Charset::Utf16),
            () => None,
        }
    }
}

/// A message as text.
pub(super) struct Decoded<'a> {
    /// Without its byte order mark.
    pub(super) text: Cow<'a, str>,
    /// Whether mark or charset settled the encoding, so that the declaration's word does not count.
    pub(super) settled: bool,
}

/// Decodes a message.
pub(super) fn decode(bytes: &[u8], charset: Option<Charset>) -> Result<Decoded<'_>, Refusal> {
    match bytes {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => Err(unsupported("UTF-32 is not supported")),
        [0xFF, 0xFE, units @ ..] => utf16(units, u16::from_le_bytes),
        [0xFE, 0xFF, units @ ..] => utf16(units, u16::from_be_bytes),
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest, true),
        [0, b'<', ..] | [b'<', 0, ..] => Err(unsupported("UTF-16 needs a byte order mark")),
        _ if charset == Some(Charset::Utf16) => Err(unsupported("UTF-16 needs a byte order mark")),
        _ => utf8(bytes, charset.is_some()),
    }
}

fn utf8(bytes: &[u8], settled: bool) -> Result<Decoded<'_>, Refusal> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(Decoded { text: Cow::Borrowed(text), settled }),
        Err(error) => Err(Refusal::not_well_formed(error.valid_up_to(), "the message is not valid UTF-8")),
    }
}

/// The part of a message that is UTF-8, to count lines in.
pub(super) fn readable_part(bytes: &[u8]) -> &str {
    let bytes = bytes.strip_prefix(&[0xEF, 0xBB, 0xBF]).unwrap_or(bytes);
    bytes.utf8_chunks().next().map_or("", |chunk| chunk.valid())
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Result<Decoded<'static>, Refusal> {
    let (pairs, rest) = bytes.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(Refusal::not_well_formed(0, "the message ends inside a UTF-16 code unit"));
    }
    let text = char::decode_utf16(pairs.iter().map(|pair| unit(*pair)))
        .collect::<Result<String, _>>()
        .map_err(|_| Refusal::not_well_formed(0, "the message is not valid UTF-16"))?;
    Ok(Decoded { text: Cow::Owned(text), settled: true })
}

#[cold]
fn unsupported(message: &str) -> Refusal {
    Refusal::new(XmlErrorKind::EncodingNotSupported, 0, message)
}
