//! How a number that operators watch is made: counters, gauges and histograms with fixed names.
//!
//! What counts on the way of a request holds its meter ready made: adding to one is an atomic addition, without a lock, a
//! look-up or a text. Names follow the conventions of Prometheus: `castile_` first, base units, the unit and `_total`
//! last. Deliberately absent: a registry for the whole process, so that two gateways in one process count apart; and
//! anything of a customer in a name or a label.

use prometheus::core::Collector;
use prometheus::{
    Counter, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec, IntGauge, Opts, Registry,
};

const NAMES_ARE_FIXED: &str = "names and labels are constants, and a test makes all of them";

/// Seconds from half a millisecond to half a minute, for requests and syncs.
pub const SECONDS_BUCKETS: &[f64] =
    &[0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Something that is counted.
pub fn counter(name: &str, help: &str) -> IntCounter {
    made(IntCounter::new(name, help))
}

/// Counters of one name, told apart by labels.
pub fn counters(name: &str, help: &str, labels: &[&str]) -> IntCounterVec {
    made(IntCounterVec::new(Opts::new(name, help), labels))
}

/// A whole number that goes up and down.
pub fn gauge(name: &str, help: &str) -> IntGauge {
    made(IntGauge::new(name, help))
}

/// Something that is added up and is not whole.
pub fn sum(name: &str, help: &str) -> Counter {
    made(Counter::new(name, help))
}

/// A distribution; a value counts in the first bucket whose bound is not less.
pub fn histogram(name: &str, help: &str, buckets: &[f64]) -> Histogram {
    made(Histogram::with_opts(HistogramOpts::new(name, help).buckets(buckets.to_vec())))
}

/// Distributions of one name, told apart by labels.
pub fn histograms(name: &str, help: &str, labels: &[&str], buckets: &[f64]) -> HistogramVec {
    made(HistogramVec::new(HistogramOpts::new(name, help).buckets(buckets.to_vec()), labels))
}

/// Shows these meters in the registry.
pub fn show(registry: &Registry, meters: impl IntoIterator<Item = Box<dyn Collector>>) {
    for meter in meters {
        made(registry.register(meter));
    }
}

#[expect(
    clippy::expect_used,
    reason = "only a name that is wrong or taken twice fails, which no test would pass"
)]
fn made<T>(outcome: prometheus::Result<T>) -> T {
    outcome.expect(NAMES_ARE_FIXED)
}
