//! Where readers wait while a transaction is applied.
//!
//! sled stops every reader of the process for that time, a millisecond for a full group, and a reader that it stops holds
//! up its thread. One that waits here leaves the thread to other requests, which can be read and answered meanwhile.
//! Deliberately absent: any promise. A transaction may begin between the waiting and the read; sled stops that reader
//! itself then, and nothing worse happens.

use std::sync::atomic::{AtomicBool, Ordering};

use tokio::sync::Notify;

/// Whether a transaction is being applied.
#[derive(Debug, Default)]
pub(super) struct Applying {
    now: AtomicBool,
    ended: Notify,
}

impl Applying {
    /// A transaction is being applied until this is dropped.
    pub(super) fn begin(&self) -> impl Drop {
        self.now.store(true, Ordering::SeqCst);
        Begun(self)
    }

    /// Waits until the transaction that is being applied has ended, if there is one; for no later one, so that a reader
    /// comes to its turn beside a writer that has always more to write.
    pub(super) async fn ended(&self) {
        if !self.now.load(Ordering::SeqCst) {
            return;
        }
        // Is told of every end from here on, so that the one that is looked for now can't be missed.
        let ended = self.ended.notified();
        if self.now.load(Ordering::SeqCst) {
            ended.await;
        }
    }
}

struct Begun<'a>(&'a Applying);

impl Drop for Begun<'_> {
    fn drop(&mut self) {
        self.0.now.store(false, Ordering::SeqCst);
        self.0.ended.notify_waiters();
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Waker};

    use super::*;

    #[test]
    fn a_reader_waits_for_the_transaction_that_it_meets_and_for_no_other() {
        let applying = Applying::default();
        let is_ready = |future: std::pin::Pin<&mut dyn Future<Output = ()>>| {
            future.poll(&mut Context::from_waker(Waker::noop())).is_ready()
        };
        assert!(is_ready(pin!(applying.ended())));
        let first = applying.begin();
        let mut reader = pin!(applying.ended());
        assert!(!is_ready(reader.as_mut()));
        drop(first);
        let _second = applying.begin();
        assert!(is_ready(reader));
        assert!(!is_ready(pin!(applying.ended())));
    }
}
