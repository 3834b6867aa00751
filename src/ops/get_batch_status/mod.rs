//! getBatchStatus: a run of a batch file, and the records of it that failed, page by page.
//!
//! Request: `RunID`, `MaxResults`, `PageToken`. Answer: `Run`. The counts are those of the run's last commit, on every page
//! anew; failures come in the order of the file, so one that is added while somebody reads comes on a later page.
//! `BATCH_RUN_NOT_FOUND` for an id that no run has, or that of a run that is no longer kept; `INVALID_ATTRIBUTE_VALUE` for a
//! MaxResults out of range or a token of another run.

mod soap;
#[cfg(test)]
mod tests;
mod token;

use super::{Context, Decision, Operation};
use crate::domain::error::{Code, Error};
use crate::domain::identity::CustomerId;
use crate::store::batch::{StoredRun, failures, run};
use crate::store::record::batch::BatchFailure;
use crate::store::{Change, Reads};

/// The operation.
pub(super) struct GetBatchStatus;

/// Which run, and which of its failures.
#[derive(Debug)]
pub(super) struct Request {
    /// As it was sent.
    run: String,
    failures_max: usize,
    page_token: Option<String>,
}

/// A run with a page of its failures.
#[derive(Debug)]
pub(super) struct Answer {
    run: StoredRun,
    /// By index.
    failures: Vec<(u64, BatchFailure)>,
    next_page_token: Option<String>,
}

impl Operation for GetBatchStatus {
    const NAME: &'static str = "getBatchStatus";
    const WRITES: bool = false;
    type Request = Request;
    type Answer = Answer;

    async fn run(
        reads: &dyn Reads,
        request: &Request,
        _context: &Context<'_>,
    ) -> Result<Decision<Answer>, Error> {
        // Ids of runs have the form of ids of customers: any other text is the id of no run.
        let id = CustomerId::parse(&request.run).map(|id| id.0).ok_or_else(not_found)?;
        let found = run(reads, id).await?.ok_or_else(not_found)?;
        let after = match &request.page_token {
            Some(text) => token::read(text, id).ok_or_else(of_another_run)?,
            None => 0,
        };
        // One more than asked for: it tells whether there is a next page.
        let mut failures = failures(reads, id, after, request.failures_max + 1).await?;
        let has_more = failures.len() > request.failures_max;
        failures.truncate(request.failures_max);
        let last = failures.last().filter(|_| has_more);
        let next_page_token = last.map(|(index, _)| token::write(id, *index));
        Ok(Decision { change: Change::new(), answer: Answer { run: found, failures, next_page_token } })
    }
}

fn not_found() -> Error {
    Error::new(Code::BatchRunNotFound, "no run of a batch file has this id, or it is no longer kept")
}

fn of_another_run() -> Error {
    let text = "expected the NextPageToken of an answer for the same run";
    Error::at(Code::InvalidAttributeValue, "PageToken", text)
}
