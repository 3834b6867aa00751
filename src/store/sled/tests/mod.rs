//! What only this engine promises: here surviving a kill, closing and leaving no chunk behind.

mod damage;
mod folder;
mod space;

use std::fs;
use std::path::Path;

use tempfile::{TempDir, tempdir};

use super::*;
use crate::store::KEY_BYTES_MAX;

fn options(folder: &Path) -> SledOptions {
    SledOptions { reserve_bytes: 0, cache_bytes: 16 * 1024 * 1024, ..SledOptions::new(folder) }
}

fn open(folder: &Path) -> SledStore {
    SledStore::open(options(folder)).expect("the store opens")
}

fn customer(id: u64) -> Key {
    Key::numbered(Collection::Customer, &[id])
}

fn put(id: u64, body: Vec<u8>) -> Change {
    let mut change = Change::new();
    change.put(customer(id), body).log("row");
    change
}

fn delete(id: u64) -> Change {
    let mut change = Change::new();
    change.delete(customer(id));
    change
}

async fn body_length(store: &SledStore, id: u64) -> Option<usize> {
    store.get(&customer(id)).await.expect("readable").map(|record| record.body.len())
}

fn findings(store: &SledStore) -> Vec<Finding> {
    let mut findings = Vec::new();
    store.inspect(&[("customer", Collection::Customer)], &mut |event| match event {
        Inspection::Finding(finding) => findings.push(finding),
        Inspection::Progress(_) => {}
    });
    findings
}

/// Opens the trees of a closed store without the engine, to put something wrong into them.
fn tamper(folder: &Path, how: impl FnOnce(&Trees)) {
    let trees = Trees::open(&options(folder)).expect("the trees open");
    how(&trees);
    trees.db.flush().expect("flushed");
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("listed") {
        let entry = entry.expect("listed");
        let to = to.join(entry.file_name());
        match entry.file_type().expect("known").is_dir() {
            true => copy_folder(&entry.path(), &to),
            false => drop(fs::copy(entry.path(), to).expect("copied")),
        }
    }
}

#[tokio::test]
async fn a_kill_loses_nothing_acknowledged() {
    let (folder, copies) = (tempdir().expect("a folder"), tempdir().expect("a folder"));
    let store = open(folder.path());
    store.draw_ids("customer", 1_000).await.expect("drawn");
    for id in 1..=30 {
        store.commit(put(id, vec![1; id as usize * 700])).await.expect("accepted");
        // What a killed process leaves is what the files hold now.
        let copy = copies.path().join(id.to_string());
        copy_folder(folder.path(), &copy);
        let copy = open(&copy);
        for there in 1..=id {
            assert_eq!(body_length(&copy, there).await, Some(there as usize * 700));
        }
        assert_eq!(copy.read_log(0, usize::MAX).await.expect("readable").len() as u64, id);
        assert!(copy.draw_ids("customer", 1).await.expect("drawn").start >= 1_001);
        assert_eq!(findings(&copy), []);
    }
}

#[tokio::test]
async fn numbers_seen_before_a_kill_are_not_given_again() {
    let (folder, copy) = (tempdir().expect("a folder"), tempdir().expect("a folder"));
    let store = open(folder.path());
    store.commit(put(1, vec![])).await.expect("accepted");
    copy_folder(folder.path(), copy.path());
    let seen = store.commit(put(1, vec![1])).await.expect("accepted");
    let again = open(copy.path()).commit(put(1, vec![2])).await.expect("accepted");
    assert!(again > seen, "{again} must not be one that the lost part of the log had");
}

#[tokio::test]
async fn closing_stores_what_waits_and_refuses_what_comes() {
    let folder = tempdir().expect("a folder");
    let store = Arc::new(open(folder.path()));
    let waiting: Vec<_> = (0..100)
        .map(|id| {
            let store = Arc::clone(&store);
            tokio::spawn(async move { store.commit(put(id, vec![1; 100])).await })
        })
        .collect();
    tokio::task::yield_now().await;
    store.close().await;
    store.close().await;
    let mut stored = 0;
    for (id, answer) in (0..).zip(waiting) {
        let accepted = answer.await.expect("no panic").is_ok();
        assert_eq!(body_length(&store, id).await.is_some(), accepted);
        stored += usize::from(accepted);
    }
    assert!(stored > 0);
    assert!(matches!(store.commit(put(1, vec![])).await, Err(StoreError::Unavailable(_))));
    assert!(!store.health().await.writable);
}

#[tokio::test]
async fn no_chunk_is_left_behind() {
    let folder = tempdir().expect("a folder");
    let store = open(folder.path());
    store.draw_ids("customer", 10).await.expect("drawn");
    for size in [100_000, 200_000, 10, 50_000, 50_000, 0, 6_000, 60_000] {
        store.commit(put(1, vec![7; size])).await.expect("accepted");
        assert_eq!(findings(&store), [], "{size} bytes");
    }
    store.commit(delete(1)).await.expect("accepted");
    let progress = store.inspect(&[], &mut |_| {});
    assert_eq!((progress.records, progress.chunks, progress.log_rows), (0, 0, 8));
}

#[tokio::test]
async fn chunks_rewritten_within_one_group_are_removed() {
    let folder = tempdir().expect("a folder");
    let store = Arc::new(open(folder.path()));
    store.draw_ids("customer", 10).await.expect("drawn");
    let mut writers = tokio::task::JoinSet::new();
    for seed in 0..200_u8 {
        let store = Arc::clone(&store);
        writers.spawn(async move { store.commit(put(1, vec![seed; 20_000])).await.expect("accepted") });
    }
    writers.join_all().await;
    let metrics = store.metrics();
    assert_eq!(metrics.commits(), 200);
    assert!(metrics.groups() < 200, "some were stored together");
    assert_eq!(findings(&store), []);
}

#[tokio::test]
async fn long_keys_make_no_blob_files() {
    let folder = tempdir().expect("a folder");
    let store = open(folder.path());
    for round in 0..40_u64 {
        let mut change = Change::new();
        for index in 0..50_u64 {
            let spread = (round * 50 + index).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
            let id: Vec<u8> = spread.iter().copied().cycle().take(KEY_BYTES_MAX).collect();
            change.put(Key::new(Collection::Idempotency, id), vec![7; 5_980]);
        }
        store.commit(change).await.expect("accepted");
    }
    assert_eq!(findings(&store), []);
}
