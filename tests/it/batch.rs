//! Batch files under kill -9: every record exactly once, the failures complete, whatever the moment.
//!
//! Deliberately absent: what chunks and folders do without a server, which the unit tests of `ops` and `jobs` have.

use std::fs;
use std::path::Path;

use super::support::filed::{FILESET, complete};
use super::support::{Client, Filed, Random, Server, castile, check, run};

/// More records where there is time for them.
const RECORDS_VARIABLE: &str = "CASTILE_TEST_BATCH_RECORDS";
const RECORDS_DEFAULT: u64 = 12_000;
/// About so many times the server is killed.
const KILLS: u64 = 8;

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
    complete(folder, "archived").join("people.xml").exists()
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
    let file = Filed::new("people", records);
    let incoming = path.join("castile-data/batch/incoming").join(FILESET);
    fs::create_dir_all(&incoming).unwrap();
    fs::write(incoming.join("people.xml"), file.content()).unwrap();
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

    file.verify_files(path);
    file.verify_export(&check(&run(path, &["export"]), 0, &[]));
    check(&run(path, &["check"]), 0, &[]);
}
