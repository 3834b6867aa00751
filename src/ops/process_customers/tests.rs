//! processCustomers: what every record becomes, and what a document that is cut short leaves behind.

use std::sync::Arc;

use jiff::SignedDuration;
use tokio::time::Instant;

use crate::domain::error::Code;
use crate::ops::KEEP;
use crate::ops::testing::*;
use crate::store::{Fault, FaultyStore, MemoryStore};
use crate::wire::xml::{Document, Limits};

/// A record.
fn record(action: &str, content: &str) -> String {
    format!("<Customer Action='{action}'>{content}</Customer>")
}

fn document(records: &[String]) -> String {
    format!("<Customers xmlns='urn:castile:crm:v1'>{}</Customers>", records.concat())
}

/// A line for every result: `INDEX ACTION STATUS CUSTOMER-ID|CODE [FIELD]`, then the counts.
fn told(answer: &str) -> Vec<String> {
    let document = Document::parse(answer.as_bytes(), &Limits::default()).unwrap();
    let mut lines = Vec::new();
    for child in document.root().children() {
        let mut words: Vec<_> = child.attributes().map(|attribute| attribute.value().into_owned()).collect();
        let told = child.children().filter(|part| matches!(part.local(), "CustomerID" | "Code" | "Field"));
        words.extend(told.map(|part| part.text().into_owned()));
        words.extend((child.local() != "Result").then(|| child.text().into_owned()));
        lines.push(words.join(" "));
    }
    lines
}

/// Sends a document of these records to a new world.
async fn check(records: &[String], expected: &[&str]) {
    let answer = World::new().send(&document(records)).await.unwrap();
    assert_eq!(told(&answer), expected, "{answer}");
}

fn ana() -> String {
    named("Ana", "Ruiz", "1")
}

fn key(id: &str) -> String {
    alternate_key("XSTORE_ID", id)
}

#[tokio::test]
async fn b_2_records_succeed_or_fail_each_alone_and_in_order() {
    let records = [
        record("Add", &ana()),
        record("Add", &ana()),
        record("AddorUpdate", &format!("{}<Source>web</Source>", key("1"))),
        record("AddorUpdate", &named("Bo", "Lind", "2")),
        record("Update", &format!("{}<CustomerClass>Trade</CustomerClass>", key("2"))),
        record("Update", &key("3")),
        record("Delete", &key("1")),
        record("Delete", &key("1")),
        record("Add", &ana()),
    ];
    let expected = [
        "1 Add Succeeded 1",
        "2 Add Failed CUSTOMER_ALREADY_EXISTS",
        "3 AddorUpdate Succeeded 1",
        "4 AddorUpdate Succeeded 2",
        "5 Update Succeeded 2",
        "6 Update Failed CUSTOMER_NOT_FOUND",
        "7 Delete Succeeded 1",
        "8 Delete Failed CUSTOMER_NOT_FOUND",
        "9 Add Succeeded 3",
        "9",
        "6",
        "3",
    ];
    check(&records, &expected).await;
}

#[tokio::test]
async fn v_18_an_action_has_any_case_and_one_that_does_not_exist_is_refused() {
    let records = [
        record(" aDD ", &ana()),
        record("Remove", &ana()),
        format!("<Customer>{}</Customer>", ana()),
        record("", &ana()),
        record("merge", &ana()),
        "<Other/>".to_owned(),
        record("ADDORUPDATE", &ana()),
    ];
    let expected = [
        "1 Add Succeeded 1",
        "2 Failed INVALID_ATTRIBUTE_VALUE Customer[2]/@Action",
        "3 Failed INVALID_ATTRIBUTE_VALUE Customer[3]/@Action",
        "4 Failed INVALID_ATTRIBUTE_VALUE Customer[4]/@Action",
        "5 Merge Failed MERGE_CUSTOMER_CREATION_EXCEPTION",
        "6 AddorUpdate Succeeded 1",
        "6",
        "2",
        "4",
    ];
    check(&records, &expected).await;
}

