//! A note's body: one section.

use std::borrow::Cow;

use super::v1::NoteDocument;
use super::{FORMAT, RecordError, push_section, read_section, sections};
use crate::domain::note::Note;

const NOTE_V1: u8 = 1;

/// Writes a note.
pub fn encode_note(note: &Note) -> Result<Vec<u8>, RecordError> {
    let mut body = vec![FORMAT];
    push_section(&mut body, NOTE_V1, &NoteDocument::from(note))?;
    Ok(body)
}

/// Reads a note.
pub fn decode_note(body: &[u8]) -> Result<Note, RecordError> {
    read_document(body)?.try_into()
}

/// Reads a note without copying its text, to show it.
pub fn view_note(body: &[u8]) -> Result<Note<Cow<'_, str>>, RecordError> {
    read_document(body)?.try_into()
}

fn read_document(body: &[u8]) -> Result<NoteDocument<'_>, RecordError> {
    match sections(body)?.as_slice() {
        [(NOTE_V1, bytes)] => read_section(bytes),
        [(tag, _), ..] => Err(RecordError::Newer(*tag)),
        [] => Err(RecordError::Unreadable("an empty note".to_owned())),
    }
}
