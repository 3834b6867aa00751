//! Associations on a memory store: each refusal with real data, PINs, what is stored, and stores that fail.

use std::sync::Arc;

use jiff::SignedDuration;

use crate::domain::error::Code;
use crate::ops::testing::*;
use crate::store::{Collection, Fault, FaultyStore, MemoryStore, Store, prefix_range};

/// GIFT with a tender, a loyalty and an award program; PLAIN with one loyalty program and nothing to issue.
const SHOP: &str = r#"
[[program]]
id = "A"
kind = "award"
[[program]]
id = "L"
kind = "loyalty"
account_expiry_days = 30
[[program]]
id = "T"
kind = "tender"
initial_balance = 5
minimum_activation_amount = "2.50"
[[coupon]]
name = "WELCOME"
valid_days = 30
[[card_program]]
id = "GIFT"
programs = ["T", "L", "A"]
issue_when_associated = "WELCOME"
[[card_program]]
id = "PLAIN"
programs = ["L"]
[[card_program]]
id = "SAFE"
programs = ["L"]
pin_required = true
[[card]]
number = "6001000000000001"
serial = "S-1"
card_program = "GIFT"
[[card]]
number = "6001000000000002"
card_program = "PLAIN"
pin = "4711"
[[card]]
number = "6001000000000003"
card_program = "SAFE"
pin = "4711"
"#;

const GIFT: &str = "6001000000000001";
const WITH_PIN: &str = "6001000000000002";
const PIN_REQUIRED: &str = "6001000000000003";

fn instrument(content: &str) -> String {
    format!(
        "<associateCardToCustomer xmlns='urn:castile:crm:v1'><Instrument>{content}</Instrument></associateCardToCustomer>"
    )
}

/// A request that gives the card to customer `id`.
fn pair(card: &str, id: &str) -> String {
    instrument(&format!("<CardNumber>{card}</CardNumber><Customer><CustomerID>{id}</CustomerID></Customer>"))
}

fn with_pin(card: &str, pin: &str) -> String {
    instrument(&format!(
        "<AuthenticationData>{pin}</AuthenticationData><CardNumber>{card}</CardNumber>\
         <Customer><CustomerID>1</CustomerID></Customer>"
    ))
}

fn retrieve(card: &str, pin: &str) -> String {
    format!(
        "<retrieveInstrument><CardNumber>{card}</CardNumber><AuthenticationData>{pin}</AuthenticationData></retrieveInstrument>"
    )
}

async fn shop() -> World {
    on(Arc::new(MemoryStore::default())).await
}

async fn on(store: Arc<dyn Store>) -> World {
    let world = World::on(store);
    world.load(SHOP).await;
    world.add(&named("Ana", "Ruiz", "1")).await;
    world.add(&named("Bo", "Lind", "2")).await;
    world
}

/// Everything that is stored, but for the log.
async fn stored(world: &World) -> Vec<String> {
    let mut all = Vec::new();
    for collection in Collection::ALL {
        let records = world.gateway.store.scan(*collection, prefix_range(&[]), 10_000).await.unwrap();
        all.extend(
            records.iter().map(|(key, record)| format!("{key:?} {} {:?}", record.version, record.body)),
        );
    }
    all
}

/// Loads more reference data, then expects this refusal, which leaves everything as it was.
async fn check_refused(more: &str, request: &str, expected: Code) {
    let world = shop().await;
    world.load(more).await;
    let before = stored(&world).await;
    assert_code(&world.refused(request).await, expected);
    assert_eq!(stored(&world).await, before, "{expected}");
}

fn card(number: &str, rest: &str) -> String {
    format!("[[card]]\nnumber = '{number}'\ncard_program = 'GIFT'\n{rest}\n")
}

fn program(id: &str, kind: &str, rest: &str) -> String {
    format!("[[program]]\nid = '{id}'\nkind = '{kind}'\n{rest}\n")
}

