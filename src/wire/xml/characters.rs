//! Which characters XML 1.0 allows, and where.
//!
//! Tables for ASCII, the productions of the fifth edition for the rest. No Unicode normalisation.

use super::error::Refusal;

/// May start a name.
pub(super) const NAME_START: u8 = 1;
/// May stand inside a name.
pub(super) const NAME: u8 = 2;
/// Ends the plain run of an attribute value: a quote, `<`, `&`.
pub(super) const VALUE_STOP: u8 = 4;
/// White space that an attribute value shows as a space.
pub(super) const VALUE_SPACE: u8 = 8;

/// What each byte may do; bytes from 0x80 are judged as characters.
pub(super) const BYTES: [u8; 256] = byte_classes();

const fn byte_classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'A'..=b'Z' | b'a'..=b'z' | b'_' => NAME_START | NAME,
            b'0'..=b'9' | b'-' | b'.' => NAME,
            b'<' | b'&' | b'"' | b'\'' => VALUE_STOP,
            b'\t' | b'\n' | b'\r' => VALUE_SPACE,
            _ => 0,
        };
        byte += 1;
    }
    classes
}

/// White space of XML.
#[inline]
pub(in crate::wire) const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Whether the character may stand in a document (XML 1.0, production 2).
pub(super) const fn is_allowed(character: char) -> bool {
    matches!(character,
        '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}')
}

/// One sweep over the whole message for characters that may stand nowhere.
pub(super) fn check_all(text: &str) -> Result<(), Refusal> {
    const BLOCK: usize = 1024;
    for (index, block) in text.as_bytes().chunks(BLOCK).enumerate() {
        // Without an early exit the compiler turns this loop into vector instructions.
        let forbidden = block.iter().fold(false, |found, byte| {
            found | ((*byte < 0x20) & (*byte != b'\t') & (*byte != b'\n') & (*byte != b'\r'))
        });
        if forbidden {
            let at = block.iter().position(|byte| *byte < 0x20 && !is_space(*byte)).unwrap_or(0);
            return Err(forbidden_at(index * BLOCK + at));
        }
    }
    let bytes = text.as_bytes();
    match memchr::memchr_iter(0xEF, bytes).find(|at| is_noncharacter(&bytes[*at..])) {
        Some(at) => Err(forbidden_at(at)),
        None => Ok(()),
    }
}

/// U+FFFE and U+FFFF in UTF-8.
pub(super) fn is_noncharacter(bytes: &[u8]) -> bool {
    matches!(bytes, [0xEF, 0xBF, 0xBE | 0xBF, ..])
}

#[cold]
fn forbidden_at(offset: usize) -> Refusal {
    Refusal::not_well_formed(offset, "a character that XML does not allow")
}

/// A qualified name as far as it was looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Name {
    pub(super) bytes: usize,
    /// Those of its prefix, 0 for none; `None` if it was not looked at, so that it may be no name.
    pub(super) prefix_bytes: Option<usize>,
}

/// The qualified name that a text begins with, if that is an ASCII one.
pub(super) fn plain_name(text: &[u8]) -> Option<Name> {
    let first = plain_bytes(text)?;
    match text[first..].split_first() {
        Some((b':', local)) => {
            Some(Name { bytes: first + 1 + plain_bytes(local)?, prefix_bytes: Some(first) })
        }
        _ => Some(Name { bytes: first, prefix_bytes: Some(0) }),
    }
}

/// The length of the ASCII name at the beginning, `None` if there is none.
fn plain_bytes(bytes: &[u8]) -> Option<usize> {
    let (first, others) = bytes.split_first()?;
    let others = others.iter().position(|byte| BYTES[*byte as usize] & NAME == 0).unwrap_or(others.len());
    (BYTES[*first as usize] & NAME_START != 0).then_some(1 + others)
}

/// Checks a qualified name; the length of its prefix, 0 for none.
pub(super) fn split_name(name: &str) -> Option<usize> {
    let mut parts = name.splitn(2, ':');
    let (first, second) = (parts.next()?, parts.next());
    let is_whole = is_any_name(first) && second.is_none_or(is_any_name);
    is_whole.then_some(if second.is_some() { first.len() } else { 0 })
}

/// Whether it is a name without a colon.
fn is_any_name(part: &str) -> bool {
    let mut characters = part.chars();
    let ascii =
        |character: char, wanted: u8| BYTES.get(character as usize).is_some_and(|class| class & wanted != 0);
    characters
        .next()
        .is_some_and(|first| if first.is_ascii() { ascii(first, NAME_START) } else { is_name_start(first) })
        && characters.all(|next| if next.is_ascii() { ascii(next, NAME) } else { is_name(next) })
}

fn is_name_start(character: char) -> bool {
    matches!(character,
        '\u{C0}'..='\u{D6}' | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2FF}' | '\u{370}'..='\u{37D}'
        | '\u{37F}'..='\u{1FFF}' | '\u{200C}'..='\u{200D}' | '\u{2070}'..='\u{218F}'
        | '\u{2C00}'..='\u{2FEF}' | '\u{3001}'..='\u{D7FF}' | '\u{F900}'..='\u{FDCF}'
        | '\u{FDF0}'..='\u{FFFD}' | '\u{10000}'..='\u{EFFFF}')
}

fn is_name(character: char) -> bool {
    is_name_start(character)
        || matches!(character, '\u{B7}' | '\u{300}'..='\u{36F}' | '\u{203F}'..='\u{2040}')
}

/// What a reference stands for; `name` is what stands between `&` and `;`.
pub(super) fn reference(name: &str) -> Option<char> {
    match name {
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "amp" => return Some('&'),
        "apos" => return Some('\''),
        "quot" => return Some('"'),
        _ => {}
    }
    let number = name.strip_prefix('#')?;
    let (digits, radix) = match number.strip_prefix('x') {
        Some(digits) => (digits, 16),
        None => (number, 10),
    };
    // `from_str_radix` takes a sign, XML does not.
    let plain = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_alphanumeric());
    let code = plain.then(|| u32::from_str_radix(digits, radix).ok())??;
    char::from_u32(code).filter(|character| is_allowed(*character))
}
