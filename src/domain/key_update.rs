//! U-1, U-5: the alternate keys of an update: which of them find the customer, and what becomes of those it has.
//!
//! Order within a request does not matter: a key without UpdateType is made sure of first, then what is `Old` is
//! deactivated, what is `DELETE` removed, and what is `New` added. `Set` is left aside with a warning. Whose a key is
//! only the store knows; it is not asked here.

use std::collections::{HashMap, HashSet};

use super::customer::HeldKey;
use super::decision::{WarningCode, Warnings};
use super::error::{Code, Error};
use super::identity::AlternateKey;
use super::key_rules::{check_type, check_whole, path, whole};
use super::message::{AlternateKeyMessage, CustomerMessage};
use super::reference::Reference;
use super::value::UpdateType;
use super::violations::Violations;

/// U-1: the keys that find the customer where no CustomerID was sent: those that are `Old` or say nothing.
pub fn identifying_keys(message: &CustomerMessage) -> impl Iterator<Item = AlternateKey> + '_ {
    of_types(message, &[None, Some(UpdateType::Old)])
}

/// The keys that the customer is to have afterwards, and so nobody else may: those that are `New` or say nothing.
pub fn claimed_keys(message: &CustomerMessage) -> impl Iterator<Item = AlternateKey> + '_ {
    of_types(message, &[None, Some(UpdateType::New)])
}

fn of_types<'m>(
    message: &'m CustomerMessage,
    wanted: &'static [Option<UpdateType>],
) -> impl Iterator<Item = AlternateKey> + 'm {
    message.alternate_keys.iter().filter(|key| wanted.contains(&key.update_type)).filter_map(whole)
}

/// A-3 for the keys of an update, to be asked before anybody looks them up: it comes before what the store knows.
///
/// # Errors
///
/// A-3, every violation with its path.
pub fn check_keys(message: &CustomerMessage, reference: &Reference) -> Result<(), Error> {
    let mut violations = Violations::default();
    check(message, None, reference, &mut violations);
    violations.into_result()
}

/// A-3, and U-3 for keys: what is `Old` or `DELETE` names a key of the customer, active or not. Without a customer
/// only A-3 can be judged.
pub(super) fn check(
    message: &CustomerMessage,
    held: Option<&[HeldKey]>,
    reference: &Reference,
    violations: &mut Violations,
) {
    let held: Option<HashSet<_>> = held.map(|held| held.iter().map(|held| &held.key).collect());
    for key in &message.alternate_keys {
        match key.update_type {
            Some(UpdateType::Set) => {}
            Some(UpdateType::New) | None => {
                if let Some(whole) = check_whole(key, violations) {
                    check_type(key, &whole, reference, violations);
                }
            }
            Some(UpdateType::Old | UpdateType::Delete) => {
                let whole = check_whole(key, violations);
                if let (Some(whole), Some(held)) = (whole, &held)
                    && !held.contains(&whole)
                {
                    let text = "the customer does not have this alternate key";
                    violations.add(Code::InvalidAttributeValue, path(key), text);
                }
            }
        }
    }
}

/// U-5: what an update makes of the keys of its customer. What [`check`] refuses changes nothing.
pub(super) fn apply(message: &CustomerMessage, held: &mut Vec<HeldKey>, warnings: &mut Warnings) {
    if message.alternate_keys.is_empty() {
        return;
    }
    let mut keys = Keys::new(std::mem::take(held));
    of_types(message, &[None]).for_each(|key| keys.hold(key));
    of_types(message, &[Some(UpdateType::Old)]).for_each(|key| keys.deactivate(&key));
    of_types(message, &[Some(UpdateType::Delete)]).for_each(|key| keys.remove(&key));
    of_types(message, &[Some(UpdateType::New)]).for_each(|key| keys.hold(key));
    *held = keys.into_held();
    for key in message.alternate_keys.iter().filter(|key| key.update_type == Some(UpdateType::Set)) {
        warn_of_set(key, warnings);
    }
}

fn warn_of_set(key: &AlternateKeyMessage, warnings: &mut Warnings) {
    let text = "an alternate key cannot be Set; it was left aside";
    warnings.add(WarningCode::ValueIgnored, format!("{}/@UpdateType", path(key)), text);
}

/// The keys of a customer while an update is applied to them.
struct Keys {
    held: Vec<HeldKey>,
    at: HashMap<AlternateKey, usize>,
    removed: HashSet<usize>,
}

impl Keys {
    fn new(held: Vec<HeldKey>) -> Self {
        let at = held.iter().enumerate().map(|(position, held)| (held.key.clone(), position)).collect();
        Keys { held, at, removed: HashSet::new() }
    }

    /// Adds the key, or makes the customer's own active.
    fn hold(&mut self, key: AlternateKey) {
        let position = *self.at.entry(key.clone()).or_insert(self.held.len());
        if position == self.held.len() {
            self.held.push(HeldKey { key, active: true });
        }
        self.held[position].active = true;
        self.removed.remove(&position);
    }

    fn deactivate(&mut self, key: &AlternateKey) {
        if let Some(position) = self.at.get(key) {
            self.held[*position].active = false;
        }
    }

    fn remove(&mut self, key: &AlternateKey) {
        self.removed.extend(self.at.get(key));
    }

    fn into_held(self) -> Vec<HeldKey> {
        let kept = self.held.into_iter().enumerate();
        kept.filter(|(position, _)| !self.removed.contains(position)).map(|(_, held)| held).collect()
    }
}

#[cfg(test)]
mod tests;
