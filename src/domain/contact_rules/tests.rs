//! P, AU-2, AU-3, V-7 to V-12 through whole requests.

use super::super::message::CustomerMessage;
use super::super::testing::*;

/// What requests, one after the other, leave of the e-mails; the first one adds the customer.
fn check(requests: &[&[&str]], expected: &[&str]) {
    let mut world = World::default();
    let mut customer = world.add(&emails(requests[0]));
    for request in &requests[1..] {
        customer = world.update(&customer, &emails(request));
    }
    assert_eq!(shown_emails(&customer), expected, "{requests:?}");
}

#[test]
fn p_1_one_primary_whatever_type_and_state() {
    check(&[&["*HOME:a@x.org"], &["*WORK:b@x.org"]], &["+HOME:a@x.org", "+*WORK:b@x.org"]);
    check(&[&["*HOME:a@x.org", "WORK:b@x.org"]], &["+*HOME:a@x.org", "+WORK:b@x.org"]);
}

#[test]
fn p_2_the_last_primary_of_an_add_is_it() {
    check(&[&["*A:a@x.org", "*B:b@x.org", "C:c@x.org"]], &["+A:a@x.org", "+*B:b@x.org", "+C:c@x.org"]);
    check(&[&["*A:a@x.org", "*B:b@x.org", "*A:a@x.org"]], &["+*A:a@x.org", "+B:b@x.org"]);
}

#[test]
fn p_3_a_new_primary_demotes_an_inactive_one() {
    check(&[&["*a@x.org"], &["b@x.org"]], &["-*a@x.org", "+b@x.org"]);
    check(&[&["*a@x.org"], &["b@x.org"], &["*c@x.org"]], &["-a@x.org", "-b@x.org", "+*c@x.org"]);
    check(&[&["*a@x.org", "W:b@x.org"], &["*W:b@x.org"]], &["+a@x.org", "+*W:b@x.org"]);
}

#[test]
fn p_4_primary_flag_not_sent_is_false_on_something_new() {
    check(&[&["a@x.org"]], &["+a@x.org"]);
}

#[test]
fn p_3_a_primary_flag_of_false_demotes_what_it_is_sent_with() {
    let mut world = World::default();
    let customer = world.add(&emails(&["*a@x.org"]));
    let mut message = emails(&["a@x.org"]);
    message.emails[0].primary = Some(false);
    assert_eq!(shown_emails(&world.update(&customer, &message)), ["+a@x.org"]);
}

#[test]
fn au_2_an_equal_one_is_left_as_it_is() {
    check(&[&["*H:a@x.org"], &["H:a@x.org"]], &["+*H:a@x.org"]);
    check(&[&["H:a#x.org"], &["H:a@x.org"]], &["+H:a@x.org"]);
    check(&[&["H:a@x.org", "H:a@x.org"]], &["+H:a@x.org"]);
    check(&[&["H:a@x.org", "H:b@x.org"], &["H:b@x.org"]], &["+H:a@x.org", "+H:b@x.org"]);
}

#[test]
fn au_2_equal_ones_are_found_among_few_and_among_many() {
    for count in [7, 8, 9, 10, 40] {
        let all: Vec<String> = (0..count).map(|number| format!("H:m{number}@x.org")).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        let shown: Vec<String> = all.iter().map(|one| format!("+{one}")).collect();
        let shown: Vec<&str> = shown.iter().map(String::as_str).collect();
        // Sent twice in one request, sent again backwards, and of another type.
        check(&[&[all.clone(), all.clone()].concat()], &shown);
        check(&[&all, &all.iter().rev().copied().collect::<Vec<_>>()], &shown);
        check(&[&all, &["W:m0@x.org"]], &[shown.clone(), vec!["+W:m0@x.org"]].concat());
    }
}

#[test]
fn au_2_an_inactive_one_is_made_active_and_counts_as_new() {
    check(&[&["a@x.org"], &["b@x.org"], &["a@x.org"]], &["+a@x.org", "-b@x.org"]);
}

#[test]
fn au_2_equality_is_that_of_value_and_type() {
    check(&[&["H:a@x.org"], &["W:a@x.org"]], &["+H:a@x.org", "+W:a@x.org"]);
    let mut world = World::default();
    let customer = world.add(&telephones(&["(440) 555-0100 x1"]));
    let customer = world.update(&customer, &telephones(&["1 440 555 0100 ext. 1"]));
    assert_eq!(customer.telephones.len(), 1);
    let customer = world.update(&customer, &telephones(&["4405550100"]));
    assert_eq!(customer.telephones.len(), 2);
    let customer = world.add(&addresses(&["k1a0b1"]));
    let mut message = addresses(&["K1A0B1"]);
    message.addresses[0].value.city = Some("Ottawa".to_owned());
    assert_eq!(world.update(&customer, &message).addresses.len(), 2);
    assert_eq!(world.update(&customer, &addresses(&["K1A0B1"])).addresses.len(), 1);
}

#[test]
fn au_2_what_was_sent_beside_the_value_overwrites() {
    let mut world = World::default();
    let mut message = emails(&["a@x.org"]);
    message.emails[0].label = Some("first".to_owned());
    message.emails[0].contact_preference_code = Some("never".to_owned());
    let customer = world.add(&message);
    message.emails[0].label = Some("second".to_owned());
    message.emails[0].contact_preference_code = None;
    let customer = world.update(&customer, &message);
    let point = &customer.emails[0];
    assert_eq!(point.label.as_deref(), Some("second"));
    assert_eq!(point.contact_preference_code.as_deref(), Some("never"));
}