#[tokio::test]
async fn a_field_is_told_from_the_record_on() {
    let records = [
        record("Add", "<AlternateKey/><AlternateKey TypeCode='PHONE'/>"),
        record("Update", "<SignupDate>soon</SignupDate>"),
        record("Delete", "<AlternateKey TypeCode='PHONE'/>"),
        record("Delete", &format!("<CustomerID>{}</CustomerID>", "1".repeat(61))),
    ];
    let expected = [
        "1 Add Failed ALTERNATE_KEY_VALUE_UNSPECIFIED Customer/AlternateKey[2]/AlternateID",
        "2 Update Failed INVALID_DATE_FORMAT Customer/SignupDate",
        "3 Delete Failed ALTERNATE_KEY_VALUE_UNSPECIFIED Customer/AlternateKey[1]/AlternateID",
        "4 Delete Failed ATTRIBUTE_VALUE_TOO_LARGE Customer/CustomerID",
        "4",
        "0",
        "4",
    ];
    check(&records, &expected).await;
}

#[tokio::test]
async fn a_document_without_records_is_answered_with_counts_alone() {
    check(&[], &["0", "0", "0"]).await;
}

#[tokio::test]
async fn a_document_without_namespace_is_the_same_document() {
    let request = document(&[record("Add", &ana()), record("Update", &key("1"))]);
    let bare = request.replace(" xmlns='urn:castile:crm:v1'", "");
    assert_ne!(bare, request);
    assert_eq!(World::new().send(&bare).await.unwrap(), World::new().send(&request).await.unwrap());
}

#[tokio::test]
async fn warnings_are_told_with_their_record() {
    let world = World::new();
    world.add(&ana()).await;
    let notes = "<CustomerNotes><CustomerNote action='DELETE' sequence='7'>x</CustomerNote></CustomerNotes>";
    let request = document(&[record("Update", &format!("{}{notes}", key("1")))]);
    let first = world.send_as(&request, Some("m")).await.unwrap();
    assert!(first.contains("<Warning><Code>CUSTOMER_NOTE_NOT_FOUND</Code><Field>Customer/"), "{first}");
    assert_eq!(world.send_as(&request, Some("m")).await.unwrap(), first);
}

/// Three records, each of which rests on the one before.
fn three() -> String {
    let source = |source: &str| format!("{}<Source>{source}</Source>", key("1"));
    document(&[record("Add", &ana()), record("Update", &source("web")), record("Update", &source("desk"))])
}

#[tokio::test]
async fn a_document_sent_again_gets_the_same_answer_and_has_one_effect() {
    let world = World::new();
    let first = world.send_as(&three(), Some("m")).await.unwrap();
    assert_eq!(world.send_as(&three(), Some("m")).await.unwrap(), first);
    assert_eq!(world.log_rows().await, 3);
}

#[tokio::test]
async fn a_document_of_refused_records_is_refused_the_same_again() {
    let world = World::new();
    let request = document(&[record("Delete", &key("1")), record("Add", &ana())]);
    let first = world.send_as(&request, Some("m")).await.unwrap();
    assert_eq!(world.send_as(&request, Some("m")).await.unwrap(), first);
    assert_eq!(told(&first)[0], "1 Delete Failed CUSTOMER_NOT_FOUND");
}

#[tokio::test]
async fn a_message_id_with_another_document_or_operation_is_refused_as_a_whole() {
    let world = World::new();
    world.send_as(&document(&[]), Some("m")).await.unwrap();
    for other in [three(), customer_request("addCustomer", &ana())] {
        let refusal = world.send_as(&other, Some("m")).await.unwrap_err();
        assert_code(&refusal, Code::MalformedMessage);
    }
    world.send_as(&customer_request("addCustomer", &named("Bo", "Lind", "2")), Some("n")).await.unwrap();
    assert_code(&world.send_as(&three(), Some("n")).await.unwrap_err(), Code::MalformedMessage);
    assert_eq!(world.log_rows().await, 1);
}

