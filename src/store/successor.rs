//! Following an old customer id to the customer that it was merged into (M-2).
//!
//! Reads are no snapshot: a merge may be taken back between two hops. So an end that is inactive is believed only if
//! the record before it still leads there. Deliberately absent: alternate keys, which lead to the successor by
//! themselves, and what a request makes of an end that is inactive.

use super::cards::LinkError;
use super::record::{CustomerState, RecordError, key, read_state};
use super::{CommitNumber, Reads, Record};
use crate::domain::identity::CustomerId;

/// How many merges are followed; a customer that was merged that often is not believed.
pub const HOPS_MAX: usize = 32;
/// How often a way is walked anew while others take merges back.
const WALKS_MAX: usize = 10;

/// Where an id leads.
#[derive(Debug, Clone)]
pub struct Successor {
    /// The customer at the end; the one that was asked for, if it was merged into nobody.
    pub id: CustomerId,
    /// Its record.
    pub record: Record,
    /// What the record says in short. The customer may be inactive.
    pub state: CustomerState,
    /// The merged customers in between, the one that was asked for first.
    pub through: Vec<Hop>,
}

/// A merged customer that led on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hop {
    /// Which.
    pub id: CustomerId,
    /// Its record's version.
    pub version: CommitNumber,
}

impl Successor {
    /// A customer that nobody led to.
    ///
    /// # Errors
    ///
    /// A record that can't be read.
    pub fn alone(id: CustomerId, record: Record) -> Result<Self, RecordError> {
        let state = read_state(&record.body)?;
        Ok(Successor { id, record, state, through: Vec::new() })
    }
}

/// The customer that `id` leads to over all merges; `None` if no customer has the id.
///
/// # Errors
///
/// A record that can't be read, one that leads to nobody, and a way of more than [`HOPS_MAX`] hops.
pub async fn successor(reads: &dyn Reads, id: CustomerId) -> Result<Option<Successor>, LinkError> {
    match reads.get(&key::customer(id)).await? {
        Some(record) => from_record(reads, id, record).await,
        None => Ok(None),
    }
}

/// The same for a customer whose record was read already.
///
/// # Errors
///
/// Those of [`successor`].
pub async fn from_record(
    reads: &dyn Reads,
    id: CustomerId,
    record: Record,
) -> Result<Option<Successor>, LinkError> {
    let mut end = walk(reads, Successor::alone(id, record)?).await?;
    for _ in 1..WALKS_MAX {
        match end.through.last() {
            Some(before) if !end.state.active && !is_unchanged(reads, *before).await? => {}
            Some(_) | None => break,
        }
        let Some(record) = reads.get(&key::customer(id)).await? else { return Ok(None) };
        end = walk(reads, Successor::alone(id, record)?).await?;
    }
    Ok(Some(end))
}

/// How many merges lie between a customer with these `members` and the first that led to it; more than [`HOPS_MAX`] are
/// not counted. It stays so while the customer's record does: nothing changes in those who were merged.
///
/// # Errors
///
/// A record that can't be read.
pub async fn merges_behind(reads: &dyn Reads, members: &[CustomerId]) -> Result<usize, LinkError> {
    let (mut merges, mut level) = (0, members.to_vec());
    while !level.is_empty() && merges <= HOPS_MAX {
        merges += 1;
        let keys: Vec<_> = level.iter().map(|id| key::customer(*id)).collect();
        level.clear();
        for record in reads.get_many(&keys).await?.into_iter().flatten() {
            level.extend(read_state(&record.body)?.members);
        }
    }
    Ok(merges)
}

/// To the end from where one stands.
async fn walk(reads: &dyn Reads, mut here: Successor) -> Result<Successor, LinkError> {
    for _ in 0..=HOPS_MAX {
        let Some(id) = here.state.merged_into else { return Ok(here) };
        let record = reads.get(&key::customer(id)).await?.ok_or_else(|| astray("leads to nobody"))?;
        let mut next = Successor::alone(id, record)?;
        next.through = here.through;
        next.through.push(Hop { id: here.id, version: here.record.version });
        here = next;
    }
    Err(astray("leads on without an end"))
}

async fn is_unchanged(reads: &dyn Reads, hop: Hop) -> Result<bool, LinkError> {
    let now = reads.get(&key::customer(hop.id)).await?;
    Ok(now.is_some_and(|now| now.version == hop.version))
}

fn astray(how: &str) -> LinkError {
    RecordError::Unreadable(format!("the successor of a merged customer {how}")).into()
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::customer::Customer;
    use crate::store::record::encode_customer;
    use crate::store::{Change, MemoryStore, Store};

    /// Customers by id, each merged into the next one where there is one.
    async fn chain(ids: impl IntoIterator<Item = (u64, Option<u64>)>) -> MemoryStore {
        let (store, mut change) = (MemoryStore::default(), Change::new());
        for (id, into) in ids {
            let mut customer = Customer::new(CustomerId(id), Timestamp::UNIX_EPOCH);
            customer.merged_into = into.map(CustomerId);
            customer.active = into.is_none();
            change.put(key::customer(customer.id), encode_customer(&customer).unwrap());
        }
        store.commit(change).await.unwrap();
        store
    }

    async fn check(store: &MemoryStore, id: u64, expected: Option<u64>) {
        let found = successor(store, CustomerId(id)).await.unwrap();
        assert_eq!(found.as_ref().map(|found| found.id.0), expected, "{id}");
        let through: Vec<_> = found.into_iter().flat_map(|found| found.through).map(|hop| hop.id.0).collect();
        let last = expected.unwrap_or(id);
        assert!(through.first().is_none_or(|first| *first == id) && !through.contains(&last), "{through:?}");
    }

    #[tokio::test]
    async fn m_2_an_id_leads_to_the_end_of_its_merges() {
        let store = chain([(1, Some(3)), (2, Some(3)), (3, Some(5)), (4, None), (5, None)]).await;
        for (id, expected) in
            [(1, Some(5)), (2, Some(5)), (3, Some(5)), (4, Some(4)), (5, Some(5)), (6, None)]
        {
            check(&store, id, expected).await;
        }
    }

    #[tokio::test]
    async fn m_2_no_more_than_the_most_hops_are_followed() {
        let last = HOPS_MAX as u64 + 2;
        let store = chain((1..=last).map(|id| (id, Some(id + 1).filter(|next| *next <= last)))).await;
        check(&store, 2, Some(last)).await;
        assert!(matches!(successor(&store, CustomerId(1)).await, Err(LinkError::Record(_))));
    }

    #[tokio::test]
    async fn m_2_a_way_to_nobody_and_a_ring_are_told() {
        let store = chain([(1, Some(9)), (2, Some(3)), (3, Some(2))]).await;
        for id in [1, 2, 3] {
            assert!(matches!(successor(&store, CustomerId(id)).await, Err(LinkError::Record(_))), "{id}");
        }
    }
}
