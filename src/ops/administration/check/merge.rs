//! Check of what merges leave behind: members and successors name each other, members are kept as they were before, and
//! promotions mean somebody.

use super::{Check, Problem, Unreadable};
use crate::domain::customer::Customer;
use crate::domain::identity::CustomerId;
use crate::domain::reference::Kind;
use crate::store::record::{check_promotion_target, decode_customer, decode_last_change, key};
use crate::store::{Key, Record, StoreError};

impl Check<'_> {
    /// M-2: does whom the customer names name it?
    pub(super) async fn merges(&self, customer: &Customer) -> Result<Problem, StoreError> {
        if let Some(successor) = customer.merged_into {
            match self.load(successor).await? {
                None => return Ok(Some(format!("was merged into customer {successor}, who is not stored"))),
                Some(Ok(found)) if !found.members.contains(&customer.id) => {
                    return Ok(Some(format!("was merged into customer {successor}, who does not say so")));
                }
                // What can't be read is told where it stands.
                Some(Ok(_) | Err(Unreadable)) => {}
            }
        }
        let mut card_count: u32 = 0;
        for member in &customer.members {
            match self.load(*member).await? {
                None => return Ok(Some(format!("was merged from customer {member}, who is not stored"))),
                Some(Ok(found)) if found.merged_into != Some(customer.id) => {
                    return Ok(Some(format!("was merged from customer {member}, who does not say so")));
                }
                Some(Ok(found)) => card_count = card_count.saturating_add(found.card_count),
                Some(Err(Unreadable)) => {}
            }
            let before = self.known(&key::merged_before(customer.id, *member)).await?;
            if matches!(before, Some(None)) {
                return Ok(Some(format!("was merged from customer {member}, of whom nothing is kept")));
            }
        }
        let short = customer.card_count < card_count;
        Ok(short.then(|| {
            format!("has less cards by its own account than the {card_count} of those who were merged")
        }))
    }

    /// M-8: a customer as it was before a merge is one of those whom the result was merged from.
    pub(super) async fn merged_before(&self, key: &Key, record: &Record) -> Result<Problem, StoreError> {
        let (successor, member) = match key::read_merged_before(key) {
            Ok(named) => named,
            Err(error) => return Ok(Some(error.to_string())),
        };
        if successor == member {
            return self.last_change(successor, record).await;
        }
        match decode_customer(&record.body) {
            Ok(before) if before.id != member => {
                return Ok(Some(format!("says that it is customer {}", before.id)));
            }
            Ok(_) => {}
            Err(error) => return Ok(Some(error.to_string())),
        }
        Ok(match self.load(successor).await? {
            None => Some("belongs to a customer who is not stored".to_owned()),
            Some(Ok(found)) if !found.members.contains(&member) => {
                Some(format!("is of customer {member}, from whom the customer was not merged"))
            }
            Some(Ok(_) | Err(Unreadable)) => None,
        })
    }

    /// M-8: what is kept of when a result was last changed names an earlier commit than its own.
    async fn last_change(&self, result: CustomerId, record: &Record) -> Result<Problem, StoreError> {
        match decode_last_change(&record.body) {
            Ok(version) if version >= record.version => {
                return Ok(Some("names a commit that is not before its own".to_owned()));
            }
            Ok(_) => {}
            Err(error) => return Ok(Some(error.to_string())),
        }
        Ok(match self.load(result).await? {
            None => Some("belongs to a customer who is not stored".to_owned()),
            Some(Ok(found)) if found.members.is_empty() => {
                Some("belongs to a customer who was not made by a merge".to_owned())
            }
            Some(Ok(_) | Err(Unreadable)) => None,
        })
    }

    /// M-5: a target by a merge is a customer, and the promotion exists.
    pub(super) async fn promotion_target(&self, key: &Key, record: &Record) -> Result<Problem, StoreError> {
        let (customer, promotion) = match key::read_promotion_target(key) {
            Ok(named) => named,
            Err(error) => return Ok(Some(error.to_string())),
        };
        if let Err(error) = check_promotion_target(&record.body) {
            return Ok(Some(error.to_string()));
        }
        if matches!(self.known(&key::customer(customer)).await?, Some(None)) {
            return Ok(Some("belongs to a customer who is not stored".to_owned()));
        }
        let promotion = key::reference(Kind::Promotion, promotion);
        let missing = matches!(self.known(&promotion).await?, Some(None));
        Ok(missing.then(|| "is of a promotion that is not defined".to_owned()))
    }
}
