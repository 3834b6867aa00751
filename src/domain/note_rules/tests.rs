//! A-4, AU-4, U-9 through whole requests.

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
    let shown: Vec<_> = world.notes.iter().map(|note| format!("{} {}", note.sequence, note.text)).collect();
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

#[test]
fn au_4_a_note_that_was_overwritten_or_deleted_is_no_equal() {
    check(&[&[note("a")], &[action(NoteAction::Update, "b", 1), note("a")]], &["1 b", "2 a"]);
    check(&[&[note("a")], &[action(NoteAction::Delete, "", 1), note("a")]], &["2 a"]);
    check(&[&[note("a"), note("a")], &[action(NoteAction::Delete, "", 1), note("a")]], &["2 a"]);
}
