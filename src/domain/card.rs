//! Cards: what an administrator loads (K-8), and what requests make of it.
//!
//! A card has one account for each program of its card program, inside the card: they change together with it alone.
//! What grows (customers, account activities, coupons) stands beside the card under keys of its own and changes only
//! together with the card, so that the card's version guards it all (K-7). Deliberately absent: programs, which are
//! reference data ([`super::program`]); PINs in clear ([`pin`] keeps a digest).

pub mod activation;
mod entry;
pub mod pin;
#[cfg(test)]
mod tests;

use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;

use super::amount::Amount;
use super::identity::CustomerId;
use super::program::ProgramKind;
use super::value::Reject;
pub use entry::{AccountEntry, CardEntry, EntryRefusal};
use pin::PinDigest;

/// The longest card number and the longest serial number, in characters.
pub const NUMBER_CHARACTERS_MAX: usize = 60;
/// How many characters of a number are shown.
const SHOWN_CHARACTERS: usize = 4;

/// The number of a card. Its `Debug` and `Display` are masked, so that it gets into no log by accident.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CardNumber(Box<str>);

impl CardNumber {
    /// Reads a number: 1 to [`NUMBER_CHARACTERS_MAX`] characters without white space and control characters. Any other
    /// text is the number of no card.
    pub fn parse(text: &str) -> Option<Self> {
        let sized = (1..=NUMBER_CHARACTERS_MAX).contains(&text.chars().count());
        let clean = !text.chars().any(|character| character.is_control() || character.is_whitespace());
        (sized && clean).then(|| CardNumber(text.into()))
    }

    /// The number in clear.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// All but the last four characters as `*`; a number that has no more than these is masked whole.
    pub fn masked(&self) -> String {
        let count = self.0.chars().count();
        let hidden = if count > SHOWN_CHARACTERS { count - SHOWN_CHARACTERS } else { count };
        let shown = self.0.chars().skip(hidden);
        std::iter::repeat_n('*', hidden).chain(shown).collect()
    }
}

impl fmt::Debug for CardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

impl fmt::Display for CardNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// The number that an account got when its card was loaded; it says nothing of the card's number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(pub u64);

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Card {
    /// Its number.
    pub number: CardNumber,
    /// InstrumentID; no two cards have the same.
    pub serial: Option<String>,
    /// The id of its card program.
    pub card_program: String,
    /// K-4: the digest of its PIN.
    pub pin: Option<PinDigest>,
    /// The last day on which it can be used.
    pub expiry: Option<Date>,
    /// The first day on which it can be activated.
    pub eligible_from: Option<Date>,
    /// The day of its first activation; only then it is active.
    pub activated: Option<Date>,
    /// How many customers were ever linked to it, which is the place of the next one.
    pub holders: u32,
    /// One for each program, ascending by program id.
    pub accounts: Vec<Account>,
}

impl Card {
    /// Has it been activated?
    pub fn active(&self) -> bool {
        self.activated.is_some()
    }
}

/// An account of a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// AccountID.
    pub id: AccountId,
    /// The id of its program, which says of which kind it is.
    pub program: String,
    /// As it was loaded last; a file that says the same again changes nothing, whatever happened since.
    pub loaded: AccountEntry,
    /// The day of its first activation; `None`: never activated.
    pub activated: Option<Date>,
    /// The last day on which it can be used.
    pub expiry: Option<Date>,
    /// When an activation last touched it.
    pub last_activity: Option<Timestamp>,
    /// How many activities it ever had, which is the sequence of the last one.
    pub activity_count: u32,
    /// What it holds; only that of a tender program ever holds anything.
    pub funds: Funds,
}

impl Account {
    /// Blocked or not, as it was loaded last: nothing else blocks an account.
    pub fn status(&self) -> AccountStatus {
        self.loaded.status
    }
}

/// Whether an account may be used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum AccountStatus {
    /// It may.
    #[default]
    Normal,
    /// An administrator has blocked it.
    Blocked,
}

impl AccountStatus {
    /// Reads the word of a reference file.
    pub fn parse(text: &str) -> Result<Self, Reject> {
        match text {
            "normal" => Ok(AccountStatus::Normal),
            "blocked" => Ok(AccountStatus::Blocked),
            _ => Err(Reject::invalid("expected normal or blocked")),
        }
    }

    /// The word of a reference file.
    pub const fn as_str(self) -> &'static str {
        match self {
            AccountStatus::Normal => "normal",
            AccountStatus::Blocked => "blocked",
        }
    }

    /// The word on the wire.
    pub const fn wire_name(self) -> &'static str {
        match self {
            AccountStatus::Normal => "Normal",
            AccountStatus::Blocked => "Blocked",
        }
    }
}

/// The money of a tender account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Funds {
    /// The amount of its first activation.
    pub initial_balance: Amount,
    /// What is on it.
    pub balance: Amount,
    /// All that was ever added.
    pub total_credits: Amount,
    /// In which currency, once a request said so.
    pub currency: Option<String>,
}

/// That a customer has a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The customer, as it was named then: a merge moves no link.
    pub customer: CustomerId,
    /// Its place among the card's customers, from 0 in the order of association.
    pub place: u32,
    /// Only active links count.
    pub active: bool,
    /// When it was made.
    pub since: Timestamp,
    /// Who sent the request (UserName).
    pub user_name: Option<String>,
    /// Where it came from (LocationID).
    pub location: Option<String>,
}

/// K-2: something that happened to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// When.
    pub time: Timestamp,
    /// What.
    pub kind: ActivityKind,
    /// The amount that was put on a tender account.
    pub amount: Option<Amount>,
    /// In which currency, if the request said so.
    pub currency: Option<String>,
    /// Where the request came from.
    pub location: Option<String>,
    /// Who sent it.
    pub user_name: Option<String>,
    /// For which customer.
    pub customer: CustomerId,
}

/// What happened to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ActivityKind {
    /// It was activated for the first time.
    Activation,
}

impl ActivityKind {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            ActivityKind::Activation => "Activation",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Result<Self, Reject> {
        match text {
            "Activation" => Ok(ActivityKind::Activation),
            _ => Err(Reject::invalid("expected Activation")),
        }
    }
}

/// K-3: a coupon that was issued for a card.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coupon {
    /// CouponID.
    pub id: u64,
    /// Its name in the reference data.
    pub name: String,
    /// When it was issued.
    pub issued: Timestamp,
    /// The last day on which it can be used.
    pub expiry: Option<Date>,
    /// For whose association.
    pub customer: CustomerId,
}

/// The kind of an account on the wire.
pub const fn account_type(kind: ProgramKind) -> &'static str {
    match kind {
        ProgramKind::Tender => "Tender",
        ProgramKind::Loyalty => "Loyalty",
        ProgramKind::Award => "Award",
    }
}
