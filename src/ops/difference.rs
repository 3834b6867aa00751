//! What differs between two JSON values, field by field, for people who read history or a dry run.
//!
//! Elements of lists are told apart by what names them (a sequence, an alternate key, a name), so that one that moved
//! has not changed. Deliberately absent: fields that are equal or nothing on both sides.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// A field that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldDifference {
    /// `addresses[2].value.city`
    pub field: String,
    /// What was there; left out if there was nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// What is there now; left out if there is nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// The fields that differ, by name.
pub(super) fn differences(before: &Value, after: &Value) -> Vec<FieldDifference> {
    let mut fields: BTreeMap<Path, (Option<Value>, Option<Value>)> = BTreeMap::new();
    visit(before, &mut Vec::new(), &mut |path, value| {
        fields.entry(path).or_default().0 = Some(value.clone())
    });
    visit(after, &mut Vec::new(), &mut |path, value| fields.entry(path).or_default().1 = Some(value.clone()));
    let differing = fields.into_iter().filter(|(_, (before, after))| before != after);
    differing.map(|(path, (before, after))| FieldDifference { field: shown(&path), before, after }).collect()
}

type Path = Vec<Step>;

/// One step into a value. Numbers order as numbers: the tenth follows the ninth.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Member(String),
    Numbered(u64),
    Named(String),
}

fn shown(path: &[Step]) -> String {
    let mut text = String::new();
    for step in path {
        match step {
            Step::Member(name) if text.is_empty() => text.push_str(name),
            Step::Member(name) => text.extend([".", name]),
            Step::Numbered(number) => text.push_str(&format!("[{number}]")),
            Step::Named(name) => text.push_str(&format!("[{name}]")),
        }
    }
    text
}

fn visit(value: &Value, path: &mut Path, leaf: &mut impl FnMut(Path, &Value)) {
    match value {
        Value::Null => {}
        Value::Object(members) => {
            for (name, member) in members {
                path.push(Step::Member(name.clone()));
                visit(member, path, leaf);
                path.pop();
            }
        }
        Value::Array(elements) => {
            for (position, element) in elements.iter().enumerate() {
                path.push(named(element).unwrap_or(Step::Numbered(position as u64 + 1)));
                visit_element(element, path, leaf);
                path.pop();
            }
        }
        Value::Bool(_) | Value::Number(_) | Value::String(_) => leaf(path.clone(), value),
    }
}

/// An element without the members that name it.
fn visit_element(element: &Value, path: &mut Path, leaf: &mut impl FnMut(Path, &Value)) {
    match element {
        Value::Object(members) if named(element).is_some() => {
            let naming = naming(members);
            let rest = members.iter().filter(|(name, _)| !naming.contains(&name.as_str()));
            visit(
                &Value::Object(rest.map(|(name, member)| (name.clone(), member.clone())).collect()),
                path,
                leaf,
            );
        }
        other => visit(other, path, leaf),
    }
}

/// The members by which this element is named.
fn naming(members: &Map<String, Value>) -> &'static [&'static str] {
    match members {
        _ if members.contains_key("sequence") => &["sequence"],
        _ if members.contains_key("card_number") => &["card_number"],
        _ if members.contains_key("alternate_id") => &["type_code", "alternate_id"],
        _ if members.contains_key("transaction_id") => &["transaction_id"],
        _ if members.contains_key("name") => &["name"],
        _ if members.contains_key("contact_type") => &["contact_type"],
        _ if members.contains_key("subject") => &["subject"],
        _ => &[],
    }
}

fn named(element: &Value) -> Option<Step> {
    let members = element.as_object()?;
    if let Some(sequence) = members.get("sequence").and_then(Value::as_u64) {
        return Some(Step::Numbered(sequence));
    }
    let texts: Vec<String> =
        naming(members).iter().filter_map(|name| members.get(*name)).map(words).collect();
    if texts.is_empty() { None } else { Some(Step::Named(texts.join(":"))) }
}

/// A value that names something; `{"address":2}` is `address 2`.
fn words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Object(members) => {
            let pairs: Vec<_> =
                members.iter().map(|(name, value)| format!("{name} {}", words(value))).collect();
            pairs.join(" ")
        }
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(before: Value, after: Value, expected: &[&str]) {
        let shown = |value: &Option<Value>| value.as_ref().map_or("-".to_owned(), Value::to_string);
        let lines: Vec<_> = differences(&before, &after)
            .iter()
            .map(|found| format!("{}: {} {}", found.field, shown(&found.before), shown(&found.after)))
            .collect();
        assert_eq!(lines, expected);
    }

    #[test]
    fn fields_differ_by_their_path() {
        check(json!({"a": {"b": 1, "c": "x"}}), json!({"a": {"b": 2, "c": "x"}}), &["a.b: 1 2"]);
        check(json!({"a": null}), json!({"a": true}), &["a: - true"]);
        check(json!({"a": ["x", "y"]}), json!({"a": ["x"]}), &["a[2]: \"y\" -"]);
        check(json!({"a": []}), json!({}), &[]);
    }

    #[test]
    fn elements_are_told_apart_by_what_names_them() {
        check(
            json!({"points": [{"sequence": 9, "city": "Oslo"}, {"sequence": 10, "city": "Bergen"}]}),
            json!({"points": [{"sequence": 10, "city": "Moss"}, {"sequence": 9, "city": "Bodø"}]}),
            &["points[9].city: \"Oslo\" \"Bodø\"", "points[10].city: \"Bergen\" \"Moss\""],
        );
        check(
            json!({"keys": [{"type_code": "EMAIL", "alternate_id": "1", "active": true}]}),
            json!({"keys": [{"type_code": "EMAIL", "alternate_id": "1", "active": false}]}),
            &["keys[EMAIL:1].active: true false"],
        );
        check(
            json!({"errors": []}),
            json!({"errors": [{"subject": {"address": 2}, "code": "X"}]}),
            &["errors[address 2].code: - \"X\""],
        );
        check(
            json!({"attributes": [{"name": "Tier", "values": ["a"]}]}),
            json!({"attributes": [{"name": "Size", "values": ["1"]}, {"name": "Tier", "values": ["b"]}]}),
            &["attributes[Size].values[1]: - \"1\"", "attributes[Tier].values[1]: \"a\" \"b\""],
        );
    }
}
