//! Check of transactions and sums: every transaction is found by its TransactionID, none is missing between the first
//! and the last of a customer, and the sums are those of the transactions.

use super::super::form;
use super::{Check, Problem};
use crate::domain::activity::ActivitySummary;
use crate::domain::identity::CustomerId;
use crate::store::record::{ActivitySums, decode_sums, decode_transaction, key, read_state};
use crate::store::{Key, Record, StoreError};

/// How many transactions are read at once.
const PAGE: u64 = 256;

impl Check<'_> {
    pub(super) async fn transaction(&self, key: &Key, record: &Record) -> Result<Problem, StoreError> {
        let transaction = match decode_transaction(&record.body) {
            Ok(transaction) => transaction,
            Err(error) => return Ok(Some(error.to_string())),
        };
        let Ok((customer, number)) = key::read_transaction(&key.id) else {
            return Ok(Some("stands under a key that is none".to_owned()));
        };
        let place = self.known(&key::transaction_id(&transaction.transaction_id)).await?;
        if place.is_some_and(|place| place.is_none_or(|place| place.body != *key.id)) {
            return Ok(Some("is not found by its TransactionID".to_owned()));
        }
        let activity = self.known(&key::sums(customer)).await?;
        let last = |record: Option<Record>| match record.map(|record| decode_sums(&record.body)) {
            Some(Ok(activity)) => activity.last_number,
            Some(Err(_)) => u64::MAX,
            None => 0,
        };
        let counted = activity.map(last).is_none_or(|last| number <= last);
        Ok(if counted { None } else { Some("is not counted in the customer's sums".to_owned()) })
    }

    pub(super) async fn transaction_id(&self, key: &Key, record: &Record) -> Result<Problem, StoreError> {
        let (customer, number) = match key::read_transaction(&record.body) {
            Ok(place) => place,
            Err(error) => return Ok(Some(error.to_string())),
        };
        let Some(found) = self.known(&key::transaction(customer, number)).await? else { return Ok(None) };
        Ok(match found.map(|record| decode_transaction(&record.body)) {
            None => {
                Some(format!("leads to transaction {number} of customer {customer}, which is not stored"))
            }
            Some(Ok(found)) if found.transaction_id.as_bytes() != &*key.id => {
                Some(format!("leads to transaction {number} of customer {customer}, which has another"))
            }
            // What can't be read is told where it stands.
            Some(_) => None,
        })
    }

    pub(super) async fn activity(&self, key: &Key, record: &Record) -> Result<Problem, StoreError> {
        let activity = match decode_sums(&record.body) {
            Ok(activity) => activity,
            Err(error) => return Ok(Some(error.to_string())),
        };
        let Ok(customer) = key::read_customer_id(&key.id) else {
            return Ok(Some("stands under a key that is none".to_owned()));
        };
        if let Err(why) = form::of_sums(&activity) {
            return Ok(Some(why.to_owned()));
        }
        match self.known(&key::customer(customer)).await? {
            Some(None) => return Ok(Some("belongs to a customer who is not stored".to_owned())),
            Some(Some(owner)) => {
                let members = read_state(&owner.body).map(|state| state.members).unwrap_or_default();
                if let Some(problem) = self.base(&members, &activity).await? {
                    return Ok(Some(problem));
                }
            }
            None => {}
        }
        self.sums(customer, &activity).await
    }

    /// M-4: what a customer began with are the sums of those who were merged into it, who buy nothing any more.
    async fn base(&self, members: &[CustomerId], activity: &ActivitySums) -> Result<Problem, StoreError> {
        let mut sums = Vec::new();
        for member in members {
            match self.known(&key::sums(*member)).await? {
                Some(Some(record)) => match decode_sums(&record.body) {
                    Ok(activity) => sums.push(activity.summary),
                    Err(_) => return Ok(None),
                },
                Some(None) => {}
                None => return Ok(None),
            }
        }
        let differ = ActivitySummary::of_all(sums) != activity.base;
        Ok(differ.then(|| "do not begin with the sums of those who were merged into the customer".to_owned()))
    }

    async fn sums(&self, customer: CustomerId, activity: &ActivitySums) -> Result<Problem, StoreError> {
        let (mut sums, mut next) = (activity.base, 1);
        while next <= activity.last_number {
            let page = next..activity.last_number.saturating_add(1).min(next + PAGE);
            let keys: Vec<_> = page.clone().map(|number| key::transaction(customer, number)).collect();
            let records = match self.administration.gateway.store.get_many(&keys).await {
                Err(StoreError::Corrupt(_)) => return Ok(None),
                records => records?,
            };
            for (number, record) in page.clone().zip(records) {
                let Some(record) = record else {
                    return Ok(Some(format!("transaction {number} is missing")));
                };
                let Ok(transaction) = decode_transaction(&record.body) else { return Ok(None) };
                let one = ActivitySummary::of(&transaction);
                sums = ActivitySummary::of_all(sums.into_iter().chain([one]));
            }
            next = page.end;
        }
        let differ = sums != Some(activity.summary);
        Ok(differ.then(|| "are not the sums of the customer's transactions".to_owned()))
    }

    /// The record under `key`; `None` for a damaged one, which is told where it stands.
    pub(super) async fn known(&self, key: &Key) -> Result<Option<Option<Record>>, StoreError> {
        match self.administration.get(key).await {
            Err(StoreError::Corrupt(_)) => Ok(None),
            record => record.map(Some),
        }
    }
}
