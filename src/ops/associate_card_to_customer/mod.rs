//! associateCardToCustomer: gives a card to a customer, and activates the card and its accounts (K-1 to K-10).
//!
//! Request: `Instrument` with the card (CardNumber or InstrumentID), its PIN (AuthenticationData) and the `Customer`
//! (CustomerID or alternate keys). Answer: `CustomerID`, `CardNumber` masked, `Account*`, and the `Coupon*` that this
//! request issued. The same pair again changes nothing, also where the card was given to somebody who was merged into the
//! customer since. Refused with the codes of K-6, in the order of K-10, and then
//! nothing is changed, save that a wrong PIN is counted (K-4).

mod batch;
mod soap;
#[cfg(test)]
mod tests;

use super::cards::{self, Asked};
use super::identifiers::Identifiers;
use super::{Context, Decision, Operation, customers::Loaded};
use crate::domain::card::activation::{self, ActivationMessage, Associated, Association, programmed};
use crate::domain::card::{AccountId, Card, CardNumber, Coupon, account_type};
use crate::domain::error::{Code, Error};
use crate::domain::identity::CustomerId;
use crate::store::{Change, Reads};

/// The operation.
pub(super) struct AssociateCardToCustomer;

/// What an `Instrument` says.
#[derive(Debug)]
pub(super) struct Request {
    asked: Asked,
    customer: Identifiers,
    message: ActivationMessage,
}

/// What became of card and customer.
#[derive(Debug)]
pub(super) struct Answer {
    customer: CustomerId,
    card: CardNumber,
    /// Id, type, and whether it has been activated.
    accounts: Vec<(AccountId, &'static str, bool)>,
    coupon: Option<Coupon>,
}

impl Operation for AssociateCardToCustomer {
    const NAME: &'static str = "associateCardToCustomer";
    const WRITES: bool = true;
    type Request = Request;
    type Answer = Answer;

    async fn run(
        reads: &dyn Reads,
        request: &Request,
        context: &Context<'_>,
    ) -> Result<Decision<Answer>, Error> {
        let found = cards::find(reads, &request.asked, context).await?;
        let found = found.ok_or_else(activation::card_not_found)?;
        let customer = customer(reads, &request.customer).await?;
        let link = match &customer {
            Some(customer) => cards::link(reads, &customer.customer, &found.card.number).await?,
            None => None,
        };
        let association = Association {
            card: Some(&found.card),
            pin: found.pin,
            customer: customer.as_ref().map(|customer| customer.customer.id),
            link: link.as_ref().map(|(link, _)| link),
            message: &request.message,
            reference: context.rules().reference,
            now: *context.now(),
        };
        let decided = association.decide()?;
        let customer = customer.ok_or_else(|| Error::internal("an association without a customer"))?;
        let Some(decided) = decided else {
            let mut change = Change::new();
            found.forget_wrong_pins(&mut change);
            let answer = answer(&customer, &found.card, None, context)?;
            return Ok(Decision { change, answer });
        };
        let coupon = issue(&decided, context).await?;
        let association = cards::Association {
            found: &found,
            customer: &customer,
            link: link.as_ref().and_then(|(_, record)| record.as_ref()),
            decided: &decided,
            coupon: coupon.as_ref(),
        };
        let change = association.change(Self::NAME, context)?;
        let answer = answer(&customer, &decided.card, coupon, context)?;
        Ok(Decision { change, answer })
    }

    async fn left_behind(
        reads: &dyn Reads,
        request: &Request,
        context: &Context<'_>,
        refusal: &Error,
    ) -> Result<Change, Error> {
        cards::count_wrong_pin(reads, &request.asked, context, refusal).await
    }
}

/// The active customer that is named, if there is one.
async fn customer(reads: &dyn Reads, named: &Identifiers) -> Result<Option<Loaded>, Error> {
    match named.find(reads).await {
        Ok(loaded) => Ok(Some(loaded).filter(|loaded| loaded.customer.active)),
        Err(refusal) if refusal.code == Code::CustomerNotFound => Ok(None),
        Err(failure) => Err(failure),
    }
}

async fn issue(decided: &Associated, context: &Context<'_>) -> Result<Option<Coupon>, Error> {
    let Some((name, expiry)) = &decided.coupon else { return Ok(None) };
    let (id, issued) = (context.next_card_id().await?, context.now().timestamp);
    Ok(Some(Coupon { id, name: name.clone(), issued, expiry: *expiry, customer: decided.link.customer }))
}

fn answer(
    customer: &Loaded,
    card: &Card,
    coupon: Option<Coupon>,
    context: &Context<'_>,
) -> Result<Answer, Error> {
    let accounts = programmed(card, context.rules().reference)?.into_iter();
    let accounts = accounts
        .map(|(account, program)| (account.id, account_type(program.kind), account.activated.is_some()));
    let (customer, accounts) = (customer.customer.id, accounts.collect());
    Ok(Answer { customer, card: card.number.clone(), accounts, coupon })
}
