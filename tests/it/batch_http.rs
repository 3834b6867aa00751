//! Batch files over HTTP: taken whole or not at all, and told of as what they became. And the store as such a file.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};
use tempfile::tempdir;

use super::support::{Answer, Client, Server, castile, check, run, soap};

/// No run of a few records takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

fn record(action: &str, key: &str) -> String {
    format!(
        "<Customer Action='{action}'>{}{}</Customer>",
        soap::key("XSTORE_ID", key),
        soap::name("Ana", "Ruiz")
    )
}

fn file(records: &[String]) -> String {
    format!("<?xml version='1.0' encoding='UTF8'?>\n<Customers>\n{}\n</Customers>\n", records.join("\n"))
}

fn digest(content: &str) -> String {
    format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(content)))
}

fn put(client: &mut Client, target: &str, headers: &[(&str, &str)], content: &str) -> Answer {
    client.exchange("PUT", target, headers, content)
}

fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|error| panic!("{error}: {}", answer.body))
}

fn get(client: &mut Client, target: &str) -> Answer {
    client.exchange("GET", target, &[], "")
}

/// The files of batches, but for locks.
fn left(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.join("castile-data/batch")];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(folder) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.file_name().is_some_and(|name| name != "lock") {
                found.push(path);
            }
        }
    }
    found
}

/// Asks until the run has ended.
fn ended(client: &mut Client, location: &str) -> Value {
    let began = Instant::now();
    loop {
        let run = json(&get(client, location));
        if !run["ended"].is_null() {
            return run;
        }
        assert!(began.elapsed() < PATIENCE, "{run}");
    }
}

/// A refusal with this code, after which there is no run and no file.
#[track_caller]
fn check_refused(answer: &Answer, status: u16, code: Option<&str>) {
    assert_eq!(answer.status, status, "{}", answer.body);
    assert_eq!(answer.header("content-type"), Some("application/problem+json"));
    let problem = json(answer);
    assert_eq!(problem["status"], status);
    assert_eq!(problem["code"].as_str(), code, "{problem}");
    if code.is_some() {
        assert_eq!(problem["requestID"].as_str(), answer.header("x-request-id"));
    }
}

#[track_caller]
fn check_nothing_left(server: Server, folder: &Path) {
    let runs = json(&get(&mut server.client(), "/batch/runs"));
    assert_eq!(runs["runs"], Value::Array(Vec::new()));
    server.stop();
    assert_eq!(left(folder), Vec::<PathBuf>::new());
}

#[test]
fn b_3_a_file_that_is_put_is_run_and_its_failures_are_a_file() {
    let folder = tempdir().unwrap();
    let server = Server::start(folder.path());
    let mut client = server.client();
    let (good, bad) = (record("AddorUpdate", "1"), record("Update", "2"));
    let content = file(&[good.clone(), bad.clone(), record("Add", "3")]);
    let answer =
        put(&mut client, "/batch/nightly/a%20b.xml", &[("Content-Digest", &digest(&content))], &content);
    assert_eq!(answer.status, 201, "{}", answer.body);
    let location = answer.header("location").unwrap().to_owned();
    let run = ended(&mut client, &location);
    assert_eq!((&run["fileset"], &run["file_name"]), (&"nightly".into(), &"a b.xml".into()), "{run}");
    assert_eq!((&run["read"], &run["done"], &run["failed"]), (&3.into(), &2.into(), &1.into()), "{run}");
    assert!(!run.to_string().contains(folder.path().to_str().unwrap()), "{run}");
    let failures = json(&get(&mut client, run["failures"].as_str().unwrap()));
    assert_eq!(failures["failures"][0]["record"], 2, "{failures}");
    assert_eq!(failures["failures"][0]["code"], "CUSTOMER_NOT_FOUND");
    let failed = get_streamed(&server, run["failures_file"].as_str().unwrap());
    assert!(failed.contains(&bad) && !failed.contains(&good), "{failed}");
    let again = put(&mut client, "/batch/nightly/a%20b.xml", &[("If-None-Match", "*")], &file(&[]));
    let second = ended(&mut client, again.header("location").unwrap());
    assert_eq!(second["read"], 0);
    let page = json(&get(&mut client, "/batch/runs?limit=1"));
    assert_eq!(page["runs"][0]["run"], second["run"]);
    let next = json(&get(&mut client, page["next"].as_str().unwrap()));
    assert_eq!(next["runs"][0]["run"], run["run"]);
    assert_eq!(get(&mut client, &format!("{}/failures.xml", again.header("location").unwrap())).status, 404);
    server.stop();
}

