//! The pieces of a message that are not content: XML declaration, processing instructions, document type.
//!
//! They are checked and then forgotten; only the declared encoding has a say, and only when nobody else had.

use super::Charset;
use super::attributes::AttributeReader;
use super::characters::{self, is_space};
use super::error::{Refusal, XmlErrorKind};

/// `<?target …?>`: the target is a name without a colon, and not `xml` in any case.
pub(super) fn check_instruction(text: &str, start: usize, end: usize) -> Result<(), Refusal> {
    let content = &text[start + 2..end - 2];
    let target_bytes = content.bytes().position(is_space).unwrap_or(content.len());
    let target = &content[..target_bytes];
    if characters::split_name(target) != Some(0) || target.eq_ignore_ascii_case("xml") {
        return Err(Refusal::not_well_formed(start, "a processing instruction without an allowed target"));
    }
    Ok(())
}

/// `<?xml version="1.0" encoding="…" standalone="…"?>`, in this order, at the very start. `settled`: the
/// encoding is known already.
pub(super) fn check_declaration(text: &str, start: usize, end: usize, settled: bool) -> Result<(), Refusal> {
    const INVALID: &str = "not an XML declaration";
    if start != 0 {
        return Err(Refusal::not_well_formed(start, "an XML declaration that is not at the start"));
    }
    let mut reader = AttributeReader::new(text, start + "<?xml".len(), end - "?>".len());
    let mut allowed: &[&str] = &["version", "encoding", "standalone"];
    let mut has_version = false;
    while let Some(raw) = reader.read()? {
        let name = &text[raw.name_start..raw.name_start + raw.name.bytes];
        let value = &text[raw.value_start..raw.value_end];
        let place = allowed.iter().position(|known| *known == name);
        has_version |= name == "version";
        let Some(place) = place.filter(|_| has_version && is_declared(name, value)) else {
            return Err(Refusal::not_well_formed(raw.name_start, INVALID));
        };
        if name == "encoding" && !settled && Charset::from_label(value) != Some(Charset::Utf8) {
            let message = "the declared encoding is not supported: use UTF-8";
            return Err(Refusal::new(XmlErrorKind::EncodingNotSupported, raw.value_start, message));
        }
        allowed = &allowed[place + 1..];
    }
    match has_version {
        true => Ok(()),
        false => Err(Refusal::not_well_formed(start, INVALID)),
    }
}

/// Whether a part of the XML declaration may have this value.
fn is_declared(name: &str, value: &str) -> bool {
    match name {
        "version" => value
            .strip_prefix("1.")
            .is_some_and(|minor| !minor.is_empty() && minor.bytes().all(|digit| digit.is_ascii_digit())),
        "encoding" => {
            let part = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
            value.starts_with(|first: char| first.is_ascii_alphabetic()) && value.bytes().all(part)
        }
        _ => matches!(value, "yes" | "no"),
    }
}

/// The refusal of a document type declaration, whatever is in it.
#[cold]
pub(super) fn dtd(at: usize) -> Refusal {
    Refusal::new(XmlErrorKind::DtdNotAllowed, at, "a document type declaration is not allowed")
}
