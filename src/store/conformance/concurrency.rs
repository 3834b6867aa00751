//! Many writers and readers at once.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::task::JoinSet;

use super::*;
use crate::store::StoreError;

pub(super) async fn one_of_many_creators_wins(subject: &impl Subject) {
    let store = subject.open();
    let mut racers = JoinSet::new();
    for racer in 0..64_u64 {
        let store = Arc::clone(&store);
        racers.spawn(async move {
            let mut change = put(&customer(racer % 4), racer.to_string());
            change.assert_absent(customer(racer % 4)).log(racer.to_string());
            (racer, store.commit(change).await)
        });
    }
    let mut winners = Vec::new();
    while let Some(answer) = racers.join_next().await {
        match answer.expect("no racer panics") {
            (racer, Ok(number)) => winners.push((racer, number)),
            (_, Err(StoreError::Contention(0))) => {}
            (racer, Err(other)) => panic!("racer {racer}: {other}"),
        }
    }
    assert_eq!(winners.len(), 4, "one winner for each key");
    for (racer, number) in winners {
        let record = read(&*store, &customer(racer % 4)).await.expect("there");
        assert_eq!((record.version, record.body), (number, racer.to_string().into()));
    }
    assert_eq!(store.read_log(0, usize::MAX).await.expect("readable").len(), 4);
}

pub(super) async fn counted_increments_lose_nothing(subject: &impl Subject) {
    const WRITERS: u64 = 16;
    const STEPS: u64 = 10;
    let store = subject.open();
    accept(&*store, put(&customer(1), 0_u64.to_be_bytes().to_vec())).await;
    let mut writers = JoinSet::new();
    for _ in 0..WRITERS {
        let store = Arc::clone(&store);
        writers.spawn(async move {
            for _ in 0..STEPS {
                while !increment(&*store).await {}
            }
        });
    }
    writers.join_all().await;
    let body = read(&*store, &customer(1)).await.expect("there").body;
    assert_eq!(body, (WRITERS * STEPS).to_be_bytes()[..]);
}

async fn increment(store: &dyn Store) -> bool {
    let record = read(store, &customer(1)).await.expect("there");
    let count = u64::from_be_bytes(record.body[..].try_into().expect("eight bytes"));
    let mut change = put(&customer(1), (count + 1).to_be_bytes().to_vec());
    change.assert_version(customer(1), record.version);
    match store.commit(change).await {
        Ok(_) => true,
        Err(StoreError::Contention(0)) => false,
        Err(other) => panic!("{other}"),
    }
}

pub(super) async fn numbers_are_unique_and_grow(subject: &impl Subject) {
    let store = subject.open();
    let mut writers = JoinSet::new();
    for writer in 0..8_u64 {
        let store = Arc::clone(&store);
        writers.spawn(async move {
            let mut numbers = Vec::new();
            for _ in 0..20 {
                numbers.push(accept(&*store, put(&customer(writer), "x")).await);
            }
            numbers
        });
    }
    let numbers = writers.join_all().await;
    assert!(numbers.iter().all(|own| own.is_sorted()), "each writer sees its numbers grow");
    let all: BTreeSet<CommitNumber> = numbers.into_iter().flatten().collect();
    assert_eq!(all.len(), 160, "no number twice");
    assert_eq!(store.health().await.last_commit, *all.last().expect("not empty"));
}

/// Bodies are chunked by engines; a reader must see one writing of them, whole, never two in one.
pub(super) async fn readers_never_see_a_mix(subject: &impl Subject) {
    const REWRITES: u8 = 60;
    let store = subject.open();
    let size = |seed: u8| 20_000 + usize::from(seed % 7) * 9_000;
    accept(&*store, put(&customer(1), vec![0; size(0)])).await;
    let done = Arc::new(AtomicBool::new(false));
    let mut readers = JoinSet::new();
    for _ in 0..3 {
        let (store, done) = (Arc::clone(&store), Arc::clone(&done));
        readers.spawn(async move {
            let mut count = 0_u64;
            while !done.load(Ordering::Acquire) || count == 0 {
                let body = read(&*store, &customer(1)).await.expect("there").body;
                assert!(body.iter().all(|byte| *byte == body[0]) && body.len() == size(body[0]));
                count += 1;
                tokio::task::yield_now().await;
            }
        });
    }
    for seed in 1..=REWRITES {
        accept(&*store, put(&customer(1), vec![seed; size(seed)])).await;
    }
    done.store(true, Ordering::Release);
    readers.join_all().await;
}
