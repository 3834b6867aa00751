//! The server is killed under load, again and again on one database, and nothing that it acknowledged is lost: customers,
//! notes, transactions, cards, merges and merges that were taken back.
//!
//! Deliberately absent: what the kernel had not written out yet, which survives a killed process; see `power_cut`.

use std::path::Path;

use super::support::{Load, Server, run, skipped};

const ROUNDS: usize = 20;
const WRITERS: usize = 8;
/// Acknowledged writes before a kill.
const WRITES_MIN: u64 = 5;
const WRITES_SPREAD: u64 = 250;

#[test]
fn what_was_acknowledged_survives_twenty_kills_of_one_database() {
    let folder = tempfile::tempdir().unwrap();
    let mut load = Load::new("crash", WRITERS);
    for round in 1..=ROUNDS {
        let server = Server::start(folder.path());
        load.deal_once(folder.path());
        let report = load.settle_and_verify(server.address(), false);
        let target = (WRITES_MIN + load.random().below(WRITES_SPREAD)) as usize;
        let wait = load.random_moment();
        let address = server.address().to_owned();
        load.run(&address, |progress| {
            progress.wait_for(target);
            wait();
            server.kill();
        });
        eprintln!("crash: round {round}: {report}; killed after {target} more");
    }
    let server = Server::start(folder.path());
    let report = load.settle_and_verify(server.address(), true);
    load.write(server.address(), 2);
    load.settle_and_verify(server.address(), true);
    server.stop();
    assert!(load.variety().iter().all(|count| *count > 0), "{:?}", load.variety());
    check_store(folder.path());
    eprintln!("crash: at the end: {report}");
}

/// `castile check` finds nothing, where it can look at all.
fn check_store(folder: &Path) {
    let empty = tempfile::tempdir().unwrap();
    if !run(empty.path(), &["check"]).status.success() {
        return skipped("crash: castile check", "it does not work on an empty store");
    }
    let output = run(folder, &["check"]);
    let said =
        String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    eprintln!("crash: castile check: {}", said.trim());
}
