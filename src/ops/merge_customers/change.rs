//! The change of a merge: everything in one commit, resting on the records of the members and of their sums.
//!
//! Whatever belongs to a customer changes only together with its record, so that the versions of the members' records
//! guard their keys, notes and cards too; only transactions have a record of their own, the sums. The versions that the
//! commit gives are what [unmerge](super::super::unmerge_customers) compares. Of a member that a merge made, the version
//! that it had is kept, so that its own merge can be taken back after this one was.

use super::MergeCustomers;
use super::members::Found;
use crate::domain::customer::Customer;
use crate::domain::error::Error;
use crate::domain::merge::Merged;
use crate::domain::note::Note;
use crate::ops::customers::assert_hops;
use crate::ops::merging::{RecordChange, refused};
use crate::ops::{Context, Operation};
use crate::store::Change;
use crate::store::record::history::{self, Difference, HistoryRow};
use crate::store::record::{
    ActivitySums, CUSTOMER_BYTES_MAX, encode_customer, encode_last_change, encode_merged, encode_note,
    encode_sums, key, last_change,
};

/// The most notes that a merge copies.
const NOTES_MAX: usize = 50_000;
/// The most bytes that these notes take: they stand in one row of the change log.
const NOTES_BYTES_MAX: usize = 3 * 1024 * 1024;

/// Whether the result can be stored.
pub(super) fn check_size(merged: &Merged) -> Result<(), Error> {
    body_of(merged).map(drop)
}

/// The record of the result, which can be stored.
fn body_of(merged: &Merged) -> Result<Vec<u8>, Error> {
    let body = encode_customer(&merged.customer)?;
    if body.len() > CUSTOMER_BYTES_MAX {
        return Err(refused(format!("the merged customer would take more than {CUSTOMER_BYTES_MAX} bytes")));
    }
    let text: usize = merged.notes.iter().map(|note| note.text.len()).sum();
    if merged.notes.len() > NOTES_MAX || text > NOTES_BYTES_MAX {
        let message = format!(
            "the customers have more notes than a merge copies, {NOTES_MAX} or {NOTES_BYTES_MAX} bytes of text"
        );
        return Err(refused(message));
    }
    Ok(body)
}

/// The whole change.
pub(super) fn change(members: &[Found], merged: &Merged, context: &Context<'_>) -> Result<Change, Error> {
    let mut change = Change::new();
    for member in members {
        put_member(&mut change, member, &merged.customer, context)?;
    }
    for held in merged.customer.active_keys() {
        change.put(key::alternate(held), merged.customer.id.0.to_be_bytes().to_vec());
    }
    put_result(&mut change, merged, context)?;
    put_sums(&mut change, merged, context)?;
    Ok(change)
}

/// M-2: a member stays, inactive, with all that it has; its keys find the result.
fn put_member(
    change: &mut Change,
    member: &Found,
    result: &Customer,
    context: &Context<'_>,
) -> Result<(), Error> {
    let (record, customer) = (&member.loaded.record, &member.loaded.customer);
    let body = encode_merged(&record.body, result.id)?;
    change.assert_version(key::customer(customer.id), record.version);
    assert_hops(change, &member.loaded.through);
    change.assert_unchanged(key::sums(customer.id), member.sums.as_ref());
    change.put(key::merged_before(result.id, customer.id), record.body.clone());
    if !customer.members.is_empty() {
        let (place, kept) = (key::last_change(customer.id), member.kept_last_change.as_ref());
        let version = last_change(record, kept)?;
        change.assert_unchanged(place.clone(), kept).put(place, encode_last_change(version));
    }
    let row = RecordChange {
        id: customer.id,
        before: Some(record),
        after: &body,
        notes: Vec::new(),
        beside: Vec::new(),
    };
    row.log(change, MergeCustomers::NAME, context)?;
    change.put(key::customer(customer.id), body);
    Ok(())
}

fn put_result(change: &mut Change, merged: &Merged, context: &Context<'_>) -> Result<(), Error> {
    let id = merged.customer.id;
    let body = body_of(merged)?;
    let encoded = |note: &Note| Ok((note.sequence, encode_note(note)?));
    let notes = merged.notes.iter().map(encoded).collect::<Result<Vec<_>, Error>>()?;
    let row = RecordChange {
        id,
        before: None,
        after: &body,
        notes: notes.iter().map(difference_of_note).collect(),
        beside: Vec::new(),
    };
    row.log(change, MergeCustomers::NAME, context)?;
    for (sequence, body) in notes {
        change.put(key::note(id, sequence), body);
    }
    change.assert_absent(key::customer(id)).put(key::customer(id), body);
    Ok(())
}

fn difference_of_note((sequence, body): &(u32, Vec<u8>)) -> Difference<'_> {
    Difference { tag: *sequence, before: None, after: Some(body) }
}

/// M-4: the sums of all, from which those of the result go on. They begin its history of activity.
fn put_sums(change: &mut Change, merged: &Merged, context: &Context<'_>) -> Result<(), Error> {
    let Some(summary) = merged.activity else { return Ok(()) };
    let id = merged.customer.id;
    let body = encode_sums(&ActivitySums { last_number: 0, summary, base: Some(summary) })?;
    let row = HistoryRow {
        time: context.now().timestamp,
        who: context.call.caller.into(),
        operation: MergeCustomers::NAME.into(),
        request_id: context.call.request_id.into(),
        customer: id.0,
        previous: None,
        sections: vec![Difference { tag: history::SUMS, before: None, after: Some(&body) }],
        notes: Vec::new(),
        cards: Vec::new(),
    };
    change.log(history::encode(&row)?);
    change.put(key::sums(id), body);
    Ok(())
}
