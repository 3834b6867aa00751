//! Damaged records, chunks, counters and files: errors and findings, never a panic.

use super::*;
use crate::store::prefix_range;
use crate::store::sled::packing::{chunk_key, number_address, record_address};

/// Stores a short and a long record, closes, tampers, opens again.
async fn tampered(how: impl FnOnce(&Trees, CommitNumber)) -> (TempDir, SledStore) {
    let folder = tempdir().expect("a folder");
    let store = open(folder.path());
    store.draw_ids("customer", 10).await.expect("drawn");
    store.commit(put(1, vec![1; 100])).await.expect("accepted");
    let long = store.commit(put(2, vec![2; 30_000])).await.expect("accepted");
    drop(store);
    tamper(folder.path(), |trees| how(trees, long));
    let store = open(folder.path());
    (folder, store)
}

fn flip(tree: &::sled::Tree, key: &[u8], at: usize) {
    let mut value = tree.get(key).expect("readable").expect("there").to_vec();
    value[at] ^= 0x10;
    tree.insert(key, value).expect("written");
}

async fn only_damaged(store: &SledStore, id: u64, problem: &str) {
    let answer = store.get(&customer(id)).await;
    assert!(matches!(answer, Err(StoreError::Corrupt(_))), "got {answer:?}");
    let scanned = store.scan(Collection::Customer, prefix_range(&[]), 10).await;
    assert!(matches!(scanned, Err(StoreError::Corrupt(_))), "got {scanned:?}");
    assert!(body_length(store, 3 - id).await.is_some(), "the other record is not touched");
    let findings = findings(store);
    let named =
        |finding: &Finding| finding.place == format!("Customer {id}") && finding.problem.contains(problem);
    assert!(findings.iter().any(named), "{findings:?}");
    store.commit(put(id, vec![])).await.expect("writing it anew is the way out");
    assert_eq!(body_length(store, id).await, Some(0));
}

#[tokio::test]
async fn a_flipped_bit_is_corrupt_not_a_panic() {
    let (_folder, store) = tampered(|trees, _| flip(&trees.records, &record_address(&customer(1)), 50)).await;
    only_damaged(&store, 1, "checksum").await;
}

#[tokio::test]
async fn a_flipped_bit_in_a_chunk_is_corrupt() {
    let at = |version| chunk_key(&record_address(&customer(2)), version, 3);
    let (_folder, store) = tampered(|trees, version| flip(&trees.chunks, &at(version), 500)).await;
    only_damaged(&store, 2, "checksum").await;
}

#[tokio::test]
async fn a_missing_chunk_is_corrupt() {
    let (_folder, store) = tampered(|trees, version| {
        let key = chunk_key(&record_address(&customer(2)), version, 1);
        trees.chunks.remove(key).expect("removed").expect("was there");
    })
    .await;
    only_damaged(&store, 2, "missing").await;
}

#[tokio::test]
async fn inspection_finds_orphans_foreign_keys_and_lagging_counters() {
    let (_folder, store) = tampered(|trees, version| {
        let orphan = chunk_key(&record_address(&customer(9)), version, 0);
        let kept = trees.chunks.iter().next().expect("chunks").expect("readable").1;
        trees.chunks.insert(orphan, kept).expect("written");
        trees.chunks.insert(b"x", b"x").expect("written");
        trees.records.insert([0xee, 1], b"x").expect("written");
        trees.log.insert(b"odd", b"x").expect("written");
        for name in ["last_commit", "sequence/customer"] {
            let address = number_address(name);
            let head = packing::pack(&address, 0, &1_u64.to_be_bytes(), |_, _| {});
            trees.numbers.insert(address, head).expect("written");
        }
    })
    .await;
    let findings = findings(&store);
    let places: Vec<&str> = findings.iter().map(|finding| finding.place.as_str()).collect();
    let expected =
        ["a record", "a log row", "Customer 9", "a chunk", "number last_commit", "sequence customer"];
    assert_eq!(places, expected, "{findings:?}");
}

#[tokio::test]
async fn damaged_files_never_panic() {
    let (original, copies) = (tempdir().expect("a folder"), tempdir().expect("a folder"));
    let store = open(original.path());
    for id in 0..20 {
        store.commit(put(id, vec![id as u8; 3_000])).await.expect("accepted");
    }
    drop(store);
    let size = fs::metadata(original.path().join("db")).expect("there").len();
    for step in 0..12 {
        let copy = copies.path().join(step.to_string());
        copy_folder(original.path(), &copy);
        let file = copy.join("db");
        let mut bytes = fs::read(&file).expect("read");
        for at in (step * 977..size.min(70_000)).step_by(9_000) {
            bytes[at as usize] ^= 0x55;
        }
        fs::write(&file, bytes).expect("written");
        let Ok(store) = SledStore::open(options(&copy)) else { continue };
        for id in 0..20 {
            if let Ok(Some(record)) = store.get(&customer(id)).await {
                assert_eq!(record.body, vec![id as u8; 3_000], "what is answered is what was stored");
            }
        }
        findings(&store);
    }
}
