//! The lines of an export: one JSON document a line, named by its only key.
//!
//! | key | holds |
//! | --- | --- |
//! | `export` | first line: format, program, time, newest commit |
//! | `ids` | the next customer id, so that no id is given out twice |
//! | `reference` | an entry of the reference data, as it is stored |
//! | `card` | a card as it is stored, with its customers, activities and coupons |
//! | `customer` | a customer's record as it is stored, its first notes, the rows of its history (oldest first), its sums and first transactions |
//! | `notes` | further notes of the customer above |
//! | `transactions` | further transactions of the customer above |
//! | `merge` | of whom a customer was merged: each as it was before, and whether the merge can still be taken back |
//! | `promotion_target` | a customer that became a target of a promotion by a merge |
//! | `message` | what was answered to a message, so that a retry is still recognised |
//!
//! Nulls are left out. The records of alternate keys and TransactionIDs are not in the file: they follow from the
//! customers and transactions, so the two can't disagree. Rows of the history, remembered answers, reference data and cards are kept as their stored bytes (base64), which every later
//! version reads. Deliberately absent: commit numbers, which another store gives anew.

use std::borrow::Cow;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::store::record::{BaseDocument, CustomerDocument, NoteDocument, SumsDocument, TransactionDocument};

/// The format that this program writes and reads.
pub(super) const FORMAT: u32 = 1;

/// One line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", bound(deserialize = "'de: 'a"))]
pub(super) enum Document<'a> {
    Export(Header<'a>),
    Ids(Ids),
    Reference(ReferenceLine),
    Card(CardLine),
    Customer(Box<CustomerLine<'a>>),
    Notes(NotesLine<'a>),
    Transactions(Box<TransactionsLine<'a>>),
    Merge(MergeLine),
    PromotionTarget(PromotionTargetLine<'a>),
    Message(MessageLine<'a>),
}

/// Where the file comes from. Only the format decides whether it can be read, so that later members do no harm.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Header<'a> {
    pub(super) format: u32,
    #[serde(default)]
    pub(super) program: Cow<'a, str>,
    #[serde(default)]
    pub(super) time: String,
    /// The newest commit when the export began.
    #[serde(default)]
    pub(super) commit: u64,
}

/// The counter of customer ids.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ids {
    /// No customer of the store has this id or a greater one when the export begins.
    pub(super) next: u64,
    /// The same for accounts and coupons.
    #[serde(default)]
    pub(super) cards: u64,
}

/// A card with what belongs to it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CardLine {
    pub(super) number: String,
    pub(super) row: Binary,
    #[serde(default)]
    pub(super) beside: Vec<BesideCard>,
}

/// A record that belongs to a card.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BesideCard {
    /// The number of its collection.
    pub(super) collection: u8,
    pub(super) id: Binary,
    pub(super) row: Binary,
}

/// An entry of the reference data.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReferenceLine {
    pub(super) id: Binary,
    pub(super) row: Binary,
}

/// A customer.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub(super) struct CustomerLine<'a> {
    pub(super) record: CustomerDocument<'a>,
    #[serde(default)]
    pub(super) notes: Vec<NoteDocument<'a>>,
    #[serde(default)]
    pub(super) history: Vec<Binary>,
    #[serde(default)]
    pub(super) activity: Option<ActivityPage<'a>>,
}

/// Notes of a customer that has more than one line bears.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub(super) struct NotesLine<'a> {
    pub(super) customer: u64,
    pub(super) notes: Vec<NoteDocument<'a>>,
}

/// The sums of a customer, and some of its transactions.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub(super) struct ActivityPage<'a> {
    pub(super) sums: SumsDocument<'a>,
    /// What of them others brought into a merge.
    #[serde(default)]
    pub(super) base: Option<BaseDocument<'a>>,
    #[serde(default)]
    pub(super) transactions: Vec<TransactionEntry<'a>>,
}

/// A transaction, with the row of the change log that tells of it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub(super) struct TransactionEntry<'a> {
    pub(super) number: u64,
    pub(super) record: TransactionDocument<'a>,
    #[serde(default)]
    pub(super) history: Option<Binary>,
}

