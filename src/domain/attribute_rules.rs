//! Rules C: the custom attributes of a request and what it makes of those of a customer.
//!
//! [`read`] checks a request against the types and knows no customer; [`apply`] knows the customer and refuses
//! nothing.

use jiff::civil::Date;

use super::customer::Attribute;
use super::decision::{WarningCode, Warnings};
use super::error::Code;
use super::message::{AttributeMessage, CustomerMessage};
use super::reference::{AttributeKind, AttributeType, Reference};
use super::violations::Violations;

/// The values that an attribute is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct NewValues {
    /// Where the request names it first.
    path: String,
    name: String,
    /// In their stored form; none deletes the attribute (C-2).
    values: Vec<String>,
    editable: bool,
}

/// C-2 to C-4, C-6, C-7: reads the attributes of a request. One that is named several times has all the values.
pub(super) fn read(
    message: &CustomerMessage,
    reference: &Reference,
    violations: &mut Violations,
) -> Vec<NewValues> {
    let mut attributes: Vec<NewValues> = Vec::new();
    for sent in &message.attributes {
        let path = format!("Customer/CustomAttribute[{}]", sent.index);
        let known = sent.name.as_ref().and_then(|name| reference.attribute_types.get_key_value(name));
        let Some((name, definition)) = known else {
            let text = "no attribute type has this name";
            violations.add(Code::UnknownAttributeType, format!("{path}/@name"), text);
            continue;
        };
        let values = read_values(sent, definition, &path, violations);
        match attributes.iter_mut().find(|attribute| attribute.name == *name) {
            Some(attribute) => attribute.values.extend(values),
            None => attributes.push(NewValues {
                path: path.clone(),
                name: name.clone(),
                values,
                editable: definition.editable,
            }),
        }
        let count = attributes.iter().find(|known| known.name == *name).map_or(0, |known| known.values.len());
        if definition.unique && count > 1 {
            let text = "the attribute takes one value only";
            violations.add(Code::MultipleValuesOnUniqueAttributeType, path, text);
        }
    }
    attributes
}

/// The values in their stored form, without the empty ones (C-2) and those that were refused.
fn read_values(
    sent: &AttributeMessage,
    definition: &AttributeType,
    path: &str,
    violations: &mut Violations,
) -> Vec<String> {
    let mut values = Vec::new();
    for (position, text) in sent.values.iter().enumerate() {
        if text.is_empty() {
            continue;
        }
        match read_value(&definition.kind, text) {
            Ok(value) => values.push(value),
            Err((code, expected)) => {
                violations.add(code, format!("{path}/AttributeValue[{}]", position + 1), expected);
            }
        }
    }
    values
}

/// C-3, C-4: the stored form of a value.
fn read_value(kind: &AttributeKind, text: &str) -> Result<String, (Code, &'static str)> {
    let invalid = |expected| Err((Code::InvalidAttributeValue, expected));
    match kind {
        AttributeKind::Text => Ok(text.to_owned()),
        AttributeKind::Number if is_decimal(text) => Ok(text.to_owned()),
        AttributeKind::Number => invalid("expected a decimal number, such as -12.5"),
        AttributeKind::Date if is_date(text) => Ok(text.to_owned()),
        AttributeKind::Date => invalid("expected a date of the form MM-DD-YYYY"),
        AttributeKind::Logical if text.eq_ignore_ascii_case("yes") => Ok("Yes".to_owned()),
        AttributeKind::Logical if text.eq_ignore_ascii_case("no") => Ok("No".to_owned()),
        AttributeKind::Logical => invalid("expected Yes or No"),
        AttributeKind::List(allowed) if allowed.iter().any(|value| value == text) => Ok(text.to_owned()),
        AttributeKind::List(_) => Err((
            Code::ValueNotInEnumeratedAttributeTypeValues,
            "expected one of the values that the attribute type lists",
        )),
    }
}

/// A sign at most, digits, a decimal point at most; no exponent and no thousands separators.
fn is_decimal(text: &str) -> bool {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(fraction) && !(whole.is_empty() && fraction.is_empty())
}

/// A day of the calendar as `MM-DD-YYYY`.
fn is_date(text: &str) -> bool {
    let bytes = text.as_bytes();
    let form = bytes.len() == 10
        && bytes.iter().enumerate().all(|(at, byte)| match at {
            2 | 5 => *byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    form && Date::strptime("%m-%d-%Y", text).is_ok()
}

/// C-1, C-2, C-5: replaces the values of each attribute that the request names.
pub(super) fn apply(sent: Vec<NewValues>, held: &mut Vec<Attribute>, warnings: &mut Warnings) {
    for NewValues { path, name, values, editable } in sent {
        let known = held.iter().position(|attribute| attribute.name == name);
        let Some(position) = known else {
            if !values.is_empty() {
                held.push(Attribute { name, values });
            }
            continue;
        };
        if !editable && held[position].values != values {
            let text = "the attribute has a value and is not editable; the value was not changed";
            warnings.add(WarningCode::AttributeNotEditable, path, text);
        } else if values.is_empty() {
            held.remove(position);
        } else {
            held[position].values = values;
        }
    }
}
