//! Batch files over HTTP: sent in, and watched.
//!
//! | request | answer |
//! | --- | --- |
//! | `PUT /batch/<fileset>/<name>` | 201 with `Location` once the file is durably in its place ([`upload`]) |
//! | `GET /batch/runs?before=ID&limit=N` | runs, newest first, and where the next page is |
//! | `GET /batch/runs/<id>` | one run |
//! | `GET /batch/runs/<id>/failures?after=N&limit=N` | its failed records (B-4), and where the next page is |
//! | `GET /batch/runs/<id>/failures.xml` | the failed records verbatim, as a batch file (B-3) |
//!
//! Errors are `application/problem+json`. Everything else goes to the handler behind. Deliberately absent: what a run
//! does (`jobs/batch`), and steering it, which administrators do.

mod digest;
mod path;
mod runs;
mod upload;

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hyper::header::{ALLOW, HeaderValue};
use hyper::{Method, StatusCode};
use tokio::sync::Semaphore;

use self::path::Route;
use crate::config::Limits;
use crate::domain::error::{Class, Code, Error};
use crate::jobs::batch::{Batches, Refusal};
use crate::transport::http::{self, Arriving, Handler, Head, Request, Response, problem, problem_of};

/// Files that may arrive at the same time.
const UPLOADS_MAX: usize = 16;

/// The routes of batch files, and a handler for all others.
pub struct BatchService {
    inner: Arc<dyn Handler>,
    batches: Batches,
    uploads: Semaphore,
    upload_bytes_max: u64,
    request_timeout: Duration,
    retry_after_s: u32,
}

impl BatchService {
    /// Stands in front of `inner`.
    pub fn new(inner: Arc<dyn Handler>, batches: Batches, limits: &Limits) -> Self {
        BatchService {
            inner,
            batches,
            uploads: Semaphore::new(UPLOADS_MAX),
            upload_bytes_max: limits.upload_bytes_max,
            request_timeout: Duration::from_millis(limits.request_timeout_ms),
            retry_after_s: limits.retry_after_s,
        }
    }

    async fn read(&self, route: Route<'_>, head: &Head) -> Response {
        if !matches!(head.method, Method::GET | Method::HEAD) {
            return not_allowed("GET, HEAD", "runs are read with GET");
        }
        let answer = match route {
            Route::Upload { .. } => return not_allowed("PUT", "batch files are sent with PUT"),
            Route::Runs => runs::list(&self.batches, head).await,
            Route::Run(id) => runs::show(&self.batches, id).await,
            Route::Failures(id) => runs::failures(&self.batches, id, head).await,
            Route::FailuresFile(id) => runs::failures_file(&self.batches, id).await,
        };
        answer.unwrap_or_else(|error| self.refused(&error, head))
    }

    /// An error as its answer; of one that is ours the log tells why.
    fn refused(&self, error: &Error, head: &Head) -> Response {
        let request_id = head.request_id;
        let cause = error.source.as_deref().map(tracing::field::display);
        let mut response = problem_of(error, head);
        match error.code.class() {
            Class::Internal | Class::CorruptRecord => {
                tracing::error!(%request_id, code = error.code.as_str(), cause, "batch request failed");
            }
            Class::Contention | Class::Timeout | Class::Unavailable => {
                tracing::warn!(%request_id, code = error.code.as_str(), cause, "batch request not carried out");
                let seconds = HeaderValue::from(self.retry_after_s);
                response.headers_mut().insert(hyper::header::RETRY_AFTER, seconds);
            }
            Class::Malformed
            | Class::Invalid
            | Class::NotFound
            | Class::AlreadyExists
            | Class::RuleViolated
            | Class::UnknownOperation
            | Class::Unauthenticated
            | Class::TooLarge => {}
        }
        response
    }
}

#[async_trait]
impl Handler for BatchService {
    async fn handle(&self, request: Request) -> Response {
        match Route::of(&request.head) {
            None => self.inner.handle(request).await,
            Some(Ok(route)) => self.read(route, &request.head).await,
            Some(Err(nothing)) => problem(StatusCode::NOT_FOUND, nothing),
        }
    }

    fn streams(&self, head: &Head) -> bool {
        head.method == Method::PUT && matches!(Route::of(head), Some(Ok(Route::Upload { .. })))
    }

    async fn take(&self, head: Arc<Head>, body: Arriving) -> Response {
        match Route::of(&head) {
            Some(Ok(Route::Upload { fileset, name })) => self.upload(&head, fileset, name, body).await,
            _ => problem(StatusCode::NOT_FOUND, "there is nothing at this path"),
        }
    }

    fn refuse(&self, head: &Head, refusal: http::Refusal) -> Response {
        self.inner.refuse(head, refusal)
    }

    fn connections(&self, open: usize) {
        self.inner.connections(open);
    }
}

fn not_allowed(methods: &'static str, detail: &str) -> Response {
    let mut response = problem(StatusCode::METHOD_NOT_ALLOWED, detail);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
    response
}

/// A refusal of the handle in the vocabulary of errors.
fn error_of(refusal: Refusal) -> Error {
    let message = refusal.to_string();
    match refusal {
        Refusal::UnknownRun => Error::new(Code::BatchRunNotFound, message),
        Refusal::BadName(what, _) => Error::at(Code::InvalidAttributeValue, what, message),
        Refusal::OtherChecksum => Error::new(Code::MalformedMessage, message),
        Refusal::Files(_, error) if error.kind() == std::io::ErrorKind::StorageFull => {
            let mut error = Error { source: Some(error.into()), ..Error::internal("") };
            (error.code, error.message) =
                (Code::ServiceUnavailable, "there is no space for the file now".to_owned());
            error
        }
        Refusal::WrongState(..) | Refusal::NameTaken | Refusal::Files(..) => Error::internal(refusal),
        Refusal::Store(error) => error,
    }
}
