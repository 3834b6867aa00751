//! The rules K and M of the model, and transactions: what joins several customers, or a customer and a card.
//!
//! Deliberately absent: the settings of an organisation (M-6).

use super::expected::{Done, Expected, Merge, Model, NOT_FOUND, Person, owned};
use super::history::{Key, Named, Request, Way};
use super::shop::{Card, Sums};

const MERGE_REFUSED: &str = "MERGE_CUSTOMER_CREATION_EXCEPTION";

impl Model {
    /// M-1 to M-4.
    pub(super) fn merge(&mut self, named: &[Named], with_source: bool) -> Expected {
        if named.len() < 2 {
            return Err(MERGE_REFUSED);
        }
        let mut members: Vec<usize> = Vec::new();
        for named in named {
            let found = self.merged_one(named).ok_or(NOT_FOUND)?;
            if !members.contains(&found) {
                members.push(found);
            }
        }
        if members.len() < 2 {
            return Err(MERGE_REFUSED);
        }
        if !with_source {
            let source = self.source(&members);
            members[..=source].rotate_right(1);
        }
        let result = self.people.len();
        self.people.push(self.result(&members));
        for member in &members {
            self.people[*member].active = false;
            self.people[*member].merged_into = Some(result);
        }
        self.merges.insert(result, Merge { members: members.clone(), touched: false });
        Ok(Done { others: members, ..Done::of(result, "Merged") })
    }

    fn merged_one(&self, named: &Named) -> Option<usize> {
        let keys: Vec<(Key, Way)> = named.keys.iter().map(|key| (*key, Way::Unsaid)).collect();
        let found = match named.customer {
            Some(number) => (number < self.people.len()).then(|| self.successor(number)),
            None => self.holder(&keys),
        };
        found.filter(|number| self.people[*number].active)
    }

    /// M-1: the latest transaction speaks most for a source, then cards, then an e-mail address; else it is the first.
    fn source(&self, members: &[usize]) -> usize {
        let weight = |number: usize| {
            let person = &self.people[number];
            let last = person.sums.as_ref().map(|sums| &sums.last);
            (last, !self.cards(number).is_empty(), person.mails.iter().any(|mail| mail.active))
        };
        let mut best = 0;
        for at in 1..members.len() {
            if weight(members[at]) > weight(members[best]) {
                best = at;
            }
        }
        best
    }

    /// M-3, M-4.
    fn result(&self, members: &[usize]) -> Person {
        let source = &self.people[members[0]];
        let mut result = Person { merged_into: None, sums: None, ..source.clone() };
        for member in members.iter().map(|number| &self.people[*number]) {
            for (key, active) in &member.keys {
                *result.keys.entry(key.clone()).or_default() |= active;
            }
            result.sums = match (result.sums.take(), member.sums.clone()) {
                (Some(sums), Some(more)) => Some(sums.and(more)),
                (sums, more) => sums.or(more),
            };
        }
        result
    }

    /// M-8.
    pub(super) fn unmerge(&mut self, number: Option<usize>) -> Expected {
        let number = number.ok_or(NOT_FOUND)?;
        if self.people[number].merged_into.is_some() {
            return Err(MERGE_REFUSED);
        }
        if !self.people[number].active {
            return Err(NOT_FOUND);
        }
        if self.merges.get(&number).is_none_or(|merge| merge.touched) {
            return Err(MERGE_REFUSED);
        }
        let members = self.merges.remove(&number).unwrap().members;
        for member in &members {
            self.people[*member].active = true;
            self.people[*member].merged_into = None;
        }
        let result = &mut self.people[number];
        result.active = false;
        result.keys.clear();
        result.sums = None;
        Ok(Done { word: "Unmerged", person: None, others: members })
    }

