//! Notes on a customer. They grow without bound, so they are stored one by one beside the customer's record.

use super::value::{DateOrTime, NoteAction};

/// The type of a note that came without one.
pub const DEFAULT_NOTE_TYPE: &str = "COMMENT";

/// A stored note.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note<S = String> {
    /// Unique for the customer; given by the caller or by us.
    pub sequence: u32,
    /// Any word; [`DEFAULT_NOTE_TYPE`] if none was sent.
    pub note_type: S,
    /// When, as the caller says.
    pub create_date: Option<DateOrTime>,
    /// Who, as the caller says.
    pub create_user: Option<S>,
    /// Where, as the caller says.
    pub location: Option<S>,
    /// Not for everyone.
    pub private: bool,
    /// The text, not empty.
    pub text: S,
}

/// A note in a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NoteMessage {
    /// 1-based position among the request's notes, for paths.
    pub index: usize,
    /// U-9; `None`: add unless an equal one is stored (AU-4).
    pub action: Option<NoteAction>,
    /// The caller's number for it.
    pub sequence: Option<u32>,
    /// See [`Note`].
    pub note_type: Option<String>,
    /// See [`Note`].
    pub create_date: Option<DateOrTime>,
    /// See [`Note`].
    pub create_user: Option<String>,
    /// See [`Note`].
    pub location: Option<String>,
    /// See [`Note`].
    pub private: Option<bool>,
    /// Empty only with [`NoteAction::Delete`]; an empty note without attributes never gets here (V-19).
    pub text: Option<String>,
}
