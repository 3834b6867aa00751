//! Reading a customer with all that belongs to it, and turning a decision on one into a change.
//!
//! Whatever belongs to a customer (notes, active keys) changes only together with the customer's record, so the version
//! of that record is the one assertion that guards them all.

use std::collections::BTreeSet;

use super::Decision;
use super::context::Context;
use super::written::Written;
use crate::domain::customer::Customer;
use crate::domain::error::{Code, Error};
use crate::domain::identity::{AlternateKey, CustomerId};
use crate::domain::message::CustomerMessage;
use crate::domain::note::Note;
use crate::domain::{self, Decided};
use crate::store::record::history::{self, CardDifference, Difference, HistoryRow};
use crate::store::record::{
    CUSTOMER_BYTES_MAX, decode_customer, decode_note, encode_customer, encode_note, key,
};
use crate::store::successor::{Hop, Successor};
use crate::store::{Change, Collection, Key, Reads, Record};

/// How many notes are read at once.
const NOTES_PAGE: usize = 1_000;
/// Up to this sequence notes are read by their keys: a scan copies whole pages of the store, which costs more than
/// asking for a few keys in vain.
const NOTES_BY_KEY_MAX: u32 = 8;

/// A customer as it was read.
#[derive(Debug)]
pub(super) struct Loaded {
    /// The record, for its version and for the history.
    pub(super) record: Record,
    /// What it says.
    pub(super) customer: Customer,
    /// Its notes, where they were asked for.
    pub(super) notes: Vec<Note>,
    /// The merged customers that led to it.
    pub(super) through: Vec<Hop>,
}

impl Loaded {
    /// The customer at the end of a way, active or not, without its notes.
    pub(super) fn of(Successor { record, through, .. }: Successor) -> Result<Self, Error> {
        let customer = decode_customer(&record.body)?;
        Ok(Loaded { record, customer, notes: Vec::new(), through })
    }

    /// With its notes, where a request brings some to compare them with.
    pub(super) async fn with_notes_for(
        mut self,
        reads: &dyn Reads,
        message: &CustomerMessage,
    ) -> Result<Self, Error> {
        if !message.notes.is_empty() {
            self.notes = notes(reads, &self.customer).await?;
        }
        Ok(self)
    }
}

/// The customer with this id, active or not, without its notes; one that was merged does not lead on.
pub(super) async fn load(reads: &dyn Reads, id: CustomerId) -> Result<Option<Loaded>, Error> {
    let Some(record) = reads.get(&key::customer(id)).await? else { return Ok(None) };
    let customer = decode_customer(&record.body)?;
    Ok(Some(Loaded { record, customer, notes: Vec::new(), through: Vec::new() }))
}

/// All notes of a customer by sequence.
pub(super) async fn notes(reads: &dyn Reads, customer: &Customer) -> Result<Vec<Note>, Error> {
    decoded(&note_records(reads, customer.id, customer.last_note_sequence).await?)
}

/// What records of notes say.
pub(super) fn decoded(notes: &[Record]) -> Result<Vec<Note>, Error> {
    notes.iter().map(|record| Ok(decode_note(&record.body)?)).collect()
}

/// The records of a customer's notes by sequence, the highest of which the customer's record tells.
pub(super) async fn note_records(
    reads: &dyn Reads,
    id: CustomerId,
    last_note_sequence: u32,
) -> Result<Vec<Record>, Error> {
    if last_note_sequence == 0 {
        return Ok(Vec::new());
    }
    if let Some(keys) = note_keys(id, last_note_sequence) {
        let keys: Vec<_> = keys.collect();
        return Ok(reads.get_many(&keys).await?.into_iter().flatten().collect());
    }
    let mut notes = Vec::new();
    let mut range = key::notes_of(id);
    loop {
        let page = reads.scan(Collection::Note, range.clone(), NOTES_PAGE).await?;
        let full = page.last().filter(|_| page.len() == NOTES_PAGE);
        let next = full.map(|(last, _)| key::just_after(last));
        notes.extend(page.into_iter().map(|(_, record)| record));
        match next {
            Some(start) => range.start = start,
            None => return Ok(notes),
        }
    }
}

/// The decision to add the customer of a request. What the request itself is refused for is told first, even where the
/// store gives no ids.
pub(super) async fn added(
    message: &CustomerMessage,
    operation: &str,
    context: &Context<'_>,
) -> Result<Decision<Written>, Error> {
    let decide = |id| {
        let decided = domain::add(message, id, context.now(), &context.rules())?;
        let change = change(None, &decided, operation, context)?;
        Ok(Decision { change, answer: decided.into() })
    };
    match context.next_customer_id().await {
        Ok(id) => decide(id),
        Err(unavailable) => decide(CustomerId::NOBODY).and(Err(unavailable)),
    }
}

/// What belongs to a customer and is shown with it.
#[derive(Debug, Default)]
pub(super) struct Belongings {
    /// The records of its notes by sequence.
    pub(super) notes: Vec<Record>,
    /// The record of its sums, if it has transactions.
    pub(super) activity: Option<Record>,
}

/// The same in one read, unless there are many notes, the highest of which the customer's record tells.
pub(super) async fn belongings(
    reads: &dyn Reads,
    id: CustomerId,
    last_note_sequence: u32,
) -> Result<Belongings, Error> {
    Ok(belongings_of_all(reads, &[(id, last_note_sequence)]).await?.pop().unwrap_or_default())
}

