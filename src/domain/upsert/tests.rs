//! A and AU as wholes, and what holds for every request.

use std::collections::HashSet;

use proptest::prelude::*;

use super::super::contact_point::EMail;
use super::super::customer::{Individual, Subject};
use super::super::note::NoteMessage;
use super::super::testing::*;
use super::super::value::NameLocation;
use super::*;

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

#[test]
fn a_1_the_new_id_is_the_customers() {
    let message = CustomerMessage { customer_id: text("4711"), ..named("Anna", "Berg") };
    let decided = World::default().try_add(&message).unwrap();
    assert_eq!((decided.customer.id, decided.outcome), (CustomerId(7), Outcome::Added));
    assert!(decided.customer.active);
}

#[test]
fn a_5_a_key_alone_makes_an_anonymous_customer() {
    let mut world = World::default();
    assert!(world.add(&keys(&["EMAIL:1"])).anonymous());
    let organisation = CustomerMessage { org_name: text("Acme"), ..keys(&["EMAIL:1"]) };
    assert!(!world.add(&organisation).anonymous());
    let reachable = CustomerMessage { emails: emails(&["a@x.org"]).emails, ..keys(&["EMAIL:1"]) };
    assert!(!world.add(&reachable).anonymous());
}

#[test]
fn a_6_a_missing_update_date_is_local_time_now() {
    let mut world = World::default();
    let customer = world.add(&named("Anna", "Berg"));
    assert_eq!(customer.update_date, Some(DateOrTime::Local(world.now().local)));
    assert_eq!(customer.create_date, world.now().timestamp);
    let sent = DateOrTime::parse("2015-04-15").unwrap();
    let message = CustomerMessage { update_date: Some(sent), ..named("Anna", "Berg") };
    assert_eq!(world.add(&message).update_date, Some(sent));
}

#[test]
fn a_6_home_and_sign_up_location_are_apart() {
    let message = CustomerMessage {
        retail_store_id: text("1"),
        home_location: text("243"),
        affiliation_sent: true,
        ..named("Anna", "Berg")
    };
    let profile = World::default().add(&message).profile;
    assert_eq!((profile.retail_store_id, profile.home_location), (text("1"), text("243")));
}

#[test]
fn a_3_violations_come_in_the_order_of_the_schema() {
    let message = CustomerMessage {
        alternate_keys: keys(&["EMAIL:1", ":2"]).alternate_keys,
        attributes: attributes(&["Visits=x"]).attributes,
        notes: notes(&[NoteMessage::default()]).notes,
        ..named("Anna", "Berg")
    };
    let expected = [
        "ALTERNATE_KEY_TYPECODE_UNSPECIFIED Customer/AlternateKey[2]/@TypeCode",
        "INVALID_ATTRIBUTE_VALUE Customer/CustomAttribute[1]/AttributeValue[1]",
        "CUSTOMER_NOTE_EMPTY Customer/CustomerNotes/CustomerNote[1]",
    ];
    assert_eq!(shown_violations(World::default().try_add(&message)), expected);
    let mut world = World::default();
    let stored = world.add(&named("Anna", "Berg"));
    assert_eq!(shown_violations(world.try_update(&stored, &message)), expected);
}

/// The outcome of sending `second` where `first` made the customer, and UpdateDate moves if and only if it changed.
fn check_outcome(first: &CustomerMessage, second: &CustomerMessage, expected: Outcome) {
    let mut world = World::default();
    let stored = world.add(first);
    let decided = world.try_update(&stored, second).unwrap();
    assert_eq!(decided.outcome, expected);
    assert_eq!(decided.customer == stored, expected == Outcome::Unchanged);
    let moved = decided.customer.update_date != stored.update_date;
    assert_eq!(moved, expected == Outcome::Updated);
}

