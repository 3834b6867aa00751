//! The bodies of cards and of what stands beside them: one section each, whose tag is its stored version.
//!
//! Never change a struct here: fields are stored by position. A change is a new struct under a new tag. Deliberately
//! absent: what the keys say already (a card's number, an activity's account, a coupon's id).

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{FORMAT, RecordError, push_section, read_section, sections};
use crate::domain::amount::Amount;
use crate::domain::card::pin::{PinAttempts, PinDigest};
use crate::domain::card::{
    Account, AccountEntry, AccountId, AccountStatus, Activity, ActivityKind, Card, CardNumber, Coupon, Funds,
    Link,
};
use crate::domain::identity::CustomerId;

/// The only stored version so far, of each of them.
const V1: u8 = 1;

type Text<'a> = Cow<'a, str>;

#[derive(Serialize, Deserialize)]
struct CardV1<'a> {
    serial: Option<Text<'a>>,
    card_program: Text<'a>,
    pin: Option<PinV1>,
    expiry: Option<Date>,
    eligible_from: Option<Date>,
    activated: Option<Date>,
    holders: u32,
    accounts: Vec<AccountV1<'a>>,
}

#[derive(Serialize, Deserialize)]
struct PinV1 {
    key_name: [u8; 4],
    hmac: [u8; 32],
}

#[derive(Serialize, Deserialize)]
struct AccountV1<'a> {
    id: u64,
    program: Text<'a>,
    loaded: AccountEntryV1,
    activated: Option<Date>,
    expiry: Option<Date>,
    last_activity: Option<Timestamp>,
    activity_count: u32,
    /// `None`: no money ever.
    funds: Option<FundsV1<'a>>,
}

#[derive(Serialize, Deserialize)]
struct AccountEntryV1 {
    blocked: bool,
    activated: Option<Date>,
    expiry: Option<Date>,
}

/// Amounts are stored as their decimal text, which keeps their scale.
#[derive(Serialize, Deserialize)]
struct FundsV1<'a> {
    initial_balance: Text<'a>,
    balance: Text<'a>,
    total_credits: Text<'a>,
    currency: Option<Text<'a>>,
}

#[derive(Serialize, Deserialize)]
struct LinkV1<'a> {
    customer: u64,
    place: u32,
    active: bool,
    since: Timestamp,
    user_name: Option<Text<'a>>,
    location: Option<Text<'a>>,
}

#[derive(Serialize, Deserialize)]
struct ActivityV1<'a> {
    time: Timestamp,
    kind: Text<'a>,
    amount: Option<Text<'a>>,
    currency: Option<Text<'a>>,
    location: Option<Text<'a>>,
    user_name: Option<Text<'a>>,
    customer: u64,
}

#[derive(Serialize, Deserialize)]
struct CouponV1<'a> {
    name: Text<'a>,
    issued: Timestamp,
    expiry: Option<Date>,
    customer: u64,
}

#[derive(Serialize, Deserialize)]
struct PinAttemptsV1 {
    wrong: u8,
    blocked_until: Option<Timestamp>,
}

fn write<T: Serialize>(section: &T) -> Result<Vec<u8>, RecordError> {
    let mut body = Vec::with_capacity(192);
    body.push(FORMAT);
    push_section(&mut body, V1, section)?;
    Ok(body)
}

fn read<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<T, RecordError> {
    match sections(body)?.as_slice() {
        [(V1, bytes)] => read_section(bytes),
        [(V1, _), (tag, _), ..] | [(tag, _), ..] => Err(RecordError::Newer(*tag)),
        [] => Err(RecordError::Unreadable("an empty record".to_owned())),
    }
}

fn text(value: &Option<String>) -> Option<Text<'_>> {
    value.as_deref().map(Cow::Borrowed)
}

fn owned(value: Option<Text<'_>>) -> Option<String> {
    value.map(Cow::into_owned)
}

fn amount(text: &str) -> Result<Amount, RecordError> {
    Amount::read(text).ok_or_else(|| RecordError::Unreadable("an amount is none".to_owned()))
}

/// Writes a card.
pub fn encode_card(card: &Card) -> Result<Vec<u8>, RecordError> {
    write(&CardV1 {
        serial: text(&card.serial),
        card_program: Cow::Borrowed(&card.card_program),
        pin: card.pin.map(|PinDigest { key_name, hmac }| PinV1 { key_name, hmac }),
        expiry: card.expiry,
        eligible_from: card.eligible_from,
        activated: card.activated,
        holders: card.holders,
        accounts: card.accounts.iter().map(stored_account).collect(),
    })
}

fn stored_account(account: &Account) -> AccountV1<'_> {
    let AccountEntry { status, activated, expiry } = account.loaded;
    let blocked = match status {
        AccountStatus::Normal => false,
        AccountStatus::Blocked => true,
    };
    AccountV1 {
        id: account.id.0,
        program: Cow::Borrowed(&account.program),
        loaded: AccountEntryV1 { blocked, activated, expiry },
        activated: account.activated,
        expiry: account.expiry,
        last_activity: account.last_activity,
        activity_count: account.activity_count,
        funds: (account.funds != Funds::default()).then(|| FundsV1 {
            initial_balance: account.funds.initial_balance.to_string().into(),
            balance: account.funds.balance.to_string().into(),
            total_credits: account.funds.total_credits.to_string().into(),
            currency: text(&account.funds.currency),
        }),
    }
}

