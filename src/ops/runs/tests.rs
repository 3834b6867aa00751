//! Records in chunks on memory stores: the same as one by one, whatever fails in between.

use std::sync::Arc;
use std::time::Duration;

use jiff::tz::TimeZone;
use tokio::sync::mpsc;

use super::*;
use crate::domain::Settings;
use crate::domain::error::Code;
use crate::domain::reference::Reference;
use crate::ops::Gateway;
use crate::ops::reference::CurrentReference;
use crate::ops::testing::*;
use crate::search::{Options, Place, Search};
use crate::store::record::{decode_pin_attempts, history, key};
use crate::store::{Change, Collection, Fault, FaultyStore, LogRow, MemoryStore, Reads, Store, prefix_range};
use crate::wire::batch::{BatchLimits, FileKind, RecordReader};

/// The records of a file behind the `done`th, in pages of so many.
fn feed(file: &str, done: u64, page: usize) -> mpsc::Receiver<Vec<BatchRecord>> {
    let mut reader = RecordReader::new(file.as_bytes(), BatchLimits::default()).unwrap();
    let kind = match reader.root().kind() {
        FileKind::Customers => RecordKind::Customers,
        FileKind::Instruments => RecordKind::Instruments,
    };
    let mut records = Vec::new();
    while let Some(raw) = reader.next().unwrap() {
        records.extend((raw.index > done).then(|| BatchRecord::read(&raw, kind)));
    }
    let (sender, pages) = mpsc::channel(1_000);
    while !records.is_empty() {
        let rest = records.split_off(page.min(records.len()));
        sender.try_send(std::mem::replace(&mut records, rest)).unwrap();
    }
    pages
}

/// Begins the run 1, or goes on with it.
async fn running(gateway: &Gateway) -> StoredRun {
    let new = NewRun {
        fileset: "f".to_owned(),
        file_name: "a.xml".to_owned(),
        who: "batch".to_owned(),
        file_bytes: 1,
        retry_of: None,
    };
    take_on(gateway, 1, new).await.unwrap();
    let begun = change_run(gateway, 1, |run, _| {
        (run.state != RunState::Running).then(|| BatchRun { state: RunState::Running, ..run.clone() })
    });
    begun.await.unwrap().unwrap()
}

/// Carries out what is left of a file.
async fn carry(gateway: &Gateway, file: &str, chunk_records_max: usize) -> (StoredRun, RunEnd) {
    let run = running(gateway).await;
    let mut pages = feed(file, run.run.position.index, 3);
    let options = RunOptions {
        warnings_listed_max: 5,
        chunk_records_max: Some(chunk_records_max),
        first_pause: Some(Duration::ZERO),
        stops: &|| false,
        committed: &|_| {},
    };
    execute_records(gateway, run, &mut pages, &options).await
}

/// A file in which records rest on each other in every way: 80 records over nine customers. With `by_id` some name
/// customers by their ids, which depend on how often records were decided.
fn busy_file(by_id: bool) -> String {
    let mut records = Vec::new();
    let mut random = 7_u64;
    for number in 0..80 {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let (who, what) = ((random >> 33) % 9, (random >> 45) % 8);
        let key = who.to_string();
        let note =
            format!("<CustomerNotes><CustomerNote location='1'>n{number}</CustomerNote></CustomerNotes>");
        records.push(match what {
            0 => format!("<Customer Action='Add'>{}{note}</Customer>", named("Ana", "Ruiz", &key)),
            1 | 2 => format!("<Customer Action='AddorUpdate'>{}{note}</Customer>", named("Bo", "Lie", &key)),
            3 => format!("<Customer Action='AddorUpdate'>{}<Source/></Customer>", named("Bo", "Lie", &key)),
            4 => format!("<Customer Action='Delete'>{}</Customer>", alternate_key("XSTORE_ID", &key)),
            5 => format!(
                "<Customer Action='Update'>{}<BusinessName>b{number}</BusinessName>{note}</Customer>",
                alternate_key("XSTORE_ID", &key)
            ),
            // A key that goes from one customer to another.
            6 if by_id => format!(
                "<Customer Action='AddorUpdate'><CustomerID>{who}</CustomerID>{}</Customer>",
                alternate_key("XSTORE_ID", "9")
            ),
            6 => format!(
                "<Customer Action='AddorUpdate'>{}{}</Customer>",
                alternate_key("XSTORE_ID", &key),
                alternate_key("EMAIL", "e")
            ),
            _ => "<Customer Action='Nothing'><AlternateKey TypeCode='EMAIL'/></Customer>".to_owned(),
        });
    }
    format!("<Customers xmlns='urn:castile:crm:v1'>\n{}\n</Customers>", records.join("\n"))
}

