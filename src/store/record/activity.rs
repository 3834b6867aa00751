//! A customer's activity: transactions, each a record of its own that is never written again, and one small record of
//! their sums.
//!
//! The sums are no part of the customer's record, so that a purchase neither changes the customer's version nor
//! meets those who change the customer. What a transaction's row of the change log keeps is the transaction; the sums
//! follow from all of them. A customer that others were merged into starts from the sums that these had then, and says
//! which: what is beyond them comes from its own transactions.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::stored::{Stored, Text, Word};
use super::{FORMAT, RecordError, push_section, read_section, sections};
use crate::domain::activity::{ActivitySummary, ActivityTotals, Transaction};
use crate::domain::amount::Amount;

const TRANSACTION_V1: u8 = 1;
const SUMS_V1: u8 = 1;
const BASE_V1: u8 = 2;

/// What stands under a customer's key of [`Collection::ActivitySums`](crate::store::Collection).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActivitySums {
    /// The number of the customer's newest transaction; they count from 1 without a gap. 0: the sums are those of
    /// others whose successor this customer is.
    pub last_number: u64,
    /// The sums as they are shown: those of its own transactions, and `base`.
    pub summary: ActivitySummary,
    /// M-4: the sums of those who were merged into this customer, as of then; `None`: nobody was, or none of them
    /// bought anything.
    pub base: Option<ActivitySummary>,
}

/// A stored transaction.
#[expect(missing_docs, reason = "named after the domain's fields")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub struct TransactionDocument<'a> {
    pub transaction_id: Text<'a>,
    pub retail_store_id: Text<'a>,
    pub business_date: Date,
    pub currency_code: Option<Text<'a>>,
    pub sales_amount: Option<Word<'a>>,
    pub returns_amount: Option<Word<'a>>,
    pub items_sold_count: Option<u64>,
    pub items_returned_count: Option<u64>,
}

/// The stored sums of a customer, but for their base.
#[expect(missing_docs, reason = "named after the domain's fields")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub struct SumsDocument<'a> {
    pub last_number: u64,
    pub first_transaction_date: Date,
    pub last_transaction_date: Date,
    pub lifetime: TotalsDocument<'a>,
    pub year_to_date: TotalsDocument<'a>,
}

/// The sums that others brought into a merge.
#[expect(missing_docs, reason = "named after the domain's fields")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub struct BaseDocument<'a> {
    pub first_transaction_date: Date,
    pub last_transaction_date: Date,
    pub lifetime: TotalsDocument<'a>,
    pub year_to_date: TotalsDocument<'a>,
}

/// Stored sums.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub struct TotalsDocument<'a> {
    pub sales_amount: Word<'a>,
    pub returns_amount: Word<'a>,
    pub transaction_count: u64,
    pub items_sold_count: u64,
    pub items_returned_count: u64,
}

/// Writes a transaction.
pub fn encode_transaction(transaction: &Transaction) -> Result<Vec<u8>, RecordError> {
    let mut body = Vec::with_capacity(96);
    body.push(FORMAT);
    push_section(&mut body, TRANSACTION_V1, &TransactionDocument::from(transaction))?;
    Ok(body)
}

/// Reads a transaction of any stored version.
pub fn decode_transaction(body: &[u8]) -> Result<Transaction, RecordError> {
    match sections(body)?.as_slice() {
        [(TRANSACTION_V1, bytes)] => read_section::<TransactionDocument<'_>>(bytes)?.try_into(),
        [(tag, _), ..] => Err(RecordError::Newer(*tag)),
        [] => Err(RecordError::Unreadable("an empty transaction".to_owned())),
    }
}

/// Writes the sums of a customer.
pub fn encode_sums(activity: &ActivitySums) -> Result<Vec<u8>, RecordError> {
    let mut body = Vec::with_capacity(96);
    body.push(FORMAT);
    push_section(&mut body, SUMS_V1, &SumsDocument::from(activity))?;
    if let Some(base) = &activity.base {
        push_section(&mut body, BASE_V1, &BaseDocument::from(base))?;
    }
    Ok(body)
}

/// Reads the sums of a customer, of any stored version.
pub fn decode_sums(body: &[u8]) -> Result<ActivitySums, RecordError> {
    match sections(body)?.as_slice() {
        [(SUMS_V1, bytes)] => read_section::<SumsDocument<'_>>(bytes)?.try_into(),
        [(SUMS_V1, bytes), (BASE_V1, base)] => {
            let activity: ActivitySums = read_section::<SumsDocument<'_>>(bytes)?.try_into()?;
            let base = read_section::<BaseDocument<'_>>(base)?.try_into()?;
            Ok(ActivitySums { base: Some(base), ..activity })
        }
        [(SUMS_V1, _), .., (tag, _)] | [(tag, _), ..] => Err(RecordError::Newer(*tag)),
        [] => Err(RecordError::Unreadable("empty sums".to_owned())),
    }
}

/// Amounts are kept as they are written, so that they outlive any way of counting them.
impl<'a> Stored<'a, Amount> for Word<'a> {
    fn of(value: &'a Amount) -> Self {
        Word(Text(Cow::Owned(value.to_string())))
    }
    fn back(self) -> Result<Amount, RecordError> {
        Amount::read(&self.0.0).ok_or_else(|| RecordError::Unreadable("an amount is none".to_owned()))
    }
}

