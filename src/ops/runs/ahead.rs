//! What the records that come next will ask the store for, read before they are decided.
//!
//! The engine lets nobody read while it applies a chunk. Decisions that read only then, one by one, would stand still for
//! most of the time that the chunk before them takes; what was read beforehand lets them go on. A key that is being
//! written is never read ahead, so that what is known here is what the store holds beneath [`super::overlay`], but for
//! what others have changed since. Those meet the assertions, as they do whenever they are faster; and whoever looks a
//! second time, as a refusal does, is shown the store itself, for everything here is given once.
//! Deliberately absent: notes and whatever else only the decision knows that it wants.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::batch::BatchRecord;
use super::overlay::Written;
use crate::store::record::key;
use crate::store::{Collection, Key, Reads, Record, StoreError};

/// How many keys are read at once.
const PAGE_KEYS: usize = 64;
/// What is read ahead before the rest is left to the decisions.
const BYTES_MAX: usize = 4 * 1024 * 1024;

/// What was read ahead: the records, `None` for keys that hold nothing.
#[derive(Default)]
pub(super) struct Ahead(Mutex<HashMap<Key, Option<Record>>>);

impl Ahead {
    /// Reads what the records carry as identifiers, but for what is in `written`. A store that does not answer is for the
    /// decisions to meet.
    pub(super) async fn read<'r>(
        store: &dyn Reads,
        records: impl Iterator<Item = &'r BatchRecord>,
        written: [&Written; 2],
    ) -> Self {
        Ahead::of_keys(store, records.flat_map(BatchRecord::identifiers).collect(), written).await
    }

    pub(super) async fn of_keys(store: &dyn Reads, keys: Vec<Key>, written: [&Written; 2]) -> Self {
        let mut ahead = Reading { store, written, known: HashMap::new(), bytes: 0 };
        // Whoever a key leads to is read next.
        if let Ok(holders) = ahead.read(keys).await {
            // An error leaves them to the decisions.
            let _ = ahead.read(holders).await;
        }
        Ahead(Mutex::new(ahead.known))
    }

    /// What the key holds, the first time that it is asked for.
    pub(super) fn take(&self, key: &Key) -> Option<Option<Record>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(key)
    }
}

struct Reading<'r> {
    store: &'r dyn Reads,
    written: [&'r Written; 2],
    known: HashMap<Key, Option<Record>>,
    bytes: usize,
}

impl Reading<'_> {
    /// Reads these keys; the customers that alternate keys among them lead to.
    async fn read(&mut self, mut keys: Vec<Key>) -> Result<Vec<Key>, StoreError> {
        keys.retain(|key| self.written.iter().all(|written| !written.0.contains_key(key)));
        let mut holders = Vec::new();
        for page in keys.chunks(PAGE_KEYS) {
            if self.bytes > BYTES_MAX {
                break;
            }
            for (key, record) in page.iter().zip(self.store.get_many(page).await?) {
                if let Some(record) = &record {
                    self.bytes += record.body.len();
                    let holder = (key.collection == Collection::AlternateKey)
                        .then(|| key::read_customer_id(&record.body));
                    holders.extend(holder.and_then(Result::ok).map(key::customer));
                }
                self.known.insert(key.clone(), record);
            }
        }
        Ok(holders)
    }
}
