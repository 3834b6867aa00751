//! What is decided and not yet committed, laid over the store: later records of a file see the earlier ones.
//!
//! What was written shows a body but no version, for the commit has no number yet. A decision that writes and leant on
//! such a body can't name the version that it rests on, neither as an assertion nor in the history, and has to be taken
//! again once the commit is there: [`Overlay::leant`] tells. One that writes nothing (a refusal, a record that is stored
//! already) may lean on it: it is committed with or behind what it saw, or not at all.

use std::collections::BTreeMap;
use std::ops::{Bound, Range};
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use bytes::Bytes;

use super::ahead::Ahead;
use crate::store::{Assertion, Change, Collection, CommitNumber, Key, Reads, Record, StoreError};

/// The version of what is not committed. No commit ever has it.
const PENDING: CommitNumber = CommitNumber::MAX;

/// Keys that were written or deleted (`None`), and with what; the last one counts.
#[derive(Debug, Default)]
pub(super) struct Written(pub(super) BTreeMap<Key, Option<Bytes>>);

impl Written {
    fn within(
        &self,
        collection: Collection,
        range: &Range<Box<[u8]>>,
    ) -> impl Iterator<Item = (&Key, &Option<Bytes>)> {
        let key = |id: &[u8]| Key::new(collection, id);
        self.0.range((Bound::Included(key(&range.start)), Bound::Excluded(key(&range.end))))
    }
}

/// The store with what is not committed over it.
pub(super) struct Overlay<'a> {
    store: &'a dyn Reads,
    /// The older first.
    layers: [&'a Written; 2],
    /// Read from the store already.
    ahead: &'a Ahead,
    leant: AtomicBool,
}

impl<'a> Overlay<'a> {
    pub(super) fn new(store: &'a dyn Reads, layers: [&'a Written; 2], ahead: &'a Ahead) -> Self {
        Overlay { store, layers, ahead, leant: AtomicBool::new(false) }
    }

    /// Was anything shown whose version is not known yet?
    pub(super) fn leant(&self) -> bool {
        self.leant.load(Ordering::Relaxed)
    }

    /// Does a change assert that something is absent which is there, but not committed? Then nobody looked before.
    pub(super) fn contradicts(&self, change: &Change) -> bool {
        let is_there =
            |key| self.layers.iter().rev().find_map(|layer| layer.0.get(key)).is_some_and(Option::is_some);
        change.assertions.iter().any(|assertion| matches!(assertion, Assertion::Absent(key) if is_there(key)))
    }

    fn lean(&self) {
        self.leant.store(true, Ordering::Relaxed);
    }

    /// What a key holds, as far as the store need not be asked.
    fn known(&self, key: &Key) -> Option<Option<Record>> {
        self.pending(key).or_else(|| self.ahead.take(key))
    }

    /// What the layers say about a key: nothing, that it was deleted, or what it holds.
    fn pending(&self, key: &Key) -> Option<Option<Record>> {
        let written = self.layers.iter().rev().find_map(|layer| layer.0.get(key))?;
        Some(written.as_ref().map(|body| {
            self.lean();
            Record { version: PENDING, body: body.clone() }
        }))
    }
}

