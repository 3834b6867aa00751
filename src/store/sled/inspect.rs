//! Reading everything that is stored and saying what is wrong with it, for `castile check`.
//!
//! Works on an open store, in batches, while commits go on: what looks wrong is read again before it is
//! reported. Damaged bytes are findings, never a panic. Deliberately absent: repair, and what the bodies mean.

use std::collections::BTreeMap;
use std::ops::{Bound, Range};

use ::sled::{IVec, Tree};

use super::packing::{self, Damage, HeadBody};
use super::trees::{ReadFailure, Trees, sequence_name};
use super::{Shared, SledStore};
use crate::store::{Collection, CommitNumber, Key, StoreError};

/// How many entries are read before progress is told and a waiting reopening is let through.
const BATCH_ENTRIES: usize = 1_000;

/// Something wrong. Texts name no customer data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Which record, log row, chunk or number.
    pub place: String,
    /// What is wrong there.
    pub problem: String,
}

/// How far an inspection is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Heads of records read.
    pub records: u64,
    /// Heads of log rows read.
    pub log_rows: u64,
    /// Chunks read.
    pub chunks: u64,
}

/// What [`SledStore::inspect`] reports while it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inspection {
    /// Told after every batch.
    Progress(Progress),
    /// Told as soon as it is found.
    Finding(Finding),
}

impl SledStore {
    /// Reads every record, log row, chunk and number, and reports each finding; answers how much was read.
    ///
    /// `sequences` says which sequence numbers which collection, by the first eight bytes of its ids: its
    /// next number must be greater than all of them. Blocks; takes about a second for 500 MB that are cached.
    pub fn inspect(&self, sequences: &[(&str, Collection)], report: &mut dyn FnMut(Inspection)) -> Progress {
        let mut inspector = Inspector {
            shared: &self.shared,
            report,
            progress: Progress::default(),
            newest: 0,
            highest: BTreeMap::new(),
        };
        inspector.walk("records", |trees| &trees.records, Inspector::record);
        inspector.walk("change log", |trees| &trees.log, Inspector::log_row);
        inspector.walk("chunks", |trees| &trees.chunks, Inspector::chunk);
        inspector.walk("numbers", |trees| &trees.numbers, Inspector::number);
        inspector.counters(sequences);
        inspector.blobs();
        inspector.progress
    }

    /// Up to `limit` keys with ids in `range`, ascending, whether or not their records are damaged.
    pub fn keys(
        &self,
        collection: Collection,
        range: &Range<Box<[u8]>>,
        limit: usize,
    ) -> Result<Vec<Key>, StoreError> {
        self.shared.with_trees(|trees| trees.keys(collection, range, limit))
    }

    /// The number that the next draw from a sequence begins with.
    pub fn next_of_sequence(&self, sequence: &str) -> Result<u64, StoreError> {
        let next = self.shared.with_trees(|trees| trees.number(&sequence_name(sequence)))?;
        Ok(next.unwrap_or(1))
    }
}

struct Inspector<'a> {
    shared: &'a Shared,
    report: &'a mut dyn FnMut(Inspection),
    progress: Progress,
    /// The greatest version seen.
    newest: CommitNumber,
    /// The greatest first number of the ids of each collection.
    highest: BTreeMap<Collection, u64>,
}

type Visit<'a> = fn(&mut Inspector<'a>, &Trees, &IVec, &IVec) -> Result<(), Finding>;

impl<'a> Inspector<'a> {
    fn walk(&mut self, name: &str, tree: fn(&Trees) -> &Tree, visit: Visit<'a>) {
        let mut from = Bound::Unbounded;
        loop {
            let batch = self.shared.with_trees(|trees| {
                let entries = tree(trees).range((from.clone(), Bound::Unbounded)).take(BATCH_ENTRIES);
                entries.collect::<Result<Vec<_>, _>>().map_err(|error| StoreError::Engine(error.to_string()))
            });
            let batch = match batch {
                Ok(batch) => batch,
                Err(error) => return self.find(name, format!("cannot be read on from here: {error}")),
            };
            let Some((last, _)) = batch.last() else { return };
            from = Bound::Excluded(last.clone());
            self.visit_all(&batch, visit);
            (self.report)(Inspection::Progress(self.progress));
        }
    }

    fn visit_all(&mut self, batch: &[(IVec, IVec)], visit: Visit<'a>) {
        let shared = self.shared;
        for (key, value) in batch {
            match shared.with_trees(|trees| Ok(visit(self, trees, key, value))) {
                Ok(Ok(())) => {}
                Ok(Err(finding)) => (self.report)(Inspection::Finding(finding)),
                Err(error) => self.find("an entry", error.to_string()),
            }
        }
    }

    fn find(&mut self, place: impl Into<String>, problem: impl Into<String>) {
        (self.report)(Inspection::Finding(finding(place, problem)));
    }

