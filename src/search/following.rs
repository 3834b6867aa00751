//! How the overlay follows the log, and how it moves into the index.

use std::collections::BTreeMap;

use super::engine::Shared;
use super::failure::SearchError;
use super::projection::Projection;
use crate::domain::identity::CustomerId;
use crate::store::cards::{Owner, cards_of};
use crate::store::record::{history, key, read_state, view_customer};
use crate::store::{LogRow, Record, StoreError};

/// So many rows of the log are read at once.
const LOG_PAGE: usize = 512;

impl Shared {
    /// Lets the overlay catch up with the log, waiting for room if need be.
    pub(super) async fn catch_up(&self) -> Result<(), SearchError> {
        let mut turned = self.turned.subscribe();
        let catching_up = async {
            loop {
                match self.read_log(self.options.overlay_customers_max).await {
                    Err(SearchError::Behind) if self.is_followed() => {
                        self.wake.notify_one();
                        let _ = turned.changed().await;
                    }
                    outcome => return outcome,
                }
            }
        };
        let outcome = tokio::time::timeout(self.options.patience, catching_up).await;
        outcome.unwrap_or(Err(SearchError::Behind))
    }

    /// Reads the log to its end, or until the overlay holds so many customers.
    pub(super) async fn read_log(&self, customers_max: usize) -> Result<(), SearchError> {
        let _turn = self.catching_up.lock().await;
        let mut limit = LOG_PAGE;
        loop {
            let from = match &*self.state() {
                None => return Err(SearchError::Building),
                Some(state) if state.overlay.len() >= customers_max => {
                    return Err(SearchError::Behind);
                }
                Some(state) => state.overlay.marker.reached + 1,
            };
            let mut rows = self.store.read_log(from, limit).await?;
            let to_the_end = rows.len() < limit;
            if !to_the_end && !drop_last_commit(&mut rows) {
                limit *= 4;
                continue;
            }
            self.take_in(&rows).await?;
            if to_the_end {
                return Ok(());
            }
        }
    }

    /// Puts the customers that these rows are about into the overlay, as they are stored now.
    async fn take_in(&self, rows: &[LogRow]) -> Result<(), SearchError> {
        let Some(newest) = rows.last() else { return Ok(()) };
        let mut touched = BTreeMap::new();
        for row in rows {
            let decoded = history::decode(&row.body)?;
            // What a customer buys is nothing that is searched for.
            if !decoded.is_of_activity() {
                touched.insert(CustomerId(decoded.customer), row.commit);
            }
        }
        let mut projections = Vec::with_capacity(touched.len());
        let mut unread: Vec<_> = touched.keys().copied().collect();
        while !unread.is_empty() {
            let records = self.records(&unread).await?;
            for (id, record) in std::mem::take(&mut unread).into_iter().zip(records) {
                let commit = touched[&id];
                if let Some(successor) = record.as_ref().map(successor_with_cards).transpose()?.flatten()
                    && !touched.contains_key(&successor)
                {
                    touched.insert(successor, commit);
                    unread.push(successor);
                }
                let projection = match record {
                    Some(record) => Some(self.project(&record).await?),
                    None => None,
                };
                projections.push((id, commit, projection));
            }
        }
        if let Some(state) = &mut *self.state() {
            for (id, commit, projection) in projections {
                state.overlay.put(id, commit, projection);
            }
            state.overlay.marker.advance(newest);
        }
        Ok(())
    }

    /// A customer as search sees it, with the cards that it has now.
    pub(super) async fn project(&self, record: &Record) -> Result<Projection, SearchError> {
        let customer = view_customer(&record.body)?;
        let cards = cards_of(&*self.store, Owner::of(&customer)).await?;
        Ok(Projection::of(&customer, &cards))
    }

    /// A damaged record must not stop the search for all others: it is as if it were not there.
    pub(super) async fn records(&self, ids: &[CustomerId]) -> Result<Vec<Option<Record>>, SearchError> {
        let keys: Vec<_> = ids.iter().map(|id| key::customer(*id)).collect();
        match self.store.get_many(&keys).await {
            Err(StoreError::Corrupt(_)) => {}
            outcome => return Ok(outcome?),
        }
        let mut records = Vec::with_capacity(keys.len());
        for key in &keys {
            records.push(match self.store.get(key).await {
                Err(StoreError::Corrupt(record)) => {
                    tracing::error!(record, "search leaves out a damaged record");
                    None
                }
                outcome => outcome?,
            });
        }
        Ok(records)
    }

    /// Moves the overlay into the index.
    pub(super) async fn flush(&self) -> Result<(), SearchError> {
        let mut writer = self.writer.lock().await;
        let index = writer.as_mut().ok_or(SearchError::Building)?;
        let (entries, marker) = match &*self.state() {
            Some(state) if state.overlay.marker.reached > state.indexed => {
                (state.overlay.to_write(), state.overlay.marker.clone())
            }
            _ => return Ok(()),
        };
        for (id, projection) in &entries {
            match projection {
                Some(projection) => index.put(projection)?,
                None => index.remove(*id),
            }
        }
        let view = index.commit(&marker.to_text())?;
        if let Some(state) = &mut *self.state() {
            state.view = view;
            state.indexed = marker.reached;
            state.overlay.written(marker.reached);
        }
        self.turn();
        Ok(())
    }
}

/// The customer that a merged one's cards are found by.
fn successor_with_cards(record: &Record) -> Result<Option<CustomerId>, SearchError> {
    let state = read_state(&record.body)?;
    Ok(state.merged_into.filter(|_| state.card_count > 0))
}

/// Takes off the rows of the last commit, of which there may be more; `false` if no row is left.
fn drop_last_commit(rows: &mut Vec<LogRow>) -> bool {
    let last = rows.last().map(|row| row.commit);
    let keep = rows.iter().take_while(|row| Some(row.commit) != last).count();
    rows.truncate(if keep > 0 { keep } else { rows.len() });
    keep > 0
}
