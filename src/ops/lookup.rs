//! Which customers the identifiers of a request name.

use crate::domain::error::Error;
use crate::domain::identity::{AlternateKey, CustomerId};
use crate::store::Reads;
use crate::store::record::key;

/// The holder of each key, in the order of the keys. Only active keys of active customers have one.
pub(super) async fn holders(
    reads: &dyn Reads,
    keys: &[AlternateKey],
) -> Result<Vec<Option<CustomerId>>, Error> {
    let keys: Vec<_> = keys.iter().map(key::alternate).collect();
    let records = reads.get_many(&keys).await?;
    let holder = |record: Option<crate::store::Record>| {
        record.map(|record| key::read_customer_id(&record.body)).transpose().map_err(Error::from)
    };
    records.into_iter().map(holder).collect()
}