/// Reads the card of this number.
pub fn decode_card(number: &CardNumber, body: &[u8]) -> Result<Card, RecordError> {
    let card: CardV1<'_> = read(body)?;
    Ok(Card {
        number: number.clone(),
        serial: owned(card.serial),
        card_program: card.card_program.into_owned(),
        pin: card.pin.map(|PinV1 { key_name, hmac }| PinDigest { key_name, hmac }),
        expiry: card.expiry,
        eligible_from: card.eligible_from,
        activated: card.activated,
        holders: card.holders,
        accounts: card.accounts.into_iter().map(account_back).collect::<Result<_, _>>()?,
    })
}

fn account_back(account: AccountV1<'_>) -> Result<Account, RecordError> {
    let AccountEntryV1 { blocked, activated, expiry } = account.loaded;
    let status = if blocked { AccountStatus::Blocked } else { AccountStatus::Normal };
    Ok(Account {
        id: AccountId(account.id),
        program: account.program.into_owned(),
        loaded: AccountEntry { status, activated, expiry },
        activated: account.activated,
        expiry: account.expiry,
        last_activity: account.last_activity,
        activity_count: account.activity_count,
        funds: account.funds.map(funds_back).transpose()?.unwrap_or_default(),
    })
}

fn funds_back(funds: FundsV1<'_>) -> Result<Funds, RecordError> {
    Ok(Funds {
        initial_balance: amount(&funds.initial_balance)?,
        balance: amount(&funds.balance)?,
        total_credits: amount(&funds.total_credits)?,
        currency: owned(funds.currency),
    })
}

/// Writes that a customer has a card.
pub fn encode_link(link: &Link) -> Result<Vec<u8>, RecordError> {
    write(&LinkV1 {
        customer: link.customer.0,
        place: link.place,
        active: link.active,
        since: link.since,
        user_name: text(&link.user_name),
        location: text(&link.location),
    })
}

/// Reads a link of any stored version.
pub fn decode_link(body: &[u8]) -> Result<Link, RecordError> {
    let link: LinkV1<'_> = read(body)?;
    Ok(Link {
        customer: CustomerId(link.customer),
        place: link.place,
        active: link.active,
        since: link.since,
        user_name: owned(link.user_name),
        location: owned(link.location),
    })
}

/// Writes something that happened to an account.
pub fn encode_activity(activity: &Activity) -> Result<Vec<u8>, RecordError> {
    write(&ActivityV1 {
        time: activity.time,
        kind: activity.kind.as_str().into(),
        amount: activity.amount.map(|amount| amount.to_string().into()),
        currency: text(&activity.currency),
        location: text(&activity.location),
        user_name: text(&activity.user_name),
        customer: activity.customer.0,
    })
}

/// Reads an activity of any stored version.
pub fn decode_activity(body: &[u8]) -> Result<Activity, RecordError> {
    let activity: ActivityV1<'_> = read(body)?;
    let kind = ActivityKind::parse(&activity.kind);
    Ok(Activity {
        time: activity.time,
        kind: kind.map_err(|reject| RecordError::Unreadable(reject.expected.to_owned()))?,
        amount: activity.amount.as_deref().map(amount).transpose()?,
        currency: owned(activity.currency),
        location: owned(activity.location),
        user_name: owned(activity.user_name),
        customer: CustomerId(activity.customer),
    })
}

/// Writes a coupon.
pub fn encode_coupon(coupon: &Coupon) -> Result<Vec<u8>, RecordError> {
    let (name, customer) = (Cow::Borrowed(coupon.name.as_str()), coupon.customer.0);
    write(&CouponV1 { name, issued: coupon.issued, expiry: coupon.expiry, customer })
}

/// Reads the coupon with this id.
pub fn decode_coupon(id: u64, body: &[u8]) -> Result<Coupon, RecordError> {
    let CouponV1 { name, issued, expiry, customer } = read(body)?;
    Ok(Coupon { id, name: name.into_owned(), issued, expiry, customer: CustomerId(customer) })
}

/// Writes how often a card was asked with a wrong PIN.
pub fn encode_pin_attempts(attempts: &PinAttempts) -> Result<Vec<u8>, RecordError> {
    write(&PinAttemptsV1 { wrong: attempts.wrong, blocked_until: attempts.blocked_until })
}

/// Reads how often a card was asked with a wrong PIN.
pub fn decode_pin_attempts(body: &[u8]) -> Result<PinAttempts, RecordError> {
    let PinAttemptsV1 { wrong, blocked_until } = read(body)?;
    Ok(PinAttempts { wrong, blocked_until })
}