/// Everything in the store, without the numbers of commits.
async fn contents(store: &dyn Store) -> Vec<String> {
    let mut all = Vec::new();
    for collection in Collection::ALL {
        for (key, record) in store.scan(*collection, prefix_range(&[]), 100_000).await.unwrap() {
            all.push(format!("{key:?} {:?}", record.body));
        }
    }
    for row in store.read_log(0, 100_000).await.unwrap() {
        let mut row = history::decode(&row.body).unwrap();
        row.previous = row.previous.map(|_| 0);
        all.push(format!("{row:?}"));
    }
    all
}

/// What was done to whom in which order, with customers counted instead of named: ids that were drawn for a decision
/// which was taken again are lost.
async fn deeds(store: &dyn Store) -> Vec<String> {
    let mut places = std::collections::HashMap::new();
    let mut all = Vec::new();
    for row in store.read_log(0, 100_000).await.unwrap() {
        let row = history::decode(&row.body).unwrap();
        let count = places.len();
        let place = *places.entry(row.customer).or_insert(count);
        let (sections, notes) = (row.sections.len(), format!("{:?}", row.notes));
        all.push(format!("{} {} {place} {sections} {notes}", row.request_id, row.operation));
    }
    for (key, record) in store.scan(Collection::AlternateKey, prefix_range(&[]), 100).await.unwrap() {
        let holder = key::read_customer_id(&record.body).unwrap();
        all.push(format!("{:?} {}", key.id, places[&holder.0]));
    }
    for (index, failure) in failures(store, 1, 0, 100).await.unwrap() {
        all.push(format!("{index} {} {}", failure.code, failure.line));
    }
    let notes = store.scan(Collection::Note, prefix_range(&[]), 1_000).await.unwrap();
    all.extend(notes.iter().map(|(_, note)| format!("{:?}", note.body)));
    all
}

/// Each row of the history names the commit before it of its customer.
async fn assert_chains_hold(store: &dyn Store) {
    let rows: Vec<LogRow> = store.read_log(0, 100_000).await.unwrap();
    let mut newest = std::collections::HashMap::new();
    for row in &rows {
        let decoded = history::decode(&row.body).unwrap();
        assert_eq!(decoded.previous, newest.insert(decoded.customer, row.commit));
    }
}

fn memory() -> Arc<MemoryStore> {
    Arc::new(MemoryStore::default())
}

#[tokio::test]
async fn b_2_chunks_of_many_and_of_one_lead_to_the_same_store() {
    let file = busy_file(true);
    let store = memory();
    let (expected_run, end) = carry(&World::on(store.clone()).gateway, &file, 1).await;
    assert!(matches!(end, RunEnd::NoMoreRecords), "{end:?}");
    let expected = contents(&*store).await;
    let counts = expected_run.run.counts;
    assert_eq!((counts.read, counts.done + counts.failed), (80, 80));
    assert!(counts.done > 20 && counts.failed > 10, "{counts:?}");
    assert!(counts.warnings > 5 && counts.warnings_listed == 5, "{counts:?}");
    assert_chains_hold(&*store).await;
    for chunk in [2, 3, 7, 16, 256] {
        let store = memory();
        let (run, end) = carry(&World::on(store.clone()).gateway, &file, chunk).await;
        assert!(matches!(end, RunEnd::NoMoreRecords), "{end:?}");
        assert_eq!(run.run, expected_run.run);
        assert_eq!(contents(&*store).await, expected, "chunks of {chunk}");
        assert_chains_hold(&*store).await;
    }
}

