//! What the rules are given beside the request: the time, the organisation's settings, the reference data.
//!
//! The rules read no clock and no configuration; whoever calls them does.

use jiff::Timestamp;
use jiff::civil::DateTime;

use super::merge::MergeSettings;
use super::postal_code::PostalCodePatterns;
use super::reference::Reference;

/// The time of a decision, in the two forms that the rules need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Now {
    /// The instant.
    pub timestamp: Timestamp,
    /// The same instant in the configured time zone.
    pub local: DateTime,
}

/// The switches of an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// V: normalise and judge; without it values are stored as sent.
    pub validation: bool,
    /// V-17: First2 and Last2 are stored.
    pub second_names: bool,
    /// V-8: the forms of postal codes.
    pub postal_codes: PostalCodePatterns,
    /// A sign-up or home location has to be one of the reference data.
    pub check_retail_locations: bool,
    /// M-6: what merges make of customers.
    pub merge: MergeSettings,
}

impl Default for Settings {
    fn default() -> Self {
        Settings {
            validation: true,
            second_names: false,
            postal_codes: PostalCodePatterns::default(),
            check_retail_locations: false,
            merge: MergeSettings::default(),
        }
    }
}

/// What an organisation has laid down.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// Its switches.
    pub settings: &'a Settings,
    /// Its alternate-key types, attribute types and retail locations.
    pub reference: &'a Reference,
}