/// The answer has no length, so its connection says where it ends.
fn get_streamed(server: &Server, target: &str) -> String {
    let mut client = server.client();
    client.send(format!("GET {target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").as_bytes()).unwrap();
    client.rest()
}

/// Both begin while the name is free; who is complete first has it.
#[test]
fn of_two_files_that_want_a_free_name_at_the_same_time_one_is_refused() {
    let folder = tempdir().unwrap();
    let server = Server::start(folder.path());
    let content = file(&[record("Add", "1")]);
    let (head, rest) = content.split_at(content.len() / 2);
    let begin = || {
        let mut client = server.client();
        let length = content.len();
        let lines = "PUT /batch/n/a.xml HTTP/1.1\r\nHost: a\r\nIf-None-Match: *";
        client.send(format!("{lines}\r\nContent-Length: {length}\r\n\r\n{head}").as_bytes()).unwrap();
        client
    };
    let (mut one, mut other) = (begin(), begin());
    // Both are being written before either is complete.
    while left(folder.path()).len() < 2 {
        std::thread::yield_now();
    }
    let ids: Vec<u16> = [&mut one, &mut other]
        .map(|client| {
            client.send(rest.as_bytes()).unwrap();
            client
        })
        .map(|client| client.receive().unwrap().status)
        .into();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    // The first may have run to its end before the second was complete; then the name was free again.
    assert!(sorted == [201, 412] || sorted == [201, 201], "{ids:?}");
    let runs = json(&get(&mut server.client(), "/batch/runs"));
    assert_eq!(
        runs["runs"].as_array().unwrap().len(),
        sorted.iter().filter(|status| **status == 201).count()
    );
    server.stop();
}

#[test]
fn a_file_with_another_checksum_leaves_nothing_behind() {
    let folder = tempdir().unwrap();
    let server = Server::start(folder.path());
    let content = file(&[record("Add", "1")]);
    for header in ["Content-Digest", "Repr-Digest"] {
        let mut client = server.client();
        let answer = put(&mut client, "/batch/nightly/a.xml", &[(header, &digest("other"))], &content);
        check_refused(&answer, 400, Some("MALFORMED_MESSAGE"));
        let answer = put(&mut client, "/batch/nightly/a.xml", &[(header, "sha-256=abc")], &content);
        check_refused(&answer, 400, Some("MALFORMED_MESSAGE"));
    }
    check_nothing_left(server, folder.path());
}

#[test]
fn a_name_leads_nowhere_else() {
    let folder = tempdir().unwrap();
    let server = Server::start(folder.path());
    let names = [
        "%2e%2e/a.xml",
        "n/..%2Fa.xml",
        "n/%2e%2e%2fa.xml",
        "n/a%00.xml",
        "n/a%0a.xml",
        "n/%ff.xml",
        "n/.a.xml",
    ];
    let others = ["n/a.txt", "n%2Fm/a.xml", "%2e/a.xml", "n/%5c..%5ca.xml", "%00/a.xml"];
    for name in names.iter().chain(&others) {
        let answer = put(&mut server.client(), &format!("/batch/{name}"), &[], &file(&[]));
        check_refused(&answer, 422, Some("INVALID_ATTRIBUTE_VALUE"));
    }
    for path in ["/batch/n/m/a.xml", "/batch/../n/a.xml", "/batch/a.xml"] {
        let answer = put(&mut server.client(), path, &[], &file(&[]));
        check_refused(&answer, 404, None);
    }
    check_nothing_left(server, folder.path());
}

