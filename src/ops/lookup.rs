//! Which customers the identifiers of a request name.
//!
//! Reads are no snapshot: what a key led to may have been given up when the customer's record is read. The record is
//! what a change asserts, so it is asked whether it still holds the key, and if not the key is looked up again. Keys of
//! merged customers are those of the successor; an old CustomerID leads on to it (M-2), over records that a change
//! asserts too. Deliberately absent: which keys of a request are identifiers, which is for the operation to say.

use super::customers::{self, Loaded};
use crate::domain::error::{Code, Error};
use crate::domain::identity::{AlternateKey, CustomerId};
use crate::store::record::key;
use crate::store::successor::{Successor, successor};
use crate::store::{Reads, Record};

/// How often keys are looked up anew while others move them.
const LOOKUPS_MAX: usize = 10;

/// The active customer that this CustomerID leads to (M-2); any text that is none names nobody.
pub(super) async fn by_id(reads: &dyn Reads, sent: &str) -> Result<Option<Loaded>, Error> {
    active_successor(reads, sent).await?.map(Loaded::of).transpose()
}

/// The same without decoding what need not be.
pub(super) async fn active_successor(reads: &dyn Reads, sent: &str) -> Result<Option<Successor>, Error> {
    let Some(id) = CustomerId::parse(sent) else { return Ok(None) };
    Ok(successor(reads, id).await?.filter(|found| found.state.active))
}

/// The active customer that holds those of the keys that anybody holds. `CUSTOMER_ALREADY_EXISTS` if it is not one.
pub(super) async fn by_keys(reads: &dyn Reads, keys: &[AlternateKey]) -> Result<Option<Loaded>, Error> {
    for _ in 0..LOOKUPS_MAX {
        let holders = holders(reads, keys).await?;
        let Some(id) = one_holder(&holders, None)? else { return Ok(None) };
        let loaded = customers::load(reads, id).await?.ok_or_else(|| dangling_key(id))?;
        let found = keys.iter().zip(&holders).filter(|(_, holder)| holder.is_some());
        if loaded.customer.active && found.map(|(key, _)| key).all(|key| holds(&loaded, key)) {
            return Ok(Some(loaded));
        }
    }
    Err(Error::new(Code::Contention, "others kept changing the same records; try again"))
}

fn holds(loaded: &Loaded, key: &AlternateKey) -> bool {
    loaded.customer.active_keys().any(|held| held == key)
}

/// AU-1: whoever holds one of the keys is `found`, if that is somebody, and the same for all of them.
pub(super) async fn same_holder(
    reads: &dyn Reads,
    keys: &[AlternateKey],
    found: Option<CustomerId>,
) -> Result<Option<CustomerId>, Error> {
    one_holder(&holders(reads, keys).await?, found)
}

fn one_holder(
    holders: &[Option<CustomerId>],
    mut found: Option<CustomerId>,
) -> Result<Option<CustomerId>, Error> {
    for holder in holders.iter().flatten() {
        match found {
            Some(other) if other != *holder => return Err(two_customers(other, *holder)),
            _ => found = Some(*holder),
        }
    }
    Ok(found)
}

/// `CUSTOMER_ALREADY_EXISTS` if one of the keys belongs to a customer other than `own`.
pub(super) async fn refuse_keys_of_others(
    reads: &dyn Reads,
    keys: &[AlternateKey],
    own: Option<CustomerId>,
) -> Result<(), Error> {
    let holders = holders(reads, keys).await?;
    match holders.into_iter().flatten().find(|holder| Some(*holder) != own) {
        None => Ok(()),
        Some(holder) => {
            let text = format!("an alternate key of the request belongs to customer {holder}");
            Err(Error::new(Code::CustomerAlreadyExists, text))
        }
    }
}

/// The refusal of a request that names nobody.
pub(super) fn not_found() -> Error {
    Error::new(Code::CustomerNotFound, "no customer was found with the identifiers of the request")
}

/// The holder of each key, in the order of the keys. Only active keys of active customers have one.
pub(super) async fn holders(
    reads: &dyn Reads,
    keys: &[AlternateKey],
) -> Result<Vec<Option<CustomerId>>, Error> {
    let keys: Vec<_> = keys.iter().map(key::alternate).collect();
    let records = reads.get_many(&keys).await?;
    let holder = |record: Option<Record>| {
        record.map(|record| key::read_customer_id(&record.body)).transpose().map_err(Error::from)
    };
    records.into_iter().map(holder).collect()
}

fn two_customers(one: CustomerId, other: CustomerId) -> Error {
    let text = format!("the identifiers of the request belong to two customers, {one} and {other}");
    Error::new(Code::CustomerAlreadyExists, text)
}

fn dangling_key(id: CustomerId) -> Error {
    let mut error =
        Error::new(Code::CorruptRecord, "an alternate key leads to a customer that does not exist");
    error.source = Some(format!("customer {id} has keys but no record").into());
    error
}
