//! The search index built anew, told step by step.
//!
//! Deliberately absent: how an index is built, which `search` knows.

use tokio::sync::mpsc;

use super::{Administration, Event, Listener, Stop};

impl Administration {
    /// Builds the search index anew from the store; the number of customers in it. Searches go on meanwhile, and the
    /// work goes on when nobody listens any more.
    pub async fn rebuild_search(&self, listener: &dyn Listener) -> Result<u64, Stop> {
        let (steps, mut taken) = mpsc::unbounded_channel();
        // The sender goes with the work, which ends the telling.
        let work = self.gateway.search.rebuild(move |count| _ = steps.send(count));
        let telling = async {
            while let Some(count) = taken.recv().await {
                if listener.tell(Event::Progress(count)).await.is_err() {
                    taken.close();
                }
            }
        };
        let (built, ()) = tokio::join!(work, telling);
        Ok(built?)
    }
}