#[tokio::test]
async fn b_2_chunks_lead_to_what_the_document_of_the_same_records_leads_to() {
    let file = busy_file(true);
    let (document, batch) = (memory(), memory());
    World::on(document.clone()).send(&file).await.unwrap();
    carry(&World::on(batch.clone()).gateway, &file, 256).await;
    let customers = async |store: &MemoryStore| {
        let mut all = contents(store).await;
        all.retain(|line| !line.contains("Batch") && !line.contains("HistoryRow"));
        all
    };
    assert_eq!(customers(&batch).await, customers(&document).await);
}

/// Whatever happens at any one moment, the run ends as if nothing had happened.
#[tokio::test]
async fn b_5_a_fault_at_any_moment_changes_nothing() {
    let file = busy_file(false);
    let calm = Arc::new(FaultyStore::new(MemoryStore::default()));
    let world = World::on(calm.clone());
    running(&world.gateway).await;
    // The first is that of `carry` itself, which begins the run once more.
    let first = calm.commit_count() + 2;
    let (expected_run, _) = carry(&world.gateway, &file, 16).await;
    let expected = deeds(&*calm).await;
    for fault in [Fault::Refused, Fault::Overtaken, Fault::AnswerLost] {
        for nth in first..=calm.commit_count() {
            let store = Arc::new(FaultyStore::new(MemoryStore::default()));
            let world = World::on(store.clone());
            running(&world.gateway).await;
            store.fail_commit(nth, fault);
            let (run, end) = carry(&world.gateway, &file, 16).await;
            assert!(matches!(end, RunEnd::NoMoreRecords), "{fault:?} at {nth}: {end:?}");
            assert_eq!(run.run, expected_run.run, "{fault:?} at {nth}");
            assert_eq!(deeds(&*store).await, expected, "{fault:?} at {nth}");
            assert_chains_hold(&*store).await;
        }
    }
}

#[tokio::test]
async fn b_5_a_store_that_takes_nothing_stops_the_run_where_it_is_and_it_goes_on_later() {
    let file = busy_file(false);
    let calm = memory();
    let (expected_run, _) = carry(&World::on(calm.clone()).gateway, &file, 8).await;
    for from in [2, 4, 6] {
        let store = Arc::new(FaultyStore::new(MemoryStore::default()));
        let world = World::on(store.clone());
        running(&world.gateway).await;
        let next = store.commit_count() + from;
        (next..next + 6).for_each(|nth| store.fail_commit(nth, Fault::Refused));
        let (run, end) = carry(&world.gateway, &file, 8).await;
        assert!(matches!(&end, RunEnd::Stopped(error) if error.code.retryable()), "{end:?}");
        assert!(run.run.position.index < 80);
        let stored = super::run(&*store, 1).await.unwrap().unwrap();
        assert_eq!(stored, run, "what is told is what is stored");
        let (run, end) = carry(&world.gateway, &file, 8).await;
        assert!(matches!(end, RunEnd::NoMoreRecords), "{end:?}");
        assert_eq!(run.run, expected_run.run);
        assert_eq!(deeds(&*store).await, deeds(&*calm).await);
    }
}

#[tokio::test]
async fn a_run_that_somebody_else_moved_is_left_alone() {
    let world = World::new();
    let run = running(&world.gateway).await;
    change_run(&world.gateway, 1, |run, _| Some(BatchRun { state: RunState::Paused, ..run.clone() }))
        .await
        .unwrap();
    let mut pages = feed(&busy_file(true), 0, 10);
    let options = RunOptions {
        warnings_listed_max: 0,
        chunk_records_max: None,
        first_pause: Some(Duration::ZERO),
        stops: &|| false,
        committed: &|_| panic!("nothing is stored"),
    };
    let (_, end) = execute_records(&world.gateway, run, &mut pages, &options).await;
    assert!(matches!(end, RunEnd::Overtaken), "{end:?}");
    assert_eq!(world.log_rows().await, 0);
}

