//! Search: which customers match some criteria, page by page.
//!
//! A projection of the store's change log, never the truth. Three layers, from far behind to now:
//!
//! - an index on disk (`index`, tantivy) that knows the number of the last commit it holds;
//! - an overlay in memory (`overlay`) of the customers that changed since;
//! - the records themselves: a hit is only a suggestion until its record has been read and found to match.
//!
//! A search first lets the overlay catch up with the log, so that it sees every acknowledged write (read-your-writes).
//! A thread (`follower`) moves the overlay into the index from time to time. An index that is missing, damaged, of
//! another version or of another store is built anew from the store. Deliberately absent: ranking, since answers are
//! ordered by name; stored texts, since the store has them.

mod answered;
mod building;
mod engine;
mod failure;
mod follower;
mod following;
mod index;
mod marker;
mod overlay;
mod page;
mod projection;
mod query;
mod sound;
mod terms;
#[cfg(test)]
mod tests;
mod token;

pub use engine::{Lag, Options, Place, Search};
pub use failure::SearchError;
pub use page::{Hit, Page, PageRequest};
pub use query::{CONTAINS_CHARACTERS_MIN, Criterion, Field, Mistake, Query};
