//! What operators see: health, numbers, log lines, traces; and that none of it holds anything of a customer.
//!
//! Deliberately absent: how a single number is counted, which the tests beside the meters say.

use std::collections::BTreeMap;

use super::support::{Answer, Server, castile, soap};

/// Stands in names, keys and ids of the tests' customers, and must stand nowhere else.
const SECRET: &str = "Quixotesecret";
const TRACEPARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn get(server: &Server, path: &str) -> Answer {
    server.client().exchange("GET", path, &[], "")
}

/// The samples, by name with labels.
fn samples(server: &Server) -> BTreeMap<String, f64> {
    let answer = get(server, "/metrics");
    assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4"));
    let lines = answer.body.lines().filter(|line| !line.starts_with('#'));
    let sample = |line: &str| {
        let (name, value) = line.rsplit_once(' ').unwrap();
        (name.to_owned(), value.parse().unwrap())
    };
    lines.map(sample).collect()
}

fn json(answer: &Answer) -> serde_json::Value {
    serde_json::from_str(&answer.body).unwrap()
}

fn add(server: &Server) -> Answer {
    let name = soap::name(SECRET, SECRET);
    server.client().post(&soap::envelope(&soap::customer("addCustomer", &name)))
}

#[test]
fn health_tells_what_keeps_requests_from_being_carried_out() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    assert_eq!(add(&server).status, 200);
    let live = get(&server, "/health/live");
    assert_eq!((live.status, json(&live)["status"].as_str()), (200, Some("pass")));
    let ready = get(&server, "/health/ready");
    assert_eq!((ready.status, ready.header("content-type")), (200, Some("application/health+json")));
    assert_eq!(json(&ready)["checks"].as_object().unwrap().len(), 4);
    assert_eq!(server.client().exchange("POST", "/health/live", &[], "").status, 405);
    assert_eq!(server.client().exchange("HEAD", "/health/ready", &[], "").status, 200);
    server.stop();

    let server = Server::start_with_reserve(folder.path(), u64::MAX / 2);
    let ready = get(&server, "/health/ready");
    assert_eq!((ready.status, json(&ready)["status"].as_str()), (503, Some("fail")));
    let checks = json(&ready)["checks"].clone();
    let status = |name: &str| checks[name][0]["status"].as_str().unwrap().to_owned();
    assert_eq!([status("store:space"), status("store:writable")], ["fail", "fail"]);
    assert_eq!(status("committer:alive"), "pass");
    assert_eq!(get(&server, "/health/live").status, 200);
    assert_eq!(samples(&server)["castile_store_writable"], 0.0);
    server.stop();
}

/// A connection is one too many, which everybody is refused for but those who ask whether the process is there.
#[test]
fn a_full_server_still_says_that_it_lives_and_how_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = castile(folder.path(), &["--listen", "127.0.0.1:0"]);
    let server = Server::spawn(command.env("CASTILE_LIMITS__CONNECTIONS_MAX", "1"));
    let mut only = server.client();
    assert_eq!(only.exchange("GET", "/health/ready", &[], "").status, 200);
    assert_eq!(get(&server, "/health/live").status, 200);
    assert_eq!(get(&server, "/health/ready").status, 503);
    assert_eq!(add(&server).status, 503);
    let refused = "castile_requests_total{code=\"SERVICE_UNAVAILABLE\",operation=\"none\"}";
    assert_eq!(samples(&server)[refused], 1.0);
    drop(only);
    server.stop();
}

#[test]
fn requests_are_counted_by_operation_and_code() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let total = |samples: &BTreeMap<String, f64>, operation: &str, code: &str| {
        samples
            .get(&format!("castile_requests_total{{code=\"{code}\",operation=\"{operation}\"}}"))
            .copied()
            .unwrap_or(-1.0)
    };
    let before = samples(&server);
    assert_eq!(total(&before, "addCustomer", "OK"), 0.0);
    assert_eq!(total(&before, "retrieveCustomer", "CUSTOMER_NOT_FOUND"), -1.0);

    assert_eq!(add(&server).status, 200);
    server.client().post(&soap::envelope(&soap::retrieve("<CustomerID>99</CustomerID>")));
    server.client().post(&soap::envelope("<noSuchOperation/>"));
    server.client().post("<no envelope");
    server.client().post("<Envelope xmlns=\"urn:another\"/>");
    get(&server, "/services");
    let after = samples(&server);
    assert_eq!(total(&after, "addCustomer", "OK"), 1.0);
    assert_eq!(total(&after, "retrieveCustomer", "CUSTOMER_NOT_FOUND"), 1.0);
    assert_eq!(total(&after, "none", "UNKNOWN_OPERATION"), 1.0);
    assert_eq!(total(&after, "none", "MALFORMED_MESSAGE"), 1.0);
    assert_eq!(total(&after, "none", "ENVELOPE_FAULT"), 1.0);
    assert_eq!(after["castile_request_seconds_count{operation=\"addCustomer\"}"], 1.0);
    assert!(after["castile_store_commits_total"] >= 1.0, "{after:?}");
    assert!(after["castile_store_sync_seconds_count"] >= 1.0, "{after:?}");
    assert_eq!(after["castile_store_writable"], 1.0);
    assert!(after["castile_store_size_bytes"] > 0.0 && after["process_open_fds"] > 10.0);
    assert!(after["process_resident_memory_bytes"] > 1e6 && after["castile_connections"] >= 1.0);
    assert!(after["castile_http_responses_total{status=\"2xx\"}"] >= 3.0);
    server.stop();
}

