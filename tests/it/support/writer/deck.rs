//! The cards of a writer: whom each was given to, in order, and whether a server tells of them just that.
//!
//! Deliberately absent: PINs, amounts and every card that is refused.

use super::super::{Client, soap};
use crate::second_decoder::decode;

/// Few, so that most have several customers (K-5).
const CARDS: usize = 12;

/// Cards that nobody else has.
#[derive(Debug)]
pub(crate) struct Deck {
    writer: usize,
    /// Of each card: the places of the customers that it was given to, each once.
    holders: Vec<Vec<usize>>,
}

impl Deck {
    pub(super) fn new(writer: usize) -> Self {
        Deck { writer, holders: vec![Vec::new(); CARDS] }
    }

    /// How many cards there are.
    pub(super) fn len(&self) -> usize {
        self.holders.len()
    }

    /// How often one was given to somebody.
    pub(super) fn given(&self) -> usize {
        self.holders.iter().map(Vec::len).sum()
    }

    /// CardNumber.
    pub(super) fn number(&self, card: usize) -> String {
        format!("70{:02}00000000{}", self.writer, end(card))
    }

    /// Lines of a card file.
    pub(super) fn lines(&self) -> String {
        (0..self.len()).map(|card| format!("{},SEASON\n", self.number(card))).collect()
    }

    /// Whom the card was given to first.
    pub(super) fn first_holder(&self, card: usize) -> Option<usize> {
        self.holders[card].first().copied()
    }

    /// The cards of these, ascending.
    pub(super) fn of(&self, people: &[usize]) -> Vec<usize> {
        let theirs = |card: &usize| self.holders[*card].iter().any(|holder| people.contains(holder));
        (0..self.len()).filter(theirs).collect()
    }

    /// How the numbers of their cards end.
    pub(super) fn ends_of(&self, people: &[usize]) -> Vec<String> {
        self.of(people).into_iter().map(end).collect()
    }

    pub(super) fn give(&mut self, card: usize, to: usize) {
        self.holders[card].push(to);
    }

    /// K-2, K-3: every card has its customers, by the ids that `id` finds, and was activated just once if it has any.
    pub(super) fn verify(&self, client: &mut Client, id: impl Fn(usize) -> u64) {
        for (card, holders) in self.holders.iter().enumerate() {
            let answer = client.post(&soap::envelope(&soap::instrument(&self.number(card))));
            assert_eq!(answer.status, 200, "{}", answer.body);
            let found = decode(&answer.body).unwrap().retrieve_instrument_response.unwrap();
            let found = found.instrument.unwrap();
            let mut ids: Vec<String> = Vec::new();
            for id in holders.iter().map(|holder| id(*holder).to_string()) {
                if !ids.contains(&id) {
                    ids.push(id);
                }
            }
            assert_eq!(found.customer_ids, ids, "the customers of card {card} of writer {}", self.writer);
            let held = !holders.is_empty();
            assert_eq!(found.active, Some(held.to_string()));
            assert_eq!(found.coupons.len(), usize::from(held), "{found:?}");
            assert_eq!(found.accounts.len(), 2);
            for account in &found.accounts {
                assert_eq!(account.activated, Some(held.to_string()));
                assert_eq!(account.activities.len(), usize::from(held), "{found:?}");
            }
        }
    }
}

/// The digits that are shown.
fn end(card: usize) -> String {
    format!("{card:04}")
}
