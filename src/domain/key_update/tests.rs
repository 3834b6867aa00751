//! U-1, U-5 through whole requests.

use super::super::decision::Outcome;
use super::super::testing::*;
use super::*;

/// What an update leaves of the keys that an add brought.
#[track_caller]
fn check(stored: &[&str], sent: &[&str], expected: &[&str]) {
    let mut world = World::default();
    let customer = world.add(&keys(stored));
    assert_eq!(shown_keys(&world.change(&customer, &changed_keys(sent))), expected, "{sent:?}");
}

#[track_caller]
fn refused(stored: &[&str], sent: &[&str], expected: &[&str]) {
    let mut world = World::default();
    let customer = world.add(&keys(stored));
    assert_eq!(shown_violations(world.try_change(&customer, &changed_keys(sent))), expected, "{sent:?}");
}

fn shown(keys: impl Iterator<Item = AlternateKey>) -> Vec<String> {
    keys.map(|key| key.alternate_id).collect()
}

#[test]
fn u_1_old_keys_and_those_that_say_nothing_find_the_customer() {
    let message =
        changed_keys(&["EMAIL:1", "Old EMAIL:2", "New EMAIL:3", "DELETE EMAIL:4", "Set EMAIL:5", "Old :6"]);
    assert_eq!(shown(identifying_keys(&message)), ["1", "2"]);
    assert_eq!(shown(claimed_keys(&message)), ["1", "3"]);
}

#[test]
fn u_1_a_key_that_says_nothing_is_added_and_leaves_the_others_active() {
    check(&["EMAIL:1"], &["EMAIL:2"], &["+EMAIL:1", "+EMAIL:2"]);
    check(&["EMAIL:1"], &["EMAIL:1"], &["+EMAIL:1"]);
}

#[test]
fn u_5_old_deactivates_and_new_adds() {
    check(&["EMAIL:1", "TWCUSTID:1"], &["Old EMAIL:1"], &["-EMAIL:1", "+TWCUSTID:1"]);
    check(&["EMAIL:1"], &["Old EMAIL:1", "New EMAIL:2"], &["-EMAIL:1", "+EMAIL:2"]);
    check(&["EMAIL:1"], &["New EMAIL:2"], &["+EMAIL:1", "+EMAIL:2"]);
    check(&["EMAIL:1"], &["New EMAIL:1", "Old EMAIL:1"], &["+EMAIL:1"]);
}

#[test]
fn u_5_an_identifying_key_may_be_old_or_deleted_in_the_same_request() {
    check(&["EMAIL:1"], &["EMAIL:1", "Old EMAIL:1", "New EMAIL:2"], &["-EMAIL:1", "+EMAIL:2"]);
    check(&["EMAIL:1", "TWCUSTID:1"], &["EMAIL:1", "DELETE EMAIL:1"], &["+TWCUSTID:1"]);
}

#[test]
fn u_5_delete_removes_the_key_an_inactive_one_too() {
    check(&["EMAIL:1", "TWCUSTID:1"], &["DELETE EMAIL:1"], &["+TWCUSTID:1"]);
    check(&["EMAIL:1"], &["DELETE EMAIL:1", "New EMAIL:2"], &["+EMAIL:2"]);
    check(&["EMAIL:1"], &["DELETE EMAIL:1", "New EMAIL:1"], &["+EMAIL:1"]);
    let mut world = World::default();
    let customer = world.add(&keys(&["EMAIL:1"]));
    let customer = world.change(&customer, &changed_keys(&["Old EMAIL:1"]));
    assert!(world.change(&customer, &changed_keys(&["DELETE EMAIL:1"])).alternate_keys.is_empty());
}

#[test]
fn u_5_set_is_left_aside_with_a_warning() {
    let mut world = World::default();
    let customer = world.add(&keys(&["EMAIL:1"]));
    let decided =
        world.try_change(&customer, &changed_keys(&["EMAIL:1", "Set EMAIL:2", "Set NONE:"])).unwrap();
    assert_eq!(
        (decided.outcome, shown_keys(&decided.customer)),
        (Outcome::Unchanged, vec!["+EMAIL:1".to_owned()])
    );
    let expected = [2, 3].map(|index| format!("VALUE_IGNORED Customer/AlternateKey[{index}]/@UpdateType"));
    assert_eq!(shown_warnings(&decided), expected);
}

#[test]
fn u_3_old_and_delete_name_a_key_of_the_customer() {
    refused(
        &["EMAIL:1"],
        &["Old EMAIL:2", "New EMAIL:2", "DELETE TWCUSTID:1"],
        &[
            "INVALID_ATTRIBUTE_VALUE Customer/AlternateKey[1]",
            "INVALID_ATTRIBUTE_VALUE Customer/AlternateKey[3]",
        ],
    );
}

#[test]
fn u_3_an_inactive_key_matches_so_that_a_request_may_come_twice() {
    let mut world = World::default();
    let customer = world.add(&keys(&["EMAIL:1"]));
    let message = changed_keys(&["Old EMAIL:1", "New EMAIL:2"]);
    let customer = world.change(&customer, &message);
    assert_eq!(world.try_change(&customer, &message).unwrap().outcome, Outcome::Unchanged);
}

#[test]
fn a_3_keys_of_an_update_have_both_parts_and_a_defined_type() {
    refused(
        &["EMAIL:1"],
        &["New :2", "Old EMAIL:", "DELETE :3", "NONE:4"],
        &[
            "ALTERNATE_KEY_TYPECODE_UNSPECIFIED Customer/AlternateKey[1]/@TypeCode",
            "ALTERNATE_KEY_VALUE_UNSPECIFIED Customer/AlternateKey[2]/AlternateID",
            "ALTERNATE_KEY_TYPECODE_UNSPECIFIED Customer/AlternateKey[3]/@TypeCode",
            "INVALID_ATTRIBUTE_VALUE Customer/AlternateKey[4]/@TypeCode",
        ],
    );
}

#[test]
fn a_7_its_own_inactive_key_is_made_active_again() {
    for again in ["EMAIL:1", "New EMAIL:1"] {
        let mut world = World::default();
        let customer = world.add(&keys(&["EMAIL:1"]));
        let customer = world.change(&customer, &changed_keys(&["Old EMAIL:1"]));
        assert_eq!(shown_keys(&world.change(&customer, &changed_keys(&[again]))), ["+EMAIL:1"]);
    }
}

#[test]
fn v_19_a_key_with_both_parts_empty_was_not_sent() {
    check(&["EMAIL:1"], &["Old :", "DELETE :", "New :"], &["+EMAIL:1"]);
}
