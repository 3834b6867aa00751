//! mergeCustomers: makes one new customer of several that are the same person (rules M).
//!
//! Request: `MergeSource?`, `MergeTargetSet` with `MergeTarget*`, each with `CustomerID?` (which decides alone) and
//! `AlternateKey*`; `Preview?`. Answer: `CustomerID` of the new customer, `MergedCustomerID*`, the source first; with
//! Preview no CustomerID, but the `Customer` that the merge would make, and nothing is stored and no id used. Whoever
//! is named twice, or is source and target, is merged once; who was merged before stands for the successor; who is
//! inactive is not found. `CUSTOMER_NOT_FOUND` names every one who is not found, `MERGE_CUSTOMER_CREATION_EXCEPTION`
//! too few or too many customers, one that an old id already leads to over as many merges as are followed, and what the
//! organisation's settings (M-6) forbid.
//!
//! Committed together: the new customer with notes and sums, its keys, the merged ones as inactive members with their
//! records as they were, rows of the change log for all of them. Transactions and cards stay where they are, so it is no
//! more work however many there are.

mod batch;
mod change;
mod members;
#[cfg(test)]
pub(super) mod proof_tests;
#[cfg(test)]
mod race_tests;
mod soap;
#[cfg(test)]
mod tests;

use super::identifiers::Identifiers;
use super::{Context, Decision, Operation, merging, promotions};
use crate::domain::Warning;
use crate::domain::card::CardNumber;
use crate::domain::error::Error;
use crate::domain::identity::CustomerId;
use crate::domain::merge::{self, Merged};
use crate::store::cards::{Owner, cards_of};
use crate::store::{Change, Reads};
use members::Found;

/// The operation.
pub(super) struct MergeCustomers;

/// Who is to be merged.
#[derive(Debug, Default)]
pub(super) struct Request {
    source: Option<Named>,
    targets: Vec<Named>,
    preview: bool,
}

/// One customer of a request.
#[derive(Debug)]
struct Named {
    identifiers: Identifiers,
    /// Where it stands, for refusals.
    path: String,
}

/// What became of it.
#[derive(Debug)]
pub(super) enum Answer {
    /// The customers are one.
    Merged {
        /// The new customer.
        id: CustomerId,
        /// Who it was made of, the source first.
        members: Vec<CustomerId>,
        /// Who was named and is not among them (M-6). A record tells it; the answer to a request has no place for it but the
        /// list of those who were merged.
        left_out: Vec<Warning>,
    },
    /// The customers could be one.
    Preview {
        /// What it would be; its id is nobody's.
        merged: Box<Merged>,
        /// The cards of all.
        cards: Vec<CardNumber>,
    },
}

impl Operation for MergeCustomers {
    const NAME: &'static str = "mergeCustomers";
    const WRITES: bool = true;
    type Request = Request;
    type Answer = Answer;

    async fn run(
        reads: &dyn Reads,
        request: &Request,
        context: &Context<'_>,
    ) -> Result<Decision<Answer>, Error> {
        check_count(request, context)?;
        let (members, left_out) = members::admitted(reads, request, context).await?;
        members::check_ways(reads, &members).await?;
        let of_rules = members::of_rules(&members);
        let mut merged = merge::merge(CustomerId::NOBODY, &of_rules, context.now(), &context.rules());
        if request.preview {
            change::check_size(&merged)?;
            let cards = cards(reads, &members).await?;
            let answer = Answer::Preview { merged: Box::new(merged), cards };
            return Ok(Decision { change: Change::new(), answer });
        }
        let id = match context.next_customer_id().await {
            Ok(id) => id,
            // What the request itself is refused for is told first, even where the store gives no ids.
            Err(unavailable) => return change::check_size(&merged).and(Err(unavailable)),
        };
        merged.customer.id = id;
        let mut change = change::change(&members, &merged, context)?;
        let customers = members.iter().map(|member| &member.loaded.customer);
        promotions::extend(reads, context.rules().reference, customers, id, &mut change).await?;
        let answer = Answer::Merged { id, members: merged.customer.members, left_out };
        Ok(Decision { change, answer })
    }
}

/// M-1, M-6: whether enough and not too many are named, which is told before anybody is looked for.
fn check_count(request: &Request, context: &Context<'_>) -> Result<(), Error> {
    let most = context.rules().settings.merge.records_max;
    let named = request.targets.len() + usize::from(request.source.is_some());
    match named {
        0 | 1 => Err(merging::refused(members::TOO_FEW)),
        _ if request.targets.is_empty() => Err(merging::refused(members::TOO_FEW)),
        _ if named > most => {
            Err(merging::refused(format!("more customers are named than the {most} that one merge takes")))
        }
        _ => Ok(()),
    }
}

/// The cards of all, each once.
async fn cards(reads: &dyn Reads, members: &[Found]) -> Result<Vec<CardNumber>, Error> {
    let mut cards = Vec::new();
    for member in members {
        let customer = &member.loaded.customer;
        cards.extend(cards_of(reads, Owner::of(customer)).await?);
    }
    cards.sort_unstable();
    cards.dedup();
    Ok(cards)
}
