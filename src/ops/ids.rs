//! Ids out of durable sequences, drawn in blocks so that few draws are needed.
//!
//! No id is given out twice, here or by another gateway on the same store; those not used when the gateway ends are
//! lost.

use std::collections::VecDeque;
use std::ops::Range;

use tokio::sync::Mutex;

use crate::domain::error::Error;
use crate::store::{IDS_DRAWN_MAX, Store, StoreError};

/// The sequence that customer ids are drawn from.
pub const CUSTOMER_IDS: &str = "customer";
/// The sequence that ids of accounts and coupons are drawn from.
pub const CARD_IDS: &str = "card";
/// How many ids are drawn at once.
const ID_BLOCK: u64 = 1_000;
/// How many are drawn at once where many are needed.
const LARGE_BLOCK: u64 = 20_000;
/// How many ids an import may skip at once: a thousandth of what a u64 has would take years to draw.
const IDS_SKIPPED_MAX: u64 = 10_000_000_000;

/// The ids of one sequence.
pub(super) struct Ids {
    sequence: &'static str,
    block: Mutex<Range<u64>>,
}

impl Ids {
    pub(super) fn of(sequence: &'static str) -> Self {
        Ids { sequence, block: Mutex::new(0..0) }
    }

    /// The next one.
    pub(super) async fn next(&self, store: &dyn Store) -> Result<u64, Error> {
        let mut block = self.block.lock().await;
        if block.is_empty() {
            *block = store.draw_ids(self.sequence, ID_BLOCK).await?;
        }
        block.next().ok_or_else(|| Error::internal("the store drew an empty block of ids"))
    }

    /// `count` of them, ascending, where many more are likely to be needed.
    pub(super) async fn take(&self, store: &dyn Store, count: usize) -> Result<VecDeque<u64>, StoreError> {
        let mut block = self.block.lock().await;
        let mut taken = VecDeque::with_capacity(count);
        while taken.len() < count {
            if block.is_empty() {
                let missing = (count - taken.len()) as u64;
                *block = store.draw_ids(self.sequence, missing.clamp(LARGE_BLOCK, IDS_DRAWN_MAX)).await?;
            }
            taken.extend(block.by_ref().take(count - taken.len()));
        }
        Ok(taken)
    }

    /// Sees to it that `count` can be given out without a draw between them: a draw waits for a commit, and whoever needs
    /// many ids one after the other would wait often.
    pub(super) async fn provide(&self, store: &dyn Store, count: u64) -> Result<(), StoreError> {
        let mut block = self.block.lock().await;
        if block.end - block.start < count {
            *block = store.draw_ids(self.sequence, LARGE_BLOCK.max(count)).await?;
        }
        Ok(())
    }

    /// Is an id below `next` about to be given out?
    pub(super) async fn holds_below(&self, next: u64) -> bool {
        let block = self.block.lock().await;
        !block.is_empty() && block.start < next
    }

    /// From now on only ids above `id` are given out, here and after a restart.
    pub(super) async fn give_above(&self, store: &dyn Store, id: u64) -> Result<(), StoreError> {
        let mut block = self.block.lock().await;
        let wanted = id.saturating_add(1);
        while block.end <= wanted {
            let missing = wanted - block.end;
            if block.end != 0 && missing > IDS_SKIPPED_MAX {
                let text = format!("the id is more than {IDS_SKIPPED_MAX} above all others");
                return Err(StoreError::Unacceptable(text));
            }
            // Before the first draw nobody knows where the sequence is.
            let count = if block.end == 0 { ID_BLOCK } else { missing.clamp(ID_BLOCK, IDS_DRAWN_MAX) };
            *block = store.draw_ids(self.sequence, count).await?;
        }
        block.start = block.start.max(wanted);
        Ok(())
    }
}
