//! A-4, AU-4, U-9: the notes of a request and what it makes of those of a customer.
//!
//! The decision is the difference between the notes before and after, so that a request sent twice writes once.

use std::collections::{BTreeMap, HashMap, HashSet};

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
    contents: HashMap<Content, usize>,
    /// The highest sequence ever used or sent; what gets no number from the caller gets the next.
    last: u32,
    /// No sequence below it is free; of use at the end of the numbers only.
    taken_below: u32,
    /// Sequences written or removed, some perhaps back to what they were.
    touched: HashSet<u32>,
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
            contents: HashMap::new(),
            last,
            taken_below: 1,
            touched: HashSet::new(),
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
        let before: HashMap<u32, &Note> = stored.iter().map(|note| (note.sequence, note)).collect();
        let mut touched: Vec<u32> = self.touched.drain().collect();
        touched.sort_unstable();
        let mut changes = NoteChanges::default();
        for sequence in touched {
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
mod tests {
    use super::super::Decided;
    use super::super::testing::*;
    use super::*;

    fn sequenced(text: &str, sequence: u32) -> NoteMessage {
        NoteMessage { sequence: Some(sequence), ..note(text) }
    }

    fn action(action: NoteAction, text: &str, sequence: u32) -> NoteMessage {
        let text = Some(text.to_owned()).filter(|text| !text.is_empty());
        NoteMessage { action: Some(action), sequence: Some(sequence), text, ..NoteMessage::default() }
    }

    /// `sequence text` of the notes after the requests, one after the other; the first one adds the customer.
    fn check(requests: &[&[NoteMessage]], expected: &[&str]) -> Decided {
        let mut world = World::default();
        let mut decided = world.try_add(&notes(requests[0])).unwrap();
        for request in &requests[1..] {
            decided = world.try_update(&decided.customer, &notes(request)).unwrap();
        }
        let shown: Vec<_> =
            world.notes.iter().map(|note| format!("{} {}", note.sequence, note.text)).collect();
        assert_eq!(shown, expected);
        decided
    }

    #[test]
    fn a_4_notes_without_type_are_comments() {
        let typed = NoteMessage { note_type: Some("VISIT".to_owned()), ..note("b") };
        let decided = check(&[&[note("a"), typed]], &["1 a", "2 b"]);
        let types: Vec<_> = decided.notes_put.iter().map(|note| note.note_type.as_str()).collect();
        assert_eq!(types, [DEFAULT_NOTE_TYPE, "VISIT"]);
        assert!(!decided.notes_put[0].private);
    }

    #[test]
    fn a_4_a_note_without_text_is_refused() {
        let blank = NoteMessage { create_user: Some("u".to_owned()), ..NoteMessage::default() };
        for empty in [blank.clone(), NoteMessage { text: Some(String::new()), ..blank }] {
            let refused = shown_violations(World::default().try_add(&notes(&[note("a"), empty])));
            assert_eq!(refused, ["CUSTOMER_NOTE_EMPTY Customer/CustomerNotes/CustomerNote[2]"]);
        }
    }

    #[test]
    fn a_4_an_add_takes_any_number_of_equal_notes() {
        check(&[&[note("a"), note("a")]], &["1 a", "2 a"]);
    }

    #[test]
    fn a_4_sent_sequences_are_kept_unless_taken() {
        check(&[&[sequenced("a", 9), note("b")]], &["9 a", "10 b"]);
        check(&[&[note("a"), sequenced("b", 1)]], &["1 b", "2 a"]);
        check(&[&[sequenced("a", 9), sequenced("b", 9)]], &["9 a", "10 b"]);
        check(&[&[sequenced("a", 9)], &[sequenced("b", 9), note("c")]], &["9 a", "10 b", "11 c"]);
    }

    #[test]
    fn a_4_after_the_last_number_the_lowest_free_one_is_given() {
        let last = format!("{} a", u32::MAX);
        check(
            &[&[sequenced("a", u32::MAX), note("b"), sequenced("c", 2), note("d")]],
            &["1 b", "2 c", "3 d", &last],
        );
    }

    #[test]
    fn a_4_sequences_of_deleted_notes_are_not_given_again() {
        let delete = action(NoteAction::Delete, "", 1);
        let decided = check(&[&[note("a")], &[delete], &[note("b")]], &["2 b"]);
        assert_eq!(decided.customer.last_note_sequence, 2);
    }

    #[test]
    fn au_4_an_equal_note_is_not_added_again() {
        check(&[&[note("a")], &[note("a"), note("b"), note("b")]], &["1 a", "2 b"]);
        check(&[&[note("a")], &[sequenced("a", 5)]], &["1 a"]);
        check(&[&[note("a")], &[NoteMessage { action: Some(NoteAction::Add), ..note("a") }]], &["1 a"]);
        check(&[&[note("a")], &[NoteMessage { create_user: Some("u".to_owned()), ..note("a") }]], &["1 a"]);
    }

    #[test]
    fn au_4_another_type_or_location_is_another_note() {
        let elsewhere = NoteMessage { location: Some("12".to_owned()), ..note("a") };
        let typed = NoteMessage { note_type: Some("VISIT".to_owned()), ..note("a") };
        check(&[&[note("a")], &[elsewhere, typed]], &["1 a", "2 a", "3 a"]);
    }

    #[test]
    fn u_9_update_overwrites_by_sequence_or_adds() {
        let update = |text, sequence| action(NoteAction::Update, text, sequence);
        check(&[&[note("a")], &[update("b", 1)]], &["1 b"]);
        check(&[&[note("a")], &[update("a", 326)]], &["1 a", "326 a"]);
        check(&[&[update("a", 326)]], &["326 a"]);
        let typed = NoteMessage { note_type: Some("VISIT".to_owned()), private: Some(true), ..note("a") };
        let decided = check(&[&[typed], &[update("b", 1)]], &["1 b"]);
        assert_eq!(decided.notes_put[0].note_type, "VISIT");
        assert!(decided.notes_put[0].private);
    }

    #[test]
    fn u_9_delete_of_an_unknown_note_is_a_warning() {
        let delete = |sequence| action(NoteAction::Delete, "", sequence);
        let decided = check(&[&[note("a"), note("b")], &[delete(1), delete(9)]], &["2 b"]);
        assert_eq!(decided.notes_deleted, [1]);
        let expected = ["CUSTOMER_NOTE_NOT_FOUND Customer/CustomerNotes/CustomerNote[2]/@sequence"];
        assert_eq!(shown_warnings(&decided), expected);
        let nameless = NoteMessage { action: Some(NoteAction::Delete), ..NoteMessage::default() };
        assert_eq!(check(&[&[nameless]], &[]).warnings.len(), 1);
    }

    #[test]
    fn au_4_what_ends_as_it_was_is_no_change() {
        let update = |text| action(NoteAction::Update, text, 1);
        let decided = check(&[&[note("a")], &[update("b"), update("a")]], &["1 a"]);
        assert_eq!((decided.notes_put.len(), decided.outcome), (0, super::super::Outcome::Unchanged));
    }
}
