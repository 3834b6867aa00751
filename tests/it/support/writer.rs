//! A caller that adds and changes customers of its own, records their transactions, and knows what the server has
//! acknowledged of them.
//!
//! No two writers touch one customer, so what a customer must look like follows from the answers alone. A request
//! without an answer is kept open until the server runs again: with a `wsa:MessageID`, and a transaction always, it is
//! sent again and must have its effect once; without one it may have had it or not, but nothing in between. Deliberately absent: when the
//! server dies, and how it is started again.

use std::collections::BTreeSet;

use super::{Answer, Client, Random, soap};
use crate::second_decoder::{Customer, decode};

const FIRST_NAMES: [&str; 6] = ["Ada", "Bruno", "Clara", "Dario", "Edith", "Fabio"];
const SYLLABLES: [&str; 10] = ["ba", "de", "fi", "go", "ku", "la", "me", "ni", "po", "ru"];
/// Answers that are asked for again after a restart.
const REMEMBERED_MAX: usize = 3;

/// A customer as it was acknowledged.
#[derive(Debug, Clone)]
pub(crate) struct Person {
    pub(crate) id: u64,
    first: &'static str,
    last: String,
    keys: Vec<(&'static str, String)>,
    notes: Vec<String>,
    /// The hundredths of each transaction.
    sales: Vec<u64>,
}

/// A request and what it does once it is carried out.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) envelope: String,
    message_id: Option<String>,
    effect: Effect,
}

#[derive(Debug, Clone)]
enum Effect {
    /// The person without its id.
    Added(Person),
    /// A note for the person at this place in the list.
    Noted(usize, String),
    /// A transaction of the person at this place in the list, in hundredths.
    Sold(usize, u64),
}

/// The caller.
#[derive(Debug)]
pub(crate) struct Writer {
    name: String,
    random: Random,
    sent_count: usize,
    pub(crate) acknowledged: usize,
    pub(crate) people: Vec<Person>,
    /// Sent, but not answered.
    pub(crate) open: Option<Sent>,
    /// The last messages with a MessageID, and the Bodies that answered them.
    answered: Vec<(String, String)>,
}

/// The element Body of an answer, as it was sent.
#[track_caller]
pub(crate) fn body_of(answer: &Answer) -> &str {
    let start = answer.body.find(":Body").unwrap_or_else(|| panic!("no Body in {}", answer.body));
    let end = answer.body.rfind(":Body").unwrap();
    assert!(start < end, "one Body tag only in {}", answer.body);
    &answer.body[start..end]
}

impl Writer {
    pub(crate) fn new(name: String, random: Random) -> Self {
        let (people, answered) = (Vec::new(), Vec::new());
        Writer { name, random, sent_count: 0, acknowledged: 0, people, open: None, answered }
    }

    /// The next request: an addition, or a note or a transaction of somebody who is there.
    pub(crate) fn next(&mut self) -> Sent {
        self.sent_count += 1;
        if self.people.is_empty() || !self.random.once_in(2) {
            self.addition()
        } else if self.random.once_in(2) {
            self.note()
        } else {
            self.sale()
        }
    }

    fn addition(&mut self) -> Sent {
        let mut keys = vec![("XSTORE_ID", format!("{}-{}", self.name, self.sent_count))];
        if self.random.once_in(2) {
            keys.push(("TWCUSTID", format!("{}/{}", self.name, self.sent_count)));
        }
        let first = FIRST_NAMES[self.random.below(FIRST_NAMES.len() as u64) as usize];
        let person = Person {
            id: 0,
            first,
            last: last_name(self.sent_count),
            keys,
            notes: Vec::new(),
            sales: Vec::new(),
        };
        let operation = if self.random.once_in(4) { "addOrUpdateCustomer" } else { "addCustomer" };
        // Keys lead here as they do in the documented example of an addition.
        let content = person.key_elements() + &soap::name(person.first, &person.last);
        self.sent(operation, &soap::customer(operation, &content), Effect::Added(person))
    }

    fn note(&mut self) -> Sent {
        let at = self.random.below(self.people.len() as u64) as usize;
        // Some notes are long enough to be stored in chunks.
        let long = if self.random.once_in(8) { "; and so on".repeat(350) } else { String::new() };
        let text = format!("called, request {} of {}{long}", self.sent_count, self.name);
        let (type_code, id) = &self.people[at].keys[0];
        let notes = format!("<CustomerNotes><CustomerNote>{text}</CustomerNote></CustomerNotes>");
        let content = soap::key(type_code, id) + &notes;
        let operation = "addOrUpdateCustomer";
        self.sent(operation, &soap::customer(operation, &content), Effect::Noted(at, text))
    }

