//! One line of a file, into the store: checked, decided, written under assertions.
//!
//! Deliberately absent: portions and their order (`import`).

use bytes::Bytes;

use super::activity::Page;
use super::document::{
    Binary, CustomerLine, Document, Ids, MessageLine, NotesLine, ReferenceLine, TransactionsLine,
};
use super::import::Importer;
use super::read::NOTES_OF_A_LINE;
use super::{Administration, form};
use crate::domain::customer::Customer;
use crate::domain::error::{Code, Error};
use crate::domain::identity::CustomerId;
use crate::domain::note::Note;
use crate::domain::{Decided, Outcome};
use crate::ops::idempotency::expired_before;
use crate::ops::{CARD_IDS, CUSTOMER_IDS, Call, Context, customers, lookup, reference};
use crate::store::record::{NoteDocument, RecordError, decode_note, history, idempotency, key};
use crate::store::{Change, Collection, Key, Reads, Record, StoreError};

/// How often a line is decided anew when others keep being faster.
pub(super) const ATTEMPTS_MAX: usize = 100;
/// The operation in the change log.
pub(super) const OPERATION: &str = "import";

/// Why one line is not in the store.
pub(super) enum Refused {
    /// The others can be.
    Line(String),
    /// Neither can the others.
    Store(StoreError),
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unacceptable(why) => Refused::Line(why),
            StoreError::Corrupt(_) => Refused::Line(error.to_string()),
            StoreError::Contention(_) | StoreError::Unavailable(_) | StoreError::Engine(_) => {
                Refused::Store(error)
            }
        }
    }
}

impl From<Error> for Refused {
    fn from(error: Error) -> Self {
        if error.code.retryable() || error.code == Code::UnexpectedError {
            return Refused::Store(StoreError::Engine(error.message));
        }
        Refused::Line(error.message)
    }
}

impl From<&str> for Refused {
    fn from(why: &str) -> Self {
        Refused::Line(why.to_owned())
    }
}

impl Administration {
    pub(super) async fn import_line(&self, importer: &Importer, line: &[u8]) -> Result<(), Refused> {
        if form::unspeakable(line) {
            return Err("holds a character that XML has no form for".into());
        }
        match Document::read(line).map_err(Refused::Line)? {
            Document::Export(_) => Err("is a header in the middle of the file".into()),
            Document::Ids(ids) => self.import_ids(ids).await,
            Document::Card(line) => self.import_card(line).await,
            Document::Reference(line) => self.import_reference(line).await,
            Document::Customer(line) => self.import_customer(importer, *line).await,
            Document::Notes(line) => self.import_notes(importer, line).await,
            Document::Transactions(line) => self.import_transactions(importer, *line).await,
            Document::Merge(line) => self.import_merge(importer, line).await,
            Document::PromotionTarget(line) => self.import_promotion_target(line).await,
            Document::Message(line) => self.import_message(line).await,
        }
    }

    async fn import_ids(&self, ids: Ids) -> Result<(), Refused> {
        let gateway = &self.gateway;
        let sequences =
            [(CUSTOMER_IDS, &gateway.customer_ids, ids.next), (CARD_IDS, &gateway.card_ids, ids.cards)];
        for (name, sequence, next) in sequences {
            // A counter that is there already is left alone, or each import would take a block of ids.
            if self.engine.next_id(name)? < next || sequence.holds_below(next).await {
                sequence.give_above(&*gateway.store, next - 1).await?;
            }
        }
        Ok(())
    }

    async fn import_customer(&self, importer: &Importer, line: CustomerLine<'_>) -> Result<(), Refused> {
        let customer = Customer::try_from(line.record).map_err(|error| Refused::Line(error.to_string()))?;
        let notes = notes_of(line.notes, customer.last_note_sequence)?;
        form::of_customer(&customer)?;
        let history = history_of(&line.history, customer.id.0)?;
        let page = line.activity.map(|page| Page::read(page, customer.id.0)).transpose()?;
        for _ in 0..ATTEMPTS_MAX {
            let mut change = Change::new();
            if !self.is_there(&customer, &notes).await? {
                self.check_keys_are_free(&customer).await?;
                self.gateway.give_ids_above(customer.id.0).await?;
                change = self.change(importer, None, customer.clone(), notes.clone())?;
                change.log.splice(0..0, history.iter().cloned());
            }
            if let Some(page) = &page {
                change.merge(self.change_of_page(importer, customer.id, page).await?);
            }
            if change.is_empty() || self.commit(change).await? {
                return Ok(());
            }
        }
        Err("others kept changing the same records; import again".into())
    }

