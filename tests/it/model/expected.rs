//! The rules A, AU, U, D, K and M in memory, for people with a name, a source, e-mail addresses and alternate keys, who
//! buy, have cards and are merged.
//!
//! Written from the rules and as plainly as possible, not from the program. Deliberately absent: ids, times, notes, and
//! every value that could be judged.

use std::collections::{BTreeMap, BTreeSet};

use super::history::{Action, Key, Mail, Request, Way};
use super::shop::{Card, Sale, Sums};

/// What became of a request, or the code of its refusal.
pub(super) type Expected = Result<Done, &'static str>;

/// What became of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Done {
    pub(super) word: &'static str,
    /// Whom it was about, where the answer names one.
    pub(super) person: Option<usize>,
    /// Who was merged or restored; a card's customers.
    pub(super) others: Vec<usize>,
}

pub(super) const NOT_FOUND: &str = "CUSTOMER_NOT_FOUND";
const EXISTS: &str = "CUSTOMER_ALREADY_EXISTS";
const INVALID: &str = "INVALID_ATTRIBUTE_VALUE";

/// A customer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Person {
    pub(super) active: bool,
    pub(super) last_name: Option<String>,
    pub(super) source: Option<String>,
    /// By type and id: is it active?
    pub(super) keys: BTreeMap<(String, String), bool>,
    pub(super) mails: Vec<StoredMail>,
    pub(super) sums: Option<Sums>,
    pub(super) merged_into: Option<usize>,
    /// What follows from the rest, where it is shown.
    pub(super) anonymous: bool,
    /// How the numbers of its cards end, likewise.
    pub(super) cards: BTreeSet<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct StoredMail {
    pub(super) type_code: String,
    pub(super) address: String,
    pub(super) label: Option<String>,
    pub(super) active: bool,
    pub(super) primary: bool,
}

/// Everybody, in the order in which they were added.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) people: Vec<Person>,
    /// By the number of the request that made them.
    pub(super) born: BTreeMap<usize, usize>,
    /// Who was made by a merge.
    pub(super) merges: BTreeMap<usize, Merge>,
    /// Whom cards were given to, in order.
    pub(super) given: BTreeMap<Card, Vec<usize>>,
    /// By TransactionID: what it was and whose.
    pub(super) sales: BTreeMap<u64, (Sale, usize)>,
}

/// What made a customer.
#[derive(Debug)]
pub(super) struct Merge {
    /// Of whom, the source first.
    pub(super) members: Vec<usize>,
    /// Has anything changed since?
    pub(super) touched: bool,
}

impl Model {
    pub(super) fn run(&mut self, request: &Request) -> Expected {
        let known = self.people.len();
        let done = self.decide(request);
        if self.people.len() > known {
            self.born.insert(request.number, known);
        }
        done
    }

    fn decide(&mut self, request: &Request) -> Expected {
        let takes_keys = !matches!(request.action, Action::Merge | Action::Unmerge | Action::ShowCard);
        if takes_keys && request.keys.iter().any(|(key, _)| key.1.is_empty()) {
            return Err("ALTERNATE_KEY_VALUE_UNSPECIFIED");
        }
        let itself = request.customer.filter(|number| *number < self.people.len());
        let active = itself.map(|number| self.successor(number));
        let active = active.filter(|number| self.people[*number].active);
        match request.action {
            Action::Add if self.holders(&request.keys, |_| true).is_empty() => Ok(self.add(request)),
            Action::Add => Err(EXISTS),
            Action::AddOrUpdate => {
                let mut found = self.holders(&request.keys, |_| true);
                found.extend(active.filter(|number| !found.contains(number)));
                match found[..] {
                    [] => Ok(self.add(request)),
                    [number] => Ok(self.change(number, request, Person::add_or_update)),
                    _ => Err(EXISTS),
                }
            }
            Action::Update => self.update(request, active),
            Action::Delete => {
                let found = self.named(request, itself).filter(|number| self.people[*number].active);
                let person = &mut self.people[found.ok_or(NOT_FOUND)?];
                person.active = false;
                person.keys.values_mut().for_each(|active| *active = false);
                Ok(Done::of(found.unwrap(), "Deleted"))
            }
            Action::Retrieve => Ok(Done::of(self.shown_by(request, itself, true).ok_or(NOT_FOUND)?, "Shown")),
            Action::Find => Ok(Done::of(self.shown_by(request, active, false).ok_or(NOT_FOUND)?, "Shown")),
            Action::Merge => self.merge(&request.merged, request.with_source),
            Action::Unmerge => self.unmerge(itself),
            Action::Sell => self.sell(request, active),
            Action::Give => self.give(request.card.unwrap(), self.named(request, active)),
            Action::ShowCard => self.show_card(request.card.unwrap()),
        }
    }

