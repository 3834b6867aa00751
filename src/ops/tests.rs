//! What holds for every operation: retries, contention, failing commits.

use std::sync::Arc;

use jiff::SignedDuration;

use super::testing::*;
use super::*;
use crate::domain::error::Code;
use crate::store::{Fault, FaultyStore, MemoryStore};

fn add(key: &str) -> String {
    customer_request("addCustomer", &named("Ana", "Ruiz", key))
}

#[tokio::test]
async fn a_message_sent_again_gets_the_same_answer_and_has_one_effect() {
    let world = World::new();
    let first = world.send_as(&add("1"), Some("urn:uuid:1")).await.unwrap();
    assert_eq!(world.send_as(&add("1"), Some("urn:uuid:1")).await.unwrap(), first);
    assert_eq!(world.log_rows().await, 1);
}

#[tokio::test]
async fn a_refusal_is_remembered_with_all_its_violations() {
    let world = World::new();
    let request = customer_request(
        "addCustomer",
        "<CustomerNotes><CustomerNote type='x'/></CustomerNotes><CustomAttribute name='?'><AttributeValue>x</AttributeValue></CustomAttribute>",
    );
    let first = world.send_as(&request, Some("m")).await.unwrap_err();
    let again = world.send_as(&request, Some("m")).await.unwrap_err();
    assert_eq!((again.code, &again.message, &again.field), (first.code, &first.message, &first.field));
    assert_eq!(again.violations, first.violations);
    assert_eq!(first.violations.len(), 2);
}

#[tokio::test]
async fn a_message_id_with_another_body_is_refused() {
    let world = World::new();
    world.send_as(&add("1"), Some("m")).await.unwrap();
    let refusal = world.send_as(&add("2"), Some("m")).await.unwrap_err();
    assert_code(&refusal, Code::MalformedMessage);
    assert_eq!(world.log_rows().await, 1);
}

#[tokio::test]
async fn a_message_is_forgotten_after_a_day() {
    let world = World::new();
    let request = customer_request("addCustomer", "<Source>web</Source>");
    let first = world.send_as(&request, Some("m")).await.unwrap();
    world.clock.advance(KEEP);
    assert_eq!(world.send_as(&request, Some("m")).await.unwrap(), first);
    world.clock.advance(SignedDuration::from_secs(1));
    assert_ne!(world.send_as(&request, Some("m")).await.unwrap(), first);
    assert_eq!(world.log_rows().await, 2);
}

