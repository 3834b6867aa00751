//! Test support: whether two messages say the same, however they write it.
//!
//! Prefixes, attribute order, quotes, CDATA, references, comments, empty-element tags and white space
//! between elements make no difference; the order of elements, their text and their namespaces do.
//! Input that is not well-formed, cut off for instance, equals nothing.

use std::fmt::Write;

use super::{Document, Element, Limits, XmlError};

/// Elements whose text is a QName, so that its prefix has to be resolved.
const QNAME_ELEMENTS: &[&str] = &["faultcode", "Value", "ProblemHeaderQName"];
/// Attributes whose value is a QName.
const QNAME_ATTRIBUTES: &[&str] = &["qname", "type"];

/// A message as lines of text, the same for all messages that say the same.
pub fn canonical(message: &[u8]) -> Result<String, XmlError> {
    let document = Document::parse(message, &Limits::default())?;
    let mut out = String::new();
    append(&mut out, document.root(), 0);
    Ok(out)
}

/// The first difference between two messages, in words; `None` if they say the same.
pub fn difference(expected: &[u8], actual: &[u8]) -> Option<String> {
    let expected = match canonical(expected) {
        Ok(lines) => lines,
        Err(error) => return Some(format!("the expected message cannot be read: {error}")),
    };
    let actual = match canonical(actual) {
        Ok(lines) => lines,
        Err(error) => return Some(format!("the actual message cannot be read: {error}")),
    };
    if expected == actual {
        return None;
    }
    let (mut left, mut right) = (expected.lines(), actual.lines());
    loop {
        let (wanted, got) = (left.next(), right.next());
        if wanted != got || wanted.is_none() {
            let end = "the end of the message";
            return Some(format!(
                "expected {}\n  actual {}\nwhole:\n{actual}",
                wanted.unwrap_or(end),
                got.unwrap_or(end)
            ));
        }
    }
}

/// Panics with the first difference.
#[track_caller]
pub fn assert_same(expected: &[u8], actual: &[u8]) {
    if let Some(difference) = difference(expected, actual) {
        panic!("{difference}");
    }
}

/// Every line break inside a value is written out, so that a line is one element.
fn append(out: &mut String, element: Element<'_>, depth: usize) {
    let _ = write!(out, "{:1$}{2}", "", depth * 2, element.qname());
    let mut attributes: Vec<_> = element.attributes().map(|a| attribute_line(element, a)).collect();
    attributes.sort();
    for attribute in attributes {
        let _ = write!(out, " {attribute}");
    }
    let text = element.text();
    let has_children = element.children().next().is_some();
    if !(text.is_empty() || has_children && text.trim().is_empty()) {
        let _ = match QNAME_ELEMENTS.contains(&element.local()) {
            true => write!(out, " = {}", resolved(element, &text)),
            false => write!(out, " = {text:?}"),
        };
    }
    out.push('\n');
    for child in element.children() {
        append(out, child, depth + 1);
    }
}

fn attribute_line(element: Element<'_>, attribute: super::Attribute<'_>) -> String {
    let name = super::QName::new(attribute.namespace(), attribute.local());
    match QNAME_ATTRIBUTES.contains(&attribute.local()) {
        true => format!("@{name}={}", resolved(element, &attribute.value())),
        false => format!("@{name}={:?}", attribute.value()),
    }
}

fn resolved(element: Element<'_>, written: &str) -> String {
    match element.resolve_qname(written) {
        Some(name) => name.to_string(),
        None => format!("{written:?} with an undeclared prefix"),
    }
}