#[tokio::test]
async fn b_5_a_run_that_is_told_to_stop_stops_behind_what_is_decided() {
    let world = World::new();
    let run = running(&world.gateway).await;
    let mut pages = feed(&busy_file(true), 0, 10);
    let asked = std::sync::atomic::AtomicU64::new(0);
    let options = RunOptions {
        warnings_listed_max: 0,
        chunk_records_max: None,
        first_pause: None,
        stops: &|| asked.fetch_add(1, std::sync::atomic::Ordering::Relaxed) >= 12,
        committed: &|_| {},
    };
    let (run, end) = execute_records(&world.gateway, run, &mut pages, &options).await;
    assert!(matches!(end, RunEnd::Asked), "{end:?}");
    assert!((1..=12).contains(&run.run.position.index), "{:?}", run.run.position);
    assert_eq!(super::run(&*world.gateway.store, 1).await.unwrap().unwrap(), run);
}

fn instruments(records: &[String]) -> String {
    format!("<ActivateInstrumentCustomerRequest>{}</ActivateInstrumentCustomerRequest>", records.concat())
}

/// An association of a card, with a PIN or without one, with the customer 1.
fn instrument(card: &str, pin: &str) -> String {
    format!(
        "<Instrument><CardNumber>{card}</CardNumber><AuthenticationData>{pin}</AuthenticationData>\
         <Customer><CustomerID>1</CustomerID></Customer></Instrument>"
    )
}

/// A card of the examples that has no PIN.
const CARD_WITHOUT_PIN: &str = "6006490000000001";
/// The card of the examples that has a PIN.
const CARD_WITH_PIN: &str = "6006490000000002";

async fn shop(store: Arc<dyn Store>) -> World {
    let world = World::on(store);
    world.load(CARDS).await;
    world.add(&named("Ana", "Ruiz", "1")).await;
    world
}

#[tokio::test]
async fn k_4_wrong_pins_of_one_chunk_are_all_counted() {
    for chunk in [1, 256] {
        let store = memory();
        let world = shop(store.clone()).await;
        let wrong = instrument(CARD_WITH_PIN, "0000");
        let (run, _) =
            carry(&world.gateway, &instruments(&[wrong.clone(), wrong.clone(), wrong]), chunk).await;
        assert_eq!(run.run.counts.failed, 3);
        let number = key::read_card_number(CARD_WITH_PIN.as_bytes()).unwrap();
        let attempts = store.scan(Collection::PinAttempts, prefix_range(&[]), 9).await.unwrap();
        assert_eq!(attempts[0].0, key::pin_attempts(&number));
        assert_eq!(decode_pin_attempts(&attempts[0].1.body).unwrap().wrong, 3);
        let failures = failures(&*store, 1, 0, 9).await.unwrap();
        assert!(failures.iter().all(|(_, failure)| failure.code == "CARD_NOT_FOUND"));
    }
}

/// A second gateway on the store, without a place for the key of PINs.
async fn without_pin_key(world: &World, store: Arc<dyn Store>) -> Gateway {
    let reference = crate::ops::reference::open(&*store).await.unwrap();
    let search = Arc::new(Search::new(store.clone(), Options::new(Place::Memory)));
    let (settings, clock) = (Settings::default(), world.clock.clone());
    Gateway::new(store, search, settings, reference, clock, TimeZone::UTC)
}

/// No record is lost over a file that can be brought back.
#[tokio::test]
async fn k_4_a_run_stops_at_a_pin_that_cannot_be_checked() {
    let store = memory();
    let world = shop(store.clone()).await;
    let gateway = without_pin_key(&world, store.clone()).await;
    let file = instruments(&[instrument(CARD_WITHOUT_PIN, ""), instrument(CARD_WITH_PIN, "4711")]);
    let (run, end) = carry(&gateway, &file, 256).await;
    let RunEnd::Stopped(error) = end else { panic!("{end:?}") };
    assert_eq!((error.code, run.run.counts.read, run.run.counts.done), (Code::ServiceUnavailable, 1, 1));
    assert_eq!(failures(&*store, 1, 0, 9).await.unwrap(), []);
    let (run, end) = carry(&world.gateway, &file, 256).await;
    assert!(matches!(end, RunEnd::NoMoreRecords), "{end:?}");
    assert_eq!((run.run.counts.done, run.run.counts.failed), (2, 0));
}

