//! Health as `application/health+json`: is the process there, and can it do its work.
//!
//! `pass` and `warn` are 200, `fail` is 503; a check that fails is named. Search that is being built or lags is a
//! warning, for everything else goes on meanwhile. Texts are fixed: what exactly is wrong stands in the log, because
//! everybody who reaches the address may read this.

use hyper::StatusCode;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use serde_json::{Value, json};

use crate::ops::Condition;
use crate::transport::http::{Body, Response};

const HEALTH_JSON: HeaderValue = HeaderValue::from_static("application/health+json");
const NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// Search this far behind is worth a look; it refuses to answer at some 20,000 changed customers.
const LAG_CUSTOMERS_WARN: usize = 15_000;

const PASS: &str = "pass";
const WARN: &str = "warn";
const FAIL: &str = "fail";

/// The process answers.
pub(super) fn live() -> Response {
    answer(StatusCode::OK, &json!({ "status": PASS, "releaseId": env!("CARGO_PKG_VERSION") }))
}

/// Can requests be carried out? 503 if not.
pub(super) fn ready(condition: &Condition) -> Response {
    let body = report(condition);
    let failed = body["status"] == FAIL;
    answer(if failed { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }, &body)
}

fn report(condition: &Condition) -> Value {
    let checks = checks(condition);
    let worst = [FAIL, WARN].into_iter().find(|status| checks.iter().any(|check| check.status == *status));
    let members = checks.iter().map(|check| (check.name.to_owned(), json!([check.value()])));
    json!({
        "status": worst.unwrap_or(PASS),
        "releaseId": env!("CARGO_PKG_VERSION"),
        "checks": Value::Object(members.collect()),
    })
}

struct Check {
    name: &'static str,
    status: &'static str,
    observed: Option<u64>,
    unit: &'static str,
    /// What a status other than `pass` means.
    output: &'static str,
}

impl Check {
    fn value(&self) -> Value {
        let mut value = json!({ "status": self.status });
        if let Some(observed) = self.observed {
            value["observedValue"] = observed.into();
            value["observedUnit"] = self.unit.into();
        }
        if self.status != PASS {
            value["output"] = self.output.into();
        }
        value
    }
}

fn checks(condition: &Condition) -> [Check; 4] {
    let (store, search) = (&condition.store, &condition.search);
    let failing = |is_failing: bool| if is_failing { FAIL } else { PASS };
    let behind = search.overlay_customers > LAG_CUSTOMERS_WARN;
    [
        Check {
            name: "store:writable",
            status: failing(!store.writable),
            observed: store.used_bytes,
            unit: "bytes used",
            output: "the store takes no writes; the log says why",
        },
        Check {
            name: "store:space",
            status: failing(store.lacks_space()),
            observed: store.free_bytes,
            unit: "bytes free",
            output: "less of the disk is free than store.reserve_bytes",
        },
        Check {
            name: "committer:alive",
            status: failing(store.lacks_committer()),
            observed: Some(store.waiting as u64),
            unit: "changes waiting",
            output: "what stores changes has stopped or does not get on",
        },
        Check {
            name: "search:lag",
            status: if search.ready && !behind { PASS } else { WARN },
            observed: Some(search.commits),
            unit: "commits behind the store",
            output: if search.ready {
                "search is far behind the store"
            } else {
                "the index is being opened or built"
            },
        },
    ]
}

fn answer(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HEALTH_JSON);
    response.headers_mut().insert(CACHE_CONTROL, NO_STORE);
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Lag;
    use crate::store::{Health, Obstacle};

    fn condition(obstacles: &[Obstacle], ready: bool, overlay_customers: usize) -> Condition {
        let store = Health {
            writable: obstacles.is_empty(),
            reason: Some("the secret path".to_owned()),
            obstacles: obstacles.to_vec(),
            waiting: 3,
            free_bytes: Some(1_000),
            used_bytes: Some(2_000),
            last_commit: 9,
        };
        let search = Lag { ready, commits: 4, overlay_customers, indexed_customers: 5, index_bytes: 6 };
        Condition { store, search }
    }

    #[track_caller]
    fn check(condition: &Condition, status: &str, not_passed: &[&str]) {
        let report = report(condition);
        let http = ready(condition).status().as_u16();
        assert_eq!(
            (report["status"].as_str().unwrap(), http),
            (status, if status == FAIL { 503 } else { 200 })
        );
        let checks = report["checks"].as_object().unwrap();
        assert_eq!(checks.len(), 4);
        let found: Vec<_> = checks.iter().filter(|(_, value)| value[0]["status"] != PASS).collect();
        assert_eq!(found.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), not_passed);
        assert!(found.iter().all(|(_, value)| value[0]["output"].is_string()));
        assert!(!report.to_string().contains("secret"));
    }

    #[test]
    fn each_check_fails_alone_and_is_named() {
        check(&condition(&[], true, 0), PASS, &[]);
        check(&condition(&[Obstacle::Space], true, 0), FAIL, &["store:space", "store:writable"]);
        check(&condition(&[Obstacle::Committer], true, 0), FAIL, &["committer:alive", "store:writable"]);
        check(&condition(&[Obstacle::Engine], true, 0), FAIL, &["store:writable"]);
        check(&condition(&[], false, 0), WARN, &["search:lag"]);
        check(&condition(&[], true, LAG_CUSTOMERS_WARN + 1), WARN, &["search:lag"]);
        check(&condition(&[Obstacle::Engine], false, 0), FAIL, &["search:lag", "store:writable"]);
    }

    #[test]
    fn lag_and_space_are_told_as_figures() {
        let checks = report(&condition(&[], true, 0))["checks"].clone();
        assert_eq!(checks["search:lag"][0]["observedValue"], 4);
        assert_eq!(checks["store:space"][0]["observedValue"], 1_000);
        assert_eq!(checks["committer:alive"][0]["observedValue"], 3);
    }
}
