//! The routes of batch files, under `/batch`.
//!
//! | route | what it does |
//! | --- | --- |
//! | `POST /batch/uploads` `{"fileset":…,"file_name":…}` | begins to take a file in; a line `{"upload":N}` |
//! | `POST /batch/uploads/N` | the body is the file's next bytes |
//! | `POST /batch/uploads/N/end` | puts the file into place; a line `{"run":N}` |
//! | `POST /batch/validations` | begins to read a file with nothing stored; a line `{"validation":N}` |
//! | `POST /batch/validations/N`, `…/end` | as for uploads; lines of what was found, at the end `{"validated":…}` |
//! | `GET /batch/runs?before=N&limit=N` | runs, newest first, a line each |
//! | `GET /batch/runs/N`, `…/failures`, `…/warnings` | the run; its failed records; its listed warnings |
//! | `GET /batch/runs/N/follow` | the run whenever it changed, until it ends or stands still |
//! | `POST /batch/runs/N/execute` | the same, carried out by this process, which is no server |
//! | `POST /batch/runs/N/cancel`, `…/pause`, `…/resume` | the run as it is then |
//! | `POST /batch/runs/N/retry` | a line `{"run":N}` of the new run |
//!
//! What is answered to failures and warnings is customer data, on purpose; nothing of it is logged. Deliberately absent:
//! how files are carried out.

mod follow;
mod told;
mod uploads;
mod validations;

use std::sync::Arc;

use hyper::{Method, StatusCode};
use serde_json::json;

use self::uploads::Uploads;
use self::validations::Validations;
use super::Line;
use super::reply::{lines, push_line, read};
use crate::jobs::batch::{Batches, Refusal};
use crate::ops::Gateway;
use crate::ops::runs::StoredRun;
use crate::transport::http::{Body, BodySender, Request, Response, problem};

pub use told::{FailureTold, ProblemTold, RunTold, WarningTold};
pub use validations::{FoundTold, ValidatedTold};

/// Rows that are read at once.
const PAGE: usize = 256;
/// How many runs are listed if the request does not say.
const RUNS_DEFAULT: usize = 20;

/// The routes with what they need.
pub(super) struct BatchRoutes {
    gateway: Arc<Gateway>,
    batches: Batches,
    uploads: Uploads,
    validations: Validations,
}

impl BatchRoutes {
    pub(super) fn new(gateway: Arc<Gateway>, batches: Batches) -> Self {
        BatchRoutes { gateway, batches, uploads: Uploads::default(), validations: Validations::default() }
    }

    /// Answers a request whose path begins with `/batch/`; `rest` is what stands behind it, `uid` who asks.
    pub(super) async fn answer(&self, rest: &str, uid: u32, request: &Request) -> Response {
        let who = format!("uid:{uid}");
        let steps: Vec<&str> = rest.split('/').collect();
        let (post, get) = (request.head.method == Method::POST, request.head.method == Method::GET);
        match (&steps[..], number(steps.get(1))) {
            (["uploads"], _) if post => self.begin(request, &who).await,
            (["uploads", _], Some(upload)) if post => {
                done(self.uploads.write(upload, &request.body).await.map(|()| Vec::new()))
            }
            (["uploads", _, "end"], Some(upload)) if post => {
                done(self.uploads.end(upload).await.map(|run| one(&json!({ "run": run }))))
            }
            (["validations"], _) if post => self.begin_validation(),
            (["validations", _], Some(number)) if post => {
                found(self.validations.write(number, request.body.clone()).await)
            }
            (["validations", _, "end"], Some(number)) if post => found(self.validations.end(number).await),
            (["runs"], _) if get => self.list(request.head.query()).await,
            (["runs", _], Some(run)) if get => self.told(self.batches.show(run).await),
            (["runs", _, "follow"], Some(run)) if get => follow::follow(&self.batches, run, false).await,
            (["runs", _, "execute"], Some(run)) if post => follow::follow(&self.batches, run, true).await,
            (["runs", _, "failures"], Some(run)) if get => self.failures(run).await,
            (["runs", _, "warnings"], Some(run)) if get => self.warnings(run).await,
            (["runs", _, "cancel"], Some(run)) if post => self.told(self.batches.cancel(run).await),
            (["runs", _, "pause"], Some(run)) if post => self.told(self.batches.pause(run).await),
            (["runs", _, "resume"], Some(run)) if post => self.told(self.batches.resume(run).await),
            (["runs", _, "retry"], Some(run)) if post => {
                done(self.batches.retry(run, &who).await.map(|run| one(&json!({ "run": run }))))
            }
            _ => problem(StatusCode::NOT_FOUND, "there is nothing at this path, or not with this method"),
        }
    }

    async fn begin(&self, request: &Request, who: &str) -> Response {
        let names: uploads::Names = match read(&request.body) {
            Ok(names) => names,
            Err(error) => return super::reply::refused(&error),
        };
        let submission = self.batches.submit(&names.fileset, &names.file_name, who).await;
        done(submission.map(|submission| one(&json!({ "upload": self.uploads.keep(submission) }))))
    }