#[tokio::test]
async fn k_6_each_refusal_is_reached_with_real_data() {
    let past = "expiry = 2026-02-28";
    let future = "effective = 2026-03-02";
    let good = pair(GIFT, "1");
    let cases = [
        (String::new(), pair("6001000000000009", "1"), Code::CardNotFound),
        (String::new(), pair(GIFT, "99"), Code::CustomerNotFound),
        (card(GIFT, &format!("serial = 'S-1'\n{past}")), good.clone(), Code::CardExpired),
        (
            card(GIFT, "serial = 'S-1'\neligible_from = 2026-03-02"),
            good.clone(),
            Code::ActivationDateDoesNotMeetCardExpirationDate,
        ),
        (program("L", "loyalty", "active = false"), good.clone(), Code::ProgramInactive),
        (
            card(GIFT, "serial = 'S-1'\naccounts = { T = { status = 'blocked' } }"),
            good.clone(),
            Code::AccountBlocked,
        ),
        (
            card(
                GIFT,
                "serial = 'S-1'\naccounts = { A = { activated = 2025-01-01, expiry = '2026-02-28' } }",
            ),
            good.clone(),
            Code::AccountExpired,
        ),
        (program("T", "tender", past), good.clone(), Code::ProgramExpired),
        (program("L", "loyalty", past), good.clone(), Code::LylProgramExpired),
        (program("A", "award", past), good.clone(), Code::AwardProgramExpired),
        (program("T", "tender", future), good.clone(), Code::ProgramNotEffective),
        (program("L", "loyalty", future), good.clone(), Code::LylProgramNotEffective),
        (program("A", "award", future), good.clone(), Code::AwardProgramNotEffective),
        (program("T", "tender", "minimum_activation_amount = 5.5"), good, Code::MinActivationAmtNotMet),
    ];
    for (more, request, expected) in cases {
        check_refused(&more, &request, expected).await;
    }
}

#[tokio::test]
async fn k_1_card_and_customer_are_named_in_several_ways() {
    let key = alternate_key("XSTORE_ID", "2");
    let cases = [
        (format!("<InstrumentID>S-1</InstrumentID><CardNumber/><Customer>{key}</Customer>"), Some("2")),
        (
            format!(
                "<InstrumentID>S-1</InstrumentID><CardNumber>{GIFT}</CardNumber><Customer><CustomerId>1</CustomerId>{key}</Customer>"
            ),
            Some("1"),
        ),
        (
            format!(
                "<InstrumentID>S-1</InstrumentID><CardNumber>{WITH_PIN}</CardNumber><Customer>{key}</Customer>"
            ),
            None,
        ),
        (format!("<InstrumentID>S-9</InstrumentID><Customer>{key}</Customer>"), None),
        (format!("<Customer>{key}</Customer>"), None),
    ];
    for (content, expected) in cases {
        let world = shop().await;
        match expected {
            Some(id) => {
                assert_eq!(inner(&world.send(&instrument(&content)).await.unwrap(), "CustomerID"), id)
            }
            None => assert_code(&world.refused(&instrument(&content)).await, Code::CardNotFound),
        }
    }
    let world = shop().await;
    let without = instrument(&format!("<CardNumber>{GIFT}</CardNumber>"));
    assert_code(&world.refused(&without).await, Code::CustomerNotFound);
    let refusal = world
        .refused(&instrument(
            "<Customer><AlternateKey><AlternateID>1</AlternateID></AlternateKey></Customer>",
        ))
        .await;
    assert_code(&refusal, Code::AlternateKeyTypecodeUnspecified);
    assert_eq!(refusal.field.as_deref(), Some("Instrument/Customer/AlternateKey[1]/@TypeCode"));
    world.send("<deleteCustomer><CustomerID>1</CustomerID></deleteCustomer>").await.unwrap();
    assert_code(&world.refused(&pair(GIFT, "1")).await, Code::CustomerNotFound);
}

