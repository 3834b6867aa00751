//! Random requests, and their two forms: the request of an operation, and a record of a document.
//!
//! Everything is drawn from few values, so that requests meet. A customer is named by the number of the request that
//! made it, so that a history keeps its meaning where requests are left out. Deliberately absent: what becomes of them.

use std::collections::BTreeMap;
use std::fmt;

use super::expected::Model;
use super::shop::{CARDS, Card, Sale};
use crate::support::{Random, soap};

/// TypeCode and AlternateID; an empty id makes the key incomplete.
pub(super) type Key = (&'static str, &'static str);

const KEY_TYPES: [&str; 2] = ["XSTORE_ID", "TWCUSTID"];
const KEY_IDS: [&str; 7] = ["1", "2", "3", "4", "5", "6", "7"];
const MAIL_TYPES: [&str; 2] = ["HOME", "BUSINESS"];
const ADDRESSES: [&str; 3] = ["a@mail.example.net", "b@mail.example.net", "c@mail.example.net"];
const LABELS: [&str; 2] = ["Letters", "Bills"];
const SOURCES: [&str; 3] = ["web", "desk", "fair"];
const LAST_NAMES: [&str; 3] = ["Ruiz", "Lind", "Okafor"];

/// Who is nobody, whatever was added.
pub(super) const NOBODY: usize = usize::MAX;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Action {
    Add,
    AddOrUpdate,
    Update,
    Delete,
    Merge,
    Unmerge,
    /// A transaction is recorded.
    Sell,
    /// A card is given to a customer.
    Give,
    /// A card is shown with its customers.
    ShowCard,
    /// A customer is shown, inactive ones and inactive parts too.
    Retrieve,
    /// The active customer is shown that the identifiers lead to.
    Find,
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

/// A request. What an action does not take it ignores (D-3).
#[derive(Debug, Clone)]
pub(super) struct Request {
    pub(super) action: Action,
    /// In the history.
    pub(super) number: usize,
    pub(super) customer: Option<usize>,
    pub(super) last_name: Option<&'static str>,
    pub(super) source: Option<&'static str>,
    pub(super) keys: Vec<(Key, Way)>,
    pub(super) mails: Vec<Mail>,
    pub(super) card: Option<Card>,
    pub(super) sale: Sale,
    /// Who is to be merged.
    pub(super) merged: Vec<Named>,
    /// Is the first of them the source?
    pub(super) with_source: bool,
}

/// One of those who are to be merged.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) customer: Option<usize>,
    pub(super) keys: Vec<Key>,
}

impl Request {
    /// One of those who are there is named mostly.
    pub(super) fn random(random: &mut Random, number: usize, model: &Model) -> Self {
        use Action::{
            Add, AddOrUpdate, Delete, Find, Give, Merge, Retrieve, Sell, ShowCard, Unmerge, Update,
        };
        let actions = [
            [Add, Add, AddOrUpdate, AddOrUpdate, AddOrUpdate, Update],
            [Update, Update, Update, Delete, Retrieve, Find],
            [Sell, Sell, Sell, Give, Give, ShowCard],
            [Merge, Merge, Merge, Unmerge, Unmerge, Delete],
        ];
        let actions = pick(random, &actions);
        let action = *pick(random, actions);
        let mut keys: Vec<(Key, Way)> = Vec::new();
        for _ in 0..random.below(3) {
            let (key, way) = (key(random), way(random, &[Way::Old, Way::New, Way::Set, Way::Delete]));
            if keys.iter().all(|(known, _)| *known != key) {
                keys.push((key, way));
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
        let born = &model.born;
        let customer = random.once_in(2).then(|| somebody(random, born));
        Request {
            action,
            number,
            customer: if action == Unmerge { Some(somebody_merged(random, model)) } else { customer },
            last_name: sometimes(random, &LAST_NAMES),
            source: sometimes(random, &SOURCES),
            keys,
            mails,
            card: (matches!(action, Give | ShowCard) || random.once_in(2)).then(|| *pick(random, &CARDS)),
            sale: Sale::random(random),
            merged: (0..1 + random.below(3)).map(|_| Named::random(random, born)).collect(),
            with_source: random.once_in(2),
        }
    }

    /// With the places of customers for the numbers of the requests that made them.
    pub(super) fn resolved(&self, born: &BTreeMap<usize, usize>) -> Self {
        let place = |number: &mut usize| *number = born.get(number).copied().unwrap_or(NOBODY);
        let mut resolved = self.clone();
        let named = resolved.merged.iter_mut().filter_map(|named| named.customer.as_mut());
        named.chain(resolved.customer.as_mut()).for_each(place);
        resolved
    }

    /// Everybody who is named by an id.
    pub(super) fn customers(&self) -> impl Iterator<Item = usize> {
        let merged = self.merged.iter().filter(|_| self.action == Action::Merge);
        merged.filter_map(|named| named.customer).chain(self.customer)
    }

    /// As an operation of its own; `id` is that of a customer.
    pub(super) fn operation<'i>(&self, id: impl Fn(usize) -> &'i str) -> String {
        let content = || self.content(&id);
        let element =
            |name: &str, content: &str| format!("<{name} xmlns=\"{}\">{content}</{name}>", soap::NAMESPACE);
        match self.action {
            Action::Add => soap::customer("addCustomer", &content()),
            Action::AddOrUpdate => soap::customer("addOrUpdateCustomer", &content()),
            Action::Update => soap::customer("updateCustomer", &content()),
            Action::Delete => element("deleteCustomer", &content()),
            Action::Merge => element("mergeCustomers", &self.merge(id)),
            Action::Unmerge => soap::unmerge(self.customer.map_or("", id)),
            Action::Sell => soap::transaction(&(self.identifiers(&id) + &self.card() + &self.sale.content())),
            Action::Give => soap::association(self.card.unwrap().number(), &self.identifiers(&id)),
            Action::ShowCard => soap::instrument(self.card.unwrap().number()),
            Action::Retrieve => soap::retrieve(&(self.identifiers(&id) + &self.card())),
            Action::Find => soap::retrieve_active(&(self.identifiers(&id) + &self.card())),
        }
    }

    /// Can a record of a document or a file ask for it?
    pub(super) fn is_record(&self) -> bool {
        use Action::{Add, AddOrUpdate, Delete, Merge, Update};
        matches!(self.action, Add | AddOrUpdate | Update | Delete | Merge)
    }

    /// As such a record.
    pub(super) fn record<'i>(&self, id: impl Fn(usize) -> &'i str) -> String {
        let content = if self.action == Action::Merge { self.merge(id) } else { self.content(&id) };
        // B-1: case does not matter.
        format!("<Customer Action=\"{:?}\">{content}</Customer>", self.action)
    }

