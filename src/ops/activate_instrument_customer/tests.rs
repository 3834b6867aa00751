//! Documents of associations on a memory store.

use std::sync::Arc;

use crate::ops::testing::*;
use crate::store::record::key;
use crate::store::{Change, Fault, FaultyStore, MemoryStore, Store};

fn record(card: &str, id: &str) -> String {
    format!(
        "<Instrument><CardNumber>{card}</CardNumber><Customer><CustomerID>{id}</CustomerID></Customer></Instrument>"
    )
}

fn document(records: &[String]) -> String {
    format!("<ActivateInstrumentCustomerRequest>{}</ActivateInstrumentCustomerRequest>", records.concat())
}

async fn shop(store: Arc<dyn Store>) -> World {
    let world = World::on(store);
    world.load(CARDS).await;
    world.add(&named("Ana", "Ruiz", "1")).await;
    world
}

/// The codes of the results, `OK` where there is none.
fn told(answer: &str) -> Vec<&str> {
    let results = answer.split("<Result ").skip(1);
    results.map(|result| if result.contains("<Code>") { inner(result, "Code") } else { "OK" }).collect()
}

#[tokio::test]
async fn k_6_records_succeed_or_fail_each_alone() {
    let world = shop(Arc::new(MemoryStore::default())).await;
    let number = key::read_card_number(b"6006490000000101").unwrap();
    let mut change = Change::new();
    change.put(key::card(&number), "damaged");
    world.gateway.store.commit(change).await.unwrap();
    let records = [
        record("6006490000000001", "1"),
        record("6006490000000009", "1"),
        record("6006490000000001", "9"),
        record("6006490000000102", "1"),
        record("6006490000000101", "1"),
        "<Instrument/>".to_owned(),
        record(&"6".repeat(61), "1"),
        "<Other/>".to_owned(),
        record("6006490000000002", "1"),
    ];
    let answer = world.send(&document(&records)).await.unwrap();
    let expected = [
        "OK",
        "CARD_NOT_FOUND",
        "CUSTOMER_NOT_FOUND",
        "ACCOUNT_BLOCKED",
        "GENERAL_ERROR",
        "CARD_NOT_FOUND",
        "ATTRIBUTE_VALUE_TOO_LARGE",
        "OK",
    ];
    assert_eq!(told(&answer), expected, "{answer}");
    assert!(answer.contains("<Field>Instrument/CardNumber</Field>"), "{answer}");
    assert_eq!((inner(&answer, "RecordCount"), inner(&answer, "FailedCount")), ("8", "6"));
}

#[tokio::test]
async fn a_document_sent_again_gets_the_same_answer_and_has_one_effect() {
    let world = shop(Arc::new(MemoryStore::default())).await;
    let request = document(&[record("6006490000000001", "1"), record("6006490000000009", "1")]);
    let first = world.send_as(&request, Some("m")).await.unwrap();
    let commit = world.gateway.store.health().await.last_commit;
    assert_eq!(world.send_as(&request, Some("m")).await.unwrap(), first);
    assert_eq!(world.gateway.store.health().await.last_commit, commit);
}

#[tokio::test]
async fn k_7_a_document_that_was_cut_short_goes_on_behind_its_last_record() {
    let request = document(&[record("6006490000000001", "1"), record("6006490000000002", "1")]);
    let mut cut_short = 0;
    for nth in 1..=3 {
        for fault in [Fault::Refused, Fault::AnswerLost] {
            let store = Arc::new(FaultyStore::new(MemoryStore::default()));
            let world = shop(store.clone()).await;
            store.fail_commit(store.commit_count() + nth, fault);
            let first = world.send_as(&request, Some("m")).await;
            cut_short +=
                usize::from(first.is_err() || told(&first.unwrap()).contains(&"SERVICE_UNAVAILABLE"));
            let again = world.send_as(&request, Some("m")).await.unwrap();
            assert_eq!(told(&again), ["OK", "OK"], "{nth} {fault:?}");
            let card = "<retrieveInstrument><CardNumber>6006490000000001</CardNumber></retrieveInstrument>";
            let shown = world.send(card).await.unwrap();
            assert_eq!((shown.matches("<Activity>").count(), shown.matches("<Coupon>").count()), (2, 1));
        }
    }
    assert!(cut_short >= 3, "{cut_short}");
}

#[tokio::test]
async fn the_document_may_stand_in_the_namespace_or_in_none() {
    let request = document(&[record("6006490000000001", "1")]);
    let named = request.replace("Request>", "Request xmlns='urn:castile:crm:v1'>").replace(
        "</ActivateInstrumentCustomerRequest xmlns='urn:castile:crm:v1'>",
        "</ActivateInstrumentCustomerRequest>",
    );
    for request in [request, named] {
        let world = shop(Arc::new(MemoryStore::default())).await;
        assert_eq!(told(&world.send(&request).await.unwrap()), ["OK"]);
    }
}
