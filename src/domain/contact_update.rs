//! U-2, U-3, U-4: what the UpdateTypes of an update make of the contact points of one kind.
//!
//! Order within a request does not matter but for the primary: what is `Old` is deactivated first, then, where
//! something is `Set`, everything else of the kind; then what is `Set` or `New` is brought, the last primary being it
//! (P-2). What is made active again keeps nothing of what it was. A block without a value counts as not sent (V-19),
//! whatever its attributes say: a TypeCode alone deactivates nothing.

use super::contact_point::{Address, ContactPoint, EMail, Telephone};
use super::contact_rules::{ContactPoints, ContactValue};
use super::error::Code;
use super::findings::Findings;
use super::message::ContactPointMessage;
use super::settings::Settings;
use super::value::UpdateType;
use super::violations::Violations;

/// How an `Old` block names what is stored.
pub(super) trait OldValue: ContactValue {
    /// The element of a request.
    const ELEMENT: &'static str;

    /// U-3: has every element that `old` carries.
    fn agrees_with(&self, old: &Self) -> bool;
}

impl OldValue for Address {
    const ELEMENT: &'static str = "Address";

    fn agrees_with(&self, old: &Self) -> bool {
        // An Old block may leave out the country, on which the case of a stored postal code depends.
        let postal_code = match (&self.postal_code, &old.postal_code) {
            (Some(stored), Some(old)) => stored.eq_ignore_ascii_case(old),
            (_, old) => old.is_none(),
        };
        postal_code
            && self.lines.iter().zip(&old.lines).all(|(stored, old)| agree(stored, old))
            && agree(&self.apartment_number, &old.apartment_number)
            && agree(&self.city, &old.city)
            && agree(&self.territory, &old.territory)
            && agree(&self.county, &old.county)
            && agree(&self.country, &old.country)
    }
}

impl OldValue for EMail {
    const ELEMENT: &'static str = "EMail";

    fn agrees_with(&self, old: &Self) -> bool {
        self.address == old.address
    }
}

impl OldValue for Telephone {
    const ELEMENT: &'static str = "Telephone";

    fn agrees_with(&self, old: &Self) -> bool {
        (old.number.is_empty() || self.number == old.number) && agree(&self.extension, &old.extension)
    }
}

/// An element that is not carried agrees with everything.
fn agree(stored: &Option<String>, old: &Option<String>) -> bool {
    old.is_none() || stored == old
}

/// An `Old` block while it looks for what is stored, active or not: a request that comes twice finds it twice.
struct Old<'m, V> {
    type_code: Option<&'m str>,
    sent: &'m V,
    /// As [`Self::sent`] would have been stored.
    normalised: V,
}

impl<'m, V: OldValue> Old<'m, V> {
    fn new(message: &'m ContactPointMessage<V>, settings: &Settings) -> Self {
        let sent = &message.value;
        let normalised = if settings.validation { sent.judge(settings).0 } else { sent.clone() };
        Old { type_code: message.type_code.as_deref(), sent, normalised }
    }

    fn matches(&self, stored: &ContactPoint<V>) -> bool {
        self.type_code.is_none_or(|sent| stored.type_code.as_deref() == Some(sent))
            && (stored.value.agrees_with(&self.normalised) || stored.value.agrees_with(self.sent))
    }
}

/// The blocks of a request that have a value and this UpdateType.
fn of_type<V: ContactValue>(
    sent: &[ContactPointMessage<V>],
    wanted: UpdateType,
) -> impl Iterator<Item = &ContactPointMessage<V>> {
    sent.iter().filter(move |message| message.update_type == Some(wanted) && message.value != V::default())
}

/// Finds `Old` blocks that name nothing stored (U-3), and UpdateTypes that no contact point has. Without a customer
/// only the latter can be judged.
pub(super) fn check<V: OldValue>(
    sent: &[ContactPointMessage<V>],
    stored: Option<&[ContactPoint<V>]>,
    settings: &Settings,
    violations: &mut Violations,
) {
    let path = |message: &ContactPointMessage<V>| {
        format!("Customer/EntityInformation/Individual/ContactInformation/{}[{}]", V::ELEMENT, message.index)
    };
    for message in sent.iter().filter(|message| message.value != V::default()) {
        match message.update_type {
            Some(UpdateType::Delete) => {
                let text = "expected Old, New or Set; a contact point is deactivated, never deleted";
                violations.add(Code::InvalidAttributeValue, format!("{}/@UpdateType", path(message)), text);
            }
            Some(UpdateType::Old) if stored.is_some_and(|stored| !any_matches(message, stored, settings)) => {
                let text = "the customer has none that agrees with this Old block";
                violations.add(Code::InvalidAttributeValue, path(message), text);
            }
            Some(UpdateType::Old | UpdateType::New | UpdateType::Set) | None => {}
        }
    }
}

fn any_matches<V: OldValue>(
    message: &ContactPointMessage<V>,
    stored: &[ContactPoint<V>],
    settings: &Settings,
) -> bool {
    let old = Old::new(message, settings);
    stored.iter().any(|point| old.matches(point))
}

/// U-2: the contact points as they are to be stored. What [`check`] refuses changes nothing.
pub(super) fn apply<V: OldValue>(
    sent: &[ContactPointMessage<V>],
    stored: Vec<ContactPoint<V>>,
    settings: &Settings,
    findings: &mut Findings,
) -> Vec<ContactPoint<V>> {
    let mut points = ContactPoints::for_update(stored, settings, findings);
    for message in of_type(sent, UpdateType::Old) {
        let old = Old::new(message, settings);
        points.deactivate_where(|point| old.matches(point));
    }
    if of_type(sent, UpdateType::Set).next().is_some() {
        points.deactivate_where(|_| true);
    }
    for message in sent {
        match message.update_type {
            Some(UpdateType::Old | UpdateType::Delete) => {}
            Some(UpdateType::Set) => {
                points.bring(&ContactPointMessage { primary: Some(true), ..message.clone() });
            }
            Some(UpdateType::New) | None => points.bring(message),
        }
    }
    points.into_stored()
}

#[cfg(test)]
mod tests;