    fn begin_validation(&self) -> Response {
        let begun = self.validations.begin(Arc::clone(&self.gateway), self.batches.limits().clone());
        let begun = begun.map_err(|error| Refusal::Files("no file can be read now", error));
        done(begun.map(|validation| one(&json!({ "validation": validation }))))
    }

    fn told(&self, run: Result<StoredRun, Refusal>) -> Response {
        done(run.map(|run| one(&RunTold::new(&run, &self.batches))))
    }

    async fn list(&self, query: Option<&str>) -> Response {
        let asked = |name: &str| {
            let parts = query.unwrap_or_default().split('&').filter_map(|part| part.split_once('='));
            parts.filter(|(known, _)| *known == name).find_map(|(_, value)| value.parse::<u64>().ok())
        };
        let limit = asked("limit").and_then(|limit| usize::try_from(limit).ok()).unwrap_or(RUNS_DEFAULT);
        match self.batches.list(asked("before"), limit).await {
            Ok(runs) => {
                let mut answer = Vec::new();
                runs.iter().for_each(|run| push_line(&mut answer, &RunTold::new(run, &self.batches)));
                answer.extend(Line::End { done: runs.len() as u64 }.to_bytes());
                lines(answer)
            }
            Err(refusal) => refused(&refusal),
        }
    }

    /// The failed records, page by page at the caller's pace.
    async fn failures(&self, run: u64) -> Response {
        let batches = self.batches.clone();
        self.paged(run, |sender| async move {
            let (mut after, mut count) = (0, 0);
            loop {
                let page = batches.failures(run, after, PAGE).await?;
                let Some((last, _)) = page.last() else { return Ok(count) };
                after = *last;
                count += page.len() as u64;
                let mut piece = Vec::new();
                page.into_iter().for_each(|row| push_line(&mut piece, &FailureTold::from(row)));
                if sender.send(piece).await.is_err() {
                    return Ok(count);
                }
            }
        })
        .await
    }

    async fn warnings(&self, run: u64) -> Response {
        let batches = self.batches.clone();
        self.paged(run, |sender| async move {
            let (mut after, mut count) = ((0, 0), 0);
            loop {
                let page = batches.warnings(run, after, PAGE).await?;
                let Some((last, _)) = page.last() else { return Ok(count) };
                after = *last;
                count += page.len() as u64;
                let mut piece = Vec::new();
                page.into_iter().for_each(|row| push_line(&mut piece, &WarningTold::from(row)));
                if sender.send(piece).await.is_err() {
                    return Ok(count);
                }
            }
        })
        .await
    }

    /// An answer that `work` sends, if there is such a run.
    async fn paged<F>(&self, run: u64, work: impl FnOnce(BodySender) -> F) -> Response
    where
        F: Future<Output = Result<u64, Refusal>> + Send + 'static,
    {
        if let Err(refusal) = self.batches.show(run).await {
            return refused(&refusal);
        }
        let (sender, body) = Body::streamed();
        let work = work(sender.clone());
        tokio::spawn(async move {
            let end = match work.await {
                Ok(done) => Line::End { done },
                Err(refusal) => Line::Failed { text: refusal.to_string() },
            };
            // If the caller is gone by now, nobody has to be told.
            let _ = sender.send(end.to_bytes()).await;
        });
        lines(body)
    }
}

fn number(step: Option<&&str>) -> Option<u64> {
    step.and_then(|step| step.parse().ok())
}

/// A line of data.
fn one(data: &impl serde::Serialize) -> Vec<u8> {
    let mut line = Vec::new();
    push_line(&mut line, data);
    line
}

/// An answer of that much data.
fn done(outcome: Result<Vec<u8>, Refusal>) -> Response {
    match outcome {
        Ok(mut answer) => {
            answer.extend(Line::End { done: 1 }.to_bytes());
            lines(answer)
        }
        Err(refusal) => refused(&refusal),
    }
}

/// An answer of what was found in a file.
fn found(lines: Option<Vec<u8>>) -> Response {
    let gone = || {
        let why = std::io::Error::other("nobody reads it any more; begin anew");
        Refusal::Files("the file can't be read on", why)
    };
    done(lines.ok_or_else(gone))
}

fn refused(refusal: &Refusal) -> Response {
    let status = match refusal {
        Refusal::UnknownRun => StatusCode::NOT_FOUND,
        Refusal::WrongState(..) | Refusal::NameTaken => StatusCode::CONFLICT,
        Refusal::BadName(..) | Refusal::OtherChecksum => StatusCode::BAD_REQUEST,
        Refusal::Files(..) => StatusCode::INTERNAL_SERVER_ERROR,
        Refusal::Store(error) => return super::reply::refused(error),
    };
    problem(status, &refusal.to_string())
}
