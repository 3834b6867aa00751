//! What only this engine promises: surviving kills, damage, full disks and failing syncs.

use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::AtomicBool;

use tempfile::{TempDir, tempdir};

use super::packing::{chunk_key, number_address, record_address};
use super::*;
use crate::store::{KEY_BYTES_MAX, prefix_range};

/// A disk with as much space, and as willing to sync, as the test says.
#[derive(Debug)]
struct TestDisk {
    free: AtomicU64,
    sync_fails: AtomicBool,
}

impl TestDisk {
    fn new() -> Arc<Self> {
        Arc::new(TestDisk { free: AtomicU64::new(u64::MAX), sync_fails: AtomicBool::new(false) })
    }
}

impl Disk for TestDisk {
    fn free_bytes(&self, _: &Path) -> io::Result<u64> {
        Ok(self.free.load(Ordering::Acquire))
    }

    fn sync(&self, file: &File) -> io::Result<()> {
        match self.sync_fails.load(Ordering::Acquire) {
            true => Err(io::Error::other("the test said so")),
            false => file.sync_data(),
        }
    }
}

fn options(folder: &Path) -> SledOptions {
    SledOptions { reserve_bytes: 0, cache_bytes: 16 * 1024 * 1024, ..SledOptions::new(folder) }
}

fn open(folder: &Path) -> SledStore {
    SledStore::open(options(folder)).expect("the store opens")
}

