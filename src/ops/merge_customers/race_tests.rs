//! Merges whose commit fails, and merges while others are at work on the same customers: one of the serial outcomes.

use std::sync::Arc;

use super::proof_tests::{check, content, customers, end_of, merge, sale, state, unmerge};
use crate::domain::error::Code;
use crate::ops::testing::*;
use crate::store::record::{decode_sums, key};
use crate::store::{Collection, Fault, FaultyStore, MemoryStore};

async fn three(world: &World) {
    for id in 1..=3 {
        world.add(&content(id, 15)).await;
    }
    world.send(&sale(2, 1, 500)).await.unwrap();
}

/// Whatever commit fails, and however: all of a merge is there or nothing, and so of its taking back.
#[tokio::test]
async fn m_7_a_failing_commit_leaves_all_or_nothing() {
    for fault in [Fault::Refused, Fault::AnswerLost] {
        for message in [None, Some("m")] {
            for of_unmerge in [false, true] {
                let memory = MemoryStore::new();
                let store = Arc::new(FaultyStore::new(memory.clone()));
                let world = World::on(store.clone());
                three(&world).await;
                let mut request = merge(&[1, 2, 3]);
                if of_unmerge {
                    world.send(&request).await.unwrap();
                    request = unmerge(4);
                }
                let before = state(&memory, &[]).await;
                store.fail_commit(store.commit_count() + 1, fault);
                let refusal = world.send_as(&request, message).await.unwrap_err();
                assert!(refusal.code.retryable(), "{refusal:?}");
                let done = state(&memory, &[]).await != before;
                assert_eq!(done, matches!(fault, Fault::AnswerLost));
                check(&*world.gateway.store, &[(2, 500)], &[15; 3]).await;
                let again = world.send_as(&request, message).await;
                // Done and not known as the same message, it is too late: one customer is left, or none to take back.
                assert_eq!(again.is_ok(), message.is_some() || !done, "{again:?}");
                check(&*world.gateway.store, &[(2, 500)], &[15; 3]).await;
            }
        }
    }
}

/// Runs the requests at once; which of them were carried out.
async fn at_once(world: &Arc<World>, requests: Vec<String>) -> Vec<Result<String, Code>> {
    let send = |request: String| {
        let world = Arc::clone(world);
        tokio::spawn(async move { world.send(&request).await.map_err(|refusal| refusal.code) })
    };
    let mut told = Vec::new();
    for task in requests.into_iter().map(send).collect::<Vec<_>>() {
        told.push(task.await.unwrap());
    }
    told
}

/// Two merges that share a customer: one after the other, so the second takes the result of the first.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m_2_two_merges_that_share_a_customer_follow_each_other() {
    for _ in 0..20 {
        let world = Arc::new(World::new());
        three(&world).await;
        let told = at_once(&world, vec![merge(&[1, 2]), merge(&[2, 3])]).await;
        assert!(told.iter().all(Result::is_ok), "{told:?}");
        let store = &*world.gateway.store;
        let active = customers(store).await.into_iter().filter(|customer| customer.active);
        let [end] = active.collect::<Vec<_>>().try_into().expect("one is left");
        assert!(end.active_keys().count() == 6 && end.members.len() == 2, "{end:?}");
        for id in 1..=3 {
            assert_eq!(end_of(store, id).await, end.id.0);
        }
        let sums = store.get(&key::sums(end.id)).await.unwrap().unwrap();
        assert_eq!(decode_sums(&sums.body).unwrap().summary.lifetime.transaction_count, 1);
    }
}

/// A merge against an update, a sale and an association of its target: each is there, on one side of the merge.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn m_2_a_merge_and_what_happens_to_its_target_are_one_after_the_other() {
    for round in 0..20 {
        let world = Arc::new(World::new());
        three(&world).await;
        world.load(CARDS).await;
        let by_key = alternate_key("XSTORE_ID", "k2");
        let update = customer_request(
            "updateCustomer",
            &format!("{by_key}<CustomerNotes><CustomerNote>new</CustomerNote></CustomerNotes>"),
        );
        let sale = sale(2, 9, 700).replace("<CustomerID>2</CustomerID>", &by_key);
        let card = associate("6006490000000001", "2").replace("<CustomerID>2</CustomerID>", &by_key);
        let mut requests = vec![update, sale, card];
        requests.insert(round % 4, merge(&[1, 2]));
        let told = at_once(&world, requests).await;
        assert!(told.iter().all(Result::is_ok), "{told:?}");
        let store = &*world.gateway.store;
        let result =
            customers(store).await.into_iter().find(|customer| !customer.members.is_empty()).unwrap();
        let sums = decode_sums(&store.get(&key::sums(result.id)).await.unwrap().unwrap().body).unwrap();
        assert_eq!(sums.summary.lifetime.sales_amount.to_string(), "12.00");
        let notes = store.scan(Collection::Note, key::notes_of(result.id), 99).await.unwrap();
        assert_eq!(notes.len(), 5, "two of each, and the new one");
        assert_eq!(result.card_count, 1);
    }
}
