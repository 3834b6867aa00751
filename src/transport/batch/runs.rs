//! Runs and their review as JSON, page by page; the failed records as the file that they are.
//!
//! What is answered of failures is customer data, on purpose; nothing of it is logged. Deliberately absent: folders of
//! this machine, which are nobody's business over the wire.

use hyper::StatusCode;
use hyper::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderValue};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;

use super::error_of;
use crate::domain::error::{Code, Error};
use crate::jobs::batch::Batches;
use crate::store::batch::StoredRun;
use crate::transport::admin::{FailureTold, RunTold};
use crate::transport::http::{Body, Head, Response, problem};

/// Where they are.
pub(super) const PATH: &str = "/batch/runs";
const PAGE_DEFAULT: usize = 20;
const PAGE_MAX: usize = 200;
/// A file is sent in pieces of this size.
const PIECE_BYTES: usize = 64 * 1024;

/// `GET /batch/runs`
pub(super) async fn list(batches: &Batches, head: &Head) -> Result<Response, Error> {
    let Page { from, limit } = Page::of(head, "before")?;
    let runs = batches.list(from, limit).await.map_err(error_of)?;
    let next = runs.last().filter(|last| runs.len() == limit && last.id > 1);
    let next = next.map(|last| format!("{PATH}?before={}&limit={limit}", last.id));
    let told: Vec<Value> = runs.iter().map(|run| told(run, batches)).collect();
    Ok(json_response(&json!({ "runs": told, "next": next })))
}

/// `GET /batch/runs/<id>`
pub(super) async fn show(batches: &Batches, id: u64) -> Result<Response, Error> {
    let run = batches.show(id).await.map_err(error_of)?;
    Ok(json_response(&told(&run, batches)))
}

/// `GET /batch/runs/<id>/failures`
pub(super) async fn failures(batches: &Batches, id: u64, head: &Head) -> Result<Response, Error> {
    let Page { from, limit } = Page::of(head, "after")?;
    batches.show(id).await.map_err(error_of)?;
    let rows = batches.failures(id, from.unwrap_or(0), limit).await.map_err(error_of)?;
    let next = rows.last().filter(|_| rows.len() == limit);
    let next = next.map(|(index, _)| format!("{PATH}/{id}/failures?after={index}&limit={limit}"));
    let told: Vec<FailureTold> = rows.into_iter().map(FailureTold::from).collect();
    Ok(json_response(&json!({ "failures": told, "next": next })))
}

/// `GET /batch/runs/<id>/failures.xml`
pub(super) async fn failures_file(batches: &Batches, id: u64) -> Result<Response, Error> {
    let run = batches.show(id).await.map_err(error_of)?;
    let none = || {
        problem(
            StatusCode::NOT_FOUND,
            "the run has no file of failed records: it has not ended, or none failed",
        )
    };
    let Some(path) = batches.failures_path(&run.run) else { return Ok(none()) };
    let file = match tokio::fs::File::open(&path).await {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(none()),
        Err(error) => return Err(Error::internal(error)),
    };
    let mut response = Response::new(streamed(file));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    // The name may hold what a header can't; the number says enough.
    let disposition = format!("attachment; filename=\"run-{id}_failures.xml\"");
    headers.extend(HeaderValue::from_str(&disposition).map(|value| (CONTENT_DISPOSITION, value)));
    Ok(response)
}

fn streamed(mut file: tokio::fs::File) -> Body {
    let (sender, body) = Body::streamed();
    tokio::spawn(async move {
        loop {
            let mut piece = Vec::with_capacity(PIECE_BYTES);
            match (&mut file).take(PIECE_BYTES as u64).read_to_end(&mut piece).await {
                Ok(0) => return,
                Ok(_) if sender.send(piece).await.is_err() => return,
                Ok(_) => {}
                Err(error) => return sender.fail(error.into()).await,
            }
        }
    });
    body
}

/// A run without the folders of this machine, and where more of it is.
fn told(run: &StoredRun, batches: &Batches) -> Value {
    let has_file = run.run.failures_file.is_some();
    // Texts and numbers always have a JSON form.
    let mut value = serde_json::to_value(RunTold::new(run, batches)).unwrap_or_default();
    if let Some(members) = value.as_object_mut() {
        members.remove("failures_path");
        members.insert("location".to_owned(), json!(format!("{PATH}/{}", run.id)));
        members.insert("failures".to_owned(), json!(format!("{PATH}/{}/failures", run.id)));
        members.insert(
            "failures_file".to_owned(),
            json!(has_file.then(|| format!("{PATH}/{}/failures.xml", run.id))),
        );
    }
    value
}

pub(super) fn json_response(value: &Value) -> Response {
    let mut response = Response::new(Body::from(value.to_string()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// What of a list is asked for.
#[derive(Debug, PartialEq, Eq)]
struct Page {
    from: Option<u64>,
    limit: usize,
}

impl Page {
    /// `from` is called so in the query.
    fn of(head: &Head, from: &str) -> Result<Self, Error> {
        let mut page = Page { from: None, limit: PAGE_DEFAULT };
        for pair in head.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match (name, value.parse::<u64>()) {
                ("limit", Ok(limit @ 1..)) => page.limit = limit.min(PAGE_MAX as u64) as usize,
                (name, Ok(number)) if name == from => page.from = Some(number),
                _ => {
                    let message = format!("the query takes the numbers {from} and limit (1 to {PAGE_MAX})");
                    return Err(Error::new(Code::MalformedMessage, message));
                }
            }
        }
        Ok(page)
    }
}
