//! Who takes part in a merge: finding those who are named, and what the organisation's settings make of each (M-1, M-6).

use super::{Named, Request};
use crate::domain::activity::ActivitySummary;
use crate::domain::error::{Code, Error, Violation};
use crate::domain::merge::{self, Admission, Member, Traits, WhenNoSource};
use crate::domain::{Warning, WarningCode};
use crate::ops::customers::{self, Loaded};
use crate::ops::{Context, merging};
use crate::store::record::{decode_sums, key};
use crate::store::successor::{HOPS_MAX, merges_behind};
use crate::store::{Reads, Record};

/// Why nothing is merged.
pub(super) const TOO_FEW: &str =
    "a merge needs a source and at least one target, or two targets, that are different customers";

/// A customer that takes part.
pub(super) struct Found {
    /// The customer, active.
    pub(super) loaded: Loaded,
    /// The record of its sums.
    pub(super) sums: Option<Record>,
    activity: Option<ActivitySummary>,
    /// Of one that was itself made by a merge: what is kept of when it was last changed.
    pub(super) kept_last_change: Option<Record>,
}

/// Those who take part, the source first, two at least; and a warning for each other who is named (M-6).
pub(super) async fn admitted(
    reads: &dyn Reads,
    request: &Request,
    context: &Context<'_>,
) -> Result<(Vec<Found>, Vec<Warning>), Error> {
    let settings = &context.rules().settings.merge;
    let (mut found, mut refusals, mut lost_source) = (Vec::<Found>::new(), Vec::new(), None);
    let mut left_out = Vec::new();
    let source = request.source.iter().map(|named| (named, true));
    for (named, is_source) in source.chain(request.targets.iter().map(|named| (named, false))) {
        match one(reads, named, context).await? {
            Verdict::Merged(member) => {
                let id = member.loaded.customer.id;
                if found.iter().all(|known| known.loaded.customer.id != id) {
                    found.push(*member);
                }
            }
            Verdict::LeftOut { why, as_source } => {
                let (code, field) = (WarningCode::CustomerLeftOut, named.path.clone());
                left_out.push(Warning { code, field, message: why });
                lost_source = lost_source.or(is_source.then_some(as_source));
            }
            Verdict::Refused(violation) => refusals.push(violation),
        }
    }
    if let Some(refusal) = Error::from_violations(refusals) {
        return Err(refusal);
    }
    let has_source = request.source.is_some() && lost_source.is_none();
    if let Some(refusal) = lost_source.filter(|_| settings.source_unmergeable == WhenNoSource::Refuse) {
        return Err(refusal.into());
    }
    if found.len() < 2 {
        return Err(merging::refused(TOO_FEW));
    }
    if !has_source {
        let source = merge::choose_source(&of_rules(&found), &settings.source_rules);
        found[..=source].rotate_right(1);
    }
    Ok((found, left_out))
}

/// What becomes of one who is named.
enum Verdict {
    Merged(Box<Found>),
    /// For a reason; with the refusal that it is of a source that has to be there.
    LeftOut {
        why: &'static str,
        as_source: Violation,
    },
    Refused(Violation),
}

async fn one(reads: &dyn Reads, named: &Named, context: &Context<'_>) -> Result<Verdict, Error> {
    let found = find(reads, named).await?;
    let mut traits = Traits { missing: found.is_none(), ..Traits::default() };
    let mut member = None;
    if let Some(loaded) = found {
        let customer = &loaded.customer;
        let sums = reads.get(&key::sums(customer.id)).await?;
        let activity = sums.as_ref().map(|record| decode_sums(&record.body)).transpose()?;
        traits.cards = customer.card_count > 0;
        traits.transactions = activity.is_some();
        traits.promotion_responses = context.rules().reference.has_responded(customer.id);
        let activity = activity.map(|activity| activity.summary);
        let kept_last_change = merging::kept_last_change(reads, customer).await?;
        member = Some(Box::new(Found { loaded, sums, activity, kept_last_change }));
    }
    let violation = |code: Code, message: &str| Violation {
        code,
        field: named.path.clone(),
        message: message.to_owned(),
    };
    Ok(match (merge::admission(traits, &context.rules().settings.merge), member) {
        (Admission::Refused(code, why), _) => Verdict::Refused(violation(code, why)),
        (Admission::Merged, Some(member)) => Verdict::Merged(member),
        (Admission::LeftOut(why), Some(_)) => {
            let text = "the source can't be merged: the organisation leaves such customers out";
            let as_source = violation(Code::MergeCustomerCreationException, text);
            Verdict::LeftOut { why, as_source }
        }
        (Admission::LeftOut(why), None) => {
            let text = "no customer was found with the identifiers of the source";
            Verdict::LeftOut { why, as_source: violation(Code::CustomerNotFound, text) }
        }
        // Who is not found never takes part.
        (Admission::Merged, None) => return Err(Error::internal("nobody is to be merged")),
    })
}

/// The active customer that is named, or that became of it (M-2).
async fn find(reads: &dyn Reads, named: &Named) -> Result<Option<Loaded>, Error> {
    let found = match named.identifiers.find(reads).await {
        Err(refusal) if refusal.code == Code::CustomerNotFound => return Ok(None),
        found => found?,
    };
    Ok(Some(found).filter(|found| found.customer.active))
}

/// M-2: whoever was merged long ago must still be led on.
pub(super) async fn check_ways(reads: &dyn Reads, members: &[Found]) -> Result<(), Error> {
    for member in members {
        if merges_behind(reads, &member.loaded.customer.members).await? >= HOPS_MAX {
            let text =
                format!("one of the customers was made by {HOPS_MAX} merges one after the other already");
            return Err(merging::refused(text));
        }
    }
    Ok(())
}

/// Reads the notes of all.
pub(super) async fn read_notes(reads: &dyn Reads, members: &mut [Found]) -> Result<(), Error> {
    for member in members {
        member.loaded.notes = customers::notes(reads, &member.loaded.customer).await?;
    }
    Ok(())
}

/// The same for the rules.
pub(super) fn of_rules<'m>(members: &'m [Found]) -> Vec<Member<'m>> {
    let member = |found: &'m Found| Member {
        customer: &found.loaded.customer,
        notes: &found.loaded.notes,
        activity: found.activity,
    };
    members.iter().map(member).collect()
}