/// The same of several customers, in their order.
pub(super) async fn belongings_of_all(
    reads: &dyn Reads,
    customers: &[(CustomerId, u32)],
) -> Result<Vec<Belongings>, Error> {
    let mut keys = Vec::with_capacity(customers.len() * (NOTES_BY_KEY_MAX as usize + 1));
    for (id, last_note_sequence) in customers {
        keys.push(key::sums(*id));
        keys.extend(note_keys(*id, *last_note_sequence).into_iter().flatten());
    }
    let mut records = reads.get_many(&keys).await?.into_iter();
    let mut all = Vec::with_capacity(customers.len());
    for (id, last_note_sequence) in customers {
        let activity = records.next().flatten();
        let notes = match note_keys(*id, *last_note_sequence) {
            Some(keys) => records.by_ref().take(keys.len()).flatten().collect(),
            None => note_records(reads, *id, *last_note_sequence).await?,
        };
        all.push(Belongings { notes, activity });
    }
    Ok(all)
}

/// The keys of a customer's notes, unless they may be many.
fn note_keys(id: CustomerId, last_note_sequence: u32) -> Option<impl ExactSizeIterator<Item = Key>> {
    (last_note_sequence <= NOTES_BY_KEY_MAX)
        .then(|| (0..last_note_sequence).map(move |before| key::note(id, before + 1)))
}

/// The change that a decision on a stored customer leads to; empty if there is nothing to write (AU-2).
pub(super) fn change_of(
    stored: &Loaded,
    decided: &Decided,
    operation: &str,
    context: &Context<'_>,
) -> Result<Change, Error> {
    if decided.outcome.writes() {
        change(Some(stored), decided, operation, context)
    } else {
        Ok(Change::new())
    }
}

/// The change that makes a decision durable: the record, its keys, its notes and a row of the change log.
pub(super) fn change(
    before: Option<&Loaded>,
    decided: &Decided,
    operation: &str,
    context: &Context<'_>,
) -> Result<Change, Error> {
    change_with_cards(before, decided, Vec::new(), operation, context)
}

/// The same with links to cards that change too, which the caller adds to the change.
pub(super) fn change_with_cards(
    before: Option<&Loaded>,
    decided: &Decided,
    cards: Vec<CardDifference<'_>>,
    operation: &str,
    context: &Context<'_>,
) -> Result<Change, Error> {
    let customer = &decided.customer;
    let body = encode_customer(customer)?;
    if body.len() > CUSTOMER_BYTES_MAX {
        let message = format!("the customer would take more than {CUSTOMER_BYTES_MAX} bytes");
        return Err(Error::new(Code::AttributeValueTooLarge, message));
    }
    let mut change = Change::new();
    let record_key = key::customer(customer.id);
    change.assert_unchanged(record_key.clone(), before.map(|loaded| &loaded.record));
    before.iter().for_each(|loaded| assert_hops(&mut change, &loaded.through));
    put_keys(&mut change, before.map(|loaded| &loaded.customer), customer);
    let notes = put_notes(&mut change, before, decided)?;
    let row = HistoryRow {
        time: context.now().timestamp,
        who: context.call.caller.into(),
        operation: operation.into(),
        request_id: context.call.request_id.into(),
        customer: customer.id.0,
        previous: before.map(|loaded| loaded.record.version),
        sections: history::differences(before.map(|loaded| &loaded.record.body[..]), Some(&body))?,
        notes: notes.iter().map(NoteDifference::borrow).collect(),
        cards,
    };
    change.log(history::encode(&row)?);
    change.put(record_key, body);
    Ok(change)
}

/// A decision on a customer that an old id led to rests on everybody in between (M-2).
pub(super) fn assert_hops(change: &mut Change, through: &[Hop]) {
    for hop in through {
        change.assert_version(key::customer(hop.id), hop.version);
    }
}

/// only active keys of active customers stand in the store.
fn active_keys(customer: Option<&Customer>) -> BTreeSet<&AlternateKey> {
    let held = customer.filter(|customer| customer.active).map(|customer| &customer.alternate_keys);
    held.into_iter().flatten().filter(|held| held.active).map(|held| &held.key).collect()
}

/// a key that becomes active must belong to nobody.
fn put_keys(change: &mut Change, before: Option<&Customer>, after: &Customer) {
    let (held, holds) = (active_keys(before), active_keys(Some(after)));
    for gained in holds.difference(&held) {
        change.assert_absent(key::alternate(gained));
        change.put(key::alternate(gained), after.id.0.to_be_bytes().to_vec());
    }
    for lost in held.difference(&holds) {
        change.delete(key::alternate(lost));
    }
}

/// What a note was and is.
struct NoteDifference {
    sequence: u32,
    before: Option<Vec<u8>>,
    after: Option<Vec<u8>>,
}

impl NoteDifference {
    fn borrow(&self) -> Difference<'_> {
        Difference { tag: self.sequence, before: self.before.as_deref(), after: self.after.as_deref() }
    }
}

fn put_notes(
    change: &mut Change,
    before: Option<&Loaded>,
    decided: &Decided,
) -> Result<Vec<NoteDifference>, Error> {
    let stored = |sequence: u32| {
        let note = before.and_then(|loaded| loaded.notes.iter().find(|note| note.sequence == sequence));
        note.map(encode_note).transpose()
    };
    let mut differences = Vec::new();
    for note in &decided.notes_put {
        let body = encode_note(note)?;
        change.put(key::note(decided.customer.id, note.sequence), body.clone());
        let before = stored(note.sequence)?;
        differences.push(NoteDifference { sequence: note.sequence, before, after: Some(body) });
    }
    for sequence in &decided.notes_deleted {
        change.delete(key::note(decided.customer.id, *sequence));
        differences.push(NoteDifference { sequence: *sequence, before: stored(*sequence)?, after: None });
    }
    Ok(differences)
}
