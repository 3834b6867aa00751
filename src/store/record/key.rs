//! The keys of the collections: numbers big-endian, texts ended by 0x00 where something follows.

use std::ops::Range;

use super::RecordError;
use crate::domain::identity::{AlternateKey, CustomerId};
use crate::domain::reference::Kind;
use crate::store::{Collection, Key};

/// The key of a customer's record.
pub fn customer(id: CustomerId) -> Key {
    Key { collection: Collection::Customer, id: id.0.to_be_bytes().into() }
}

/// The customer that a key of [`Collection::Customer`] names.
pub fn customer_id(key: &Key) -> Result<CustomerId, RecordError> {
    read_customer_id(&key.id)
}

/// The id in the body of an alternate key's record, or in a customer's key.
pub fn read_customer_id(bytes: &[u8]) -> Result<CustomerId, RecordError> {
    let bytes =
        bytes.try_into().map_err(|_| RecordError::Unreadable("a customer id has 8 bytes".to_owned()))?;
    Ok(CustomerId(u64::from_be_bytes(bytes)))
}

/// The record that says whose key this is.
pub fn alternate(key: &AlternateKey) -> Key {
    pair(Collection::AlternateKey, &key.type_code, &key.alternate_id)
}

/// An entry of the reference data.
pub fn reference(kind: Kind, code: &str) -> Key {
    pair(Collection::Reference, kind.as_str(), code)
}

/// The kind and the code that a key of [`Collection::Reference`] names.
pub fn read_reference(key: &Key) -> Result<(Kind, &str), RecordError> {
    let unreadable = || RecordError::Unreadable("a key of reference data is none".to_owned());
    let text = std::str::from_utf8(&key.id).map_err(|_| unreadable())?;
    let (kind, code) = text.split_once('\0').ok_or_else(unreadable)?;
    Ok((Kind::parse(kind).ok_or_else(unreadable)?, code))
}

/// The record that remembers what was answered to a message of a caller.
pub fn idempotency(caller: &str, message_id: &str) -> Key {
    pair(Collection::Idempotency, caller, message_id)
}

/// The record that remembers what was answered to one record of a message, from 1. It follows that of the message.
pub fn idempotency_of_record(caller: &str, message_id: &str, index: u64) -> Key {
    let message = idempotency(caller, message_id);
    // Neither a name nor a text of XML has 0x00 in it, so this is no other message's key.
    Key { id: [&message.id[..], &[0], &index.to_be_bytes()].concat().into(), ..message }
}

fn pair(collection: Collection, first: &str, second: &str) -> Key {
    Key { collection, id: [first.as_bytes(), &[0], second.as_bytes()].concat().into() }
}

/// The key of one note.
pub fn note(customer: CustomerId, sequence: u32) -> Key {
    Key { collection: Collection::Note, id: note_id(customer, sequence) }
}

/// All notes of a customer.
pub fn notes_of(customer: CustomerId) -> Range<Box<[u8]>> {
    note_id(customer, 0)..[&customer.0.to_be_bytes()[..], &[0xff; 9]].concat().into()
}

fn note_id(customer: CustomerId, sequence: u32) -> Box<[u8]> {
    [customer.0.to_be_bytes(), u64::from(sequence).to_be_bytes()].concat().into()
}

/// The key of a customer's transaction, which count from 1.
pub fn transaction(customer: CustomerId, number: u64) -> Key {
    Key::numbered(Collection::Transaction, &[customer.0, number])
}

/// The customer and the number that a key of [`Collection::Transaction`] names, or that the body of a TransactionID's
/// record holds.
pub fn read_transaction(bytes: &[u8]) -> Result<(CustomerId, u64), RecordError> {
    let halves =
        bytes.split_first_chunk::<8>().and_then(|(customer, rest)| Some((customer, rest.try_into().ok()?)));
    let (customer, number) = halves
        .ok_or_else(|| RecordError::Unreadable("the place of a transaction has 16 bytes".to_owned()))?;
    Ok((CustomerId(u64::from_be_bytes(*customer)), u64::from_be_bytes(number)))
}

/// The record that says where the transaction with this TransactionID is.
pub fn transaction_id(id: &str) -> Key {
    Key::new(Collection::TransactionId, id.as_bytes())
}

/// The sums of a customer's transactions.
pub fn sums(customer: CustomerId) -> Key {
    Key::numbered(Collection::ActivitySums, &[customer.0])
}

/// The start of what follows a key.
pub fn just_after(key: &Key) -> Box<[u8]> {
    [&key.id[..], &[0]].concat().into()
}
