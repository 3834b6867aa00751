//! A caller that adds and changes customers of its own, records their transactions, gives them cards, merges them and
//! takes merges back, and knows what the server has acknowledged of all that.
//!
//! No two writers touch one customer or card, so what they must look like follows from the answers alone. A request
//! without an answer is kept open until the server runs again: with a `wsa:MessageID`, and a transaction or a card
//! always, it is sent again and must have its effect once; without one it may have had it or not, but nothing in
//! between. Deliberately absent: when the server dies, and how it is started again.

mod deck;
mod person;
mod requests;

use super::{Answer, Client, Random, soap};
use crate::second_decoder::{Customer, decode};
use deck::Deck;
use person::{Person, State, ask, ask_active};
pub(crate) use person::{note_texts, retrieve};

/// Answers that are asked for again after a restart.
const REMEMBERED_MAX: usize = 3;

/// A request and what it does once it is carried out.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) envelope: String,
    message_id: Option<String>,
    effect: Effect,
}

/// Customers are told by their places in the list.
#[derive(Debug, Clone)]
enum Effect {
    /// The person without its id.
    Added(Person),
    Noted(usize, String),
    /// A transaction, in hundredths.
    Sold(usize, u64),
    /// A card is given to somebody.
    Given(usize, usize),
    /// These become one, the source first.
    Merged(Vec<usize>),
    /// The merge that made this one is taken back.
    TakenBack(usize),
}

/// The caller.
#[derive(Debug)]
pub(crate) struct Writer {
    name: String,
    random: Random,
    sent_count: usize,
    pub(crate) acknowledged: usize,
    pub(crate) people: Vec<Person>,
    deck: Deck,
    /// Does the server know the cards?
    deals: bool,
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
    pub(crate) fn new(number: usize, random: Random) -> Self {
        Writer {
            name: format!("W{number}"),
            random,
            sent_count: 0,
            acknowledged: 0,
            people: Vec::new(),
            deck: Deck::new(number),
            deals: false,
            open: None,
            answered: Vec::new(),
        }
    }

    /// The lines of a card file that the server is to know before the next request.
    pub(crate) fn take_cards(&mut self) -> String {
        self.deals = true;
        self.deck.lines()
    }

    /// How many merges there were, how many of them were taken back, and how often a card was given to somebody.
    pub(crate) fn variety(&self) -> [usize; 3] {
        let taken_back = self.people.iter().filter(|person| person.state == State::TakenBack).count();
        let merged = self.people.iter().filter(|person| !person.members.is_empty()).count();
        [merged + taken_back, taken_back, self.deck.given()]
    }

    /// The customer and everybody who was merged into it.
    fn tree(&self, at: usize) -> Vec<usize> {
        let mut tree = vec![at];
        let mut next = 0;
        while next < tree.len() {
            tree.extend(&self.people[tree[next]].members);
            next += 1;
        }
        tree
    }

    /// M-2: the customer that this one leads to.
    fn successor(&self, mut at: usize) -> usize {
        while let State::MergedInto(next) = self.people[at].state {
            at = next;
        }
        at
    }

    /// What an answer to `sent` means; it must be the answer to a request that was carried out just once.
    pub(crate) fn acknowledge(&mut self, sent: Sent, answer: &Answer) {
        assert_eq!(answer.status, 200, "{}: {}", sent.envelope, answer.body);
        if sent.message_id.is_some() {
            if self.answered.len() == REMEMBERED_MAX {
                self.answered.remove(0);
            }
            self.answered.push((sent.envelope, body_of(answer).to_owned()));
        }
        self.check_answer(&sent.effect, answer);
        let id = answer.find_text("CustomerID").map_or(0, |id| id.parse().unwrap());
        self.apply(sent.effect, id);
        self.acknowledged += 1;
    }

    #[track_caller]
    fn check_answer(&self, effect: &Effect, answer: &Answer) {
        let ids =
            |members: &[usize]| members.iter().map(|at| self.people[*at].id.to_string()).collect::<Vec<_>>();
        let id = |at: &usize| self.people[*at].id.to_string();
        match effect {
            Effect::Added(_) => assert_eq!(answer.find_text("Outcome").unwrap_or("Added"), "Added"),
            Effect::Noted(at, _) => {
                assert_eq!((answer.text("Outcome"), answer.text("CustomerID")), ("Updated", &*id(at)));
            }
            Effect::Sold(..) => assert!(answer.text("TransactionID").starts_with(&self.name)),
            Effect::Given(card, at) => {
                assert_eq!(answer.text("CustomerID"), id(at));
                assert!(self.deck.number(*card).ends_with(answer.text("CardNumber").trim_start_matches('*')));
            }
            Effect::Merged(members) => {
                let told = decode(&answer.body).unwrap().merge_customers_response.unwrap();
                assert_eq!(told.merged_customer_ids, ids(members));
            }
            Effect::TakenBack(at) => {
                let told = decode(&answer.body).unwrap().unmerge_customers_response.unwrap();
                assert_eq!(told.customer_ids, ids(&self.people[*at].members));
            }
        }
    }

