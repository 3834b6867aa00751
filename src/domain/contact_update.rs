//! U-2, U-3, U-4: what the UpdateTypes of an update make of the contact points of one kind.
//!
//! Order within a request does not matter but for the primary: what is `Old` is deactivated first, then, where
//! something is `Set`, everything else of the kind; then what is `Set` or `New` is brought, the last primary being it
//! (P-2). What is made active again keeps nothing of what it was. A block without a value counts as not sent (V-19),
//! whatever its attributes say: a TypeCode alone deactivates nothing.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

use super::contact_point::{Address, ContactPoint, EMail, Telephone};
use super::contact_rules::{ContactPoints, ContactValue};
use super::error::Code;
use super::findings::Findings;
use super::message::ContactPointMessage;
use super::settings::Settings;
use super::value::UpdateType;
use super::violations::Violations;

/// How many elements an address has, which is the kind with the most.
const ELEMENTS_MAX: usize = 10;

/// The elements of a contact point in a fixed order of their kind, as far as it has them.
type Elements<'v> = [Option<Cow<'v, str>>; ELEMENTS_MAX];

/// How an `Old` block names what is stored.
pub(super) trait OldValue: ContactValue {
    /// The element of a request.
    const ELEMENT: &'static str;

    /// What U-3 compares.
    fn elements(&self) -> Elements<'_>;
}

impl OldValue for Address {
    const ELEMENT: &'static str = "Address";

    fn elements(&self) -> Elements<'_> {
        let [line_1, line_2, line_3, line_4] = &self.lines;
        let texts = [line_1, line_2, line_3, line_4, &self.apartment_number, &self.city, &self.territory];
        let mut elements = Elements::default();
        for (element, text) in elements.iter_mut().zip(texts) {
            *element = text.as_deref().map(Cow::from);
        }
        elements[7] = self.county.as_deref().map(Cow::from);
        elements[8] = self.country.as_deref().map(Cow::from);
        // The case in which one is stored depends on the country, which an Old block may leave out.
        elements[9] = self.postal_code.as_deref().map(|code| code.to_ascii_uppercase().into());
        elements
    }
}

impl OldValue for EMail {
    const ELEMENT: &'static str = "EMail";

    fn elements(&self) -> Elements<'_> {
        let mut elements = Elements::default();
        elements[0] = Some(self.address.as_str().into());
        elements
    }
}

impl OldValue for Telephone {
    const ELEMENT: &'static str = "Telephone";

    fn elements(&self) -> Elements<'_> {
        let mut elements = Elements::default();
        elements[0] = Some(self.number.as_str()).filter(|number| !number.is_empty()).map(Cow::from);
        elements[1] = self.extension.as_deref().map(Cow::from);
        elements
    }
}

/// U-3: what is stored, active or not, by its elements. A request may have as many `Old` blocks as a customer has
/// contact points, so none of them looks at all of these.
struct Index<'s, V> {
    stored: &'s [ContactPoint<V>],
    elements: Vec<Elements<'s>>,
    /// The positions of those that have an element.
    having: HashMap<(usize, Cow<'s, str>), Vec<usize>>,
}

impl<'s, V: OldValue> Index<'s, V> {
    fn new(stored: &'s [ContactPoint<V>]) -> Self {
        let elements: Vec<_> = stored.iter().map(|point| point.value.elements()).collect();
        let mut having: HashMap<_, Vec<usize>> = HashMap::new();
        for (position, elements) in elements.iter().enumerate() {
            for (place, text) in elements.iter().enumerate() {
                if let Some(text) = text {
                    having.entry((place, text.clone())).or_default().push(position);
                }
            }
        }
        Index { stored, elements, having }
    }

    /// The positions of those that an `Old` block names, as it was sent or as it would have been stored.
    fn named_by(&self, old: &ContactPointMessage<V>, settings: &Settings) -> Vec<usize> {
        let mut found = self.agreeing(&old.value);
        if settings.validation {
            found.extend(self.agreeing(&old.value.judge(settings).0));
        }
        found.retain(|position| old.type_code.is_none() || self.stored[*position].type_code == old.type_code);
        found
    }

    fn agreeing(&self, old: &V) -> Vec<usize> {
        let old = old.elements();
        let sent = old.iter().enumerate().filter_map(|(place, text)| Some((place, text.clone()?)));
        let candidates = sent.map(|element| self.having.get(&element).map_or(&[][..], Vec::as_slice));
        let fewest = candidates.min_by_key(|positions| positions.len()).unwrap_or_default();
        fewest.iter().copied().filter(|position| agree(&self.elements[*position], &old)).collect()
    }
}

/// An element that is not carried agrees with everything.
fn agree(stored: &Elements<'_>, old: &Elements<'_>) -> bool {
    stored.iter().zip(old).all(|(stored, old)| old.is_none() || stored == old)
}

/// The blocks of a request that have a value and this UpdateType.
fn of_type<V: ContactValue>(
    sent: &[ContactPointMessage<V>],
    wanted: UpdateType,
) -> impl Iterator<Item = &ContactPointMessage<V>> {
    sent.iter().filter(move |message| message.update_type == Some(wanted) && message.value != V::default())
}

/// Finds `Old` blocks that name nothing stored (U-3), and UpdateTypes that no contact point has.
pub(super) fn check<V: OldValue>(
    sent: &[ContactPointMessage<V>],
    stored: &[ContactPoint<V>],
    settings: &Settings,
    violations: &mut Violations,
) {
    let path = |message: &ContactPointMessage<V>| {
        format!("Customer/EntityInformation/Individual/ContactInformation/{}[{}]", V::ELEMENT, message.index)
    };
    let index = Index::new(if has_old(sent) { stored } else { &[] });
    for message in sent.iter().filter(|message| message.value != V::default()) {
        match message.update_type {
            Some(UpdateType::Delete) => {
                let text = "expected Old, New or Set; a contact point is deactivated, never deleted";
                violations.add(Code::InvalidAttributeValue, format!("{}/@UpdateType", path(message)), text);
            }
            Some(UpdateType::Old) if index.named_by(message, settings).is_empty() => {
                let text = "the customer has none that agrees with this Old block";
                violations.add(Code::InvalidAttributeValue, path(message), text);
            }
            Some(UpdateType::Old | UpdateType::New | UpdateType::Set) | None => {}
        }
    }
}

fn has_old<V: ContactValue>(sent: &[ContactPointMessage<V>]) -> bool {
    of_type(sent, UpdateType::Old).next().is_some()
}

fn positions_of_old<V: OldValue>(
    sent: &[ContactPointMessage<V>],
    stored: &[ContactPoint<V>],
    settings: &Settings,
) -> BTreeSet<usize> {
    if !has_old(sent) {
        return BTreeSet::new();
    }
    let index = Index::new(stored);
    of_type(sent, UpdateType::Old).flat_map(|old| index.named_by(old, settings)).collect()
}

/// U-2: the contact points as they are to be stored. What [`check`] refuses changes nothing.
pub(super) fn apply<V: OldValue>(
    sent: &[ContactPointMessage<V>],
    stored: Vec<ContactPoint<V>>,
    settings: &Settings,
    findings: &mut Findings,
) -> Vec<ContactPoint<V>> {
    let old = positions_of_old(sent, &stored, settings);
    let mut points = ContactPoints::for_update(stored, settings, findings);
    old.into_iter().for_each(|position| points.deactivate(position));
    if of_type(sent, UpdateType::Set).next().is_some() {
        points.deactivate_all();
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
