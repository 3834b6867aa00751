//! A store whose commits fail when told to: proof that callers bear a commit that did not happen, and one
//! that happened but whose answer was lost.
//!
//! Wraps any engine; reads, draws and health go through untouched. Deliberately absent: chance. The n-th
//! commit fails, so that a test can walk every n.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;

use super::{Change, Collection, CommitNumber, Health, Key, LogRow, Reads, Record, Store, StoreError};

/// How a commit fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing is stored; the answer is [`StoreError::Unavailable`].
    Refused,
    /// Nothing is stored; the answer is [`StoreError::Contention`] about the first assertion, as if another had been faster.
    Overtaken,
    /// The change is stored if its assertions hold; the answer is [`StoreError::Engine`].
    AnswerLost,
}

/// The decorator.
#[derive(Debug)]
pub struct FaultyStore<S> {
    inner: S,
    plan: Mutex<Plan>,
}

#[derive(Debug, Default)]
struct Plan {
    commits: u64,
    faults: BTreeMap<u64, Fault>,
}

impl<S: Store> FaultyStore<S> {
    /// Wraps `inner` with no fault armed.
    pub fn new(inner: S) -> Self {
        FaultyStore { inner, plan: Mutex::default() }
    }

    /// Makes the `nth` commit from the beginning (counted from 1, refused ones too) fail.
    pub fn fail_commit(&self, nth: u64, fault: Fault) {
        self.plan().faults.insert(nth, fault);
    }

    /// How many commits were asked for so far.
    pub fn commit_count(&self) -> u64 {
        self.plan().commits
    }

    /// The store inside.
    pub fn inner(&self) -> &S {
        &self.inner
    }

    fn plan(&self) -> MutexGuard<'_, Plan> {
        self.plan.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn next_fault(&self) -> Option<Fault> {
        let mut plan = self.plan();
        plan.commits += 1;
        let nth = plan.commits;
        plan.faults.remove(&nth)
    }
}

#[async_trait]
impl<S: Store> Reads for FaultyStore<S> {
    async fn get(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        self.inner.get(key).await
    }

    async fn get_many(&self, keys: &[Key]) -> Result<Vec<Option<Record>>, StoreError> {
        self.inner.get_many(keys).await
    }

    async fn scan(
        &self,
        collection: Collection,
        range: Range<Box<[u8]>>,
        limit: usize,
    ) -> Result<Vec<(Key, Record)>, StoreError> {
        self.inner.scan(collection, range, limit).await
    }
}

#[async_trait]
impl<S: Store> Store for FaultyStore<S> {
    async fn commit(&self, change: Change) -> Result<CommitNumber, StoreError> {
        match self.next_fault() {
            None => self.inner.commit(change).await,
            Some(Fault::Refused) => Err(StoreError::Unavailable("an armed fault refused it".to_owned())),
            Some(Fault::Overtaken) => Err(StoreError::Contention(0)),
            Some(Fault::AnswerLost) => {
                self.inner.commit(change).await?;
                Err(StoreError::Engine("an armed fault lost the answer".to_owned()))
            }
        }
    }

    async fn read_log(&self, from: CommitNumber, limit: usize) -> Result<Vec<LogRow>, StoreError> {
        self.inner.read_log(from, limit).await
    }

    async fn draw_ids(&self, sequence: &str, count: u64) -> Result<Range<u64>, StoreError> {
        self.inner.draw_ids(sequence, count).await
    }

    async fn health(&self) -> Health {
        self.inner.health().await
    }
}

#[cfg(test)]
mod tests {
    use super::super::MemoryStore;
    use super::*;

    fn put(id: u64) -> Change {
        let mut change = Change::new();
        change.put(Key::numbered(Collection::Customer, &[id]), "body");
        change
    }

    #[tokio::test]
    async fn the_nth_commit_fails_and_only_that_one() {
        let store = FaultyStore::new(MemoryStore::new());
        store.fail_commit(2, Fault::Refused);
        store.fail_commit(3, Fault::AnswerLost);
        store.fail_commit(5, Fault::Overtaken);
        assert_eq!(store.commit(put(1)).await.expect("not armed"), 1);
        assert!(matches!(store.commit(put(2)).await, Err(StoreError::Unavailable(_))));
        assert!(matches!(store.commit(put(3)).await, Err(StoreError::Engine(_))));
        assert_eq!(store.commit(put(4)).await.expect("not armed"), 3);
        assert!(matches!(store.commit(put(5)).await, Err(StoreError::Contention(0))));
        assert_eq!(store.commit_count(), 5);
        for (id, expected) in [(2, false), (3, true), (5, false)] {
            let record = store.inner().get(&put(id).puts[0].0).await.expect("memory never fails");
            assert_eq!(record.is_some(), expected, "customer {id}");
        }
    }

    #[tokio::test]
    async fn a_lost_answer_never_hides_a_contention() {
        let store = FaultyStore::new(MemoryStore::new());
        store.fail_commit(1, Fault::AnswerLost);
        let mut change = put(1);
        change.assert_version(Key::numbered(Collection::Customer, &[9]), 1);
        assert!(matches!(store.commit(change).await, Err(StoreError::Contention(0))));
    }
}