#[tokio::test]
async fn k_2_k_3_an_association_is_seen_in_card_and_customer() {
    let world = shop().await;
    let answer = world.send(&pair(GIFT, "1")).await.unwrap();
    assert!(answer.contains("<CardNumber>************0001</CardNumber>"), "{answer}");
    assert_eq!(answer.matches("<Activated>true</Activated>").count(), 3);
    let types: Vec<_> =
        ["Award", "Loyalty", "Tender"].map(|name| answer.find(&format!("<Type>{name}"))).to_vec();
    assert!(types.is_sorted() && types[0].is_some(), "{answer}");
    assert!(answer.contains("<Name>WELCOME</Name><ExpiryDate>2026-03-31</ExpiryDate>"), "{answer}");
    let shown = world.send(&retrieve(GIFT, "")).await.unwrap();
    assert_eq!(inner(&shown, "InstrumentID"), "S-1");
    assert_eq!(inner(&shown, "CustomerID"), "1");
    assert_eq!(shown.matches("<Type>Activation</Type>").count(), 3);
    assert!(shown.contains("<Type>Activation</Type><Amount>5.00</Amount></Activity>"), "{shown}");
    assert!(shown.contains("<ExpiryDate>2026-03-31</ExpiryDate><Activity>"), "the loyalty account: {shown}");
    assert!(world.retrieve("1").await.contains("<CardNumber>************0001</CardNumber>"));
    assert!(!world.retrieve("2").await.contains("<CardNumber>"));
}

#[tokio::test]
async fn k_5_the_same_pair_again_changes_nothing() {
    let world = shop().await;
    let amount = "<RTPTransaction><LocationID>17</LocationID><RTPAmount><Amount>12.50</Amount><CurrencyID>EUR</CurrencyID>\
                  </RTPAmount></RTPTransaction>";
    let request = |id: &str| {
        instrument(&format!(
            "<CardNumber>{GIFT}</CardNumber>{amount}<Customer><CustomerID>{id}</CustomerID></Customer>"
        ))
    };
    world.send(&request("1")).await.unwrap();
    let before = stored(&world).await;
    let again = world.send(&request("1")).await.unwrap();
    assert!(!again.contains("<Coupon>"), "{again}");
    assert_eq!(stored(&world).await, before);
    let other = world.send(&request("2")).await.unwrap();
    assert!(!other.contains("<Coupon>"), "only the first customer gets one: {other}");
    let shown = world.send(&retrieve(GIFT, "")).await.unwrap();
    assert!(shown.contains("<CustomerID>1</CustomerID><CustomerID>2</CustomerID>"), "{shown}");
    assert_eq!(shown.matches("<Activity>").count(), 3, "accounts that were active get no second activity");
    let activity = "<Amount>12.50</Amount><CurrencyID>EUR</CurrencyID><LocationID>17</LocationID>";
    assert!(shown.contains(activity), "{shown}");
    let card = crate::ops::reference::show_card(&*world.gateway.store, GIFT).await.unwrap();
    assert_eq!(card.accounts[2].balance, "25.00", "K-10: another customer's amount is added");
}

#[tokio::test]
async fn k_9_amounts_that_are_none_are_refused_with_their_path() {
    let world = shop().await;
    for amount in ["-1", "1,5", "abc", "1.23456", "1e3"] {
        let refusal = world
            .refused(&instrument(&format!(
                "<RTPTransaction><RTPAmount><Amount>{amount}</Amount></RTPAmount></RTPTransaction>"
            )))
            .await;
        assert_code(&refusal, Code::InvalidAttributeValue);
        assert_eq!(refusal.field.as_deref(), Some("Instrument/RTPTransaction/RTPAmount/Amount"));
    }
}

