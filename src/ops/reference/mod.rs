//! Reference data: where it comes from, where it is kept, and the copy that requests are judged by.
//!
//! It is read from files ([`mod@file`]), kept in the store under [`Collection::Reference`](crate::store::Collection), and
//! held in memory ([`CurrentReference`]), so that a request reads nothing for it. Entries are added and replaced,
//! never removed: customers may have what they define. Deliberately absent: rows of the change log, which is about
//! customers.

mod card_entry;
mod cards;
#[cfg(test)]
mod cards_tests;
mod current;
mod defined;
mod entry;
mod file;
mod load;
mod program_entry;
mod show;
mod show_card;
mod stored;
#[cfg(test)]
mod tests;

pub use cards::{CardCounts, LoadedCards, load_cards};
pub use current::CurrentReference;
pub use file::{DEFAULT_REFERENCE, Problem, parse};
pub use load::{EntryChange, LoadOptions, Loaded, Verb, load};
pub use show::{Shown, ShownEntry, show};
pub use show_card::{ShownCard, show_card};
pub use stored::open;
pub(super) use stored::{is_as_given, problem};

pub use crate::domain::reference::Kind;
