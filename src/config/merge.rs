//! The settings of merges (M-6) as words of the configuration.
//!
//! Each word is the name of a variant of the rules' own types, which know no file. Deliberately absent: what the words do,
//! which [`crate::domain::merge`] says.

use serde::{Deserialize, Deserializer, Serialize, de};

use super::Merge;
use crate::domain::merge::{self, MergeSettings, RECORDS_CEILING};

/// Declares the words of a setting, and which variant of the rules each is.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident = $target:path { $($(#[$vdoc:meta])* $variant:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl From<$name> for $target {
            fn from(word: $name) -> Self {
                type Target = $target;
                match word { $($name::$variant => Target::$variant),+ }
            }
        }
    };
}

words! {
    /// See [`merge::Permissions`].
    Permissions = merge::Permissions {
        /// Those of the source.
        Source,
        /// Every channel.
        AllYes,
        /// None.
        AllNo,
    }
}

words! {
    /// See [`merge::Single`].
    Single = merge::Single {
        /// The source's.
        Source,
        /// The first that is there.
        BestMatch,
    }
}

words! {
    /// See [`merge::Several`].
    Several = merge::Several {
        /// The source's.
        Source,
        /// Those of the first that has one.
        BestMatch,
        /// Those of all.
        RetainAll,
    }
}

words! {
    /// See [`merge::WhenMissing`].
    WhenMissing = merge::WhenMissing {
        /// The merge is refused.
        Refuse,
        /// The others are merged.
        LeaveOut,
    }
}

words! {
    /// See [`merge::WhenHeld`].
    WhenHeld = merge::WhenHeld {
        /// It is merged all the same.
        Merge,
        /// The others are merged.
        LeaveOut,
        /// The merge is refused.
        Refuse,
    }
}

words! {
    /// See [`merge::WhenNoSource`].
    WhenNoSource = merge::WhenNoSource {
        /// The merge is refused.
        Refuse,
        /// One of the others is chosen.
        Choose,
    }
}

words! {
    /// See [`merge::SourceRule`].
    SourceRule = merge::SourceRule {
        /// The latest transaction.
        RecentActivity,
        /// Has cards.
        Cards,
        /// Has an e-mail.
        Email,
        /// Has a telephone.
        Phone,
        /// Has an address.
        Address,
        /// Has attributes.
        Attributes,
    }
}

impl SourceRule {
    /// Every rule, in the order in which they count unless it is configured.
    pub(super) fn all() -> Vec<SourceRule> {
        use SourceRule::{Address, Attributes, Cards, Email, Phone, RecentActivity};
        vec![RecentActivity, Cards, Email, Phone, Address, Attributes]
    }
}

impl Merge {
    /// The same for the rules.
    pub fn settings(&self) -> MergeSettings {
        MergeSettings {
            attributes: self.attributes.clone(),
            contact_permissions: self.contact_permissions.into(),
            birth_date: self.birth_date.into(),
            home_location: self.home_location.into(),
            email: self.email.into(),
            mail_address: self.mail_address.into(),
            phone: self.phone.into(),
            not_found: self.customer_not_found.into(),
            has_cards: self.customer_has_cards.into(),
            has_transactions: self.customer_has_transactions.into(),
            has_promotion_responses: self.customer_has_promotion_responses.into(),
            source_unmergeable: self.source_cannot_be_merged.into(),
            records_max: self.records_max,
            source_rules: self.source_rules.iter().copied().map(Into::into).collect(),
        }
    }
}

/// A number of records that a merge can take.
pub(super) fn records<'de, D: Deserializer<'de>>(deserializer: D) -> Result<usize, D::Error> {
    let number = i64::deserialize(deserializer)?;
    let number = usize::try_from(number).ok().filter(|number| (2..=RECORDS_CEILING).contains(number));
    number.ok_or_else(|| de::Error::custom(format!("expected a whole number from 2 to {RECORDS_CEILING}")))
}
