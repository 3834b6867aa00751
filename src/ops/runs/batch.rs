//! A record of a batch file on its way: decoded ahead of its decision, kept until it is committed.

use super::carried::{self, Carried};
use crate::domain::error::{Class, Error};
use crate::domain::identity::{AlternateKey, CustomerId};
use crate::ops::batch::PreparedRecord;
use crate::ops::{Action, INSTRUMENT, Record, RecordWarning};
use crate::store::Key;
use crate::store::record::batch::{BatchFailure, RecordKind};
use crate::store::record::key;
use crate::wire::batch::RawRecord;

/// A decoded record. What was read of the file is given back at once, on the thread that read it: memory that one thread
/// takes and another gives back costs both.
pub struct BatchRecord {
    index: u64,
    line: u64,
    byte_offset: u64,
    byte_length: u64,
    kind: RecordKind,
    /// What it asks for, as this program spells it; `None` if that is nothing known or goes without saying.
    action: Option<&'static str>,
    pub(super) prepared: Result<Box<dyn PreparedRecord>, Error>,
    carried: Carried,
    pub(super) warnings: Vec<RecordWarning>,
}

impl BatchRecord {
    /// Decodes a record; one that can't be is decoded too, into its refusal.
    pub fn read(raw: &RawRecord, kind: RecordKind) -> Self {
        let root = raw.document().root();
        let record = Record::new(root);
        let (action, prepared) = match kind {
            RecordKind::Customers => {
                let action = record.action();
                let operation = Action::operation(action, raw.index);
                (action.map(|action| action.name), operation.and_then(|operation| operation.prepare(record)))
            }
            RecordKind::Instruments => (None, INSTRUMENT.prepare(record)),
        };
        BatchRecord {
            index: raw.index,
            line: raw.line,
            byte_offset: raw.byte_offset,
            byte_length: raw.bytes().len() as u64,
            kind,
            action,
            prepared,
            carried: carried::identifiers(root),
            warnings: carried::empty_elements(raw.document()),
        }
    }

    /// Its number in the file, from 1.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// Where it begins in the file unpacked.
    pub fn byte_offset(&self) -> u64 {
        self.byte_offset
    }

    /// The line on which it begins.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// How long it is.
    pub fn byte_length(&self) -> u64 {
        self.byte_length
    }

    /// The keys that what it carries as identifiers would be looked up by.
    pub(super) fn identifiers(&self) -> impl Iterator<Item = Key> {
        let id = self.carried.customer_id.as_deref().and_then(CustomerId::parse).map(key::customer);
        let alternate = |(type_code, alternate_id): &(String, String)| {
            key::alternate(&AlternateKey { type_code: type_code.clone(), alternate_id: alternate_id.clone() })
        };
        id.into_iter().chain(self.carried.alternate_keys.iter().map(alternate))
    }

    /// Its review row (B-4). Of a failure of ours only the id is told by which the log knows the record.
    pub(super) fn failure(&self, refusal: &Error, request_id: &str) -> BatchFailure {
        let code = match self.kind {
            RecordKind::Customers => refusal.code.as_str(),
            RecordKind::Instruments => refusal.code.as_card_document_str(),
        };
        let message = match refusal.code.class() {
            Class::Internal | Class::CorruptRecord => {
                format!("the server failed; its log knows the record as {request_id}")
            }
            Class::Malformed
            | Class::Invalid
            | Class::NotFound
            | Class::AlreadyExists
            | Class::RuleViolated
            | Class::UnknownOperation
            | Class::Unauthenticated
            | Class::TooLarge
            | Class::Contention
            | Class::Timeout
            | Class::Unavailable => refusal.message.clone(),
        };
        BatchFailure {
            line: self.line,
            byte_offset: self.byte_offset,
            byte_length: self.byte_length,
            action: self.action.map(str::to_owned),
            code: code.to_owned(),
            message,
            field: refusal.field.clone(),
            customer_id: self.carried.customer_id.clone(),
            alternate_keys: self.carried.alternate_keys.clone(),
            card_number: self.carried.card_number.clone(),
            instrument_id: self.carried.instrument_id.clone(),
        }
    }
}
