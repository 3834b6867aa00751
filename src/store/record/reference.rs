//! An entry of the reference data: one section, whose tag says of which kind and stored version it is.
//!
//! Deliberately absent: its code, which is the key's.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::{FORMAT, RecordError, push_section, read_section, sections};
use crate::domain::reference::{AttributeKind, AttributeType, Definition};

/// Tags are stored: never renumber, only add.
mod tag {
    pub(super) const ALTERNATE_KEY_TYPE_V1: u8 = 1;
    pub(super) const ATTRIBUTE_TYPE_V1: u8 = 2;
    pub(super) const RETAIL_LOCATION_V1: u8 = 3;
}

#[derive(Serialize, Deserialize)]
struct AlternateKeyTypeV1<'a> {
    description: Cow<'a, str>,
}

#[derive(Serialize, Deserialize)]
struct AttributeTypeV1<'a> {
    kind: AttributeKindV1<'a>,
    unique: bool,
    editable: bool,
}

/// Variants are stored by position: only add behind the last.
#[derive(Serialize, Deserialize)]
enum AttributeKindV1<'a> {
    Text,
    Number,
    Date,
    Logical,
    List(Vec<Cow<'a, str>>),
}

#[derive(Serialize, Deserialize)]
struct RetailLocationV1<'a> {
    name: Cow<'a, str>,
}

/// Writes an entry.
pub fn encode_definition(definition: &Definition) -> Result<Vec<u8>, RecordError> {
    let mut body = vec![FORMAT];
    match definition {
        Definition::AlternateKeyType { description } => {
            let section = AlternateKeyTypeV1 { description: description.into() };
            push_section(&mut body, tag::ALTERNATE_KEY_TYPE_V1, &section)?;
        }
        Definition::AttributeType(AttributeType { kind, unique, editable }) => {
            let section = AttributeTypeV1 { kind: kind_of(kind), unique: *unique, editable: *editable };
            push_section(&mut body, tag::ATTRIBUTE_TYPE_V1, &section)?;
        }
        Definition::RetailLocation { name } => {
            push_section(&mut body, tag::RETAIL_LOCATION_V1, &RetailLocationV1 { name: name.into() })?;
        }
    }
    Ok(body)
}

fn kind_of(kind: &AttributeKind) -> AttributeKindV1<'_> {
    match kind {
        AttributeKind::Text => AttributeKindV1::Text,
        AttributeKind::Number => AttributeKindV1::Number,
        AttributeKind::Date => AttributeKindV1::Date,
        AttributeKind::Logical => AttributeKindV1::Logical,
        AttributeKind::List(values) => AttributeKindV1::List(values.iter().map(Cow::from).collect()),
    }
}

/// Reads an entry of any stored version.
pub fn decode_definition(body: &[u8]) -> Result<Definition, RecordError> {
    match sections(body)?.as_slice() {
        [(tag::ALTERNATE_KEY_TYPE_V1, bytes)] => {
            let section: AlternateKeyTypeV1<'_> = read_section(bytes)?;
            Ok(Definition::AlternateKeyType { description: section.description.into_owned() })
        }
        [(tag::ATTRIBUTE_TYPE_V1, bytes)] => {
            let AttributeTypeV1 { kind, unique, editable } = read_section(bytes)?;
            let kind = match kind {
                AttributeKindV1::Text => AttributeKind::Text,
                AttributeKindV1::Number => AttributeKind::Number,
                AttributeKindV1::Date => AttributeKind::Date,
                AttributeKindV1::Logical => AttributeKind::Logical,
                AttributeKindV1::List(values) => {
                    AttributeKind::List(values.into_iter().map(Cow::into_owned).collect())
                }
            };
            Ok(Definition::AttributeType(AttributeType { kind, unique, editable }))
        }
        [(tag::RETAIL_LOCATION_V1, bytes)] => {
            let section: RetailLocationV1<'_> = read_section(bytes)?;
            Ok(Definition::RetailLocation { name: section.name.into_owned() })
        }
        [(tag, _), ..] => Err(RecordError::Newer(*tag)),
        [] => Err(RecordError::Unreadable("an empty entry of the reference data".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(kind: AttributeKind) -> Definition {
        Definition::AttributeType(AttributeType { kind, unique: true, editable: false })
    }

    fn all() -> Vec<Definition> {
        let colours = ["Red", "Blåtoner"].map(str::to_owned).to_vec();
        let kinds = [AttributeKind::Number, AttributeKind::Date, AttributeKind::Logical];
        let mut all = vec![
            Definition::AlternateKeyType { description: "Number of a till".to_owned() },
            Definition::RetailLocation { name: "Harbour".to_owned() },
            attribute(AttributeKind::Text),
            attribute(AttributeKind::List(colours)),
        ];
        all.extend(kinds.map(attribute));
        all
    }

    #[test]
    fn an_entry_reads_as_it_was_written() {
        for definition in all() {
            assert_eq!(decode_definition(&encode_definition(&definition).unwrap()).unwrap(), definition);
        }
    }

    /// What version 1 wrote is readable for ever; these bytes never change.
    #[test]
    fn stored_versions_stay_readable() {
        let cases: [(&[u8], Definition); 3] = [
            (b"\x01\x01\x05\0\0\0\x04Till", Definition::AlternateKeyType { description: "Till".into() }),
            (b"\x01\x03\x04\0\0\0\x03Sea", Definition::RetailLocation { name: "Sea".into() }),
            (b"\x01\x02\x07\0\0\0\x04\x01\x02XL\x01\0", attribute(AttributeKind::List(vec!["XL".into()]))),
        ];
        for (bytes, expected) in cases {
            assert_eq!(decode_definition(bytes).unwrap(), expected);
            assert_eq!(encode_definition(&expected).unwrap(), bytes);
        }
    }

    #[test]
    fn what_is_not_known_or_damaged_is_refused() {
        assert!(matches!(decode_definition(b"\x01\xc8\0\0\0\0"), Err(RecordError::Newer(200))));
        for body in [&b""[..], b"\x01", b"\x01\x01\x09\0\0\0\x04Till", b"\x01\x01\x06\0\0\0\x04Till!"] {
            assert!(decode_definition(body).is_err(), "{body:?}");
        }
    }
}
