//! What merges keep, whatever is merged in whatever order; and how much they write. What fails and who else is at work:
//! [`super::race_tests`].

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::Config;

use crate::domain::Settings;
use crate::domain::customer::Customer;
use crate::domain::error::Code;
use crate::domain::identity::CustomerId;
use crate::domain::merge::{MergeSettings, Several, Single};
use crate::ops::testing::*;
use crate::store::record::{decode_customer, decode_sums, key};
use crate::store::successor::successor;
use crate::store::{Collection, Key, MemoryStore, Record, Store, prefix_range};

/// How many customers there are at first.
const CUSTOMERS: u64 = 5;

/// Merges customers by their ids; the first is the source.
pub(in crate::ops) fn merge(ids: &[u64]) -> String {
    let target = |id: &u64| format!("<MergeTarget><CustomerID>{id}</CustomerID></MergeTarget>");
    let targets: String = ids[1..].iter().map(target).collect();
    format!(
        "<mergeCustomers><MergeSource><CustomerID>{}</CustomerID></MergeSource><MergeTargetSet>{targets}\
         </MergeTargetSet></mergeCustomers>",
        ids[0]
    )
}

pub(in crate::ops) fn unmerge(id: u64) -> String {
    format!("<unmergeCustomers><CustomerID>{id}</CustomerID></unmergeCustomers>")
}

pub(in crate::ops) fn sale(id: u64, transaction: u64, cents: u64) -> String {
    format!(
        "<recordTransaction><Transaction><TransactionID>T{transaction}</TransactionID><CustomerID>{id}</CustomerID>\
         <RetailStoreID>17</RetailStoreID><BusinessDate>20{}-02-01</BusinessDate><SalesAmount>{}.{:02}</SalesAmount>\
         </Transaction></recordTransaction>",
        20 + transaction % 3,
        cents / 100,
        cents % 100
    )
}

/// A customer with keys, attributes, an e-mail and notes of its own.
pub(in crate::ops) fn content(id: u64, parts: u8) -> String {
    let mut content = named("Ana", "Ruiz", &format!("k{id}"));
    let mut add = |bit: u8, text: String| {
        if parts & bit != 0 {
            content.push_str(&text);
        }
    };
    add(1, alternate_key("EMAIL", &format!("e{id}")));
    add(
        2,
        format!(
            "<CustomAttribute name='Delivery Hint'><AttributeValue>hint {}</AttributeValue></CustomAttribute>",
            id % 2
        ),
    );
    add(
        4,
        format!(
            "<CustomerNotes><CustomerNote>note {id}</CustomerNote><CustomerNote>more {id}</CustomerNote></CustomerNotes>"
        ),
    );
    add(8, "<SignupDate>2020-01-02</SignupDate><RetailStoreID>17</RetailStoreID>".to_owned());
    content
}

/// What happens one after the other.
#[derive(Debug, Clone)]
enum Step {
    /// A sale of so many cents to whoever became of this customer.
    Sale(u64, u64),
    /// A merge of whoever became of these customers.
    Merge(Vec<u64>),
    /// The last merge is taken back at once after it is done again.
    MergeAndBack(Vec<u64>),
}

fn step() -> impl Strategy<Value = Step> {
    let some = || proptest::collection::vec(1..=CUSTOMERS, 2..4);
    prop_oneof![
        3 => (1..=CUSTOMERS, 0u64..100_000).prop_map(|(id, cents)| Step::Sale(id, cents)),
        2 => some().prop_map(Step::Merge),
        1 => some().prop_map(Step::MergeAndBack),
    ]
}

pub(super) async fn scanned(store: &dyn Store, collection: Collection) -> Vec<(Key, Record)> {
    store.scan(collection, prefix_range(&[]), 10_000).await.unwrap()
}

pub(super) async fn customers(store: &dyn Store) -> Vec<Customer> {
    let records = scanned(store, Collection::Customer).await;
    records.iter().map(|(_, record)| decode_customer(&record.body).unwrap()).collect()
}

