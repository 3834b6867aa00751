//! Export, import and check on the memory store: round trips, refusals, damage.

mod activity;
mod cards;
mod merges;
mod reference;
mod xml;

use std::ops::Range;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use jiff::SignedDuration;
use serde_json::Value;

use super::super::testing::{World, alternate_key, customer_request, inner, named};
use super::*;
use crate::domain::identity::{AlternateKey, CustomerId};
use crate::ops::{CUSTOMER_IDS, KEEP};
use crate::store::record::{decode_customer, encode_customer, history, key};
use crate::store::{Change, Fault, FaultyStore, MemoryStore, Reads, Store};

struct MemoryEngine(MemoryStore);

impl Engine for MemoryEngine {
    fn keys(
        &self,
        collection: Collection,
        range: Range<Box<[u8]>>,
        limit: usize,
    ) -> Result<Vec<Key>, StoreError> {
        Ok(self.0.keys(collection, &range, limit))
    }

    fn next_id(&self, sequence: &str) -> Result<u64, StoreError> {
        Ok(self.0.next_of_sequence(sequence))
    }

    fn inspect(&self, report: &mut dyn FnMut(Inspected)) {
        report(Inspected::Read(1));
    }
}

/// A gateway with its administration.
struct House {
    world: World,
    store: MemoryStore,
    administration: Administration,
}

#[derive(Default)]
struct Told(Mutex<Vec<Event>>);

#[async_trait]
impl Listener for Told {
    async fn tell(&self, event: Event) -> Result<(), Stop> {
        self.0.lock().unwrap().push(event);
        Ok(())
    }
}

impl Told {
    fn findings(&self) -> Vec<String> {
        let finding = |event: &Event| match event {
            Event::Finding(text) => Some(text.clone()),
            Event::Lines(_) | Event::Progress(_) => None,
        };
        self.0.lock().unwrap().iter().filter_map(finding).collect()
    }

    fn lines(&self) -> String {
        let mut bytes = Vec::new();
        for event in &*self.0.lock().unwrap() {
            if let Event::Lines(lines) = event {
                bytes.extend_from_slice(lines);
            }
        }
        String::from_utf8(bytes).unwrap()
    }
}

impl House {
    fn new() -> Self {
        let store = MemoryStore::new();
        House::on(store.clone(), Arc::new(store))
    }

    fn on(store: MemoryStore, behind: Arc<dyn Store>) -> Self {
        let world = World::on(behind);
        let engine = Arc::new(MemoryEngine(store.clone()));
        let administration = Administration::new(Arc::clone(&world.gateway), engine);
        House { world, store, administration }
    }

    async fn export(&self) -> String {
        let told = Told::default();
        let count = self.administration.export(&told).await.unwrap();
        assert_eq!(told.findings(), [""; 0]);
        let lines = told.lines();
        assert_eq!(lines.lines().count() as u64, count + 1, "the header is not counted");
        lines
    }

    async fn import(&self, file: &str) -> Imported {
        let importer = Importer { who: "uid:7".to_owned(), request_id: "test".to_owned() };
        self.administration.import(importer, 1, Bytes::from(file.to_owned())).await
    }

    /// Imports a file of which nothing may be refused.
    async fn import_whole(&self, file: &str) {
        let imported = self.import(file).await;
        assert!(imported.stopped.is_none() && imported.refused.is_empty(), "{imported:?}");
        assert_eq!(imported.done as usize, file.lines().count() - 1);
    }

    async fn findings(&self) -> Vec<String> {
        let told = Told::default();
        self.administration.check(&told).await.unwrap();
        told.findings()
    }

    async fn commit(&self, how: impl FnOnce(&mut Change)) {
        let mut change = Change::new();
        how(&mut change);
        self.store.commit(change).await.unwrap();
    }
}

