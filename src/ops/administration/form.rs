//! What must hold of every customer and note, whether it is to be imported or is stored: what the rules never break.
//!
//! Deliberately absent: the rules on names, addresses and the like. They were applied when the customer was sent,
//! under the settings of that time; an import keeps what was stored then.

use std::collections::HashSet;

use crate::domain::activity::Transaction;
use crate::domain::contact_point::ContactPoint;
use crate::domain::customer::Customer;
use crate::domain::note::Note;
use crate::store::KEY_BYTES_MAX;
use crate::store::record::{ActivitySums, key};

/// What is wrong with a customer, if anything is.
pub(super) fn of_customer(customer: &Customer) -> Result<(), &'static str> {
    if customer.id.0 == 0 {
        return Err("customer ids begin with 1");
    }
    merges(customer)?;
    points(&customer.addresses)?;
    points(&customer.emails)?;
    points(&customer.telephones)?;
    let mut seen = HashSet::new();
    for held in &customer.alternate_keys {
        let (type_code, alternate_id) = (&held.key.type_code, &held.key.alternate_id);
        if type_code.is_empty() || alternate_id.is_empty() || type_code.contains('\0') {
            return Err("an alternate key has an empty part");
        }
        if key::alternate(&held.key).id.len() > KEY_BYTES_MAX {
            return Err("an alternate key is too long");
        }
        if held.active && !seen.insert(&held.key) {
            return Err("an alternate key is active twice");
        }
    }
    Ok(())
}

/// Ids grow, so whoever is merged into a customer has a smaller one, and no way of merges ever comes back.
fn merges(customer: &Customer) -> Result<(), &'static str> {
    if customer.merged_into.is_some_and(|successor| customer.active || successor <= customer.id) {
        return Err("a merged customer is inactive, and its successor has a greater id");
    }
    let mut seen = HashSet::new();
    if !customer.members.iter().all(|member| *member < customer.id && seen.insert(member)) {
        return Err("the customers that one was merged from have smaller ids, and each stands once");
    }
    Ok(())
}

fn points<V>(points: &[ContactPoint<V>]) -> Result<(), &'static str> {
    let mut seen = HashSet::new();
    if !points.iter().all(|point| seen.insert(point.sequence)) {
        return Err("two contact points of a kind have the same sequence");
    }
    match points.iter().filter(|point| point.active && point.primary).count() {
        0 | 1 => Ok(()),
        _ => Err("two contact points of a kind are primary"),
    }
}

/// What is wrong with notes of a customer whose highest sequence ever used is `last_note_sequence`.
pub(super) fn of_notes(notes: &[Note], last_note_sequence: u32) -> Result<(), &'static str> {
    let mut seen = HashSet::new();
    if !notes.iter().all(|note| seen.insert(note.sequence)) {
        return Err("two notes have the same sequence");
    }
    if notes.iter().any(|note| note.sequence > last_note_sequence) {
        return Err("a note's sequence is above the customer's last_note_sequence");
    }
    Ok(())
}

/// More transactions than this no customer has: ten a second for three thousand years.
const TRANSACTIONS_MAX: u64 = 1_000_000_000_000;

/// What is wrong with the sums of a customer.
pub(super) fn of_sums(sums: &ActivitySums) -> Result<(), &'static str> {
    let ActivitySums { last_number, summary, base } = sums;
    if *last_number > summary.lifetime.transaction_count || *last_number > TRANSACTIONS_MAX {
        return Err("a customer's last_number is above the number of its transactions");
    }
    if *last_number == 0 && base.is_none_or(|base| base != *summary) {
        return Err("a customer without transactions has the sums of those who were merged into it");
    }
    if summary.first_transaction_date > summary.last_transaction_date {
        return Err("a customer's first transaction is behind its last");
    }
    Ok(())
}

/// What is wrong with a transaction.
pub(super) fn of_transaction(transaction: &Transaction) -> Result<(), &'static str> {
    let id = &transaction.transaction_id;
    if id.is_empty() || transaction.retail_store_id.is_empty() {
        return Err("a transaction has to have a TransactionID and a RetailStoreID");
    }
    if key::transaction_id(id).id.len() > KEY_BYTES_MAX {
        return Err("a TransactionID is too long");
    }
    Ok(())
}

/// Does a line hold a character that no answer could carry, because XML has no form for it?
pub(super) fn unspeakable(line: &[u8]) -> bool {
    // Only an escape brings a control character into JSON; U+FFFE and U+FFFF also come as they are.
    let suspicious =
        memchr::memmem::find(line, b"\\").is_some() || memchr::memmem::find(line, &[0xef, 0xbf]).is_some();
    suspicious && serde_json::from_slice(line).is_ok_and(|value| holds_unspeakable(&value))
}

fn holds_unspeakable(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::String(text) => !text.chars().all(speakable),
        serde_json::Value::Array(items) => items.iter().any(holds_unspeakable),
        serde_json::Value::Object(members) => members.values().any(holds_unspeakable),
        serde_json::Value::Null | serde_json::Value::Bool(_) | serde_json::Value::Number(_) => false,
    }
}

/// XML 1.0, production 2.
fn speakable(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_without_a_form_in_xml_are_seen_however_they_are_written() {
        let cases = [
            (r#"{"a":["\u0000"]}"#, true),
            (r#"{"a":{"b":"\u001b"}}"#, true),
            ("{\"a\":\"\u{ffff}\"}", true),
            (r#"{"a":"\ufffe"}"#, true),
            (r#"{"a":"\t\r\n\"\u00e9"}"#, false),
            ("{\"a\":\"\u{fffd}\u{1f600}é\"}", false),
        ];
        for (line, expected) in cases {
            assert_eq!(unspeakable(line.as_bytes()), expected, "{line}");
        }
    }
}
