//! AU-2, AU-3: the alternate keys of a request and what it makes of those of a customer.
//!
//! Whether a key belongs to another customer only the store knows; it is not asked here.

use std::collections::{BTreeMap, BTreeSet};

use super::customer::HeldKey;
use super::error::{Code, Error};
use super::identity::AlternateKey;
use super::message::{AlternateKeyMessage, CustomerMessage};
use super::reference::Reference;
use super::violations::Violations;

/// The keys of a request, in the order sent: what AU-1 looks a customer up by and A-2 keeps unique. To be asked for
/// before anybody looks them up, for A-3 comes before what the store knows.
///
/// # Errors
///
/// A-3, every violation with its path.
pub fn checked_keys(message: &CustomerMessage, reference: &Reference) -> Result<Vec<AlternateKey>, Error> {
    let mut violations = Violations::default();
    check(message, reference, &mut violations);
    violations.into_result()?;
    Ok(sent_keys(message).collect())
}

/// The whole keys of a request, in the order sent. Keys that A-3 refuses are left out.
pub(super) fn sent_keys(message: &CustomerMessage) -> impl Iterator<Item = AlternateKey> + '_ {
    message.alternate_keys.iter().filter_map(whole)
}

/// The key, if it has both its parts.
pub(super) fn whole(message: &AlternateKeyMessage) -> Option<AlternateKey> {
    let (type_code, alternate_id) = (sent(&message.type_code)?, sent(&message.alternate_id)?);
    Some(AlternateKey { type_code: type_code.to_owned(), alternate_id: alternate_id.to_owned() })
}

/// V-19: an empty part counts as not sent.
fn sent(part: &Option<String>) -> Option<&str> {
    part.as_deref().filter(|text| !text.is_empty())
}

/// finds keys that are not whole, and TypeCodes that are not defined.
pub(super) fn check(message: &CustomerMessage, reference: &Reference, violations: &mut Violations) {
    for key in &message.alternate_keys {
        if let Some(whole) = check_whole(key, violations) {
            check_type(key, &whole, reference, violations);
        }
    }
}

/// a key has both its parts or, counting as not sent (V-19), none.
pub(super) fn check_whole(key: &AlternateKeyMessage, violations: &mut Violations) -> Option<AlternateKey> {
    match (sent(&key.type_code), sent(&key.alternate_id)) {
        (None, None) | (Some(_), Some(_)) => {}
        (None, Some(_)) => violations.add(
            Code::AlternateKeyTypecodeUnspecified,
            format!("{}/@TypeCode", path(key)),
            "the alternate key has no TypeCode",
        ),
        (Some(_), None) => violations.add(
            Code::AlternateKeyValueUnspecified,
            format!("{}/AlternateID", path(key)),
            "the alternate key has no AlternateID",
        ),
    }
    whole(key)
}

/// the TypeCode is defined.
pub(super) fn check_type(
    key: &AlternateKeyMessage,
    whole: &AlternateKey,
    reference: &Reference,
    violations: &mut Violations,
) {
    let code = &whole.type_code;
    if !reference.alternate_key_types.contains_key(code) {
        let text = format!("the alternate key type {code} is not defined");
        violations.add(Code::InvalidAttributeValue, format!("{}/@TypeCode", path(key)), text);
    }
}

/// Where a key stands in the request.
pub(super) fn path(key: &AlternateKeyMessage) -> String {
    format!("Customer/AlternateKey[{}]", key.index)
}

