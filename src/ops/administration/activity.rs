//! A customer's activity in an export and an import: its sums, its transactions page by page, the rows of their history.
//!
//! The sums are read first and only the transactions that they count after them, so a page shows one moment however
//! many are recorded meanwhile. An import writes a page in one commit and never overwrites: sums or a transaction that
//! are there otherwise, or a TransactionID that another has, refuse the line.

use std::collections::HashSet;

use bytes::Bytes;

use super::document::{ActivityPage, Binary, TransactionEntry};
use super::import::Importer;
use super::line::{OPERATION, Refused, history_of};
use super::{Administration, form};
use crate::domain::activity::{ActivitySummary, Transaction};
use crate::domain::identity::CustomerId;
use crate::store::record::history::{self, Difference, HistoryRow};
use crate::store::record::{
    ActivitySums, BaseDocument, SumsDocument, TransactionDocument, decode_sums, decode_transaction,
    encode_sums, encode_transaction, key,
};
use crate::store::{Change, CommitNumber, LogRow, Record, StoreError};

/// How many transactions one line bears.
pub(super) const TRANSACTIONS_OF_A_LINE: u64 = 64;

/// A customer's activity on its way into a file, page by page.
pub(super) struct Pages {
    customer: CustomerId,
    activity: ActivitySums,
    next_number: u64,
    /// What can't be read.
    pub(super) problems: Vec<String>,
    /// The rows of the commit that was read last: an import wrote many transactions in one.
    rows: (CommitNumber, Vec<LogRow>),
}

impl Administration {
    /// The activity of a customer, if it has any; what can't be read is told.
    pub(super) async fn activity(
        &self,
        customer: CustomerId,
    ) -> Result<Result<Option<Pages>, String>, StoreError> {
        let key = key::sums(customer);
        let record = match self.gateway.store.get(&key).await {
            Err(error @ StoreError::Corrupt(_)) => return Ok(Err(format!("left out: {error}"))),
            record => record?,
        };
        let Some(record) = record else { return Ok(Ok(None)) };
        Ok(match decode_sums(&record.body) {
            Ok(activity) => {
                let (problems, rows) = (Vec::new(), (0, Vec::new()));
                Ok(Some(Pages { customer, activity, next_number: 1, problems, rows }))
            }
            Err(error) => Err(format!("{key} is left out: {error}")),
        })
    }

