//! One page of an answer: proposals of index and overlay in order, each checked against its record.
//!
//! A page ends early when its records take too many bytes; its token then goes on all the same. Deliberately absent:
//! the form of an answer.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::answered::Question;
use super::engine::{Search, Shared};
use super::failure::SearchError;
use super::index::View;
use super::projection::{self, SortKey, Sought, id_of};
use super::query::{Field, Query};
use super::terms::{self, Needed};
use super::token::Token;
use crate::domain::card::CardNumber;
use crate::domain::customer::Customer;
use crate::domain::identity::CustomerId;
use crate::store::Record;
use crate::store::cards::{Owner, cards_of, representative};
use crate::store::record::view_customer;

/// A page whose records take this much is long enough.
const PAGE_BYTES_MAX: usize = 4 * 1024 * 1024;
/// So many more hits than a page are asked for, since some may not match any more.
const SPARE: usize = 8;
/// The most hits that the index is asked for at once.
const BATCH_MAX: usize = 4_096;

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct PageRequest<'r> {
    /// The criteria.
    pub query: &'r Query,
    /// The most customers of the page, at least one.
    pub customers_max: usize,
    /// Of the page before; `None` for the first page.
    pub token: Option<&'r str>,
}

/// A page.
#[derive(Debug)]
pub struct Page {
    /// In the order of folded last name, folded first name, id.
    pub hits: Vec<Hit>,
    /// Leads to the next page, if there is one.
    pub next_token: Option<String>,
}

/// A customer that matches, as it is stored.
#[derive(Debug)]
pub struct Hit {
    /// Which customer.
    pub id: CustomerId,
    /// Its record.
    pub record: Record,
    sort_key: SortKey,
}

impl Search {
    /// One page of the customers that match, with every write in it that was acknowledged before.
    ///
    /// Pages that follow leave out customers that changed after the first page was made: none comes twice, and none
    /// that did not change is missing.
    pub async fn find(&self, request: PageRequest<'_>) -> Result<Page, SearchError> {
        let token = request.token.map(|text| Token::parse(text, request.query).ok_or(SearchError::Token));
        let token = token.transpose()?;
        self.shared.asked.store(true, Ordering::Release);
        self.shared.ready().await?;
        self.shared.catch_up().await?;
        let outcome = find(&self.shared, request, token).await;
        if let Err(SearchError::Index(_)) = outcome {
            self.shared.suspect.store(true, Ordering::Release);
            self.shared.wake.notify_one();
        }
        outcome
    }
}

async fn find(shared: &Shared, request: PageRequest<'_>, token: Option<Token>) -> Result<Page, SearchError> {
    let sought = Sought::new(request.query);
    let after = token.as_ref().map_or(Box::default(), |token| token.after.clone());
    let mut proposals = Proposals::new(shared, &sought, after, request.customers_max)?;
    let as_of = token.as_ref().map_or(proposals.reached, |token| token.as_of);
    let unchanged_since = token.map(|token| token.as_of);
    let (mut hits, mut bytes) = (Vec::new(), 0);
    loop {
        let keys = proposals.next(request.customers_max + 1 - hits.len()).await?;
        if keys.is_empty() {
            return Ok(Page { hits, next_token: None });
        }
        let ids: Vec<_> = keys.iter().filter_map(|key| id_of(key)).collect();
        for (sort_key, record) in keys.into_iter().zip(shared.records(&ids).await?) {
            let unchanged = |version: u64| unchanged_since.is_none_or(|as_of| version <= as_of);
            let Some(record) = record.filter(|record| unchanged(record.version)) else { continue };
            let customer = view_customer(&record.body)?;
            let id = customer.id;
            let cards = standing_cards(shared, &customer, request.query).await?;
            if !projection::matches(&customer, &cards, &sought) {
                continue;
            }
            if hits.len() == request.customers_max || bytes >= PAGE_BYTES_MAX {
                return Ok(Page { next_token: next_token(&hits, as_of, request.query), hits });
            }
            bytes += record.body.len();
            drop(customer);
            hits.push(Hit { id, record, sort_key });
        }
    }
}

