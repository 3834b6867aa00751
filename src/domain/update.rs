//! Rules U and D: what an update makes of the customer it found, and a delete of the one it removes.
//!
//! Contact points and alternate keys say by their UpdateType what they do ([`super::contact_update`],
//! [`super::key_update`]); everything else overwrites (U-8), as in an add-or-update. Who is found (U-1, D-2) needs the
//! store and is decided by the operation. A request is either refused with everything found wrong, in the order of the
//! schema, or decided whole.

use super::attribute_rules::{self, NewValues};
use super::customer::Customer;
use super::decision::{Decided, Outcome};
use super::error::{Code, Error};
use super::message::CustomerMessage;
use super::note::Note;
use super::note_rules;
use super::settings::{Now, Rules};
use super::upsert::{Base, Manner};
use super::value::DateOrTime;
use super::violations::Violations;
use super::{contact_update, key_update, location_rules};

/// Rules U: what a request makes of the customer it found; [`Outcome::Unchanged`] as in AU-2.
///
/// `stored_notes` are all its notes, in any order; they need not be read for a request without notes.
///
/// # Errors
///
/// U-3, U-5, U-6, A-3, A-4, rules C and unknown retail locations, every violation with its path (`Customer/Affiliation/RetailStoreID`).
pub fn update(
    stored: &Customer,
    stored_notes: &[Note],
    message: &CustomerMessage,
    now: &Now,
    rules: &Rules,
) -> Result<Decided, Error> {
    let attributes = check(message, stored, rules)?;
    let base = Base::existing(stored, stored_notes, Manner::ByUpdateType);
    Ok(base.update(message, attributes, now, rules))
}

/// What an update would be refused for whatever is stored: the errors of [`update`] but for U-3.
pub fn check_updated(message: &CustomerMessage, rules: &Rules) -> Result<(), Error> {
    let mut violations = Violations::default();
    location_rules::check(message, rules, &mut violations);
    check_home_location(message, &mut violations);
    key_update::check(message, None, rules.reference, &mut violations);
    attribute_rules::read(message, rules.reference, &mut violations);
    note_rules::check(message, &mut violations);
    violations.into_result()
}

/// Everything that an update can be refused for, in the order of the schema.
fn check(message: &CustomerMessage, stored: &Customer, rules: &Rules) -> Result<Vec<NewValues>, Error> {
    let mut violations = Violations::default();
    location_rules::check(message, rules, &mut violations);
    check_home_location(message, &mut violations);
    let (settings, reference) = (rules.settings, rules.reference);
    contact_update::check(&message.addresses, &stored.addresses, settings, &mut violations);
    contact_update::check(&message.emails, &stored.emails, settings, &mut violations);
    contact_update::check(&message.telephones, &stored.telephones, settings, &mut violations);
    key_update::check(message, Some(&stored.alternate_keys), reference, &mut violations);
    let attributes = attribute_rules::read(message, reference, &mut violations);
    note_rules::check(message, &mut violations);
    violations.into_result()?;
    Ok(attributes)
}

/// U-6: an Affiliation names its store.
fn check_home_location(message: &CustomerMessage, violations: &mut Violations) {
    if message.affiliation_sent && message.home_location.is_none() {
        let text = "the Affiliation does not name the home location";
        violations.add(Code::InvalidAttributeValue, "Customer/Affiliation/RetailStoreID", text);
    }
}

/// D-1: the customer, inactive and kept. D-4: its keys are free, so that none of them is active any more; which were is
/// told by the history. Contact points stay as they are. That it is active is for the operation to see (D-2).
pub fn delete(stored: &Customer, now: &Now) -> Decided {
    let mut customer = stored.clone();
    customer.active = false;
    customer.alternate_keys.iter_mut().for_each(|held| held.active = false);
    customer.update_date = Some(DateOrTime::Local(now.local));
    Decided {
        customer,
        notes_put: Vec::new(),
        notes_deleted: Vec::new(),
        warnings: Vec::new(),
        outcome: Outcome::Deleted,
    }
}

#[cfg(test)]
mod tests;
