//! The entries of a reference file and what must hold of each: sizes, and values where a list needs them.
//!
//! A code has to be one that a request can bring: not longer than its field, without white space around it.

use serde::Deserialize;
use toml::Spanned;

use super::file::Wrong;
use crate::domain::reference::{AttributeKind, AttributeType, Definition};

/// The sizes that codes and ids, names, and values have in a request.
pub(super) const CODE_CHARACTERS_MAX: usize = 60;
pub(super) const NAME_CHARACTERS_MAX: usize = 120;
pub(super) const TEXT_CHARACTERS_MAX: usize = 250;
/// The most values of a List.
const LIST_VALUES_MAX: usize = 1_000;

pub(super) type Defined = Result<(Spanned<String>, Definition), Wrong>;

/// `[[alternate_key_type]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AlternateKeyTypeEntry {
    code: Spanned<String>,
    description: Option<Spanned<String>>,
}

/// `[[attribute_type]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AttributeTypeEntry {
    name: Spanned<String>,
    #[serde(rename = "type")]
    data_type: Spanned<DataType>,
    values: Option<Spanned<Vec<Spanned<String>>>>,
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

/// `[[retail_location]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RetailLocationEntry {
    id: Spanned<String>,
    name: Option<Spanned<String>>,
}

impl AlternateKeyTypeEntry {
    pub(super) fn define(self) -> Defined {
        check(&self.code, 1, CODE_CHARACTERS_MAX)?;
        let description = optional(self.description, TEXT_CHARACTERS_MAX)?;
        Ok((self.code, Definition::AlternateKeyType { description }))
    }
}

impl RetailLocationEntry {
    pub(super) fn define(self) -> Defined {
        check(&self.id, 1, CODE_CHARACTERS_MAX)?;
        let name = optional(self.name, NAME_CHARACTERS_MAX)?;
        Ok((self.id, Definition::RetailLocation { name }))
    }
}

impl AttributeTypeEntry {
    pub(super) fn define(self) -> Defined {
        check(&self.name, 1, NAME_CHARACTERS_MAX)?;
        let type_span = self.data_type.span();
        let kind = match (self.data_type.into_inner(), self.values) {
            (DataType::List, Some(values)) => AttributeKind::List(list(values)?),
            (DataType::List, None) => {
                let text = "a List needs `values`".to_owned();
                return Err(Wrong { span: Some(type_span), text });
            }
            (_, Some(values)) => {
                let text = "only a List has `values`".to_owned();
                return Err(Wrong { span: Some(values.span()), text });
            }
            (DataType::Text, None) => AttributeKind::Text,
            (DataType::Number, None) => AttributeKind::Number,
            (DataType::Date, None) => AttributeKind::Date,
            (DataType::Logical, None) => AttributeKind::Logical,
        };
        let attribute_type = AttributeType { kind, unique: self.unique, editable: self.editable };
        Ok((self.name, Definition::AttributeType(attribute_type)))
    }
}

fn list(values: Spanned<Vec<Spanned<String>>>) -> Result<Vec<String>, Wrong> {
    let span = values.span();
    let mut list: Vec<String> = Vec::new();
    for value in values.into_inner() {
        check(&value, 1, TEXT_CHARACTERS_MAX)?;
        if list.contains(value.get_ref()) {
            return Err(Wrong { span: Some(value.span()), text: "this value stands here twice".to_owned() });
        }
        list.push(value.into_inner());
    }
    match list.len() {
        1..=LIST_VALUES_MAX => Ok(list),
        _ => Err(Wrong { span: Some(span), text: format!("expected 1 to {LIST_VALUES_MAX} values") }),
    }
}

/// A text that people read; nothing if it is left out.
fn optional(text: Option<Spanned<String>>, max: usize) -> Result<String, Wrong> {
    let Some(text) = text else { return Ok(String::new()) };
    check(&text, 0, max)?;
    Ok(text.into_inner())
}

pub(super) fn check(text: &Spanned<String>, min: usize, max: usize) -> Result<(), Wrong> {
    let value = text.get_ref();
    let sized = (min..=max).contains(&value.chars().count());
    let clean = value.trim() == value && !value.chars().any(char::is_control);
    if sized && clean {
        return Ok(());
    }
    let text_wanted = format!(
        "expected {min} to {max} characters, without white space around them and without control characters"
    );
    Err(Wrong { span: Some(text.span()), text: text_wanted })
}
