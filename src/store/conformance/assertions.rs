//! Assertions, refusals and limits.

use super::*;
use crate::store::{
    Assertion, BODY_BYTES_MAX, CHANGE_ASSERTIONS_MAX, CHANGE_BYTES_MAX, CHANGE_KEYS_MAX, KEY_BYTES_MAX,
    StoreError, prefix_range,
};

async fn refused_at(store: &dyn Store, change: Change, index: usize) {
    match store.commit(change).await {
        Err(StoreError::Contention(at)) => assert_eq!(at, index),
        other => panic!("expected a contention, got {other:?}"),
    }
}

async fn unacceptable(store: &dyn Store, change: Change) {
    let answer = store.commit(change).await;
    assert!(matches!(answer, Err(StoreError::Unacceptable(_))), "got {answer:?}");
}

pub(super) async fn version_assertion(subject: &impl Subject) {
    let store = subject.open();
    let first = accept(&*store, put(&customer(1), "a")).await;
    let asserting = |version| {
        let mut change = put(&customer(1), "b");
        change.assert_version(customer(1), version);
        change
    };
    refused_at(&*store, asserting(first + 1), 0).await;
    let second = accept(&*store, asserting(first)).await;
    refused_at(&*store, asserting(first), 0).await;
    accept(&*store, delete(&customer(1))).await;
    refused_at(&*store, asserting(second), 0).await;
}

pub(super) async fn absent_assertion(subject: &impl Subject) {
    let store = subject.open();
    let mut create = put(&customer(1), "a");
    create.assert_absent(customer(1));
    accept(&*store, create.clone()).await;
    refused_at(&*store, create.clone(), 0).await;
    accept(&*store, delete(&customer(1))).await;
    accept(&*store, create).await;
}

/// Stores notes 1 to 5 of customer 7, asserts the range 7/2..7/5, lets `meddle` happen, and answers what
/// becomes of the change.
async fn range_after(subject: &impl Subject, meddle: Change) -> Result<CommitNumber, StoreError> {
    let store = subject.open();
    for sequence in 1..=5 {
        accept(&*store, put(&note(sequence), "n")).await;
    }
    let range = note(2).id..note(5).id;
    let scanned = store.scan(Collection::Note, range.clone(), 100).await.expect("readable");
    let mut change = put(&customer(7), "x");
    change.assert_range(Collection::Note, range, &scanned);
    accept(&*store, change.clone()).await;
    accept(&*store, meddle).await;
    store.commit(change).await
}

fn note(sequence: u64) -> Key {
    Key::numbered(Collection::Note, &[7, sequence])
}

pub(super) async fn range_assertion_sees_phantom_insert(subject: &impl Subject) {
    let between = Key::new(Collection::Note, [&note(3).id[..], &[0]].concat());
    assert!(matches!(range_after(subject, put(&between, "p")).await, Err(StoreError::Contention(0))));
}

pub(super) async fn range_assertion_sees_delete(subject: &impl Subject) {
    assert!(matches!(range_after(subject, delete(&note(4))).await, Err(StoreError::Contention(0))));
}

pub(super) async fn range_assertion_sees_rewrite(subject: &impl Subject) {
    assert!(matches!(range_after(subject, put(&note(2), "n")).await, Err(StoreError::Contention(0))));
}

pub(super) async fn range_assertion_ignores_outside(subject: &impl Subject) {
    let mut outside = put(&note(5), "the end is out");
    outside.delete(note(1)).put(Key::new(Collection::Reference, note(3).id), "another collection");
    range_after(subject, outside).await.expect("nothing inside the range changed");
}

pub(super) async fn refused_change_has_no_effect(subject: &impl Subject) {
    let store = subject.open();
    accept(&*store, put(&customer(1), "a")).await;
    let mut change = put(&customer(2), "b");
    change.put(customer(1), "changed").delete(customer(1)).deletes.clear();
    change.assert_absent(customer(1));
    refused_at(&*store, change, 0).await;
    let found = scan_all(&*store, Collection::Customer).await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].1.body, "a");
}

pub(super) async fn first_failing_assertion_is_named(subject: &impl Subject) {
    let store = subject.open();
    let version = accept(&*store, put(&customer(1), "a")).await;
    let mut change = Change::new();
    change.assert_version(customer(1), version).assert_absent(customer(2));
    change.assert_absent(customer(1)).assert_version(customer(2), 1);
    refused_at(&*store, change, 2).await;
}

pub(super) async fn assertion_on_own_writes_is_about_before(subject: &impl Subject) {
    let store = subject.open();
    let mut change = put(&customer(1), "a");
    change.assert_absent(customer(1));
    change.assert_range(Collection::Customer, prefix_range(&[]), &[]);
    accept(&*store, change).await;
}

pub(super) async fn key_named_twice_is_unacceptable(subject: &impl Subject) {
    let store = subject.open();
    let mut twice = put(&customer(1), "a");
    twice.put(customer(2), "b").put(customer(1), "c");
    unacceptable(&*store, twice).await;
    let mut both = put(&customer(1), "a");
    both.delete(customer(1));
    unacceptable(&*store, both).await;
    let mut deleted = delete(&customer(1));
    deleted.delete(customer(1));
    unacceptable(&*store, deleted).await;
    assert_eq!(scan_all(&*store, Collection::Customer).await, []);
}

pub(super) async fn limits_are_unacceptable(subject: &impl Subject) {
    let store = subject.open();
    let long = Key::new(Collection::Reference, vec![1; KEY_BYTES_MAX + 1]);
    unacceptable(&*store, put(&long, "x")).await;
    unacceptable(&*store, delete(&long)).await;
    unacceptable(&*store, put(&customer(1), vec![0; BODY_BYTES_MAX + 1])).await;
    let mut long_row = Change::new();
    long_row.log(vec![0; BODY_BYTES_MAX + 1]);
    unacceptable(&*store, long_row).await;
    let mut many = Change::new();
    many.puts = (0..=CHANGE_KEYS_MAX as u64).map(|id| (customer(id), "x".into())).collect();
    unacceptable(&*store, many).await;
    let mut heavy = Change::new();
    let body = bytes::Bytes::from(vec![0; BODY_BYTES_MAX]);
    heavy.log = vec![body; CHANGE_BYTES_MAX / BODY_BYTES_MAX + 1];
    unacceptable(&*store, heavy).await;
    let mut cautious = Change::new();
    cautious.assertions = vec![Assertion::Absent(customer(1)); CHANGE_ASSERTIONS_MAX + 1];
    unacceptable(&*store, cautious).await;
}

pub(super) async fn large_change_passes(subject: &impl Subject) {
    const KEYS: u64 = 5_000;
    let store = subject.open();
    let mut change = Change::new();
    for id in 0..KEYS {
        change.assert_absent(customer(id)).put(customer(id), "merged");
    }
    let number = accept(&*store, change).await;
    let found = scan_all(&*store, Collection::Customer).await;
    assert_eq!(found.len() as u64, KEYS);
    assert!(found.iter().all(|(_, record)| record.version == number && record.body == "merged"));
}
