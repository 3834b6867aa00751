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

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    /// `name=values` of a customer to whom the requests were applied, one after the other.
    fn check(requests: &[&[&str]], expected: &[&str]) {
        let mut world = World::default();
        let mut customer = world.add(&attributes(requests[0]));
        for request in &requests[1..] {
            customer = world.update(&customer, &attributes(request));
        }
        let shown = |held: &super::Attribute| format!("{}={}", held.name, held.values.join("|"));
        assert_eq!(customer.attributes.iter().map(shown).collect::<Vec<_>>(), expected, "{requests:?}");
    }

    fn check_refused(sent: &[&str], expected: &[&str]) {
        assert_eq!(shown_violations(World::default().try_add(&attributes(sent))), expected, "{sent:?}");
    }

    #[test]
    fn c_1_an_update_replaces_the_values_of_what_it_names() {
        check(&[&["Motto=a|b", "Visits=1"], &["Motto=c"]], &["Motto=c", "Visits=1"]);
        check(&[&["Motto=a"], &["Visits=1"]], &["Motto=a", "Visits=1"]);
        check(&[&["Motto=a", "Visits=1", "Motto=b"]], &["Motto=a|b", "Visits=1"]);
    }

    #[test]
    fn c_2_an_empty_value_deletes_all_values() {
        check(&[&["Motto=a|b", "Visits=1"], &["Motto="]], &["Visits=1"]);
        check(&[&["Motto="]], &[]);
        check(&[&["Motto=a|b"], &["Motto=|c"]], &["Motto=c"]);
        let mut world = World::default();
        let customer = world.add(&attributes(&["Motto=a"]));
        let mut message = attributes(&["Motto="]);
        message.attributes[0].values.clear();
        assert!(world.update(&customer, &message).attributes.is_empty());
    }

    #[test]
    fn c_3_values_have_the_form_of_their_type() {
        for good in ["Visits=0", "Visits=-12.50", "Visits=+.5", "Visits=1.", "Wedding=02-29-2016", "Motto=*"]
        {
            check(&[&[good]], &[good]);
        }
        check(&[&["Member=YES|no"]], &["Member=Yes|No"]);
        for bad in [
            "Visits=1e3",
            "Visits=1,000",
            "Visits=.",
            "Visits=-",
            "Visits=--1",
            "Visits=١",
            "Wedding=02-30-2016",
            "Wedding=2016-02-28",
            "Wedding=2-28-2016",
            "Wedding=02/28/2016",
            "Wedding=13-01-2016",
            "Member=true",
            "Member=Y",
        ] {
            check_refused(&[bad], &["INVALID_ATTRIBUTE_VALUE Customer/CustomAttribute[1]/AttributeValue[1]"]);
        }
    }

    #[test]
    fn c_4_list_values_are_listed_exactly() {
        check(&[&["Level=Silver|Gold"]], &["Level=Silver|Gold"]);
        let expected =
            "VALUE_NOT_IN_ENUMERATED_ATTRIBUTE_TYPE_VALUES Customer/CustomAttribute[1]/AttributeValue[2]";
        check_refused(&["Level=Gold|silver"], &[expected]);
    }

    #[test]
    fn c_5_what_is_not_editable_is_kept_with_a_warning() {
        check(&[&["Founder=a"], &["Founder=b"]], &["Founder=a"]);
        check(&[&["Founder=a"], &["Founder="]], &["Founder=a"]);
        check(&[&["Motto=a"], &["Founder=b"]], &["Motto=a", "Founder=b"]);
        let mut world = World::default();
        let customer = world.add(&attributes(&["Founder=a"]));
        let same = world.try_update(&customer, &attributes(&["Founder=a"])).unwrap();
        assert!(same.warnings.is_empty());
        let other = world.try_update(&customer, &attributes(&["Motto=m", "Founder=b"])).unwrap();
        assert_eq!(shown_warnings(&other), ["ATTRIBUTE_NOT_EDITABLE Customer/CustomAttribute[2]"]);
    }

    #[test]
    fn c_6_a_unique_type_takes_one_value() {
        check(&[&["Colour=red"], &["Colour=blue"]], &["Colour=blue"]);
        let violation =
            |index| format!("MULTIPLE_VALUES_ON_UNIQUE_ATTRIBUTE_TYPE Customer/CustomAttribute[{index}]");
        check_refused(&["Colour=red|blue"], &[&violation(1)]);
        check_refused(&["Colour=red", "Colour=blue"], &[&violation(2)]);
    }

    #[test]
    fn c_7_the_name_is_defined() {
        check_refused(&["Shoe=9"], &["UNKNOWN_ATTRIBUTE_TYPE Customer/CustomAttribute[1]/@name"]);
        let mut message = attributes(&["Motto=a"]);
        message.attributes[0].name = None;
        let expected = ["UNKNOWN_ATTRIBUTE_TYPE Customer/CustomAttribute[1]/@name"];
        assert_eq!(shown_violations(World::default().try_add(&message)), expected);
    }

    #[test]
    fn c_refusals_name_every_violation_and_no_value() {
        let sent = attributes(&["Shoe=9", "Visits=1|many", "Level=Bronze"]);
        let error = World::default().try_add(&sent).unwrap_err();
        assert_eq!(error.violations.len(), 3);
        let text = format!("{error:?}");
        assert!(!["Shoe", "many", "Bronze"].iter().any(|value| text.contains(value)), "{text}");
    }
}