    /// Who holds the keys of these ways, each once.
    fn holders(&self, keys: &[(Key, Way)], wanted: fn(Way) -> bool) -> Vec<usize> {
        let keys: Vec<_> = keys.iter().filter(|(_, way)| wanted(*way)).map(|(key, _)| owned(*key)).collect();
        let holds =
            |person: &Person| person.active && keys.iter().any(|key| person.keys.get(key) == Some(&true));
        (0..self.people.len()).filter(|number| holds(&self.people[*number])).collect()
    }

    /// A CustomerID decides alone; else all known keys lead to one.
    pub(super) fn named(&self, request: &Request, by_id: Option<usize>) -> Option<usize> {
        match request.customer {
            Some(_) => by_id,
            None => self.holder(&request.keys),
        }
    }

    /// The one who holds those of the keys that anybody holds.
    pub(super) fn holder(&self, keys: &[(Key, Way)]) -> Option<usize> {
        match self.holders(keys, |_| true)[..] {
            [number] => Some(number),
            _ => None,
        }
    }

    /// M-2: whom a customer leads to.
    pub(super) fn successor(&self, mut number: usize) -> usize {
        while let Some(next) = self.people[number].merged_into {
            number = next;
        }
        number
    }

    /// Something of a customer has changed.
    pub(super) fn touch(&mut self, number: usize) {
        if let Some(merge) = self.merges.get_mut(&number) {
            merge.touched = true;
        }
    }

    /// As it is shown, with inactive parts.
    pub(super) fn shown(&self, number: usize) -> Person {
        let mut person = self.people[number].clone();
        person.cards = self.cards(number).into_iter().map(|card| card.number()[12..].to_owned()).collect();
        //
        person.anonymous = person.last_name.is_none() && person.mails.is_empty() && !person.keys.is_empty();
        person
    }

    fn add(&mut self, request: &Request) -> Done {
        self.people.push(Person { active: true, ..Person::default() });
        Done { word: "Added", ..self.change(self.people.len() - 1, request, Person::add_or_update) }
    }

    /// U-1, U-3, U-5.
    fn update(&mut self, request: &Request, by_id: Option<usize>) -> Expected {
        let identifying = self.holders(&request.keys, |way| matches!(way, Way::Unsaid | Way::Old));
        let found = match (request.customer, &identifying[..]) {
            (Some(_), _) => by_id.ok_or(NOT_FOUND)?,
            (None, [number]) => *number,
            (None, []) => return Err(NOT_FOUND),
            (None, _) => return Err(EXISTS),
        };
        let claimed = self.holders(&request.keys, |way| matches!(way, Way::Unsaid | Way::New));
        if claimed.iter().any(|holder| *holder != found) {
            return Err(EXISTS);
        }
        let person = &self.people[found];
        let old_keys = request.keys.iter().filter(|(_, way)| matches!(way, Way::Old | Way::Delete));
        let old_mails = request.mails.iter().filter(|mail| mail.way == Way::Old);
        let all_held = old_keys.into_iter().all(|(key, _)| person.keys.contains_key(&owned(*key)))
            && old_mails.into_iter().all(|old| person.mails.iter().any(|mail| mail.is_named_by(old)));
        if all_held { Ok(self.change(found, request, Person::update)) } else { Err(INVALID) }
    }

    fn change(&mut self, number: usize, request: &Request, apply: fn(&mut Person, &Request)) -> Done {
        let person = &mut self.people[number];
        let before = person.clone();
        let overwrite = |stored: &mut Option<String>, sent: Option<&str>| {
            *stored = sent.map(str::to_owned).or(stored.take())
        };
        overwrite(&mut person.source, request.source);
        overwrite(&mut person.last_name, request.last_name);
        apply(person, request);
        if *person == before {
            return Done::of(number, "Unchanged");
        }
        self.touch(number);
        Done::of(number, "Updated")
    }
}

