//! The administrators' routes: `GET /export`, `GET /export/xml`, `POST /import?first_line=N`, `GET /check`, `POST /load`,
//! `POST /load/cards`, `POST /show`, `POST /history`, `POST /search/rebuild`; those of batch files stand in [`super::batch`].
//!
//! Deliberately absent: what an answer holds, which the file of each route says.

use std::sync::Arc;

use async_trait::async_trait;
use hyper::{Method, StatusCode};

use super::batch::BatchRoutes;
use super::{history, reference, whole_store};
use crate::jobs::batch::Batches;
use crate::ops::administration::Administration;
use crate::transport::http::{Handler, Peer, Request, Response, problem};

/// The handler behind the administrators' socket.
pub struct AdminService {
    administration: Administration,
    batch: BatchRoutes,
}

impl AdminService {
    /// Answers with the work of `administration` and of `batches`.
    pub fn new(administration: Administration, batches: Batches) -> Self {
        let batch = BatchRoutes::new(Arc::clone(administration.gateway()), batches);
        AdminService { administration, batch }
    }
}

#[async_trait]
impl Handler for AdminService {
    async fn handle(&self, request: Request) -> Response {
        let Peer::Unix { uid } = request.head.peer else {
            return problem(StatusCode::FORBIDDEN, "only the socket in the data folder leads here");
        };
        // Who imported stands in the change log; a command in its own process has no log to fill.
        tracing::debug!(uid, method = %request.head.method, path = request.head.path(), "administrator's request");
        if let Some(rest) = request.head.path().strip_prefix("/batch/") {
            return self.batch.answer(rest, uid, &request).await;
        }
        match (&request.head.method, request.head.path()) {
            (&Method::GET, "/export") => whole_store::export(&self.administration),
            (&Method::GET, "/export/xml") => whole_store::export_xml(&self.administration),
            (&Method::POST, "/import") => whole_store::import(&self.administration, uid, request).await,
            (&Method::GET, "/check") => whole_store::check(&self.administration),
            (&Method::POST, "/load") => reference::load(self.administration.gateway(), request).await,
            (&Method::POST, "/load/cards") => {
                reference::load_cards(self.administration.gateway(), request).await
            }
            (&Method::POST, "/show") => reference::show(self.administration.gateway(), &request).await,
            (&Method::POST, "/history") => history::history(self.administration.gateway(), &request).await,
            (&Method::POST, "/search/rebuild") => whole_store::rebuild_search(&self.administration),
            (_, "/export" | "/export/xml" | "/check") => {
                problem(StatusCode::METHOD_NOT_ALLOWED, "this path takes GET")
            }
            (_, "/import" | "/load" | "/load/cards" | "/show" | "/history" | "/search/rebuild") => {
                problem(StatusCode::METHOD_NOT_ALLOWED, "this path takes POST")
            }
            _ => problem(StatusCode::NOT_FOUND, "there is nothing at this path"),
        }
    }
}
