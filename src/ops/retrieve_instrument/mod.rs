//! retrieveInstrument: one card with its accounts, coupons and customers.
//!
//! Request: `CardNumber`, `AuthenticationData`. Answer: `Instrument` with the number masked. The PIN is judged as by an
//! association (K-4): a card that has one is found without it, unless its program requires it; a wrong one is counted.
//! `CARD_NOT_FOUND` for everything else.

mod soap;
#[cfg(test)]
mod tests;

use super::cards::{self, Asked};
use super::{Context, Decision, Operation};
use crate::domain::card::activation::{self, PinVerdict, programmed};
use crate::domain::card::{Activity, Card, CardNumber, Coupon};
use crate::domain::error::Error;
use crate::domain::identity::CustomerId;
use crate::domain::program::ProgramKind;
use crate::store::cards::holders;
use crate::store::record::key;
use crate::store::{Change, Key, Reads};

/// The operation. What it changes is the count of wrong PINs alone, so nothing of it is remembered for retries.
pub(super) struct RetrieveInstrument;

/// A card and all that is told of it.
#[derive(Debug)]
pub(super) struct Answer {
    card: Card,
    /// For each account, in the order of program ids, its kind and what happened to it.
    accounts: Vec<(ProgramKind, Vec<Activity>)>,
    coupons: Vec<Coupon>,
    customers: Vec<CustomerId>,
}

impl Operation for RetrieveInstrument {
    const NAME: &'static str = "retrieveInstrument";
    const WRITES: bool = false;
    type Request = Asked;
    type Answer = Answer;

    async fn run(reads: &dyn Reads, asked: &Asked, context: &Context<'_>) -> Result<Decision<Answer>, Error> {
        let found = cards::find(reads, asked, context).await?;
        let found = found.filter(|found| found.pin == PinVerdict::Accepted);
        let found = found.ok_or_else(activation::card_not_found)?;
        let mut change = Change::new();
        found.forget_wrong_pins(&mut change);
        let mut card = found.card;
        card.accounts.sort_by(|one, other| one.program.cmp(&other.program));
        let mut accounts = Vec::new();
        for (account, program) in programmed(&card, context.rules().reference)? {
            accounts.push((program.kind, cards::activities(reads, account).await?));
        }
        let coupons = cards::coupons(reads, &card).await?;
        let holders = holders(reads, &card.number).await?;
        let customers =
            holders.into_iter().map(|holder| holder.customer).filter(|customer| customer.state.active);
        let customers = customers.map(|customer| customer.id).collect();
        Ok(Decision { change, answer: Answer { card, accounts, coupons, customers } })
    }

    async fn left_behind(
        reads: &dyn Reads,
        asked: &Asked,
        context: &Context<'_>,
        refusal: &Error,
    ) -> Result<Change, Error> {
        cards::count_wrong_pin(reads, asked, context, refusal).await
    }

    /// Else a thousand guesses at once would be answered before the fifth of them is counted.
    fn queue(asked: &Asked) -> Option<Key> {
        let number = asked.number.as_deref().filter(|_| asked.pin.is_some()).and_then(CardNumber::parse);
        number.map(|number| key::card(&number))
    }
}
