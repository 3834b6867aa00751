//! U-2, U-3, U-4 through whole requests.

use proptest::prelude::*;

use super::super::customer::Customer;
use super::super::decision::Outcome;
use super::super::error::Code;
use super::super::message::CustomerMessage;
use super::super::testing::*;
use super::*;

/// What an update leaves of the e-mails that an add brought.
#[track_caller]
fn check(stored: &[&str], sent: &[&str], expected: &[&str]) {
    let mut world = World::default();
    let customer = world.add(&emails(stored));
    assert_eq!(shown_emails(&world.change(&customer, &changed_emails(sent))), expected, "{sent:?}");
}

/// The refusals of an update of the e-mails that an add brought.
#[track_caller]
fn refused(stored: &[&str], sent: &[&str], expected: &[&str]) {
    let mut world = World::default();
    let customer = world.add(&emails(stored));
    let path = "INVALID_ATTRIBUTE_VALUE Customer/EntityInformation/Individual/ContactInformation/";
    let expected: Vec<_> = expected.iter().map(|rest| format!("{path}{rest}")).collect();
    assert_eq!(shown_violations(world.try_change(&customer, &changed_emails(sent))), expected, "{sent:?}");
}

#[test]
fn u_2_old_alone_deactivates() {
    check(&["H:a@x.org", "H:b@x.org"], &["Old H:a@x.org"], &["-H:a@x.org", "+H:b@x.org"]);
    check(&["*H:a@x.org"], &["Old H:a@x.org"], &["-*H:a@x.org"]);
}

#[test]
fn u_2_old_and_new_deactivate_and_add() {
    check(
        &["H:a@x.org", "H:b@x.org"],
        &["Old H:a@x.org", "New H:c@x.org"],
        &["-H:a@x.org", "+H:b@x.org", "+H:c@x.org"],
    );
    check(&["H:a@x.org"], &["New *H:c@x.org", "Old H:a@x.org"], &["-H:a@x.org", "+*H:c@x.org"]);
}

#[test]
fn u_2_old_and_new_of_the_same_value_leave_it_active() {
    check(&["*H:a@x.org"], &["Old H:a@x.org", "New *H:a@x.org"], &["+*H:a@x.org"]);
}

#[test]
fn u_2_new_alone_leaves_the_others_active() {
    check(&["H:a@x.org"], &["New H:b@x.org"], &["+H:a@x.org", "+H:b@x.org"]);
    check(&["H:a@x.org"], &["New H:a@x.org"], &["+H:a@x.org"]);
}

#[test]
fn u_2_no_update_type_is_new() {
    check(&["H:a@x.org"], &["H:b@x.org"], &["+H:a@x.org", "+H:b@x.org"]);
}

#[test]
fn u_2_set_replaces_all_of_the_kind_and_is_primary() {
    let stored = ["*H:a@x.org", "W:b@x.org", "c@x.org"];
    check(&stored, &["Set W:d@x.org"], &["-H:a@x.org", "-W:b@x.org", "-c@x.org", "+*W:d@x.org"]);
    check(&stored, &["Set W:b@x.org"], &["-H:a@x.org", "+*W:b@x.org", "-c@x.org"]);
    check(&[], &["Set a@x.org"], &["+*a@x.org"]);
}

#[test]
fn u_2_set_leaves_the_other_kinds_alone() {
    let mut world = World::default();
    let stored =
        CustomerMessage { telephones: telephones(&["H:4405550100"]).telephones, ..emails(&["a@x.org"]) };
    let customer = world.add(&stored);
    assert!(world.change(&customer, &changed_emails(&["Set b@x.org"])).telephones[0].active);
}

#[test]
fn u_2_several_that_are_set_replace_together_and_the_last_is_primary() {
    check(&["a@x.org"], &["Set b@x.org", "Set c@x.org"], &["-a@x.org", "+b@x.org", "+*c@x.org"]);
}

#[test]
fn u_2_what_is_new_beside_a_set_is_active_too() {
    let expected = ["-a@x.org", "+b@x.org", "+*c@x.org"];
    check(&["a@x.org"], &["New b@x.org", "Set c@x.org"], &expected);
    check(&["a@x.org"], &["Set b@x.org", "New *c@x.org"], &expected);
}

