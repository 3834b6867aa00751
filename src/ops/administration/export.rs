//! Export: everything in the store as lines (see [`super::document`]), read while requests go on.
//!
//! Which moment the file shows: each customer, with its notes and history, as of one moment during the export
//! (changed meanwhile, it is read again); all that was answered before the export began is in it; two customers may
//! be of different moments. A message is carried only if its effect is (it was answered before the export began).
//! So an export beside a busy server can show a key that went from one customer to another at both; `import` tells.
//! For a file of one single moment, export without a server.
//!
//! Left out, each told as a finding: damaged records, and of one customer's history what is beyond
//! [`HISTORY_BYTES_MAX`](super::read::HISTORY_BYTES_MAX) or damaged. Left out by design: expired messages, and history of
//! customers that the log no longer holds. Notes beyond [`NOTES_OF_A_LINE`](super::read::NOTES_OF_A_LINE) may be of a
//! later moment than their customer, and so may its sums and transactions, which are of one moment together. A merge that
//! was made during the export is carried without what is needed to take it back, which is a finding too.

use jiff::Timestamp;

use super::activity::Pages;
use super::document::{
    Binary, CustomerLine, Document, FORMAT, Header, Ids, MessageLine, NotesLine, ReferenceLine,
    TransactionsLine,
};
use super::read::{Unread, Whole};
use super::{Administration, Event, Listener, Stop};
use crate::domain::identity::CustomerId;
use crate::ops::idempotency::expired_before;
use crate::ops::{CARD_IDS, CUSTOMER_IDS};
use crate::store::record::{CustomerDocument, NoteDocument, idempotency};
use crate::store::{Collection, CommitNumber, Key, Record, StoreError};

/// Lines are handed over in pieces of about this size.
const PIECE_BYTES: usize = 64 * 1024;

impl Administration {
    /// Tells everything in the store; answers how many lines followed the header.
    pub async fn export(&self, listener: &dyn Listener) -> Result<u64, Stop> {
        let began_at = self.gateway.store.health().await.last_commit;
        let mut lines = Lines::new(listener);
        lines.put(&self.header(began_at)).await?;
        lines.count = 0;
        let (next, cards) = (self.engine.next_id(CUSTOMER_IDS)?, self.engine.next_id(CARD_IDS)?);
        lines.put(&Document::Ids(Ids { next, cards })).await?;
        self.export_reference(&mut lines).await?;
        self.export_cards(&mut lines).await?;
        self.export_customers(&mut lines).await?;
        self.export_merges(&mut lines, began_at).await?;
        self.export_promotion_targets(&mut lines, began_at).await?;
        self.export_messages(&mut lines, began_at).await?;
        lines.flush().await?;
        Ok(lines.count)
    }

