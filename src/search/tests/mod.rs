//! Search on a memory store: what is found, in which order, through crashes and writes.

mod engine;
mod paging;
mod property;

use jiff::Timestamp;

use super::*;
use crate::domain::contact_point::{Address, ContactPoint, EMail, Telephone};
use crate::domain::customer::{Customer, HeldKey};
use crate::domain::identity::{AlternateKey, CustomerId};
use crate::domain::value::SearchType;
use crate::store::record::history::{self, HistoryRow};
use crate::store::record::{encode_customer, key};
use crate::store::{Change, CommitNumber, MemoryStore, Store};

/// A customer of this name.
pub(super) fn named(id: u64, first: &str, last: &str) -> Customer {
    let mut customer = Customer::new(CustomerId(id), Timestamp::UNIX_EPOCH);
    let name = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    customer.individual.first_name = name(first);
    customer.individual.last_name = name(last);
    customer
}

pub(super) fn point<V>(sequence: u32, active: bool, value: V) -> ContactPoint<V> {
    ContactPoint {
        sequence,
        type_code: None,
        label: None,
        contact_preference_code: None,
        active,
        primary: false,
        valid: true,
        value,
    }
}

pub(super) fn email(address: &str) -> EMail {
    EMail { address: address.to_owned() }
}

pub(super) fn telephone(number: &str) -> Telephone {
    Telephone { number: number.to_owned(), extension: None }
}

/// An address of a line, a city, a territory and a postal code; what is empty is not there.
pub(super) fn address([line, city, territory, postal_code]: [&str; 4]) -> Address {
    let part = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Address {
        lines: [part(line), None, None, None],
        city: part(city),
        territory: part(territory),
        postal_code: part(postal_code),
        ..Address::default()
    }
}

pub(super) fn held_key(type_code: &str, alternate_id: &str, active: bool) -> HeldKey {
    let key = AlternateKey { type_code: type_code.to_owned(), alternate_id: alternate_id.to_owned() };
    HeldKey { key, active }
}

/// Stores a customer as an operation does: its record and a row of the log.
pub(super) async fn store_customer(store: &dyn Store, customer: &Customer) -> CommitNumber {
    let mut change = Change::new();
    change.put(key::customer(customer.id), encode_customer(customer).unwrap());
    change.log(row(customer.id));
    store.commit(change).await.unwrap()
}

pub(super) async fn remove_customer(store: &dyn Store, id: CustomerId) -> CommitNumber {
    let mut change = Change::new();
    change.delete(key::customer(id)).log(row(id));
    store.commit(change).await.unwrap()
}

fn row(id: CustomerId) -> Vec<u8> {
    let row = HistoryRow {
        time: Timestamp::UNIX_EPOCH,
        who: "anonymous".into(),
        operation: "test".into(),
        request_id: "test".into(),
        customer: id.0,
        previous: None,
        sections: Vec::new(),
        notes: Vec::new(),
        cards: Vec::new(),
    };
    history::encode(&row).unwrap()
}

/// Criteria as `(field, search type, text)`, active ones only.
pub(super) fn query(criteria: &[(Field, SearchType, &str)]) -> Query {
    let criterion = |(field, search_type, text): &(Field, SearchType, &str)| {
        Criterion::new(*field, *search_type, text).unwrap()
    };
    Query::new(criteria.iter().map(criterion).collect(), false).unwrap()
}

/// The ids of the first page of 200.
pub(super) async fn found(search: &Search, query: &Query) -> Vec<u64> {
    let page = search.find(PageRequest { query, customers_max: 200, token: None }).await.unwrap();
    assert_eq!(page.next_token, None);
    ids(&page)
}

pub(super) fn ids(page: &Page) -> Vec<u64> {
    page.hits.iter().map(|hit| hit.id.0).collect()
}