#[test]
fn p_3_a_new_primary_demotes_the_one_that_was_there_even_an_inactive_one() {
    check(&["*H:a@x.org"], &["New *W:b@x.org"], &["+H:a@x.org", "+*W:b@x.org"]);
    check(&["*H:a@x.org"], &["Old a@x.org", "New *W:b@x.org"], &["-H:a@x.org", "+*W:b@x.org"]);
}

#[test]
fn u_2_a_contact_point_is_not_deleted() {
    refused(&["a@x.org"], &["Old a@x.org", "DELETE a@x.org"], &["EMail[2]/@UpdateType"]);
}

#[test]
fn u_3_the_type_takes_part_if_it_is_sent() {
    check(&["H:a@x.org", "W:a@x.org"], &["Old W:a@x.org"], &["+H:a@x.org", "-W:a@x.org"]);
    check(&["H:a@x.org", "W:a@x.org"], &["Old a@x.org"], &["-H:a@x.org", "-W:a@x.org"]);
    refused(&["H:a@x.org"], &["Old W:a@x.org"], &["EMail[1]"]);
}

#[test]
fn u_3_primary_flag_and_label_take_no_part() {
    let mut world = World::default();
    let customer = world.add(&emails(&["H:a@x.org"]));
    let mut message = changed_emails(&["Old *H:a@x.org"]);
    message.emails[0].label = Some("unheard of".to_owned());
    assert_eq!(shown_emails(&world.change(&customer, &message)), ["-H:a@x.org"]);
}

#[test]
fn u_3_old_is_compared_as_it_would_have_been_stored() {
    check(&["a#x.org"], &["Old a#x.org"], &["-a@x.org"]);
    check(&["a#x.org"], &["Old a@x.org"], &["-a@x.org"]);
}

#[test]
fn u_3_none_matching_is_refused_and_changes_nothing() {
    refused(&["a@x.org"], &["Old b@x.org"], &["EMail[1]"]);
    refused(
        &["a@x.org"],
        &["New c@x.org", "Old b@x.org", "Old a@x.org", "Old d@x.org"],
        &["EMail[2]", "EMail[4]"],
    );
    refused(&[], &["Old a@x.org"], &["EMail[1]"]);
}

#[test]
fn u_3_old_looks_at_what_is_stored_not_at_what_the_request_brings() {
    refused(&["a@x.org"], &["New b@x.org", "Old b@x.org"], &["EMail[2]"]);
}

#[test]
fn u_3_an_inactive_one_matches_so_that_a_request_may_come_twice() {
    let mut world = World::default();
    let customer = world.add(&emails(&["*H:a@x.org"]));
    let message = changed_emails(&["Old a@x.org", "New H:b@x.org"]);
    let customer = world.change(&customer, &message);
    assert_eq!(world.try_change(&customer, &message).unwrap().outcome, Outcome::Unchanged);
}

#[test]
fn v_19_a_block_without_a_value_was_not_sent_whatever_its_type() {
    for word in ["Old", "Set", "DELETE", "New"] {
        check(&["H:a@x.org", "W:b@x.org"], &[&format!("{word} H:")], &["+H:a@x.org", "+W:b@x.org"]);
    }
}

fn address(line: &str, city: &str, postal_code: &str) -> Address {
    let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
    Address {
        lines: [text(line), None, None, None],
        city: text(city),
        postal_code: text(postal_code),
        ..Address::default()
    }
}

/// Which of three addresses, two in Solon, agree with an `Old` block.
#[track_caller]
fn check_address(old: &Address, expected: [bool; 3]) {
    let stored = [
        Address { country: Some("US".to_owned()), ..address("1 Elm St", "Solon", "44139") },
        address("2 Elm St", "Solon", "44139-0001"),
        address("1 Elm St", "Ottawa", "K1A 0B1"),
    ];
    let message = |value: &Address, update_type| ContactPointMessage {
        index: 1,
        update_type,
        value: value.clone(),
        ..ContactPointMessage::default()
    };
    let addresses = stored.iter().map(|value| message(value, None)).collect();
    let mut world = World::default();
    let customer = world.add(&CustomerMessage { addresses, ..named("Anna", "Berg") });
    let addresses = vec![message(old, Some(UpdateType::Old))];
    let result = world.try_change(&customer, &CustomerMessage { addresses, ..CustomerMessage::default() });
    match result {
        Ok(decided) => assert_eq!(matched(&decided.customer), expected, "{old:?}"),
        Err(error) => {
            assert_eq!((error.code, expected), (Code::InvalidAttributeValue, [false; 3]), "{old:?}");
        }
    }
}