#[tokio::test]
async fn k_10_a_failure_of_ours_is_a_general_error_of_that_record_alone() {
    let store = memory();
    let world = shop(store.clone()).await;
    let mut gateway = without_pin_key(&world, store.clone()).await;
    // Cards whose programs nobody has defined.
    gateway.reference = CurrentReference::from(Reference::default());
    let unknown = instrument("6006499999999999", "");
    let file = instruments(&[instrument(CARD_WITHOUT_PIN, ""), unknown]);
    let (run, end) = carry(&gateway, &file, 256).await;
    assert!(matches!(end, RunEnd::NoMoreRecords), "{end:?}");
    assert_eq!(run.run.counts.failed, 2);
    let failures = failures(&*store, 1, 0, 9).await.unwrap();
    let codes: Vec<_> = failures.iter().map(|(_, failure)| failure.code.as_str()).collect();
    assert_eq!(codes, ["GENERAL_ERROR", "CARD_NOT_FOUND"]);
    assert_eq!(failures[0].1.customer_id.as_deref(), Some("1"));
    assert_eq!(failures[0].1.card_number.as_deref(), Some("************0001"));
    assert!(failures[0].1.message.ends_with("batch-1/1"), "{}", failures[0].1.message);
}

#[tokio::test]
async fn a_damaged_customer_fails_its_records_and_no_others() {
    let store = memory();
    let world = World::on(store.clone());
    let id = world.add(&named("Ana", "Ruiz", "1")).await;
    let mut change = Change::new();
    change.put(key::customer(crate::domain::identity::CustomerId(id.parse().unwrap())), "damaged");
    store.commit(change).await.unwrap();
    let update =
        format!("<Customer Action='Update'>{}<Source>x</Source></Customer>", alternate_key("XSTORE_ID", "1"));
    let add = format!("<Customer Action='Add'>{}</Customer>", named("Bo", "Lie", "2"));
    let (run, end) = carry(&world.gateway, &format!("<Customers>{update}{add}</Customers>"), 256).await;
    assert!(matches!(end, RunEnd::NoMoreRecords), "{end:?}");
    assert_eq!((run.run.counts.failed, run.run.counts.done), (1, 1));
    assert_eq!(failures(&*store, 1, 0, 9).await.unwrap()[0].1.code, "UNEXPECTED_ERROR");
}

#[tokio::test]
async fn b_4_the_review_tells_where_and_why_and_whom() {
    let world = World::new();
    let file = format!(
        "<Customers>\n  <Customer Action='add'>{}</Customer>\n  <Customer Action='Add'>{}</Customer>\n</Customers>",
        named("Ana", "Ruiz", "1"),
        named("Bo", "Lie", "1"),
    );
    carry(&world.gateway, &file, 256).await;
    let failures = failures(&*world.gateway.store, 1, 0, 9).await.unwrap();
    let (index, failure) = &failures[0];
    assert_eq!((failures.len(), *index, failure.line), (1, 2, 3));
    let start = file.rfind("<Customer Action").unwrap();
    let block = &file[start..start + failure.byte_length as usize];
    assert_eq!(failure.byte_offset, start as u64);
    assert!(block.ends_with("</Customer>"), "{block}");
    assert_eq!(failure.code, "CUSTOMER_ALREADY_EXISTS");
    assert_eq!(failure.action.as_deref(), Some("Add"));
    assert_eq!(failure.alternate_keys, [("XSTORE_ID".to_owned(), "1".to_owned())]);
}

#[tokio::test]
async fn b_4_old_runs_are_forgotten_with_their_review() {
    let world = World::new();
    carry(&world.gateway, &busy_file(true), 256).await;
    let store = &*world.gateway.store;
    let now = world.gateway.clock.now();
    assert_eq!(
        forget_runs(&world.gateway, now + Duration::from_secs(1)).await.unwrap(),
        0,
        "it has not ended"
    );
    change_run(&world.gateway, 1, |run, now| Some(BatchRun { ended: Some(now), ..run.clone() }))
        .await
        .unwrap();
    assert_eq!(forget_runs(&world.gateway, now).await.unwrap(), 0);
    assert_eq!(forget_runs(&world.gateway, now + Duration::from_secs(1)).await.unwrap(), 1);
    for collection in [Collection::BatchRun, Collection::BatchFailure, Collection::BatchWarning] {
        assert_eq!(store.scan(collection, prefix_range(&[]), 9).await.unwrap(), []);
    }
}
