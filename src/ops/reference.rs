//! Reference data as it is written in a file: alternate-key types and attribute types.
//!
//! TOML, an array of tables for each kind. Names and codes are unique; a list has values and nothing else has. A mistake
//! is named with its line and column, or with the entry it is in.

use serde::Deserialize;

use crate::domain::reference::{AttributeKind, AttributeType, Reference};

/// The reference data of a fresh store.
pub const DEFAULT_REFERENCE: &str = include_str!("../../examples/reference/default.toml");

/// Why a file is no reference data.
#[derive(Debug, thiserror::Error)]
pub enum ReferenceError {
    /// The text is no TOML of this form; the cause names line and column.
    #[error("{0}")]
    Form(#[from] toml::de::Error),
    /// Two entries have one name.
    #[error("{0} {1:?} is defined twice")]
    Twice(&'static str, String),
    /// Only a list has values, and it has at least one.
    #[error("attribute_type {0:?}: `values` belongs to type List, which needs at least one")]
    Values(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    alternate_key_type: Vec<KeyTypeEntry>,
    #[serde(default)]
    attribute_type: Vec<AttributeTypeEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyTypeEntry {
    code: String,
    #[serde(default)]
    description: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct AttributeTypeEntry {
    name: String,
    #[serde(rename = "type")]
    data_type: DataType,
    #[serde(default)]
    values: Vec<String>,
    #[serde(default)]
    unique: bool,
    #[serde(default = "yes")]
    editable: bool,
}

fn yes() -> bool {
    true
}

#[derive(Deserialize)]
enum DataType {
    Text,
    Number,
    Date,
    Logical,
    List,
}

/// Reads reference data.
pub fn parse(text: &str) -> Result<Reference, ReferenceError> {
    let file: File = toml::from_str(text)?;
    let mut reference = Reference::default();
    for entry in file.alternate_key_type {
        let before = reference.alternate_key_types.insert(entry.code.clone(), entry.description);
        if before.is_some() {
            return Err(ReferenceError::Twice("alternate_key_type", entry.code));
        }
    }
    for entry in file.attribute_type {
        let (name, attribute_type) = attribute_type(entry)?;
        if reference.attribute_types.insert(name.clone(), attribute_type).is_some() {
            return Err(ReferenceError::Twice("attribute_type", name));
        }
    }
    Ok(reference)
}

fn attribute_type(entry: AttributeTypeEntry) -> Result<(String, AttributeType), ReferenceError> {
    let is_list = matches!(entry.data_type, DataType::List);
    if is_list == entry.values.is_empty() {
        return Err(ReferenceError::Values(entry.name));
    }
    let kind = match entry.data_type {
        DataType::Text => AttributeKind::Text,
        DataType::Number => AttributeKind::Number,
        DataType::Date => AttributeKind::Date,
        DataType::Logical => AttributeKind::Logical,
        DataType::List => AttributeKind::List(entry.values),
    };
    Ok((entry.name, AttributeType { kind, unique: entry.unique, editable: entry.editable }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_3_a_fresh_store_knows_five_key_types() {
        let reference = parse(DEFAULT_REFERENCE).unwrap();
        let codes: Vec<_> = reference.alternate_key_types.keys().map(String::as_str).collect();
        assert_eq!(codes, ["EMAIL", "PHONE", "TWCUSTID", "XSTORE_CUST_ID", "XSTORE_ID"]);
    }

    #[test]
    fn mistakes_are_named() {
        let entry = |rest: &str| format!("[[attribute_type]]\nname = \"Size\"\n{rest}\n");
        let cases = [
            (entry("type = \"Tree\""), "line 3"),
            (entry("type = \"List\""), "Size"),
            (entry("type = \"Text\"\nvalues = [\"a\"]"), "Size"),
            (entry("type = \"Text\"\ncolour = 1"), "colour"),
            (format!("{0}{0}", entry("type = \"Text\"")), "twice"),
        ];
        for (text, expected) in cases {
            let error = parse(&text).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }
}
