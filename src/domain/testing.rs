//! For the tests of the rules: an organisation, a fixed time, and short ways to say what is sent.
//!
//! Times are constants; a later request gets a later one, so that what depends on time shows.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::date;

use super::contact_point::{Address, EMail, Telephone};
use super::customer::{Customer, ValidationError};
use super::error::Error;
use super::identity::CustomerId;
use super::message::{AlternateKeyMessage, AttributeMessage, ContactPointMessage, CustomerMessage};
use super::note::{Note, NoteMessage};
use super::reference::{AttributeKind, AttributeType, Reference};
use super::settings::{Now, Rules, Settings};
use super::value::{NameLocation, UpdateType};
use super::{Decided, add, add_or_update_existing, update};

/// An organisation and what it stores of one customer.
pub(super) struct World {
    pub(super) settings: Settings,
    pub(super) reference: Reference,
    pub(super) notes: Vec<Note>,
    hour: i8,
}

impl Default for World {
    fn default() -> Self {
        World { settings: Settings::default(), reference: reference(), notes: Vec::new(), hour: 0 }
    }
}

impl World {
    /// With validation switched off.
    pub(super) fn trusting() -> Self {
        World { settings: Settings { validation: false, ..Settings::default() }, ..World::default() }
    }

    /// An hour later than the request before.
    pub(super) fn now(&self) -> Now {
        let timestamp = Timestamp::constant(1_400_000_000 + i64::from(self.hour) * 3_600, 0);
        Now { timestamp, local: date(2014, 5, 13).at(self.hour, 0, 0, 0) }
    }

    pub(super) fn try_add(&mut self, message: &CustomerMessage) -> Result<Decided, Error> {
        self.hour += 1;
        let rules = Rules { settings: &self.settings, reference: &self.reference };
        let decided = add(message, CustomerId(7), &self.now(), &rules)?;
        self.store_notes(&decided);
        Ok(decided)
    }

    pub(super) fn add(&mut self, message: &CustomerMessage) -> Customer {
        self.try_add(message).expect("the request is good").customer
    }

    pub(super) fn try_update(
        &mut self,
        stored: &Customer,
        message: &CustomerMessage,
    ) -> Result<Decided, Error> {
        self.hour += 1;
        let rules = Rules { settings: &self.settings, reference: &self.reference };
        let decided = add_or_update_existing(stored, &self.notes, message, &self.now(), &rules)?;
        self.store_notes(&decided);
        Ok(decided)
    }

    pub(super) fn update(&mut self, stored: &Customer, message: &CustomerMessage) -> Customer {
        self.try_update(stored, message).expect("the request is good").customer
    }

    /// An update by rules U.
    pub(super) fn try_change(
        &mut self,
        stored: &Customer,
        message: &CustomerMessage,
    ) -> Result<Decided, Error> {
        self.hour += 1;
        let rules = Rules { settings: &self.settings, reference: &self.reference };
        let decided = update(stored, &self.notes, message, &self.now(), &rules)?;
        self.store_notes(&decided);
        Ok(decided)
    }

    pub(super) fn change(&mut self, stored: &Customer, message: &CustomerMessage) -> Customer {
        self.try_change(stored, message).expect("the request is good").customer
    }

    fn store_notes(&mut self, decided: &Decided) {
        let mut notes: BTreeMap<u32, Note> = self.notes.drain(..).map(|note| (note.sequence, note)).collect();
        notes.extend(decided.notes_put.iter().map(|note| (note.sequence, note.clone())));
        notes.retain(|sequence, _| !decided.notes_deleted.contains(sequence));
        self.notes = notes.into_values().collect();
    }
}

fn reference() -> Reference {
    let colours = ["Silver", "Gold"].map(str::to_owned).to_vec();
    let attribute = |kind, unique, editable| AttributeType { kind, unique, editable };
    let attribute_types = [
        ("Motto", attribute(AttributeKind::Text, false, true)),
        ("Visits", attribute(AttributeKind::Number, false, true)),
        ("Wedding", attribute(AttributeKind::Date, false, true)),
        ("Member", attribute(AttributeKind::Logical, false, true)),
        ("Level", attribute(AttributeKind::List(colours), false, true)),
        ("Colour", attribute(AttributeKind::Text, true, true)),
        ("Founder", attribute(AttributeKind::Text, false, false)),
    ];
    Reference {
        alternate_key_types: ["EMAIL", "TWCUSTID"].map(|code| (code.to_owned(), String::new())).into(),
        attribute_types: attribute_types.map(|(name, definition)| (name.to_owned(), definition)).into(),
        ..Reference::default()
    }
}

/// A request with first and last name.
pub(super) fn named(first: &str, last: &str) -> CustomerMessage {
    let names = vec![(NameLocation::First, first.to_owned()), (NameLocation::Last, last.to_owned())];
    CustomerMessage { names, ..CustomerMessage::default() }
}

/// `HOME:anna@example.com`, with `*` in front as the primary; no type if there is no colon.
pub(super) fn emails(sent: &[&str]) -> CustomerMessage {
    let emails = numbered(sent, |index, text| {
        let (primary, text) = text.strip_prefix('*').map_or((None, text), |rest| (Some(true), rest));
        let (type_code, address) = typed(text);
        let value = EMail { address };
        ContactPointMessage { index, type_code, primary, value, ..ContactPointMessage::default() }
    });
    CustomerMessage { emails, ..named("Anna", "Berg") }
}

/// `HOME:4405550100`.
pub(super) fn telephones(sent: &[&str]) -> CustomerMessage {
    let telephones = numbered(sent, |index, text| {
        let (type_code, number) = typed(text);
        let value = Telephone { number, extension: None };
        ContactPointMessage { index, type_code, value, ..ContactPointMessage::default() }
    });
    CustomerMessage { telephones, ..named("Anna", "Berg") }
}

