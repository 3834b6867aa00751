//! Merges of what merges made, taken back one after the other, the last one first.

use std::sync::Arc;

use proptest::prelude::*;
use proptest::test_runner::Config;

use crate::domain::error::Code;
use crate::domain::identity::CustomerId;
use crate::ops::merge_customers::proof_tests::{content, end_of, merge, sale, state, unmerge};
use crate::ops::testing::*;
use crate::store::record::key;
use crate::store::{Collection, MemoryStore, Store, prefix_range};

/// How many customers there are at first.
const CUSTOMERS: u64 = 5;

/// Five customers, of whom 2 and 3 have a sale each and 2 a card.
async fn five() -> World {
    let world = World::new();
    for id in 1..=CUSTOMERS {
        world.add(&content(id, 15)).await;
    }
    world.load(CARDS).await;
    world.send(&associate("6006490000000001", "2")).await.unwrap();
    for id in [2, 3] {
        world.send(&sale(id, id, 500)).await.unwrap();
    }
    world
}

async fn merged(world: &World, ids: &[u64]) -> u64 {
    inner(&world.send(&merge(ids)).await.unwrap(), "CustomerID").parse().unwrap()
}

async fn all(world: &World, ended: &[u64]) -> Vec<(crate::store::Key, Vec<u8>)> {
    state(&*world.gateway.store, ended).await
}

/// The refusal ends with what has changed.
async fn check_refused(world: &World, id: u64, changed: &str) {
    let refusal = world.refused(&unmerge(id)).await;
    assert_code(&refusal, Code::MergeCustomerCreationException);
    assert!(refusal.message.ends_with(changed), "{}", refusal.message);
}

fn update(id: u64) -> String {
    customer_request("updateCustomer", &format!("<CustomerID>{id}</CustomerID><Source>web</Source>"))
}

#[tokio::test]
async fn m_8_a_chain_of_merges_is_taken_back_from_the_outside_in() {
    let world = five().await;
    let mut before = vec![all(&world, &[]).await];
    for (ids, result) in [([1, 2], 6), ([3, 6], 7), ([7, 4], 8)] {
        assert_eq!(merged(&world, &ids).await, result);
        before.push(all(&world, &[]).await);
    }
    before.pop();
    for (result, ended) in [(8, &[8][..]), (7, &[7, 8]), (6, &[6, 7, 8])] {
        for inside in 6..result {
            check_refused(&world, inside, "take that merge back first").await;
        }
        world.send(&unmerge(result)).await.unwrap();
        assert_eq!(all(&world, ended).await, before.pop().unwrap(), "after {result}");
    }
    let kept = world.gateway.store.scan(Collection::MergedBefore, prefix_range(&[]), 9).await.unwrap();
    assert_eq!(kept, [], "nothing is kept of merges that were taken back");
}

#[tokio::test]
async fn m_8_the_same_outer_merge_can_be_made_and_taken_back_again() {
    let world = five().await;
    let first = all(&world, &[]).await;
    let inside = merged(&world, &[1, 2]).await;
    let before = all(&world, &[]).await;
    let mut ended = Vec::new();
    for _ in 0..3 {
        let outside = merged(&world, &[3, inside]).await;
        world.send(&unmerge(outside)).await.unwrap();
        ended.push(outside);
        assert_eq!(all(&world, &ended).await, before);
    }
    world.send(&unmerge(inside)).await.unwrap();
    ended.push(inside);
    assert_eq!(all(&world, &ended).await, first);
}

/// Whatever happens to the result of the inner merge, and whenever, it counts.
#[tokio::test]
async fn m_8_a_change_before_or_after_an_outer_merge_still_counts() {
    let cases = [
        (update(6), "customer record"),
        (associate("6006490000000002", "6"), "cards, customer record"),
        (sale(6, 9, 700), "transactions"),
    ];
    for (request, changed) in &cases {
        for rounds in [[1, 1], [0, 1], [1, 0], [2, 1], [1, 2]] {
            let world = five().await;
            assert_eq!(merged(&world, &[1, 2]).await, 6);
            for (number, count) in rounds.into_iter().enumerate() {
                for _ in 0..count {
                    let outside = merged(&world, &[6, 3]).await;
                    world.send(&unmerge(outside)).await.unwrap();
                }
                if number == 0 {
                    world.send(request).await.unwrap();
                }
            }
            check_refused(&world, 6, &format!(": {changed}")).await;
        }
    }
}

/// M-8: an outer merge and its taking back leave the sums of its members and whom they were merged from alone.
#[tokio::test]
async fn m_8_an_outer_merge_writes_nothing_of_what_is_inside_its_members() {
    let world = five().await;
    let inside = merged(&world, &[1, 2]).await;
    let keys: Vec<_> = [key::sums(CustomerId(inside))]
        .into_iter()
        .chain([1, 2].map(|id| key::customer(CustomerId(id))))
        .chain([1, 2].map(|id| key::merged_before(CustomerId(inside), CustomerId(id))))
        .collect();
    let store = &world.gateway.store;
    let before = store.get_many(&keys).await.unwrap();
    assert!(before.iter().all(Option::is_some));
    let outside = merged(&world, &[inside, 3]).await;
    assert_eq!(store.get_many(&keys).await.unwrap(), before);
    world.send(&unmerge(outside)).await.unwrap();
    assert_eq!(store.get_many(&keys).await.unwrap(), before);
}

/// Merges whoever became of these customers, once or several times with the taking back between; then takes all back.
async fn there_and_back(parts: Vec<u8>, sales: Vec<(u64, u64)>, merges: Vec<(Vec<u64>, u8)>) {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let world = World::on(Arc::clone(&store));
    for (id, parts) in (1..).zip(&parts) {
        world.add(&content(id, *parts)).await;
    }
    for (number, (id, cents)) in (0..).zip(sales) {
        world.send(&sale(id, number, cents)).await.unwrap();
    }
    let (mut made, mut ended) = (Vec::new(), Vec::new());
    for (ids, times) in merges {
        let mut ends = Vec::new();
        for id in &ids {
            ends.push(end_of(&*store, *id).await);
        }
        if ends.iter().all(|end| *end == ends[0]) {
            continue;
        }
        for time in (0..times).rev() {
            let before = all(&world, &ended).await;
            let result = merged(&world, &ids).await;
            if time == 0 {
                made.push((result, before));
            } else {
                world.send(&unmerge(result)).await.unwrap();
                ended.push(result);
                assert_eq!(all(&world, &ended).await, before);
            }
        }
    }
    while let Some((result, before)) = made.pop() {
        world.send(&unmerge(result)).await.unwrap();
        ended.push(result);
        // What ended in the meantime was not there before.
        assert_eq!(all(&world, &ended).await, before, "after {result}");
    }
}

proptest! {
    #![proptest_config(Config { cases: 48, ..Config::default() })]

    #[test]
    fn m_8_merges_in_any_order_taken_back_in_reverse_leave_the_first_customers(
        parts in proptest::collection::vec(0u8..16, CUSTOMERS as usize),
        sales in proptest::collection::vec((1..=CUSTOMERS, 0u64..100_000), 0..6),
        merges in proptest::collection::vec((proptest::collection::vec(1..=CUSTOMERS, 2..4), 1u8..4), 1..6),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        runtime.block_on(there_and_back(parts, sales, merges));
    }
}
