//! Rules M: which of several customers that are the same person is the source, and what their merge makes of them.
//!
//! Everything is decided here but who is named, which needs the store. The first of the customers is the source
//! wherever several are given. What is taken from a customer brings the validation errors that it has there; nothing is
//! judged anew but what only the result can be wrong with (V-3). Deliberately absent: where transactions and cards are
//! read from, for they stay where they are.

mod admission;
mod contact;
mod settings;
mod source;
mod survivorship;

use super::activity::ActivitySummary;
use super::customer::Customer;
use super::note::Note;

pub use admission::{Admission, Traits, admission};
pub use settings::{
    MergeSettings, Permissions, RECORDS_CEILING, Several, Single, SourceRule, WhenHeld, WhenMissing,
    WhenNoSource,
};
pub use source::choose_source;
pub use survivorship::merge;

/// A customer that is to be merged, with what belongs to it.
#[derive(Debug, Clone, Copy)]
pub struct Member<'a> {
    /// The customer, active.
    pub customer: &'a Customer,
    /// All its notes by sequence; choosing a source needs none.
    pub notes: &'a [Note],
    /// The sums of its transactions, if it has any.
    pub activity: Option<ActivitySummary>,
}

/// What a merge makes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    /// The result, with its members and all their active keys.
    pub customer: Customer,
    /// The notes of all, under new sequences from 1.
    pub notes: Vec<Note>,
    /// The sums of all.
    pub activity: Option<ActivitySummary>,
}

#[cfg(test)]
mod property_tests;
#[cfg(test)]
mod tests;
