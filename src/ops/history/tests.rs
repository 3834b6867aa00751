//! Histories that requests and imports leave behind.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::Value;

use super::*;
use crate::ops::testing::{World, assert_code, customer_request, named};
use crate::store::record::history::HistoryRow;
use crate::store::record::key;
use crate::store::{Change, MemoryStore};

/// Everything up to the beginning.
async fn walk(world: &World, identifier: &str) -> Vec<Step> {
    let mut history = find(world.gateway.store.clone(), identifier).await.unwrap();
    let mut steps = Vec::new();
    while let Some(step) = history.next().await.unwrap() {
        steps.push(step);
    }
    steps
}

/// `operation: field before after; …`
fn shown(step: &Step) -> String {
    let value = |value: &Option<Value>| match value {
        None => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    match step {
        Step::NotInLog { number } => format!("nothing in commit {number}"),
        Step::Change(change) => {
            let fields = change.fields.iter().filter(|found| !found.field.starts_with("update."));
            let fields: Vec<_> = fields
                .map(|found| format!("{} {} {}", found.field, value(&found.before), value(&found.after)))
                .collect();
            format!("{}: {}", change.operation, fields.join("; "))
        }
    }
}

async fn update(world: &World, content: &str) {
    world.send(&customer_request("addOrUpdateCustomer", content)).await.unwrap();
}

fn nickname(text: &str) -> String {
    format!("<EntityInformation><Individual><NickName>{text}</NickName></Individual></EntityInformation>")
}

#[tokio::test]
async fn changes_are_told_newest_first_with_what_was_before() {
    let world = World::new();
    world.add(&named("Ana", "Ruiz", "1")).await;
    world.add(&named("Ben", "Ode", "2")).await;
    update(&world, &format!("<CustomerID>1</CustomerID>{}", nickname("Anita"))).await;
    update(&world, "<CustomerID>2</CustomerID><Source>web</Source>").await;
    update(&world, &format!("<CustomerID>1</CustomerID>{}", nickname("Nita"))).await;
    let steps = walk(&world, "1").await;
    let lines: Vec<_> = steps.iter().map(shown).collect();
    assert_eq!(lines[0], "addOrUpdateCustomer: individual.nickname Anita Nita");
    assert_eq!(lines[1], "addOrUpdateCustomer: individual.nickname - Anita");
    assert!(lines[2].starts_with("addCustomer: alternate_keys[XSTORE_ID:1].active - true"), "{}", lines[2]);
    assert!(lines[2].contains("individual.last_name - Ruiz") && lines.len() == 3);
    let Step::Change(first) = &steps[2] else { panic!("a change") };
    assert_eq!((first.who.as_str(), first.request_id.as_str(), first.customer), ("anonymous", "test", 1));
    assert_eq!(first.time, crate::ops::testing::NOW);
}

#[tokio::test]
async fn lists_and_notes_are_told_by_element() {
    let world = World::new();
    let first = "<CustomerID>1</CustomerID><CustomerNotes><CustomerNote>Rings twice</CustomerNote></CustomerNotes>\
         <CustomAttribute name='Service Tier'><AttributeValue>Basic</AttributeValue></CustomAttribute>";
    let second = "<CustomerID>1</CustomerID><AlternateKey TypeCode='XSTORE_ID'><AlternateID>9</AlternateID></AlternateKey>\
         <CustomAttribute name='Service Tier'><AttributeValue>Plus</AttributeValue></CustomAttribute>";
    world.add(&named("Ana", "Ruiz", "1")).await;
    update(&world, first).await;
    update(&world, second).await;
    let steps = walk(&world, "1").await;
    assert_eq!(
        shown(&steps[0]),
        "addOrUpdateCustomer: alternate_keys[XSTORE_ID:1].active true false; alternate_keys[XSTORE_ID:9].active - true; \
         attributes[Service Tier].values[1] Basic Plus"
    );
    assert_eq!(
        shown(&steps[1]),
        "addOrUpdateCustomer: attributes[Service Tier].values[1] - Basic; head.last_note_sequence 0 1; \
         notes[1].note_type - COMMENT; notes[1].private - false; notes[1].text - Rings twice"
    );
}

#[tokio::test]
async fn sales_and_changes_are_told_in_the_order_in_which_they_happened() {
    let world = World::new();
    world.add(&named("Ana", "Ruiz", "1")).await;
    world.add(&named("Ben", "Ode", "2")).await;
    let sale = |who: &str, id: &str| {
        format!(
            "<recordTransaction><Transaction><TransactionID>{id}</TransactionID><CustomerID>{who}</CustomerID>\
             <RetailStoreID>17</RetailStoreID><BusinessDate>2026-02-28</BusinessDate><SalesAmount>9.90</SalesAmount>\
             </Transaction></recordTransaction>"
        )
    };
    world.send(&sale("1", "a")).await.unwrap();
    world.send(&sale("2", "b")).await.unwrap();
    update(&world, &format!("<CustomerID>1</CustomerID>{}", nickname("Anita"))).await;
    world.send(&sale("1", "c")).await.unwrap();
    let lines: Vec<_> = walk(&world, "1").await.iter().map(shown).collect();
    let of_sale = |id: &str| {
        format!(
            "recordTransaction: transactions[{id}].business_date - 2026-02-28; transactions[{id}].retail_store_id - 17; \
             transactions[{id}].sales_amount - 9.90"
        )
    };
    assert_eq!(lines[0], of_sale("c"));
    assert_eq!(lines[1], "addOrUpdateCustomer: individual.nickname - Anita");
    assert_eq!(lines[2], of_sale("a"));
    assert!(lines[3].starts_with("addCustomer: ") && lines.len() == 4, "{lines:?}");
}

#[tokio::test]
async fn a_customer_is_found_by_id_and_by_active_key() {
    let world = World::new();
    world.add(&named("Ana", "Ruiz", "a:1")).await;
    assert_eq!(walk(&world, "XSTORE_ID:a:1").await, walk(&world, "1").await);
    for unknown in ["2", "01", "", "XSTORE_ID", "XSTORE_ID:a", "EMAIL:a:1", ":"] {
        let refusal = find(world.gateway.store.clone(), unknown).await.err().expect("nobody");
        assert_code(&refusal, Code::CustomerNotFound);
    }
}

/// Stores a log row of customer 1 with others around it; the version of the record is that of the commit.
async fn commit_row(store: &MemoryStore, previous: Option<u64>, others: usize) -> u64 {
    let row = |customer, previous| {
        let row = HistoryRow {
            time: "2026-01-01T00:00:00Z".parse().unwrap(),
            who: "w".into(),
            operation: "op".into(),
            request_id: "r".into(),
            customer,
            previous,
            sections: Vec::new(),
            notes: Vec::new(),
            cards: Vec::new(),
        };
        Bytes::from(history::encode(&row).unwrap())
    };
    let mut change = Change::new();
    let record = store_record(store).await;
    change.put(key::customer(CustomerId(1)), record);
    change.log.extend((0..others).map(|_| row(2, None)));
    change.log(row(1, None)).log(row(1, previous));
    store.commit(change).await.unwrap()
}

async fn store_record(store: &MemoryStore) -> Bytes {
    use crate::store::Reads;
    store.get(&key::customer(CustomerId(1))).await.unwrap().unwrap().body
}

async fn world_with_customer() -> (World, MemoryStore) {
    let store = MemoryStore::default();
    let world = World::on(Arc::new(store.clone()));
    world.add(&named("Ana", "Ruiz", "1")).await;
    (world, store)
}

#[tokio::test]
async fn a_commit_may_bring_many_rows() {
    for others in [0, ROWS_PAGE - 2, ROWS_PAGE - 1, ROWS_PAGE, 5_000] {
        let (world, store) = world_with_customer().await;
        let added = store_version(&store).await;
        commit_row(&store, Some(added), others).await;
        world.add(&named("Ben", "Ode", "2")).await;
        let operations: Vec<_> =
            walk(&world, "1").await.iter().map(|step| shown(step)[..4].to_owned()).collect();
        assert_eq!(operations, ["op: ", "op: ", "addC"], "{others}");
    }
}

async fn store_version(store: &MemoryStore) -> u64 {
    use crate::store::Reads;
    store.get(&key::customer(CustomerId(1))).await.unwrap().unwrap().version
}

#[tokio::test]
async fn a_log_that_does_not_reach_back_says_so() {
    let (world, store) = world_with_customer().await;
    let added = store_version(&store).await;
    // A write without a row stands for a log whose rows are gone.
    let mut change = Change::new();
    change.put(key::customer(CustomerId(1)), store_record(&store).await);
    let unlogged = store.commit(change).await.unwrap();
    assert_eq!(walk(&world, "1").await, [Step::NotInLog { number: unlogged }]);
    commit_row(&store, Some(unlogged), 0).await;
    let steps = walk(&world, "1").await;
    assert_eq!((steps.len(), steps.last()), (3, Some(&Step::NotInLog { number: unlogged })));
    assert!(added < unlogged);
}

#[tokio::test]
async fn a_row_that_leads_forward_does_not_lead_in_circles() {
    let (world, store) = world_with_customer().await;
    commit_row(&store, Some(u64::MAX), 0).await;
    let mut history = find(world.gateway.store.clone(), "1").await.unwrap();
    assert_code(&history.next().await.unwrap_err(), Code::CorruptRecord);
}

#[tokio::test]
async fn steps_are_one_json_object_each() {
    let (world, store) = world_with_customer().await;
    let step = walk(&world, "1").await.remove(0);
    let json = serde_json::to_value(&step).unwrap();
    assert_eq!(json["change"]["operation"], "addCustomer");
    assert_eq!(json["change"]["fields"][0]["field"], "alternate_keys[XSTORE_ID:1].active");
    assert!(json["change"]["fields"][0].get("before").is_none());
    let commit = store_version(&store).await;
    assert_eq!(json["change"]["commit"], commit);
    assert_eq!(
        serde_json::to_string(&Step::NotInLog { number: 7 }).unwrap(),
        r#"{"not_in_log":{"commit":7}}"#
    );
}