#[test]
fn a_file_that_is_too_large_leaves_nothing_behind() {
    let folder = tempdir().unwrap();
    let mut command = castile::<&str>(folder.path(), &["--listen", "127.0.0.1:0"]);
    let server = Server::spawn(command.env("CASTILE_LIMITS__UPLOAD_BYTES_MAX", "1000"));
    let declared = put(&mut server.client(), "/batch/n/a.xml", &[], &" ".repeat(1_001));
    check_refused(&declared, 413, Some("MESSAGE_TOO_LARGE"));
    let mut client = server.client();
    let piece = format!("1f4\r\n{}\r\n", " ".repeat(500)).repeat(3);
    let head = "PUT /batch/n/a.xml HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    client.send(format!("{head}{piece}0\r\n\r\n").as_bytes()).unwrap();
    check_refused(&client.receive().unwrap(), 413, Some("MESSAGE_TOO_LARGE"));
    check_nothing_left(server, folder.path());
}

#[test]
fn an_interrupted_file_leaves_nothing_behind() {
    let folder = tempdir().unwrap();
    let server = Server::start(folder.path());
    let content = file(&[record("Add", "1")]);
    for rest in [
        "Content-Length: 100000\r\n\r\n".to_owned() + &content,
        "Transfer-Encoding: chunked\r\n\r\n5\r\n<Cust\r\n".to_owned(),
    ] {
        let mut client = server.client();
        client.send(format!("PUT /batch/n/a.xml HTTP/1.1\r\nHost: a\r\n{rest}").as_bytes()).unwrap();
        client.shut_down_sending();
        // Whatever it answers, it has noticed when the connection is at its end.
        client.rest();
    }
    check_nothing_left(server, folder.path());
}

#[test]
fn what_is_no_file_and_no_run_is_told_so() {
    let folder = tempdir().unwrap();
    let server = Server::start(folder.path());
    for target in ["/batch/runs/7", "/batch/runs/7/failures", "/batch/runs/7/failures.xml"] {
        check_refused(&get(&mut server.client(), target), 404, Some("BATCH_RUN_NOT_FOUND"));
    }
    check_refused(&get(&mut server.client(), "/batch/runs/x"), 404, None);
    check_refused(&get(&mut server.client(), "/batch/runs?limit=0"), 400, Some("MALFORMED_MESSAGE"));
    check_refused(&get(&mut server.client(), "/batch/n/a.xml"), 405, None);
    check_refused(&server.client().exchange("POST", "/batch/n/a.xml", &[], ""), 405, None);
    let packed = put(&mut server.client(), "/batch/n/a.xml", &[("Content-Encoding", "gzip")], "x");
    check_refused(&packed, 415, None);
    let part = put(&mut server.client(), "/batch/n/a.xml", &[("Content-Range", "bytes 0-0/9")], "x");
    check_refused(&part, 400, None);
    check_nothing_left(server, folder.path());
}

#[test]
fn an_export_as_a_batch_file_makes_the_same_customers() {
    let (from, to) = (tempdir().unwrap(), tempdir().unwrap());
    let server = Server::start(from.path());
    let mut client = server.client();
    for number in 0..40 {
        let notes =
            format!("<CustomerNotes><CustomerNote>{}\n&lt;é</CustomerNote></CustomerNotes>", number % 7);
        let key = soap::key("XSTORE_ID", &format!("K{number}"));
        let content = format!("{key}{}{notes}", soap::name("Ana", &format!("Last{number}")));
        assert_eq!(client.post(&soap::envelope(&soap::customer("addCustomer", &content))).status, 200);
    }
    let gone = "<deleteCustomer xmlns='urn:castile:crm:v1'><CustomerID>9</CustomerID></deleteCustomer>";
    assert_eq!(client.post(&soap::envelope(gone)).status, 200);
    let beside = check(&run(from.path(), &["export", "--xml"]), 0, &["exported 39 records"]);
    server.stop();
    let path = to.path().join("all.xml");
    check(&run(from.path(), &["export", "--xml", "--output", path.to_str().unwrap()]), 0, &[]);
    assert_eq!(fs::read_to_string(&path).unwrap(), beside);
    check(&run(to.path(), &["batch", "run", "all.xml"]), 0, &[]);
    let again = check(&run(to.path(), &["export", "--xml"]), 0, &["exported 39 records"]);
    let records = |file: &str| {
        file.lines().filter(|line| line.starts_with("<Customer ")).map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(records(&again), records(&beside));
}
