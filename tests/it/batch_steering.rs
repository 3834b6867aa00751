//! Batch files that are steered in the middle: cancelled, paused and resumed by commands beside the server, interrupted with
//! Ctrl-C alone and beside one. Whatever is stopped stands behind a record that is done; nothing is lost or done twice.
//!
//! Deliberately absent: what becomes of runs that are killed, which the tests of crashes prove.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use super::support::{Client, Server, castile, check, run, soap};

/// More records than are carried out before somebody can steer.
const RECORDS: u64 = 12_000;
/// A process that has written so much since it took the file has stored some records.
const WRITTEN_BYTES: u64 = 1024 * 1024;

/// A file that adds many customers, each under a key that it can be added under once.
fn many() -> String {
    let record = |number: u64| {
        format!("<Customer Action='Add'>{}</Customer>\n", soap::key("XSTORE_ID", &format!("many-{number}")))
    };
    format!("<Customers>\n{}</Customers>\n", (1..=RECORDS).map(record).collect::<String>())
}

#[track_caller]
fn check_run(folder: &Path, arguments: &[&str], code: i32, words: &[&str]) -> String {
    check(&run(folder, arguments), code, words)
}

/// The run as `batch show` tells it.
fn show(folder: &Path, id: &str) -> Value {
    serde_json::from_str(&check_run(folder, &["batch", "show", id, "--json"], 0, &[])).unwrap()
}

fn state_and_read(run: &Value) -> (&str, u64) {
    (run["state"].as_str().unwrap(), run["read"].as_u64().unwrap())
}

/// Asks until the run 1 has more records behind it than so many.
fn wait_beyond(client: &mut Client, records: u64) {
    loop {
        let answer = client.exchange("GET", "/batch/runs/1", &[], "");
        let run: Value = serde_json::from_str(&answer.body).unwrap();
        // Before the file is taken there is no such run.
        if run["read"].as_u64().is_some_and(|read| read > records) {
            return;
        }
    }
}

fn archived(folder: &Path, fileset: &str) -> PathBuf {
    folder.join(format!("castile-data/batch/complete/{fileset}/archived/many.xml"))
}

/// Exactly the first so many records were carried out, each once.
#[track_caller]
fn check_done(folder: &Path, records: u64) {
    let export = check_run(folder, &["export"], 0, &[]);
    let added: Vec<Value> = export
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| line.get("customer").is_some())
        .collect();
    assert_eq!(added.len() as u64, records);
    let last = format!("XSTORE_ID:many-{records}");
    check_run(folder, &["history", &last], 0, &[]);
    check_run(folder, &["history", &format!("XSTORE_ID:many-{}", records + 1)], 65, &["no customer"]);
}

#[test]
fn b_5_a_running_file_is_paused_resumed_and_cancelled_by_commands_beside_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let server = Server::start(path);
    let mut client = server.client();
    let put = client.exchange("PUT", "/batch/nightly/many.xml", &[], many());
    assert_eq!(put.status, 201, "{}", put.body);

    wait_beyond(&mut client, 0);
    let told = check_run(path, &["batch", "pause", "1"], 0, &[]);
    assert!(told.starts_with("run 1 is Paused, ") && told.contains("records of its file decided"), "{told}");
    let paused = show(path, "1");
    let (state, read) = state_and_read(&paused);
    assert!(state == "Paused" && read > 0 && read < RECORDS, "{paused}");
    check_run(path, &["batch", "pause", "1"], 0, &[]);
    let behind = client.exchange("PUT", "/batch/nightly/behind.xml", &[], "<Customers/>");
    assert_eq!(behind.status, 201, "{}", behind.body);
    server.stop();
    check_done(path, read);

    // Across a restart it stands where it stood, and so does the file behind it.
    let server = Server::start(path);
    assert_eq!(show(path, "1"), paused);
    assert_eq!(state_and_read(&show(path, "2")), ("Waiting", 0));
    let told = check_run(path, &["batch", "resume", "1"], 0, &[]);
    assert!(told.starts_with("run 1 is Waiting, "), "{told}");
    let mut client = server.client();
    wait_beyond(&mut client, read);
    let told = check_run(path, &["batch", "cancel", "1"], 0, &[]);
    assert!(told.starts_with("run 1 is Cancelled, "), "{told}");
    let cancelled = show(path, "1");
    let (state, done) = state_and_read(&cancelled);
    assert!(state == "Cancelled" && done > read && done < RECORDS, "{cancelled}");
    assert_eq!((&cancelled["done"], &cancelled["failed"]), (&done.into(), &0.into()));
    assert_eq!(fs::read_to_string(archived(path, "nightly")).unwrap(), many());
    check_run(path, &["batch", "resume", "1"], 65, &["Cancelled"]);
    check_run(path, &["batch", "cancel", "1"], 65, &["has ended"]);
    assert_eq!(soap::wait_for_run(&mut client, "2"), "Completed");
    server.stop();
    check_done(path, done);
}