/// Transactions of a customer that has more than one line bears.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub(super) struct TransactionsLine<'a> {
    pub(super) customer: u64,
    pub(super) activity: ActivityPage<'a>,
}

/// A merge.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MergeLine {
    /// The customer that it made.
    pub(super) customer: u64,
    /// Has nothing changed since, so that the merge can be taken back?
    pub(super) unchanged: bool,
    pub(super) members: Vec<MergedMember>,
}

/// A merged customer as it was before.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MergedMember {
    pub(super) id: u64,
    pub(super) row: Binary,
}

/// A target of a promotion by a merge.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PromotionTargetLine<'a> {
    pub(super) customer: u64,
    pub(super) promotion: Cow<'a, str>,
}

/// A remembered message.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MessageLine<'a> {
    pub(super) caller: Cow<'a, str>,
    pub(super) message_id: Cow<'a, str>,
    pub(super) row: Binary,
}

/// Stored bytes, as base64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub(super) struct Binary(pub(super) Vec<u8>);

impl From<Binary> for String {
    fn from(binary: Binary) -> Self {
        BASE64_STANDARD.encode(binary.0)
    }
}

impl TryFrom<String> for Binary {
    type Error = base64::DecodeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        BASE64_STANDARD.decode(text).map(Binary)
    }
}

impl Document<'_> {
    /// Appends the line, with its line break.
    pub(super) fn write(&self, lines: &mut Vec<u8>) -> Result<(), serde_json::Error> {
        let mut value = serde_json::to_value(self)?;
        leave_out_nulls(&mut value);
        serde_json::to_writer(&mut *lines, &value)?;
        lines.push(b'\n');
        Ok(())
    }
}

impl<'a> Document<'a> {
    /// Reads a line, or says what is wrong with it without repeating any of it.
    pub(super) fn read(line: &'a [u8]) -> Result<Self, String> {
        serde_json::from_slice(line).map_err(|error| {
            let column = error.column();
            match error.classify() {
                serde_json::error::Category::Data => {
                    format!("is no document of an export in format {FORMAT} (column {column})")
                }
                serde_json::error::Category::Eof => format!("ends early, at column {column}"),
                serde_json::error::Category::Syntax | serde_json::error::Category::Io => {
                    format!("is no JSON (column {column})")
                }
            }
        })
    }
}

/// Members of objects only: in a list every place counts.
fn leave_out_nulls(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(leave_out_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(leave_out_nulls),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_refused(line: &str, expected: &str) {
        let problem = Document::read(line.as_bytes()).unwrap_err();
        assert!(problem.contains(expected), "{line}: {problem}");
        assert!(!problem.contains("SECRET"), "{line}: {problem}");
    }

    #[test]
    fn what_is_wrong_is_told_without_the_data() {
        check_refused("{\"customer\":{\"SECRET\":1}}", "format 1 (column");
        check_refused("{\"SECRET\":{}}", "format 1 (column");
        check_refused("{\"ids\":{\"next\":\"SECRET\"}}", "format 1 (column");
        check_refused("{\"message\":{\"caller\":\"\",\"message_id\":\"\",\"row\":\"SECRET!\"}}", "format 1");
        check_refused("{\"ids\":{\"next\":SECRET}}", "no JSON (column 16)");
        check_refused("{\"ids\":{\"next\":1", "ends early");
        check_refused("{\"ids\":{\"next\":1}} SECRET", "no JSON");
    }

    #[test]
    fn a_later_header_still_tells_its_format() {
        let line = br#"{"export":{"format":7,"shape":"round"}}"#;
        let Ok(Document::Export(header)) = Document::read(line) else { panic!("a header") };
        assert_eq!(header.format, 7);
    }

    #[test]
    fn nulls_are_left_out_of_objects_only() {
        let mut value = serde_json::json!({"a": null, "b": [null, {"c": null, "d": 1}]});
        leave_out_nulls(&mut value);
        assert_eq!(value, serde_json::json!({"b": [null, {"d": 1}]}));
    }
}
