//! Reading single values: trimmed, empty means not sent (V-19), over its size is refused (V-13), unreadable is
//! refused with its code. Every violation is collected with its path; reading goes on.

use super::order::rank;
use super::path::Path;
use crate::domain::error::{Code, Error, VIOLATIONS_MAX, Violation};
use crate::domain::value::Reject;
use crate::wire::SERVICE_NAMESPACE;
use crate::wire::xml::{Element, XSI_NAMESPACE};

/// Sizes of texts, in characters (the contract's "Sizes").
pub mod size {
    /// Names, cities, alternate keys.
    pub const NAME: usize = 120;
    /// Address lines and e-mail addresses.
    pub const LINE: usize = 254;
    /// The text of a note.
    pub const NOTE: usize = 4_000;
    /// Codes, TypeCode, labels, ids.
    pub const CODE: usize = 60;
    /// PhoneNumber.
    pub const PHONE: usize = 30;
    /// PostalCode.
    pub const POSTAL_CODE: usize = 20;
    /// HighestEducationalLevelName.
    pub const EDUCATION: usize = 10;
    /// Everything else.
    pub const OTHER: usize = 250;
}

/// How many violations are held before those that will not be told are dropped.
const KEPT_UNSORTED_MAX: usize = 20 * VIOLATIONS_MAX;

/// Reads values and collects what is wrong with them. Told are the first ones in the order of the schema.
#[derive(Debug, Default)]
pub struct Fields {
    violations: Vec<Violation>,
}

impl Fields {
    /// The refusal for everything collected, if anything is wrong.
    pub fn into_result(mut self) -> Result<(), Error> {
        self.keep_first();
        Error::from_violations(self.violations).map_or(Ok(()), Err)
    }

    fn keep_first(&mut self) {
        self.violations.sort_by_cached_key(|violation| rank(&violation.field));
        self.violations.truncate(VIOLATIONS_MAX);
    }

    /// The text of an element; `None` if it is empty.
    pub fn text(&mut self, element: Element<'_>, path: &Path<'_>, max: usize) -> Option<String> {
        let text = element.text();
        self.sized(&text, path, max).map(str::to_owned)
    }

    /// The text of an element, read by `parse`.
    pub fn value<T>(
        &mut self,
        element: Element<'_>,
        path: &Path<'_>,
        max: usize,
        parse: fn(&str) -> Result<T, Reject>,
    ) -> Option<T> {
        let text = element.text();
        let text = self.sized(&text, path, max)?;
        self.parsed(text, path, parse)
    }

    /// The text of an attribute's value; `None` if it is empty.
    pub fn attribute_text(&mut self, value: &str, path: &Path<'_>, max: usize) -> Option<String> {
        self.sized(value, path, max).map(str::to_owned)
    }

    /// An attribute's value, read by `parse`.
    pub fn attribute_value<T>(
        &mut self,
        value: &str,
        path: &Path<'_>,
        parse: fn(&str) -> Result<T, Reject>,
    ) -> Option<T> {
        let text = self.sized(value, path, size::OTHER)?;
        self.parsed(text, path, parse)
    }

    /// Records what is wrong.
    pub fn refuse(&mut self, code: Code, path: &Path<'_>, message: impl Into<String>) {
        self.violations.push(Violation { code, field: path.to_string(), message: message.into() });
        // A later one may come first in the schema, so none is left out before they are sorted.
        if self.violations.len() > KEPT_UNSORTED_MAX {
            self.keep_first();
        }
    }

    fn sized<'t>(&mut self, text: &'t str, path: &Path<'_>, max: usize) -> Option<&'t str> {
        let text = text.trim();
        // A text has at most as many characters as bytes, so most are never counted.
        if text.len() > max && text.chars().count() > max {
            self.refuse(Code::AttributeValueTooLarge, path, format!("at most {max} characters are allowed"));
            return None;
        }
        if text.is_empty() { None } else { Some(text) }
    }

    fn parsed<T>(&mut self, text: &str, path: &Path<'_>, parse: fn(&str) -> Result<T, Reject>) -> Option<T> {
        match parse(text) {
            Ok(value) => Some(value),
            Err(reject) => {
                self.refuse(reject.code, path, reject.expected);
                None
            }
        }
    }
}

/// The children that the contract may know: in the target namespace or in none, and not nil.
pub fn known_children(element: Element<'_>) -> impl Iterator<Item = Element<'_>> {
    element.children().filter(|child| is_known(*child))
}

/// Whether the contract may know an element by its name: in the target namespace or in none, and not nil.
pub fn is_known(element: Element<'_>) -> bool {
    matches!(element.namespace(), None | Some(SERVICE_NAMESPACE)) && !is_nil(element)
}

/// `xsi:nil` counts as absent.
fn is_nil(element: Element<'_>) -> bool {
    let nil = element.attribute_ns(XSI_NAMESPACE, "nil");
    nil.is_some_and(|value| matches!(value.trim(), "true" | "1"))
}
