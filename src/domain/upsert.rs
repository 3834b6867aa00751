//! Rules A and AU: what a request makes of a customer, new or stored.
//!
//! [`Base`] is the way that all writing requests share; an update ([`super::update()`]) differs in its [`Manner`]. An add is an add-or-update of a customer of whom nothing is known; only equal notes differ (A-4, AU-4). Who is
//! found (AU-1) and whose a key is needs the store and is decided by the operation. A request is either
//! refused with everything found wrong, in the order of the schema, or decided whole.

use super::attribute_rules::{self, NewValues};
use super::contact_point::ContactPoint;
use super::contact_rules::{self, overwrite};
use super::contact_update::{self, OldValue};
use super::customer::{Customer, Profile};
use super::decision::{Decided, Outcome, Warnings};
use super::error::Error;
use super::findings::Findings;
use super::identity::CustomerId;
use super::location_rules;
use super::message::{ContactPointMessage, CustomerMessage};
use super::note::Note;
use super::note_rules::{self, Equal, NoteChanges, Notes};
use super::person_rules::{self, Remarks};
use super::settings::{Now, Rules, Settings};
use super::value::{ContactType, DateOrTime};
use super::violations::Violations;
use super::{key_rules, key_update};

/// Rules A: the customer that a request makes, under the new `id`.
///
/// # Errors
///
/// rules C and unknown retail locations, every violation with its path
/// (`Customer/AlternateKey[2]/@TypeCode`).
pub fn add(message: &CustomerMessage, id: CustomerId, now: &Now, rules: &Rules) -> Result<Decided, Error> {
    let attributes = check(message, rules)?;
    let customer = Customer::new(id, now.timestamp);
    let base = Base { customer, stored: None, notes: &[], manner: Manner::Replace };
    let mut decided = base.apply(message, attributes, now, rules);
    note_update(&mut decided.customer, message, now);
    Ok(decided)
}

/// Rules AU: what a request makes of the customer it found.
///
/// `stored_notes` are all its notes, in any order; they need not be read for a request without notes.
///
/// # Errors
///
/// As [`add`].
pub fn add_or_update_existing(
    stored: &Customer,
    stored_notes: &[Note],
    message: &CustomerMessage,
    now: &Now,
    rules: &Rules,
) -> Result<Decided, Error> {
    let attributes = check(message, rules)?;
    let base = Base::existing(stored, stored_notes, Manner::Replace);
    Ok(base.update(message, attributes, now, rules))
}

/// What an add, or an add-or-update, would be refused for whatever is stored: the errors of [`add`].
pub fn check_added(message: &CustomerMessage, rules: &Rules) -> Result<(), Error> {
    check(message, rules).map(drop)
}

/// Everything that a request can be refused for, in the order of the schema.
fn check(message: &CustomerMessage, rules: &Rules) -> Result<Vec<NewValues>, Error> {
    let mut violations = Violations::default();
    location_rules::check(message, rules, &mut violations);
    key_rules::check(message, rules.reference, &mut violations);
    let attributes = attribute_rules::read(message, rules.reference, &mut violations);
    note_rules::check(message, &mut violations);
    violations.into_result()?;
    Ok(attributes)
}

/// How contact points and alternate keys are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    /// AU-3: what is new takes the place of what it has the TypeCode of.
    Replace,
    /// U-2, U-5: each says itself what it does.
    ByUpdateType,
}

/// What a request is applied to, and how.
pub(super) struct Base<'a> {
    customer: Customer,
    stored: Option<&'a Customer>,
    notes: &'a [Note],
    manner: Manner,
}

impl<'a> Base<'a> {
    /// A stored customer with all its notes.
    pub(super) fn existing(stored: &'a Customer, notes: &'a [Note], manner: Manner) -> Self {
        Base { customer: stored.clone(), stored: Some(stored), notes, manner }
    }

    /// The decision; LastUpdateInfo is written if anything else is.
    pub(super) fn update(
        self,
        message: &CustomerMessage,
        attributes: Vec<NewValues>,
        now: &Now,
        rules: &Rules,
    ) -> Decided {
        let mut decided = self.apply(message, attributes, now, rules);
        if decided.outcome == Outcome::Updated {
            note_update(&mut decided.customer, message, now);
        }
        decided
    }

