//! Reading the links between customers and cards, in both directions.
//!
//! Links stay with the customer that they were made for; where it was merged, they are read as those of its successor
//! (M-4). Deliberately absent: writing, which only operations do.

use std::collections::BTreeMap;
use std::ops::Range;

use super::record::{CustomerState, RecordError, decode_link, key, read_state};
use super::successor::{HOPS_MAX, Successor, from_record};
use super::{Collection, Key, Reads, Record, StoreError};
use crate::domain::card::{CardNumber, Link};
use crate::domain::customer::Customer;
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

/// A customer as far as its cards go; what its record says.
#[derive(Debug, Clone, Copy)]
pub struct Owner<'a> {
    /// Which.
    pub id: CustomerId,
    /// How many cards were ever linked to it or to those that it was merged from.
    pub card_count: u32,
    /// Whom it was merged from.
    pub members: &'a [CustomerId],
}

impl<'a> Owner<'a> {
    /// The owner that a customer is.
    pub fn of<S>(customer: &'a Customer<S>) -> Self {
        Owner { id: customer.id, card_count: customer.card_count, members: &customer.members }
    }
}

/// The numbers of the cards that a customer has by active links, those of all who were merged into it among them, each
/// once, ascending. One without cards costs nothing, one without members a scan; else links are looked for only where the
/// counts say that there are some.
pub async fn cards_of(reads: &dyn Reads, owner: Owner<'_>) -> Result<Vec<CardNumber>, LinkError> {
    if owner.card_count == 0 {
        return Ok(Vec::new());
    }
    if owner.members.is_empty() {
        return own_cards(reads, owner.id).await;
    }
    let mut cards = Vec::new();
    let mut owners = vec![(owner.id, owner.card_count, owner.members.to_vec())];
    for _ in 0..=HOPS_MAX {
        let counted = states(reads, &owners).await?;
        for (id, card_count, members) in &owners {
            let of_members = members.iter().filter_map(|member| counted.get(member));
            let of_members = of_members.fold(0, |sum: u32, state| sum.saturating_add(state.card_count));
            if *card_count > of_members {
                cards.extend(own_cards(reads, *id).await?);
            }
        }
        let counted = counted.into_iter().filter(|(_, state)| state.card_count > 0);
        owners = counted.map(|(id, state)| (id, state.card_count, state.members)).collect();
        if owners.is_empty() {
            cards.sort_unstable();
            cards.dedup();
            return Ok(cards);
        }
    }
    Err(RecordError::Unreadable("merged customers are nested without an end".to_owned()).into())
}

/// What is known of the members of these customers, in one read.
async fn states(
    reads: &dyn Reads,
    owners: &[(CustomerId, u32, Vec<CustomerId>)],
) -> Result<BTreeMap<CustomerId, CustomerState>, LinkError> {
    let members: Vec<_> = owners.iter().flat_map(|(_, _, members)| members).copied().collect();
    let mut states = BTreeMap::new();
    if members.is_empty() {
        return Ok(states);
    }
    let keys: Vec<_> = members.iter().map(|id| key::customer(*id)).collect();
    for (id, record) in members.into_iter().zip(reads.get_many(&keys).await?) {
        if let Some(record) = record {
            states.insert(id, read_state(&record.body)?);
        }
    }
    Ok(states)
}

async fn own_cards(reads: &dyn Reads, customer: CustomerId) -> Result<Vec<CardNumber>, LinkError> {
    let mut cards = Vec::new();
    for (key, record) in scan_all(reads, Collection::CustomerCard, key::cards_of(customer)).await? {
        if decode_link(&record.body)?.active {
            cards.push(key::read_customer_card(&key)?.1);
        }
    }
    Ok(cards)
}

/// A customer of a card, by an active link.
#[derive(Debug)]
pub struct Holder {
    /// The customer that the card is of now.
    pub customer: Successor,
    /// The link: that of the customer, or of somebody who was merged into it.
    pub link: Link,
}

/// The customers that have the card, in the order of association, inactive ones too. Who was merged stands for its
/// successor, and each stands here once.
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
) -> Result<Option<Successor>, LinkError> {
    let places = reads.scan(Collection::CardHolder, key::holders_of(card), FIRST_HOLDERS).await?;
    let mut found = read_holders(reads, card, &places).await?;
    let active = |holder: &Holder| holder.customer.state.active;
    if places.len() == FIRST_HOLDERS && !found.iter().any(active) {
        found = holders(reads, card).await?;
    }
    let first = found.iter().position(active);
    let first = first.or_else(|| (inactive_too && !found.is_empty()).then_some(0));
    Ok(first.map(|first| found.swap_remove(first).customer))
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
    let mut holders: Vec<Holder> = Vec::new();
    for ((id, link), record) in ids.into_iter().zip(links).zip(customers) {
        let link = link.map(|link| decode_link(&link.body)).transpose()?.filter(|link| link.active);
        let (Some(link), Some(record)) = (link, record) else { continue };
        let Some(customer) = from_record(reads, id, record).await? else { continue };
        if holders.iter().all(|known| known.customer.id != customer.id) {
            holders.push(Holder { customer, link });
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