#[test]
fn au_2_nothing_new_is_unchanged() {
    let anna = named("Anna", "Berg");
    check_outcome(&anna, &anna, Outcome::Unchanged);
    check_outcome(&anna, &CustomerMessage::default(), Outcome::Unchanged);
    check_outcome(&anna, &named(" anna ", "BERG"), Outcome::Updated);
    check_outcome(&anna, &named(" anna2 ", "Berg."), Outcome::Unchanged);
    let sent = emails(&["*a#x.org", "anna"]);
    check_outcome(&sent, &sent, Outcome::Unchanged);
    check_outcome(&sent, &emails(&["b@x.org"]), Outcome::Updated);
    check_outcome(&emails(&["a@x.org"]), &emails(&["*a@x.org"]), Outcome::Updated);
    check_outcome(&notes(&[note("a")]), &notes(&[note("a")]), Outcome::Unchanged);
    check_outcome(&notes(&[note("a")]), &notes(&[note("b")]), Outcome::Updated);
}

#[test]
fn au_2_last_update_info_alone_is_unchanged() {
    let sent = CustomerMessage {
        update_user_id: text("till-4"),
        update_date: DateOrTime::parse("2020-01-01").ok(),
        ..named("Anna", "Berg")
    };
    check_outcome(&named("Anna", "Berg"), &sent, Outcome::Unchanged);
    let sent = CustomerMessage { nickname: text("A"), ..sent };
    let mut world = World::default();
    let stored = world.add(&named("Anna", "Berg"));
    let customer = world.update(&stored, &sent);
    assert_eq!((customer.update_user_id, customer.update_date), (sent.update_user_id, sent.update_date));
}

#[test]
fn au_2_the_time_of_an_error_alone_is_unchanged() {
    let wrong = CustomerMessage {
        salutation: text("Mister"),
        birth_date: text("yesterday"),
        names: vec![(NameLocation::First, "12".to_owned())],
        ..emails(&["anna"])
    };
    check_outcome(&wrong, &wrong, Outcome::Unchanged);
}

#[test]
fn au_5_what_was_sent_overwrites_and_the_rest_stays() {
    let first = CustomerMessage {
        nickname: text("A"),
        customer_class: text("Gold"),
        prospect: Some(true),
        contact_preferences: vec![(ContactType::Mail, true), (ContactType::Fax, true)],
        ..named("Anna", "Berg")
    };
    let second = CustomerMessage {
        customer_class: text("Silver"),
        prospect: Some(false),
        contact_preferences: vec![(ContactType::Fax, true), (ContactType::Fax, false)],
        names: vec![(NameLocation::Last, "Holm".to_owned())],
        ..CustomerMessage::default()
    };
    let mut world = World::default();
    let stored = world.add(&first);
    let customer = world.update(&stored, &second);
    assert_eq!(customer.individual, Individual { last_name: text("Holm"), ..stored.individual.clone() });
    assert_eq!(
        customer.profile,
        Profile { customer_class: text("Silver"), prospect: Some(false), ..stored.profile.clone() }
    );
    assert_eq!(customer.contact_preferences, [(ContactType::Mail, true), (ContactType::Fax, false)]);
    assert_eq!(customer.create_date, stored.create_date);
}

#[test]
fn au_2_fifty_thousand_contact_points_are_recognised() {
    let sent: Vec<String> = (0..50_000).map(|number| format!("*a{number}@x.org")).collect();
    let sent: Vec<&str> = sent.iter().map(String::as_str).collect();
    let mut world = World::default();
    let stored = world.add(&emails(&sent));
    assert_eq!(world.try_update(&stored, &emails(&sent)).unwrap().outcome, Outcome::Unchanged);
}

fn words(words: &'static [&'static str]) -> impl Strategy<Value = Option<String>> {
    prop::option::of(prop::sample::select(words).prop_map(str::to_owned))
}

prop_compose! {
    fn any_email()(
        type_code in words(&["HOME", "WORK"]),
        label in words(&["one", "two"]),
        primary in any::<Option<bool>>(),
        valid in any::<Option<bool>>(),
        address in prop::sample::select(&["a@x.org", "a#x.org", "b@x.org", "anna"][..]),
    ) -> ContactPointMessage<EMail> {
        let value = EMail { address: address.to_owned() };
        ContactPointMessage { type_code, label, primary, valid, value, ..ContactPointMessage::default() }
    }
}