    /// The decision, without LastUpdateInfo.
    fn apply(
        mut self,
        message: &CustomerMessage,
        attributes: Vec<NewValues>,
        now: &Now,
        rules: &Rules,
    ) -> Decided {
        let customer = &mut self.customer;
        let known = std::mem::take(&mut customer.validation_errors);
        let mut findings = Findings::new(known, now.timestamp);
        let mut warnings = Warnings::default();
        let (settings, manner) = (rules.settings, self.manner);
        apply_profile(message, &mut customer.profile);
        let mut remarks = Remarks { findings: &mut findings, warnings: &mut warnings };
        person_rules::apply(message, &mut customer.individual, settings, &mut remarks);
        apply_contact_points(manner, &message.addresses, &mut customer.addresses, settings, &mut findings);
        apply_contact_points(manner, &message.emails, &mut customer.emails, settings, &mut findings);
        apply_contact_points(manner, &message.telephones, &mut customer.telephones, settings, &mut findings);
        apply_preferences(&message.contact_preferences, &mut customer.contact_preferences);
        match manner {
            Manner::Replace => key_rules::apply(message, &mut customer.alternate_keys),
            Manner::ByUpdateType => key_update::apply(message, &mut customer.alternate_keys, &mut warnings),
        }
        attribute_rules::apply(attributes, &mut customer.attributes, &mut warnings);
        person_rules::judge_missing_names(message, self.stored, customer, settings, &mut findings);
        customer.validation_errors = findings.into_vec();
        let notes = self.apply_notes(message, &mut warnings);
        let outcome = self.outcome(&notes);
        Decided {
            customer: self.customer,
            notes_put: notes.put,
            notes_deleted: notes.deleted,
            warnings: warnings.into_vec(),
            outcome,
        }
    }

    fn apply_notes(&mut self, message: &CustomerMessage, warnings: &mut Warnings) -> NoteChanges {
        if message.notes.is_empty() {
            return NoteChanges::default();
        }
        let equal = if self.stored.is_some() { Equal::Skipped } else { Equal::Added };
        let last = &mut self.customer.last_note_sequence;
        let mut notes = Notes::new(self.notes, *last);
        notes.apply(&message.notes, equal, warnings);
        let changes = notes.into_changes(self.notes);
        *last = changes.put.iter().map(|note| note.sequence).fold(*last, u32::max);
        changes
    }

    /// AU-2: nothing but LastUpdateInfo, which is not yet written, would differ.
    fn outcome(&self, notes: &NoteChanges) -> Outcome {
        match self.stored {
            None => Outcome::Added,
            Some(stored) if *stored == self.customer && *notes == NoteChanges::default() => {
                Outcome::Unchanged
            }
            Some(_) => Outcome::Updated,
        }
    }
}

/// LastUpdateInfo; a missing date is local time now.
fn note_update(customer: &mut Customer, message: &CustomerMessage, now: &Now) {
    overwrite(&mut customer.update_user_id, message.update_user_id.as_ref());
    customer.update_date = Some(message.update_date.unwrap_or(DateOrTime::Local(now.local)));
}

/// AU-5, for what is said about the customer as such.
fn apply_profile(message: &CustomerMessage, profile: &mut Profile) {
    overwrite(&mut profile.retail_store_id, message.retail_store_id.as_ref());
    overwrite(&mut profile.signup_date, message.signup_date.as_ref());
    overwrite(&mut profile.customer_number, message.customer_number.as_ref());
    overwrite(&mut profile.customer_reference, message.customer_reference.as_ref());
    overwrite(&mut profile.org_name, message.org_name.as_ref());
    overwrite(&mut profile.cust_org_typcode, message.cust_org_typcode.as_ref());
    overwrite(&mut profile.employee_id, message.employee_id.as_ref());
    overwrite(&mut profile.home_location, message.home_location.as_ref());
    overwrite(&mut profile.prospect, message.prospect.as_ref());
    overwrite(&mut profile.source, message.source.as_ref());
    overwrite(&mut profile.business_name, message.business_name.as_ref());
    overwrite(&mut profile.customer_class, message.customer_class.as_ref());
}

/// AU-2, AU-3, U-2, P, for one kind.
fn apply_contact_points<V: OldValue>(
    manner: Manner,
    sent: &[ContactPointMessage<V>],
    stored: &mut Vec<ContactPoint<V>>,
    settings: &Settings,
    findings: &mut Findings,
) {
    if sent.is_empty() {
        return;
    }
    let before = std::mem::take(stored);
    *stored = match manner {
        Manner::Replace => contact_rules::replace(sent, before, settings, findings),
        Manner::ByUpdateType => contact_update::apply(sent, before, settings, findings),
    };
}

/// One permission for a channel; the last one sent counts.
fn apply_preferences(sent: &[(ContactType, bool)], stored: &mut Vec<(ContactType, bool)>) {
    for (channel, permission) in sent {
        match stored.iter_mut().find(|(known, _)| known == channel) {
            Some((_, known)) => *known = *permission,
            None => stored.push((*channel, *permission)),
        }
    }
}

#[cfg(test)]
mod tests;
