//! P, AU-2, AU-3, V-7 to V-12: what a request makes of the contact points of one kind.
//!
//! Written once for the three kinds: [`ContactValue`] is all in which they differ. Contact points are never removed;
//! an old one is deactivated. [`ContactPoints`] is one kind while a request is applied to it.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hash, RandomState};

use hashbrown::HashTable;

use super::contact_point::{Address, ContactPoint, EMail, Telephone};
use super::customer::{Subject, ValidationCode};
use super::findings::{Failure, Findings};
use super::message::ContactPointMessage;
use super::settings::Settings;
use super::{email, phone, postal_code};

/// In what the kinds differ.
pub(super) trait ContactValue: Clone + Eq + Hash + Default {
    /// What an error of one of them is wrong with.
    fn subject(sequence: u32) -> Subject;

    /// The value as it is stored, and what is wrong with it.
    fn judge(&self, settings: &Settings) -> (Self, Option<Failure>);
}

impl ContactValue for Address {
    fn subject(sequence: u32) -> Subject {
        Subject::Address(sequence)
    }

    fn judge(&self, settings: &Settings) -> (Self, Option<Failure>) {
        let Some(sent) = &self.postal_code else { return (self.clone(), None) };
        let judged = postal_code::judge(sent, self.country.as_deref(), &settings.postal_codes);
        let failure = (!judged.valid).then(|| Failure::new(ValidationCode::PostalCodeInvalid, &judged.text));
        (Address { postal_code: Some(judged.text), ..self.clone() }, failure)
    }
}

impl ContactValue for EMail {
    fn subject(sequence: u32) -> Subject {
        Subject::EMail(sequence)
    }

    fn judge(&self, _settings: &Settings) -> (Self, Option<Failure>) {
        let judged = email::judge(&self.address);
        let failure = (!judged.valid).then(|| Failure::new(ValidationCode::EmailInvalid, &judged.address));
        (EMail { address: judged.address }, failure)
    }
}

impl ContactValue for Telephone {
    fn subject(sequence: u32) -> Subject {
        Subject::Telephone(sequence)
    }

    fn judge(&self, _settings: &Settings) -> (Self, Option<Failure>) {
        let judged = phone::judge(self);
        let failure =
            (!judged.valid).then(|| Failure::new(ValidationCode::PhoneInvalid, &judged.telephone.number));
        (judged.telephone, failure)
    }
}

/// How many contact points are compared one by one before hashing is worth it.
const COMPARED_MAX: usize = 8;

/// The contact points of one kind by what makes two of them the same one (AU-2): TypeCode and value. Texts are compared
/// where they are and not copied. A few are gone through; more are found by a randomly keyed hash, so that no request can
/// make a look-up slow.
struct Index {
    /// One position for each identity.
    positions: Vec<usize>,
    /// Of all of them, once they are more than [`COMPARED_MAX`].
    hashed: HashTable<usize>,
    keys: Option<RandomState>,
}

impl Index {
    /// Those that are stored. Records from elsewhere may hold the same one twice; the active one is then it.
    fn new<V: ContactValue>(stored: &[ContactPoint<V>]) -> Self {
        let mut index = Index { positions: Vec::new(), hashed: HashTable::new(), keys: None };
        for active in [true, false] {
            for (position, point) in stored.iter().enumerate().filter(|(_, point)| point.active == active) {
                if index.find(&point.type_code, &point.value, stored).is_none() {
                    index.add(position, stored);
                }
            }
        }
        index
    }

    fn find<V: ContactValue>(
        &self,
        type_code: &Option<String>,
        value: &V,
        points: &[ContactPoint<V>],
    ) -> Option<usize> {
        let same = (type_code, value);
        match &self.keys {
            None => self.positions.iter().copied().find(|at| identity(&points[*at]) == same),
            Some(keys) => self.hashed.find(keys.hash_one(same), |at| identity(&points[*at]) == same).copied(),
        }
    }

    /// Behind one that was found nowhere.
    fn add<V: ContactValue>(&mut self, position: usize, points: &[ContactPoint<V>]) {
        self.positions.push(position);
        if self.positions.len() <= COMPARED_MAX {
            return;
        }
        let keys = self.keys.get_or_insert_default();
        let hash = |at: &usize| keys.hash_one(identity(&points[*at]));
        for position in &self.positions[self.hashed.len()..] {
            self.hashed.insert_unique(hash(position), *position, hash);
        }
    }
}

fn identity<V>(point: &ContactPoint<V>) -> (&Option<String>, &V) {
    (&point.type_code, &point.value)
}

/// The contact points of one kind while a request is applied to them.
pub(super) struct ContactPoints<'a, V> {
    points: Vec<ContactPoint<V>>,
    at: Index,
    last_sequence: u32,
    /// The one primary (P-1).
    primary: Option<usize>,
    /// By position: whether the request names it.
    named: Vec<bool>,
    /// The positions of what the request brought new (AU-3).
    renewed: Vec<usize>,
    /// U-4: one that is made active again is what was sent, not what it was.
    returns_as_sent: bool,
    settings: &'a Settings,
    findings: &'a mut Findings,
}

impl<'a, V: ContactValue> ContactPoints<'a, V> {
    /// The contact points as they are stored.
    pub(super) fn new(
        stored: Vec<ContactPoint<V>>,
        settings: &'a Settings,
        findings: &'a mut Findings,
    ) -> Self {
        let primary = stored.iter().position(|point| point.primary);
        let last_sequence = stored.iter().map(|point| point.sequence).max().unwrap_or(0);
        ContactPoints {
            at: Index::new(&stored),
            last_sequence,
            primary,
            named: vec![false; stored.len()],
            renewed: Vec::new(),
            points: stored,
            returns_as_sent: false,
            settings,
            findings,
        }
    }

