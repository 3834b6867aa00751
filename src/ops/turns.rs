//! Turns: who works on a key now, and who waits.
//!
//! Two uses. A message that arrives while its twin still runs waits for the twin's answer. And a request that lost
//! against others on one record queues for it, so that many writers of one record get through one after the other
//! instead of all losing again. Correctness never rests on a turn: assertions do that, across gateways too.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::OwnedMutexGuard;

use crate::store::Key;

type Queue = Arc<tokio::sync::Mutex<()>>;

/// The queues of all keys that somebody works on.
#[derive(Default)]
pub(super) struct Turns {
    queues: Mutex<HashMap<Key, Queue>>,
}

/// The right to work on a key, until dropped.
pub(super) struct Turn<'t> {
    turns: &'t Turns,
    key: Key,
    guard: Option<OwnedMutexGuard<()>>,
}

impl Turns {
    /// Waits until nobody else has the turn for this key.
    pub(super) async fn take(&self, key: Key) -> Turn<'_> {
        let queue = Arc::clone(self.queues().entry(key.clone()).or_default());
        // Made before waiting, so that a waiter that is cancelled leaves no queue behind.
        let mut turn = Turn { turns: self, key, guard: None };
        turn.guard = Some(queue.lock_owned().await);
        turn
    }

    fn queues(&self) -> MutexGuard<'_, HashMap<Key, Queue>> {
        self.queues.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.guard = None;
        let mut queues = self.turns.queues();
        // New users clone under this lock, so a queue that only the map holds has no users.
        if queues.get(&self.key).is_some_and(|queue| Arc::strong_count(queue) == 1) {
            queues.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Collection;

    fn key() -> Key {
        Key::new(Collection::Customer, *b"k")
    }

    #[tokio::test]
    async fn a_second_user_waits_for_the_first() {
        let turns = Turns::default();
        let first = turns.take(key()).await;
        let mut second = Box::pin(turns.take(key()));
        assert!(poll_once(&mut second).is_none());
        drop(first);
        assert!(poll_once(&mut second).is_some());
    }

    #[tokio::test]
    async fn nothing_is_left_when_nobody_waits() {
        let turns = Turns::default();
        let first = turns.take(key()).await;
        let mut cancelled = Box::pin(turns.take(key()));
        assert!(poll_once(&mut cancelled).is_none());
        drop(cancelled);
        drop(first);
        assert!(turns.queues().is_empty());
    }

    /// Polls once.
    fn poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match std::pin::Pin::new(future).poll(&mut context) {
            std::task::Poll::Ready(output) => Some(output),
            std::task::Poll::Pending => None,
        }
    }
}