impl TransactionDocument<'_> {
    /// The same, borrowing nothing.
    pub fn into_owned(self) -> TransactionDocument<'static> {
        TransactionDocument {
            transaction_id: self.transaction_id.into_owned(),
            retail_store_id: self.retail_store_id.into_owned(),
            business_date: self.business_date,
            currency_code: self.currency_code.map(Text::into_owned),
            sales_amount: self.sales_amount.map(Word::into_owned),
            returns_amount: self.returns_amount.map(Word::into_owned),
            items_sold_count: self.items_sold_count,
            items_returned_count: self.items_returned_count,
        }
    }
}

impl SumsDocument<'_> {
    /// The same, borrowing nothing.
    pub fn into_owned(self) -> SumsDocument<'static> {
        SumsDocument {
            last_number: self.last_number,
            first_transaction_date: self.first_transaction_date,
            last_transaction_date: self.last_transaction_date,
            lifetime: self.lifetime.into_owned(),
            year_to_date: self.year_to_date.into_owned(),
        }
    }
}

impl BaseDocument<'_> {
    /// The same, borrowing nothing.
    pub fn into_owned(self) -> BaseDocument<'static> {
        BaseDocument {
            first_transaction_date: self.first_transaction_date,
            last_transaction_date: self.last_transaction_date,
            lifetime: self.lifetime.into_owned(),
            year_to_date: self.year_to_date.into_owned(),
        }
    }
}

impl TotalsDocument<'_> {
    fn into_owned(self) -> TotalsDocument<'static> {
        TotalsDocument {
            sales_amount: self.sales_amount.into_owned(),
            returns_amount: self.returns_amount.into_owned(),
            transaction_count: self.transaction_count,
            items_sold_count: self.items_sold_count,
            items_returned_count: self.items_returned_count,
        }
    }
}

impl<'a> From<&'a Transaction> for TransactionDocument<'a> {
    fn from(transaction: &'a Transaction) -> Self {
        TransactionDocument {
            transaction_id: Stored::of(&transaction.transaction_id),
            retail_store_id: Stored::of(&transaction.retail_store_id),
            business_date: transaction.business_date,
            currency_code: Stored::of(&transaction.currency_code),
            sales_amount: Stored::of(&transaction.sales_amount),
            returns_amount: Stored::of(&transaction.returns_amount),
            items_sold_count: transaction.items_sold_count,
            items_returned_count: transaction.items_returned_count,
        }
    }
}

impl<'a> TryFrom<TransactionDocument<'a>> for Transaction {
    type Error = RecordError;

    fn try_from(document: TransactionDocument<'a>) -> Result<Self, RecordError> {
        Ok(Transaction {
            transaction_id: document.transaction_id.back()?,
            retail_store_id: document.retail_store_id.back()?,
            business_date: document.business_date,
            currency_code: document.currency_code.back()?,
            sales_amount: document.sales_amount.back()?,
            returns_amount: document.returns_amount.back()?,
            items_sold_count: document.items_sold_count,
            items_returned_count: document.items_returned_count,
        })
    }
}

impl<'a> From<&'a ActivitySums> for SumsDocument<'a> {
    fn from(ActivitySums { last_number, summary, base: _ }: &'a ActivitySums) -> Self {
        SumsDocument {
            last_number: *last_number,
            first_transaction_date: summary.first_transaction_date,
            last_transaction_date: summary.last_transaction_date,
            lifetime: Stored::of(&summary.lifetime),
            year_to_date: Stored::of(&summary.year_to_date),
        }
    }
}

impl<'a> TryFrom<SumsDocument<'a>> for ActivitySums {
    type Error = RecordError;

    fn try_from(document: SumsDocument<'a>) -> Result<Self, RecordError> {
        let summary = ActivitySummary {
            lifetime: document.lifetime.back()?,
            year_to_date: document.year_to_date.back()?,
            first_transaction_date: document.first_transaction_date,
            last_transaction_date: document.last_transaction_date,
        };
        Ok(ActivitySums { last_number: document.last_number, summary, base: None })
    }
}

impl<'a> From<&'a ActivitySummary> for BaseDocument<'a> {
    fn from(summary: &'a ActivitySummary) -> Self {
        BaseDocument {
            first_transaction_date: summary.first_transaction_date,
            last_transaction_date: summary.last_transaction_date,
            lifetime: Stored::of(&summary.lifetime),
            year_to_date: Stored::of(&summary.year_to_date),
        }
    }
}

impl<'a> TryFrom<BaseDocument<'a>> for ActivitySummary {
    type Error = RecordError;

    fn try_from(document: BaseDocument<'a>) -> Result<Self, RecordError> {
        Ok(ActivitySummary {
            lifetime: document.lifetime.back()?,
            year_to_date: document.year_to_date.back()?,
            first_transaction_date: document.first_transaction_date,
            last_transaction_date: document.last_transaction_date,
        })
    }
}

impl<'a> Stored<'a, ActivityTotals> for TotalsDocument<'a> {
    fn of(totals: &'a ActivityTotals) -> Self {
        TotalsDocument {
            sales_amount: Stored::of(&totals.sales_amount),
            returns_amount: Stored::of(&totals.returns_amount),
            transaction_count: totals.transaction_count,
            items_sold_count: totals.items_sold_count,
            items_returned_count: totals.items_returned_count,
        }
    }
    fn back(self) -> Result<ActivityTotals, RecordError> {
        Ok(ActivityTotals {
            sales_amount: self.sales_amount.back()?,
            returns_amount: self.returns_amount.back()?,
            transaction_count: self.transaction_count,
            items_sold_count: self.items_sold_count,
            items_returned_count: self.items_returned_count,
        })
    }
}
