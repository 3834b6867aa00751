//! M-6: what an organisation can settle about merges. Every setting is a word of a small closed set, or a number.
//!
//! The words are those of the configuration (`merge.*`); the defaults are the table of M-3 and M-4, and refuse what could
//! surprise. Deliberately absent: how they are written in a file.

/// How many customers one merge takes at most, whatever is configured: the change of a merge has to stay small.
pub const RECORDS_CEILING: usize = 100;

/// The settings of merges.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergeSettings {
    /// Names of attributes that one customer alone brings: the source if it has a value, else the first that has one.
    pub attributes: Vec<String>,
    /// Contact permissions of the result.
    pub contact_permissions: Permissions,
    /// Whose date of birth.
    pub birth_date: Single,
    /// Whose home location.
    pub home_location: Single,
    /// Whose e-mails.
    pub email: Several,
    /// Whose addresses.
    pub mail_address: Several,
    /// Whose telephones.
    pub phone: Several,
    /// A customer that is named is not found.
    pub not_found: WhenMissing,
    /// A customer has cards, or had some.
    pub has_cards: WhenHeld,
    /// A customer has transactions.
    pub has_transactions: WhenHeld,
    /// A customer has responded to a promotion.
    pub has_promotion_responses: WhenHeld,
    /// The source that is named is left out by one of the rules above.
    pub source_unmergeable: WhenNoSource,
    /// How many customers one merge takes, the source among them; 2 to [`RECORDS_CEILING`].
    pub records_max: usize,
    /// M-1: how a source is chosen where none is named, the first rule first.
    pub source_rules: Vec<SourceRule>,
}

impl Default for MergeSettings {
    fn default() -> Self {
        MergeSettings {
            attributes: Vec::new(),
            contact_permissions: Permissions::Source,
            birth_date: Single::BestMatch,
            home_location: Single::Source,
            email: Several::Source,
            mail_address: Several::Source,
            phone: Several::Source,
            not_found: WhenMissing::Refuse,
            has_cards: WhenHeld::Merge,
            has_transactions: WhenHeld::Merge,
            has_promotion_responses: WhenHeld::Merge,
            source_unmergeable: WhenNoSource::Refuse,
            records_max: 10,
            source_rules: SourceRule::ALL.to_vec(),
        }
    }
}

/// Contact permissions of the result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Permissions {
    /// Those of the source.
    Source,
    /// Every channel is permitted.
    AllYes,
    /// No channel is permitted.
    AllNo,
}

/// Whose value, where a customer has one at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Single {
    /// The source's, even if it has none.
    Source,
    /// That of the first customer that has one, the source first.
    BestMatch,
}

/// Whose contact points of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Several {
    /// The source's, even if it has none.
    Source,
    /// Those of the first customer that has an active one, the source first; the source's if nobody has.
    BestMatch,
    /// Those of all, each once.
    RetainAll,
}

/// What becomes of a merge that names somebody who is not found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WhenMissing {
    /// It is refused.
    Refuse,
    /// The others are merged.
    LeaveOut,
}

/// What becomes of a customer that has something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WhenHeld {
    /// It is merged all the same.
    Merge,
    /// The others are merged.
    LeaveOut,
    /// Nobody is merged.
    Refuse,
}

/// What becomes of a merge whose source is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WhenNoSource {
    /// It is refused.
    Refuse,
    /// One of the others is chosen as if none had been named.
    Choose,
}

/// A duplicate customer rule: what speaks for a customer as the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SourceRule {
    /// The latest transaction of all; one without transactions comes last.
    RecentActivity,
    /// Has cards, or had some.
    Cards,
    /// Has an active e-mail.
    Email,
    /// Has an active telephone.
    Phone,
    /// Has an active address.
    Address,
    /// Has a custom attribute.
    Attributes,
}

impl SourceRule {
    /// Every rule, in the order in which they count unless it is configured.
    pub const ALL: [SourceRule; 6] = [
        SourceRule::RecentActivity,
        SourceRule::Cards,
        SourceRule::Email,
        SourceRule::Phone,
        SourceRule::Address,
        SourceRule::Attributes,
    ];
}
