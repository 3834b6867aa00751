//! Disks that are full or fail to sync.

use std::fs::File;
use std::io;
use std::process::Command;
use std::sync::atomic::AtomicBool;

use super::*;

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

fn on_disk(disk: &Arc<TestDisk>, reserve_bytes: u64) -> (TempDir, SledStore) {
    let folder = tempdir().expect("a temporary folder");
    let disk: Arc<dyn Disk> = Arc::clone(disk) as _;
    let store = SledStore::open(SledOptions { disk, reserve_bytes, ..options(folder.path()) });
    (folder, store.expect("the store opens"))
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
        let unmounted = Command::new("umount").arg(self.path()).status().is_ok_and(|status| status.success());
        assert!(unmounted || std::thread::panicking(), "the small disk is left behind");
    }
}

/// A store on a small disk (named first, so that it is unmounted last), which believes that there is space and runs into the end of it.
fn on_small_disk(test: &str, reserve_bytes: u64) -> Option<(SmallDisk, SledStore)> {
    let Some(small) = SmallDisk::mount("24m") else {
        assert!(std::env::var_os("CI").is_none(), "no permission to mount a small disk");
        eprintln!("SKIPPED {test}: no permission to mount a small disk");
        return None;
    };
    fs::write(small.path().join("other"), vec![0; 8 * 1024 * 1024]).expect("written");
    let options = options(&small.path().join("store"));
    let store = SledStore::open(SledOptions { disk: TestDisk::new(), reserve_bytes, ..options });
    Some((small, store.expect("the store opens")))
}

#[tokio::test]
async fn a_full_disk_refuses_and_then_goes_on() {
    let Some((small, store)) = on_small_disk("a_full_disk_refuses_and_then_goes_on", 0) else { return };
    fill_and_go_on(&store, &small).await;
}

#[tokio::test]
async fn ballast_lets_readers_read_on_a_full_disk() {
    let reserve = 4 * 16 * 1024 * 1024;
    let Some((small, store)) = on_small_disk("ballast_lets_readers_read_on_a_full_disk", reserve) else {
        return;
    };
    store.commit(put(9_000, vec![1])).await.expect("accepted");
    let ballast = small.path().join("store/ballast");
    assert_eq!(fs::metadata(&ballast).expect("kept").len(), 4 * 1024 * 1024);
    for id in 10_000..12_000 {
        // The change that meets the end of the disk may be stored or refused; both are told as they are.
        let accepted = store.commit(put(id, vec![1; 20_000])).await.is_ok();
        assert_eq!(body_length(&store, id).await.is_some(), accepted);
        if store.metrics().reopens() > 0 {
            break;
        }
    }
    assert_eq!(store.metrics().reopens(), 1, "it opened again at once");
    assert!(!ballast.exists());
    assert_eq!(body_length(&store, 9_000).await, Some(1));
    fill_and_go_on(&store, &small).await;
    assert_eq!(fs::metadata(&ballast).expect("made again").len(), 4 * 1024 * 1024);
}

/// Writes until the disk is full, makes space, and proves that exactly what was acknowledged is there.
async fn fill_and_go_on(store: &SledStore, small: &SmallDisk) {
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
    fs::remove_file(small.path().join("other")).expect("removed");
    let after = 5_000;
    store.commit(put(after, vec![1])).await.expect("accepted again");
    for id in stored {
        assert_eq!(body_length(store, id).await, Some(20_000), "acknowledged customer {id}");
    }
    for id in refused {
        assert_eq!(body_length(store, id).await, None, "refused customer {id}");
    }
    assert!(store.metrics().reopens() > 0);
    store.draw_ids("customer", 20_000).await.expect("drawn");
    assert_eq!(findings(store), []);
}