impl Done {
    pub(super) fn of(person: usize, word: &'static str) -> Self {
        Done { word, person: Some(person), others: Vec::new() }
    }
}

impl Person {
    /// Without its inactive parts.
    pub(super) fn active_part(mut self) -> Self {
        self.keys.retain(|_, active| *active);
        self.mails.retain(|mail| mail.active);
        self
    }

    /// AU-2, AU-3: what is new takes the place of what it has the type of.
    fn add_or_update(&mut self, request: &Request) {
        let held = self.keys.clone();
        let is_new = |key: &Key| held.get(&owned(*key)) != Some(&true);
        let new_types: Vec<_> =
            request.keys.iter().filter(|(key, _)| is_new(key)).map(|(key, _)| key.0).collect();
        for (key, active) in &mut self.keys {
            *active &= !new_types.contains(&&*key.0);
        }
        self.keys.extend(request.keys.iter().map(|(key, _)| (owned(*key), true)));

        let mut new_types = Vec::new();
        for mail in &request.mails {
            let was_active = self.bring(mail, mail.primary, false);
            new_types.extend((!was_active).then_some(mail.type_code));
        }
        let is_named = |stored: &StoredMail| request.mails.iter().any(|mail| stored.equals(mail));
        for stored in self.mails.iter_mut().filter(|stored| !is_named(stored)) {
            stored.active &= !new_types.contains(&Some(&*stored.type_code));
        }
    }

    /// U-2, U-4, U-5.
    fn update(&mut self, request: &Request) {
        for way in [Way::Unsaid, Way::Old, Way::Delete, Way::New] {
            for (key, _) in request.keys.iter().filter(|(_, sent)| *sent == way) {
                match way {
                    Way::Delete => drop(self.keys.remove(&owned(*key))),
                    way => drop(self.keys.insert(owned(*key), way != Way::Old)),
                }
            }
        }
        let any_set = request.mails.iter().any(|mail| mail.way == Way::Set);
        let is_old = |stored: &StoredMail| {
            request.mails.iter().any(|mail| mail.way == Way::Old && stored.is_named_by(mail))
        };
        for stored in &mut self.mails {
            stored.active &= !any_set && !is_old(stored);
        }
        for mail in request.mails.iter().filter(|mail| mail.way != Way::Old) {
            self.bring(mail, if mail.way == Way::Set { Some(true) } else { mail.primary }, true);
        }
    }

    /// Adds an address, or makes the one that equals it active; whether it was. `afresh`: it then keeps nothing (U-4).
    fn bring(&mut self, mail: &Mail, primary: Option<bool>, afresh: bool) -> bool {
        let known = self.mails.iter().position(|stored| stored.equals(mail));
        let position = known.unwrap_or(self.mails.len());
        if known.is_none() {
            let (type_code, address) = (mail.type_code.unwrap().to_owned(), mail.address.to_owned());
            self.mails.push(StoredMail { type_code, address, ..StoredMail::default() });
        }
        let stored = &mut self.mails[position];
        let was_active = std::mem::replace(&mut stored.active, true);
        if afresh && !was_active {
            (stored.label, stored.primary) = (None, false);
        }
        stored.label = mail.label.map(str::to_owned).or(stored.label.take());
        stored.primary = primary.unwrap_or(stored.primary);
        if primary == Some(true) {
            let others = self.mails.iter_mut().enumerate().filter(|(other, _)| *other != position);
            others.for_each(|(_, other)| other.primary = false);
        }
        was_active
    }
}

impl StoredMail {
    fn equals(&self, mail: &Mail) -> bool {
        mail.type_code == Some(&*self.type_code) && mail.address == self.address
    }

    /// U-3: an Old block may leave out the type.
    fn is_named_by(&self, old: &Mail) -> bool {
        mail_type_agrees(old, &self.type_code) && old.address == self.address
    }
}

fn mail_type_agrees(old: &Mail, type_code: &str) -> bool {
    old.type_code.is_none_or(|sent| sent == type_code)
}

pub(super) fn owned(key: Key) -> (String, String) {
    (key.0.to_owned(), key.1.to_owned())
}
