//! Sections and notes of the change log as JSON values with the field names of `castile export`, for people.
//!
//! Deliberately absent: what differs between two of them.

use serde::Serialize;
use serde_json::Value;

use super::activity::{SumsDocument, TransactionDocument};
use super::customer::read_into_document;
use super::key::read_card_number;
use super::v1::NoteDocument;
use super::{RecordError, decode_link, decode_note, decode_sums, decode_transaction, section_name};

/// What a section of a customer's record holds, with the section's name; of any stored version.
pub fn section_value(tag: u8, bytes: &[u8]) -> Result<(&'static str, Value), RecordError> {
    let name = section_name(tag);
    let document = value(&read_into_document(tag, bytes)?)?;
    let section = document.get(name).cloned();
    section.map(|section| (name, section)).ok_or(RecordError::Newer(tag))
}

/// What a stored note holds; of any stored version.
pub fn note_value(body: &[u8]) -> Result<Value, RecordError> {
    value(&NoteDocument::from(&decode_note(body)?))
}

/// What a stored transaction holds; of any stored version.
pub fn transaction_value(body: &[u8]) -> Result<Value, RecordError> {
    value(&TransactionDocument::from(&decode_transaction(body)?))
}

/// What the stored sums of a customer hold; of any stored version.
pub fn sums_value(body: &[u8]) -> Result<Value, RecordError> {
    value(&SumsDocument::from(&decode_sums(body)?))
}

fn value(document: &impl Serialize) -> Result<Value, RecordError> {
    serde_json::to_value(document).map_err(|error| RecordError::Unreadable(error.to_string()))
}

/// What a stored link to this card holds. The card's number is masked.
pub fn link_value(number: &str, body: &[u8]) -> Result<Value, RecordError> {
    let number = read_card_number(number.as_bytes())?;
    let link = decode_link(body)?;
    let mut members = serde_json::Map::new();
    members.insert("card_number".to_owned(), number.masked().into());
    members.insert("active".to_owned(), link.active.into());
    members.insert("place".to_owned(), link.place.into());
    members.insert("since".to_owned(), link.since.to_string().into());
    members.insert("user_name".to_owned(), link.user_name.into());
    members.insert("location".to_owned(), link.location.into());
    Ok(members.into())
}