#[test]
fn au_3_a_new_one_deactivates_the_others_of_its_type() {
    check(&[&["H:a@x.org", "W:b@x.org"], &["H:c@x.org"]], &["-H:a@x.org", "+W:b@x.org", "+H:c@x.org"]);
    check(&[&["a@x.org", "W:b@x.org"], &["c@x.org"]], &["-a@x.org", "+W:b@x.org", "+c@x.org"]);
}

#[test]
fn au_3_all_that_the_request_names_are_active() {
    check(&[&["a@x.org", "b@x.org"], &["c@x.org", "a@x.org"]], &["+a@x.org", "-b@x.org", "+c@x.org"]);
    check(&[&["a@x.org"], &["b@x.org", "c@x.org"]], &["-a@x.org", "+b@x.org", "+c@x.org"]);
}

#[test]
fn au_3_kinds_are_apart() {
    let mut world = World::default();
    let customer = world.add(&telephones(&["HOME:4405550100"]));
    let customer = world.update(&customer, &emails(&["HOME:a@x.org"]));
    assert!(customer.telephones[0].active);
}

#[test]
fn au_3_sequences_go_on() {
    let mut world = World::default();
    let customer = world.add(&emails(&["a@x.org", "b@x.org"]));
    let customer = world.update(&customer, &emails(&["c@x.org"]));
    assert_eq!(customer.emails.iter().map(|point| point.sequence).collect::<Vec<_>>(), [1, 2, 3]);
}

/// What adding leaves of validity and errors: of the contact point, not of the customer.
fn check_valid(message: &CustomerMessage, expected: &[&str]) {
    let customer = World::default().add(message);
    let valid = customer.addresses.iter().map(|point| point.valid);
    let valid = valid.chain(customer.emails.iter().map(|point| point.valid));
    let mut valid = valid.chain(customer.telephones.iter().map(|point| point.valid));
    assert_eq!(valid.all(|valid| valid), expected.is_empty());
    assert_eq!(shown_errors(&customer), expected);
    assert!(customer.valid());
}

#[test]
fn v_7_a_partial_address_is_stored() {
    let mut message = addresses(&["49136"]);
    message.addresses[0].value.postal_code = None;
    message.addresses[0].value.city = Some("Oklahoma City".to_owned());
    check_valid(&message, &[]);
}

#[test]
fn v_8_v_9_v_10_a_failed_value_makes_its_contact_point_invalid() {
    check_valid(&addresses(&["49136"]), &[]);
    check_valid(&addresses(&["H:49136", "W:4913"]), &["POSTAL_CODE_INVALID Address[2]/PostalCode 4913"]);
    check_valid(&emails(&["anna"]), &["EMAIL_INVALID EMail[1]/EMailAddress anna"]);
    check_valid(&telephones(&["044"]), &["PHONE_INVALID Telephone[1]/PhoneNumber 044"]);
    check_valid(&telephones(&["none"]), &["PHONE_INVALID Telephone[1]/PhoneNumber none"]);
}

#[test]
fn v_12_valid_flag_goes_before_the_rules() {
    let flagged = |flag| {
        let mut message = emails(&["anna"]);
        message.emails[0].valid = flag;
        message
    };
    check_valid(&flagged(Some(true)), &[]);
    let error = ["EMAIL_INVALID EMail[1]/EMailAddress anna"];
    check_valid(&flagged(Some(false)), &error);

    let mut world = World::default();
    let customer = world.add(&flagged(None));
    let customer = world.update(&customer, &flagged(Some(true)));
    assert!(customer.emails[0].valid && customer.validation_errors.is_empty());
    let customer = world.update(&customer, &flagged(None));
    assert!(customer.emails[0].valid, "not sent again, it stays");
    let customer = world.update(&customer, &flagged(Some(false)));
    assert_eq!(shown_errors(&customer), error);
}

#[test]
fn v_8_an_invalid_one_is_judged_anew_when_it_is_sent_again() {
    let mut world = World::default();
    let customer = world.add(&addresses(&["4913"]));
    let four = super::super::postal_code::PostalCodePattern::parse("9999").unwrap();
    let mut message = addresses(&["4913"]);
    message.addresses[0].value.country = Some("XX".to_owned());
    world.settings.postal_codes.set("XX", four);
    let customer = world.update(&customer, &message);
    assert_eq!(customer.addresses.iter().map(|point| point.valid).collect::<Vec<_>>(), [false, true]);
    assert!(shown_errors(&customer).is_empty(), "what is not in use has no error");
    let customer = world.update(&customer, &addresses(&["4913"]));
    assert_eq!(shown_errors(&customer), ["POSTAL_CODE_INVALID Address[1]/PostalCode 4913"]);
}

#[test]
fn v_without_validation_contact_points_stay_as_sent() {
    let mut world = World::trusting();
    let customer = world.add(&telephones(&["(440) 555 x2"]));
    let point = &customer.telephones[0];
    assert_eq!((point.value.number.as_str(), point.valid), ("(440) 555 x2", true));
}

#[test]
fn au_2_of_two_equal_stored_ones_the_active_one_is_it() {
    let mut world = World::default();
    let mut customer = world.add(&emails(&["a@x.org", "b@x.org"]));
    customer.emails[0].active = false;
    customer.emails[1].value = customer.emails[0].value.clone();
    let customer = world.update(&customer, &emails(&["a@x.org"]));
    assert_eq!(shown_emails(&customer), ["-a@x.org", "+a@x.org"]);
}
