//! Reading a customer for an export: the record, its notes and its history as of one moment.
//!
//! Damaged parts are told, not passed over. Deliberately absent: how a line is written.

use super::Administration;
use super::document::Binary;
use crate::domain::customer::Customer;
use crate::domain::note::Note;
use crate::store::record::{decode_customer, decode_note, history, key};
use crate::store::{Collection, CommitNumber, Key, LogRow, StoreError};

/// How many notes one line bears; 4,000 characters each, so about a megabyte.
pub(super) const NOTES_OF_A_LINE: usize = 64;
/// So much of one customer's history is carried, the newest of it.
pub(super) const HISTORY_BYTES_MAX: usize = 1024 * 1024;
/// How often a customer that keeps changing is read again.
const REREADS_MAX: usize = 1_000;

impl Administration {
    /// A customer with what belongs to it, all of one moment: whatever changes any of it writes the record anew.
    /// Its history only where that is carried too.
    pub(super) async fn read_whole(&self, key: &Key, with_history: bool) -> Result<Option<Whole>, Unread> {
        let damaged = |error: &dyn std::fmt::Display| Unread::Damaged(format!("{key} is left out: {error}"));
        let mut reread = self.gateway.store.get(key).await?;
        for _ in 0..REREADS_MAX {
            let Some(record) = reread else { return Ok(None) };
            let customer = decode_customer(&record.body).map_err(|error| damaged(&error))?;
            if key::customer(customer.id) != *key {
                return Err(damaged(&"it says that it is another customer"));
            }
            let notes = self.notes_behind(&customer, None).await?;
            let history = match with_history {
                true => self.history(customer.id.0, record.version).await?,
                false => History::default(),
            };
            reread = self.gateway.store.get(key).await?;
            if reread.as_ref().is_some_and(|now| now.version == record.version) {
                return Ok(Some(Whole { customer, notes, history }));
            }
        }
        Err(damaged(&"it did not stay the same while it was read"))
    }

    /// Up to [`NOTES_OF_A_LINE`] notes behind `after`.
    pub(super) async fn notes_behind(
        &self,
        customer: &Customer,
        after: Option<&Key>,
    ) -> Result<Notes, StoreError> {
        let mut found = Notes::default();
        if customer.last_note_sequence == 0 {
            return Ok(found);
        }
        let mut range = key::notes_of(customer.id);
        range.start = after.map_or(range.start, key::just_after);
        let keys = self.engine.keys(Collection::Note, range, NOTES_OF_A_LINE)?;
        for key in &keys {
            let note = match self.gateway.store.get(key).await {
                Ok(None) => continue,
                Ok(Some(record)) => decode_note(&record.body).map_err(|error| error.to_string()),
                Err(error @ StoreError::Corrupt(_)) => Err(error.to_string()),
                Err(error) => return Err(error),
            };
            match note {
                // One that is newer than the record is missing in it, and so it is in the file.
                Ok(note) if note.sequence > customer.last_note_sequence => {}
                Ok(note) => found.notes.push(note),
                Err(problem) => found.problems.push(format!("{key} is left out: {problem}")),
            }
        }
        found.more_behind = keys.last().filter(|_| keys.len() == NOTES_OF_A_LINE).cloned();
        Ok(found)
    }

    /// The rows that lead from `version` back to the customer's beginning, or as far as that can be followed.
    async fn history(&self, customer: u64, version: CommitNumber) -> Result<History, StoreError> {
        let mut history = History::default();
        let (mut bytes, mut next) = (0, Some(version));
        while let Some(commit) = next {
            let rows = match self.rows_of(commit).await {
                Ok(rows) => rows,
                Err(error @ StoreError::Corrupt(_)) => {
                    history.problem = Some(error.to_string());
                    break;
                }
                Err(error) => return Err(error),
            };
            next = match history.take(&rows, customer, &mut bytes) {
                Ok(previous) => previous.filter(|previous| *previous < commit),
                Err(problem) => {
                    history.problem = Some(problem);
                    None
                }
            };
        }
        history.rows.reverse();
        Ok(history)
    }

    /// The log rows of one commit.
    pub(super) async fn rows_of(&self, commit: CommitNumber) -> Result<Vec<LogRow>, StoreError> {
        let mut limit = 2;
        loop {
            let mut rows = self.gateway.store.read_log(commit, limit).await?;
            let read = rows.len();
            rows.retain(|row| row.commit == commit);
            if rows.len() < limit || read < limit {
                return Ok(rows);
            }
            limit *= 4;
        }
    }
}

/// A customer with what belongs to it.
pub(super) struct Whole {
    pub(super) customer: Customer,
    pub(super) notes: Notes,
    pub(super) history: History,
}

/// Some notes of a customer.
#[derive(Default)]
pub(super) struct Notes {
    pub(super) notes: Vec<Note>,
    /// Those that can't be read.
    pub(super) problems: Vec<String>,
    /// The last key, if there may be more behind it.
    pub(super) more_behind: Option<Key>,
}

/// Rows of the change log that are about one customer.
#[derive(Default)]
pub(super) struct History {
    pub(super) rows: Vec<Binary>,
    /// Why the older ones are missing.
    pub(super) problem: Option<String>,
}

impl History {
    /// Takes those of one commit, newest first; the commit before it that changed the customer.
    fn take(
        &mut self,
        rows: &[LogRow],
        customer: u64,
        bytes: &mut usize,
    ) -> Result<Option<CommitNumber>, String> {
        let mut previous = None;
        for row in rows.iter().rev() {
            let place = |error| format!("log row {}/{}: {error}", row.commit, row.position);
            let decoded = history::decode(&row.body).map_err(place)?;
            if decoded.customer != customer {
                continue;
            }
            *bytes += row.body.len();
            if *bytes > HISTORY_BYTES_MAX {
                return Err(format!("it takes more than {HISTORY_BYTES_MAX} bytes"));
            }
            previous = previous.or(decoded.previous);
            self.rows.push(Binary(row.body.to_vec()));
        }
        Ok(previous)
    }
}

/// Why a customer could not be read.
pub(super) enum Unread {
    /// The others can be.
    Damaged(String),
    Store(StoreError),
}

impl From<StoreError> for Unread {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Corrupt(_) => Unread::Damaged(format!("left out: {error}")),
            other => Unread::Store(other),
        }
    }
}
