//! The customers that changed since the index was last written, in memory.
//!
//! Holds at most one entry a customer, each as it was when the log was read. Deliberately absent: reading of the log
//! and of records, which the engine does.

use std::collections::HashMap;

use super::marker::Marker;
use super::projection::{Projection, SortKey, Sought};
use crate::domain::identity::CustomerId;
use crate::store::CommitNumber;

/// What is ahead of the index.
#[derive(Debug)]
pub(super) struct Overlay {
    entries: HashMap<CustomerId, Entry>,
    /// How far the log has been read.
    pub(super) marker: Marker,
}

#[derive(Debug)]
struct Entry {
    /// The last commit that touched it.
    commit: CommitNumber,
    /// `None`: there is no such customer any more.
    projection: Option<std::sync::Arc<Projection>>,
}

/// What is to be written into the index: a customer, or that there is none.
pub(super) type Written = (CustomerId, Option<std::sync::Arc<Projection>>);

impl Overlay {
    /// Nothing is ahead of an index that is so far.
    pub(super) fn new(marker: Marker) -> Self {
        Overlay { entries: HashMap::new(), marker }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// A customer as it is after this commit.
    pub(super) fn put(&mut self, id: CustomerId, commit: CommitNumber, projection: Option<Projection>) {
        self.entries.insert(id, Entry { commit, projection: projection.map(std::sync::Arc::new) });
    }

    /// Everything, to be written.
    pub(super) fn to_write(&self) -> Vec<Written> {
        self.entries.iter().map(|(id, entry)| (*id, entry.projection.clone())).collect()
    }

    /// The index is so far now.
    pub(super) fn written(&mut self, reached: CommitNumber) {
        self.entries.retain(|_, entry| entry.commit > reached);
    }

    /// The ids that the index knows an old state of, ascending.
    pub(super) fn ids(&self) -> Vec<CustomerId> {
        let mut ids: Vec<_> = self.entries.keys().copied().collect();
        ids.sort_unstable();
        ids
    }

    /// The sort keys behind `after` of those that match, ascending.
    pub(super) fn hits(&self, sought: &Sought<'_>, after: &[u8]) -> Vec<SortKey> {
        let projections = self.entries.values().filter_map(|entry| entry.projection.as_deref());
        let matching = projections.filter(|found| *found.sort_key > *after && found.matches(sought));
        let mut keys: Vec<_> = matching.map(|projection| projection.sort_key.clone()).collect();
        keys.sort_unstable();
        keys
    }
}
