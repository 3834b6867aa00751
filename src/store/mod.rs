//! The store port: what every engine behind Castile keeps, and nothing of how.
//!
//! A [`Change`] is data (assertions, puts, deletes, log rows); it names no tree, table or packing, so that
//! an embedded engine and a PostgreSQL-wire database can both stand behind it. Reads are read-committed,
//! not a snapshot: whatever a decision rests on stands in the change as an [`Assertion`], and the engine
//! decides the change against the newest state or refuses it with [`StoreError::Contention`].
//! An acknowledged commit is durable. Deliberately absent: closures, cursors held open, transactions over
//! several calls, deletion of ranges.
//!
//! Where things stand: [`MemoryStore`] for tests, [`SledStore`] for service, [`FaultyStore`] to prove that
//! callers bear a commit that fails; `decide` holds the one decision that all engines share, and the
//! conformance suite holds every engine to this page.

pub mod batch;
pub mod cards;
mod change;
mod committer;
#[cfg(test)]
mod conformance;
mod decide;
mod faulty;
mod key;
mod memory;
mod metrics;
pub mod record;
pub mod sled;
pub mod successor;

pub use faulty::{Fault, FaultyStore};
pub use key::{fingerprint, fingerprint_of_records, prefix_range};
pub use memory::MemoryStore;
pub use metrics::Metrics;
pub use sled::{SledOptions, SledStore};

use std::ops::Range;

use async_trait::async_trait;
use bytes::Bytes;

/// The durable number of a commit: grows by at least one with every change, never repeats.
pub type CommitNumber = u64;

/// What a key names. The discriminant is stored: never renumber, only add.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Collection {
    /// Customer id (u64, big-endian) → the customer's record.
    Customer = 1,
    /// Customer id, note sequence (u64s, big-endian) → the note.
    Note = 2,
    /// TypeCode, 0x00, AlternateID → customer id. Holds active keys of active customers only.
    AlternateKey = 3,
    /// User, 0x00, MessageID → what was answered.
    Idempotency = 4,
    /// Reference data: kind, 0x00, code.
    Reference = 5,
    /// Card number → the card with its accounts. Its version guards everything below that belongs to the card.
    Card = 10,
    /// Serial number → card number.
    CardSerial = 11,
    /// Customer id (u64, big-endian), card number → the link between them.
    CustomerCard = 12,
    /// Card number, 0x00, place (u32, big-endian) → customer id: the card's customers in the order of association.
    CardHolder = 13,
    /// Account id, activity sequence (u64s, big-endian) → what happened to the account.
    AccountActivity = 14,
    /// Card number, 0x00, coupon id (u64, big-endian) → a coupon that was issued for the card.
    Coupon = 15,
    /// Card number → how often it was asked with a wrong PIN since the last right one.
    PinAttempts = 16,
    /// Customer id, number (u64s, big-endian) → a transaction. Written once.
    Transaction = 20,
    /// TransactionID → the customer id and number of the transaction.
    TransactionId = 21,
    /// Customer id (u64, big-endian) → the sums of its transactions.
    ActivitySums = 22,
    /// Successor's and member's customer ids (u64s, big-endian) → the member's record as it was before the merge.
    MergedBefore = 30,
    /// Customer id (u64, big-endian), promotion id → the customer became a target by a merge.
    PromotionTarget = 31,
    /// Run id, counted downwards (u64, big-endian; the newest is first) → a batch run with its position.
    BatchRun = 40,
    /// Run id, record index (u64s, big-endian) → a record of a batch run that failed.
    BatchFailure = 41,
    /// Run id, record index, number (u64s, big-endian) → what of a record of a batch run was not heeded.
    BatchWarning = 42,
}

/// A key: a collection and the bytes that order it inside. At most [`KEY_BYTES_MAX`] bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    /// Which collection.
    pub collection: Collection,
    /// Compared bytewise; numbers are big-endian, never decimal text.
    pub id: Box<[u8]>,
}

/// The longest `Key::id`.
pub const KEY_BYTES_MAX: usize = 1_000;
/// The largest body of one record; engines chunk as they need below it.
pub const BODY_BYTES_MAX: usize = 4 * 1024 * 1024;
/// The most keys of one change, puts and deletes together: a merge of ten customers with 5,000 keys each.
pub const CHANGE_KEYS_MAX: usize = 65_536;
/// The most assertions of one change.
pub const CHANGE_ASSERTIONS_MAX: usize = 65_536;
/// The most log rows of one change; each is at most [`BODY_BYTES_MAX`] long.
pub const CHANGE_LOG_ROWS_MAX: usize = 65_536;
/// The most bytes that all bodies and log rows of one change hold together.
pub const CHANGE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// The most numbers that one [`Store::draw_ids`] takes.
pub const IDS_DRAWN_MAX: u64 = 1_000_000;
/// The longest name of a sequence.
pub const SEQUENCE_NAME_BYTES_MAX: usize = 100;

