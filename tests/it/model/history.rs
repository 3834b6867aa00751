//! Random requests, and their two forms: the request of an operation, and a record of a document.
//!
//! Everything is drawn from few values, so that requests meet. Deliberately absent: what becomes of them.

use crate::support::{Random, soap};

/// TypeCode and AlternateID; an empty id makes the key incomplete.
pub(super) type Key = (&'static str, &'static str);

const KEY_TYPES: [&str; 2] = ["XSTORE_ID", "TWCUSTID"];
const KEY_IDS: [&str; 5] = ["1", "2", "3", "4", "5"];
const MAIL_TYPES: [&str; 2] = ["HOME", "BUSINESS"];
const ADDRESSES: [&str; 3] = ["a@mail.example.net", "b@mail.example.net", "c@mail.example.net"];
const LABELS: [&str; 2] = ["Letters", "Bills"];
const SOURCES: [&str; 3] = ["web", "desk", "fair"];
const LAST_NAMES: [&str; 3] = ["Ruiz", "Lind", "Okafor"];

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Add,
    AddOrUpdate,
    Update,
    Delete,
    Retrieve,
}

/// An UpdateType. All operations but the update ignore it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Unsaid,
    Old,
    New,
    Set,
    Delete,
}

/// An e-mail address of a request.
#[derive(Debug, Clone)]
pub(super) struct Mail {
    /// Left out by some that are Old.
    pub(super) type_code: Option<&'static str>,
    pub(super) address: &'static str,
    pub(super) way: Way,
    pub(super) primary: Option<bool>,
    pub(super) label: Option<&'static str>,
}

/// A request. Deletes and retrievals ignore all but the identifiers (D-3).
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) action: Action,
    /// The number of a customer of the model; one that it does not have names nobody.
    pub(super) customer: Option<usize>,
    pub(super) last_name: Option<&'static str>,
    pub(super) source: Option<&'static str>,
    pub(super) keys: Vec<(Key, Way)>,
    pub(super) mails: Vec<Mail>,
}

impl Request {
    pub(super) fn random(random: &mut Random, people: usize) -> Self {
        use Action::{Add, AddOrUpdate, Delete, Retrieve, Update};
        let actions =
            [Add, AddOrUpdate, AddOrUpdate, AddOrUpdate, Update, Update, Update, Update, Delete, Retrieve];
        let action = *pick(random, &actions);
        let mut keys: Vec<(Key, Way)> = Vec::new();
        for _ in 0..random.below(3) {
            let key = (*pick(random, &KEY_TYPES), *pick(random, &KEY_IDS));
            if keys.iter().all(|(known, _)| *known != key) {
                keys.push((key, way(random, &[Way::Old, Way::New, Way::Set, Way::Delete])));
            }
        }
        if random.once_in(30) {
            keys.push(((KEY_TYPES[0], ""), Way::Unsaid));
        }
        let mut mails: Vec<Mail> = Vec::new();
        for _ in 0..random.below(3) {
            let mail = Mail::random(random, action);
            if mails.iter().all(|known| known.address != mail.address) {
                mails.push(mail);
            }
        }
        Request {
            action,
            customer: (people > 0 && random.once_in(2)).then(|| somebody(random, people)),
            last_name: sometimes(random, &LAST_NAMES),
            source: sometimes(random, &SOURCES),
            keys,
            mails,
        }
    }

    /// As an operation of its own; `id` is that of the customer.
    pub(super) fn operation(&self, id: Option<&str>) -> String {
        match self.action {
            Action::Add => soap::customer("addCustomer", &self.content(id)),
            Action::AddOrUpdate => soap::customer("addOrUpdateCustomer", &self.content(id)),
            Action::Update => soap::customer("updateCustomer", &self.content(id)),
            Action::Delete => {
                format!("<deleteCustomer xmlns=\"{}\">{}</deleteCustomer>", soap::NAMESPACE, self.content(id))
            }
            Action::Retrieve => soap::retrieve(&self.content(id)),
        }
    }

    /// As a record of a document.
    pub(super) fn record(&self, id: Option<&str>) -> String {
        let action = match self.action {
            Action::Add => "Add",
            Action::AddOrUpdate => "AddorUpdate",
            Action::Update => "Update",
            Action::Delete => "Delete",
            Action::Retrieve => panic!("documents retrieve nothing"),
        };
        format!("<Customer Action=\"{action}\">{}</Customer>", self.content(id))
    }

    fn content(&self, id: Option<&str>) -> String {
        let element = |name: &str, text: Option<&str>| {
            text.map(|text| format!("<{name}>{text}</{name}>")).unwrap_or_default()
        };
        let name = self.last_name.map(|last| {
            format!("<Name><Name Location=\"First\">Ana</Name><Name Location=\"Last\">{last}</Name></Name>")
        });
        let mails: String = self.mails.iter().map(Mail::element).collect();
        let keys: String = self.keys.iter().map(|(key, way)| key_element(*key, *way)).collect();
        format!(
            "{}{}<EntityInformation><Individual>{}<ContactInformation>{mails}</ContactInformation></Individual>\
             </EntityInformation>{keys}",
            element("CustomerID", id),
            element("Source", self.source),
            name.unwrap_or_default()
        )
    }
}

impl Mail {
    fn random(random: &mut Random, action: Action) -> Self {
        let way = way(random, &[Way::Old, Way::Old, Way::New, Way::Set]);
        // Where there are no Old blocks, what has no type is a type of its own; the model has none such.
        let without_type = way == Way::Old && action == Action::Update && random.once_in(2);
        Mail {
            type_code: (!without_type).then(|| *pick(random, &MAIL_TYPES)),
            address: pick::<&str>(random, &ADDRESSES),
            way,
            primary: sometimes(random, &[true, true, false]),
            label: sometimes(random, &LABELS),
        }
    }

    fn element(&self) -> String {
        let attribute = |name: &str, value: Option<&str>| {
            value.map(|value| format!(" {name}=\"{value}\"")).unwrap_or_default()
        };
        format!(
            "<EMail{}{}{}{}><EMailAddress>{}</EMailAddress></EMail>",
            attribute("TypeCode", self.type_code),
            attribute("UpdateType", self.way.name()),
            attribute("PrimaryFlag", self.primary.map(|primary| if primary { "true" } else { "false" })),
            attribute("Label", self.label),
            self.address
        )
    }
}

impl Way {
    fn name(self) -> Option<&'static str> {
        match self {
            Way::Unsaid => None,
            Way::Old => Some("Old"),
            Way::New => Some("New"),
            Way::Set => Some("Set"),
            Way::Delete => Some("DELETE"),
        }
    }
}

fn key_element((type_code, id): Key, way: Way) -> String {
    let key = soap::key(type_code, id);
    match way.name() {
        Some(name) => key.replacen('>', &format!(" UpdateType=\"{name}\">"), 1),
        None => key,
    }
}

fn pick<'v, T>(random: &mut Random, values: &'v [T]) -> &'v T {
    &values[random.below(values.len() as u64) as usize]
}

/// Every other time nothing.
fn sometimes<T: Copy>(random: &mut Random, values: &[T]) -> Option<T> {
    random.once_in(2).then(|| *pick(random, values))
}

/// Every other time nothing is said.
fn way(random: &mut Random, ways: &[Way]) -> Way {
    sometimes(random, ways).unwrap_or(Way::Unsaid)
}

/// One of the last few customers, mostly; sometimes one that nobody has added.
fn somebody(random: &mut Random, people: usize) -> usize {
    if random.once_in(10) {
        return usize::MAX;
    }
    people - 1 - random.below(people.min(6) as u64) as usize
}