/// The customer's cards that stand for it and not for another of their customers, where a criterion asks for cards.
async fn standing_cards<S>(
    shared: &Shared,
    customer: &Customer<S>,
    query: &Query,
) -> Result<Vec<CardNumber>, SearchError> {
    let mut standing = Vec::new();
    if !query.asks_for(Field::CardNumber) {
        return Ok(standing);
    }
    for card in cards_of(&*shared.store, Owner::of(customer)).await? {
        let stands_for = representative(&*shared.store, &card, query.include_inactive).await?;
        if stands_for.is_some_and(|holder| holder.id == customer.id) {
            standing.push(card);
        }
    }
    Ok(standing)
}

fn next_token(hits: &[Hit], as_of: u64, query: &Query) -> Option<String> {
    hits.last().map(|last| Token { as_of, after: last.sort_key.clone() }.to_text(query))
}

/// What index and overlay propose, in order.
struct Proposals {
    view: View,
    needed: Arc<[Needed]>,
    /// Hits of the index are behind this.
    after: SortKey,
    /// So many are asked for next.
    batch: usize,
    indexed: VecDeque<SortKey>,
    exhausted: bool,
    overlay: VecDeque<SortKey>,
    /// What the index says of these is old.
    outdated: Vec<CustomerId>,
    /// All this is as of this commit.
    reached: u64,
}

impl Proposals {
    fn new(
        shared: &Shared,
        sought: &Sought<'_>,
        after: SortKey,
        customers_max: usize,
    ) -> Result<Self, SearchError> {
        let needed = terms::of_query(sought.query).into();
        let state = shared.state();
        let state = state.as_ref().ok_or(SearchError::Building)?;
        Ok(Proposals {
            view: state.view.clone(),
            needed,
            batch: customers_max + 1 + SPARE,
            indexed: VecDeque::new(),
            exhausted: false,
            overlay: state.overlay.hits(sought, &after).into(),
            outdated: state.overlay.ids(),
            reached: state.overlay.marker.reached,
            after,
        })
    }

    /// The next ones, at most `count`; none at the end.
    async fn next(&mut self, count: usize) -> Result<Vec<SortKey>, SearchError> {
        let mut next = Vec::with_capacity(count);
        while next.len() < count {
            if self.indexed.is_empty() && !self.exhausted {
                self.ask_index().await?;
                continue;
            }
            let from_index = match (self.indexed.front(), self.overlay.front()) {
                (Some(indexed), Some(overlay)) => indexed < overlay,
                (indexed, _) => indexed.is_some(),
            };
            let key = if from_index { self.indexed.pop_front() } else { self.overlay.pop_front() };
            match key {
                Some(key) => next.push(key),
                None => break,
            }
        }
        Ok(next)
    }

    async fn ask_index(&mut self) -> Result<(), SearchError> {
        let question = (self.needed.clone(), self.after.clone(), self.batch);
        let keys = match self.view.answered.get(&question) {
            Some(keys) => keys,
            None => ask(self.view.clone(), question).await?,
        };
        self.exhausted = keys.len() < self.batch;
        self.batch = (self.batch * 4).min(BATCH_MAX);
        if let Some(last) = keys.last() {
            self.after = last.clone();
        }
        let current = |key: &SortKey| id_of(key).is_some_and(|id| self.outdated.binary_search(&id).is_err());
        self.indexed = keys.iter().filter(|key| current(key)).cloned().collect();
        Ok(())
    }
}

/// Long postings take milliseconds and may have to come from the disk.
async fn ask(view: View, question: Question) -> Result<Arc<[SortKey]>, SearchError> {
    let asking = tokio::task::spawn_blocking(move || {
        let (needed, after, limit) = &question;
        let keys: Arc<[SortKey]> = view.hits(needed, after, *limit)?.into();
        view.answered.keep(question, &keys);
        Ok(keys)
    });
    asking.await.map_err(|error| SearchError::Index(error.to_string()))?
}
