//! The change that takes a merge back: the members as they were, what the merge made without anything.

use super::{Merge, UnmergeCustomers};
use crate::domain::customer::Customer;
use crate::domain::error::Error;
use crate::domain::value::DateOrTime;
use crate::ops::merging::RecordChange;
use crate::ops::{Context, Operation};
use crate::store::Change;
use crate::store::record::history::{self, Difference};
use crate::store::record::{encode_customer, encode_last_change, key, last_change};

pub(super) fn change(merge: &Merge, context: &Context<'_>) -> Result<Change, Error> {
    let mut change = Change::new();
    end_result(&mut change, merge, context)?;
    for member in &merge.members {
        let place = key::merged_before(merge.customer.id, member.id);
        change.assert_version(key::customer(member.id), member.record.version);
        change.assert_version(place.clone(), member.before.version).delete(place);
        for held in member.customer.active_keys() {
            change.put(key::alternate(held), member.id.0.to_be_bytes().to_vec());
        }
        let row = RecordChange {
            id: member.id,
            before: Some(&member.record),
            after: &member.before.body,
            notes: Vec::new(),
            beside: Vec::new(),
        };
        row.log(&mut change, UnmergeCustomers::NAME, context)?;
        change.put(key::customer(member.id), member.before.body.clone());
        if let Some(kept) = &member.kept_last_change {
            let place = key::last_change(member.id);
            let version = last_change(&member.record, Some(kept))?;
            change.assert_version(place.clone(), kept.version).put(place, encode_last_change(version));
        }
    }
    Ok(change)
}

/// The customer that the merge made stays for its history. Its notes stay too; all else is the members' again.
fn end_result(change: &mut Change, merge: &Merge, context: &Context<'_>) -> Result<(), Error> {
    let result = &merge.customer;
    let after = Customer {
        active: false,
        update_date: Some(DateOrTime::Local(context.now().local)),
        alternate_keys: Vec::new(),
        members: Vec::new(),
        card_count: 0,
        ..result.clone()
    };
    let body = encode_customer(&after)?;
    let sums = key::sums(result.id);
    change.assert_version(key::customer(result.id), merge.record.version);
    change.assert_unchanged(sums.clone(), merge.sums.as_ref());
    let added_up = |record| Difference { tag: history::SUMS, before: Some(record), after: None };
    let row = RecordChange {
        id: result.id,
        before: Some(&merge.record),
        after: &body,
        notes: Vec::new(),
        beside: merge.sums.iter().map(|record| added_up(&record.body[..])).collect(),
    };
    row.log(change, UnmergeCustomers::NAME, context)?;
    change.put(key::customer(result.id), body);
    if let Some(kept) = &merge.kept_last_change {
        let place = key::last_change(result.id);
        change.assert_version(place.clone(), kept.version).delete(place);
    }
    if merge.sums.is_some() {
        change.delete(sums);
    }
    Ok(())
}
