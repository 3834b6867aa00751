//! Who takes part in a merge: finding those who are named, and what the organisation's settings make of each (M-1, M-6).

use super::{Identifiers, Named, Request};
use crate::domain::activity::ActivitySummary;
use crate::domain::error::{Code, Error, Violation};
use crate::domain::merge::{self, Admission, Member, Traits, WhenNoSource};
use crate::domain::{Warning, WarningCode};
use crate::ops::customers::{self, Belongings, Loaded};
use crate::ops::{Context, merging};
use crate::store::record::decode_sums;
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
    let named: Vec<_> = request.source.iter().chain(&request.targets).collect();
    let candidates = candidates(reads, &named).await?;
    for (place, (named, candidate)) in named.into_iter().zip(candidates).enumerate() {
        let is_source = place == 0 && request.source.is_some();
        match verdict(named, candidate, context)? {
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

/// Those who are named, or who became of them (M-2), where they are active; with what belongs to them.
async fn candidates(reads: &dyn Reads, named: &[&Named]) -> Result<Vec<Option<Found>>, Error> {
    let identifiers: Vec<_> = named.iter().map(|named| &named.identifiers).collect();
    let found = Identifiers::find_all(&identifiers, reads).await?.into_iter();
    let found: Vec<_> = found.map(|found| found.filter(|loaded| loaded.customer.active)).collect();
    let customers = found.iter().flatten().map(|loaded| &loaded.customer);
    let whose: Vec<_> = customers.map(|customer| (customer.id, customer.last_note_sequence)).collect();
    let mut belongings = customers::belongings_of_all(reads, &whose).await?.into_iter();
    let mut candidates = Vec::with_capacity(found.len());
    for loaded in found {
        candidates.push(match loaded {
            Some(loaded) => Some(with(reads, loaded, belongings.next().unwrap_or_default()).await?),
            None => None,
        });
    }
    Ok(candidates)
}

async fn with(reads: &dyn Reads, loaded: Loaded, belongings: Belongings) -> Result<Found, Error> {
    let Belongings { notes, activity: sums } = belongings;
    let notes = customers::decoded(&notes)?;
    let activity = sums.as_ref().map(|record| decode_sums(&record.body)).transpose()?;
    let kept_last_change = merging::kept_last_change(reads, &loaded.customer).await?;
    let activity = activity.map(|activity| activity.summary);
    Ok(Found { loaded: Loaded { notes, ..loaded }, sums, activity, kept_last_change })
}

fn verdict(named: &Named, candidate: Option<Found>, context: &Context<'_>) -> Result<Verdict, Error> {
    let traits = match &candidate {
        None => Traits { missing: true, ..Traits::default() },
        Some(found) => Traits {
            cards: found.loaded.customer.card_count > 0,
            transactions: found.activity.is_some(),
            promotion_responses: context.rules().reference.has_responded(found.loaded.customer.id),
            ..Traits::default()
        },
    };
    let violation = |code: Code, message: &str| Violation {
        code,
        field: named.path.clone(),
        message: message.to_owned(),
    };
    Ok(match (merge::admission(traits, &context.rules().settings.merge), candidate) {
        (Admission::Refused(code, why), _) => Verdict::Refused(violation(code, why)),
        (Admission::Merged, Some(member)) => Verdict::Merged(Box::new(member)),
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

/// Those who take part, for the rules.
pub(super) fn of_rules<'m>(members: &'m [Found]) -> Vec<Member<'m>> {
    let member = |found: &'m Found| Member {
        customer: &found.loaded.customer,
        notes: &found.loaded.notes,
        activity: found.activity,
    };
    members.iter().map(member).collect()
}
