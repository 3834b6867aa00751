//! What operators see of the callers' side: a handler in front of another one.
//!
//! | path | GET, HEAD |
//! | --- | --- |
//! | `/health/live` | 200 while the process answers |
//! | `/health/ready` | 200 while requests can be carried out, else 503, and which check failed |
//! | `/metrics` | the numbers, in the text format of Prometheus |
//!
//! Everything else goes to the handler behind, and each of its answers is counted, timed and logged once, with the trace
//! that the caller named passed on. A full server still answers `/health/live` and `/metrics`, the latter with the
//! state of the last time. Deliberately absent: data of customers, in all of it; lines in the log about these paths.

mod health;
mod log;
mod process;
mod requests;
mod state;
mod trace;

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::{Method, StatusCode};
use prometheus::core::Collector;
use prometheus::{IntGauge, Registry, TEXT_FORMAT, TextEncoder};

use self::log::Line;
use self::process::Usage;
use self::requests::Requests;
use self::state::State;
use self::trace::{TRACEPARENT, TraceParent};
use super::http::{Arriving, Body, Handler, Head, Refusal, Request, Response, problem};
use super::outcome::Outcome;
use crate::meters;
use crate::ops::{Gateway, REGISTRY, condition};

/// Is the process there?
pub const LIVE_PATH: &str = "/health/live";
/// Can it do its work?
pub const READY_PATH: &str = "/health/ready";
/// The numbers.
pub const METRICS_PATH: &str = "/metrics";

/// A handler whose work is observed.
pub struct Observed {
    inner: Arc<dyn Handler>,
    gateway: Arc<Gateway>,
    registry: Registry,
    requests: Requests,
    state: State,
    log_requests: bool,
}

impl Observed {
    /// Observes a handler of the gateway; `others` are numbers that somebody else counts. `log_requests`: every request
    /// gets a line at info.
    pub fn new(
        inner: Arc<dyn Handler>,
        gateway: Arc<Gateway>,
        others: Vec<Box<dyn Collector>>,
        log_requests: bool,
    ) -> Self {
        let registry = Registry::new();
        let requests = Requests::new(REGISTRY.iter().map(|operation| operation.name()));
        meters::show(&registry, requests.collectors());
        meters::show(&registry, others);
        let state = State::new(&registry);
        Observed { inner, gateway, registry, requests, state, log_requests }
    }

    async fn own(&self, path: OwnPath, method: &Method) -> Response {
        if !matches!(*method, Method::GET | Method::HEAD) {
            let mut response = problem(StatusCode::METHOD_NOT_ALLOWED, "this path is read with GET");
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return response;
        }
        match path {
            OwnPath::Live => health::live(),
            OwnPath::Ready => health::ready(&condition(&self.gateway).await),
            OwnPath::Metrics => {
                self.state.set(&condition(&self.gateway).await, Usage::now());
                self.metrics()
            }
        }
    }

    fn metrics(&self) -> Response {
        let Ok(text) = TextEncoder::new().encode_to_string(&self.registry.gather()) else {
            return problem(StatusCode::INTERNAL_SERVER_ERROR, "the numbers can't be written");
        };
        let mut response = Response::new(Body::from(text));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(TEXT_FORMAT));
        response
    }

    /// Counts, logs and marks an answer of the handler behind.
    fn told(&self, head: &Head, mut response: Response, took: Option<Duration>) -> Response {
        let trace = TraceParent::of(&head.headers);
        let status = response.status();
        let outcome = response.extensions_mut().remove::<Outcome>();
        if let Some(outcome) = &outcome {
            self.requests.message(outcome, took);
        }
        self.requests.response(status);
        let (outcome, request_id) = (outcome.as_ref(), head.request_id);
        Line { request_id, trace: trace.as_ref(), outcome, status, took }.write(self.log_requests);
        response
            .headers_mut()
            .extend(trace.and_then(TraceParent::header_value).map(|value| (TRACEPARENT, value)));
        response
    }
}

#[async_trait]
impl Handler for Observed {
    async fn handle(&self, request: Request) -> Response {
        if let Some(path) = OwnPath::of(&request.head) {
            let response = self.own(path, &request.head.method).await;
            self.requests.response(response.status());
            return response;
        }
        let _counted = InFlight::new(&self.requests.in_flight);
        let (began, head) = (Instant::now(), Arc::clone(&request.head));
        let response = self.inner.handle(request).await;
        self.told(&head, response, Some(began.elapsed()))
    }

    fn streams(&self, head: &Head) -> bool {
        self.inner.streams(head)
    }

    async fn take(&self, head: Arc<Head>, body: Arriving) -> Response {
        let _counted = InFlight::new(&self.requests.in_flight);
        let began = Instant::now();
        let response = self.inner.take(Arc::clone(&head), body).await;
        self.told(&head, response, Some(began.elapsed()))
    }

    fn refuse(&self, head: &Head, refusal: Refusal) -> Response {
        let full = matches!(refusal, Refusal::Overloaded { .. });
        match OwnPath::of(head).filter(|_| full) {
            Some(OwnPath::Live) => health::live(),
            Some(OwnPath::Metrics) => self.metrics(),
            Some(OwnPath::Ready) | None => self.told(head, self.inner.refuse(head, refusal), None),
        }
    }

    fn connections(&self, open: usize) {
        self.requests.connections.set(i64::try_from(open).unwrap_or(i64::MAX));
    }
}

/// A path that is answered here.
#[derive(Clone, Copy)]
enum OwnPath {
    Live,
    Ready,
    Metrics,
}

impl OwnPath {
    fn of(head: &Head) -> Option<Self> {
        match head.path() {
            LIVE_PATH => Some(OwnPath::Live),
            READY_PATH => Some(OwnPath::Ready),
            METRICS_PATH => Some(OwnPath::Metrics),
            _ => None,
        }
    }
}

/// One more while it lasts, however it ends.
struct InFlight<'a>(&'a IntGauge);

impl<'a> InFlight<'a> {
    fn new(gauge: &'a IntGauge) -> Self {
        gauge.inc();
        InFlight(gauge)
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.dec();
    }
}
