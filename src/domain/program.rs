//! What an organisation defines for cards: programs, card programs, coupons, promotions (K-8).
//!
//! All of it is reference data ([`super::reference`]) and named by an id. Deliberately absent: cards.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::amount::Amount;
use super::value::Reject;

/// A program: what one account of a card is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Program {
    /// What its accounts hold.
    pub kind: ProgramKind,
    /// Switched off, it activates no account any more.
    pub active: bool,
    /// The first day on which accounts are activated.
    pub effective: Option<Date>,
    /// The last day on which accounts are activated.
    pub expiry: Option<Date>,
    /// K-9: what a tender account gets where a request names no amount.
    pub initial_balance: Amount,
    /// K-9: what a tender account gets at least.
    pub minimum_activation_amount: Amount,
    /// An account expires so many days after its first activation.
    pub account_expiry_days: Option<u32>,
}

/// What the accounts of a program hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ProgramKind {
    /// Money; a card has one at most.
    Tender,
    /// Points.
    Loyalty,
    /// Coupons.
    Award,
}

impl ProgramKind {
    /// Reads the word of a reference file.
    pub fn parse(text: &str) -> Result<Self, Reject> {
        match text {
            "tender" => Ok(ProgramKind::Tender),
            "loyalty" => Ok(ProgramKind::Loyalty),
            "award" => Ok(ProgramKind::Award),
            _ => Err(Reject::invalid("expected tender, loyalty or award")),
        }
    }

    /// The word of a reference file.
    pub const fn as_str(self) -> &'static str {
        match self {
            ProgramKind::Tender => "tender",
            ProgramKind::Loyalty => "loyalty",
            ProgramKind::Award => "award",
        }
    }
}

/// What cards of one sort have.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CardProgram {
    /// The ids of its programs, ascending; one tender program at most.
    pub programs: Vec<String>,
    /// K-4: without a PIN its cards are not found.
    pub pin_required: bool,
    /// K-3: the coupon that a card's first customer gets.
    pub issue_when_associated: Option<String>,
}

/// A coupon that can be issued.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CouponDefinition {
    /// It can be used so many days after it was issued; without it for ever.
    pub valid_days: Option<u32>,
}

/// A promotion, the customers it is meant for, and those who answered it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Promotion {
    /// Their CustomerIDs.
    pub targets: BTreeSet<u64>,
    /// The CustomerIDs of those who responded; a merge leaves them as they are (M-5).
    pub responses: BTreeSet<u64>,
}
