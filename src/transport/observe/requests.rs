//! What is counted of every request: by operation and code, how long it took, how many there are now.
//!
//! The counter of an operation and a code is looked up once and kept, so that a request costs a few atomic additions.
//! What was carried out and what is our fault shows from the start with a count of 0, so that the first time is a change;
//! a caller's mistake shows once it was made. Deliberately absent: labels that a caller could fill.

use std::sync::OnceLock;
use std::time::Duration;

use hyper::StatusCode;
use prometheus::core::Collector;
use prometheus::{Histogram, HistogramVec, IntCounter, IntCounterVec, IntGauge};

use crate::domain::error::Code;
use crate::meters::{SECONDS_BUCKETS, counters, gauge, histograms};
use crate::transport::outcome::{Outcome, Verdict};

/// The operation of a message that was refused before its operation was known.
pub(super) const NO_OPERATION: &str = "none";
const SHOWN_AT_ONCE: [Verdict; 3] =
    [Verdict::Done, Verdict::Refused(Code::UnexpectedError), Verdict::Refused(Code::ServiceUnavailable)];
const STATUS_CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];

/// The meters.
pub(super) struct Requests {
    totals: IntCounterVec,
    seconds: HistogramVec,
    responses: IntCounterVec,
    pub(super) in_flight: IntGauge,
    pub(super) connections: IntGauge,
    by_operation: Vec<OfOperation>,
    by_status_class: [IntCounter; STATUS_CLASSES.len()],
}

struct OfOperation {
    name: &'static str,
    seconds: Histogram,
    totals: [OnceLock<IntCounter>; Verdict::COUNT],
}

impl Requests {
    /// Meters for these operations.
    pub(super) fn new(operations: impl Iterator<Item = &'static str>) -> Self {
        let totals = counters(
            "castile_requests_total",
            "Messages answered, by operation and code.",
            &["operation", "code"],
        );
        let seconds = histograms(
            "castile_request_seconds",
            "From the whole message to the answer, by operation.",
            &["operation"],
            SECONDS_BUCKETS,
        );
        let responses = counters(
            "castile_http_responses_total",
            "Answers of any kind, by class of HTTP status.",
            &["status"],
        );
        let of_operation = |name| OfOperation {
            name,
            seconds: seconds.with_label_values(&[name]),
            totals: std::array::from_fn(|_| OnceLock::new()),
        };
        let by_operation: Vec<_> = operations.chain([NO_OPERATION]).map(of_operation).collect();
        let requests = Requests {
            by_status_class: STATUS_CLASSES.map(|class| responses.with_label_values(&[class])),
            in_flight: gauge("castile_requests_in_flight", "Requests that are being answered."),
            connections: gauge("castile_connections", "Connections that are open."),
            totals,
            seconds,
            responses,
            by_operation,
        };
        for of in &requests.by_operation {
            SHOWN_AT_ONCE.iter().for_each(|verdict| _ = requests.total(of, *verdict));
        }
        requests
    }

    /// What shows them.
    pub(super) fn collectors(&self) -> Vec<Box<dyn Collector>> {
        vec![
            Box::new(self.totals.clone()),
            Box::new(self.seconds.clone()),
            Box::new(self.responses.clone()),
            Box::new(self.in_flight.clone()),
            Box::new(self.connections.clone()),
        ]
    }

    /// Counts a message; one that was refused while it arrived has no time.
    pub(super) fn message(&self, outcome: &Outcome, took: Option<Duration>) {
        let name = outcome.operation.unwrap_or(NO_OPERATION);
        // A dozen short names: quicker than hashing one.
        let Some(of) = self.by_operation.iter().find(|of| of.name == name) else { return };
        self.total(of, outcome.verdict).inc();
        if let Some(took) = took {
            of.seconds.observe(took.as_secs_f64());
        }
    }

    /// Counts an answer.
    pub(super) fn response(&self, status: StatusCode) {
        let class = usize::from(status.as_u16() / 100);
        if let Some(counter) = self.by_status_class.get(class.wrapping_sub(1)) {
            counter.inc();
        }
    }

    fn total<'s>(&self, of: &'s OfOperation, verdict: Verdict) -> &'s IntCounter {
        of.totals[verdict.index()].get_or_init(|| self.totals.with_label_values(&[of.name, verdict.as_str()]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_counted_by_operation_and_code() {
        let requests = Requests::new(["add", "find"].into_iter());
        let outcome = |operation, verdict| Outcome { operation, verdict, cause: None };
        requests.message(&outcome(Some("find"), Verdict::Done), Some(Duration::from_millis(3)));
        // These two share their public code.
        requests.message(&outcome(Some("find"), Verdict::Refused(Code::Timeout)), None);
        requests.message(&outcome(Some("find"), Verdict::Refused(Code::Contention)), None);
        requests.message(&outcome(None, Verdict::Envelope), None);
        let count = |operation: &str, code: &str| requests.totals.with_label_values(&[operation, code]).get();
        assert_eq!(count("find", "OK"), 1);
        assert_eq!(count("find", "SERVICE_UNAVAILABLE"), 2);
        assert_eq!(count("none", "ENVELOPE_FAULT"), 1);
        assert_eq!(count("add", "OK"), 0);
        let times = requests.seconds.with_label_values(&["find"]);
        assert_eq!(times.get_sample_count(), 1);
    }

    #[test]
    fn answers_are_counted_by_class() {
        let requests = Requests::new(std::iter::empty());
        for status in [200, 202, 304, 404, 500, 503, 999] {
            requests.response(StatusCode::from_u16(status).unwrap());
        }
        let counts = requests.by_status_class.each_ref().map(IntCounter::get);
        assert_eq!(counts, [0, 2, 1, 1, 2]);
    }
}