    fn header(&self, commit: CommitNumber) -> Document<'static> {
        let program = concat!("castile ", env!("CARGO_PKG_VERSION")).into();
        Document::Export(Header { format: FORMAT, program, time: self.now().to_string(), commit })
    }

    pub(super) fn now(&self) -> Timestamp {
        self.gateway.clock.now()
    }

    async fn export_cards(&self, lines: &mut Lines<'_>) -> Result<(), Stop> {
        let mut pages = self.pages(Collection::Card);
        while let Some(keys) = pages.next().await? {
            for key in &keys {
                match self.read_card(key).await {
                    Ok(Some(card)) => lines.put(&Document::Card(card)).await?,
                    Ok(None) => {}
                    Err(Unread::Damaged(text)) => lines.find(text).await?,
                    Err(Unread::Store(error)) => return Err(error.into()),
                }
            }
        }
        Ok(())
    }

    async fn export_customers(&self, lines: &mut Lines<'_>) -> Result<(), Stop> {
        let mut pages = self.pages(Collection::Customer);
        while let Some(keys) = pages.next().await? {
            for key in &keys {
                match self.read_whole(key, true).await {
                    Ok(Some(whole)) => self.export_customer(lines, whole).await?,
                    Ok(None) => {}
                    Err(Unread::Damaged(text)) => lines.find(text).await?,
                    Err(Unread::Store(error)) => return Err(error.into()),
                }
            }
        }
        Ok(())
    }

    async fn export_customer(&self, lines: &mut Lines<'_>, whole: Whole) -> Result<(), Stop> {
        let Whole { customer, mut notes, history } = whole;
        if let Some(problem) = history.problem {
            lines.find(format!("customer {}: older history is left out: {problem}", customer.id)).await?;
        }
        let mut pages = match self.activity(customer.id).await? {
            Ok(pages) => pages,
            Err(problem) => {
                lines.find(problem).await?;
                None
            }
        };
        let activity = match &mut pages {
            Some(pages) => self.next_page(pages).await?,
            None => None,
        };
        let line = CustomerLine {
            record: CustomerDocument::from(&customer),
            activity,
            notes: notes.notes.iter().map(NoteDocument::from).collect(),
            history: history.rows,
        };
        lines.put(&Document::Customer(Box::new(line))).await?;
        loop {
            for problem in std::mem::take(&mut notes.problems) {
                lines.find(problem).await?;
            }
            let Some(after) = notes.more_behind else { break };
            notes = self.notes_behind(&customer, Some(&after)).await?;
            if !notes.notes.is_empty() {
                let notes = notes.notes.iter().map(NoteDocument::from).collect();
                lines.put(&Document::Notes(NotesLine { customer: customer.id.0, notes })).await?;
            }
        }
        self.export_transactions(lines, customer.id, pages).await
    }

    /// The pages behind the first.
    async fn export_transactions(
        &self,
        lines: &mut Lines<'_>,
        customer: CustomerId,
        pages: Option<Pages>,
    ) -> Result<(), Stop> {
        let Some(mut pages) = pages else { return Ok(()) };
        loop {
            for problem in std::mem::take(&mut pages.problems) {
                lines.find(problem).await?;
            }
            let Some(activity) = self.next_page(&mut pages).await? else { return Ok(()) };
            let line = TransactionsLine { customer: customer.0, activity };
            lines.put(&Document::Transactions(Box::new(line))).await?;
        }
    }

    async fn export_messages(&self, lines: &mut Lines<'_>, began_at: CommitNumber) -> Result<(), Stop> {
        let mut pages = self.pages(Collection::Idempotency);
        while let Some(keys) = pages.next().await? {
            for key in &keys {
                match self.gateway.store.get(key).await {
                    Ok(Some(record)) if record.version <= began_at => {
                        self.export_message(lines, key, &record).await?;
                    }
                    Ok(_) => {}
                    Err(error @ StoreError::Corrupt(_)) => lines.find(format!("left out: {error}")).await?,
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(())
    }

    async fn export_message(&self, lines: &mut Lines<'_>, key: &Key, record: &Record) -> Result<(), Stop> {
        let decoded = idempotency::decode(&record.body);
        let expired = decoded.as_ref().is_ok_and(|row| row.time < expired_before(self.now()));
        let text = std::str::from_utf8(&key.id).ok().and_then(|id| id.split_once('\0'));
        match (decoded, text) {
            _ if expired => Ok(()),
            (Ok(_), Some((caller, message_id))) => {
                let (caller, message_id) = (caller.into(), message_id.into());
                let row = Binary(record.body.to_vec());
                lines.put(&Document::Message(MessageLine { caller, message_id, row })).await
            }
            (Ok(_), None) => lines.find(format!("{key} is left out: its key can't be read")).await,
            (Err(error), _) => lines.find(format!("{key} is left out: {error}")).await,
        }
    }

    async fn export_reference(&self, lines: &mut Lines<'_>) -> Result<(), Stop> {
        let mut pages = self.pages(Collection::Reference);
        while let Some(keys) = pages.next().await? {
            for key in &keys {
                match self.gateway.store.get(key).await {
                    Ok(Some(record)) => {
                        let (id, row) = (Binary(key.id.to_vec()), Binary(record.body.to_vec()));
                        lines.put(&Document::Reference(ReferenceLine { id, row })).await?;
                    }
                    Ok(None) => {}
                    Err(error @ StoreError::Corrupt(_)) => lines.find(format!("left out: {error}")).await?,
                    Err(error) => return Err(error.into()),
                }
            }
        }
        Ok(())
    }
}

/// The lines on their way to the listener.
pub(super) struct Lines<'a> {
    listener: &'a dyn Listener,
    buffer: Vec<u8>,
    /// Lines that count as records.
    pub(super) count: u64,
}

impl<'a> Lines<'a> {
    pub(super) fn new(listener: &'a dyn Listener) -> Self {
        Lines { listener, buffer: Vec::with_capacity(2 * PIECE_BYTES), count: 0 }
    }

    pub(super) async fn put(&mut self, document: &Document<'_>) -> Result<(), Stop> {
        document.write(&mut self.buffer).map_err(|error| StoreError::Engine(error.to_string()))?;
        self.record().await
    }

    /// A line that is no record.
    pub(super) fn put_line(&mut self, line: &[u8]) {
        self.buffer.extend_from_slice(line);
        self.buffer.push(b'\n');
    }

    /// A record's line has been put.
    pub(super) async fn record(&mut self) -> Result<(), Stop> {
        self.count += 1;
        if self.buffer.len() < PIECE_BYTES {
            return Ok(());
        }
        self.flush().await?;
        self.listener.tell(Event::Progress(self.count)).await
    }

    pub(super) async fn flush(&mut self) -> Result<(), Stop> {
        let piece = std::mem::replace(&mut self.buffer, Vec::with_capacity(2 * PIECE_BYTES));
        if piece.is_empty() { Ok(()) } else { self.listener.tell(Event::Lines(piece)).await }
    }

    pub(super) async fn find(&self, text: String) -> Result<(), Stop> {
        self.listener.tell(Event::Finding(text)).await
    }
}