    fn sale(&mut self) -> Sent {
        let at = self.random.below(self.people.len() as u64) as usize;
        let hundredths = self.random.below(1_000_000);
        let content = format!(
            "<TransactionID>{}/{}</TransactionID><CustomerID>{}</CustomerID><RetailStoreID>17</RetailStoreID>\
             <BusinessDate>2024-05-18</BusinessDate><SalesAmount>{}</SalesAmount>",
            self.name,
            self.sent_count,
            self.people[at].id,
            amount(hundredths)
        );
        self.sent("recordTransaction", &soap::transaction(&content), Effect::Sold(at, hundredths))
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

    /// What an answer to `sent` means; it must be the answer to a request that was carried out just once.
    pub(crate) fn acknowledge(&mut self, sent: Sent, answer: &Answer) {
        assert_eq!(answer.status, 200, "{}", answer.body);
        if sent.message_id.is_some() {
            if self.answered.len() == REMEMBERED_MAX {
                self.answered.remove(0);
            }
            self.answered.push((sent.envelope, body_of(answer).to_owned()));
        }
        match sent.effect {
            Effect::Added(person) => {
                assert_eq!(answer.find_text("Outcome").unwrap_or("Added"), "Added", "{}", answer.body);
                self.people.push(Person { id: customer_id(answer), ..person });
            }
            Effect::Noted(at, text) => {
                assert_eq!(answer.text("Outcome"), "Updated", "{}", answer.body);
                assert_eq!(customer_id(answer), self.people[at].id);
                self.people[at].notes.push(text);
            }
            Effect::Sold(at, hundredths) => {
                assert!(answer.text("TransactionID").starts_with(&self.name), "{}", answer.body);
                self.people[at].sales.push(hundredths);
            }
        }
        self.acknowledged += 1;
    }

    /// Sends one request and takes its answer.
    pub(crate) fn write(&mut self, client: &mut Client) {
        let sent = self.next();
        let answer = client.post(&sent.envelope);
        self.acknowledge(sent, &answer);
    }

    /// What was answered before is answered alike. After `verify`: a lost effect would come back by this.
    pub(crate) fn ask_again(&self, client: &mut Client) {
        for (envelope, body) in &self.answered {
            assert_eq!(body_of(&client.post(envelope)), body, "a repeated message got another answer");
        }
    }

    /// Finds out what became of the open request.
    pub(crate) fn settle(&mut self, client: &mut Client) {
        let Some(sent) = self.open.take() else { return };
        if sent.message_id.is_some() || matches!(sent.effect, Effect::Sold(..)) {
            let first = client.post(&sent.envelope);
            let second = client.post(&sent.envelope);
            assert_eq!(body_of(&first), body_of(&second));
            self.acknowledge(sent, &first);
        } else {
            self.adopt(sent.effect, client);
        }
    }

    /// An effect that was never acknowledged is there as a whole or not at all.
    fn adopt(&mut self, effect: Effect, client: &mut Client) {
        match effect {
            Effect::Added(person) => {
                if let Some(found) = person.keys.iter().find_map(|key| retrieve(client, key)) {
                    let id = found.customer_id.as_deref().unwrap().parse().unwrap();
                    self.people.push(Person { id, ..person });
                }
            }
            Effect::Noted(at, text) => {
                let found = retrieve(client, &self.people[at].keys[0]).unwrap();
                if note_texts(&found).last() == Some(&text) {
                    self.people[at].notes.push(text);
                }
            }
            Effect::Sold(..) => unreachable!("a transaction is sent again"),
        }
    }

    /// Everybody acknowledged is there, as acknowledged, under each key; `by_id`: under the id too.
    pub(crate) fn verify(&self, client: &mut Client, by_id: bool) {
        for person in &self.people {
            for key in &person.keys {
                let found = retrieve(client, key);
                person.check(&found.unwrap_or_else(|| panic!("{key:?} finds nobody: {person:?} is lost")));
            }
            if by_id {
                let found = ask(client, &format!("<CustomerID>{}</CustomerID>", person.id));
                person.check(&found.unwrap_or_else(|| panic!("its id finds nobody: {person:?} is lost")));
            }
        }
    }
}

impl Person {
    fn key_elements(&self) -> String {
        self.keys.iter().map(|(type_code, id)| soap::key(type_code, id)).collect()
    }

    #[track_caller]
    fn check(&self, found: &Customer) {
        assert_eq!(found.customer_id.as_deref(), Some(self.id.to_string().as_str()));
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
        assert_eq!(keys, self.keys.iter().cloned().collect());
        assert_eq!(note_texts(found), self.notes);
        let totals = found.activity_summary.as_ref().and_then(|summary| summary.lifetime.as_ref());
        let totals = totals.map(|totals| (totals.transaction_count.clone(), totals.sales_amount.clone()));
        let sold = || (Some(self.sales.len().to_string()), Some(amount(self.sales.iter().sum())));
        assert_eq!(totals, (!self.sales.is_empty()).then(sold), "{self:?}");
    }
}

#[track_caller]
fn customer_id(answer: &Answer) -> u64 {
    answer.text("CustomerID").parse().unwrap()
}

fn amount(hundredths: u64) -> String {
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

fn ask(client: &mut Client, identifier: &str) -> Option<Customer> {
    let answer = client.post(&soap::envelope(&soap::retrieve(identifier)));
    if answer.status == 500 && answer.text("Code") == "CUSTOMER_NOT_FOUND" {
        return None;
    }
    assert_eq!(answer.status, 200, "{}", answer.body);
    decode(&answer.body).unwrap().retrieve_customer_response.unwrap().customer
}

/// Names drop digits (V-1), so numbers are written in syllables.
fn last_name(number: usize) -> String {
    let syllables = number.to_string().bytes().map(|digit| SYLLABLES[usize::from(digit - b'0')]).collect();
    let name: String = syllables;
    name[..1].to_uppercase() + &name[1..]
}