/// What must be the same before a merge and after it was taken back, of all customers but the `ended` ones: keys and
/// bodies. When a result was last changed is told by versions, which are not the same.
pub(in crate::ops) async fn state(store: &dyn Store, ended: &[u64]) -> Vec<(Key, Vec<u8>)> {
    let mut state = Vec::new();
    let collections = Collection::ALL.iter().filter(|collection| **collection != Collection::Idempotency);
    for collection in collections {
        let records = scanned(store, *collection).await.into_iter();
        let ours = |key: &Key| match collection {
            Collection::Customer | Collection::Note => {
                !ended.iter().any(|id| key.id.starts_with(&id.to_be_bytes()))
            }
            Collection::MergedBefore => {
                key::read_merged_before(key).is_ok_and(|(result, member)| result != member)
            }
            _ => true,
        };
        state.extend(records.filter(|(key, _)| ours(key)).map(|(key, record)| (key, record.body.to_vec())));
    }
    state
}

pub(in crate::ops) async fn end_of(store: &dyn Store, id: u64) -> u64 {
    successor(store, CustomerId(id)).await.unwrap().unwrap().id.0
}

/// The ends of these customers, each once.
async fn ends_of(store: &dyn Store, ids: &[u64]) -> Vec<u64> {
    let mut ends = Vec::new();
    for id in ids {
        let end = end_of(store, *id).await;
        if !ends.contains(&end) {
            ends.push(end);
        }
    }
    ends
}

/// Nothing is lost, nothing is doubled: of the active customers together.
pub(super) async fn check(store: &dyn Store, sold: &[(u64, u64)], parts: &[u8]) {
    let all = customers(store).await;
    let active: Vec<_> = all.iter().filter(|customer| customer.active).collect();
    // Each customer of the beginning is found at the end of exactly one way.
    let first = parts.len() as u64;
    for id in 1..=first {
        let end = end_of(store, id).await;
        let end = active.iter().find(|customer| customer.id.0 == end).expect("an active end");
        let key = format!("k{id}");
        assert_eq!(end.active_keys().filter(|held| held.alternate_id == key).count(), 1);
        if parts[id as usize - 1] & 2 != 0 {
            let value = format!("hint {}", id % 2);
            let values = end.attributes.iter().flat_map(|attribute| &attribute.values);
            assert_eq!(values.filter(|held| **held == value).count(), 1, "one value of {end:?}");
        }
        let cents: u64 = {
            let mut cents = 0;
            for (to, amount) in sold {
                if end_of(store, *to).await == end.id.0 {
                    cents += amount;
                }
            }
            cents
        };
        let sums = store.get(&key::sums(end.id)).await.unwrap();
        let sums =
            sums.map(|record| decode_sums(&record.body).unwrap().summary.lifetime.sales_amount.to_string());
        let expected = format!("{}.{:02}", cents / 100, cents % 100);
        assert_eq!(sums.unwrap_or("0.00".to_owned()), expected, "the sums of {}", end.id);
        // Its notes are those of everybody who became it.
        let mut notes = 0;
        for other in 1..=first {
            let same = end_of(store, other).await == end.id.0;
            notes += if same && parts[other as usize - 1] & 4 != 0 { 2 } else { 0 };
        }
        let stored = store.scan(Collection::Note, key::notes_of(end.id), 1_000).await.unwrap();
        assert_eq!((stored.len() as u32, end.last_note_sequence), (notes, notes));
    }
    // The records of keys are exactly the active keys of active customers.
    let held: BTreeSet<_> = active
        .iter()
        .flat_map(|customer| customer.active_keys().map(|held| (key::alternate(held), customer.id)))
        .collect();
    let stored: BTreeSet<_> = scanned(store, Collection::AlternateKey)
        .await
        .into_iter()
        .map(|(key, record)| (key, key::read_customer_id(&record.body).unwrap()))
        .collect();
    assert_eq!(stored, held);
    assert_eq!(scanned(store, Collection::Transaction).await.len(), sold.len());
}