    /// A TransactionID is recorded once; the same again is no other transaction.
    pub(super) fn sell(&mut self, request: &Request, by_id: Option<usize>) -> Expected {
        if request.customer.is_none() && request.keys.is_empty() && request.card.is_none() {
            return Err(NOT_FOUND);
        }
        let done = Ok(Done { word: "Recorded", person: None, others: Vec::new() });
        if let Some((recorded, customer)) = self.sales.get(&request.sale.id) {
            let same = *recorded == request.sale && self.means(request, *customer);
            return if same { done } else { Err("TRANSACTION_ALREADY_EXISTS") };
        }
        let found = self.shown_by(request, by_id, false).ok_or(NOT_FOUND)?;
        let (person, sums) = (&mut self.people[found], Sums::of(&request.sale));
        person.sums = Some(person.sums.take().map_or(sums.clone(), |known| known.and(sums)));
        self.sales.insert(request.sale.id, (request.sale, found));
        self.touch(found);
        done
    }

    /// Whoever is shown or buys: a card names somebody where nothing else does.
    pub(super) fn shown_by(
        &self,
        request: &Request,
        by_id: Option<usize>,
        inactive_too: bool,
    ) -> Option<usize> {
        match request.card {
            Some(card) if request.customer.is_none() && request.keys.is_empty() => {
                self.representative(card, inactive_too)
            }
            _ => self.named(request, by_id),
        }
    }

    /// Do the identifiers mean the customer who has a transaction, or whom that one leads to? Keys do that one of these
    /// holds or held, unless one is somebody else's.
    fn means(&self, request: &Request, customer: usize) -> bool {
        let end = self.successor(customer);
        if let Some(named) = request.customer {
            return named < self.people.len() && self.successor(named) == end;
        }
        if request.keys.is_empty() {
            return request.card.and_then(|card| self.representative(card, false)) == Some(end);
        }
        let mut way = vec![customer];
        while let Some(next) = self.people[way[way.len() - 1]].merged_into {
            way.push(next);
        }
        let held = |key: &Key| way.iter().any(|number| self.people[*number].keys.contains_key(&owned(*key)));
        let foreign = |key: &Key| self.holder(&[(*key, Way::Unsaid)]).is_some() && !held(key);
        let keys = || request.keys.iter().map(|(key, _)| key);
        keys().any(held) && !keys().any(foreign)
    }

    /// K-1, K-5, K-6.
    pub(super) fn give(&mut self, card: Card, customer: Option<usize>) -> Expected {
        if card == Card::Unknown {
            return Err("CARD_NOT_FOUND");
        }
        let customer = customer.filter(|number| self.people[*number].active).ok_or(NOT_FOUND)?;
        match card {
            Card::Blocked => return Err("ACCOUNT_BLOCKED"),
            Card::Costly => return Err("MIN_ACTIVATION_AMT_NOT_MET"),
            Card::One | Card::Two | Card::Three | Card::Unknown => {}
        }
        if !self.cards(customer).contains(&card) {
            self.given.entry(card).or_default().push(customer);
            self.touch(customer);
        }
        Ok(Done::of(customer, "Given"))
    }

    pub(super) fn show_card(&self, card: Card) -> Expected {
        if card == Card::Unknown {
            return Err("CARD_NOT_FOUND");
        }
        let holders = self.holders_of(card).into_iter().filter(|number| self.people[*number].active);
        Ok(Done { word: "CardShown", person: None, others: holders.collect() })
    }

    /// M-4: a card's customers, each once; who was merged is its successor.
    fn holders_of(&self, card: Card) -> Vec<usize> {
        let mut holders = Vec::new();
        for holder in self.given.get(&card).into_iter().flatten() {
            let holder = self.successor(*holder);
            if !holders.contains(&holder) {
                holders.push(holder);
            }
        }
        holders
    }

    /// The first active customer of a card.
    fn representative(&self, card: Card, inactive_too: bool) -> Option<usize> {
        let holders = self.holders_of(card);
        let active = holders.iter().find(|number| self.people[**number].active);
        active.or(holders.first().filter(|_| inactive_too)).copied()
    }

    /// The cards of a customer and of all who were merged into it.
    pub(super) fn cards(&self, number: usize) -> Vec<Card> {
        let mut tree = vec![number];
        let mut next = 0;
        while next < tree.len() {
            tree.extend(self.merges.get(&tree[next]).into_iter().flat_map(|merge| &merge.members));
            next += 1;
        }
        let given = |holders: &[usize]| holders.iter().any(|holder| tree.contains(holder));
        self.given.iter().filter(|(_, holders)| given(holders)).map(|(card, _)| *card).collect()
    }
}
