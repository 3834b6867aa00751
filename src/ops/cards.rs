//! Reading a card with what a decision on it rests on, and turning the decision into a change.
//!
//! Whatever belongs to a card (its customers, activities, coupons) changes only together with the card's record, and a
//! customer's links only together with the customer's record as well: the versions of the two guard it all. Links stay
//! with the customer that they were made for. Deliberately absent: the rules, which [`crate::domain::card`] has.

use super::context::Context;
use super::customers::{self, Loaded};
use super::pins::not_checkable;
use crate::domain::card::activation::{Associated, PinVerdict, pin_verdict};
use crate::domain::card::pin::{OtherKey, Pin, PinAttempts};
use crate::domain::card::{Account, AccountId, Activity, Card, CardNumber, Coupon, Link};
use crate::domain::customer::Customer;
use crate::domain::error::{Code, Error};
use crate::domain::{Decided, Outcome};
use crate::store::cards::{LinkError, holders, scan_all};
use crate::store::record::history::CardDifference;
use crate::store::record::{
    decode_activity, decode_card, decode_coupon, decode_link, decode_pin_attempts, encode_activity,
    encode_card, encode_coupon, encode_link, encode_pin_attempts, key,
};
use crate::store::{Change, Collection, Key, Reads, Record};

/// The card that a request names, and the PIN that it brings.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    /// CardNumber.
    pub(super) number: Option<String>,
    /// InstrumentID; with a number too, both have to be of one card.
    pub(super) serial: Option<String>,
    /// AuthenticationData.
    pub(super) pin: Option<Pin>,
}

/// A card as it was read.
#[derive(Debug)]
pub(super) struct Found {
    /// The card.
    pub(super) card: Card,
    /// May the request know of it?
    pub(super) pin: PinVerdict,
    record: Record,
    attempts: PinAttempts,
    attempts_record: Option<Record>,
    /// A PIN was sent: was it the right one, where the card has one?
    matches: Option<bool>,
}

/// The card that is asked for, whatever is known about its PIN.
pub(super) async fn find(
    reads: &dyn Reads,
    asked: &Asked,
    context: &Context<'_>,
) -> Result<Option<Found>, Error> {
    let Some((card, record)) = find_card(reads, asked).await? else { return Ok(None) };
    let attempts_record = match card.pin {
        Some(_) => reads.get(&key::pin_attempts(&card.number)).await?,
        None => None,
    };
    let attempts = attempts_record.as_ref().map(|record| decode_pin_attempts(&record.body));
    let attempts = attempts.transpose()?.unwrap_or_default();
    let matches = match (&asked.pin, &card.pin) {
        (Some(sent), Some(digest)) => {
            let verified = context.pin_key()?.verify(&card.number, sent, digest);
            Some(verified.map_err(|other: OtherKey| {
                not_checkable(format!("{other}: bring its file back, or load the card again"))
            })?)
        }
        (None, _) | (_, None) => None,
    };
    let card_program = context.rules().reference.card_programs.get(&card.card_program);
    let required = card_program.is_some_and(|card_program| card_program.pin_required);
    let pin = pin_verdict(matches, required, &attempts, context.now());
    Ok(Some(Found { card, pin, record, attempts, attempts_record, matches }))
}

async fn find_card(reads: &dyn Reads, asked: &Asked) -> Result<Option<(Card, Record)>, Error> {
    let number = match (&asked.number, &asked.serial) {
        (Some(number), _) => CardNumber::parse(number),
        (None, Some(serial)) => match reads.get(&key::card_serial(serial)).await? {
            Some(record) => Some(key::read_card_number(&record.body)?),
            None => None,
        },
        (None, None) => None,
    };
    let Some(number) = number else { return Ok(None) };
    let Some(record) = reads.get(&key::card(&number)).await? else { return Ok(None) };
    let card = decode_card(&number, &record.body)?;
    let same = asked.serial.is_none() || asked.serial == card.serial;
    Ok(same.then_some((card, record)))
}

/// K-4: what a refused request leaves behind, if it brought a wrong PIN: one more on the card's account.
pub(super) async fn count_wrong_pin(
    reads: &dyn Reads,
    asked: &Asked,
    context: &Context<'_>,
    refusal: &Error,
) -> Result<Change, Error> {
    let mut change = Change::new();
    if refusal.code != Code::CardNotFound || asked.pin.is_none() {
        return Ok(change);
    }
    let Some(found) = find(reads, asked, context).await? else { return Ok(change) };
    if found.matches == Some(false) && !found.attempts.blocked(context.now().timestamp) {
        let attempts = found.attempts.after_wrong_pin(context.now().timestamp);
        let key = key::pin_attempts(&found.card.number);
        change.assert_unchanged(key.clone(), found.attempts_record.as_ref());
        change.put(key, encode_pin_attempts(&attempts)?);
    }
    Ok(change)
}

impl Found {
    /// Forgets wrong PINs after the right one.
    pub(super) fn forget_wrong_pins(&self, change: &mut Change) {
        if let (Some(record), Some(true)) = (&self.attempts_record, self.matches) {
            let key = key::pin_attempts(&self.card.number);
            change.assert_version(key.clone(), record.version).delete(key);
        }
    }
}

