//! What customers bought and brought back: transactions, and the sums of them that a customer is shown with.
//!
//! A transaction is recorded once and never changes. The sums of a customer follow from its transactions in whatever
//! order they arrive: the year of the sums to date is that of the latest business date, never that of the clock.
//! [`ActivitySummary::of_all`] adds the sums of several customers, as a merge needs it (M-4). Deliberately absent:
//! who is meant by a transaction, what is stored where, and currencies: sums add amounts as they were sent.

use jiff::civil::Date;

use super::amount::Amount;
use super::error::Code;
use super::value::{DateOrTime, Reject};

/// A transaction at a till.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transaction {
    /// Unique over all stores.
    pub transaction_id: String,
    /// Where.
    pub retail_store_id: String,
    /// The day that the store counts it to.
    pub business_date: Date,
    /// Of the amounts.
    pub currency_code: Option<String>,
    /// What was sold.
    pub sales_amount: Option<Amount>,
    /// What was brought back.
    pub returns_amount: Option<Amount>,
    /// Pieces sold.
    pub items_sold_count: Option<u64>,
    /// Pieces brought back.
    pub items_returned_count: Option<u64>,
}

/// The earliest business date that is believed.
pub const BUSINESS_DATE_MIN: Date = Date::constant(1900, 1, 1);

/// Reads a business date: `YYYY-MM-DD` from [`BUSINESS_DATE_MIN`] on. A zone behind it, which `xs:date` allows and
/// some programs add, means nothing for the day of a store and is left out.
pub fn business_date(text: &str) -> Result<Date, Reject> {
    let expected = "expected a date from 1900-01-01 on, such as 2024-05-18";
    let reject = Reject { code: Code::InvalidDateFormat, expected };
    let day = without_zone(text).and_then(|day| DateOrTime::date(day).ok());
    day.filter(|date| *date >= BUSINESS_DATE_MIN).ok_or(reject)
}

fn without_zone(text: &str) -> Option<&str> {
    let (day, zone) = text.split_at_checked(10)?;
    let bare = zone.is_empty() || DateOrTime::parse(&format!("{day}T00:00:00{zone}")).is_ok();
    // A fraction of a second would pass for a zone.
    (bare && !zone.starts_with('.')).then_some(day)
}

/// Reads a currency code: three letters, kept as capitals.
pub fn currency_code(text: &str) -> Result<String, Reject> {
    let is_code = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_alphabetic());
    let expected = "expected a currency code of three letters, such as EUR";
    let reject = Reject { code: Code::InvalidAttributeValue, expected };
    if is_code { Ok(text.to_ascii_uppercase()) } else { Err(reject) }
}

/// The most pieces that one transaction sells, or takes back.
pub const ITEMS_MAX: u64 = 1_000_000_000;

/// Reads a number of pieces: a whole number from 0 to [`ITEMS_MAX`].
pub fn item_count(text: &str) -> Result<u64, Reject> {
    let expected = "expected a whole number from 0 to 1000000000, digits only";
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    let count = if digits { text.parse().ok() } else { None };
    let reject = Reject { code: Code::InvalidAttributeValue, expected };
    count.filter(|count| *count <= ITEMS_MAX).ok_or(reject)
}

/// Sums over transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ActivityTotals {
    /// What was sold.
    pub sales_amount: Amount,
    /// What was brought back.
    pub returns_amount: Amount,
    /// How many transactions.
    pub transaction_count: u64,
    /// Pieces sold.
    pub items_sold_count: u64,
    /// Pieces brought back.
    pub items_returned_count: u64,
}

impl ActivityTotals {
    fn of(transaction: &Transaction) -> Self {
        ActivityTotals {
            sales_amount: transaction.sales_amount.unwrap_or_default(),
            returns_amount: transaction.returns_amount.unwrap_or_default(),
            transaction_count: 1,
            items_sold_count: transaction.items_sold_count.unwrap_or_default(),
            items_returned_count: transaction.items_returned_count.unwrap_or_default(),
        }
    }

    /// Counts end at the largest number, which no transactions that can be recorded reach.
    fn plus(&self, other: &Self) -> Self {
        ActivityTotals {
            sales_amount: self.sales_amount.plus(other.sales_amount),
            returns_amount: self.returns_amount.plus(other.returns_amount),
            transaction_count: self.transaction_count.saturating_add(other.transaction_count),
            items_sold_count: self.items_sold_count.saturating_add(other.items_sold_count),
            items_returned_count: self.items_returned_count.saturating_add(other.items_returned_count),
        }
    }
}

/// The sums of a customer that has transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ActivitySummary {
    /// Over all transactions.
    pub lifetime: ActivityTotals,
    /// Over those of the business year of [`ActivitySummary::last_transaction_date`].
    pub year_to_date: ActivityTotals,
    /// The earliest business date.
    pub first_transaction_date: Date,
    /// The latest business date.
    pub last_transaction_date: Date,
}

impl ActivitySummary {
    /// The sums over one transaction.
    pub fn of(transaction: &Transaction) -> Self {
        let (totals, date) = (ActivityTotals::of(transaction), transaction.business_date);
        ActivitySummary {
            lifetime: totals,
            year_to_date: totals,
            first_transaction_date: date,
            last_transaction_date: date,
        }
    }

    /// The sums of several customers, `None` if none of them has any. M-4: lifetime sums add; the year is that of the
    /// latest transaction of all, and only sums of that year add to the year to date; first date the earliest, last
    /// date the latest.
    pub fn of_all(summaries: impl IntoIterator<Item = ActivitySummary>) -> Option<Self> {
        summaries.into_iter().reduce(|one, other| one.plus(&other))
    }

    /// The sums with one transaction more; an older year than that of the sums adds to the lifetime alone, a newer one
    /// begins a new year to date.
    #[must_use]
    pub fn with(&self, transaction: &Transaction) -> Self {
        self.plus(&ActivitySummary::of(transaction))
    }

    fn plus(&self, other: &Self) -> Self {
        let year_to_date = match self.year().cmp(&other.year()) {
            std::cmp::Ordering::Less => other.year_to_date,
            std::cmp::Ordering::Equal => self.year_to_date.plus(&other.year_to_date),
            std::cmp::Ordering::Greater => self.year_to_date,
        };
        ActivitySummary {
            lifetime: self.lifetime.plus(&other.lifetime),
            year_to_date,
            first_transaction_date: self.first_transaction_date.min(other.first_transaction_date),
            last_transaction_date: self.last_transaction_date.max(other.last_transaction_date),
        }
    }

    /// The business year of the sums to date.
    fn year(&self) -> i16 {
        self.last_transaction_date.year()
    }
}

#[cfg(test)]
mod tests;
