//! `POST /load?dry_run&keep_going` (the file is the body), `POST /load/cards?first_line=N&dry_run` (a portion of a CSV file
//! of cards) and `POST /show` (`{"kind":…,"code":…}`).
//!
//! A load answers with a finding for each problem of the file, a line of data for each entry that changes, and, at the
//! end, how many entries are right. Deliberately absent: the name of the file, which only the command knows.

use std::sync::Arc;

use hyper::StatusCode;
use serde::Deserialize;
use serde_json::json;

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
    push_line(&mut answer, &json!({ "cards": loaded.cards }));
    let right = (loaded.changes.len() + loaded.unchanged) as u64 + loaded.cards.all();
    answer.extend(Line::End { done: right }.to_bytes());
    answer
}

/// `POST /load/cards?first_line=N&dry_run`: the first line of a CSV file, and whole lines of it from line N on.
pub(super) async fn load_cards(gateway: &Arc<Gateway>, request: Request) -> Response {
    let Some((first_line, dry_run)) = portion(request.head.query()) else {
        let text = "first_line says, from 2 on, where the portion begins; the flag is dry_run";
        return problem(StatusCode::BAD_REQUEST, text);
    };
    let gateway = Arc::clone(gateway);
    // A task of its own, as above.
    let work =
        tokio::spawn(
            async move { reference::load_cards(&gateway, first_line, &request.body, dry_run).await },
        );
    let loaded = work.await.unwrap_or_else(|failed| Err(Error::internal(failed.to_string())));
    match loaded {
        Ok(loaded) => {
            let mut answer = Vec::new();
            for problem in &loaded.problems {
                let text = format!("line {}: {}", problem.line, problem.text);
                answer.extend(Line::Finding { text }.to_bytes());
            }
            push_line(&mut answer, &json!({ "cards": loaded.counts }));
            answer.extend(Line::End { done: loaded.counts.all() }.to_bytes());
            lines(answer)
        }
        Err(error) => {
            tracing::warn!(code = error.code.as_str(), "cards could not be loaded");
            refused(&error)
        }
    }
}

fn portion(query: Option<&str>) -> Option<(usize, bool)> {
    let (mut first_line, mut dry_run) = (None, false);
    for part in query?.split('&').filter(|part| !part.is_empty()) {
        match part.split_once('=') {
            Some(("first_line", line)) => first_line = line.parse().ok().filter(|line| *line >= 2),
            None if part == "dry_run" => dry_run = true,
            _ => return None,
        }
    }
    first_line.map(|line| (line, dry_run))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    kind: String,
    code: Option<String>,
}

pub(super) async fn show(gateway: &Gateway, request: &Request) -> Response {
    let wanted: Wanted = match read(&request.body) {
        Ok(wanted) => wanted,
        Err(refusal) => return refused(&refusal),
    };
    if wanted.kind == "card" {
        return show_card(gateway, wanted.code.as_deref()).await;
    }
    let Some(kind) = Kind::parse(&wanted.kind) else {
        let known = Kind::names();
        let text = format!("{:?} is no kind of reference data; castile knows {known}, card", wanted.kind);
        return problem(StatusCode::BAD_REQUEST, &text);
    };
    let shown = match reference::show(gateway, kind, wanted.code.as_deref()).await {
        Ok(shown) => shown,
        Err(error) => return refused(&error),
    };
    if let (Some(code), true) = (&wanted.code, shown.is_empty()) {
        return problem(StatusCode::NOT_FOUND, &format!("there is no {} {code:?}", kind.as_str()));
    }
    let mut answer = Vec::new();
    shown.iter().for_each(|entry| push_line(&mut answer, entry));
    answer.extend(Line::End { done: shown.len() as u64 }.to_bytes());
    lines(answer)
}

/// One card; there may be millions, so never all of them.
async fn show_card(gateway: &Gateway, number: Option<&str>) -> Response {
    let Some(number) = number else {
        return problem(StatusCode::BAD_REQUEST, "a card is shown by its number: castile show card NUMBER");
    };
    match reference::show_card(&*gateway.store, number).await {
        Ok(card) => {
            let mut answer = Vec::new();
            push_line(&mut answer, &card);
            answer.extend(Line::End { done: 1 }.to_bytes());
            lines(answer)
        }
        Err(error) => refused(&error),
    }
}
