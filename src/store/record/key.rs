//! The keys of the collections: numbers big-endian, texts ended by 0x00 where something follows.

use std::ops::Range;

use super::RecordError;
use crate::domain::card::{AccountId, CardNumber};
use crate::domain::identity::{AlternateKey, CustomerId};
use crate::domain::reference::Kind;
use crate::store::{Collection, Key, prefix_range};

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

/// The record of `member` as it was before it was merged into `successor`.
pub fn merged_before(successor: CustomerId, member: CustomerId) -> Key {
    Key::numbered(Collection::MergedBefore, &[successor.0, member.0])
}

/// When a customer who was made by a merge and merged again was last changed. It stands where what the customer was before
/// it was merged into itself would, for nobody ever is.
pub fn last_change(result: CustomerId) -> Key {
    merged_before(result, result)
}

/// All that is kept of those who were merged into a customer, and its [`last_change`] behind them.
pub fn merged_before_of(successor: CustomerId) -> Range<Box<[u8]>> {
    prefix_range(&successor.0.to_be_bytes())
}

/// The successor and the member that a key of [`Collection::MergedBefore`] names; that of a [`last_change`] names the
/// same customer twice.
pub fn read_merged_before(key: &Key) -> Result<(CustomerId, CustomerId), RecordError> {
    let unreadable = || RecordError::Unreadable("a key of a merged customer is none".to_owned());
    let (successor, member) = key.id.split_at_checked(8).ok_or_else(unreadable)?;
    Ok((read_customer_id(successor)?, read_customer_id(member)?))
}

/// The start of what follows a key.
pub fn just_after(key: &Key) -> Box<[u8]> {
    [&key.id[..], &[0]].concat().into()
}

/// The record of a card.
pub fn card(number: &CardNumber) -> Key {
    Key::new(Collection::Card, number.as_str().as_bytes())
}

/// The number in a key of [`Collection::Card`], or in the body of a serial number's record.
pub fn read_card_number(bytes: &[u8]) -> Result<CardNumber, RecordError> {
    let number = std::str::from_utf8(bytes).ok().and_then(CardNumber::parse);
    number.ok_or_else(|| RecordError::Unreadable("a card number is none".to_owned()))
}

/// The record that says which card has this serial number.
pub fn card_serial(serial: &str) -> Key {
    Key::new(Collection::CardSerial, serial.as_bytes())
}

/// The link of a customer to a card.
pub fn customer_card(customer: CustomerId, card: &CardNumber) -> Key {
    let id = [&customer.0.to_be_bytes()[..], card.as_str().as_bytes()].concat();
    Key::new(Collection::CustomerCard, id)
}

/// All links of a customer to cards.
pub fn cards_of(customer: CustomerId) -> Range<Box<[u8]>> {
    prefix_range(&customer.0.to_be_bytes())
}

/// The customer and the card that a key of [`Collection::CustomerCard`] names.
pub fn read_customer_card(key: &Key) -> Result<(CustomerId, CardNumber), RecordError> {
    let (customer, card) = key.id.split_at_checked(8).unwrap_or_default();
    Ok((read_customer_id(customer)?, read_card_number(card)?))
}

/// The record that says which customer has this place among the card's customers.
pub fn card_holder(card: &CardNumber, place: u32) -> Key {
    let id = [card.as_str().as_bytes(), &[0], &place.to_be_bytes()].concat();
    Key::new(Collection::CardHolder, id)
}

/// All customers of a card, in the order of association.
pub fn holders_of(card: &CardNumber) -> Range<Box<[u8]>> {
    prefix_range(&[card.as_str().as_bytes(), &[0]].concat())
}

/// The card that a key of [`Collection::CardHolder`] names, and the place.
pub fn read_card_holder(key: &Key) -> Result<(CardNumber, u32), RecordError> {
    let unreadable = || RecordError::Unreadable("a key of a card's customer is none".to_owned());
    let (rest, place) = key.id.split_last_chunk::<4>().ok_or_else(unreadable)?;
    let number = rest.strip_suffix(&[0]).ok_or_else(unreadable)?;
    Ok((read_card_number(number)?, u32::from_be_bytes(*place)))
}

/// Something that happened to an account; sequences begin with 1.
pub fn account_activity(account: AccountId, sequence: u64) -> Key {
    Key::numbered(Collection::AccountActivity, &[account.0, sequence])
}

/// Everything that happened to an account.
pub fn activities_of(account: AccountId) -> Range<Box<[u8]>> {
    prefix_range(&account.0.to_be_bytes())
}

/// A coupon that was issued for a card.
pub fn coupon(card: &CardNumber, id: u64) -> Key {
    Key::new(Collection::Coupon, [card.as_str().as_bytes(), &[0], &id.to_be_bytes()].concat())
}