#[test]
fn names_of_metrics_follow_the_conventions() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let text = get(&server, "/metrics").body;
    let mut helped = 0;
    for line in text.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let (name, kind) = line.split_once(' ').unwrap();
        assert!(name.starts_with("castile_") || name.starts_with("process_"), "{name}");
        assert_eq!(name.ends_with("_total"), kind == "counter", "{line}");
        assert!(text.contains(&format!("# HELP {name} ")), "{name}");
        helped += 1;
    }
    assert!(helped > 20, "{text}");
    server.stop();
}

/// The log of a server that answered one addition, one refusal and one document, whose caller named a trace.
fn log(arguments: &[&str]) -> (Vec<Answer>, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut command = castile(folder.path(), arguments);
    let server = Server::spawn(command.args(["--listen", "127.0.0.1:0"]));
    let headers = [("Content-Type", "text/xml"), ("traceparent", TRACEPARENT)];
    let addition = soap::envelope(&soap::customer("addCustomer", &soap::name(SECRET, SECRET)));
    let missing = soap::envelope(&soap::retrieve(&soap::key("XSTORE_ID", SECRET)));
    let mut client = server.client();
    let answers = vec![
        client.exchange("POST", soap::PATH, &headers, &addition),
        client.exchange("POST", soap::PATH, &headers[..1], &missing),
        client.exchange("GET", &format!("/{SECRET}?x={SECRET}"), &headers, ""),
    ];
    client.exchange("GET", "/metrics", &[], "");
    client.exchange("GET", "/health/ready", &[], "");
    let log = server.stop();
    assert!(!log.contains(SECRET), "{log}");
    (answers, log)
}

#[test]
fn every_request_has_one_line_with_its_id_operation_code_duration_and_trace() {
    let (answers, log) = log(&["--log-format", "json", "--log-requests"]);
    let lines = log.lines().filter(|line| line.starts_with('{'));
    let lines: Vec<serde_json::Value> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    let of_requests: Vec<_> = lines.iter().filter(|line| line["request_id"].is_string()).collect();
    assert_eq!(of_requests.len(), 3, "{log}");
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let expected = [
        (Some("addCustomer"), Some("OK"), 200, Some(trace)),
        (Some("retrieveCustomer"), Some("CUSTOMER_NOT_FOUND"), 500, None),
        (None, None, 404, Some(trace)),
    ];
    for ((line, answer), (operation, code, status, trace)) in of_requests.iter().zip(&answers).zip(expected) {
        assert_eq!(line["request_id"].as_str(), answer.header("x-request-id"));
        assert_eq!((line["operation"].as_str(), line["code"].as_str()), (operation, code), "{line}");
        assert_eq!((line["status"].as_u64(), line["trace_id"].as_str()), (Some(status), trace), "{line}");
        assert!(line["duration_us"].as_u64().is_some() && line["level"] == "INFO", "{line}");
        assert_eq!(answer.header("traceparent"), trace.map(|_| TRACEPARENT));
    }
}

#[test]
fn lines_of_text_hold_the_same_and_are_left_out_unless_asked_for() {
    let (answers, log_of_all) = log(&["--log-requests"]);
    for answer in &answers {
        let id = answer.header("x-request-id").unwrap();
        assert_eq!(log_of_all.lines().filter(|line| line.contains(id)).count(), 1, "{log_of_all}");
    }
    assert!(
        log_of_all.contains("operation=\"addCustomer\" code=\"OK\" status=200 duration_us="),
        "{log_of_all}"
    );
    let (_, silent) = log(&[]);
    assert!(!silent.contains("request_id"), "{silent}");
}

#[test]
fn metrics_and_health_hold_nothing_of_a_customer() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    assert_eq!(add(&server).status, 200);
    let odd = soap::envelope(&format!("<{SECRET} xmlns=\"{SECRET}\">{SECRET}</{SECRET}>"));
    server.client().post(&odd);
    for path in ["/metrics", "/health/live", "/health/ready"] {
        assert!(!get(&server, path).body.contains(SECRET), "{path}");
    }
    server.stop();
}
