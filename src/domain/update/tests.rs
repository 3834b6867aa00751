//! U and D as wholes.

use super::super::customer::{Individual, Profile};
use super::super::key_update::check_keys;
use super::super::message::CustomerMessage;
use super::super::note::NoteMessage;
use super::super::testing::*;
use super::super::value::{ContactType, NameLocation, NoteAction};
use super::*;

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// The outcome of an update of Anna; UpdateDate moves if and only if something changed.
#[track_caller]
fn check_outcome(stored: &CustomerMessage, sent: &CustomerMessage, expected: Outcome) {
    let mut world = World::default();
    let stored = world.add(stored);
    let decided = world.try_change(&stored, sent).unwrap();
    assert_eq!(decided.outcome, expected);
    assert_eq!(decided.customer == stored, expected == Outcome::Unchanged);
    assert_eq!(decided.customer.update_date != stored.update_date, expected == Outcome::Updated);
}

#[test]
fn au_2_an_update_that_changes_nothing_is_unchanged() {
    let anna = CustomerMessage { emails: emails(&["*a@x.org"]).emails, ..named("Anna", "Berg") };
    check_outcome(&anna, &CustomerMessage::default(), Outcome::Unchanged);
    check_outcome(&anna, &anna, Outcome::Unchanged);
    check_outcome(&anna, &changed_emails(&["Old a@x.org", "New *a@x.org"]), Outcome::Unchanged);
    check_outcome(&anna, &changed_emails(&["Set a@x.org"]), Outcome::Unchanged);
    check_outcome(&anna, &changed_emails(&["Old a@x.org"]), Outcome::Updated);
    let user = CustomerMessage { update_user_id: text("till-4"), ..CustomerMessage::default() };
    check_outcome(&anna, &user, Outcome::Unchanged);
    check_outcome(&anna, &notes(&[note("a")]), Outcome::Updated);
    check_outcome(&notes(&[note("a")]), &notes(&[note("a")]), Outcome::Unchanged);
}

fn home_location(store: Option<&str>) -> CustomerMessage {
    CustomerMessage {
        home_location: store.map(str::to_owned),
        affiliation_sent: true,
        ..CustomerMessage::default()
    }
}

#[test]
fn u_6_the_home_location_is_set_with_nothing_else() {
    let mut world = World::default();
    let stored = world.add(&CustomerMessage { retail_store_id: text("1"), ..named("Anna", "Berg") });
    let customer = world.change(&stored, &home_location(Some("243")));
    let customer = world.change(&customer, &home_location(Some("244")));
    assert_eq!(customer.profile, Profile { home_location: text("244"), ..stored.profile.clone() });
    check_outcome(&home_location(Some("9")), &home_location(Some("9")), Outcome::Unchanged);
}

#[test]
fn u_6_an_affiliation_names_its_store() {
    let mut world = World::default();
    let stored = world.add(&named("Anna", "Berg"));
    let violations = shown_violations(world.try_change(&stored, &home_location(None)));
    assert_eq!(violations, ["INVALID_ATTRIBUTE_VALUE Customer/Affiliation/RetailStoreID"]);
}

#[test]
fn u_7_a_name_makes_an_anonymous_customer_identified() {
    let mut world = World::default();
    let stored = world.add(&keys(&["EMAIL:1"]));
    assert!(stored.anonymous() && stored.valid());
    let customer = world.change(&stored, &named("anna", "berg"));
    assert!(!customer.anonymous() && customer.valid());
    assert_eq!(customer.individual.first_name, text("Anna"));
    let half = CustomerMessage { names: vec![(NameLocation::Last, "Berg".to_owned())], ..Default::default() };
    let customer = world.change(&stored, &half);
    assert_eq!(shown_errors(&customer), ["NAME_MISSING Name[First]"]);
}

#[test]
fn u_8_what_was_sent_overwrites_and_the_rest_stays() {
    let mut world = World::default();
    let stored = world.add(&CustomerMessage {
        nickname: text("A"),
        customer_class: text("Gold"),
        contact_preferences: vec![(ContactType::Mail, true), (ContactType::Fax, true)],
        attributes: attributes(&["Level=Silver|Gold", "Motto=a"]).attributes,
        ..named("Anna", "Berg")
    });
    let customer = world.change(
        &stored,
        &CustomerMessage {
            customer_class: text("Silver"),
            salutation: text("MRS"),
            contact_preferences: vec![(ContactType::Fax, false)],
            attributes: attributes(&["Level=Gold"]).attributes,
            names: vec![(NameLocation::Last, "Holm".to_owned())],
            ..CustomerMessage::default()
        },
    );
    let expected =
        Individual { last_name: text("Holm"), salutation: text("Mrs"), ..stored.individual.clone() };
    assert_eq!(customer.individual, expected);
    assert_eq!(customer.profile, Profile { customer_class: text("Silver"), ..stored.profile.clone() });
    assert_eq!(customer.contact_preferences, [(ContactType::Mail, true), (ContactType::Fax, false)]);
    let values: Vec<_> = customer.attributes.iter().map(|attribute| attribute.values.join("|")).collect();
    assert_eq!(values, ["Gold", "a"], "C-1");
    assert_eq!((customer.id, customer.create_date), (stored.id, stored.create_date));
}