    /// As [`Self::new`], but one that is made active again keeps nothing of what it was (U-4).
    pub(super) fn for_update(
        stored: Vec<ContactPoint<V>>,
        settings: &'a Settings,
        findings: &'a mut Findings,
    ) -> Self {
        ContactPoints { returns_as_sent: true, ..Self::new(stored, settings, findings) }
    }

    /// Adds the contact point, or finds the one that equals it and overwrites what was sent beside its value.
    pub(super) fn bring(&mut self, message: &ContactPointMessage<V>) {
        if message.value == V::default() {
            return;
        }
        let (value, failure) = self.judge(&message.value);
        let known = self.at.find(&message.type_code, &value, &self.points);
        let position = known.unwrap_or_else(|| self.push(message.type_code.clone(), value));
        self.activate(position);
        self.named[position] = true;
        let point = &mut self.points[position];
        overwrite(&mut point.label, message.label.as_ref());
        overwrite(&mut point.contact_preference_code, message.contact_preference_code.as_ref());
        self.mark_valid(position, known.is_none(), message.valid, failure);
        self.mark_primary(position, message.primary);
    }

    fn judge(&self, sent: &V) -> (V, Option<Failure>) {
        if self.settings.validation { sent.judge(self.settings) } else { (sent.clone(), None) }
    }

    fn push(&mut self, type_code: Option<String>, value: V) -> usize {
        let position = self.points.len();
        self.last_sequence += 1;
        self.points.push(ContactPoint {
            sequence: self.last_sequence,
            type_code,
            label: None,
            contact_preference_code: None,
            active: false,
            primary: false,
            valid: true,
            value,
        });
        self.named.push(false);
        self.at.add(position, &self.points);
        position
    }

    /// AU-2: what was not active counts as new.
    fn activate(&mut self, position: usize) {
        let point = &mut self.points[position];
        if point.active {
            return;
        }
        point.active = true;
        self.renewed.push(position);
        if self.returns_as_sent {
            self.forget(position);
        }
    }

    /// Leaves the value alone; what is not known as valid is judged anew.
    fn forget(&mut self, position: usize) {
        let point = &mut self.points[position];
        point.label = None;
        point.contact_preference_code = None;
        point.valid = false;
        if self.primary == Some(position) {
            self.primary = None;
        }
    }

    /// V-12: the caller's word goes first. One that is known as valid is left so, for it may be by the caller's word.
    fn mark_valid(&mut self, position: usize, new: bool, sent: Option<bool>, failure: Option<Failure>) {
        let point = &mut self.points[position];
        let failure = match sent {
            Some(true) => None,
            Some(false) => failure,
            None if point.valid && !new => return,
            None => failure,
        };
        point.valid = failure.is_none();
        self.findings.judged(V::subject(point.sequence), failure);
    }

    /// P-2, P-3: the last one processed is the primary; P-4: on something new, not sent is false.
    fn mark_primary(&mut self, position: usize, sent: Option<bool>) {
        match sent {
            Some(true) => self.primary = Some(position),
            Some(false) if self.primary == Some(position) => self.primary = None,
            Some(false) | None => {}
        }
    }

    /// AU-3: deactivates the others of each TypeCode that something new came of.
    fn deactivate_others_of_renewed_types(&mut self) {
        if self.named.iter().all(|named| *named) {
            return;
        }
        let renewed: HashSet<_> =
            self.renewed.iter().map(|position| &self.points[*position].type_code).collect();
        let others = (0..self.points.len()).filter(|position| !self.named[*position]);
        let old: Vec<_> =
            others.filter(|position| renewed.contains(&self.points[*position].type_code)).collect();
        old.into_iter().for_each(|position| self.deactivate(position));
    }

    /// U-2: deactivates the whole kind.
    pub(super) fn deactivate_all(&mut self) {
        (0..self.points.len()).for_each(|position| self.deactivate(position));
    }

    /// What is not in use has no error that anybody could correct.
    pub(super) fn deactivate(&mut self, position: usize) {
        let point = &mut self.points[position];
        point.active = false;
        self.findings.judged(V::subject(point.sequence), None);
    }

    /// The contact points as they are to be stored.
    pub(super) fn into_stored(mut self) -> Vec<ContactPoint<V>> {
        for (position, point) in self.points.iter_mut().enumerate() {
            point.primary = self.primary == Some(position);
        }
        self.points
    }
}

/// AU-2, AU-3: what a request that knows no UpdateType makes of the contact points of one kind.
pub(super) fn replace<V: ContactValue>(
    sent: &[ContactPointMessage<V>],
    stored: Vec<ContactPoint<V>>,
    settings: &Settings,
    findings: &mut Findings,
) -> Vec<ContactPoint<V>> {
    let mut points = ContactPoints::new(stored, settings, findings);
    for message in sent {
        points.bring(message);
    }
    points.deactivate_others_of_renewed_types();
    points.into_stored()
}

/// AU-5: what was sent overwrites, what was not sent stays. What is there already is not copied again.
pub(super) fn overwrite<T: Clone + PartialEq>(target: &mut Option<T>, sent: Option<&T>) {
    if sent.is_some() && target.as_ref() != sent {
        *target = sent.cloned();
    }
}

#[cfg(test)]
mod tests;
