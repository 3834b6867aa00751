//! `POST /history` (`{"customer":…,"last":N}`): the changes of a customer, newest first, a line of data each.
//!
//! What is answered is customer data, on purpose; nothing of it is logged.

use std::sync::Arc;

use serde::Deserialize;

use super::Line;
use super::reply::{lines, push_line, read, refused, told};
use crate::ops::Gateway;
use crate::ops::history::{self, History};
use crate::transport::http::{Body, BodySender, Gone, Request, Response};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    /// A CustomerID or TypeCode:AlternateID.
    customer: String,
    /// So many changes; all without it.
    last: Option<u64>,
}

pub(super) async fn history(gateway: &Gateway, request: &Request) -> Response {
    let wanted: Wanted = match read(&request.body) {
        Ok(wanted) => wanted,
        Err(refusal) => return refused(&refusal),
    };
    let found = match history::find(Arc::clone(&gateway.store), &wanted.customer).await {
        Ok(found) => found,
        Err(error) => return refused(&error),
    };
    let (sender, body) = Body::streamed();
    tokio::spawn(async move {
        let last = wanted.last.unwrap_or(u64::MAX);
        // If the caller is gone, nobody has to be told.
        let _ = send(found, last, &sender).await;
    });
    lines(body)
}

async fn send(mut history: History, last: u64, sender: &BodySender) -> Result<(), Gone> {
    let mut done = 0;
    while done < last {
        match history.next().await {
            Ok(Some(step)) => {
                let mut line = Vec::new();
                push_line(&mut line, &step);
                sender.send(line).await?;
                done += 1;
            }
            Ok(None) => break,
            Err(error) => return sender.send(Line::Failed { text: told(&error) }.to_bytes()).await,
        }
    }
    sender.send(Line::End { done }.to_bytes()).await
}