#[test]
fn u_8_last_update_info_is_overwritten() {
    let mut world = World::default();
    let first = CustomerMessage { update_user_id: text("till-1"), ..named("Anna", "Berg") };
    let stored = world.add(&first);
    let date = DateOrTime::parse("2020-01-01").ok();
    let sent = CustomerMessage {
        update_user_id: text("till-2"),
        update_date: date,
        nickname: text("A"),
        ..CustomerMessage::default()
    };
    let customer = world.change(&stored, &sent);
    assert_eq!((customer.update_user_id.clone(), customer.update_date), (text("till-2"), date));
    let customer = world.change(&customer, &CustomerMessage { nickname: text("B"), ..Default::default() });
    assert_eq!(customer.update_date, Some(DateOrTime::Local(world.now().local)), "A-6");
}

/// What an update makes of the notes `1 a` and `2 b`.
#[track_caller]
fn check_notes(sent: &[NoteMessage], expected: &[&str], warnings: &[&str]) {
    let mut world = World::default();
    let stored = world.add(&notes(&[note("a"), note("b")]));
    let decided = world.try_change(&stored, &notes(sent)).unwrap();
    let left: Vec<_> = world.notes.iter().map(|note| format!("{} {}", note.sequence, note.text)).collect();
    assert_eq!((left, shown_warnings(&decided)), (texts(expected), texts(warnings)));
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

#[test]
fn u_9_notes_are_added_updated_and_deleted_by_sequence() {
    let by = |action, sequence, text: &str| NoteMessage {
        action: Some(action),
        sequence: Some(sequence),
        ..note(text)
    };
    check_notes(&[note("b"), note("c")], &["1 a", "2 b", "3 c"], &[]);
    check_notes(&[by(NoteAction::Add, 2, "c")], &["1 a", "2 b", "3 c"], &[]);
    check_notes(&[by(NoteAction::Update, 2, "c")], &["1 a", "2 c"], &[]);
    check_notes(&[by(NoteAction::Update, 900, "c")], &["1 a", "2 b", "900 c"], &[]);
    check_notes(&[by(NoteAction::Delete, 1, "")], &["2 b"], &[]);
    let warning = "CUSTOMER_NOTE_NOT_FOUND Customer/CustomerNotes/CustomerNote[1]/@sequence";
    check_notes(&[by(NoteAction::Delete, 7, "")], &["1 a", "2 b"], &[warning]);
}

#[test]
fn u_3_violations_come_in_the_order_of_the_schema() {
    let message = CustomerMessage {
        affiliation_sent: true,
        emails: changed_emails(&["Old b@x.org", "DELETE a@x.org"]).emails,
        alternate_keys: changed_keys(&["New :2"]).alternate_keys,
        attributes: attributes(&["Visits=x"]).attributes,
        notes: notes(&[NoteMessage::default()]).notes,
        ..CustomerMessage::default()
    };
    let email = "Customer/EntityInformation/Individual/ContactInformation/EMail";
    let expected = [
        "INVALID_ATTRIBUTE_VALUE Customer/Affiliation/RetailStoreID".to_owned(),
        format!("INVALID_ATTRIBUTE_VALUE {email}[1]"),
        format!("INVALID_ATTRIBUTE_VALUE {email}[2]/@UpdateType"),
        "ALTERNATE_KEY_TYPECODE_UNSPECIFIED Customer/AlternateKey[1]/@TypeCode".to_owned(),
        "INVALID_ATTRIBUTE_VALUE Customer/CustomAttribute[1]/AttributeValue[1]".to_owned(),
        "CUSTOMER_NOTE_EMPTY Customer/CustomerNotes/CustomerNote[1]".to_owned(),
    ];
    let mut world = World::default();
    let stored = world.add(&emails(&["a@x.org"]));
    assert_eq!(shown_violations(world.try_change(&stored, &message)), expected);
    let before_lookup = check_keys(&message, &world.reference).unwrap_err().violations;
    assert_eq!(before_lookup.len(), 1, "A-3 alone is judged before anybody is looked up");
}

#[test]
fn d_1_the_customer_is_inactive_and_kept() {
    let mut world = World::default();
    let stored = world.add(&emails(&["*H:a@x.org"]));
    let decided = delete(&stored, &world.now());
    assert_eq!(decided.outcome, Outcome::Deleted);
    assert!(decided.notes_put.is_empty() && decided.notes_deleted.is_empty());
    let update_date = Some(DateOrTime::Local(world.now().local));
    assert_eq!(decided.customer, Customer { active: false, update_date, ..stored });
}

#[test]
fn d_4_its_keys_are_free() {
    let mut world = World::default();
    let stored = world.add(&keys(&["EMAIL:1", "TWCUSTID:1"]));
    let customer = delete(&stored, &world.now()).customer;
    assert_eq!(shown_keys(&customer), ["-EMAIL:1", "-TWCUSTID:1"]);
    assert_eq!(customer.active_keys().count(), 0);
}