/// AU-3: adds new keys, makes inactive ones active again, and deactivates the old ones of their TypeCodes.
pub(super) fn apply(message: &CustomerMessage, held: &mut Vec<HeldKey>) {
    if message.alternate_keys.is_empty() {
        return;
    }
    let mut at = BTreeMap::new();
    for (position, held) in held.iter().enumerate() {
        at.insert(held.key.clone(), position);
    }
    let mut named = BTreeSet::new();
    let mut renewed = BTreeSet::new();
    for key in sent_keys(message) {
        let position = *at.entry(key.clone()).or_insert(held.len());
        if position == held.len() {
            held.push(HeldKey { key: key.clone(), active: false });
        }
        named.insert(position);
        if !held[position].active {
            held[position].active = true;
            renewed.insert(key.type_code);
        }
    }
    for (position, held) in held.iter_mut().enumerate() {
        held.active &= named.contains(&position) || !renewed.contains(&held.key.type_code);
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;

    /// What requests, one after the other, leave of the keys; the first one adds the customer.
    fn check(requests: &[&[&str]], expected: &[&str]) {
        let mut world = World::default();
        let mut customer = world.add(&keys(requests[0]));
        for request in &requests[1..] {
            customer = world.update(&customer, &keys(request));
        }
        assert_eq!(shown_keys(&customer), expected, "{requests:?}");
    }

    #[test]
    fn a_2_sent_keys_are_the_whole_ones() {
        let message = keys(&["TWCUSTID:1", ":2", "EMAIL:", "NONE:3"]);
        let sent: Vec<_> = super::sent_keys(&message).map(|key| key.alternate_id).collect();
        assert_eq!(sent, ["1", "3"]);
    }

    #[test]
    fn a_3_keys_have_both_parts_and_a_defined_type() {
        let refused = |sent: &[&str]| shown_violations(World::default().try_add(&keys(sent)));
        assert_eq!(
            refused(&[":1"]),
            ["ALTERNATE_KEY_TYPECODE_UNSPECIFIED Customer/AlternateKey[1]/@TypeCode"]
        );
        assert_eq!(
            refused(&["EMAIL:1", "EMAIL:"]),
            ["ALTERNATE_KEY_VALUE_UNSPECIFIED Customer/AlternateKey[2]/AlternateID"]
        );
        assert_eq!(refused(&["NONE:1"]), ["INVALID_ATTRIBUTE_VALUE Customer/AlternateKey[1]/@TypeCode"]);
        let error = World::default().try_add(&keys(&["NONE:1"])).unwrap_err();
        assert!(error.message.contains("NONE"));
    }

    #[test]
    fn v_19_a_key_with_both_parts_empty_was_not_sent() {
        check(&[&["EMAIL:1", ":"]], &["+EMAIL:1"]);
    }

    #[test]
    fn a_3_violations_are_bounded() {
        let sent = vec![":1"; super::super::error::VIOLATIONS_MAX + 10];
        let violations = shown_violations(World::default().try_add(&keys(&sent)));
        assert_eq!(violations.len(), super::super::error::VIOLATIONS_MAX);
    }

    #[test]
    fn au_2_an_equal_key_is_left_as_it_is() {
        check(&[&["EMAIL:1"], &["EMAIL:1"]], &["+EMAIL:1"]);
        check(&[&["EMAIL:1", "EMAIL:1"]], &["+EMAIL:1"]);
    }

    #[test]
    fn au_3_a_new_key_deactivates_those_of_its_type() {
        check(&[&["EMAIL:1", "TWCUSTID:1"], &["EMAIL:2"]], &["-EMAIL:1", "+TWCUSTID:1", "+EMAIL:2"]);
        check(&[&["EMAIL:1"], &["EMAIL:2", "EMAIL:1"]], &["+EMAIL:1", "+EMAIL:2"]);
        check(&[&["EMAIL:1", "EMAIL:2"], &["EMAIL:2"]], &["+EMAIL:1", "+EMAIL:2"]);
    }

    #[test]
    fn a_7_its_own_inactive_key_is_made_active_again() {
        check(&[&["EMAIL:1"], &["EMAIL:2"], &["EMAIL:1"]], &["+EMAIL:1", "-EMAIL:2"]);
        let mut world = World::default();
        let customer = world.add(&keys(&["EMAIL:1"]));
        let customer = world.update(&customer, &keys(&["EMAIL:2"]));
        let active: Vec<_> = customer.active_keys().map(|key| key.alternate_id.as_str()).collect();
        assert_eq!(active, ["2"]);
    }
}
