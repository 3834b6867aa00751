//! M-6: who takes part in a merge, by what is known of each customer that is named.

use super::settings::{MergeSettings, WhenHeld, WhenMissing};
use crate::domain::error::Code;

/// What the override rules look at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traits {
    /// Nobody active was found.
    pub missing: bool,
    /// A card was ever linked to it.
    pub cards: bool,
    /// It has transactions.
    pub transactions: bool,
    /// It has responded to a promotion.
    pub promotion_responses: bool,
}

/// What becomes of a customer that is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// It takes part.
    Merged,
    /// The others are merged without it, for this reason.
    LeftOut(&'static str),
    /// The whole merge is refused, for this reason.
    Refused(Code, &'static str),
}

/// The strictest of what the rules say.
pub fn admission(traits: Traits, settings: &MergeSettings) -> Admission {
    if traits.missing {
        return match settings.not_found {
            WhenMissing::Refuse => {
                Admission::Refused(Code::CustomerNotFound, "no customer was found with these identifiers")
            }
            WhenMissing::LeaveOut => {
                Admission::LeftOut("no customer was found with these identifiers, the others were merged")
            }
        };
    }
    let rules = [
        (
            traits.cards.then_some(settings.has_cards),
            "the customer has cards, and such a one is not merged",
            "the customer has cards, the others were merged",
        ),
        (
            traits.transactions.then_some(settings.has_transactions),
            "the customer has transactions, and such a one is not merged",
            "the customer has transactions, the others were merged",
        ),
        (
            traits.promotion_responses.then_some(settings.has_promotion_responses),
            "the customer has responded to a promotion, and such a one is not merged",
            "the customer has responded to a promotion, the others were merged",
        ),
    ];
    let first = |wanted: WhenHeld| rules.iter().find(|(rule, _, _)| *rule == Some(wanted));
    match (first(WhenHeld::Refuse), first(WhenHeld::LeaveOut)) {
        (Some((_, why, _)), _) => Admission::Refused(Code::MergeCustomerCreationException, why),
        (None, Some((_, _, why))) => Admission::LeftOut(why),
        (None, None) => Admission::Merged,
    }
}