/// `HOME:49136`: addresses of which only the postal code is known.
pub(super) fn addresses(sent: &[&str]) -> CustomerMessage {
    let addresses = numbered(sent, |index, text| {
        let (type_code, postal_code) = typed(text);
        let value = Address { postal_code: Some(postal_code), ..Address::default() };
        ContactPointMessage { index, type_code, value, ..ContactPointMessage::default() }
    });
    CustomerMessage { addresses, ..named("Anna", "Berg") }
}

/// `TWCUSTID:1`; a part that is empty is not sent.
pub(super) fn keys(sent: &[&str]) -> CustomerMessage {
    let alternate_keys = numbered(sent, |index, text| {
        let (type_code, alternate_id) = typed(text);
        let alternate_id = Some(alternate_id).filter(|text| !text.is_empty());
        AlternateKeyMessage { index, type_code, alternate_id, update_type: None }
    });
    CustomerMessage { alternate_keys, ..CustomerMessage::default() }
}

/// E-mails of an update, and nothing else: `Old HOME:a@x.org`; without a word in front no UpdateType.
pub(super) fn changed_emails(sent: &[&str]) -> CustomerMessage {
    let (update_types, texts): (Vec<_>, Vec<_>) = sent.iter().copied().map(with_update_type).unzip();
    let mut emails = emails(&texts).emails;
    emails.iter_mut().zip(update_types).for_each(|(email, sent)| email.update_type = sent);
    CustomerMessage { emails, ..CustomerMessage::default() }
}

/// Keys of an update: `Old EMAIL:1`; without a word in front no UpdateType.
pub(super) fn changed_keys(sent: &[&str]) -> CustomerMessage {
    let (update_types, texts): (Vec<_>, Vec<_>) = sent.iter().copied().map(with_update_type).unzip();
    let mut message = keys(&texts);
    message.alternate_keys.iter_mut().zip(update_types).for_each(|(key, sent)| key.update_type = sent);
    message
}

fn with_update_type(text: &str) -> (Option<UpdateType>, &str) {
    match text.split_once(' ') {
        Some((word, rest)) => (Some(UpdateType::parse(word).expect("an UpdateType")), rest),
        None => (None, text),
    }
}

/// `Level=Silver|Gold`; nothing behind the sign is one empty value.
pub(super) fn attributes(sent: &[&str]) -> CustomerMessage {
    let attributes = numbered(sent, |index, text| {
        let (name, values) = text.split_once('=').expect("name=values");
        let values = values.split('|').map(str::to_owned).collect();
        AttributeMessage { index, name: Some(name.to_owned()), values }
    });
    CustomerMessage { attributes, ..named("Anna", "Berg") }
}

/// Notes, numbered as positions.
pub(super) fn notes(sent: &[NoteMessage]) -> CustomerMessage {
    let number =
        |(position, note): (usize, &NoteMessage)| NoteMessage { index: position + 1, ..note.clone() };
    let notes = sent.iter().enumerate().map(number).collect();
    CustomerMessage { notes, ..named("Anna", "Berg") }
}

/// A note with a text.
pub(super) fn note(text: &str) -> NoteMessage {
    NoteMessage { text: Some(text.to_owned()), ..NoteMessage::default() }
}

fn numbered<T>(sent: &[&str], read: impl Fn(usize, &str) -> T) -> Vec<T> {
    sent.iter().enumerate().map(|(position, text)| read(position + 1, text)).collect()
}

fn typed(text: &str) -> (Option<String>, String) {
    match text.split_once(':') {
        Some((type_code, value)) => {
            (Some(type_code.to_owned()).filter(|text| !text.is_empty()), value.to_owned())
        }
        None => (None, text.to_owned()),
    }
}

/// `+HOME:a@example.com` for an active one, `-` for an inactive one; `*` behind the sign for the primary.
pub(super) fn shown_emails(customer: &Customer) -> Vec<String> {
    let show = |point: &super::contact_point::ContactPoint<EMail>| {
        let (active, primary) = (if point.active { '+' } else { '-' }, if point.primary { "*" } else { "" });
        let type_code = point.type_code.as_deref().map_or(String::new(), |code| format!("{code}:"));
        format!("{active}{primary}{type_code}{}", point.value.address)
    };
    customer.emails.iter().map(show).collect()
}

/// `+TWCUSTID:1` for an active key, `-` for an inactive one.
pub(super) fn shown_keys(customer: &Customer) -> Vec<String> {
    let show = |held: &super::customer::HeldKey| {
        let active = if held.active { '+' } else { '-' };
        format!("{active}{}:{}", held.key.type_code, held.key.alternate_id)
    };
    customer.alternate_keys.iter().map(show).collect()
}

/// `NAME_MISSING Name[First] 123`.
pub(super) fn shown_errors(customer: &Customer) -> Vec<String> {
    let show = |error: &ValidationError| {
        format!("{} {} {}", error.code.as_str(), error.subject.field(), error.value).trim_end().to_owned()
    };
    customer.validation_errors.iter().map(show).collect()
}

/// `CODE path` for each violation.
pub(super) fn shown_violations(result: Result<Decided, Error>) -> Vec<String> {
    let error = result.expect_err("the request is refused");
    error.violations.iter().map(|violation| format!("{} {}", violation.code, violation.field)).collect()
}

/// `CODE path` for each warning.
pub(super) fn shown_warnings(decided: &Decided) -> Vec<String> {
    decided.warnings.iter().map(|warning| format!("{} {}", warning.code.as_str(), warning.field)).collect()
}
