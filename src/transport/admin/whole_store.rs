//! Export, import, check and a new search index as answers of lines, sent while they are made; the caller's pace is the work's pace.
//!
//! Deliberately absent: what is exported, imported and checked, which `ops::administration` knows.

use async_trait::async_trait;
use hyper::StatusCode;
use hyper::header::{CONTENT_TYPE, HeaderValue};

use super::Line;
use crate::ops::administration::{Administration, Event, Importer, Listener, Stop};
use crate::transport::http::{Body, BodySender, Head, Request, Response, problem};

const JSON_LINES: HeaderValue = HeaderValue::from_static("application/jsonl");

/// `GET /export`: everything in the store.
pub(super) fn export(administration: &Administration) -> Response {
    let administration = administration.clone();
    streamed(|lines| async move { administration.export(&lines).await })
}

/// `GET /export/xml`: the active customers as a batch file, a line for each record.
pub(super) fn export_xml(administration: &Administration) -> Response {
    let administration = administration.clone();
    streamed(|lines| async move { administration.export_xml(&lines).await })
}

/// `GET /check`: what is wrong with the store.
pub(super) fn check(administration: &Administration) -> Response {
    let administration = administration.clone();
    streamed(|lines| async move { administration.check(&lines).await })
}

/// `POST /search/rebuild`: the search index built anew.
pub(super) fn rebuild_search(administration: &Administration) -> Response {
    let administration = administration.clone();
    streamed(|lines| async move { administration.rebuild_search(&lines).await })
}

fn first_line(head: &Head) -> Option<u64> {
    let value = head.query()?.strip_prefix("first_line=")?;
    value.parse().ok().filter(|line| *line > 0)
}

/// The listener's end of an answer.
struct Lines(BodySender);

#[async_trait]
impl Listener for Lines {
    async fn tell(&self, event: Event) -> Result<(), Stop> {
        let bytes = match event {
            Event::Lines(lines) => lines,
            Event::Progress(done) => Line::Progress { done, total: None }.to_bytes(),
            Event::Finding(text) => Line::Finding { text }.to_bytes(),
        };
        self.0.send(bytes).await.map_err(|_| Stop::Gone)
    }
}

/// An answer that is sent while `work` makes it.
fn streamed<F>(work: impl FnOnce(Lines) -> F) -> Response
where
    F: Future<Output = Result<u64, Stop>> + Send + 'static,
{
    let (sender, body) = Body::streamed();
    let work = work(Lines(sender.clone()));
    tokio::spawn(async move {
        let end = match work.await {
            Ok(done) => Line::End { done },
            Err(Stop::Gone) => return,
            Err(stop) => Line::Failed { text: stop.to_string() },
        };
        // If the caller is gone by now, nobody has to be told.
        let _ = sender.send(end.to_bytes()).await;
    });
    json_lines(body)
}

fn json_lines(body: Body) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, JSON_LINES);
    response
}

/// `POST /import?first_line=N`: whole lines of an export, the first of which is line N of the file.
pub(super) async fn import(administration: &Administration, uid: u32, request: Request) -> Response {
    let Some(first_line) = first_line(&request.head) else {
        return problem(StatusCode::BAD_REQUEST, "first_line says, from 1 on, where the portion begins");
    };
    let importer = Importer { who: format!("uid:{uid}"), request_id: request.head.request_id.to_string() };
    let imported = administration.import(importer, first_line, request.body).await;
    if let Some(Stop::NotAnExport(why)) = imported.stopped {
        return problem(StatusCode::BAD_REQUEST, &why);
    }
    let mut answer = Vec::new();
    for (number, why) in imported.refused {
        answer.extend(Line::Finding { text: format!("line {number}: {why}") }.to_bytes());
    }
    let end = match imported.stopped {
        None => Line::End { done: imported.done },
        Some(stop) => Line::Failed { text: stop.to_string() },
    };
    answer.extend(end.to_bytes());
    json_lines(Body::from(answer))
}
