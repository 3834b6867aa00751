//! The conformance suite: what every engine keeps, one case a function, run on each engine by name.
//!
//! A case knows an engine only as a [`Subject`] that opens and reopens an `Arc<dyn Store>`. A new engine
//! adds one line to `suite!` below. Deliberately absent: what only one engine promises (crashes, damage,
//! full disks); those tests stand beside that engine.

mod assertions;
mod bodies;
mod concurrency;
mod log_and_ids;
mod records;

use std::sync::Arc;

use super::{
    Change, Collection, CommitNumber, FaultyStore, Key, MemoryStore, Record, SledOptions, SledStore, Store,
};

/// An engine under test. Dropping what `open` gave and opening again finds the same data.
pub(super) trait Subject {
    /// Opens the store; the one given before has been dropped.
    fn open(&self) -> Arc<dyn Store>;
}

/// Memory has no outside: reopening is another handle.
struct Memory(MemoryStore);

impl Subject for Memory {
    fn open(&self) -> Arc<dyn Store> {
        Arc::new(self.0.clone())
    }
}

/// The decorator with nothing armed must change nothing.
struct Faulty(MemoryStore);

impl Subject for Faulty {
    fn open(&self) -> Arc<dyn Store> {
        Arc::new(FaultyStore::new(self.0.clone()))
    }
}

/// The embedded engine in a folder of its own; nothing reserved, so that a small disk can run the tests.
struct Sled(tempfile::TempDir);

impl Sled {
    fn new() -> Self {
        Sled(tempfile::tempdir().expect("a temporary folder"))
    }
}

impl Subject for Sled {
    fn open(&self) -> Arc<dyn Store> {
        let mut options = SledOptions::new(self.0.path().join("store"));
        options.reserve_bytes = 0;
        Arc::new(SledStore::open(options).expect("the store opens"))
    }
}

macro_rules! cases {
    ($subject:expr, $($file:ident: $($case:ident),+;)+) => {
        $($(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                $file::$case(&$subject).await;
            }
        )+)+
    };
}

macro_rules! suite {
    ($engine:ident, $subject:expr) => {
        mod $engine {
            use super::*;
            cases! { $subject,
                records: absent_record_is_none, own_write_is_read, version_is_the_commit, overwrite_replaces,
                    delete_removes_and_bears_absence, get_many_keeps_the_order_asked,
                    scan_ascends_bytewise_and_stops_at_limit, scan_bounds_are_start_in_end_out,
                    scan_stays_in_its_collection, binary_ids_are_kept, longest_id_is_kept,
                    a_change_is_stored_whole, reopened_store_has_everything;
                assertions: version_assertion, absent_assertion, range_assertion_sees_phantom_insert,
                    range_assertion_sees_delete, range_assertion_sees_rewrite, range_assertion_ignores_outside,
                    refused_change_has_no_effect, first_failing_assertion_is_named, assertion_on_own_writes_is_about_before,
                    key_named_twice_is_unacceptable, limits_are_unacceptable, large_change_passes;
                bodies: every_size_comes_back, long_body_overwritten_and_deleted, long_body_in_scan_and_get_many,
                    long_log_rows_come_back;
                concurrency: one_of_many_creators_wins, counted_increments_lose_nothing,
                    numbers_are_unique_and_grow, readers_never_see_a_mix;
                log_and_ids: log_rows_have_commit_and_position, log_is_read_from_a_number_to_a_limit,
                    refused_change_logs_nothing, numbers_grow_across_reopen, an_empty_change_gets_a_number,
                    drawn_blocks_never_overlap, draws_start_at_one_and_sequences_are_separate,
                    drawn_blocks_never_overlap_across_reopen, unacceptable_draws, healthy_store_says_so;
            }
        }
    };
}

suite!(memory, Memory(MemoryStore::new()));
suite!(faulty_unarmed, Faulty(MemoryStore::new()));
suite!(sled, Sled::new());

/// The key of customer `id`.
fn customer(id: u64) -> Key {
    Key::numbered(Collection::Customer, &[id])
}

/// A change that writes one body.
fn put(key: &Key, body: impl Into<bytes::Bytes>) -> Change {
    let mut change = Change::new();
    change.put(key.clone(), body);
    change
}

/// A change that removes one record.
fn delete(key: &Key) -> Change {
    let mut change = Change::new();
    change.delete(key.clone());
    change
}

/// Commits what must be accepted.
async fn accept(store: &dyn Store, change: Change) -> CommitNumber {
    store.commit(change).await.expect("the change is acceptable")
}

/// Reads what must be readable.
async fn read(store: &dyn Store, key: &Key) -> Option<Record> {
    store.get(key).await.expect("the record is readable")
}

/// All records of a collection.
async fn scan_all(store: &dyn Store, collection: Collection) -> Vec<(Key, Record)> {
    let everything = super::prefix_range(&[]);
    store.scan(collection, everything, usize::MAX).await.expect("the collection is readable")
}

/// A body that differs in every stretch, and from that of another seed.
fn patterned(length: usize, seed: u8) -> Vec<u8> {
    (0..length).map(|index| (index / 251) as u8 ^ (index % 241) as u8 ^ seed.wrapping_mul(37)).collect()
}