fn on_disk(disk: &Arc<TestDisk>, reserve_bytes: u64) -> (TempDir, SledStore) {
    let folder = tempdir().expect("a temporary folder");
    let disk: Arc<dyn Disk> = Arc::clone(disk) as _;
    let store = SledStore::open(SledOptions { disk, reserve_bytes, ..options(folder.path()) });
    (folder, store.expect("the store opens"))
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
async fn under_the_reserve_nothing_is_accepted_until_there_is_space() {
    let disk = TestDisk::new();
    let (_folder, store) = on_disk(&disk, 1_000);
    store.commit(put(1, vec![])).await.expect("accepted");
    disk.free.store(999, Ordering::Release);
    assert!(matches!(store.commit(put(2, vec![])).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.draw_ids("customer", 1).await, Err(StoreError::Unavailable(_))));
    let health = store.health().await;
    assert!(!health.writable && health.reason.is_some_and(|why| why.contains("store.reserve_bytes")));
    assert_eq!(body_length(&store, 1).await, Some(0), "reads go on");
    disk.free.store(1_000, Ordering::Release);
    store.commit(put(2, vec![])).await.expect("accepted again");
    assert!(store.health().await.writable);
}

#[tokio::test]
async fn a_failed_sync_stops_writing_for_good() {
    let disk = TestDisk::new();
    let (folder, store) = on_disk(&disk, 0);
    store.commit(put(1, vec![])).await.expect("accepted");
    disk.sync_fails.store(true, Ordering::Release);
    assert!(matches!(store.commit(put(2, vec![])).await, Err(StoreError::Engine(_))));
    disk.sync_fails.store(false, Ordering::Release);
    for id in 3..5 {
        assert!(matches!(store.commit(put(id, vec![])).await, Err(StoreError::Unavailable(_))));
    }
    let health = store.health().await;
    assert!(!health.writable && health.reason.is_some_and(|why| why.contains("sync")));
    assert_eq!(health.last_commit, 1, "the change that was not synced is not claimed");
    assert_eq!(body_length(&store, 1).await, Some(0), "reads go on");
    drop(store);
    let store = open(folder.path());
    store.commit(put(5, vec![])).await.expect("a new process writes again");
}

fn refusal(folder: &Path) -> String {
    match SledStore::open(options(folder)) {
        Err(StoreError::Engine(why)) => why,
        Err(other) => panic!("expected a refusal, got {other}"),
        Ok(_) => panic!("expected a refusal"),
    }
}

#[test]
fn a_folder_that_is_no_store_is_named_and_left_alone() {
    let folder = tempdir().expect("a folder");
    let check = |name: &str, make: &dyn Fn(&Path), expected: &str| {
        let path = folder.path().join(name);
        make(&path);
        let why = refusal(&path);
        assert!(why.contains(expected) && why.contains(name), "{name}: {why}");
    };
    let with_file = |path: &Path, file: &str| {
        fs::create_dir_all(path).expect("made");
        fs::write(path.join(file), "something").expect("written");
    };
    check("file", &|path| fs::write(path, "x").expect("written"), "is a file");
    check("letters", &|path| with_file(path, "letter.txt"), "holds 1 things but no store");
    check("half", &|path| with_file(path, "db"), "no `conf`");
    let foreign = |path: &Path| {
        let db = ::sled::Config::new().path(path).segment_size(2 * 1024 * 1024).open().expect("opened");
        db.insert("their", "data").expect("written");
    };
    check("foreign", &foreign, "of another program");
    let newer = |path: &Path| {
        drop(open(path));
        tamper(path, |trees| {
            let address = number_address("format");
            let head = packing::pack(&address, 0, &2_u64.to_be_bytes(), |_, _| {});
            trees.numbers.insert(address, head).expect("written");
        });
    };
    check("newer", &newer, "has layout 2");
}

#[test]
fn a_folder_in_use_is_said_to_be() {
    let folder = tempdir().expect("a folder");
    let _store = open(folder.path());
    assert!(refusal(folder.path()).contains("in use"));
}

#[tokio::test]
async fn a_store_whose_making_was_interrupted_is_made_anew() {
    let folder = tempdir().expect("a folder");
    fs::create_dir(folder.path().join("blobs")).expect("made");
    File::create(folder.path().join("conf")).expect("made");
    open(folder.path()).commit(put(1, vec![])).await.expect("accepted");
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

/// A small disk of our own; unmounted when dropped.
struct SmallDisk(TempDir);

impl SmallDisk {
    /// `None` where this process may not mount.
    fn mount(size: &str) -> Option<Self> {
        let folder = tempdir().expect("a folder");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"]).arg(folder.path());
        let mounted = mount.output().is_ok_and(|output| output.status.success());
        mounted.then(|| SmallDisk(folder))
    }

    fn path(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.path()).output();
    }
}

#[tokio::test]
async fn a_full_disk_refuses_and_then_goes_on() {
    let Some(disk) = SmallDisk::mount("24m") else {
        assert!(std::env::var_os("CI").is_none(), "no permission to mount a small disk");
        eprintln!("SKIPPED a_full_disk_refuses_and_then_goes_on: no permission to mount a small disk");
        return;
    };
    let ballast = disk.path().join("ballast");
    fs::write(&ballast, vec![0; 10 * 1024 * 1024]).expect("written");
    let store = open(&disk.path().join("store"));
    let (mut stored, mut refused) = (Vec::new(), Vec::new());
    for id in 0..2_000 {
        match store.commit(put(id, vec![id as u8; 20_000])).await {
            Ok(_) => stored.push(id),
            Err(StoreError::Unavailable(_)) => refused.push(id),
            // Not known until the engine opens again, which takes space: either is right.
            Err(StoreError::Engine(_)) => {}
            Err(other) => panic!("{other}"),
        }
        if refused.len() == 3 {
            break;
        }
    }
    assert!(!stored.is_empty() && refused.len() == 3, "the disk got full");
    fs::remove_file(&ballast).expect("removed");
    let after = 5_000;
    store.commit(put(after, vec![1])).await.expect("accepted again");
    for id in stored {
        assert_eq!(body_length(&store, id).await, Some(20_000), "acknowledged customer {id}");
    }
    for id in refused {
        assert_eq!(body_length(&store, id).await, None, "refused customer {id}");
    }
    assert!(store.metrics().reopens() > 0);
    store.draw_ids("customer", after).await.expect("drawn");
    store.draw_ids("customer", 1).await.expect("drawn");
    assert_eq!(findings(&store), []);
}