prop_compose! {
    fn any_note()(
        text in prop::sample::select(&["a", "b"][..]),
        location in words(&["12"]),
        sequence in prop::option::of(1..5_u32),
    ) -> NoteMessage {
        NoteMessage { location, sequence, ..note(text) }
    }
}

prop_compose! {
    fn any_request()(
        first in words(&["anna", "Anna M.", "12", "Bea"]),
        last in words(&["K. berg", "Berg", "-"]),
        org_name in words(&["Acme"]),
        salutation in words(&["mr", "Mister"]),
        birth_date in words(&["1980-01-01", "1980"]),
        emails in prop::collection::vec(any_email(), 0..5),
        key_texts in prop::collection::vec(prop::sample::select(&["EMAIL:1", "EMAIL:2", "TWCUSTID:1"][..]), 0..3),
        attribute_texts in prop::collection::vec(
            prop::sample::select(&["Motto=a", "Motto=", "Founder=a", "Founder=b", "Level=Gold|Silver"][..]), 0..3),
        sent_notes in prop::collection::vec(any_note(), 0..4),
    ) -> CustomerMessage {
        let names = [(NameLocation::First, first), (NameLocation::Last, last)];
        CustomerMessage {
            names: names.into_iter().filter_map(|(location, text)| Some((location, text?))).collect(),
            org_name,
            salutation,
            birth_date,
            emails,
            alternate_keys: keys(&key_texts).alternate_keys,
            attributes: attributes(&attribute_texts).attributes,
            notes: notes(&sent_notes).notes,
            ..CustomerMessage::default()
        }
    }
}

/// What holds for every stored customer.
fn check_invariants(customer: &Customer) {
    assert!(customer.emails.iter().filter(|point| point.primary).count() <= 1, "P-1");
    let sequences: Vec<_> = customer.emails.iter().map(|point| point.sequence).collect();
    assert!(sequences.is_sorted_by(|left, right| left < right));
    let identities: HashSet<_> =
        customer.emails.iter().map(|point| (&point.type_code, &point.value)).collect();
    assert_eq!(identities.len(), customer.emails.len(), "AU-2");
    for point in &customer.emails {
        let subject = Subject::EMail(point.sequence);
        let wrong = customer.validation_errors.iter().any(|error| error.subject == subject);
        assert_eq!(wrong, point.active && !point.valid);
    }
    assert!(customer.attributes.iter().all(|attribute| !attribute.values.is_empty()), "C-2");
}

proptest! {
    #[test]
    fn au_2_the_same_request_again_changes_nothing(first in any_request(), second in any_request()) {
        let mut world = World::default();
        let added = world.add(&first);
        check_invariants(&added);
        prop_assert_eq!(world.try_update(&added, &first).unwrap().outcome, Outcome::Unchanged);
        let updated = world.update(&added, &second);
        check_invariants(&updated);
        let again = world.try_update(&updated, &second).unwrap();
        prop_assert_eq!(again.outcome, Outcome::Unchanged);
        prop_assert_eq!(&again.customer, &updated);
        prop_assert!(again.notes_put.is_empty() && again.notes_deleted.is_empty());
    }

    #[test]
    fn au_3_what_a_request_names_is_active(first in any_request(), second in any_request()) {
        let mut world = World::default();
        let added = world.add(&first);
        let updated = world.update(&added, &second);
        for message in &second.emails {
            let address = message.value.address.replace('#', "@");
            let found = updated.emails.iter().find(|point| {
                point.type_code == message.type_code && point.value.address == address
            });
            prop_assert!(found.is_some_and(|point| point.active));
        }
        let active: HashSet<_> = updated.active_keys().cloned().collect();
        prop_assert!(super::super::key_rules::sent_keys(&second).all(|key| active.contains(&key)));
    }
}