/// The link between a customer and a card, if there was ever one, with its own record; or the active one of somebody who
/// was merged into the customer, without.
pub(super) async fn link(
    reads: &dyn Reads,
    customer: &Customer,
    card: &CardNumber,
) -> Result<Option<(Link, Option<Record>)>, Error> {
    let record = reads.get(&key::customer_card(customer.id, card)).await?;
    let link = record.as_ref().map(|record| decode_link(&record.body)).transpose()?;
    if link.as_ref().is_some_and(|link| link.active) || customer.members.is_empty() {
        return Ok(link.zip(Some(record)));
    }
    let holders = holders(reads, card).await?.into_iter();
    let of_member =
        holders.filter(|holder| holder.customer.id == customer.id).map(|holder| holder.link).next();
    Ok(match of_member {
        Some(of_member) => Some((of_member, None)),
        None => link.zip(Some(record)),
    })
}

/// What an association writes.
pub(super) struct Association<'a> {
    /// The card as it was read.
    pub(super) found: &'a Found,
    /// The customer as it was read.
    pub(super) customer: &'a Loaded,
    /// The link as it was read, if there was ever one.
    pub(super) link: Option<&'a Record>,
    /// What was decided.
    pub(super) decided: &'a Associated,
    /// What was issued.
    pub(super) coupon: Option<&'a Coupon>,
}

impl Association<'_> {
    /// K-7: all of it in one change, with everything asserted that the decision rests on.
    pub(super) fn change(&self, operation: &str, context: &Context<'_>) -> Result<Change, Error> {
        let Association { found, customer, decided, .. } = self;
        let number = &found.card.number;
        let link_body = encode_link(&decided.link)?;
        let mut after = customer.customer.clone();
        after.card_count = after.card_count.saturating_add(u32::from(self.link.is_none()));
        let before = self.link.map(|record| &record.body[..]);
        let card = CardDifference { number: number.as_str().into(), before, after: Some(&link_body) };
        let whole = Decided {
            customer: after,
            notes_put: Vec::new(),
            notes_deleted: Vec::new(),
            warnings: Vec::new(),
            outcome: Outcome::Updated,
        };
        let mut change =
            customers::change_with_cards(Some(customer), &whole, vec![card], operation, context)?;
        change.assert_version(key::card(number), found.record.version);
        change.put(key::card(number), encode_card(&decided.card)?);
        self.assert_pin(&mut change);
        self.put_link(&mut change, link_body);
        self.put_activities(&mut change)?;
        if let Some(coupon) = self.coupon {
            change.put(key::coupon(number, coupon.id), encode_coupon(coupon)?);
        }
        Ok(change)
    }

    /// A PIN was judged by the attempts so far, so these may not have moved on.
    fn assert_pin(&self, change: &mut Change) {
        let found = self.found;
        if found.card.pin.is_none() {
            return;
        }
        if found.attempts_record.is_some() && found.matches == Some(true) {
            found.forget_wrong_pins(change);
        } else {
            let key = key::pin_attempts(&found.card.number);
            change.assert_unchanged(key, found.attempts_record.as_ref());
        }
    }

    fn put_link(&self, change: &mut Change, body: Vec<u8>) {
        let (number, link) = (&self.found.card.number, &self.decided.link);
        let link_key = key::customer_card(link.customer, number);
        change.assert_unchanged(link_key.clone(), self.link).put(link_key, body);
        if self.link.is_none() {
            let holder = key::card_holder(number, link.place);
            change.assert_absent(holder.clone()).put(holder, link.customer.0.to_be_bytes().to_vec());
        }
    }

    fn put_activities(&self, change: &mut Change) -> Result<(), Error> {
        let count = |id: AccountId| {
            let account = self.decided.card.accounts.iter().find(|account| account.id == id);
            account.map_or(1, |account| account.activity_count)
        };
        for (account, activity) in &self.decided.activities {
            let key = key::account_activity(*account, u64::from(count(*account)));
            change.assert_absent(key.clone()).put(key, encode_activity(activity)?);
        }
        Ok(())
    }
}

/// What is kept of an account beside the card, oldest first.
pub(super) async fn activities(reads: &dyn Reads, account: &Account) -> Result<Vec<Activity>, Error> {
    if account.activity_count == 0 {
        return Ok(Vec::new());
    }
    let records = scan_all(reads, Collection::AccountActivity, key::activities_of(account.id)).await?;
    Ok(records.iter().map(|(_, record)| decode_activity(&record.body)).collect::<Result<_, _>>()?)
}

/// The coupons that were issued for a card, by their ids.
pub(super) async fn coupons(reads: &dyn Reads, card: &Card) -> Result<Vec<Coupon>, Error> {
    let records = scan_all(reads, Collection::Coupon, key::coupons_of(&card.number)).await?;
    let coupon = |(key, record): &(Key, Record)| decode_coupon(key::read_coupon(key)?.1, &record.body);
    Ok(records.iter().map(coupon).collect::<Result<_, _>>()?)
}

impl From<LinkError> for Error {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Store(error) => error.into(),
            LinkError::Record(error) => error.into(),
        }
    }
}
