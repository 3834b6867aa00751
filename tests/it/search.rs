//! Search through the real program: after kills between commit and projection, after damage, after a rebuild.
//!
//! Deliberately absent: what matches, which the tests beside search and its operation say.

use std::fs;
use std::path::Path;

use super::support::{Server, run, soap};

/// The ids that a search for everybody called Berg answers, in its order.
fn bergs(server: &Server) -> Vec<u64> {
    let request = format!(
        "<searchCustomers xmlns=\"{}\"><LastName SearchType=\"Exact\">BERG</LastName><MaxResults>200</MaxResults>\
         </searchCustomers>",
        soap::NAMESPACE
    );
    let answer = server.client().post(&soap::envelope(&request));
    assert_eq!(answer.status, 200, "{}", answer.body);
    let ids = answer.body.split("<CustomerID>").skip(1);
    ids.map(|rest| rest[..rest.find('<').unwrap()].parse().unwrap()).collect()
}

/// Adds so many of them; their ids.
fn add_bergs(server: &Server, count: usize) -> Vec<u64> {
    let mut client = server.client();
    let mut add = || client.post(&soap::envelope(&soap::customer("addCustomer", &soap::name("Ana", "Berg"))));
    (0..count).map(|_| add().text("CustomerID").parse().unwrap()).collect()
}

#[test]
fn nothing_is_missing_from_search_after_kills_right_after_commits() {
    let folder = tempfile::tempdir().unwrap();
    let mut ids = Vec::new();
    for round in 0..6 {
        let server = Server::start(folder.path());
        assert_eq!(bergs(&server), ids, "round {round}");
        ids.extend(add_bergs(&server, 3 + round));
        if round % 2 == 0 {
            assert_eq!(bergs(&server), ids, "round {round}");
        }
        server.kill();
    }
    let server = Server::start(folder.path());
    assert_eq!(bergs(&server), ids);
    server.stop();
}

/// Flips a bit in every file of the index that holds customers.
fn damage(folder: &Path) {
    let mut damaged = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "idx" || extension == "term") {
            let mut bytes = fs::read(&path).unwrap();
            bytes[0] ^= 1;
            fs::write(&path, bytes).unwrap();
            damaged += 1;
        }
    }
    assert!(damaged > 0);
}

#[test]
fn an_index_is_made_anew_where_it_is_damaged_and_by_command() {
    let folder = tempfile::tempdir().unwrap();
    let index = folder.path().join("castile-data/search");
    let server = Server::start(folder.path());
    let ids = add_bergs(&server, 20);
    assert_eq!(bergs(&server), ids);
    rebuild(folder.path());
    assert_eq!(bergs(&server), ids);
    server.stop();

    damage(&index);
    let server = Server::start(folder.path());
    assert_eq!(bergs(&server), ids);
    server.stop();

    damage(&index);
    rebuild(folder.path());
    fs::remove_dir_all(&index).unwrap();
    rebuild(folder.path());
    assert!(index.join("meta.json").exists());
    let server = Server::start(folder.path());
    assert_eq!(bergs(&server), ids);
    server.stop();
}

fn rebuild(folder: &Path) {
    let output = run(folder, &["search", "rebuild"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.contains("indexed 20 customers"), "{said}");
}