fn matched(customer: &Customer) -> [bool; 3] {
    [0, 1, 2].map(|position| !customer.addresses[position].active)
}

#[test]
fn u_3_an_address_matches_on_the_elements_it_carries() {
    check_address(&address("", "Solon", ""), [true, true, false]);
    check_address(&address("1 Elm St", "", ""), [true, false, true]);
    check_address(&address("1 Elm St", "Solon", ""), [true, false, false]);
    check_address(&address("", "", "44139"), [true, false, false]);
    check_address(&address("", "", "k1a 0b1"), [false, false, true]);
    check_address(&address("", "Solon", "K1A 0B1"), [false, false, false]);
    check_address(&address("", "solon", ""), [false, false, false]);
    let country = Address { country: Some("US".to_owned()), ..Address::default() };
    check_address(&country, [true, false, false]);
    let county = Address { county: Some("Cuyahoga".to_owned()), ..address("", "Solon", "") };
    check_address(&county, [false, false, false]);
}

/// What an update leaves active of two telephones with one number, the second with an extension.
#[track_caller]
fn check_telephone(number: &str, extension: Option<&str>, expected: [bool; 2]) {
    let mut world = World::default();
    let customer = world.add(&telephones(&["4405550100", "440-555-0100 x12"]));
    let mut message = telephones(&[number]);
    message.names.clear();
    message.telephones[0].value.extension = extension.map(str::to_owned);
    message.telephones[0].update_type = Some(UpdateType::Old);
    let customer = world.change(&customer, &message);
    assert_eq!([0, 1].map(|position| customer.telephones[position].active), expected);
}

#[test]
fn u_3_a_telephone_matches_on_number_and_extension_as_far_as_sent() {
    check_telephone("1 (440) 555-0100", None, [false, false]);
    check_telephone("4405550100x12", None, [true, false]);
    check_telephone("4405550100", Some("12"), [true, false]);
    check_telephone("", Some("12"), [true, false]);
}

#[test]
fn u_4_nothing_of_an_old_one_is_copied() {
    let mut world = World::default();
    let mut stored = telephones(&["H:4405550100x7"]);
    stored.telephones[0].label = Some("Mobile".to_owned());
    stored.telephones[0].contact_preference_code = Some("never".to_owned());
    stored.telephones[0].primary = Some(true);
    let customer = world.add(&stored);
    let mut message = telephones(&["H:4405550100", "H:4405550100", "H:4405550100x7"]);
    let types = [UpdateType::Old, UpdateType::New, UpdateType::New];
    message.telephones.iter_mut().zip(types).for_each(|(phone, sent)| phone.update_type = Some(sent));
    let telephones = world.change(&customer, &message).telephones;
    let bare = |sequence: u32, extension: Option<&str>| ContactPoint {
        sequence,
        type_code: Some("H".to_owned()),
        label: None,
        contact_preference_code: None,
        active: true,
        primary: false,
        valid: true,
        value: Telephone { number: "4405550100".to_owned(), extension: extension.map(str::to_owned) },
    };
    assert_eq!(telephones, [bare(1, Some("7")), bare(2, None)]);
}

#[test]
fn u_2_an_equal_active_one_keeps_what_was_not_sent() {
    let mut world = World::default();
    let mut stored = emails(&["*H:a@x.org"]);
    stored.emails[0].label = Some("Home".to_owned());
    let customer = world.add(&stored);
    let decided = world.try_change(&customer, &changed_emails(&["New H:a@x.org"])).unwrap();
    assert_eq!(decided.outcome, Outcome::Unchanged);
}

#[test]
fn v_12_one_that_comes_back_is_judged_anew() {
    let mut world = World::default();
    let mut stored = emails(&["anna"]);
    stored.emails[0].valid = Some(true);
    let customer = world.add(&stored);
    let customer = world.change(&customer, &changed_emails(&["Old anna"]));
    let customer = world.change(&customer, &changed_emails(&["New anna"]));
    assert_eq!(shown_errors(&customer), ["EMAIL_INVALID EMail[1]/EMailAddress anna"]);
    let customer = world.change(&customer, &changed_emails(&["Old anna"]));
    assert!(shown_errors(&customer).is_empty(), "what is not in use has no error");
}