    /// The next page, the first one even without transactions; `None` behind the last.
    pub(super) async fn next_page(
        &self,
        pages: &mut Pages,
    ) -> Result<Option<ActivityPage<'static>>, StoreError> {
        let (first, last) = (pages.next_number, pages.activity.last_number);
        if first > last.max(1) {
            return Ok(None);
        }
        pages.next_number = first + TRANSACTIONS_OF_A_LINE;
        let mut transactions = Vec::new();
        for number in first..pages.next_number.min(last.saturating_add(1)) {
            transactions.extend(self.entry(pages, number).await?);
        }
        let sums = SumsDocument::from(&pages.activity).into_owned();
        let base = pages.activity.base.as_ref().map(|base| BaseDocument::from(base).into_owned());
        Ok(Some(ActivityPage { sums, base, transactions }))
    }

    async fn entry(
        &self,
        pages: &mut Pages,
        number: u64,
    ) -> Result<Option<TransactionEntry<'static>>, StoreError> {
        let key = key::transaction(pages.customer, number);
        let read = match self.gateway.store.get(&key).await {
            Ok(Some(record)) => {
                decode_transaction(&record.body).map(|read| (record, read)).map_err(|e| e.to_string())
            }
            Ok(None) => Err("it is missing".to_owned()),
            Err(error @ StoreError::Corrupt(_)) => Err(error.to_string()),
            Err(error) => return Err(error),
        };
        match read {
            Ok((record, transaction)) => {
                let history = self.row(pages, &record).await?;
                let record = TransactionDocument::from(&transaction).into_owned();
                Ok(Some(TransactionEntry { number, record, history }))
            }
            Err(problem) => {
                pages.problems.push(format!("{key} is left out: {problem}"));
                Ok(None)
            }
        }
    }

    /// The row of the change log that tells of a transaction, as long as the log holds it.
    async fn row(&self, pages: &mut Pages, record: &Record) -> Result<Option<Binary>, StoreError> {
        if pages.rows.0 != record.version {
            pages.rows = match self.rows_of(record.version).await {
                Err(StoreError::Corrupt(_)) => (record.version, Vec::new()),
                rows => (record.version, rows?),
            };
        }
        let tells = |row: &&LogRow| {
            let after = |difference: &Difference<'_>| difference.after == Some(&record.body[..]);
            history::decode(&row.body).is_ok_and(|row| row.is_of_activity() && row.sections.iter().any(after))
        };
        Ok(pages.rows.1.iter().find(tells).map(|row| Binary(row.body.to_vec())))
    }

    /// What has to be written so that the customer has this page; nothing if it is there.
    pub(super) async fn change_of_page(
        &self,
        importer: &Importer,
        customer: CustomerId,
        page: &Page,
    ) -> Result<Change, Refused> {
        let store = &*self.gateway.store;
        let stored = store.get(&key::sums(customer)).await?;
        if let Some(stored) = &stored
            && decode_sums(&stored.body).map_err(|error| Refused::Line(error.to_string()))? != page.activity
        {
            return Err(Refused::Line(format!(
                "the sums of customer {customer} are stored already, and differ"
            )));
        }
        let missing = self.missing(customer, page).await?;
        let mut change = Change::new();
        if stored.is_none() || !missing.is_empty() {
            change.assert_unchanged(key::sums(customer), stored.as_ref());
            self.put_page(&mut change, importer, customer, page, &missing, stored.as_ref())?;
        }
        Ok(change)
    }

    /// The transactions that are not stored. One that is stored otherwise, or whose TransactionID is taken, is a refusal.
    async fn missing<'p>(&self, customer: CustomerId, page: &'p Page) -> Result<Vec<&'p Imported>, Refused> {
        let store = &*self.gateway.store;
        let places: Vec<_> =
            page.transactions.iter().map(|one| key::transaction(customer, one.number)).collect();
        let ids: Vec<_> = page
            .transactions
            .iter()
            .map(|one| key::transaction_id(&one.transaction.transaction_id))
            .collect();
        let (stored, taken) = (store.get_many(&places).await?, store.get_many(&ids).await?);
        let mut missing = Vec::new();
        for ((one, stored), taken) in page.transactions.iter().zip(stored).zip(taken) {
            let refused =
                |why: &str| Refused::Line(format!("transaction {} of customer {customer} {why}", one.number));
            match (stored.map(|record| decode_transaction(&record.body)), taken) {
                (None, None) => missing.push(one),
                (Some(Ok(stored)), _) if stored == one.transaction => {}
                (Some(_), _) => return Err(refused("is stored already, and differs")),
                (None, Some(_)) => return Err(refused("has a TransactionID that another transaction has")),
            }
        }
        Ok(missing)
    }

    fn put_page(
        &self,
        change: &mut Change,
        importer: &Importer,
        customer: CustomerId,
        page: &Page,
        missing: &[&Imported],
        stored: Option<&Record>,
    ) -> Result<(), Refused> {
        let sums = encode_sums(&page.activity).map_err(|error| Refused::Line(error.to_string()))?;
        let mut sections = vec![Difference {
            tag: history::SUMS,
            before: stored.map(|record| &record.body[..]),
            after: Some(&sums),
        }];
        for one in missing {
            let (id, place) = (
                key::transaction_id(&one.transaction.transaction_id),
                key::transaction(customer, one.number),
            );
            change.assert_absent(id.clone()).put(id, place.id.to_vec());
            change.put(place, one.body.clone());
            match &one.row {
                Some(row) => {
                    change.log(row.clone());
                }
                // Nobody tells of it but the import.
                None => {
                    sections.push(Difference {
                        tag: history::TRANSACTION,
                        before: None,
                        after: Some(&one.body),
                    });
                }
            }
        }
        let row = HistoryRow {
            time: self.now(),
            who: (&*importer.who).into(),
            operation: OPERATION.into(),
            request_id: (&*importer.request_id).into(),
            customer: customer.0,
            previous: stored.map(|record| record.version),
            sections,
            notes: Vec::new(),
            cards: Vec::new(),
        };
        change.log(history::encode(&row).map_err(|error| Refused::Line(error.to_string()))?);
        change.put(key::sums(customer), sums);
        Ok(())
    }
}

/// A page of a file, as it is to be stored.
pub(super) struct Page {
    activity: ActivitySums,
    transactions: Vec<Imported>,
}

/// A transaction of a file.
struct Imported {
    number: u64,
    transaction: Transaction,
    body: Bytes,
    row: Option<Bytes>,
}

impl Page {
    /// Reads the page of a customer, or says what is wrong with it.
    pub(super) fn read(page: ActivityPage<'_>, customer: u64) -> Result<Self, Refused> {
        let unreadable = |error: crate::store::record::RecordError| Refused::Line(error.to_string());
        let mut activity = ActivitySums::try_from(page.sums).map_err(unreadable)?;
        activity.base = page.base.map(ActivitySummary::try_from).transpose().map_err(unreadable)?;
        form::of_sums(&activity)?;
        let mut transactions = Vec::with_capacity(page.transactions.len());
        for entry in page.transactions {
            let transaction = Transaction::try_from(entry.record).map_err(unreadable)?;
            form::of_transaction(&transaction)?;
            let body = Bytes::from(encode_transaction(&transaction).map_err(unreadable)?);
            let row = history_of(entry.history.as_slice(), customer)?.pop();
            transactions.push(Imported { number: entry.number, transaction, body, row });
        }
        let mut seen = HashSet::new();
        let in_range = |number: u64| (1..=activity.last_number).contains(&number);
        if !transactions.iter().all(|one| in_range(one.number) && seen.insert(one.number)) {
            return Err("the numbers of a customer's transactions count from 1, each once".into());
        }
        let mut ids = HashSet::new();
        if !transactions.iter().all(|one| ids.insert(&one.transaction.transaction_id)) {
            return Err("two transactions have the same TransactionID".into());
        }
        Ok(Page { activity, transactions })
    }
}