    /// Is this very customer stored already? Another one under its id is a refusal.
    async fn is_there(&self, customer: &Customer, notes: &[Note]) -> Result<bool, Refused> {
        let store = &*self.gateway.store;
        let Some(stored) = customers::load(store, customer.id).await? else { return Ok(false) };
        let another = || Refused::Line(format!("customer {} is stored already, and differs", customer.id));
        if stored.customer != *customer || !missing_notes(store, customer, notes).await?.is_empty() {
            return Err(another());
        }
        // A line with fewer notes than it could bear has them all.
        let stored_notes = store.scan(Collection::Note, key::notes_of(customer.id), NOTES_OF_A_LINE).await?;
        if notes.len() < NOTES_OF_A_LINE && stored_notes.len() != notes.len() {
            return Err(another());
        }
        Ok(true)
    }

    async fn check_keys_are_free(&self, customer: &Customer) -> Result<(), Refused> {
        if !customer.active {
            return Ok(());
        }
        let keys: Vec<_> = customer.active_keys().cloned().collect();
        match lookup::holders(&*self.gateway.store, &keys).await?.into_iter().flatten().next() {
            None => Ok(()),
            Some(holder) => Err(Refused::Line(format!(
                "customer {}: one of its alternate keys belongs to customer {holder}",
                customer.id
            ))),
        }
    }

    fn change(
        &self,
        importer: &Importer,
        stored: Option<&customers::Loaded>,
        customer: Customer,
        notes: Vec<Note>,
    ) -> Result<Change, Refused> {
        let call =
            Call { request_id: &importer.request_id, caller: &importer.who, message: None, deadline: None };
        let context = Context::new(&self.gateway, &call);
        let decided = Decided {
            customer,
            notes_put: notes,
            notes_deleted: Vec::new(),
            warnings: Vec::new(),
            outcome: if stored.is_some() { Outcome::Updated } else { Outcome::Added },
        };
        Ok(customers::change(stored, &decided, OPERATION, &context)?)
    }

