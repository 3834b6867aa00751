//! The history of one customer: who changed what when, by which operation, newest first.
//!
//! It is read out of the change log. A customer's record names the commit that wrote it, and each row of the log the
//! commit before it of the same customer: so the walk reads the rows of one customer and nobody else's, however long
//! the log is. What is answered is customer data. Deliberately absent: changes older than the log; the walk says where
//! it ends.

mod readable;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::difference::FieldDifference;
use super::{customers, lookup};
use crate::domain::error::{Code, Error};
use crate::domain::identity::{AlternateKey, CustomerId};
use crate::store::record::{history, key};
use crate::store::{CommitNumber, LogRow, Store};

/// How many rows of a commit are read at once.
const ROWS_PAGE: usize = 64;

/// One step back in the life of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// A change.
    Change(Box<CustomerChange>),
    /// The log does not hold this commit any more: what was before is not known.
    NotInLog {
        /// The commit that is missing.
        #[serde(rename = "commit")]
        number: CommitNumber,
    },
}

/// A change of a customer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CustomerChange {
    /// The commit.
    #[serde(rename = "commit")]
    pub number: CommitNumber,
    /// When it was decided, in UTC.
    pub time: String,
    /// The user; `anonymous` while no users are configured.
    pub who: String,
    /// The operation.
    pub operation: String,
    /// The request, as logs and faults name it.
    pub request_id: String,
    /// The customer that changed.
    pub customer: u64,
    /// What differs, with the field names of an export.
    pub fields: Vec<FieldDifference>,
}

/// The walk back through the history of a customer.
pub struct History {
    store: Arc<dyn Store>,
    customer: CustomerId,
    /// What changes the customer's record, and what its activity is made of: each row names the one before it of its
    /// own kind.
    chains: [Chain; 2],
    /// Read and not yet given.
    read: VecDeque<Step>,
}

/// The rows of one kind.
#[derive(Clone, Copy)]
struct Chain {
    of_activity: bool,
    /// The commit to read next.
    next: Option<CommitNumber>,
}

/// Finds the customer that `identifier` names: a CustomerID, or TypeCode:AlternateID of an active key.
///
/// # Errors
///
/// `CUSTOMER_NOT_FOUND`, and those of the store.
pub async fn find(store: Arc<dyn Store>, identifier: &str) -> Result<History, Error> {
    let customer = match (CustomerId::parse(identifier), identifier.split_once(':')) {
        (Some(id), _) => Some(id),
        (None, Some((type_code, alternate_id))) => {
            let key = AlternateKey { type_code: type_code.to_owned(), alternate_id: alternate_id.to_owned() };
            lookup::holders(&*store, &[key]).await?.into_iter().flatten().next()
        }
        (None, None) => None,
    };
    let found = match customer {
        Some(id) => customers::load(&*store, id).await?,
        None => None,
    };
    let Some(found) = found else {
        let text = "no customer has this CustomerID or active TypeCode:AlternateID; an inactive customer is found by its \
                    CustomerID only";
        return Err(Error::new(Code::CustomerNotFound, text));
    };
    let customer = found.customer.id;
    let activity = store.get(&key::sums(customer)).await?;
    let chains = [
        Chain { of_activity: false, next: Some(found.record.version) },
        Chain { of_activity: true, next: activity.map(|record| record.version) },
    ];
    Ok(History { store, customer, chains, read: VecDeque::new() })
}

impl History {
    /// The next step back; `None` where the customer was added.
    pub async fn next(&mut self) -> Result<Option<Step>, Error> {
        while self.read.is_empty() {
            let newer = |chain: &usize| self.chains[*chain].next;
            let Some(newest) = (0..self.chains.len()).max_by_key(newer) else { return Ok(None) };
            let Some(commit) = self.chains[newest].next.take() else { return Ok(None) };
            self.read_commit(commit, newest).await?;
        }
        Ok(self.read.pop_front())
    }

    /// Reads the rows of the customer in a commit that are of the chain's kind: one, or many in that of an import, which
    /// brings a history with it.
    async fn read_commit(&mut self, commit: CommitNumber, chain: usize) -> Result<(), Error> {
        let Chain { of_activity, mut next } = self.chains[chain];
        for row in self.rows(commit).await? {
            let decoded = history::decode(&row.body)?;
            if decoded.customer != self.customer.0 || decoded.is_of_activity() != of_activity {
                continue;
            }
            next = next.or(decoded.previous);
            let change = Step::Change(Box::new(CustomerChange {
                number: commit,
                time: decoded.time.to_string(),
                who: decoded.who.to_string(),
                operation: decoded.operation.to_string(),
                request_id: decoded.request_id.to_string(),
                customer: decoded.customer,
                fields: readable::fields(&decoded)?,
            }));
            self.read.push_front(change);
        }
        if self.read.is_empty() {
            self.read.push_back(Step::NotInLog { number: commit });
        }
        self.chains[chain].next = next;
        match next {
            Some(next) if next >= commit => Err(astray(commit, next)),
            _ => Ok(()),
        }
    }

    /// All rows of a commit, in their order.
    async fn rows(&self, commit: CommitNumber) -> Result<Vec<LogRow>, Error> {
        let mut limit = ROWS_PAGE;
        loop {
            let mut rows = self.store.read_log(commit, limit).await?;
            let whole = rows.len() < limit || rows.last().is_some_and(|last| last.commit != commit);
            if whole {
                rows.retain(|row| row.commit == commit);
                return Ok(rows);
            }
            limit *= 4;
        }
    }
}

/// The walk never ends if it does not go back.
fn astray(commit: CommitNumber, next: CommitNumber) -> Error {
    let mut error = Error::new(Code::CorruptRecord, "a row of the change log leads forward");
    error.source =
        Some(format!("the row of commit {commit} names commit {next} as the one before it").into());
    error
}
