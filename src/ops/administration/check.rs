//! Check: is everything that is stored whole, and does it fit together?
//!
//! First the engine verifies what it knows (checksums, chunks, counters), then everything is read once more for what
//! only the operations know: records decode; each active key of an active customer leads to it and every key's record
//! comes from such a customer; notes belong to a customer and stay within its numbering; transactions are found
//! by their ids and add up to the customer's sums; merged customers and their successors name each other; remembered messages and the change log decode. Requests go on meanwhile: what does not fit is looked at again, and told only if
//! neither side has changed in between. Deliberately absent: repair, and telling the same damage twice.

mod activity;
mod merge;

use tokio::sync::mpsc;

use super::{Administration, Event, Inspected, Listener, Stop, form};
use crate::domain::customer::Customer;
use crate::domain::identity::CustomerId;
use crate::ops::reference;
use crate::store::record::{decode_customer, decode_note, history, idempotency, key};
use crate::store::{Collection, CommitNumber, Key, LogRow, Record, StoreError, batch};

/// What the engine may tell ahead of the listener.
const TOLD_AHEAD: usize = 64;
/// Rows of the change log that are read at once.
const LOG_PAGE: usize = 256;
/// How often something that keeps changing is looked at again; its next writer would notice anything wrong with it.
const LOOKS_MAX: usize = 100;

impl Administration {
    /// Verifies everything and tells each finding; answers how many records and log rows were read.
    pub async fn check(&self, listener: &dyn Listener) -> Result<u64, Stop> {
        let read_by_engine = self.inspect(listener).await?;
        let mut check = Check {
            administration: self,
            listener,
            read_by_engine,
            records: 0,
            log_rows: 0,
            last_owner: None,
        };
        for collection in Collection::ALL {
            check.collection(*collection).await?;
        }
        check.log().await?;
        Ok(check.records + check.log_rows)
    }

    async fn inspect(&self, listener: &dyn Listener) -> Result<u64, Stop> {
        let (sender, mut told) = mpsc::channel(TOLD_AHEAD);
        let engine = self.engine.clone();
        let inspection = tokio::task::spawn_blocking(move || {
            // Once nobody listens any more the engine still reads to its end, and nobody minds.
            engine.inspect(&mut |inspected| drop(sender.blocking_send(inspected)));
        });
        let mut read = 0;
        while let Some(inspected) = told.recv().await {
            let event = match inspected {
                Inspected::Read(count) => {
                    read = count;
                    Event::Progress(count)
                }
                Inspected::Wrong(text) => Event::Finding(text),
            };
            listener.tell(event).await?;
        }
        inspection.await.map_err(|error| StoreError::Engine(error.to_string()))?;
        Ok(read)
    }

    async fn get(&self, key: &Key) -> Result<Option<Record>, StoreError> {
        self.gateway.store.get(key).await
    }
}

/// What was found wrong with a record; `None`: nothing.
pub(super) type Problem = Option<String>;

struct Check<'a> {
    administration: &'a Administration,
    listener: &'a dyn Listener,
    read_by_engine: u64,
    records: u64,
    log_rows: u64,
    /// The customer of the last note: notes of one customer stand side by side.
    last_owner: Option<(CustomerId, Option<u32>)>,
}

