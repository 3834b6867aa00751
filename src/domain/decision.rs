//! What a rule decides about a customer, and what it remarks.
//!
//! A decision is complete: the customer as it is to be stored, the notes to write and to remove. It stores nothing.

use super::customer::Customer;
use super::note::Note;

/// What became of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// A new customer.
    Added,
    /// Something differs from what was stored.
    Updated,
    /// Nothing but LastUpdateInfo would differ; nothing is to be written (AU-2).
    Unchanged,
    /// Made inactive and kept (D-1).
    Deleted,
}

impl Outcome {
    /// The word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Added => "Added",
            Outcome::Updated => "Updated",
            Outcome::Unchanged => "Unchanged",
            Outcome::Deleted => "Deleted",
        }
    }

    /// Is there anything to write?
    pub const fn writes(self) -> bool {
        match self {
            Outcome::Added | Outcome::Updated | Outcome::Deleted => true,
            Outcome::Unchanged => false,
        }
    }
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decided {
    /// The customer as it is to be stored; with [`Outcome::Unchanged`] as it is stored.
    pub customer: Customer,
    /// Notes to write, by sequence.
    pub notes_put: Vec<Note>,
    /// Sequences of stored notes to remove, ascending.
    pub notes_deleted: Vec<u32>,
    /// Remarks to the caller, at most [`WARNINGS_MAX`].
    pub warnings: Vec<Warning>,
    /// What became of the customer.
    pub outcome: Outcome,
}

/// How many warnings one decision carries at most.
pub const WARNINGS_MAX: usize = 50;

/// A part of a request that was not heeded, while the rest was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Why not.
    pub code: WarningCode,
    /// The path, as in [`super::error::Violation::field`].
    pub field: String,
    /// For a person; never repeats what was sent.
    pub message: &'static str,
}

/// Why a part of a request was not heeded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WarningCode {
    /// C-5: the attribute has a value and is not editable.
    AttributeNotEditable,
    /// U-9: no note has the sequence that was to be deleted.
    CustomerNoteNotFound,
    /// The value is none that the field could hold; what was stored stays.
    ValueIgnored,
    /// M-6: the organisation's settings leave the customer out of the merge.
    CustomerLeftOut,
}

impl WarningCode {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            WarningCode::AttributeNotEditable => "ATTRIBUTE_NOT_EDITABLE",
            WarningCode::CustomerNoteNotFound => "CUSTOMER_NOTE_NOT_FOUND",
            WarningCode::ValueIgnored => "VALUE_IGNORED",
            WarningCode::CustomerLeftOut => "CUSTOMER_LEFT_OUT",
        }
    }
}

/// Collects warnings up to [`WARNINGS_MAX`].
#[derive(Debug, Default)]
pub(super) struct Warnings(Vec<Warning>);

impl Warnings {
    pub(super) fn add(&mut self, code: WarningCode, field: impl Into<String>, message: &'static str) {
        if self.0.len() < WARNINGS_MAX {
            self.0.push(Warning { code, field: field.into(), message });
        }
    }

    pub(super) fn into_vec(self) -> Vec<Warning> {
        self.0
    }
}
