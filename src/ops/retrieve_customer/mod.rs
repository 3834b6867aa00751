//! retrieveCustomer: one customer, by CustomerID or by alternate keys.
//!
//! Request: `CustomerID`, `AlternateKey*`, `CardNumber`, `IncludeInactive`. Answer: `Customer` with its notes, sums and
//! cards. A CustomerID that was sent decides alone; keys must all that are known lead to the same customer. A card, which
//! stands for its first associated active customer, decides where neither is sent. An inactive
//! customer, and inactive contact points and keys, are shown with IncludeInactive only; an inactive customer has no
//! active keys (D-4), so it is found by its CustomerID. The CustomerID of a merged customer leads on to its successor; with
//! IncludeInactive it shows the merged customer itself, with its MergedInto (M-2). A successor is shown with the cards of
//! all who were merged into it. `CUSTOMER_NOT_FOUND` for everything else.

mod soap;
#[cfg(test)]
mod tests;

use super::customers::{self, Belongings};
use super::identifiers::Identifiers;
use super::{Context, Decision, Operation, lookup};
use crate::domain::card::CardNumber;
use crate::domain::error::Error;
use crate::store::cards::{Owner, cards_of, representative};
use crate::store::successor::Successor;
use crate::store::{Change, Reads, Record};

/// The operation.
pub(super) struct RetrieveCustomer;

/// Who is asked for.
#[derive(Debug)]
pub(super) struct Request {
    identifiers: Identifiers,
    include_inactive: bool,
}

/// The records of the customer found and of what belongs to it, and how much of them is shown.
#[derive(Debug)]
pub(super) struct Answer {
    record: Record,
    belongings: Belongings,
    cards: Vec<CardNumber>,
    include_inactive: bool,
}

impl Operation for RetrieveCustomer {
    const NAME: &'static str = "retrieveCustomer";
    const WRITES: bool = false;
    type Request = Request;
    type Answer = Answer;

    async fn run(reads: &dyn Reads, request: &Request, _: &Context<'_>) -> Result<Decision<Answer>, Error> {
        let Successor { id, record, state, .. } = match request.identifiers.card_alone() {
            Some(number) => of_card(reads, number, request).await?,
            None => request.identifiers.find_record(reads, request.include_inactive).await?,
        };
        if !state.active && !request.include_inactive {
            return Err(lookup::not_found());
        }
        let belongings = customers::belongings(reads, id, state.last_note_sequence).await?;
        let cards =
            cards_of(reads, Owner { id, card_count: state.card_count, members: &state.members }).await?;
        let answer = Answer { record, belongings, cards, include_inactive: request.include_inactive };
        Ok(Decision { change: Change::new(), answer })
    }
}

async fn of_card(reads: &dyn Reads, number: &str, request: &Request) -> Result<Successor, Error> {
    let Some(number) = CardNumber::parse(number) else { return Err(lookup::not_found()) };
    representative(reads, &number, request.include_inactive).await?.ok_or_else(lookup::not_found)
}
