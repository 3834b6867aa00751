//! `POST /load?dry_run&keep_going` (the file is the body) and `POST /show` (`{"kind":…,"code":…}`).
//!
//! A load answers with a finding for each problem of the file, a line of data for each entry that changes, and, at the
//! end, how many entries are right. Deliberately absent: the name of the file, which only the command knows.

use std::sync::Arc;

use hyper::StatusCode;
use serde::Deserialize;

use super::Line;
use super::reply::{lines, push_line, read, refused};
use crate::domain::error::Error;
use crate::ops::Gateway;
use crate::ops::reference::{self, Kind, LoadOptions, Loaded};
use crate::transport::http::{Request, Response, problem};

/// Problems beyond this many are only counted.
const PROBLEMS_TOLD_MAX: usize = 1_000;

pub(super) async fn load(gateway: &Arc<Gateway>, request: Request) -> Response {
    let Some(options) = options(request.head.query()) else {
        return problem(StatusCode::BAD_REQUEST, "the flags of /load are dry_run and keep_going");
    };
    let gateway = Arc::clone(gateway);
    // A task of its own: if the caller goes away, what was stored still has to be taken over.
    let work = tokio::spawn(async move { reference::load(&gateway, &request.body, options).await });
    let loaded = work.await.unwrap_or_else(|failed| Err(Error::internal(failed.to_string())));
    match loaded {
        Ok(loaded) => {
            let (changed, problems) = (loaded.changes.len(), loaded.problems.len());
            tracing::info!(changed, problems, dry_run = options.dry_run, "reference data loaded");
            lines(told(&loaded))
        }
        Err(error) => {
            tracing::warn!(code = error.code.as_str(), "reference data could not be loaded");
            refused(&error)
        }
    }
}

fn options(query: Option<&str>) -> Option<LoadOptions> {
    let mut options = LoadOptions::default();
    for flag in query.unwrap_or_default().split('&').filter(|flag| !flag.is_empty()) {
        match flag {
            "dry_run" => options.dry_run = true,
            "keep_going" => options.keep_going = true,
            _ => return None,
        }
    }
    Some(options)
}

fn told(loaded: &Loaded) -> Vec<u8> {
    let mut answer = Vec::new();
    for problem in loaded.problems.iter().take(PROBLEMS_TOLD_MAX) {
        answer.extend(Line::Finding { text: problem.to_string() }.to_bytes());
    }
    let more = loaded.problems.len().saturating_sub(PROBLEMS_TOLD_MAX);
    if more > 0 {
        answer.extend(Line::Finding { text: format!("and {more} more problems") }.to_bytes());
    }
    loaded.changes.iter().for_each(|change| push_line(&mut answer, change));
    let right = loaded.changes.len() + loaded.unchanged;
    answer.extend(Line::End { done: right as u64 }.to_bytes());
    answer
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    kind: String,
    code: Option<String>,
}

pub(super) fn show(gateway: &Gateway, request: &Request) -> Response {
    let wanted: Wanted = match read(&request.body) {
        Ok(wanted) => wanted,
        Err(refusal) => return refused(&refusal),
    };
    let Some(kind) = Kind::parse(&wanted.kind) else {
        let text = format!("{:?} is no kind of reference data; castile knows {}", wanted.kind, Kind::names());
        return problem(StatusCode::BAD_REQUEST, &text);
    };
    let shown = reference::show(&gateway.reference.get(), kind, wanted.code.as_deref());
    if let (Some(code), true) = (&wanted.code, shown.is_empty()) {
        return problem(StatusCode::NOT_FOUND, &format!("there is no {} {code:?}", kind.as_str()));
    }
    let mut answer = Vec::new();
    shown.iter().for_each(|entry| push_line(&mut answer, entry));
    answer.extend(Line::End { done: shown.len() as u64 }.to_bytes());
    lines(answer)
}