    fn record(&mut self, trees: &Trees, address: &IVec, value: &IVec) -> Result<(), Finding> {
        self.progress.records += 1;
        let known = address.first().and_then(|number| Collection::from_number(*number));
        let Some(collection) = known else {
            return Err(finding("a record", "is in a collection that this program does not know"));
        };
        let key = Key::new(collection, &address[1..]);
        let place = || key.to_string();
        let version = intact(trees, &trees.records, address, value, place)?;
        self.newest = self.newest.max(version);
        if let Some(number) = key.id.first_chunk() {
            let highest = self.highest.entry(collection).or_default();
            *highest = (*highest).max(u64::from_be_bytes(*number));
        }
        Ok(())
    }

    fn log_row(&mut self, trees: &Trees, address: &IVec, value: &IVec) -> Result<(), Finding> {
        self.progress.log_rows += 1;
        let Some((commit, position)) = packing::log_position(address) else {
            return Err(finding("a log row", "stands under a key that is none"));
        };
        let place = || format!("log row {commit}/{position}");
        let version = intact(trees, &trees.log, address, value, place)?;
        self.newest = self.newest.max(commit);
        if version != commit && version != 0 {
            return Err(finding(place(), "says that it was written by another commit"));
        }
        Ok(())
    }

    fn chunk(&mut self, trees: &Trees, key: &IVec, value: &IVec) -> Result<(), Finding> {
        self.progress.chunks += 1;
        let Some((address, version, index)) = packing::chunk_owner(key) else {
            return Err(finding("a chunk", "stands under a key that is none"));
        };
        let problem =
            match (packing::unpack_chunk(key, value), chunk_is_named(trees, address, version, index)) {
                (Ok(_), Ok(true)) => return Ok(()),
                (Err(damage), _) => format!("chunk {index}: {damage}"),
                (_, Ok(false)) => format!("chunk {index} of version {version} belongs to no record"),
                (_, Err(error)) => format!("chunk {index}: {error}"),
            };
        // A commit may have removed it since the batch was read.
        match trees.chunks.contains_key(key) {
            Ok(false) => Ok(()),
            Ok(true) | Err(_) => Err(finding(place_of(address), problem)),
        }
    }

    fn number(&mut self, trees: &Trees, address: &IVec, value: &IVec) -> Result<(), Finding> {
        let place = || format!("number {}", String::from_utf8_lossy(address.get(1..).unwrap_or_default()));
        intact(trees, &trees.numbers, address, value, place).map(drop)
    }

    fn counters(&mut self, sequences: &[(&str, Collection)]) {
        match self.shared.with_trees(Trees::last_commit) {
            Ok(last_commit) if last_commit >= self.newest => {}
            Ok(last_commit) => {
                let newest = self.newest;
                self.find("number last_commit", format!("is {last_commit}, but there is commit {newest}"));
            }
            Err(error) => self.find("number last_commit", error.to_string()),
        }
        for (sequence, collection) in sequences {
            let highest = self.highest.get(collection).copied().unwrap_or(0);
            match self.shared.with_trees(|trees| trees.number(&sequence_name(sequence))) {
                Ok(next) if next.unwrap_or(1) > highest => {}
                Ok(_) => self.find(
                    format!("sequence {sequence}"),
                    format!("would give out a number again: {collection:?} {highest} exists"),
                ),
                Err(error) => self.find(format!("sequence {sequence}"), error.to_string()),
            }
        }
    }

    /// sled never syncs its blob files, so this engine keeps every page too small for one.
    fn blobs(&mut self) {
        match std::fs::read_dir(self.shared.options.path.join("blobs")).map(Iterator::count) {
            Ok(0) => {}
            Ok(count) => {
                self.find("folder blobs", format!("holds {count} files that a power cut may damage"))
            }
            Err(error) => self.find("folder blobs", format!("cannot be listed ({error})")),
        }
    }
}

fn finding(place: impl Into<String>, problem: impl Into<String>) -> Finding {
    Finding { place: place.into(), problem: problem.into() }
}

/// The version of an undamaged entry; 0 if it has gone meanwhile.
fn intact(
    trees: &Trees,
    tree: &Tree,
    address: &IVec,
    value: &IVec,
    place: impl Fn() -> String,
) -> Result<CommitNumber, Finding> {
    match trees.found(tree, address, value) {
        Ok(record) => Ok(record.map_or(0, |record| record.version)),
        Err(ReadFailure::Damage(damage)) => Err(finding(place(), damage.to_string())),
        Err(ReadFailure::Sled(error)) => Err(finding(place(), error.to_string())),
    }
}

/// Does the head at `address` name this chunk?
fn chunk_is_named(trees: &Trees, address: &[u8], version: CommitNumber, index: u32) -> Result<bool, String> {
    let tree = if packing::is_log_address(address) { &trees.log } else { &trees.records };
    let Some(value) = tree.get(address).map_err(|error| error.to_string())? else { return Ok(false) };
    let head = packing::unpack_head(address, &value).map_err(|damage: Damage| damage.to_string())?;
    let named = |count| head.version == version && index < count;
    Ok(matches!(head.body, HeadBody::Chunked { count, .. } if named(count)))
}

fn place_of(address: &[u8]) -> String {
    if let Some((commit, position)) = packing::log_position(address) {
        return format!("log row {commit}/{position}");
    }
    let collection = address.first().and_then(|number| Collection::from_number(*number));
    collection.map_or("a record".to_owned(), |collection| Key::new(collection, &address[1..]).to_string())
}
