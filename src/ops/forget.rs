//! Forgetting of remembered messages that are older than [`KEEP`](super::KEEP).
//!
//! Deliberately absent: when, and how often; that is the sweep's (`jobs`).

use std::ops::Range;

use super::context::Gateway;
use super::idempotency::expired_before;
use crate::store::record::{idempotency, key};
use crate::store::{Change, Collection, StoreError, prefix_range};

/// How many messages are looked at at once; at most so many leave in one commit.
const PAGE: usize = 128;
/// How often a page is looked at again because one of its messages was sent anew just then.
const ATTEMPTS_MAX: usize = 10;

/// What became of a page.
#[derive(Debug)]
pub struct Forgotten {
    /// How many messages were forgotten.
    pub count: u64,
    /// What to look at next; `None` at the end.
    pub next: Option<Range<Box<[u8]>>>,
}

/// Forgets what is expired among the first messages of `range` (of all, if there is none). A row that can't be read
/// stays: `castile check` tells of it.
pub async fn forget_messages(
    gateway: &Gateway,
    range: Option<Range<Box<[u8]>>>,
) -> Result<Forgotten, StoreError> {
    let mut range = range.unwrap_or_else(|| prefix_range(&[]));
    for attempt in 1..=ATTEMPTS_MAX {
        let expired_before = expired_before(gateway.clock.now());
        let page = gateway.store.scan(Collection::Idempotency, range.clone(), PAGE).await?;
        let mut change = Change::new();
        for (key, record) in &page {
            if idempotency::decode(&record.body).is_ok_and(|row| row.time < expired_before) {
                change.assert_version(key.clone(), record.version).delete(key.clone());
            }
        }
        let count = change.deletes.len() as u64;
        if count > 0 {
            match gateway.store.commit(change).await {
                Ok(_) => {}
                Err(StoreError::Contention(_)) if attempt < ATTEMPTS_MAX => continue,
                Err(error) => return Err(error),
            }
        }
        let last = page.last().filter(|_| page.len() == PAGE);
        let next = last.map(|(last, _)| {
            range.start = key::just_after(last);
            range
        });
        return Ok(Forgotten { count, next });
    }
    Ok(Forgotten { count: 0, next: None })
}
