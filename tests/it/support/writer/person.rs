//! A customer of a writer: what was acknowledged of it, and whether a server shows just that.
//!
//! Deliberately absent: its cards, which hang on several customers ([`super::deck`]).

use std::collections::BTreeSet;

use super::super::{Client, soap};
use crate::second_decoder::{Customer, decode};

/// A customer as it was acknowledged. Whom it was merged with is told by places in the writer's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Person {
    pub(crate) id: u64,
    pub(super) first: &'static str,
    pub(super) last: String,
    pub(super) keys: Vec<(&'static str, String)>,
    pub(super) notes: Vec<String>,
    /// The hundredths of each transaction.
    pub(super) sales: Vec<u64>,
    pub(super) state: State,
    /// Whom a merge made it of, the source first.
    pub(super) members: Vec<usize>,
    /// Has anything of it changed since that merge?
    pub(super) touched: bool,
}

/// What became of a customer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    /// It is active.
    Here,
    /// It was merged into the one at this place.
    MergedInto(usize),
    /// The merge that made it was taken back.
    TakenBack,
}

impl Person {
    /// Without an id and without a history.
    pub(super) fn new(first: &'static str, last: String, keys: Vec<(&'static str, String)>) -> Self {
        let (notes, sales, members) = (Vec::new(), Vec::new(), Vec::new());
        Person { id: 0, first, last, keys, notes, sales, state: State::Here, members, touched: false }
    }

    /// M-3, M-4: what a merge of these makes, the source first; its id is not known yet.
    pub(super) fn merged(people: &[Person], members: &[usize]) -> Self {
        let all = || members.iter().map(|at| &people[*at]);
        let source = &people[members[0]];
        Person {
            keys: all().flat_map(|person| person.keys.iter().cloned()).collect(),
            notes: all().flat_map(|person| person.notes.iter().cloned()).collect(),
            sales: all().flat_map(|person| person.sales.iter().copied()).collect(),
            members: members.to_vec(),
            ..Person::new(source.first, source.last.clone(), Vec::new())
        }
    }

    /// M-8: what is left of it when the merge that made it is taken back.
    pub(super) fn taken_back(&mut self) {
        self.state = State::TakenBack;
        self.keys.clear();
        self.sales.clear();
        self.members.clear();
    }

    pub(super) fn key_elements(&self) -> String {
        self.keys.iter().map(|(type_code, id)| soap::key(type_code, id)).collect()
    }

    /// Is this the customer, with inactive parts, and with cards whose numbers end so?
    #[track_caller]
    pub(super) fn check(&self, found: &Customer, card_ends: &[String], people: &[Person]) {
        assert_eq!(found.customer_id.as_deref(), Some(self.id.to_string().as_str()));
        assert_eq!(found.active.as_deref(), Some(if self.state == State::Here { "true" } else { "false" }));
        let successor = match self.state {
            State::MergedInto(at) => Some(people[at].id.to_string()),
            State::Here | State::TakenBack => None,
        };
        assert_eq!(found.merged_into, successor, "{self:?}");
        let individual = found.entity_information.as_ref().and_then(|entity| entity.individual.as_ref());
        let names = &individual.and_then(|individual| individual.name.as_ref()).unwrap().names;
        let names: Vec<_> = names.iter().filter_map(|name| name.text.as_deref()).collect();
        assert_eq!(names, [self.first, &self.last]);
        let keys: BTreeSet<_> = found
            .alternate_keys
            .iter()
            .filter(|key| key.active_flag.as_deref() == Some("true"))
            .map(|key| (key.type_code.as_deref().unwrap(), key.alternate_id.clone().unwrap()))
            .collect();
        assert_eq!(keys, self.keys.iter().cloned().collect(), "{self:?}");
        assert_eq!(note_texts(found), self.notes);
        self.check_sums(found);
        let shown: Vec<_> = found.card_numbers.iter().map(|number| number.trim_start_matches('*')).collect();
        assert_eq!(shown, card_ends, "{self:?}");
    }

    /// All transactions are of one year.
    #[track_caller]
    fn check_sums(&self, found: &Customer) {
        let summary = found.activity_summary.as_ref();
        let sums = summary.map(|summary| [summary.lifetime.clone(), summary.year_to_date.clone()]);
        let sums =
            sums.map(|sums| sums.map(|sums| sums.map(|sums| (sums.transaction_count, sums.sales_amount))));
        let sold = || Some((Some(self.sales.len().to_string()), Some(amount(self.sales.iter().sum()))));
        assert_eq!(sums, (!self.sales.is_empty()).then(|| [sold(), sold()]), "{self:?}");
    }
}

pub(super) fn amount(hundredths: u64) -> String {
    format!("{}.{:02}", hundredths / 100, hundredths % 100)
}

/// The notes in the order of their sequence numbers.
pub(crate) fn note_texts(customer: &Customer) -> Vec<String> {
    let notes = customer.customer_notes.iter().flat_map(|notes| &notes.customer_notes);
    let mut notes: Vec<_> =
        notes.map(|note| (note.sequence.as_deref().unwrap().parse::<u32>().unwrap(), note)).collect();
    notes.sort_by_key(|(sequence, _)| *sequence);
    assert!(notes.windows(2).all(|pair| pair[0].0 != pair[1].0), "a sequence number stands twice");
    notes.into_iter().map(|(_, note)| note.text.clone().unwrap_or_default()).collect()
}

/// The customer with this alternate key.
pub(crate) fn retrieve(client: &mut Client, (type_code, id): &(&str, String)) -> Option<Customer> {
    ask(client, &soap::key(type_code, id))
}

/// The customer itself whom the identifier names, inactive parts too.
pub(super) fn ask(client: &mut Client, identifier: &str) -> Option<Customer> {
    asked(client, &soap::retrieve(identifier))
}

/// The active customer whom the identifier leads to.
pub(super) fn ask_active(client: &mut Client, identifier: &str) -> Option<Customer> {
    asked(client, &soap::retrieve_active(identifier))
}

fn asked(client: &mut Client, request: &str) -> Option<Customer> {
    let answer = client.post(&soap::envelope(request));
    if answer.status == 500 && answer.text("Code") == "CUSTOMER_NOT_FOUND" {
        return None;
    }
    assert_eq!(answer.status, 200, "{}", answer.body);
    decode(&answer.body).unwrap().retrieve_customer_response.unwrap().customer
}
