//! What a writer asks for next.
//!
//! Every request can be carried out. Deliberately absent: what it means that one was answered.

use super::super::soap;
use super::person::{Person, State, amount};
use super::{Effect, Sent, Writer};

const FIRST_NAMES: [&str; 6] = ["Ada", "Bruno", "Clara", "Dario", "Edith", "Fabio"];
const SYLLABLES: [&str; 10] = ["ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru"];
/// The most customers that one is made of in the end: each merge copies the notes of all.
const MERGED_MAX: usize = 8;

impl Writer {
    /// The next request: an addition, or something about those who are there.
    pub(crate) fn next(&mut self) -> Sent {
        self.sent_count += 1;
        let here = self.places(|person| person.state == State::Here);
        if here.is_empty() {
            return self.addition();
        }
        let at = self.one_of(&here);
        match self.random.below(12) {
            0..=4 => self.addition(),
            5 | 6 => self.note(at),
            7 if self.deals => self.association(at),
            8 => self.merge(&here).unwrap_or_else(|| self.addition()),
            9 => self.taking_back().unwrap_or_else(|| self.note(at)),
            _ => self.sale(at),
        }
    }

    fn places(&self, wanted: impl Fn(&Person) -> bool) -> Vec<usize> {
        (0..self.people.len()).filter(|at| wanted(&self.people[*at])).collect()
    }

    fn one_of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.random.below(values.len() as u64) as usize]
    }

    /// An element that leads to the customer: a key, or an id, be it that of somebody who was merged into it.
    fn identifier(&mut self, at: usize) -> String {
        if self.random.once_in(2) {
            let keys = self.people[at].keys.clone();
            let (type_code, id) = &keys[self.random.below(keys.len() as u64) as usize];
            return soap::key(type_code, id);
        }
        let tree = self.tree(at);
        let named = self.one_of(&tree);
        soap::id(&self.people[named].id.to_string())
    }

    fn addition(&mut self) -> Sent {
        let mut keys = vec![("XSTORE_ID", format!("{}-{}", self.name, self.sent_count))];
        if self.random.once_in(2) {
            keys.push(("TWCUSTID", format!("{}/{}", self.name, self.sent_count)));
        }
        let person = Person::new(self.one_of(&FIRST_NAMES), last_name(self.sent_count), keys);
        let operation = if self.random.once_in(4) { "addOrUpdateCustomer" } else { "addCustomer" };
        // Keys lead here as they do in the documented example of an addition.
        let content = person.key_elements() + &soap::name(person.first, &person.last);
        self.sent(operation, &soap::customer(operation, &content), Effect::Added(person))
    }

    fn note(&mut self, at: usize) -> Sent {
        // Some notes are long enough to be stored in chunks.
        let long = if self.random.once_in(8) { "; and so on".repeat(350) } else { String::new() };
        let text = format!("called, request {} of {}{long}", self.sent_count, self.name);
        let notes = format!("<CustomerNotes><CustomerNote>{text}</CustomerNote></CustomerNotes>");
        let content = self.identifier(at) + &notes;
        let operation = "addOrUpdateCustomer";
        self.sent(operation, &soap::customer(operation, &content), Effect::Noted(at, text))
    }

    fn sale(&mut self, at: usize) -> Sent {
        let hundredths = self.random.below(1_000_000);
        let theirs = self.deck.of(&self.tree(at)).into_iter();
        // A card stands for the first of its customers.
        let stands_for = |card: &usize| self.deck.first_holder(*card).map(|first| self.successor(first));
        let card =
            theirs.filter(|card| stands_for(card) == Some(at)).map(|card| self.deck.number(card)).next();
        let named = match card.filter(|_| self.random.once_in(2)) {
            Some(number) => format!("<CardNumber>{number}</CardNumber>"),
            None => self.identifier(at),
        };
        let content = format!(
            "<TransactionID>{}/{}</TransactionID>{named}<RetailStoreID>17</RetailStoreID>\
             <BusinessDate>2024-05-18</BusinessDate><SalesAmount>{}</SalesAmount>",
            self.name,
            self.sent_count,
            amount(hundredths)
        );
        self.sent("recordTransaction", &soap::transaction(&content), Effect::Sold(at, hundredths))
    }

    fn association(&mut self, at: usize) -> Sent {
        let card = self.random.below(self.deck.len() as u64) as usize;
        let named = self.identifier(at);
        let body = soap::association(&self.deck.number(card), &named);
        self.sent("associateCardToCustomer", &body, Effect::Given(card, at))
    }

    /// Two or three of these become one, if they are not too many.
    fn merge(&mut self, here: &[usize]) -> Option<Sent> {
        let mut members = Vec::new();
        for _ in 0..3 {
            let at = self.one_of(here);
            if !members.contains(&at) {
                members.push(at);
            }
        }
        let size: usize = members.iter().map(|at| self.tree(*at).len()).sum();
        if members.len() < 2 || size > MERGED_MAX {
            return None;
        }
        let named: Vec<_> = members.iter().map(|at| self.identifier(*at)).collect();
        let targets: Vec<_> = named[1..].iter().map(String::as_str).collect();
        let body = soap::merge(&named[0], &targets);
        Some(self.sent("mergeCustomers", &body, Effect::Merged(members)))
    }

    /// M-8: the merge of somebody who has not changed since is taken back.
    fn taking_back(&mut self) -> Option<Sent> {
        let made =
            |person: &Person| person.state == State::Here && !person.members.is_empty() && !person.touched;
        let made = self.places(made);
        let at = (!made.is_empty()).then(|| self.one_of(&made))?;
        let body = soap::unmerge(&self.people[at].id.to_string());
        Some(self.sent("unmergeCustomers", &body, Effect::TakenBack(at)))
    }

    fn sent(&mut self, operation: &str, body: &str, effect: Effect) -> Sent {
        let message_id =
            self.random.once_in(2).then(|| format!("urn:message:{}:{}", self.name, self.sent_count));
        let envelope = match &message_id {
            Some(message_id) => soap::repeatable(message_id, operation, body),
            None => soap::envelope(body),
        };
        Sent { envelope, message_id, effect }
    }
}

/// Names drop digits (V-1), so numbers are written in syllables.
fn last_name(number: usize) -> String {
    let syllables = number.to_string().bytes().map(|digit| SYLLABLES[usize::from(digit - b'0')]).collect();
    let name: String = syllables;
    name[..1].to_uppercase() + &name[1..]
}
