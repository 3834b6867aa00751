//! unmergeCustomers: takes a merge back while nothing of it has changed since (M-8).
//!
//! Request: `CustomerID` of the customer that a merge made. Answer: `CustomerID*` of those who were merged, the source
//! first: their records are again what they were, to the byte. The customer that the merge made stays, inactive, without
//! keys, members and sums. `CUSTOMER_NOT_FOUND` when nobody active has the id; `MERGE_CUSTOMER_CREATION_EXCEPTION` when
//! the customer was not made by a merge, was merged itself since, or has changed: the message names what. An old id does
//! not lead on.
//!
//! What a merge wrote has the number of its commit as version; whatever has another was written since. A merge of the
//! result that was taken back did write it, and left it as it was: the version from before is kept beside it.

#[cfg(test)]
mod chain_tests;
mod change;
mod soap;
#[cfg(test)]
mod tests;

use super::{Context, Decision, Operation, customers, lookup, merging, promotions};
use crate::domain::customer::Customer;
use crate::domain::error::Error;
use crate::domain::identity::CustomerId;
use crate::store::record::{decode_customer, key, last_change};
use crate::store::{CommitNumber, Reads, Record};

/// The operation.
pub(super) struct UnmergeCustomers;

/// The CustomerID as sent; a text that is none names nobody.
#[derive(Debug)]
pub(super) struct Request(Option<String>);

/// Who was restored, the source first.
#[derive(Debug)]
pub(super) struct Answer(Vec<CustomerId>);

impl Operation for UnmergeCustomers {
    const NAME: &'static str = "unmergeCustomers";
    const WRITES: bool = true;
    type Request = Request;
    type Answer = Answer;

    async fn run(
        reads: &dyn Reads,
        request: &Request,
        context: &Context<'_>,
    ) -> Result<Decision<Answer>, Error> {
        let id = request.0.as_deref().and_then(CustomerId::parse).ok_or_else(lookup::not_found)?;
        let result = customers::load(reads, id).await?.ok_or_else(lookup::not_found)?;
        check_state(&result.customer)?;
        let merge = read(reads, result.record, result.customer).await?;
        let changed = merge.changed();
        if !changed.is_empty() {
            let text =
                format!("the merge can't be taken back, these have changed since: {}", changed.join(", "));
            return Err(merging::refused(text));
        }
        let mut change = change::change(&merge, context)?;
        promotions::withdraw(reads, merge.customer.id, &mut change).await?;
        Ok(Decision { change, answer: Answer(merge.customer.members) })
    }
}

fn check_state(customer: &Customer) -> Result<(), Error> {
    if let Some(successor) = customer.merged_into {
        let text =
            format!("the customer was itself merged into customer {successor}; take that merge back first");
        return Err(merging::refused(text));
    }
    if !customer.active {
        return Err(lookup::not_found());
    }
    if customer.members.is_empty() {
        return Err(merging::refused("the customer was not made by a merge"));
    }
    Ok(())
}

/// What a merge made, as it stands now.
struct Merge {
    record: Record,
    customer: Customer,
    /// What is kept of when it was last changed.
    kept_last_change: Option<Record>,
    /// The commit that last changed it.
    changed_by: CommitNumber,
    sums: Option<Record>,
    members: Vec<MergedMember>,
    /// The commit of the merge.
    commit: CommitNumber,
}

/// One of those who were merged.
struct MergedMember {
    id: CustomerId,
    /// Its record now.
    record: Record,
    /// Its record before the merge.
    before: Record,
    /// What that says.
    customer: Customer,
    /// Of one that was itself made by a merge: what is kept of when it was last changed.
    kept_last_change: Option<Record>,
}

async fn read(reads: &dyn Reads, record: Record, customer: Customer) -> Result<Merge, Error> {
    let id = customer.id;
    let mut keys = vec![key::sums(id)];
    keys.extend(customer.members.iter().map(|member| key::customer(*member)));
    keys.extend(customer.members.iter().map(|member| key::merged_before(id, *member)));
    let mut found = reads.get_many(&keys).await?.into_iter();
    let sums = found.next().flatten();
    let found: Vec<_> = found.collect();
    let (now, before) = found.split_at(customer.members.len());
    let mut members = Vec::with_capacity(now.len());
    for ((id, record), before) in customer.members.iter().zip(now).zip(before) {
        let (Some(record), Some(before)) = (record, before) else {
            return Err(merging::refused("it is not kept any more what the customers were before the merge"));
        };
        let customer = decode_customer(&before.body)?;
        let kept_last_change = merging::kept_last_change(reads, &customer).await?;
        let (record, before) = (record.clone(), before.clone());
        members.push(MergedMember { id: *id, record, before, customer, kept_last_change });
    }
    let commit = members.iter().map(|member| member.before.version).min().unwrap_or(0);
    let kept_last_change = merging::kept_last_change(reads, &customer).await?;
    let changed_by = last_change(&record, kept_last_change.as_ref())?;
    Ok(Merge { record, customer, kept_last_change, changed_by, sums, members, commit })
}

impl Merge {
    /// What was written since the merge, for people.
    fn changed(&self) -> Vec<String> {
        let mut changed = Vec::new();
        let since = |record: &Record| record.version != self.commit;
        let had = self
            .members
            .iter()
            .fold(0, |count: u32, member| count.saturating_add(member.customer.card_count));
        if self.customer.card_count != had {
            changed.push("cards".to_owned());
        }
        if self.changed_by != self.commit {
            changed.push("customer record".to_owned());
        }
        if self.sums.as_ref().is_some_and(since) {
            changed.push("transactions".to_owned());
        }
        let others = self.members.iter().filter(|member| since(&member.record) || since(&member.before));
        changed.extend(others.map(|member| format!("record of customer {}", member.id)));
        changed
    }
}