/// Four customers: one with much of everything, one changed later, one with 200 notes, one without a name.
async fn filled() -> House {
    let house = House::new();
    let world = &house.world;
    let rich = format!(
        "{}<EntityInformation><Individual><ContactInformation>\
         <Address PrimaryFlag='true'><AddressLine1>3 Quay &amp; Sons</AddressLine1><City>Bergen</City></Address>\
         <EMail><EMailAddress>not an address</EMailAddress></EMail></ContactInformation></Individual></EntityInformation>",
        alternate_key("XSTORE_ID", "rich")
    );
    world.add(&rich).await;
    let changed = world.add(&named("Jo", "Vik", "changed")).await;
    let update = format!("<CustomerID>{changed}</CustomerID>{}", alternate_key("XSTORE_ID", "second"));
    world.send_as(&customer_request("addOrUpdateCustomer", &update), Some("m1")).await.unwrap();
    let notes: String = (1..=200).map(|n| format!("<CustomerNote>note {n}</CustomerNote>")).collect();
    world.add(&format!("{}<CustomerNotes>{notes}</CustomerNotes>", named("Al", "Berg", "noted"))).await;
    world.add("<Source>web</Source>").await;
    house
}

#[tokio::test]
async fn a_7_a_deleted_customer_is_carried_and_its_keys_stay_free() {
    let (from, to) = (filled().await, House::new());
    let delete = "<deleteCustomer xmlns='urn:castile:crm:v1'><CustomerID>2</CustomerID></deleteCustomer>";
    from.world.send(delete).await.unwrap();
    let holder = from.world.add(&named("Jo", "Vik", "second")).await;
    to.import_whole(&from.export().await).await;
    for id in ["2", holder.as_str()] {
        assert_eq!(to.world.retrieve(id).await, from.world.retrieve(id).await);
    }
    assert_eq!((from.findings().await, to.findings().await), (vec![], vec![]));
}

#[tokio::test]
async fn an_import_elsewhere_answers_as_before_and_again_changes_nothing() {
    let (from, to) = (filled().await, House::new());
    let file = from.export().await;
    for _ in 0..2 {
        to.import_whole(&file).await;
        for id in ["1", "2", "3", "4"] {
            assert_eq!(to.world.retrieve(id).await, from.world.retrieve(id).await);
        }
        assert_eq!(to.findings().await, [""; 0]);
        // 1 for each of the four, 1 and 3 for their histories, and 3 for the notes that need further lines.
        assert_eq!(to.world.log_rows().await, 4 + 5 + 3);
        assert_eq!(to.store.next_of_sequence(CUSTOMER_IDS), 2_001);
    }
    let without_history = |file: &str| {
        let mut lines: Vec<Value> = file.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        for line in &mut lines[2..] {
            line["customer"].as_object_mut().map(|customer| customer.remove("history"));
        }
        lines.split_off(2)
    };
    assert_eq!(without_history(&to.export().await), without_history(&file));
}

#[tokio::test]
async fn ids_are_never_given_out_twice() {
    let (from, to) = (filled().await, House::new());
    assert_eq!(to.world.add("<Source>web</Source>").await, "1", "the block in hand holds ids of the file");
    let file = from.export().await;
    let imported = to.import(&file).await;
    assert_eq!(imported.refused, [(3, "customer 1 is stored already, and differs".to_owned())]);
    assert_eq!(to.world.add("<Source>web</Source>").await, "1001");
}

#[tokio::test]
async fn a_message_is_recognised_by_the_next_store_for_the_rest_of_its_day() {
    let (from, to) = (House::new(), House::new());
    let request = customer_request("addCustomer", &named("Ana", "Ruiz", "1"));
    let answer = from.world.send_as(&request, Some("m")).await.unwrap();
    let file = from.export().await;
    to.import_whole(&file).await;
    assert_eq!(to.world.send_as(&request, Some("m")).await.unwrap(), answer);
    assert_eq!(to.world.log_rows().await, 2, "the carried row and the import's own");
    let late = House::new();
    late.world.clock.advance(KEEP + SignedDuration::from_secs(1));
    late.import_whole(&file).await;
    assert_eq!(late.store.keys(Collection::Idempotency, &prefix_range(&[]), 9), []);
}

#[tokio::test]
async fn history_is_carried_in_its_order_before_the_import_itself() {
    let (from, to) = (filled().await, House::new());
    to.import_whole(&from.export().await).await;
    let again = House::new();
    again.import_whole(&to.export().await).await;
    let version = again.store.get(&key::customer(CustomerId(2))).await.unwrap().unwrap().version;
    let rows = again.store.read_log(version, 4).await.unwrap();
    let rows: Vec<_> = rows.iter().map(|row| history::decode(&row.body).unwrap()).collect();
    let told: Vec<_> = rows.iter().map(|row| (row.operation.as_ref(), row.who.as_ref())).collect();
    let (caller, importer) = ("anonymous", "uid:7");
    let expected = [
        ("addCustomer", caller),
        ("addOrUpdateCustomer", caller),
        ("import", importer),
        ("import", importer),
    ];
    assert_eq!(told, expected);
    assert!(rows.iter().all(|row| row.customer == 2 && row.previous.is_none()));
}

