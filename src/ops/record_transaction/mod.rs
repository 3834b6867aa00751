//! recordTransaction: records a transaction of a customer and adds it to the customer's sums.
//!
//! Request: `Transaction` with `TransactionID`, an identifier of the customer (`CustomerID`, else `AlternateKey*`, else
//! `CardNumber`), `RetailStoreID`, `BusinessDate`, and what was sold and brought back. Answer: `TransactionID`. The
//! TransactionID is unique over all stores: sent again with the same content it answers the same and changes nothing,
//! with another it is refused with `TRANSACTION_ALREADY_EXISTS`. `CUSTOMER_NOT_FOUND` when the identifiers find no
//! active customer. A merged one leads on to its successor (M-2); what was recorded for it before stays there, and its
//! TransactionID stays known.
//!
//! Committed together: the transaction, the record of its TransactionID, the customer's sums, a row of the change log.
//! What is written is as small for the millionth transaction of a customer as for the first. The customer's record is
//! asserted and not written: who changes the customer never loses against a sale.

mod soap;
#[cfg(test)]
mod tests;

use super::customers::assert_hops;
use super::identifiers::Identifiers;
use super::{Context, Decision, Operation, lookup};
use crate::domain::activity::{ActivitySummary, Transaction};
use crate::domain::error::{Code, Error};
use crate::domain::identity::CustomerId;
use crate::store::record::history::{self, Difference, HistoryRow};
use crate::store::record::{
    ActivitySums, decode_sums, decode_transaction, encode_sums, encode_transaction, key,
};
use crate::store::successor::Successor;
use crate::store::{Change, Reads, Record};

/// The operation.
pub(super) struct RecordTransaction;

/// What happened, and who is said to have been there.
#[derive(Debug)]
pub(super) struct Request {
    identifiers: Identifiers,
    transaction: Transaction,
}

/// The TransactionID.
#[derive(Debug)]
pub(super) struct Answer(String);

impl Operation for RecordTransaction {
    const NAME: &'static str = "recordTransaction";
    const WRITES: bool = true;
    type Request = Request;
    type Answer = Answer;

    async fn run(
        reads: &dyn Reads,
        request: &Request,
        context: &Context<'_>,
    ) -> Result<Decision<Answer>, Error> {
        if request.identifiers.name_nobody() {
            return Err(lookup::not_found());
        }
        let id = &request.transaction.transaction_id;
        let change = match reads.get(&key::transaction_id(id)).await? {
            Some(place) => {
                check_the_same(reads, request, &place).await?;
                Change::new()
            }
            None => record(reads, request, context).await?,
        };
        Ok(Decision { change, answer: Answer(id.clone()) })
    }
}

/// `TRANSACTION_ALREADY_EXISTS` unless the transaction that has the TransactionID has the content of the request.
async fn check_the_same(reads: &dyn Reads, request: &Request, place: &Record) -> Result<(), Error> {
    let (customer, number) = key::read_transaction(&place.body)?;
    let record = reads.get(&key::transaction(customer, number)).await?;
    let recorded = decode_transaction(&record.ok_or_else(leads_nowhere)?.body)?;
    if recorded == request.transaction && request.identifiers.mean(reads, customer).await? {
        return Ok(());
    }
    let text = "a transaction of another content has this TransactionID";
    Err(Error::at(Code::TransactionAlreadyExists, "Transaction/TransactionID", text))
}

fn leads_nowhere() -> Error {
    let mut error = Error::new(Code::CorruptRecord, "a TransactionID leads to no transaction");
    error.source = Some("the record of a TransactionID leads to a transaction that is not stored".into());
    error
}

/// The change that records a new transaction.
async fn record(reads: &dyn Reads, request: &Request, context: &Context<'_>) -> Result<Change, Error> {
    let Successor { id: customer, record, through, .. } =
        request.identifiers.find_active_record(reads).await?;
    let stored = reads.get(&key::sums(customer)).await?;
    let activity = next(stored.as_ref(), &request.transaction)?;
    let mut change = Change::new();
    change.assert_version(key::customer(customer), record.version);
    assert_hops(&mut change, &through);
    change.assert_unchanged(key::sums(customer), stored.as_ref());
    put(&mut change, customer, &activity, &request.transaction, stored.as_ref(), context)?;
    Ok(change)
}

/// The customer's sums with the transaction.
fn next(stored: Option<&Record>, transaction: &Transaction) -> Result<ActivitySums, Error> {
    let Some(stored) = stored else {
        let summary = ActivitySummary::of(transaction);
        return Ok(ActivitySums { last_number: 1, summary, base: None });
    };
    let ActivitySums { last_number, summary, base } = decode_sums(&stored.body)?;
    Ok(ActivitySums { last_number: last_number + 1, summary: summary.with(transaction), base })
}

fn put(
    change: &mut Change,
    customer: CustomerId,
    activity: &ActivitySums,
    transaction: &Transaction,
    stored: Option<&Record>,
    context: &Context<'_>,
) -> Result<(), Error> {
    let (place, id) =
        (key::transaction(customer, activity.last_number), key::transaction_id(&transaction.transaction_id));
    let body = encode_transaction(transaction)?;
    let row = HistoryRow {
        time: context.now().timestamp,
        who: context.call.caller.into(),
        operation: RecordTransaction::NAME.into(),
        request_id: context.call.request_id.into(),
        customer: customer.0,
        previous: stored.map(|record| record.version),
        // The sums before and after follow from the rows; a transaction is told once.
        sections: vec![Difference { tag: history::TRANSACTION, before: None, after: Some(&body) }],
        notes: Vec::new(),
        cards: Vec::new(),
    };
    change.log(history::encode(&row)?);
    change.assert_absent(id.clone()).put(id, place.id.to_vec());
    change.put(place, body);
    change.put(key::sums(customer), encode_sums(activity)?);
    Ok(())
}