    /// What is so from now on; `id` is that of whoever is new.
    fn apply(&mut self, effect: Effect, id: u64) {
        match effect {
            Effect::Added(person) => self.people.push(Person { id, ..person }),
            Effect::Noted(at, text) => {
                self.people[at].notes.push(text);
                self.people[at].touched = true;
            }
            Effect::Sold(at, hundredths) => {
                self.people[at].sales.push(hundredths);
                self.people[at].touched = true;
            }
            // K-5: the same pair again changes nothing.
            Effect::Given(card, at) if self.deck.of(&self.tree(at)).contains(&card) => {}
            Effect::Given(card, at) => {
                self.deck.give(card, at);
                self.people[at].touched = true;
            }
            Effect::Merged(members) => {
                let result = self.people.len();
                self.people.push(Person { id, ..Person::merged(&self.people, &members) });
                members.iter().for_each(|at| self.people[*at].state = State::MergedInto(result));
            }
            Effect::TakenBack(at) => {
                for member in self.people[at].members.clone() {
                    self.people[member].state = State::Here;
                }
                self.people[at].taken_back();
            }
        }
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
        let same_again = sent.message_id.is_some() || matches!(sent.effect, Effect::Sold(..));
        if same_again || matches!(sent.effect, Effect::Given(..)) {
            let first = client.post(&sent.envelope);
            let second = client.post(&sent.envelope);
            // Without a MessageID a coupon is told of once.
            assert!(!same_again || body_of(&first) == body_of(&second), "{} {}", first.body, second.body);
            self.acknowledge(sent, &first);
        } else if let Some(id) = self.carried_out(&sent.effect, client) {
            self.apply(sent.effect, id);
        }
    }

    /// Whether an effect that was never acknowledged is there, with the id of whoever is new by it. Whether it is there
    /// as a whole is seen when all is verified.
    fn carried_out(&self, effect: &Effect, client: &mut Client) -> Option<u64> {
        let number = |id: &str| id.parse().unwrap();
        match effect {
            Effect::Added(person) => {
                let found = person.keys.iter().find_map(|key| retrieve(client, key))?;
                found.customer_id.as_deref().map(number)
            }
            Effect::Noted(at, text) => {
                let found = self.itself(*at, client).unwrap();
                (note_texts(&found).last() == Some(text)).then_some(0)
            }
            Effect::Merged(members) => {
                self.itself(members[0], client).unwrap().merged_into.as_deref().map(number)
            }
            Effect::TakenBack(at) => {
                let found = self.itself(*at, client).unwrap();
                (found.active.as_deref() == Some("false")).then_some(0)
            }
            Effect::Sold(..) | Effect::Given(..) => unreachable!("it is sent again"),
        }
    }

    /// The customer by its id, whatever became of it.
    fn itself(&self, at: usize, client: &mut Client) -> Option<Customer> {
        ask(client, &soap::id(&self.people[at].id.to_string()))
    }

    /// Everybody acknowledged is there, as acknowledged, under each key, and the cards are; `by_id`: under the id too,
    /// and where others were merged into them, under theirs.
    pub(crate) fn verify(&self, client: &mut Client, by_id: bool) {
        for (at, person) in self.people.iter().enumerate() {
            let cards = self.deck.ends_of(&self.tree(at));
            if person.state == State::Here {
                for key in &person.keys {
                    let found = retrieve(client, key);
                    let found = found.unwrap_or_else(|| panic!("{key:?} finds nobody: {person:?} is lost"));
                    person.check(&found, &cards, &self.people);
                }
            }
            if by_id {
                let found = self.itself(at, client);
                let found = found.unwrap_or_else(|| panic!("its id finds nobody: {person:?} is lost"));
                person.check(&found, &cards, &self.people);
                self.verify_led_on(at, client);
            }
        }
        if self.deals {
            self.deck.verify(client, |holder| self.people[self.successor(holder)].id);
        }
    }

    /// M-2: an old id leads to the successor.
    fn verify_led_on(&self, at: usize, client: &mut Client) {
        if let State::MergedInto(_) = self.people[at].state {
            let found = ask_active(client, &soap::id(&self.people[at].id.to_string()));
            let found = found.and_then(|found| found.customer_id);
            assert_eq!(found, Some(self.people[self.successor(at)].id.to_string()), "{:?}", self.people[at]);
        }
    }
}
