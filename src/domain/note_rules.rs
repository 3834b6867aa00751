//! A-4, AU-4, U-9: the notes of a request and what it makes of those of a customer.
//!
//! The decision is the difference between the notes before and after, so that a request sent twice writes once.

use std::collections::{BTreeMap, BTreeSet};

use super::decision::{WarningCode, Warnings};
use super::error::Code;
use super::message::CustomerMessage;
use super::note::{DEFAULT_NOTE_TYPE, Note, NoteMessage};
use super::value::NoteAction;
use super::violations::Violations;

/// finds notes without text. One that is to be deleted needs none.
pub(super) fn check(message: &CustomerMessage, violations: &mut Violations) {
    for note in &message.notes {
        if note.text.as_deref().is_none_or(str::is_empty) && note.action != Some(NoteAction::Delete) {
            violations.add(Code::CustomerNoteEmpty, path(note), "the note has no text");
        }
    }
}

fn path(note: &NoteMessage) -> String {
    format!("Customer/CustomerNotes/CustomerNote[{}]", note.index)
}

/// What makes two notes the same one (AU-4).
type Content = (String, String, Option<String>);

fn content(note: &Note) -> Content {
    (note.note_type.clone(), note.text.clone(), note.location.clone())
}

/// Whether a note that equals another one is added all the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Equal {
    /// any number.
    Added,
    /// AU-4: once.
    Skipped,
}

/// The notes of a customer while a request is applied to them.
pub(super) struct Notes {
    notes: BTreeMap<u32, Note>,
    /// How many notes have a content.
    contents: BTreeMap<Content, usize>,
    /// The highest sequence ever used or sent; what gets no number from the caller gets the next.
    last: u32,
    /// No sequence below it is free; of use at the end of the numbers only.
    taken_below: u32,
    /// Sequences written or removed, some perhaps back to what they were.
    touched: BTreeSet<u32>,
}

/// What is to be done to the stored notes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct NoteChanges {
    pub(super) put: Vec<Note>,
    pub(super) deleted: Vec<u32>,
}

impl Notes {
    /// `last` is the highest sequence ever used for the customer.
    pub(super) fn new(stored: &[Note], last: u32) -> Self {
        let mut notes = Notes {
            notes: BTreeMap::new(),
            contents: BTreeMap::new(),
            last,
            taken_below: 1,
            touched: BTreeSet::new(),
        };
        for note in stored {
            notes.put(note.clone());
        }
        notes.touched.clear();
        notes
    }

    /// Applies the notes of a request, in the order sent.
    pub(super) fn apply(&mut self, sent: &[NoteMessage], equal: Equal, warnings: &mut Warnings) {
        let kept = sent.iter().filter(|note| note.action != Some(NoteAction::Delete));
        // Numbers that the caller gives are not taken from under a note that comes later.
        self.last = kept.filter_map(|note| note.sequence).fold(self.last, u32::max);
        for note in sent {
            match note.action {
                Some(NoteAction::Delete) => self.delete(note, warnings),
                Some(NoteAction::Update) => self.update(note, equal),
                Some(NoteAction::Add) | None => self.add(note, equal),
            }
        }
    }

    /// Keeps the caller's sequence unless it is taken.
    fn add(&mut self, sent: &NoteMessage, equal: Equal) {
        let note = new_note(sent, 0);
        if equal == Equal::Skipped && self.contents.contains_key(&content(&note)) {
            return;
        }
        let free = sent.sequence.filter(|sequence| !self.notes.contains_key(sequence));
        let sequence = free.unwrap_or_else(|| self.next_sequence());
        self.put(Note { sequence, ..note });
    }

    /// U-9: overwrites what was sent; a sequence that nobody has is added, and none at all is as an add.
    fn update(&mut self, sent: &NoteMessage, equal: Equal) {
        let Some(sequence) = sent.sequence else { return self.add(sent, equal) };
        let note = match self.notes.get(&sequence) {
            Some(stored) => overwritten(stored, sent),
            None => new_note(sent, sequence),
        };
        self.put(note);
    }

    fn delete(&mut self, sent: &NoteMessage, warnings: &mut Warnings) {
        let known = sent.sequence.filter(|sequence| self.notes.contains_key(sequence));
        match known {
            Some(sequence) => self.remove(sequence),
            None => {
                let text = "no note has this sequence; nothing was deleted";
                warnings.add(WarningCode::CustomerNoteNotFound, format!("{}/@sequence", path(sent)), text);
            }
        }
    }

    /// One more than the last; at the end of the numbers the lowest that is free.
    fn next_sequence(&mut self) -> u32 {
        if let Some(next) = self.last.checked_add(1) {
            return next;
        }
        while self.notes.contains_key(&self.taken_below) {
            self.taken_below += 1;
        }
        self.taken_below
    }

    fn put(&mut self, note: Note) {
        self.remove(note.sequence);
        self.last = self.last.max(note.sequence);
        *self.contents.entry(content(&note)).or_default() += 1;
        self.notes.insert(note.sequence, note);
    }

    fn remove(&mut self, sequence: u32) {
        self.touched.insert(sequence);
        let Some(note) = self.notes.remove(&sequence) else { return };
        let content = content(&note);
        if let Some(count) = self.contents.get_mut(&content) {
            *count -= 1;
            if *count == 0 {
                self.contents.remove(&content);
            }
        }
    }

    /// The difference to what is stored.
    pub(super) fn into_changes(mut self, stored: &[Note]) -> NoteChanges {
        let before: BTreeMap<u32, &Note> = stored.iter().map(|note| (note.sequence, note)).collect();
        let mut changes = NoteChanges::default();
        for sequence in self.touched {
            match (self.notes.remove(&sequence), before.get(&sequence)) {
                (Some(note), stored) if stored != Some(&&note) => changes.put.push(note),
                (None, Some(_)) => changes.deleted.push(sequence),
                (Some(_) | None, _) => {}
            }
        }
        changes
    }
}

fn new_note(sent: &NoteMessage, sequence: u32) -> Note {
    Note {
        sequence,
        note_type: sent.note_type.clone().unwrap_or_else(|| DEFAULT_NOTE_TYPE.to_owned()),
        create_date: sent.create_date,
        create_user: sent.create_user.clone(),
        location: sent.location.clone(),
        private: sent.private.unwrap_or(false),
        text: sent.text.clone().unwrap_or_default(),
    }
}

fn overwritten(stored: &Note, sent: &NoteMessage) -> Note {
    Note {
        sequence: stored.sequence,
        note_type: sent.note_type.clone().unwrap_or_else(|| stored.note_type.clone()),
        create_date: sent.create_date.or(stored.create_date),
        create_user: sent.create_user.clone().or_else(|| stored.create_user.clone()),
        location: sent.location.clone().or_else(|| stored.location.clone()),
        private: sent.private.unwrap_or(stored.private),
        text: sent.text.clone().unwrap_or_else(|| stored.text.clone()),
    }
}

#[cfg(test)]
mod tests;
