//! Reading the links between customers and cards, in both directions.
//!
//! Links stay with the customer that they were made for. Deliberately absent: writing, which only operations do.

use std::ops::Range;

use super::record::{RecordError, decode_link, key, read_state};
use super::{Collection, Key, Reads, Record, StoreError};
use crate::domain::card::CardNumber;
use crate::domain::identity::CustomerId;

/// How many records are read at once.
const PAGE: usize = 256;
/// How many customers of a card are looked at first: most cards have one.
const FIRST_HOLDERS: usize = 4;

/// Why links could not be read.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A record can't be read.
    #[error(transparent)]
    Record(#[from] RecordError),
}

/// The numbers of the cards that a customer has by active links, ascending. `card_count` is what its record says: one
/// without cards costs nothing.
pub async fn cards_of(
    reads: &dyn Reads,
    customer: CustomerId,
    card_count: u32,
) -> Result<Vec<CardNumber>, LinkError> {
    if card_count == 0 {
        return Ok(Vec::new());
    }
    let mut cards = Vec::new();
    for (key, record) in scan_all(reads, Collection::CustomerCard, key::cards_of(customer)).await? {
        if decode_link(&record.body)?.active {
            cards.push(key::read_customer_card(&key)?.1);
        }
    }
    Ok(cards)
}

/// A customer of a card.
#[derive(Debug)]
pub struct Holder {
    /// Which.
    pub customer: CustomerId,
    /// Is the customer active?
    pub active: bool,
    /// The customer's record.
    pub record: Record,
}

/// The customers that have the card by active links, in the order of association; inactive customers too.
pub async fn holders(reads: &dyn Reads, card: &CardNumber) -> Result<Vec<Holder>, LinkError> {
    let places = scan_all(reads, Collection::CardHolder, key::holders_of(card)).await?;
    read_holders(reads, card, &places).await
}

/// The customer that a card stands for: the first associated active one; if there is none and inactive ones count, the
/// first of them.
pub async fn representative(
    reads: &dyn Reads,
    card: &CardNumber,
    inactive_too: bool,
) -> Result<Option<Holder>, LinkError> {
    let places = reads.scan(Collection::CardHolder, key::holders_of(card), FIRST_HOLDERS).await?;
    let mut found = read_holders(reads, card, &places).await?;
    if places.len() == FIRST_HOLDERS && !found.iter().any(|holder| holder.active) {
        found = holders(reads, card).await?;
    }
    let first = found.iter().position(|holder| holder.active);
    let first = first.or_else(|| (inactive_too && !found.is_empty()).then_some(0));
    Ok(first.map(|first| found.swap_remove(first)))
}

async fn read_holders(
    reads: &dyn Reads,
    card: &CardNumber,
    places: &[(Key, Record)],
) -> Result<Vec<Holder>, LinkError> {
    let ids: Vec<_> =
        places.iter().map(|(_, record)| key::read_customer_id(&record.body)).collect::<Result<_, _>>()?;
    let links: Vec<_> = ids.iter().map(|id| key::customer_card(*id, card)).collect();
    let customers: Vec<_> = ids.iter().map(|id| key::customer(*id)).collect();
    let (links, customers) = (reads.get_many(&links).await?, reads.get_many(&customers).await?);
    let mut holders = Vec::new();
    for ((customer, link), record) in ids.into_iter().zip(links).zip(customers) {
        let linked = link.map(|link| decode_link(&link.body)).transpose()?.is_some_and(|link| link.active);
        if let Some(record) = record.filter(|_| linked) {
            holders.push(Holder { customer, active: read_state(&record.body)?.active, record });
        }
    }
    Ok(holders)
}

/// Everything in a range, page by page.
pub async fn scan_all(
    reads: &dyn Reads,
    collection: Collection,
    mut range: Range<Box<[u8]>>,
) -> Result<Vec<(Key, Record)>, StoreError> {
    let mut all = Vec::new();
    loop {
        let page = reads.scan(collection, range.clone(), PAGE).await?;
        let full = page.last().filter(|_| page.len() == PAGE);
        let next = full.map(|(last, _)| key::just_after(last));
        all.extend(page);
        match next {
            Some(start) => range.start = start,
            None => return Ok(all),
        }
    }
}