#[tokio::test]
async fn all_records_of_a_document_are_forgotten_together() {
    let world = World::new();
    let request = document(&[record("Add", "<Source>web</Source>"), record("Add", "<Source>web</Source>")]);
    let first = world.send_as(&request, Some("m")).await.unwrap();
    world.clock.advance(KEEP);
    assert_eq!(world.send_as(&request, Some("m")).await.unwrap(), first);
    world.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(
        told(&world.send_as(&request, Some("m")).await.unwrap())[..2],
        ["1 Add Succeeded 3", "2 Add Succeeded 4"]
    );
    assert_eq!(
        told(&world.send_as(&request, Some("m")).await.unwrap())[..2],
        ["1 Add Succeeded 3", "2 Add Succeeded 4"]
    );
}

/// Whatever commit fails, and however: the records behind it have not begun, and the same message brings the document
/// to the end that it would have had, each record done once.
#[tokio::test]
async fn a_document_cut_short_goes_on_behind_the_last_record_that_was_done() {
    for fault in [Fault::Refused, Fault::AnswerLost] {
        for nth in 1..=4 {
            let store = Arc::new(FaultyStore::new(MemoryStore::default()));
            store.fail_commit(nth, fault);
            let world = World::on(store);
            match (nth, world.send_as(&three(), Some("m")).await) {
                (1, Err(refusal)) => assert!(refusal.code.retryable(), "{refusal:?}"),
                (nth, Ok(cut)) => check_cut(&told(&cut), nth as usize - 2),
                (_, Err(refusal)) => panic!("{nth}: {refusal:?}"),
            }
            let whole = world.send_as(&three(), Some("m")).await.unwrap();
            assert_eq!(told(&whole)[3..], ["3", "3", "0"], "{fault:?} at {nth}");
            assert_eq!(world.log_rows().await, 3, "{fault:?} at {nth}");
            let shown = world.retrieve(inner(&whole, "CustomerID")).await;
            assert_eq!(inner(&shown, "Source"), "desk");
        }
    }
}

/// The first `done` results succeeded, the rest failed for a reason that may pass.
#[track_caller]
fn check_cut(told: &[String], done: usize) {
    for (index, line) in told[..3].iter().enumerate() {
        let status = if index < done { " Succeeded " } else { "Failed SERVICE_UNAVAILABLE" };
        assert!(
            line.contains(status) || index == done && line.ends_with("UNEXPECTED_ERROR"),
            "{done}: {told:?}"
        );
    }
}

#[tokio::test]
async fn without_time_no_record_is_begun() {
    let world = World::new();
    let late = world.send_until(&three(), Some("m"), Some(Instant::now())).await.unwrap();
    let expected = [
        "1 Add Failed SERVICE_UNAVAILABLE",
        "2 Update Failed SERVICE_UNAVAILABLE",
        "3 Update Failed SERVICE_UNAVAILABLE",
        "3",
        "0",
        "3",
    ];
    assert_eq!(told(&late), expected);
    assert_eq!(world.log_rows().await, 0);
    let whole = world.send_as(&three(), Some("m")).await.unwrap();
    assert_eq!(told(&whole)[3..], ["3", "3", "0"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twin_documents_at_once_have_one_effect() {
    let world = Arc::new(World::new());
    let twin = |_| {
        let world = Arc::clone(&world);
        tokio::spawn(async move { world.send_as(&three(), Some("m")).await.unwrap() })
    };
    let mut answers = Vec::new();
    for answer in (0..8).map(twin).collect::<Vec<_>>() {
        answers.push(answer.await.unwrap());
    }
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]), "{answers:?}");
    assert_eq!(world.log_rows().await, 3);
}
