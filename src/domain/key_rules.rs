//! AU-2, AU-3: the alternate keys of a request and what it makes of those of a customer.
//!
//! Whether a key belongs to another customer only the store knows; it is not asked here.

use std::collections::{HashMap, HashSet};

use super::customer::HeldKey;
use super::error::Code;
use super::identity::AlternateKey;
use super::message::{AlternateKeyMessage, CustomerMessage};
use super::reference::Reference;
use super::violations::Violations;

/// The whole keys of a request, in the order sent: what AU-1 looks a customer up by and A-2 keeps unique. Keys that
/// A-3 refuses are left out.
pub fn sent_keys(message: &CustomerMessage) -> impl Iterator<Item = AlternateKey> + '_ {
    message.alternate_keys.iter().filter_map(whole)
}

fn whole(message: &AlternateKeyMessage) -> Option<AlternateKey> {
    let (type_code, alternate_id) = (message.type_code.clone()?, message.alternate_id.clone()?);
    Some(AlternateKey { type_code, alternate_id })
}

/// finds keys that are not whole, and TypeCodes that are not defined.
pub(super) fn check(message: &CustomerMessage, reference: &Reference, violations: &mut Violations) {
    for key in &message.alternate_keys {
        let path = format!("Customer/AlternateKey[{}]", key.index);
        match (&key.type_code, &key.alternate_id) {
            (None, None) => {}
            (None, Some(_)) => violations.add(
                Code::AlternateKeyTypecodeUnspecified,
                format!("{path}/@TypeCode"),
                "the alternate key has no TypeCode",
            ),
            (Some(_), None) => violations.add(
                Code::AlternateKeyValueUnspecified,
                format!("{path}/AlternateID"),
                "the alternate key has no AlternateID",
            ),
            (Some(code), Some(_)) if !reference.alternate_key_types.contains_key(code) => violations.add(
                Code::InvalidAttributeValue,
                format!("{path}/@TypeCode"),
                format!("the alternate key type {code} is not defined"),
            ),
            (Some(_), Some(_)) => {}
        }
    }
}

/// AU-3: adds new keys, makes inactive ones active again, and deactivates the old ones of their TypeCodes.
pub(super) fn apply(message: &CustomerMessage, held: &mut Vec<HeldKey>) {
    let mut at: HashMap<AlternateKey, usize> =
        held.iter().enumerate().map(|(position, held)| (held.key.clone(), position)).collect();
    let mut named = HashSet::new();
    let mut renewed = HashSet::new();
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