/// All coupons that were issued for a card.
pub fn coupons_of(card: &CardNumber) -> Range<Box<[u8]>> {
    prefix_range(&[card.as_str().as_bytes(), &[0]].concat())
}

/// The card that a key of [`Collection::Coupon`] names, and the coupon's id.
pub fn read_coupon(key: &Key) -> Result<(CardNumber, u64), RecordError> {
    let unreadable = || RecordError::Unreadable("a key of a coupon is none".to_owned());
    let (rest, id) = key.id.split_last_chunk::<8>().ok_or_else(unreadable)?;
    let number = rest.strip_suffix(&[0]).ok_or_else(unreadable)?;
    Ok((read_card_number(number)?, u64::from_be_bytes(*id)))
}

/// How often a card was asked with a wrong PIN.
pub fn pin_attempts(card: &CardNumber) -> Key {
    Key::new(Collection::PinAttempts, card.as_str().as_bytes())
}

/// The row of a batch run. Ids count downwards in it, so that the newest run is the first.
pub fn batch_run(id: u64) -> Key {
    Key::numbered(Collection::BatchRun, &[u64::MAX - id])
}

/// The runs below `before`, newest first; all of them for `None`.
pub fn batch_runs(before: Option<u64>) -> Range<Box<[u8]>> {
    let start = before.map_or(0, |before| (u64::MAX - before).saturating_add(1));
    start.to_be_bytes().into()..prefix_range(&[]).end
}

/// The id that a key of [`Collection::BatchRun`] names.
pub fn read_batch_run(key: &Key) -> Result<u64, RecordError> {
    Ok(u64::MAX - read_numbers::<1>(key)?[0])
}

/// The review row of a record of a run.
pub fn batch_failure(run: u64, index: u64) -> Key {
    Key::numbered(Collection::BatchFailure, &[run, index])
}

/// The review rows of a run behind the record `after`.
pub fn batch_failures(run: u64, after: u64) -> Range<Box<[u8]>> {
    let start = batch_failure(run, after.saturating_add(1)).id;
    start..prefix_range(&run.to_be_bytes()).end
}

/// The record that a key of [`Collection::BatchFailure`] names.
pub fn read_batch_failure(key: &Key) -> Result<u64, RecordError> {
    Ok(read_numbers::<2>(key)?[1])
}

/// The `number`th warning of a record of a run.
pub fn batch_warning(run: u64, index: u64, number: u64) -> Key {
    Key::numbered(Collection::BatchWarning, &[run, index, number])
}

/// The warnings of a run behind the `number`th of the record `index`.
pub fn batch_warnings(run: u64, (index, number): (u64, u64)) -> Range<Box<[u8]>> {
    let start = batch_warning(run, index, number.saturating_add(1)).id;
    start..prefix_range(&run.to_be_bytes()).end
}

/// The record that a key of [`Collection::BatchWarning`] names, and the warning's number.
pub fn read_batch_warning(key: &Key) -> Result<(u64, u64), RecordError> {
    let [_, index, number] = read_numbers(key)?;
    Ok((index, number))
}

/// The numbers that a key of a numeric collection consists of.
fn read_numbers<const COUNT: usize>(key: &Key) -> Result<[u64; COUNT], RecordError> {
    let (chunks, rest) = key.id.as_chunks::<8>();
    let numbers = <&[[u8; 8]; COUNT]>::try_from(chunks).ok().filter(|_| rest.is_empty());
    let unreadable = || RecordError::Unreadable("a key of numbers is none".to_owned());
    Ok(numbers.ok_or_else(unreadable)?.map(u64::from_be_bytes))
}

/// The record that says that a customer became a target of a promotion by a merge.
pub fn promotion_target(customer: CustomerId, promotion: &str) -> Key {
    let id = [&customer.0.to_be_bytes()[..], promotion.as_bytes()].concat();
    Key::new(Collection::PromotionTarget, id)
}

/// All promotions of which a customer became a target by a merge.
pub fn promotions_of(customer: CustomerId) -> Range<Box<[u8]>> {
    prefix_range(&customer.0.to_be_bytes())
}

/// The customer and the promotion that a key of [`Collection::PromotionTarget`] names.
pub fn read_promotion_target(key: &Key) -> Result<(CustomerId, &str), RecordError> {
    let (customer, promotion) = key.id.split_at_checked(8).unwrap_or_default();
    let promotion = std::str::from_utf8(promotion).ok().filter(|promotion| !promotion.is_empty());
    let unreadable = || RecordError::Unreadable("a key of a promotion's target is none".to_owned());
    Ok((read_customer_id(customer)?, promotion.ok_or_else(unreadable)?))
}
