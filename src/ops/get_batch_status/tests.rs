//! getBatchStatus on a memory store, with runs that were put there.

use crate::domain::error::Code;
use crate::ops::testing::*;
use crate::store::Change;
use crate::store::record::batch::{BatchFailure, BatchRow, BatchRun, RunCounts, RunProblem, RunState};
use crate::store::record::key;

fn request(content: &str) -> String {
    format!("<getBatchStatus xmlns='urn:castile:crm:v1'>{content}</getBatchStatus>")
}

fn failure(index: u64) -> BatchFailure {
    BatchFailure {
        line: index + 1,
        byte_offset: 100 * index,
        byte_length: 100,
        action: (index % 2 == 1).then(|| "Add".to_owned()),
        code: "CUSTOMER_ALREADY_EXISTS".to_owned(),
        message: "an alternate key of the request belongs to customer 7".to_owned(),
        field: (index == 1).then(|| "Customer/AlternateKey[1]".to_owned()),
        customer_id: (index == 1).then(|| "<5>".to_owned()),
        alternate_keys: vec![("XSTORE_ID".to_owned(), format!("A-{index}"))],
        card_number: (index == 1).then(|| "****4321".to_owned()),
        instrument_id: (index == 1).then(|| "S&1".to_owned()),
    }
}

/// The run 7 with these failed records.
async fn world(run: BatchRun, failed: &[u64]) -> World {
    let world = World::new();
    let mut change = Change::new();
    change.put(key::batch_run(7), run.encode().unwrap());
    for index in failed {
        change.put(key::batch_failure(7, *index), failure(*index).encode().unwrap());
    }
    world.gateway.store.commit(change).await.unwrap();
    world
}

#[tokio::test]
async fn b_4_a_run_is_told_with_its_counts_and_failures() {
    let counts = RunCounts { read: 12, done: 11, failed: 1, warnings: 3, warnings_listed: 2 };
    let problem = RunProblem {
        code: "MALFORMED_MESSAGE".to_owned(),
        message: "the end of Customer is missing".to_owned(),
        line: Some(40),
        column: Some(3),
    };
    let (started, ended) = ("2026-03-01T08:31:00Z".parse().ok(), "2026-03-01T08:31:09.5Z".parse().ok());
    let run =
        BatchRun { state: RunState::Broken, counts, started, ended, ..waiting_run("nightly", "a&b.xml") };
    let run = BatchRun { problem: Some(problem), ..run };
    let answer = world(run, &[1]).await.send(&request("<RunID>7</RunID>")).await.unwrap();
    let expected = "<getBatchStatusResponse xmlns=\"urn:castile:crm:v1\"><Run><RunID>7</RunID><Fileset>nightly</Fileset>\
        <FileName>a&amp;b.xml</FileName><State>Broken</State><RecordCount>12</RecordCount>\
        <SucceededCount>11</SucceededCount><FailedCount>1</FailedCount><WarningCount>3</WarningCount>\
        <StartTime>2026-03-01T08:31:00Z</StartTime><EndTime>2026-03-01T08:31:09.5Z</EndTime>\
        <Code>MALFORMED_MESSAGE</Code><Message>the end of Customer is missing (line 40, column 3)</Message>\
        <Failure><Index>1</Index><Line>2</Line><ByteOffset>100</ByteOffset><Action>Add</Action>\
        <Code>CUSTOMER_ALREADY_EXISTS</Code><Message>an alternate key of the request belongs to customer 7</Message>\
        <Field>Customer/AlternateKey[1]</Field><CustomerID>&lt;5&gt;</CustomerID>\
        <AlternateKey TypeCode=\"XSTORE_ID\"><AlternateID>A-1</AlternateID></AlternateKey>\
        <CardNumber>****4321</CardNumber><InstrumentID>S&amp;1</InstrumentID></Failure>\
        </Run></getBatchStatusResponse>";
    assert_eq!(answer, expected);
}

#[tokio::test]
async fn a_run_that_has_not_begun_tells_when_it_was_taken_on() {
    let answer =
        world(waiting_run("nightly", "a.xml"), &[]).await.send(&request("<RunID>7</RunID>")).await.unwrap();
    assert_eq!((inner(&answer, "State"), inner(&answer, "StartTime")), ("Waiting", NOW));
    assert!(!answer.contains("EndTime") && !answer.contains("NextPageToken"), "{answer}");
}

#[tokio::test]
async fn failures_come_page_by_page_each_once() {
    let failed: Vec<u64> = (1..=60).map(|number| 3 * number).collect();
    let world = world(waiting_run("nightly", "a.xml"), &failed).await;
    for (max, pages) in [(None, 3), (Some(1), 60), (Some(30), 2), (Some(60), 1), (Some(200), 1)] {
        let max = max.map(|max| format!("<MaxResults>{max}</MaxResults>")).unwrap_or_default();
        let (mut found, mut token, mut count) = (Vec::new(), String::new(), 0);
        loop {
            let answer = world.send(&request(&format!("{token}{max}<RunID>7</RunID>"))).await.unwrap();
            let indexes = answer.split("<Index>").skip(1).map(|rest| rest.split('<').next().unwrap());
            found.extend(indexes.map(|index| index.parse::<u64>().unwrap()));
            count += 1;
            if !answer.contains("NextPageToken") {
                break;
            }
            token = format!("<PageToken>{}</PageToken>", inner(&answer, "NextPageToken"));
        }
        assert_eq!((&found, count), (&failed, pages), "{max}");
    }
}

#[tokio::test]
async fn what_names_no_run_is_refused() {
    let world = world(waiting_run("nightly", "a.xml"), &[1, 2]).await;
    for id in ["8", "0", "07", "-7", "seven", "18446744073709551616"] {
        let refusal = world.refused(&request(&format!("<RunID>{id}</RunID>"))).await;
        assert_code(&refusal, Code::BatchRunNotFound);
    }
    let check = async |content: &str, field: &str| {
        let refusal = world.refused(&request(content)).await;
        assert_code(&refusal, Code::InvalidAttributeValue);
        assert_eq!(refusal.field.as_deref(), Some(field), "{content}");
    };
    check("", "RunID").await;
    check("<RunID> </RunID>", "RunID").await;
    check("<RunID>7</RunID><MaxResults>0</MaxResults>", "MaxResults").await;
    check("<RunID>7</RunID><MaxResults>201</MaxResults>", "MaxResults").await;
    check("<RunID>7</RunID><PageToken>none</PageToken>", "PageToken").await;
    let long = format!("<RunID>{}</RunID>", "7".repeat(61));
    assert_code(&world.refused(&request(&long)).await, Code::AttributeValueTooLarge);
}
