//! What is wished of a run that is being carried out, and when it is not any more.

use std::sync::{Mutex, PoisonError};

use tokio::sync::watch;

/// What is wished of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    /// Nothing.
    GoOn,
    /// That it stands until it is resumed.
    Pause,
    /// That it ends.
    Cancel,
    /// That this process leaves it as it is.
    Leave,
}

/// The wish, and whether whoever fulfils it is still at it.
#[derive(Debug)]
pub(super) struct Control {
    wish: Mutex<Wish>,
    ended: watch::Sender<bool>,
}

impl Control {
    pub(super) fn new() -> Self {
        Control { wish: Mutex::new(Wish::GoOn), ended: watch::Sender::new(false) }
    }

    pub(super) fn wish(&self) -> Wish {
        *self.wish.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wishes something. Leaving and cancelling are not taken back by a later pause.
    pub(super) fn ask(&self, wish: Wish) {
        let mut present = self.wish.lock().unwrap_or_else(PoisonError::into_inner);
        if *present == Wish::GoOn || wish == Wish::Leave || (*present == Wish::Pause && wish == Wish::Cancel)
        {
            *present = wish;
        }
    }

    /// To be told when nobody works on the run any more.
    pub(super) fn end(&self) {
        self.ended.send_replace(true);
    }

    /// Returns when nobody works on the run any more.
    pub(super) async fn ended(&self) {
        // The sender lives as long as this value.
        let _ = self.ended.subscribe().wait_for(|ended| *ended).await;
    }
}
