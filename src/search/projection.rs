//! What search knows of a customer: folded values, and the place in the order of answers.
//!
//! The one predicate that decides whether a customer matches; the index and the overlay only propose.

use super::query::{Criterion, Field, Query};
use super::sound::{Sound, alike, sounds};
use crate::domain::card::CardNumber;
use crate::domain::contact_point::ContactPoint;
use crate::domain::customer::Customer;
use crate::domain::fold;
use crate::domain::identity::CustomerId;
use crate::domain::value::SearchType;

/// The place of a customer in answers: folded last name, folded first name, id; each name ended by 0x00.
pub(super) type SortKey = Box<[u8]>;

/// A value of a customer as it is compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) field: Field,
    /// The address it belongs to; 0 for what belongs to none.
    address: u32,
    active: bool,
    pub(super) folded: String,
    pub(super) type_code: Option<String>,
}

/// A customer as search sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Projection {
    pub(super) id: CustomerId,
    pub(super) active: bool,
    pub(super) sort_key: SortKey,
    pub(super) values: Vec<Value>,
}

impl Projection {
    /// Everything, with the customer's cards, also those that stand for somebody else.
    pub(super) fn of<S: AsRef<str>>(customer: &Customer<S>, cards: &[CardNumber]) -> Self {
        Projection::with(customer, cards, |_| true)
    }

    /// What a query asks for, which is much less to fold.
    fn asked<S: AsRef<str>>(customer: &Customer<S>, cards: &[CardNumber], query: &Query) -> Self {
        Projection::with(customer, cards, |field| query.asks_for(field))
    }

    fn with<S: AsRef<str>>(
        customer: &Customer<S>,
        cards: &[CardNumber],
        wanted: impl Fn(Field) -> bool,
    ) -> Self {
        let mut values = Values { wanted, values: Vec::new() };
        values.names(customer);
        values.contacts(customer);
        for held in &customer.alternate_keys {
            let type_code = Some(held.key.type_code.as_ref().to_owned());
            values.push(Field::AlternateKey, 0, held.active, Some(&held.key.alternate_id), type_code);
        }
        for card in cards {
            values.push(Field::CardNumber, 0, true, Some(&card.as_str()), None);
        }
        let (id, active) = (customer.id, customer.active);
        Projection { id, active, sort_key: sort_key(customer), values: values.values }
    }

    /// Does the customer match?
    pub(super) fn matches(&self, query: &Sought<'_>) -> bool {
        let inactive = query.query.include_inactive;
        if !self.active && !inactive {
            return false;
        }
        let visible = || self.values.iter().filter(|value| value.active || inactive);
        if !query.others.iter().all(|test| visible().any(|value| test.holds(value))) {
            return false;
        }
        let holds_on = |address: u32, test: &Test<'_>| {
            visible().any(|value| value.address == address && test.holds(value))
        };
        let all_on = |address: u32| query.of_address.iter().all(|test| holds_on(address, test));
        query.of_address.is_empty() || visible().any(|value| value.address > 0 && all_on(value.address))
    }
}

/// Does the customer match, as it is stored now? `cards` are those that stand for it.
pub(super) fn matches<S: AsRef<str>>(
    customer: &Customer<S>,
    cards: &[CardNumber],
    sought: &Sought<'_>,
) -> bool {
    Projection::asked(customer, cards, sought.query).matches(sought)
}

/// A query made ready to be held against many customers.
pub(super) struct Sought<'q> {
    pub(super) query: &'q Query,
    of_address: Vec<Test<'q>>,
    others: Vec<Test<'q>>,
}

struct Test<'q> {
    criterion: &'q Criterion,
    sounds: Vec<Sound>,
}

impl<'q> Sought<'q> {
    pub(super) fn new(query: &'q Query) -> Self {
        let test = |criterion: &'q Criterion| {
            let by_sound = criterion.search_type == SearchType::SoundsLike;
            Test { criterion, sounds: if by_sound { sounds(&criterion.folded) } else { Vec::new() } }
        };
        let (of_address, others) =
            query.criteria.iter().map(test).partition(|test| test.criterion.field.of_address());
        Sought { query, of_address, others }
    }
}

impl Test<'_> {
    fn holds(&self, value: &Value) -> bool {
        let criterion = self.criterion;
        let sought = &criterion.folded;
        value.field == criterion.field
            && (criterion.type_code.is_none() || value.type_code == criterion.type_code)
            && match criterion.search_type {
                SearchType::Exact => value.folded == *sought,
                SearchType::StartsWith => value.folded.starts_with(sought),
                SearchType::EndsWith => value.folded.ends_with(sought),
                SearchType::Contains => value.folded.contains(sought),
                SearchType::SoundsLike => alike(&self.sounds, &sounds(&value.folded)),
            }
    }
}

struct Values<W> {
    wanted: W,
    values: Vec<Value>,
}

impl<W: Fn(Field) -> bool> Values<W> {
    fn push<S: AsRef<str>>(
        &mut self,
        field: Field,
        address: u32,
        active: bool,
        text: Option<&S>,
        type_code: Option<String>,
    ) {
        let Some(text) = text.filter(|_| (self.wanted)(field)) else { return };
        let folded = field.fold_stored(text.as_ref());
        if !folded.is_empty() {
            self.values.push(Value { field, address, active, folded, type_code });
        }
    }

    fn names<S: AsRef<str>>(&mut self, customer: &Customer<S>) {
        let (individual, profile) = (&customer.individual, &customer.profile);
        let names = [
            (Field::LastName, &individual.last_name),
            (Field::LastName, &individual.last_name_2),
            (Field::FirstName, &individual.first_name),
            (Field::FirstName, &individual.first_name_2),
            (Field::BusinessName, &profile.business_name),
        ];
        for (field, text) in names {
            self.push(field, 0, true, text.as_ref(), None);
        }
    }

    fn contacts<S: AsRef<str>>(&mut self, customer: &Customer<S>) {
        for ContactPoint { active, value, .. } in &customer.emails {
            self.push(Field::EMailAddress, 0, *active, Some(&value.address), None);
        }
        for ContactPoint { active, value, .. } in &customer.telephones {
            self.push(Field::PhoneNumber, 0, *active, Some(&value.number), None);
        }
        for (ContactPoint { active, value, .. }, address) in customer.addresses.iter().zip(1..) {
            let parts = [
                (Field::AddressLine1, &value.lines[0]),
                (Field::City, &value.city),
                (Field::Territory, &value.territory),
                (Field::PostalCode, &value.postal_code),
            ];
            for (field, text) in parts {
                self.push(field, address, *active, text.as_ref(), None);
            }
        }
    }
}

/// Customers without a name come first, in the order of their ids.
fn sort_key<S: AsRef<str>>(customer: &Customer<S>) -> SortKey {
    let folded = |name: &Option<S>| name.as_ref().map(|name| fold::fold(name.as_ref())).unwrap_or_default();
    let (last, first) = (folded(&customer.individual.last_name), folded(&customer.individual.first_name));
    [last.as_bytes(), &[0], first.as_bytes(), &[0], &customer.id.0.to_be_bytes()].concat().into()
}

/// The customer that a sort key ends with.
pub(super) fn id_of(sort_key: &[u8]) -> Option<CustomerId> {
    sort_key.last_chunk::<8>().map(|bytes| CustomerId(u64::from_be_bytes(*bytes)))
}