#[tokio::test]
async fn k_4_a_wrong_pin_tells_nothing_and_five_block_for_a_quarter_of_an_hour() {
    let world = shop().await;
    let unknown = world.refused(&with_pin("6001000000000009", "4711")).await;
    let long = "9".repeat(300);
    for wrong in ["4712", "47110", &long, "x"] {
        let refusal = world.refused(&with_pin(WITH_PIN, wrong)).await;
        assert_eq!((refusal.code, &refusal.message), (unknown.code, &unknown.message));
        assert_eq!((refusal.field.as_ref(), refusal.violations.len()), (None, 0));
    }
    // Not the fifth yet, and the right one begins anew.
    world.send(&retrieve(WITH_PIN, "4711")).await.unwrap();
    for _ in 0..5 {
        world.refused(&retrieve(WITH_PIN, "0000")).await;
    }
    for request in
        [with_pin(WITH_PIN, "4711"), pair(WITH_PIN, "1"), retrieve(WITH_PIN, "4711"), retrieve(WITH_PIN, "")]
    {
        let refusal = world.refused(&request).await;
        assert_eq!((refusal.code, &refusal.message), (unknown.code, &unknown.message));
    }
    world.clock.advance(SignedDuration::from_mins(15));
    world.send(&with_pin(WITH_PIN, "4711")).await.unwrap();
}

#[tokio::test]
async fn k_4_a_card_with_a_pin_is_found_without_it_unless_its_program_requires_one() {
    let world = shop().await;
    world.send(&pair(WITH_PIN, "1")).await.unwrap();
    assert_code(&world.refused(&pair(PIN_REQUIRED, "1")).await, Code::CardNotFound);
    assert_code(&world.refused(&retrieve(PIN_REQUIRED, "")).await, Code::CardNotFound);
    world.send(&with_pin(PIN_REQUIRED, "4711")).await.unwrap();
    // A card without a PIN takes any.
    world.send(&with_pin(GIFT, "1")).await.unwrap();
}

#[tokio::test]
async fn k_4_wrong_pins_are_counted_one_by_one_however_many_come_at_once() {
    let world = Arc::new(shop().await);
    let guesses = (0..40).map(|guess| {
        let world = Arc::clone(&world);
        tokio::spawn(async move {
            let pin = if guess == 30 { "4711".to_owned() } else { format!("{guess:04}") };
            world.send(&retrieve(WITH_PIN, &pin)).await.is_ok()
        })
    });
    let mut right = 0;
    for guess in guesses.collect::<Vec<_>>() {
        right += usize::from(guess.await.unwrap());
    }
    assert_eq!(right, 0, "the right one came after the fifth wrong one");
}

#[tokio::test]
async fn k_7_a_store_that_fails_at_any_commit_leaves_no_half_association() {
    for fault in [Fault::Refused, Fault::AnswerLost] {
        let store = Arc::new(FaultyStore::new(MemoryStore::default()));
        let world = on(store.clone()).await;
        let before = stored(&world).await;
        store.fail_commit(store.commit_count() + 1, fault);
        world.send_as(&pair(GIFT, "1"), Some("m")).await.unwrap_err();
        if fault == Fault::Refused {
            assert_eq!(stored(&world).await, before);
        }
        let again = world.send_as(&pair(GIFT, "1"), Some("m")).await.unwrap();
        assert!(again.contains("<Coupon>"), "{fault:?}: {again}");
        let shown = world.send(&retrieve(GIFT, "")).await.unwrap();
        assert_eq!((shown.matches("<Activity>").count(), shown.matches("<Coupon>").count()), (3, 1));
    }
}

#[tokio::test]
async fn an_association_against_another_of_the_same_card_gives_one_coupon_and_two_places() {
    let world = Arc::new(shop().await);
    let both = ["1", "2"].map(|id| {
        let (world, request) = (Arc::clone(&world), pair(GIFT, id));
        tokio::spawn(async move { world.send(&request).await.unwrap() })
    });
    let mut coupons = 0;
    for answer in both {
        coupons += answer.await.unwrap().matches("<Coupon>").count();
    }
    assert_eq!(coupons, 1);
    let shown = world.send(&retrieve(GIFT, "")).await.unwrap();
    assert_eq!((shown.matches("<Activity>").count(), shown.matches("<CustomerID>").count()), (3, 2));
}