#[test]
fn u_3_fifty_thousand_old_blocks_find_theirs() {
    let texts = |word: &str| (0..50_000).map(|number| format!("{word}a{number}@x.org")).collect::<Vec<_>>();
    let (stored, old) = (texts("H:"), texts("Old H:"));
    let mut world = World::default();
    let customer = added(&mut world, &stored);
    assert_eq!(active(&change(&mut world, &customer, &old)), 0);
}

#[test]
fn u_2_fifty_thousand_are_recognised() {
    let sent: Vec<String> = (0..50_000).map(|number| format!("Set a{number}@x.org")).collect();
    let sent: Vec<&str> = sent.iter().map(String::as_str).collect();
    let mut world = World::default();
    let customer = world.add(&emails(&[]));
    let customer = world.change(&customer, &changed_emails(&sent));
    assert_eq!(world.try_change(&customer, &changed_emails(&sent)).unwrap().outcome, Outcome::Unchanged);
}

fn any_email() -> impl Strategy<Value = String> {
    let type_codes = prop::sample::select(&["", "H:", "W:"][..]);
    let addresses = prop::sample::select(&["a@x.org", "b@x.org", "c@x.org", "anna"][..]);
    let primary = prop::sample::select(&["", "*"][..]);
    (primary, type_codes, addresses).prop_map(|(primary, code, address)| format!("{primary}{code}{address}"))
}

fn any_emails() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(any_email(), 0..5)
}

fn change(world: &mut World, customer: &Customer, sent: &[String]) -> Customer {
    world.change(customer, &changed_emails(&sent.iter().map(String::as_str).collect::<Vec<_>>()))
}

fn added(world: &mut World, stored: &[String]) -> Customer {
    world.add(&emails(&stored.iter().map(String::as_str).collect::<Vec<_>>()))
}

fn active(customer: &Customer) -> usize {
    customer.emails.iter().filter(|point| point.active).count()
}

proptest! {
    #[test]
    fn u_2_set_leaves_exactly_one_active_and_primary(stored in any_emails(), set in any_email()) {
        let mut world = World::default();
        let customer = added(&mut world, &stored);
        let changed = change(&mut world, &customer, &[format!("Set {set}")]);
        let in_use: Vec<_> = changed.emails.iter().filter(|point| point.active || point.primary).collect();
        prop_assert_eq!(in_use.len(), 1);
        prop_assert!(in_use[0].active && in_use[0].primary);
        prop_assert!(changed.emails.len() >= customer.emails.len(), "nothing is removed");
    }

    #[test]
    fn u_2_old_and_new_keep_the_count(stored in any_emails(), at in any::<prop::sample::Index>()) {
        prop_assume!(!stored.is_empty());
        let mut world = World::default();
        let customer = added(&mut world, &stored);
        let point = at.get(&customer.emails);
        let type_code = point.type_code.as_ref().map_or(String::new(), |code| format!("{code}:"));
        let old = format!("Old {type_code}{}", point.value.address);
        let olds = customer.emails.iter().filter(|other| {
            other.value == point.value && (type_code.is_empty() || other.type_code == point.type_code)
        });
        let olds = olds.count();
        let changed = change(&mut world, &customer, &[old, "New Z:new@x.org".to_owned()]);
        prop_assert_eq!(active(&changed), active(&customer) - olds + 1);
        prop_assert_eq!(changed.emails.len(), customer.emails.len() + 1);
    }

    #[test]
    fn u_2_new_deactivates_nothing_and_twice_is_once(stored in any_emails(), new in any_emails()) {
        let mut world = World::default();
        let customer = added(&mut world, &stored);
        let changed = change(&mut world, &customer, &new);
        prop_assert!(changed.emails.iter().all(|point| point.active));
        prop_assert!(changed.emails.iter().filter(|point| point.primary).count() <= 1, "P-1");
        prop_assert_eq!(change(&mut world, &changed, &new), changed);
    }
}
