//! The rules of customer requests, pure and synchronous.
//!
//! Nothing here knows a transport, a store, a clock or a source of randomness: time, new ids and
//! settings are arguments. A rule lives in one place and carries the name the rules page gives it (`AU-3`).

pub mod activity;
pub mod amount;
mod attribute_rules;
pub mod batch_name;
pub mod card;
pub mod contact_point;
mod contact_rules;
mod contact_update;
pub mod customer;
pub mod decision;
pub mod email;
pub mod error;
mod findings;
pub mod fold;
pub mod identity;
mod key_rules;
mod key_update;
mod location_rules;
pub mod merge;
pub mod message;
pub mod names;
pub mod note;
mod note_rules;
mod person_rules;
pub mod phone;
pub mod postal_code;
pub mod program;
pub mod reference;
pub mod settings;
#[cfg(test)]
mod testing;
pub mod titles;
pub mod update;
pub mod upsert;
pub mod value;
mod violations;

pub use decision::{Decided, Outcome, Warning, WarningCode};
pub use key_rules::checked_keys;
pub use key_update::{check_keys as check_update_keys, claimed_keys, identifying_keys};
pub use settings::{Now, Rules, Settings};
pub use update::{check_updated, delete, update};
pub use upsert::{add, add_or_update_existing, check_added};
