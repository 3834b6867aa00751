//! The rules A, AU, U and D in memory, for people with a name, a source, e-mail addresses and alternate keys.
//!
//! Written from the rules and as plainly as possible, not from the program. Deliberately absent: ids, times, and every
//! value that could be judged.

use std::collections::BTreeMap;

use super::history::{Action, Key, Mail, Request, Way};
use crate::second_decoder::Customer;

/// Whom a request was about and what became of it, or the code of its refusal.
pub(super) type Expected = Result<(usize, &'static str), &'static str>;

const NOT_FOUND: &str = "CUSTOMER_NOT_FOUND";
const EXISTS: &str = "CUSTOMER_ALREADY_EXISTS";
const INVALID: &str = "INVALID_ATTRIBUTE_VALUE";

/// A customer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Person {
    active: bool,
    anonymous: bool,
    last_name: Option<String>,
    source: Option<String>,
    /// By type and id: is it active?
    keys: BTreeMap<(String, String), bool>,
    mails: Vec<StoredMail>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct StoredMail {
    type_code: String,
    address: String,
    label: Option<String>,
    active: bool,
    primary: bool,
}

/// Everybody, in the order in which they were added.
#[derive(Debug, Default)]
pub(super) struct Model {
    pub(super) people: Vec<Person>,
}

impl Model {
    pub(super) fn run(&mut self, request: &Request) -> Expected {
        if request.keys.iter().any(|(key, _)| key.1.is_empty()) {
            return Err("ALTERNATE_KEY_VALUE_UNSPECIFIED");
        }
        let sent = request.customer.filter(|number| *number < self.people.len());
        let active = sent.filter(|number| self.people[*number].active);
        match request.action {
            Action::Add if self.holders(request, |_| true).is_empty() => Ok(self.add(request)),
            Action::Add => Err(EXISTS),
            Action::AddOrUpdate => {
                let mut found = self.holders(request, |_| true);
                found.extend(active.filter(|number| !found.contains(number)));
                match found[..] {
                    [] => Ok(self.add(request)),
                    [number] => Ok(self.change(number, request, Person::add_or_update)),
                    _ => Err(EXISTS),
                }
            }
            Action::Update => self.update(request, active),
            Action::Delete => {
                let found = self.named(request, active).filter(|number| self.people[*number].active);
                let person = &mut self.people[found.ok_or(NOT_FOUND)?];
                person.active = false;
                person.keys.values_mut().for_each(|active| *active = false);
                Ok((found.unwrap(), "Deleted"))
            }
            Action::Retrieve => Ok((self.named(request, sent).ok_or(NOT_FOUND)?, "Shown")),
        }
    }

    /// Who holds the keys of these ways, each once.
    fn holders(&self, request: &Request, wanted: fn(Way) -> bool) -> Vec<usize> {
        let keys: Vec<_> =
            request.keys.iter().filter(|(_, way)| wanted(*way)).map(|(key, _)| owned(*key)).collect();
        let holds = |person: &Person| keys.iter().any(|key| person.keys.get(key) == Some(&true));
        (0..self.people.len()).filter(|number| holds(&self.people[*number])).collect()
    }

    /// A CustomerID decides alone; else all known keys lead to one.
    fn named(&self, request: &Request, by_id: Option<usize>) -> Option<usize> {
        match (request.customer, &self.holders(request, |_| true)[..]) {
            (Some(_), _) => by_id,
            (None, [number]) => Some(*number),
            (None, _) => None,
        }
    }

    fn add(&mut self, request: &Request) -> (usize, &'static str) {
        self.people.push(Person { active: true, ..Person::default() });
        (self.change(self.people.len() - 1, request, Person::add_or_update).0, "Added")
    }

    /// U-1, U-3, U-5.
    fn update(&mut self, request: &Request, by_id: Option<usize>) -> Expected {
        let found =
            match (request.customer, &self.holders(request, |way| matches!(way, Way::Unsaid | Way::Old))[..])
            {
                (Some(_), _) => by_id.ok_or(NOT_FOUND)?,
                (None, [number]) => *number,
                (None, []) => return Err(NOT_FOUND),
                (None, _) => return Err(EXISTS),
            };
        let claimed = self.holders(request, |way| matches!(way, Way::Unsaid | Way::New));
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

    fn change(
        &mut self,
        number: usize,
        request: &Request,
        apply: fn(&mut Person, &Request),
    ) -> (usize, &'static str) {
        let person = &mut self.people[number];
        let before = person.clone();
        let overwrite = |stored: &mut Option<String>, sent: Option<&str>| {
            *stored = sent.map(str::to_owned).or(stored.take())
        };
        overwrite(&mut person.source, request.source);
        overwrite(&mut person.last_name, request.last_name);
        apply(person, request);
        //
        let only_keys = person.last_name.is_none() && person.mails.is_empty();
        person.anonymous = only_keys && !person.keys.is_empty();
        (number, if *person == before { "Unchanged" } else { "Updated" })
    }
}

impl Person {
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

fn owned(key: Key) -> (String, String) {
    (key.0.to_owned(), key.1.to_owned())
}

/// What a server shows, inactive parts too.
impl From<Customer> for Person {
    fn from(customer: Customer) -> Self {
        let flag = |text: &Option<String>| text.as_deref() == Some("true");
        let individual = customer.entity_information.and_then(|entity| entity.individual).unwrap_or_default();
        let names = individual.name.unwrap_or_default().names;
        let last = names.into_iter().find(|name| name.location.as_deref() == Some("Last"));
        let key = |key: &crate::second_decoder::AlternateKey| {
            ((key.type_code.clone().unwrap(), key.alternate_id.clone().unwrap()), flag(&key.active_flag))
        };
        let mails = individual.contact_information.unwrap_or_default().emails;
        let mail = |mail: crate::second_decoder::Email| StoredMail {
            type_code: mail.type_code.unwrap(),
            address: mail.email_address.unwrap(),
            label: mail.label,
            active: flag(&mail.active_flag),
            primary: flag(&mail.primary_flag),
        };
        Person {
            active: flag(&customer.active),
            anonymous: flag(&customer.anonymous),
            last_name: last.and_then(|name| name.text),
            source: customer.source,
            keys: customer.alternate_keys.iter().map(key).collect(),
            mails: mails.into_iter().map(mail).collect(),
        }
    }
}
