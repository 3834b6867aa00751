//! searchCustomers: the customers that match some criteria, page by page.
//!
//! Request: any of `LastName`, `FirstName`, `BusinessName`, `EMailAddress`, `PhoneNumber`, `AddressLine1`, `City`,
//! `Territory`, `PostalCode`, `CardNumber`, `AlternateKey`, each with the attribute `SearchType`; `IncludeInactive`,
//! `MaxResults`, `PageToken`. Answer: `Customer*` in the order of their names, without notes, so that a page stays
//! bounded; `NextPageToken` where there are more. Nothing found is an empty answer.
//! `CUSTOMER_SEARCH_REQUIRED_PARAMETERS` without a criterion; `INVALID_ATTRIBUTE_VALUE` for one that can't be compared,
//! a MaxResults out of range, a token of another query; `SERVICE_UNAVAILABLE` while the index is being built.

mod soap;
#[cfg(test)]
mod tests;

use super::{Context, Decision, Operation};
use crate::domain::card::CardNumber;
use crate::domain::error::Error;
use crate::search::{Page, PageRequest, Query};
use crate::store::cards::{Owner, cards_of};
use crate::store::record::{key, read_state};
use crate::store::{Change, Reads, Record};

/// The operation.
pub(super) struct SearchCustomers;

/// What is searched for.
#[derive(Debug)]
pub(super) struct Request {
    query: Query,
    customers_max: usize,
    page_token: Option<String>,
    include_inactive: bool,
}

/// A page, and how much of each customer is shown.
#[derive(Debug)]
pub(super) struct Answer {
    page: Page,
    /// The record of each hit's sums, in the order of the hits.
    activities: Vec<Option<Record>>,
    /// The cards of each customer of the page.
    cards: Vec<Vec<CardNumber>>,
    include_inactive: bool,
}

impl Operation for SearchCustomers {
    const NAME: &'static str = "searchCustomers";
    const WRITES: bool = false;
    type Request = Request;
    type Answer = Answer;

    async fn run(
        reads: &dyn Reads,
        request: &Request,
        context: &Context<'_>,
    ) -> Result<Decision<Answer>, Error> {
        let Request { query, customers_max, page_token, include_inactive } = request;
        let request = PageRequest { query, customers_max: *customers_max, token: page_token.as_deref() };
        let page = context.search().find(request).await?;
        let keys: Vec<_> = page.hits.iter().map(|hit| key::sums(hit.id)).collect();
        let activities = reads.get_many(&keys).await?;
        let mut cards = Vec::with_capacity(page.hits.len());
        for hit in &page.hits {
            let state = read_state(&hit.record.body)?;
            let owner = Owner { id: hit.id, card_count: state.card_count, members: &state.members };
            cards.push(cards_of(reads, owner).await?);
        }
        let answer = Answer { page, activities, cards, include_inactive: *include_inactive };
        Ok(Decision { change: Change::new(), answer })
    }
}
