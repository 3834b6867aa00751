//! One card for an administrator: everything but the whole number and the PIN.

use serde::Serialize;

use crate::domain::card::{Account, Card, CardNumber, Coupon};
use crate::domain::error::{Code, Error};
use crate::ops::cards;
use crate::store::Reads;
use crate::store::cards::holders;
use crate::store::record::{decode_card, decode_pin_attempts, key};

/// A card with the field names of a file, and what became of it.
#[expect(missing_docs, reason = "named after the fields of a file")]
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownCard {
    /// Masked but for the last four characters.
    pub number: String,
    pub serial: Option<String>,
    pub card_program: String,
    /// Whether it has one.
    pub pin: bool,
    /// How many wrong PINs came since the last right one.
    pub wrong_pins: u8,
    pub blocked_until: Option<String>,
    pub expiry: Option<String>,
    pub eligible_from: Option<String>,
    /// The day of its first activation.
    pub activated: Option<String>,
    pub accounts: Vec<ShownAccount>,
    /// Those that have it by active links, in the order of association.
    pub customers: Vec<u64>,
    pub coupons: Vec<ShownCoupon>,
}

/// An account of a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownAccount {
    pub id: u64,
    pub program: String,
    pub status: &'static str,
    pub activated: Option<String>,
    pub expiry: Option<String>,
    pub balance: String,
    pub currency: Option<String>,
}

/// A coupon of a card.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownCoupon {
    pub id: u64,
    pub name: String,
    pub expiry: Option<String>,
}

/// The card with this number.
///
/// # Errors
///
/// `CARD_NOT_FOUND`, and those of the store.
pub async fn show_card(reads: &dyn Reads, number: &str) -> Result<ShownCard, Error> {
    let missing = || Error::new(Code::CardNotFound, "there is no card with this number");
    let number = CardNumber::parse(number).ok_or_else(missing)?;
    let record = reads.get(&key::card(&number)).await?.ok_or_else(missing)?;
    let card = decode_card(&number, &record.body)?;
    let attempts = reads.get(&key::pin_attempts(&number)).await?;
    let attempts = attempts.map(|record| decode_pin_attempts(&record.body)).transpose()?.unwrap_or_default();
    let customers = holders(reads, &number).await?.iter().map(|holder| holder.customer.id.0).collect();
    let coupons = cards::coupons(reads, &card).await?.iter().map(shown_coupon).collect();
    let Card { serial, card_program, pin, expiry, eligible_from, activated, accounts, .. } = card;
    Ok(ShownCard {
        number: number.masked(),
        serial,
        card_program,
        pin: pin.is_some(),
        wrong_pins: attempts.wrong,
        blocked_until: text(attempts.blocked_until),
        expiry: text(expiry),
        eligible_from: text(eligible_from),
        activated: text(activated),
        accounts: accounts.into_iter().map(shown_account).collect(),
        customers,
        coupons,
    })
}

fn text<T: ToString>(value: Option<T>) -> Option<String> {
    value.map(|value| value.to_string())
}

fn shown_account(account: Account) -> ShownAccount {
    ShownAccount {
        id: account.id.0,
        status: account.status().as_str(),
        program: account.program,
        activated: text(account.activated),
        expiry: text(account.expiry),
        balance: account.funds.balance.to_string(),
        currency: account.funds.currency,
    }
}

fn shown_coupon(coupon: &Coupon) -> ShownCoupon {
    ShownCoupon { id: coupon.id, name: coupon.name.clone(), expiry: text(coupon.expiry) }
}