/// A file of `customers` customers without history, as JSON.
async fn file_of(contents: &[&str]) -> Vec<Value> {
    let house = House::new();
    for content in contents {
        house.world.add(content).await;
    }
    let mut lines: Vec<Value> =
        house.export().await.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for line in &mut lines[2..] {
        line["customer"].as_object_mut().unwrap().remove("history");
    }
    lines
}

fn text(lines: &[Value]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Changes the one customer of a file; it must be refused with these words, and nothing may be stored.
async fn check_refused(how: impl FnOnce(&mut Value), words: &str) {
    let mut lines = file_of(&[&named("SECRET", "SECRET", "SECRET")]).await;
    how(&mut lines[2]["customer"]);
    let house = House::new();
    let imported = house.import(&text(&lines)).await;
    let [(3, why)] = &imported.refused[..] else { panic!("{words}: {imported:?}") };
    assert!(why.contains(words) && !why.contains("SECRET"), "{words}: {why}");
    assert_eq!(house.store.keys(Collection::Customer, &prefix_range(&[]), 9), []);
    assert_eq!(house.store.keys(Collection::AlternateKey, &prefix_range(&[]), 9), []);
}

#[tokio::test]
async fn what_breaks_the_form_is_refused_by_its_line_without_its_content() {
    check_refused(|c| c["record"]["head"]["id"] = 0.into(), "begin with 1").await;
    check_refused(|c| c["record"]["head"]["id"] = u64::MAX.into(), "above all others").await;
    check_refused(|c| c["record"]["head"]["active"] = "SECRET".into(), "no document").await;
    check_refused(|c| c["record"]["SECRET"] = 1.into(), "no document").await;
    check_refused(|c| c["record"]["update"]["date"] = "SECRET".into(), "can't be read").await;
    check_refused(|c| c["record"]["individual"]["nickname"] = "SECRET\u{1}".into(), "XML").await;
    check_refused(|c| c["record"]["individual"]["nickname"] = "SECRET".repeat(60_000).into(), "bytes").await;
    let keys = |c: &mut Value| c["record"]["alternate_keys"].take();
    check_refused(
        |c| {
            let held = keys(c)[0].clone();
            c["record"]["alternate_keys"] = vec![held.clone(), held].into();
        },
        "active twice",
    )
    .await;
    check_refused(|c| c["record"]["alternate_keys"][0]["type_code"] = "".into(), "empty part").await;
    check_refused(
        |c| c["record"]["alternate_keys"][0]["alternate_id"] = "x".repeat(2_000).into(),
        "too long",
    )
    .await;
    let note = serde_json::json!({"sequence": 1, "note_type": "COMMENT", "private": false, "text": "SECRET"});
    check_refused(|c| c["notes"] = vec![note.clone()].into(), "last_note_sequence").await;
    check_refused(|c| c["notes"] = vec![note.clone(), note.clone()].into(), "same sequence").await;
    check_refused(|c| c["history"] = vec!["SECRET"].into(), "no document").await;
    check_refused(|c| c["history"] = vec!["CQkJ"].into(), "does not know").await;
}

#[tokio::test]
async fn one_bad_line_does_not_harm_its_neighbours() {
    let lines = file_of(&[&named("A", "B", "1"), &named("C", "D", "2"), &named("E", "F", "3")]).await;
    let mut lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    lines[3].truncate(40);
    lines.insert(3, String::new());
    lines.push("{\"card\":{}}".to_owned());
    lines.push("{\"notes\":{\"customer\":77,\"notes\":[]}}".to_owned());
    lines.push("{\"notes\":{\"customer\":3,\"notes\":[]}}".to_owned());
    let house = House::new();
    let imported = house.import(&lines.join("\r\n")).await;
    let expected = [
        (5, "ends early, at column 40"),
        (7, "is no document of an export in format 1 (column 10)"),
        (8, "notes of customer 77, who is not stored"),
    ];
    let refused: Vec<_> = imported.refused.iter().map(|(line, why)| (*line, why.as_str())).collect();
    assert_eq!(refused, expected);
    assert_eq!((imported.done, house.store.keys(Collection::Customer, &prefix_range(&[]), 9).len()), (4, 2));
    assert_eq!(house.findings().await, [""; 0]);
}

#[tokio::test]
async fn a_file_that_is_no_export_of_this_format_is_not_begun() {
    for (file, words) in [
        ("", ""),
        ("hello\n", "no JSON"),
        ("{\"ids\":{\"next\":5}}\n", "header"),
        ("{\"export\":{\"format\":2}}\n{\"ids\":{\"next\":5}}\n", "format 2"),
    ] {
        let house = House::new();
        let imported = house.import(file).await;
        let why = imported.stopped.map(|stop| stop.to_string()).unwrap_or_default();
        assert!(why.contains(words), "{file}: {why}");
        assert_eq!((imported.done, house.store.next_of_sequence(CUSTOMER_IDS)), (0, 1), "{file}");
    }
}

#[tokio::test]
async fn a_2_an_import_takes_no_key_away_not_even_within_one_file() {
    let mut lines = file_of(&[&named("A", "B", "1"), &named("C", "D", "2")]).await;
    lines[3]["customer"]["record"]["alternate_keys"] =
        lines[2]["customer"]["record"]["alternate_keys"].clone();
    let house = House::new();
    let imported = house.import(&text(&lines)).await;
    let [(line, why)] = &imported.refused[..] else { panic!("{imported:?}") };
    assert!((3..=4).contains(line) && why.contains("keys belongs to customer"), "{why}");
    assert_eq!(house.findings().await, [""; 0]);
}

/// A sound house that has the whole file from a second import, after this commit failed the first.
async fn completed(file: &str, nth: u64, fault: Fault) -> House {
    let memory = MemoryStore::new();
    let faulty = Arc::new(FaultyStore::new(memory.clone()));
    faulty.fail_commit(nth, fault);
    let house = House::on(memory, faulty.clone());
    let imported = house.import(file).await;
    assert_eq!(imported.stopped.is_some(), faulty.commit_count() >= nth, "{nth} {fault:?}");
    house.import_whole(file).await;
    assert_eq!(house.findings().await, [""; 0]);
    house
}

#[tokio::test]
async fn a_store_that_fails_stops_the_import_and_the_next_completes_it() {
    let file = filled().await.export().await;
    for nth in 1..=8 {
        for fault in [Fault::Refused, Fault::AnswerLost] {
            let house = completed(&file, nth, fault).await;
            assert_eq!(house.world.log_rows().await, 12, "{nth} {fault:?}: nothing is written twice");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_customer_in_the_file_is_of_one_moment_whoever_writes_meanwhile() {
    let house = Arc::new(House::new());
    let id = house.world.add(&named("Al", "Berg", "noted")).await;
    let note = format!(
        "<CustomerID>{id}</CustomerID>{}<CustomerNotes><CustomerNote>%</CustomerNote></CustomerNotes>",
        alternate_key("XSTORE_ID", "%")
    );
    let note = customer_request("addOrUpdateCustomer", &note);
    let writer = {
        let house = Arc::clone(&house);
        tokio::spawn(async move {
            for number in 0..60 {
                house.world.send(&note.replace('%', &format!("n{number}"))).await.unwrap();
                tokio::task::yield_now().await;
            }
        })
    };
    let mut seen = 0;
    while seen < 60 {
        let (file, findings) = (house.export().await, house.findings().await);
        assert_eq!(findings, [""; 0]);
        let line: Value = serde_json::from_str(file.lines().nth(2).unwrap()).unwrap();
        let customer = &line["customer"];
        seen = customer["notes"].as_array().map_or(0, Vec::len);
        assert_eq!(customer["record"]["head"]["last_note_sequence"], seen);
        assert_eq!(customer["history"].as_array().unwrap().len(), seen + 1);
        tokio::task::yield_now().await;
    }
    writer.await.unwrap();
}

/// Puts something wrong into a filled store; `check` must find exactly this.
async fn check_finds(how: impl FnOnce(&mut Change) -> &mut Change, expected: &[&str]) {
    let house = filled().await;
    house
        .commit(|change| {
            how(change);
        })
        .await;
    let findings = house.findings().await;
    assert_eq!(findings.len(), expected.len(), "{findings:?}");
    for (finding, words) in findings.iter().zip(expected) {
        assert!(finding.contains(words), "{words:?} is not in {finding:?}");
        assert!(!finding.contains("rich") && !finding.contains("Jo"), "{finding}");
    }
}

fn rich() -> Key {
    key::alternate(&AlternateKey { type_code: "XSTORE_ID".into(), alternate_id: "rich".into() })
}

#[tokio::test]
async fn damage_is_found_and_named() {
    let customer = |id| key::customer(CustomerId(id));
    let owner = |id: u64| id.to_be_bytes().to_vec();
    check_finds(|c| c, &[]).await;
    check_finds(|c| c.put(customer(4), vec![1, 99]), &["Customer 4: "]).await;
    check_finds(|c| c.delete(rich()), &["Customer 1: its AlternateKey #"]).await;
    check_finds(
        |c| c.put(rich(), owner(2)),
        &["Customer 1: its AlternateKey", "leads to customer 2, which does not hold"],
    )
    .await;
    check_finds(
        |c| c.put(rich(), owner(77)),
        &["leads to another", "leads to customer 77, who is not stored"],
    )
    .await;
    check_finds(|c| c.put(rich(), vec![1]), &["leads to another", "8 bytes"]).await;
    check_finds(|c| c.put(key::note(CustomerId(3), 9), vec![1]), &["Note 3/9: "]).await;
    check_finds(|c| c.put(key::idempotency("a", "m"), vec![1]), &["Idempotency #"]).await;
    check_finds(|c| c.log(vec![9]), &["log row 6/0: "]).await;
}

#[tokio::test]
async fn records_that_do_not_fit_together_are_found() {
    let house = filled().await;
    let stored = house.store.get(&key::customer(CustomerId(3))).await.unwrap().unwrap();
    let note = house.store.get(&key::note(CustomerId(3), 9)).await.unwrap().unwrap().body;
    let mut customer = decode_customer(&stored.body).unwrap();
    let third = key::customer(CustomerId(3));

    customer.last_note_sequence = 199;
    check_finds(|c| c.put(third.clone(), encode_customer(&customer).unwrap()), &["Note 3/200: is above"])
        .await;
    customer.last_note_sequence = 200;
    customer.active = false;
    check_finds(
        |c| c.put(third.clone(), encode_customer(&customer).unwrap()),
        &["leads to customer 3, which is inactive"],
    )
    .await;
    customer.active = true;
    customer.id = CustomerId(4);
    check_finds(
        |c| c.put(third.clone(), encode_customer(&customer).unwrap()),
        &["Customer 3: says that it is customer 4"],
    )
    .await;

    let homeless = key::note(CustomerId(88), 9);
    check_finds(|c| c.put(homeless, note.clone()), &["Note 88/9: belongs to a customer who is not"]).await;
    let misplaced = key::note(CustomerId(3), 8);
    check_finds(|c| c.put(misplaced, note), &["Note 3/8: says that it is note 9"]).await;
}

#[tokio::test]
async fn what_an_export_leaves_out_is_told() {
    let house = filled().await;
    house
        .commit(|change| {
            change.put(key::customer(CustomerId(1)), vec![7]);
            change.put(key::note(CustomerId(3), 9), vec![7]);
            change.put(key::idempotency("a", "b"), vec![7]);
        })
        .await;
    let told = Told::default();
    house.administration.export(&told).await.unwrap();
    let findings = told.findings();
    for (finding, words) in
        findings.iter().zip(["Customer 1 is left out", "Note 3/9 is left out", "Idempotency #"])
    {
        assert!(finding.contains(words), "{findings:?}");
    }
    assert_eq!(findings.len(), 3);
    let to = House::new();
    to.import_whole(&told.lines()).await;
    assert_eq!(inner(&to.world.retrieve("2").await, "CustomerID"), "2");
    assert_eq!(to.store.keys(Collection::Note, &prefix_range(&[]), 999).len(), 199);
}