#[tokio::test]
async fn a_reading_operation_is_not_remembered() {
    let world = World::new();
    world.add(&named("Ana", "Ruiz", "1")).await;
    let request = "<retrieveCustomer><CustomerID>1</CustomerID></retrieveCustomer>";
    world.send_as(request, Some("m")).await.unwrap();
    world
        .send(&customer_request("addOrUpdateCustomer", "<CustomerID>1</CustomerID><Source>web</Source>"))
        .await
        .unwrap();
    assert!(world.send_as(request, Some("m")).await.unwrap().contains("<Source>web</Source>"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twins_at_once_have_one_effect() {
    let world = Arc::new(World::new());
    let twin = |_| {
        let world = Arc::clone(&world);
        tokio::spawn(async move { world.send_as(&add("1"), Some("m")).await.unwrap() })
    };
    let answers = join((0..16).map(twin)).await;
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
    assert_eq!(world.log_rows().await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_added_by_many_at_once_makes_one_customer() {
    let world = Arc::new(World::new());
    let one = |_| {
        let world = Arc::clone(&world);
        tokio::spawn(async move { world.send(&add("1")).await })
    };
    let answers = join((0..64).map(one)).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for refusal in answers.into_iter().filter_map(Result::err) {
        assert_code(&refusal, Code::CustomerAlreadyExists);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn updates_of_one_customer_by_many_at_once_are_all_kept() {
    let world = Arc::new(World::new());
    world.add(&named("Ana", "Ruiz", "1")).await;
    let one = |number| {
        let world = Arc::clone(&world);
        let note = format!(
            "<CustomerID>1</CustomerID><CustomerNotes><CustomerNote>n{number}</CustomerNote></CustomerNotes>"
        );
        tokio::spawn(
            async move { world.send(&customer_request("addOrUpdateCustomer", &note)).await.unwrap() },
        )
    };
    join((0..64).map(one)).await;
    let shown = world.retrieve("1").await;
    for number in 0..64 {
        assert!(shown.contains(&format!(">n{number}<")), "{number}: {shown}");
    }
    assert_eq!(world.log_rows().await, 65);
}

/// Whatever commit fails, and however: afterwards the request has had its whole effect or none, and the same message
/// brings it to its end with one effect.
#[tokio::test]
async fn a_failing_commit_leaves_all_or_nothing_and_a_retry_completes_it() {
    for fault in [Fault::Refused, Fault::AnswerLost] {
        for nth in 1..=2 {
            let store = Arc::new(FaultyStore::new(MemoryStore::default()));
            store.fail_commit(nth, fault);
            let world = World::on(store);
            let mut failed = 0;
            for message in ["a", "b"] {
                if let Err(refusal) = world.send_as(&add(message), Some(message)).await {
                    assert!(refusal.code.retryable(), "{refusal:?}");
                    failed += 1;
                    world.send_as(&add(message), Some(message)).await.unwrap();
                }
            }
            assert_eq!((failed, world.log_rows().await), (1, 2), "{fault:?} at {nth}");
        }
    }
}

/// What is wrong, what it is repaired to, and what is told of it.
type Part = (&'static str, &'static str, Code);

const SIGNUP: Part =
    ("<SignupDate>soon</SignupDate>", "<SignupDate>2024-01-31</SignupDate>", Code::InvalidDateFormat);
const TYPE_CODE: Part = (
    "<AlternateKey UpdateType='New'><AlternateID>new</AlternateID></AlternateKey>",
    "<AlternateKey TypeCode='EMAIL' UpdateType='New'><AlternateID>new</AlternateID></AlternateKey>",
    Code::AlternateKeyTypecodeUnspecified,
);
const NOBODY: Part = ("<CustomerID>9</CustomerID>", "<CustomerID>1</CustomerID>", Code::CustomerNotFound);
const TAKEN: Part = (
    "<AlternateKey TypeCode='XSTORE_ID' UpdateType='New'><AlternateID>taken</AlternateID></AlternateKey>",
    "<AlternateKey TypeCode='XSTORE_ID' UpdateType='New'><AlternateID>free</AlternateID></AlternateKey>",
    Code::CustomerAlreadyExists,
);
const ATTRIBUTE: Part = (
    "<CustomAttribute name='None'><AttributeValue>1</AttributeValue></CustomAttribute>",
    "<CustomAttribute name='Delivery Hint'><AttributeValue>1</AttributeValue></CustomAttribute>",
    Code::UnknownAttributeType,
);
const NOTE: Part = (
    "<CustomerNotes><CustomerNote type='VISIT'/></CustomerNotes>",
    "<CustomerNotes><CustomerNote type='VISIT'>n</CustomerNote></CustomerNotes>",
    Code::CustomerNoteEmpty,
);

/// Each row repairs one part; other writers, who are always faster here, are told of last.
#[tokio::test]
async fn contention_comes_behind_everything_that_a_request_can_be_refused_for() {
    const COMMITS: u64 = 2_000;
    let store = Arc::new(FaultyStore::new(MemoryStore::default()));
    let world = World::on(store.clone());
    world.add(&named("Ana", "Ruiz", "first")).await;
    world.add(&named("Bo", "Lind", "taken")).await;
    (3..COMMITS).for_each(|nth| store.fail_commit(nth, Fault::Overtaken));
    let tables: [(&str, &[Part]); 4] = [
        ("addCustomer", &[SIGNUP, TYPE_CODE, TAKEN, ATTRIBUTE, NOTE]),
        ("addOrUpdateCustomer", &[SIGNUP, TYPE_CODE, ATTRIBUTE, NOTE]),
        ("updateCustomer", &[SIGNUP, TYPE_CODE, NOBODY, TAKEN, ATTRIBUTE, NOTE]),
        ("deleteCustomer", &[TYPE_CODE, NOBODY]),
    ];
    for (operation, parts) in tables {
        let told = parts.iter().map(|(_, _, code)| *code).chain([Code::Contention]);
        for (row, expected) in told.enumerate() {
            let part = |(at, part): (usize, &Part)| if at < row { part.1 } else { part.0 };
            let content: String = parts.iter().enumerate().map(part).collect();
            let request = match operation {
                "deleteCustomer" => format!("<deleteCustomer>{content}</deleteCustomer>"),
                _ => customer_request(operation, &content),
            };
            let refusal = world.refused(&request).await;
            assert_eq!(refusal.code, expected, "{operation} row {row}: {refusal:?}");
        }
    }
    assert!(store.commit_count() < COMMITS, "not all commits were overtaken");
    assert_eq!(world.log_rows().await, 2);
}

async fn join<T>(handles: impl Iterator<Item = tokio::task::JoinHandle<T>>) -> Vec<T> {
    let handles: Vec<_> = handles.collect();
    let mut results = Vec::new();
    for handle in handles {
        results.push(handle.await.unwrap());
    }
    results
}