/// A server with a run of the file in the middle, and the command that waits for it.
fn begun_beside_a_server(path: &Path) -> (Server, Child) {
    fs::write(path.join("many.xml"), many()).unwrap();
    let server = Server::start(path);
    let waiting = begin(path, &["batch", "run", "many.xml"]);
    wait_beyond(&mut server.client(), 0);
    (server, waiting)
}

#[test]
fn b_5_a_run_that_somebody_waits_for_can_be_cancelled_by_somebody_else() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let (server, waiting) = begun_beside_a_server(path);
    check_run(path, &["batch", "cancel", "1"], 0, &[]);
    let shown =
        check(&waiting.wait_with_output().unwrap(), 1, &["the run was cancelled; what was done stands"]);
    assert!(shown.contains("Cancelled\n"), "{shown}");
    server.stop();
}

fn begin(folder: &Path, arguments: &[&str]) -> Child {
    let mut command = castile(folder, arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Ctrl-C, and how the command ended then.
fn interrupt(child: Child) -> Output {
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    child.wait_with_output().unwrap()
}

#[test]
fn b_5_ctrl_c_beside_a_server_ends_the_waiting_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let (server, waiting) = begun_beside_a_server(path);
    let shown = check(&interrupt(waiting), 1, &["the server goes on with run 1", "castile batch show 1"]);
    // As it was told last, some moments before.
    assert!(shown.contains("many.xml\n") && !shown.contains("Completed"), "{shown}");
    while !archived(path, "manual").exists() {
        std::thread::yield_now();
    }
    assert_eq!(soap::wait_for_run(&mut server.client(), "1"), "Completed");
    server.stop();
    check_done(path, RECORDS);
}

/// The bytes that a process has written so far, if it is still there.
fn written_bytes(child: &Child) -> u64 {
    let numbers = fs::read_to_string(format!("/proc/{}/io", child.id())).unwrap_or_default();
    let written = numbers.lines().find_map(|line| line.strip_prefix("wchar: "));
    written.map_or(u64::MAX, |bytes| bytes.parse().unwrap())
}

#[test]
fn b_5_ctrl_c_alone_pauses_the_run_behind_a_record_that_is_done() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    fs::write(path.join("many.xml"), many()).unwrap();
    let child = begin(path, &["batch", "run", "many.xml"]);
    while !path.join("castile-data/batch/running/gateway-1/manual/1~many.xml").exists() {
        std::thread::yield_now();
    }
    let taken = written_bytes(&child);
    while written_bytes(&child) < taken.saturating_add(WRITTEN_BYTES) {
        std::thread::yield_now();
    }
    let words = ["stopping behind a record that is done", "stopped behind record", "castile batch resume 1"];
    let shown = check(&interrupt(child), 1, &words);
    assert!(shown.contains("Paused\n"), "{shown}");
    let paused = show(path, "1");
    let (state, read) = state_and_read(&paused);
    assert!(state == "Paused" && read > 0 && read < RECORDS, "{paused}");
    check_done(path, read);
    let shown = check_run(path, &["batch", "resume", "1"], 0, &[]);
    assert!(shown.contains("12,000 read, 12,000 done, 0 failed"), "{shown}");
    check_done(path, RECORDS);
}

/// Also where the reading waits for bytes that never come.
#[test]
fn ctrl_c_while_a_file_is_on_its_way_in_leaves_nothing_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let mut child = begin(path, &["batch", "run", "-"]);
    child.stdin.as_mut().unwrap().write_all(b"<Customers>").unwrap();
    let part = path.join("castile-data/batch/running/gateway-1/manual/.1~stdin.xml.part");
    while !part.exists() {
        std::thread::yield_now();
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    // Its stdin stays open until it has ended.
    let _stdin = child.stdin.take();
    check(&child.wait_with_output().unwrap(), 2, &["stdin was not run: interrupted on its way in"]);
    assert!(!part.exists());
    check_run(path, &["batch", "list"], 0, &["no batch file was run yet"]);
}