    fn merge<'i>(&self, id: impl Fn(usize) -> &'i str) -> String {
        let named = |named: &Named| {
            let keys: String = named.keys.iter().map(|key| soap::key(key.0, key.1)).collect();
            named.customer.map(|customer| soap::id(id(customer))).unwrap_or_default() + &keys
        };
        let (source, targets) = self.merged.split_at(usize::from(self.with_source));
        let source: String =
            source.iter().map(|source| format!("<MergeSource>{}</MergeSource>", named(source))).collect();
        let target = |target: &Named| format!("<MergeTarget>{}</MergeTarget>", named(target));
        let targets: String = targets.iter().map(target).collect();
        format!("{source}<MergeTargetSet>{targets}</MergeTargetSet>")
    }

    fn identifiers<'i>(&self, id: impl Fn(usize) -> &'i str) -> String {
        let keys: String = self.keys.iter().map(|(key, _)| soap::key(key.0, key.1)).collect();
        self.customer.map(|customer| soap::id(id(customer))).unwrap_or_default() + &keys
    }

    fn card(&self) -> String {
        self.card.map(|card| format!("<CardNumber>{}</CardNumber>", card.number())).unwrap_or_default()
    }

    fn content<'i>(&self, id: impl Fn(usize) -> &'i str) -> String {
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
            element("CustomerID", self.customer.map(id)),
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

pub(super) fn pick<'v, T>(random: &mut Random, values: &'v [T]) -> &'v T {
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

fn key(random: &mut Random) -> Key {
    (*pick(random, &KEY_TYPES), *pick(random, &KEY_IDS))
}

/// One of the last customers, mostly; sometimes one that nobody has added.
fn somebody(random: &mut Random, born: &BTreeMap<usize, usize>) -> usize {
    if born.is_empty() || random.once_in(12) {
        return NOBODY;
    }
    let last: Vec<_> = born.keys().rev().take(10).collect();
    **pick(random, &last)
}

/// The same, and twice as often somebody whom a merge made.
fn somebody_merged(random: &mut Random, model: &Model) -> usize {
    let made = model.born.iter().filter(|(_, place)| model.merges.contains_key(place));
    let made = made.map(|(number, place)| (*number, *place)).collect();
    let whoever = random.once_in(3);
    somebody(random, if whoever { &model.born } else { &made })
}

impl Named {
    fn random(random: &mut Random, born: &BTreeMap<usize, usize>) -> Self {
        let by_id = !random.once_in(3);
        let keys = if by_id && random.once_in(2) { 0 } else { 1 + random.below(2) };
        Named {
            customer: by_id.then(|| somebody(random, born)),
            keys: (0..keys).map(|_| key(random)).collect(),
        }
    }
}

/// As short as it can be read.
impl fmt::Display for Request {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let who =
            |customer: usize| if customer == NOBODY { "nobody".to_owned() } else { format!("#{customer}") };
        write!(to, "{:?}", self.action)?;
        if self.action == Action::Merge {
            for (at, named) in self.merged.iter().enumerate() {
                let source = match at {
                    0 if self.with_source => " source",
                    0 => "",
                    _ => ",",
                };
                let keys: String = named.keys.iter().map(|key| format!(" {}={}", key.0, key.1)).collect();
                write!(
                    to,
                    "{source}{}{keys}",
                    named.customer.map(|at| " ".to_owned() + &who(at)).unwrap_or_default()
                )?;
            }
            return Ok(());
        }
        if let Some(customer) = self.customer {
            write!(to, " {}", who(customer))?;
        }
        for (key, way) in &self.keys {
            write!(
                to,
                " {}={}{}",
                key.0,
                key.1,
                way.name().map(|name| format!("({name})")).unwrap_or_default()
            )?;
        }
        match self.action {
            Action::Add | Action::AddOrUpdate | Action::Update => {
                let words = [("name", self.last_name), ("source", self.source)];
                for (name, value) in words {
                    value.map_or(Ok(()), |value| write!(to, " {name}={value}"))?;
                }
                self.mails.iter().try_for_each(|mail| write!(to, " {}", mail.element()))
            }
            Action::Sell => write!(to, " {:?} {}", self.card, self.sale.content()),
            Action::Give | Action::ShowCard | Action::Retrieve | Action::Find => {
                write!(to, " {:?}", self.card)
            }
            Action::Delete | Action::Merge | Action::Unmerge => Ok(()),
        }
    }
}