impl Check<'_> {
    async fn collection(&mut self, collection: Collection) -> Result<(), Stop> {
        let mut pages = self.administration.pages(collection);
        while let Some(keys) = pages.next().await? {
            for key in &keys {
                match self.record(key).await {
                    Ok(None) => {}
                    Ok(Some(problem)) => self.find(format!("{key}: {problem}")).await?,
                    // The engine told of it.
                    Err(StoreError::Corrupt(_)) => {}
                    Err(error) => return Err(error.into()),
                }
                self.records += 1;
            }
            self.progress().await?;
        }
        Ok(())
    }

    async fn progress(&self) -> Result<(), Stop> {
        let done = self.read_by_engine + self.records + self.log_rows;
        self.listener.tell(Event::Progress(done)).await
    }

    async fn find(&self, text: String) -> Result<(), Stop> {
        self.listener.tell(Event::Finding(text)).await
    }

    /// Looks at a record until it has stayed the same from before the look to after it.
    async fn record(&mut self, key: &Key) -> Result<Problem, StoreError> {
        for _ in 0..LOOKS_MAX {
            let Some(record) = self.administration.get(key).await? else { return Ok(None) };
            let problem = match key.collection {
                Collection::Customer => self.customer(key, &record).await?,
                Collection::Note => self.note(key, &record).await?,
                Collection::AlternateKey => self.alternate_key(key, &record).await?,
                Collection::Idempotency => idempotency::decode(&record.body).err().map(|e| e.to_string()),
                Collection::Reference => reference::problem(key, &record),
                Collection::Transaction => self.transaction(key, &record).await?,
                Collection::TransactionId => self.transaction_id(key, &record).await?,
                Collection::ActivitySums => self.activity(key, &record).await?,
                Collection::BatchRun | Collection::BatchFailure | Collection::BatchWarning => {
                    batch::readable(key, &record).err().map(|error| error.to_string())
                }
                Collection::MergedBefore => self.merged_before(key, &record).await?,
                Collection::PromotionTarget => self.promotion_target(key, &record).await?,
                Collection::Card => self.administration.check_card(key, &record).await?,
                Collection::CardSerial
                | Collection::CustomerCard
                | Collection::CardHolder
                | Collection::AccountActivity
                | Collection::Coupon
                | Collection::PinAttempts => self.administration.check_beside_card(key, &record).await?,
            };
            let Some(problem) = problem else { return Ok(None) };
            let now = self.administration.get(key).await?;
            if now.is_some_and(|now| now.version == record.version) {
                return Ok(Some(problem));
            }
        }
        Ok(None)
    }

    async fn customer(&self, key: &Key, record: &Record) -> Result<Problem, StoreError> {
        let customer = match decode_customer(&record.body) {
            Ok(customer) => customer,
            Err(error) => return Ok(Some(error.to_string())),
        };
        if key::customer(customer.id) != *key {
            return Ok(Some(format!("says that it is customer {}", customer.id)));
        }
        if let Err(why) = form::of_customer(&customer) {
            return Ok(Some(why.to_owned()));
        }
        if let Some(problem) = self.merges(&customer).await? {
            return Ok(Some(problem));
        }
        if !customer.active {
            return Ok(None);
        }
        for held in customer.active_keys() {
            let key = key::alternate(held);
            let leads_here =
                |record: &Record| key::read_customer_id(&record.body).is_ok_and(|id| id == customer.id);
            match self.administration.get(&key).await {
                Ok(Some(record)) if leads_here(&record) => {}
                Ok(Some(_)) => return Ok(Some(format!("its {key} leads to another customer"))),
                Ok(None) => return Ok(Some(format!("its {key} is missing: the key does not find it"))),
                Err(StoreError::Corrupt(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(None)
    }

    async fn alternate_key(&self, key: &Key, record: &Record) -> Result<Problem, StoreError> {
        let id = match key::read_customer_id(&record.body) {
            Ok(id) => id,
            Err(error) => return Ok(Some(error.to_string())),
        };
        let Some(customer) = self.load(id).await? else {
            return Ok(Some(format!("leads to customer {id}, who is not stored")));
        };
        let Ok(customer) = customer else { return Ok(None) };
        let holds = customer.active_keys().any(|held| key::alternate(held) == *key);
        Ok(match (customer.active, holds) {
            (true, true) => None,
            (true, false) => Some(format!("leads to customer {id}, which does not hold it as an active key")),
            (false, _) => Some(format!("leads to customer {id}, which is inactive")),
        })
    }

    async fn note(&mut self, key: &Key, record: &Record) -> Result<Problem, StoreError> {
        let note = match decode_note(&record.body) {
            Ok(note) => note,
            Err(error) => return Ok(Some(error.to_string())),
        };
        let owner = key.id.get(..8).map(key::read_customer_id);
        let Some(Ok(owner)) = owner else { return Ok(Some("stands under a key that is none".to_owned())) };
        if key::note(owner, note.sequence) != *key {
            return Ok(Some(format!("says that it is note {}", note.sequence)));
        }
        if matches!(self.last_owner, Some((id, Some(last))) if id == owner && note.sequence <= last) {
            return Ok(None);
        }
        // Not the one seen before: it may have got this note since.
        let last = match self.load(owner).await? {
            Some(Ok(customer)) => Some(customer.last_note_sequence),
            Some(Err(Unreadable)) => Some(u32::MAX),
            None => None,
        };
        self.last_owner = Some((owner, last));
        Ok(match last {
            None => Some("belongs to a customer who is not stored".to_owned()),
            Some(last) if note.sequence > last => {
                Some(format!("is above the customer's last_note_sequence {last}"))
            }
            Some(_) => None,
        })
    }

    async fn load(&self, id: CustomerId) -> Result<Option<Result<Customer, Unreadable>>, StoreError> {
        match self.administration.get(&key::customer(id)).await {
            Ok(None) => Ok(None),
            Ok(Some(record)) => Ok(Some(decode_customer(&record.body).map_err(|_| Unreadable))),
            Err(StoreError::Corrupt(_)) => Ok(Some(Err(Unreadable))),
            Err(error) => Err(error),
        }
    }

    async fn log(&mut self) -> Result<(), Stop> {
        let mut cursor = LogCursor { commit: 0, seen: 0 };
        let newest = self.administration.gateway.store.health().await.last_commit;
        while cursor.commit <= newest {
            tokio::task::yield_now().await;
            let rows = match self.page(&cursor, LOG_PAGE).await {
                Err(StoreError::Corrupt(_)) => match self.page(&cursor, 1).await {
                    // The engine told of it; on from the next commit.
                    Err(StoreError::Corrupt(_)) => {
                        cursor = LogCursor { commit: cursor.commit + 1, seen: 0 };
                        continue;
                    }
                    one => one?,
                },
                page => page?,
            };
            if rows.is_empty() {
                return Ok(());
            }
            for row in &rows {
                cursor.pass(row);
                self.log_rows += 1;
                if let Err(error) = history::decode(&row.body) {
                    self.find(format!("log row {}/{}: {error}", row.commit, row.position)).await?;
                }
            }
            self.progress().await?;
        }
        Ok(())
    }

    async fn page(&self, cursor: &LogCursor, limit: usize) -> Result<Vec<LogRow>, StoreError> {
        let store = &self.administration.gateway.store;
        let mut rows = store.read_log(cursor.commit, cursor.seen + limit).await?;
        rows.drain(..cursor.seen.min(rows.len()));
        Ok(rows)
    }
}

/// A customer that is there but can't be read; that is told once, where it stands.
struct Unreadable;

/// How far the log has been read: so many rows of this commit.
struct LogCursor {
    commit: CommitNumber,
    seen: usize,
}

impl LogCursor {
    fn pass(&mut self, row: &LogRow) {
        self.seen = if row.commit == self.commit { self.seen + 1 } else { 1 };
        self.commit = row.commit;
    }
}
