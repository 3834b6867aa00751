//! Cards and what stands beside them, as bytes.

use super::*;
use crate::domain::amount::Amount;
use crate::domain::card::pin::{PinAttempts, PinDigest};
use crate::domain::card::{
    Account, AccountEntry, AccountId, AccountStatus, Activity, ActivityKind, Card, CardNumber, Coupon, Funds,
    Link,
};
use crate::domain::identity::CustomerId;
use jiff::Timestamp;
use jiff::civil::Date;

fn card() -> Card {
    let entry = AccountEntry { status: AccountStatus::Blocked, activated: None, expiry: day("2030-01-31") };
    Card {
        number: CardNumber::parse("6006491286999911267").unwrap(),
        serial: Some("S-77".to_owned()),
        card_program: "GIFT".to_owned(),
        pin: Some(PinDigest { key_name: [1, 2, 3, 4], hmac: [7; 32] }),
        expiry: day("2031-12-31"),
        eligible_from: None,
        activated: day("2026-03-01"),
        holders: 2,
        accounts: vec![
            account(41, "GIFT-CARD", AccountEntry::default(), funds()),
            account(42, "POINTS", entry, Funds::default()),
        ],
    }
}

fn day(text: &str) -> Option<Date> {
    Some(text.parse().unwrap())
}

fn time() -> Timestamp {
    "2026-03-01T08:30:00.25Z".parse().unwrap()
}

fn funds() -> Funds {
    let (initial_balance, balance) = (amount("10"), amount("12.50"));
    Funds { initial_balance, balance, total_credits: balance, currency: Some("EUR".to_owned()) }
}

fn account(id: u64, program: &str, loaded: AccountEntry, funds: Funds) -> Account {
    let (activated, expiry, last_activity) = (day("2026-03-01"), loaded.expiry, Some(time()));
    Account {
        id: AccountId(id),
        program: program.to_owned(),
        loaded,
        activated,
        expiry,
        last_activity,
        activity_count: 1,
        funds,
    }
}

fn link() -> Link {
    let (user_name, location) = (Some("till-7".to_owned()), None);
    Link { customer: CustomerId(4711), place: 1, active: true, since: time(), user_name, location }
}

fn activity() -> Activity {
    Activity {
        time: time(),
        kind: ActivityKind::Activation,
        amount: Some(amount("12.50")),
        currency: Some("EUR".to_owned()),
        location: Some("17".to_owned()),
        user_name: None,
        customer: CustomerId(4711),
    }
}

fn coupon() -> Coupon {
    let (name, customer) = ("WELCOME".to_owned(), CustomerId(4711));
    Coupon { id: 9, name, issued: time(), expiry: day("2026-03-31"), customer }
}

fn attempts() -> PinAttempts {
    PinAttempts { wrong: 5, blocked_until: Some(time()) }
}

fn amount(text: &str) -> Amount {
    Amount::parse(text).unwrap()
}

#[test]
fn records_read_as_they_were_written() {
    let card = card();
    assert_eq!(decode_card(&card.number, &encode_card(&card).unwrap()).unwrap(), card);
    assert_eq!(decode_link(&encode_link(&link()).unwrap()).unwrap(), link());
    assert_eq!(decode_activity(&encode_activity(&activity()).unwrap()).unwrap(), activity());
    assert_eq!(decode_coupon(9, &encode_coupon(&coupon()).unwrap()).unwrap(), coupon());
    assert_eq!(decode_pin_attempts(&encode_pin_attempts(&attempts()).unwrap()).unwrap(), attempts());
}

/// What version 1 wrote is readable for ever. The fixtures are never rewritten.
#[test]
fn stored_versions_stay_readable() {
    let card = card();
    let stored = include_bytes!("fixtures/card-v1.bin");
    assert_eq!(decode_card(&card.number, stored).unwrap(), card);
    assert_eq!(decode_link(include_bytes!("fixtures/card-link-v1.bin")).unwrap(), link());
    assert_eq!(decode_activity(include_bytes!("fixtures/account-activity-v1.bin")).unwrap(), activity());
    assert_eq!(decode_coupon(9, include_bytes!("fixtures/coupon-v1.bin")).unwrap(), coupon());
    let stored = include_bytes!("fixtures/pin-attempts-v1.bin");
    assert_eq!(decode_pin_attempts(stored).unwrap(), attempts());
}

#[test]
fn amounts_keep_their_scale() {
    let card = card();
    let read = decode_card(&card.number, &encode_card(&card).unwrap()).unwrap();
    assert_eq!(read.accounts[0].funds.balance.to_string(), "12.50");
}

#[test]
fn what_is_not_known_or_damaged_is_refused() {
    assert!(matches!(decode_link(b"\x01\xc8\0\0\0\0"), Err(RecordError::Newer(200))));
    let body = encode_card(&card()).unwrap();
    for cut in 0..body.len() {
        assert!(decode_card(&card().number, &body[..cut]).is_err(), "{cut}");
    }
}
