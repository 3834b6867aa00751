//! Limits of a full server: whoever comes too many is told to come back, in its own language, and gets in later.

use std::thread;

use super::Scene;
use crate::support::{Answer, fault, request, soap};

const TYPE_11: (&str, &str) = ("Content-Type", "text/xml; charset=utf-8");
const TYPE_12: (&str, &str) = ("Content-Type", "application/soap+xml; charset=utf-8");
/// Tries of something that has to become possible; far more than it takes.
const TRIES: usize = 100_000;

fn message() -> String {
    soap::envelope(&soap::retrieve("<CustomerID>1</CustomerID>"))
}

/// Sends a good message on a connection of its own.
fn post(scene: &Scene, content_type: (&str, &str)) -> Answer {
    scene.server.client().exchange("POST", soap::PATH, &[content_type], message())
}

#[track_caller]
fn check_busy(answer: &Answer, expected: &str) {
    assert_eq!(fault::summary(answer), expected, "{}", answer.body);
    assert_eq!(answer.header("retry-after"), Some("7"), "{}", answer.body);
}

#[test]
fn connections_over_the_limit_are_503_in_the_callers_version() {
    let variables = [("CASTILE_LIMITS__CONNECTIONS_MAX", "2"), ("CASTILE_LIMITS__RETRY_AFTER_S", "7")];
    let scene = Scene::new(&variables);
    let mut held = [scene.server.client(), scene.server.client()];
    for client in &mut held {
        assert_eq!(fault::summary(&client.post(&message())), "500 Client CUSTOMER_NOT_FOUND");
    }
    check_busy(&post(&scene, TYPE_11), "503 Server SERVICE_UNAVAILABLE");
    check_busy(&post(&scene, TYPE_12), "503 Receiver SERVICE_UNAVAILABLE");
    let problem = scene.get(&format!("{}?wsdl", soap::PATH), &[]);
    check_busy(&problem, "503 problem");
    assert_eq!(problem.header("connection"), Some("close"));
    // Those within the limit notice nothing, and a place that gets free is given away.
    assert_eq!(fault::summary(&held[0].post(&message())), "500 Client CUSTOMER_NOT_FOUND");
    drop(held);
    let freed = (0..TRIES).any(|_| post(&scene, TYPE_11).status == 500);
    assert!(freed, "the place of a connection that was closed is never free again");
    scene.end();
}

#[test]
fn requests_over_the_limit_are_503_in_the_callers_version() {
    let variables = [("CASTILE_LIMITS__REQUESTS_IN_FLIGHT_MAX", "1"), ("CASTILE_LIMITS__RETRY_AFTER_S", "7")];
    let scene = Scene::new(&variables);
    // A commit for each record: it runs far longer than a refusal takes.
    let records = format!("<Customer Action=\"Add\">{}</Customer>", soap::name("Ada", "Many")).repeat(1_000);
    let document = soap::envelope(&format!("<Customers xmlns=\"{}\">{records}</Customers>", soap::NAMESPACE));
    // Until none of the others runs when it arrives.
    let sent =
        || (0..TRIES).map(|_| scene.server.client().post(&document)).find(|answer| answer.status != 503);
    thread::scope(|scope| {
        let answer = scope.spawn(|| sent().unwrap());
        for (content_type, expected) in
            [(TYPE_11, "503 Server SERVICE_UNAVAILABLE"), (TYPE_12, "503 Receiver SERVICE_UNAVAILABLE")]
        {
            let mut answers =
                (0..TRIES).map(|_| post(&scene, content_type)).take_while(|_| !answer.is_finished());
            let busy = answers.find(|answer| answer.status == 503);
            check_busy(&busy.expect("the document ended before anybody was refused"), expected);
        }
        let answer = answer.join().unwrap();
        assert_eq!((answer.status, answer.text("SucceededCount")), (200, "1000"));
    });
    assert_eq!(post(&scene, TYPE_12).status, 200);
    scene.end();
}

#[test]
fn bodies_over_their_common_limit_are_503() {
    let limit_bytes = message().len().to_string();
    let variables =
        [("CASTILE_LIMITS__BODIES_BYTES_MAX", limit_bytes.as_str()), ("CASTILE_LIMITS__RETRY_AFTER_S", "7")];
    let scene = Scene::new(&variables);
    assert_eq!(fault::summary(&post(&scene, TYPE_11)), "500 Client CUSTOMER_NOT_FOUND");
    let one_more = message() + " ";
    let mut client = scene.server.client();
    client.send(&request("POST", soap::PATH, &[TYPE_11], one_more.as_bytes())).unwrap();
    check_busy(&client.receive().unwrap(), "503 Server SERVICE_UNAVAILABLE");
    // What is unpacked counts, too.
    let packed = super::coding::gzip(message().as_bytes());
    let headers = [TYPE_12, ("Content-Encoding", "gzip")];
    let answer = scene.server.client().exchange("POST", soap::PATH, &headers, packed);
    check_busy(&answer, "503 Receiver SERVICE_UNAVAILABLE");
    // Nothing of it stays counted.
    assert_eq!(fault::summary(&post(&scene, TYPE_11)), "500 Client CUSTOMER_NOT_FOUND");
    scene.end();
}

#[test]
fn every_limit_is_listed_with_its_unit_and_a_safe_default() {
    let folder = tempfile::tempdir().unwrap();
    let output = crate::support::run(folder.path(), &["config"]);
    let listing = String::from_utf8(output.stdout).unwrap();
    let config: toml::Table = listing.parse().unwrap();
    let expected = [
        ("message_bytes_max", 10 << 20),
        ("inflate_ratio_max", 100),
        ("gzip_answer_bytes_min", 1_024),
        ("bodies_bytes_max", 512 << 20),
        ("connections_max", 4_096),
        ("requests_in_flight_max", 1_024),
        ("header_timeout_ms", 15_000),
        ("body_timeout_ms", 60_000),
        ("request_timeout_ms", 30_000),
        ("write_timeout_ms", 30_000),
        ("idle_timeout_ms", 120_000),
        ("drain_timeout_ms", 30_000),
    ];
    for (key, default) in expected {
        assert_eq!(config["limits"][key].as_integer(), Some(default), "{key}");
        let unit = match key {
            key if key.ends_with("_ms") => "# milliseconds; default",
            key if key.contains("_bytes_") => "# bytes; default",
            _ => "; default",
        };
        assert!(listing.contains(&format!("{unit} {default}\n{key} = {default}\n")), "{key}");
    }
}