    /// `false`: others were faster, decide anew.
    pub(super) async fn commit(&self, change: Change) -> Result<bool, Refused> {
        match self.gateway.store.commit(change).await {
            Ok(_) => Ok(true),
            Err(StoreError::Contention(_)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn import_notes(&self, importer: &Importer, line: NotesLine<'_>) -> Result<(), Refused> {
        let id = CustomerId(line.customer);
        let notes = notes_of(line.notes, u32::MAX)?;
        for _ in 0..ATTEMPTS_MAX {
            let Some(stored) = customers::load(&*self.gateway.store, id).await? else {
                return Err(Refused::Line(format!("notes of customer {id}, who is not stored")));
            };
            form::of_notes(&notes, stored.customer.last_note_sequence)?;
            let missing = missing_notes(&*self.gateway.store, &stored.customer, &notes).await?;
            if missing.is_empty() {
                return Ok(());
            }
            let change = self.change(importer, Some(&stored), stored.customer.clone(), missing)?;
            if self.commit(change).await? {
                return Ok(());
            }
        }
        Err("others kept changing the same records; import again".into())
    }

    async fn import_transactions(
        &self,
        importer: &Importer,
        line: TransactionsLine<'_>,
    ) -> Result<(), Refused> {
        let id = CustomerId(line.customer);
        let page = Page::read(line.activity, line.customer)?;
        for _ in 0..ATTEMPTS_MAX {
            if self.gateway.store.get(&key::customer(id)).await?.is_none() {
                return Err(Refused::Line(format!("transactions of customer {id}, who is not stored")));
            }
            let change = self.change_of_page(importer, id, &page).await?;
            if change.is_empty() || self.commit(change).await? {
                return Ok(());
            }
        }
        Err("others kept changing the same records; import again".into())
    }

    async fn import_message(&self, line: MessageLine<'_>) -> Result<(), Refused> {
        let row = idempotency::decode(&line.row.0).map_err(|error| Refused::Line(error.to_string()))?;
        if line.caller.contains('\0') {
            return Err("a caller's name holds a character that none has".into());
        }
        if row.time < expired_before(self.now()) {
            return Ok(());
        }
        let key = key::idempotency(&line.caller, &line.message_id);
        self.put_new(key, line.row.0, "the message was answered here already, and otherwise").await
    }

    /// What a fresh store was given gives way to what the file says; anything else that differs is a refusal.
    async fn import_reference(&self, line: ReferenceLine) -> Result<(), Refused> {
        let (key, body) = (Key::new(Collection::Reference, line.id.0), Bytes::from(line.row.0));
        if let Some(problem) = reference::problem(&key, &Record { version: 0, body: body.clone() }) {
            return Err(Refused::Line(problem));
        }
        for _ in 0..ATTEMPTS_MAX {
            let stored = self.gateway.store.get(&key).await?;
            match &stored {
                Some(stored) if stored.body == body => return Ok(()),
                Some(stored) if !reference::is_as_given(&key, stored) => {
                    return Err("this entry of the reference data is stored already, and differs".into());
                }
                _ => {}
            }
            let mut change = Change::new();
            change.assert_unchanged(key.clone(), stored.as_ref()).put(key.clone(), body.clone());
            if self.commit(change).await? {
                return Ok(());
            }
        }
        Err("others kept changing the same records; import again".into())
    }

    /// Stores a record that belongs to no customer; another one in its place is a refusal.
    async fn put_new(&self, key: Key, body: Vec<u8>, another: &str) -> Result<(), Refused> {
        for _ in 0..ATTEMPTS_MAX {
            match self.gateway.store.get(&key).await? {
                Some(stored) if stored.body == body => return Ok(()),
                Some(_) => return Err(another.into()),
                None => {}
            }
            let mut change = Change::new();
            change.assert_absent(key.clone()).put(key.clone(), body.clone());
            if self.commit(change).await? {
                return Ok(());
            }
        }
        Err("others kept changing the same records; import again".into())
    }
}

fn notes_of(documents: Vec<NoteDocument<'_>>, last_note_sequence: u32) -> Result<Vec<Note>, Refused> {
    let notes: Result<Vec<Note>, _> = documents.into_iter().map(Note::try_from).collect();
    let notes = notes.map_err(|error| Refused::Line(error.to_string()))?;
    form::of_notes(&notes, last_note_sequence)?;
    Ok(notes)
}

/// Those that are not stored; one that is stored otherwise is a refusal.
async fn missing_notes(reads: &dyn Reads, customer: &Customer, notes: &[Note]) -> Result<Vec<Note>, Refused> {
    let keys: Vec<_> = notes.iter().map(|note| key::note(customer.id, note.sequence)).collect();
    let mut missing = Vec::new();
    for (note, stored) in notes.iter().zip(reads.get_many(&keys).await?) {
        let Some(stored) = stored else {
            missing.push(note.clone());
            continue;
        };
        let stored = decode_note(&stored.body);
        if stored.map_err(|error| Refused::Line(error.to_string()))? != *note {
            return Err(Refused::Line(format!("customer {} is stored already, and differs", customer.id)));
        }
    }
    Ok(missing)
}

/// The rows as they are stored here: they lead to no earlier commit.
pub(super) fn history_of(rows: &[Binary], customer: u64) -> Result<Vec<Bytes>, Refused> {
    let row = |row: &Binary| {
        let mut decoded = history::decode(&row.0)?;
        decoded.previous = None;
        Ok((decoded.customer, history::encode(&decoded)?.into()))
    };
    let rows: Result<Vec<(u64, Bytes)>, RecordError> = rows.iter().map(row).collect();
    let rows = rows.map_err(|error| Refused::Line(error.to_string()))?;
    if rows.iter().any(|(about, _)| *about != customer) {
        return Err("holds the history of another customer".into());
    }
    Ok(rows.into_iter().map(|(_, row)| row).collect())
}
