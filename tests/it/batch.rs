//! Batch files under kill -9: every record exactly once, the failures complete, whatever the moment.
//!
//! Deliberately absent: what chunks and folders do without a server, which the unit tests of `ops` and `jobs` have.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::support::{Client, Random, Server, castile, check, run};

/// More records where there is time for them.
const RECORDS_VARIABLE: &str = "CASTILE_TEST_BATCH_RECORDS";
const RECORDS_DEFAULT: u64 = 12_000;
/// About so many times the server is killed.
const KILLS: u64 = 8;

fn note(number: u64) -> String {
    format!("<CustomerNotes><CustomerNote location=\"1\">note {number}</CustomerNote></CustomerNotes>")
}

fn named(number: u64) -> String {
    format!(
        "<EntityInformation><Individual><Name><Name Location=\"First\">Ana</Name>\
         <Name Location=\"Last\">Number{number}</Name></Name></Individual></EntityInformation>"
    )
}

fn key(number: u64) -> String {
    format!("<AlternateKey TypeCode=\"XSTORE_ID\"><AlternateID>k{number}</AlternateID></AlternateKey>")
}

/// Of ten records one fails, one changes the customer before it, one adds a customer that a second time would add
/// again, and the others add customers that a second time would be refused.
fn record(number: u64) -> String {
    match number % 10 {
        0 => format!("<Customer Action=\"Nothing\">{}</Customer>", key(number)),
        3 => format!("<Customer Action=\"Add\">{}{}</Customer>", named(number), note(number)),
        5 => format!("<Customer Action=\"Update\">{}{}</Customer>", key(number - 1), note(number)),
        _ => format!("<Customer Action=\"Add\">{}{}{}</Customer>", named(number), key(number), note(number)),
    }
}

fn start(folder: &Path) -> Server {
    let mut command = castile(folder, &["--listen", "127.0.0.1:0"]);
    Server::spawn(command.env("CASTILE_BATCH__LOOK_EVERY_MS", "50"))
}

/// How many records this server has stored so far.
fn stored(client: &mut Client) -> u64 {
    let metrics = client.exchange("GET", "/metrics", &[], "").body;
    let of = |outcome: &str| {
        let start = format!("castile_batch_records_total{{outcome=\"{outcome}\"}} ");
        let line = metrics.lines().find_map(|line| line.strip_prefix(&start)).unwrap();
        line.parse::<u64>().unwrap()
    };
    of("done") + of("failed")
}

fn is_complete(folder: &Path) -> bool {
    folder.join("castile-data/batch/complete/nightly/archived/people.xml").exists()
}

/// Waits until the server has stored so many records or the run is over; asking takes as long as a wait should.
fn wait_until(server: &Server, folder: &Path, records: u64) {
    let mut client = server.client();
    while stored(&mut client) < records && !is_complete(folder) {}
}

#[test]
fn b_5_every_record_is_done_exactly_once_whenever_the_server_is_killed() {
    let given = std::env::var(RECORDS_VARIABLE).ok().and_then(|records| records.parse().ok());
    let records: u64 = given.unwrap_or(RECORDS_DEFAULT);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    let mut random = Random::new("batch");
    let blocks: Vec<String> = (1..=records).map(record).collect();
    let file = format!("<Customers xmlns=\"urn:castile:crm:v1\">\n{}\n</Customers>\n", blocks.join("\n"));
    let incoming = path.join("castile-data/batch/incoming/nightly");
    fs::create_dir_all(&incoming).unwrap();
    fs::write(incoming.join("people.xml"), &file).unwrap();
    fs::write(incoming.join("people.xml.done"), "").unwrap();

    let mut kills = 0;
    while !is_complete(path) {
        let server = start(path);
        wait_until(&server, path, random.below(2 * records / KILLS));
        // Once, so that both ends of a server are there.
        if kills == 2 {
            server.stop();
        } else {
            server.kill();
        }
        kills += 1;
    }
    // What was killed between the files and the row of the run ends now.
    start(path).stop();
    eprintln!("batch: {records} records, killed {kills} times");
    assert!(kills > 1, "the run was over before anything happened");

    let archived = path.join("castile-data/batch/complete/nightly/archived/people.xml");
    assert_eq!(fs::read_to_string(archived).unwrap(), file);
    let failed = path.join("castile-data/batch/complete/nightly/failed/people_failures.xml");
    let failures = fs::read_to_string(failed).unwrap();
    let expected: Vec<String> = (1..=records).filter(|number| number % 10 == 0).map(record).collect();
    let found: Vec<&str> = failures.lines().filter(|line| line.starts_with("<Customer ")).collect();
    assert_eq!(found, expected);
    assert_eq!(fs::read_dir(path.join("castile-data/batch/running/gateway-1/nightly")).unwrap().count(), 0);
    assert_exactly_once(path, records);
}

/// Customers, rows of the history and notes, all of them counted in an export.
fn assert_exactly_once(folder: &Path, records: u64) {
    let export = check(&run(folder, &["export"]), 0, &[]);
    let (mut customers, mut rows, mut notes) = (0, 0, Vec::new());
    for line in export.lines() {
        let line: Value = serde_json::from_str(line).unwrap();
        let Some(customer) = line.get("customer") else { continue };
        customers += 1;
        rows += customer["history"].as_array().unwrap().len() as u64;
        for note in customer["notes"].as_array().unwrap() {
            let number = note["text"].as_str().unwrap().strip_prefix("note ").unwrap();
            notes.push(number.parse::<u64>().unwrap());
        }
    }
    notes.sort_unstable();
    let done: Vec<u64> = (1..=records).filter(|number| number % 10 != 0).collect();
    let added = done.iter().filter(|number| *number % 10 != 5).count() as u64;
    assert_eq!((customers, rows), (added, done.len() as u64));
    assert_eq!(notes, done);
}