#[async_trait]
impl Reads for Overlay<'_> {
    async fn get(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        match self.known(key) {
            Some(known) => Ok(known),
            None => self.store.get(key).await,
        }
    }

    async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        let known: Vec<_> = keys.iter().map(|key| self.known(key)).collect();
        let unknown = keys.iter().zip(&known).filter(|(_, known)| known.is_none());
        let unknown: Vec<Key> = unknown.map(|(key, _)| key.clone()).collect();
        let read = if unknown.is_empty() { Vec::new() } else { self.store.get_many(&unknown).await? };
        let mut read = read.into_iter();
        Ok(known.into_iter().map(|known| known.unwrap_or_else(|| read.next().flatten())).collect())
    }

    async fn scan(
        &self,
        collection: Collection,
        range: Range<Box<[u8]>>,
        limit: usize,
    ) -> Result<Vec<(Key, Record)>, StoreError> {
        if range.start >= range.end {
            return Ok(Vec::new());
        }
        let pending: BTreeMap<&Key, &Option<Bytes>> =
            self.layers.iter().flat_map(|layer| layer.within(collection, &range)).collect();
        if pending.is_empty() {
            return self.store.scan(collection, range, limit).await;
        }
        self.lean();
        // So many more that a full page is still one without what was deleted: then nothing of the layers lies behind
        // records that the page does not show.
        let deleted = pending.values().filter(|body| body.is_none()).count();
        let stored = self.store.scan(collection, range.clone(), limit.saturating_add(deleted)).await?;
        let mut records: BTreeMap<Key, Record> = stored.into_iter().collect();
        for (key, body) in pending {
            match body {
                Some(body) => {
                    records.insert(key.clone(), Record { version: PENDING, body: body.clone() });
                }
                None => {
                    records.remove(key);
                }
            }
        }
        Ok(records.into_iter().take(limit).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{MemoryStore, Store, prefix_range};

    fn key(id: u64) -> Key {
        Key::numbered(Collection::Note, &[id])
    }

    fn layer(entries: &[(u64, Option<&'static str>)]) -> Written {
        Written(entries.iter().map(|(id, body)| (key(*id), body.map(Bytes::from))).collect())
    }

    /// A store with the notes 1 to 6.
    async fn store() -> MemoryStore {
        let store = MemoryStore::new();
        let mut change = Change::new();
        for id in 1..=6 {
            change.put(key(id), format!("stored {id}"));
        }
        store.commit(change).await.unwrap();
        store
    }

    fn text(record: &Record) -> String {
        String::from_utf8(record.body.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn the_newest_layer_wins_and_only_bodies_are_leant_on() {
        let (store, nothing) = (store().await, Ahead::default());
        let (older, newer) = (
            layer(&[(1, Some("older 1")), (2, None), (3, Some("older 3"))]),
            layer(&[(1, Some("newer 1")), (3, None)]),
        );
        let get = async |id| {
            let overlay = Overlay::new(&store, [&older, &newer], &nothing);
            let one = overlay.get(&key(id)).await.unwrap();
            assert_eq!(overlay.get_many(&[key(id)]).await.unwrap(), std::slice::from_ref(&one));
            (one.as_ref().map(text), overlay.leant())
        };
        assert_eq!(get(1).await, (Some("newer 1".to_owned()), true));
        assert_eq!(get(2).await, (None, false));
        assert_eq!(get(3).await, (None, false));
        assert_eq!(get(4).await, (Some("stored 4".to_owned()), false));
        assert_eq!(get(9).await, (None, false));
    }

    #[tokio::test]
    async fn what_is_asserted_absent_and_is_not_is_a_contradiction() {
        let (store, nothing) = (store().await, Ahead::default());
        let (older, newer) = (layer(&[(8, Some("x")), (9, Some("y"))]), layer(&[(9, None)]));
        let overlay = Overlay::new(&store, [&older, &newer], &nothing);
        for (id, expected) in [(1, false), (7, false), (8, true), (9, false)] {
            let mut change = Change::new();
            change.assert_absent(key(id)).assert_version(key(8), 1);
            assert_eq!(overlay.contradicts(&change), expected, "{id}");
        }
    }

    #[tokio::test]
    async fn a_page_of_a_scan_is_that_of_a_store_with_all_of_it() {
        let (store, nothing) = (store().await, Ahead::default());
        let (older, newer) =
            (layer(&[(1, None), (2, None), (3, Some("x")), (7, Some("y"))]), layer(&[(2, Some("z"))]));
        for limit in 0..9 {
            let overlay = Overlay::new(&store, [&older, &newer], &nothing);
            let page = overlay.scan(Collection::Note, prefix_range(&[]), limit).await.unwrap();
            let shown: Vec<_> = page.iter().map(|(_, record)| text(record)).collect();
            let all = ["z", "x", "stored 4", "stored 5", "stored 6", "y"];
            assert_eq!(shown, all[..limit.min(all.len())]);
            assert!(overlay.leant());
        }
        let overlay = Overlay::new(&store, [&older, &newer], &nothing);
        let untouched = overlay.scan(Collection::Note, key(4).id..key(7).id, 9).await.unwrap();
        assert_eq!((untouched.len(), overlay.leant()), (3, false));
        let inverted = overlay.scan(Collection::Note, key(7).id..key(4).id, 9).await.unwrap();
        assert_eq!(inverted, []);
    }

    #[tokio::test]
    async fn what_was_read_ahead_lies_beneath_the_layers_and_is_given_once() {
        let store = store().await;
        let (older, newer) = (layer(&[(1, Some("older 1"))]), layer(&[(2, None)]));
        let ahead = Ahead::of_keys(&store, (1..=4).chain([9]).map(key).collect(), [&older, &newer]).await;
        let mut change = Change::new();
        change.delete(key(3)).put(key(9), "new 9");
        store.commit(change).await.unwrap();
        let overlay = Overlay::new(&store, [&older, &newer], &ahead);
        let keys: Vec<_> = [1, 2, 3, 4, 9].map(key).into();
        let shown = async || {
            let records = overlay.get_many(&keys).await.unwrap();
            records.iter().map(|record| record.as_ref().map_or("".to_owned(), text)).collect::<Vec<_>>()
        };
        assert_eq!(shown().await, ["older 1", "", "stored 3", "stored 4", ""]);
        assert_eq!(shown().await, ["older 1", "", "", "stored 4", "new 9"]);
    }
}
