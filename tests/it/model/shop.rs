//! Cards and transactions of the random requests.
//!
//! Deliberately absent: PINs, activation amounts and numbers of items.

use super::history::pick;
use crate::support::Random;

/// The cards that the server is to know.
pub(super) const CARD_FILES: [&str; 2] = [
    concat!(env!("CARGO_MANIFEST_DIR"), "/examples/reference/cards.toml"),
    concat!(env!("CARGO_MANIFEST_DIR"), "/examples/reference/cards.csv"),
];

/// A card, by what becomes of an association.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Card {
    One,
    Two,
    Three,
    /// It wants an amount that nobody sends.
    Costly,
    Blocked,
    Unknown,
}

pub(super) const CARDS: [Card; 9] = [
    Card::One,
    Card::One,
    Card::Two,
    Card::Two,
    Card::Three,
    Card::Three,
    Card::Costly,
    Card::Blocked,
    Card::Unknown,
];

impl Card {
    pub(super) fn number(self) -> &'static str {
        match self {
            Card::One => "6006490000000001",
            Card::Two => "6006490000000002",
            Card::Three => "6006490000000003",
            Card::Costly => "6006490000000101",
            Card::Blocked => "6006490000000102",
            Card::Unknown => "6006490000000999",
        }
    }
}

/// A transaction. Amounts are in hundredths.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sale {
    pub(super) id: u64,
    pub(super) date: &'static str,
    pub(super) sales: u64,
    pub(super) returns: u64,
}

const IDS: u64 = 60;
const DATES: [&str; 5] = ["2023-12-30", "2023-12-31", "2024-01-02", "2024-05-18", "2025-02-01"];

impl Sale {
    /// One of few, mostly with the content that the others of its id have.
    pub(super) fn random(random: &mut Random) -> Self {
        let id = random.below(IDS);
        let returns = if id.is_multiple_of(4) { 305 } else { 0 };
        let sale = Sale { id, date: DATES[id as usize % DATES.len()], sales: 1_000 + 101 * id, returns };
        if random.once_in(6) { Sale { date: pick::<&str>(random, &DATES), ..sale } } else { sale }
    }

    pub(super) fn content(&self) -> String {
        let amount = |name: &str, hundredths: u64| match hundredths {
            0 => String::new(),
            _ => format!("<{name}>{}.{:02}</{name}>", hundredths / 100, hundredths % 100),
        };
        format!(
            "<TransactionID>T-{}</TransactionID><RetailStoreID>17</RetailStoreID><BusinessDate>{}</BusinessDate>{}{}",
            self.id,
            self.date,
            amount("SalesAmount", self.sales),
            amount("ReturnsAmount", self.returns)
        )
    }
}

/// The sums of a customer's transactions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sums {
    pub(super) lifetime: Totals,
    pub(super) year_to_date: Totals,
    pub(super) first: String,
    pub(super) last: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Totals {
    pub(super) count: u64,
    pub(super) sales: u64,
    pub(super) returns: u64,
}

impl Sums {
    /// Those of one transaction.
    pub(super) fn of(sale: &Sale) -> Self {
        let totals = Totals { count: 1, sales: sale.sales, returns: sale.returns };
        let date = sale.date.to_owned();
        Sums { lifetime: totals, year_to_date: totals, first: date.clone(), last: date }
    }

    /// M-4: those of both; the year is that of the latest day.
    pub(super) fn and(self, other: Self) -> Self {
        let (earlier, later) = if self.last <= other.last { (self, other) } else { (other, self) };
        let same_year = earlier.last[..4] == later.last[..4];
        Sums {
            lifetime: earlier.lifetime.and(later.lifetime),
            year_to_date: if same_year {
                earlier.year_to_date.and(later.year_to_date)
            } else {
                later.year_to_date
            },
            first: earlier.first.min(later.first),
            last: later.last,
        }
    }
}

impl Totals {
    fn and(self, other: Self) -> Self {
        Totals {
            count: self.count + other.count,
            sales: self.sales + other.sales,
            returns: self.returns + other.returns,
        }
    }
}