/// A stored body with the commit that last wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The commit that wrote this body; what [`Assertion::Version`] compares.
    pub version: CommitNumber,
    /// The bytes as they were put. The checksum has been checked.
    pub body: Bytes,
}

/// What must still hold when a change is decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assertion {
    /// The record exists and was last written by this commit.
    Version(Key, CommitNumber),
    /// There is no record.
    Absent(Key),
    /// The keys and versions in `collection[range]` hash to this fingerprint.
    Range(Collection, Range<Box<[u8]>>, u64),
}

/// Everything that one request changes: applied whole or not at all.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// Checked against the newest state, the changes decided before in the same batch included.
    pub assertions: Vec<Assertion>,
    /// Written over whatever is there. A key stands at most once in `puts` and `deletes` together.
    pub puts: Vec<(Key, Bytes)>,
    /// Removed; one that is not there is no error.
    pub deletes: Vec<Key>,
    /// Rows of the change log, stored under (commit number, position in this list).
    pub log: Vec<Bytes>,
}

/// One row of the change log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// The commit it belongs to.
    pub commit: CommitNumber,
    /// Its position among the commit's rows, from 0.
    pub position: u32,
    /// As it was put.
    pub body: Bytes,
}

/// How the store is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Would a commit be accepted now?
    pub writable: bool,
    /// If not: what is wrong and what to do, for the operator.
    pub reason: Option<String>,
    /// What keeps it from writing, all of it.
    pub obstacles: Vec<Obstacle>,
    /// Changes that wait to be stored.
    pub waiting: usize,
    /// Free bytes where the data is, if that is known.
    pub free_bytes: Option<u64>,
    /// Bytes that the store takes, if that is known.
    pub used_bytes: Option<u64>,
    /// The number of the newest commit.
    pub last_commit: CommitNumber,
}

impl Health {
    /// Is too little of the disk free?
    pub fn lacks_space(&self) -> bool {
        self.obstacles.contains(&Obstacle::Space)
    }

    /// Has what stores changes ended, or does it not get on?
    pub fn lacks_committer(&self) -> bool {
        self.obstacles.contains(&Obstacle::Committer)
    }
}

/// What can keep a store from writing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// What stores changes has ended, or does not get on.
    Committer,
    /// Too little of the disk is free, or nobody knows how much.
    Space,
    /// The engine is closed after an error.
    Engine,
}

/// Why the store refused. A refused change has had no effect.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// An assertion does not hold (its index in the change); read again and decide again.
    #[error("assertion {0} of the change does not hold any more")]
    Contention(usize),
    /// No writes now (disk full, shutting down): may be tried later.
    #[error("the store takes no writes: {0}")]
    Unavailable(String),
    /// A change breaks a limit of the port; a programming error.
    #[error("the change is not acceptable: {0}")]
    Unacceptable(String),
    /// A record does not have the checksum that it was written with, or its chunks do not fit together.
    #[error("record {0} is damaged")]
    Corrupt(String),
    /// The engine failed; whether the change is stored is not known until the store is opened again.
    #[error("the store engine failed: {0}")]
    Engine(String),
}

/// The reading half of the port.
#[async_trait]
pub trait Reads: Send + Sync {
    /// The record under `key`.
    async fn get(&self, key: &Key) -> Result<Option<Record>, StoreError>;

    /// The records under `keys`, in their order.
    async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError>;

    /// Up to `limit` records of `collection` with ids in `range`, ascending.
    async fn scan(
        &self,
        collection: Collection,
        range: Range<Box<[u8]>>,
        limit: usize,
    ) -> Result<Vec<(Key, Record)>, StoreError>;
}

/// The port. Object-safe; every engine passes the conformance suite.
#[async_trait]
pub trait Store: Reads {
    /// Decides the change and, if its assertions hold, stores it durably before it answers. A caller that
    /// stops waiting does not withdraw the change: whether it was stored is then found out by reading.
    async fn commit(&self, change: Change) -> Result<CommitNumber, StoreError>;

    /// Up to `limit` rows of the change log from commit `from` on, ascending.
    async fn read_log(&self, from: CommitNumber, limit: usize) -> Result<Vec<LogRow>, StoreError>;

    /// Takes `count` numbers (1 to [`IDS_DRAWN_MAX`]) from a durable sequence that starts at 1; no number
    /// is given out twice, whatever happens. Numbers taken and not used are lost.
    async fn draw_ids(&self, sequence: &str, count: u64) -> Result<Range<u64>, StoreError>;

    /// Space and condition.
    async fn health(&self) -> Health;
}