async fn play(parts: Vec<u8>, steps: Vec<Step>, merge_settings: MergeSettings) {
    let memory = MemoryStore::new();
    let store: Arc<dyn Store> = Arc::new(memory);
    let settings = Settings { merge: merge_settings, ..Settings::default() };
    let world = World::with_settings(Arc::clone(&store), settings);
    for (id, parts) in (1..).zip(&parts) {
        world.add(&content(id, *parts)).await;
    }
    let mut sold = Vec::new();
    for (number, step) in (0..).zip(steps) {
        match step {
            Step::Sale(id, cents) => {
                let to = end_of(&*store, id).await;
                world.send(&sale(to, number, cents)).await.unwrap();
                sold.push((id, cents));
            }
            Step::Merge(ids) | Step::MergeAndBack(ids) if ends_of(&*store, &ids).await.len() < 2 => {
                let ids: Vec<_> = ids.clone();
                assert_code(&world.refused(&merge(&ids)).await, Code::MergeCustomerCreationException);
            }
            Step::Merge(ids) => drop(world.send(&merge(&ids)).await.unwrap()),
            Step::MergeAndBack(ids) => {
                let before = state(&*store, &[]).await;
                let answer = world.send(&merge(&ids)).await.unwrap();
                let result: u64 = inner(&answer, "CustomerID").parse().unwrap();
                world.send(&unmerge(result)).await.unwrap();
                assert_eq!(state(&*store, &[result]).await, before);
            }
        }
        check(&*store, &sold, &parts).await;
    }
}

proptest! {
    #![proptest_config(Config { cases: 48, ..Config::default() })]

    #[test]
    fn m_4_nothing_is_lost_or_doubled_in_any_order_of_merges(
        parts in proptest::collection::vec(0u8..16, CUSTOMERS as usize),
        steps in proptest::collection::vec(step(), 1..10),
        retain in any::<bool>(),
    ) {
        let email = if retain { Several::RetainAll } else { Several::Source };
        let home_location = if retain { Single::BestMatch } else { Single::Source };
        let settings = MergeSettings { email, home_location, ..MergeSettings::default() };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(play(parts, steps, settings));
    }
}

/// What a merge writes does not depend on what its members have: not on transactions, and not on cards, of which only
/// their number is known to it.
#[tokio::test]
async fn m_2_a_merge_writes_the_same_however_much_its_members_have() {
    let memory = MemoryStore::new();
    let world = World::on(Arc::new(memory.clone()));
    for id in 1..=20 {
        world.add(&named("Ana", "Ruiz", &format!("k{id}"))).await;
    }
    world.load(CARDS).await;
    world.send(&associate("6006490000000001", "11")).await.unwrap();
    for number in 0..300 {
        world.send(&sale(11 + number % 10, number, 100)).await.unwrap();
    }
    let mut written = Vec::new();
    for ids in [1..=10, 11..=20] {
        let before = scanned_versions(&memory).await;
        world.send(&merge(&ids.collect::<Vec<_>>())).await.unwrap();
        let newest = memory.health().await.last_commit;
        let after = scanned_versions(&memory).await;
        written.push(after.iter().filter(|(_, version)| *version == newest).count());
        assert!(after.len() >= before.len());
    }
    // Ten members and what they were, the result, ten keys; the second one has sums too.
    assert_eq!(written, [10 + 10 + 1 + 10, 10 + 10 + 1 + 10 + 1]);
}

async fn scanned_versions(store: &MemoryStore) -> Vec<(Key, u64)> {
    let mut found = Vec::new();
    for collection in Collection::ALL {
        let records = scanned(store, *collection).await;
        found.extend(records.into_iter().map(|(key, record)| (key, record.version)));
    }
    found
}
