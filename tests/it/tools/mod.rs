//! Projects for testers' tools, made from the WSDL and the requests under `examples/requests`: for SoapUI and Postman.
//!
//! `UPDATE_EXAMPLES=1 cargo test --test it tools` writes them anew; without it they must be what would be written. Every
//! operation of the WSDL is in both, and every request in them works against a running server when they are sent in
//! the order in which they stand. Deliberately absent: the tools themselves.

mod postman;
mod requests;
mod soapui;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use castile::wire::soap::Version;
use castile::wire::soap::wsdl::ServiceDescription;

use self::requests::{Example, examples};
use super::support::{Server, fault, run};

const SOAPUI: &str = "examples/soapui/castile-soapui-project.xml";
const POSTMAN: &str = "examples/postman/castile-postman-collection.json";
/// Where both expect the server; both let a person change it in one place.
const BASE_URL: &str = "http://127.0.0.1:8080";
const VERSIONS: [Version; 2] = [Version::V11, Version::V12];

/// A request as a tool sends it.
#[derive(Debug, PartialEq, Eq)]
struct Sent {
    version: Version,
    name: String,
    operation: String,
    path: String,
    envelope: String,
}

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn read(name: &str) -> String {
    fs::read_to_string(path(name)).unwrap_or_default()
}

#[track_caller]
fn check_up_to_date(name: &str, made: &str) {
    if std::env::var_os("UPDATE_EXAMPLES").is_some() {
        fs::create_dir_all(path(name).parent().unwrap()).unwrap();
        fs::write(path(name), made).unwrap();
    }
    assert!(read(name) == made, "{name} is old: UPDATE_EXAMPLES=1 cargo test --test it tools");
}

#[test]
fn both_are_what_the_wsdl_and_the_examples_make() {
    let description = ServiceDescription::load().unwrap();
    let examples = examples(&description);
    check_up_to_date(SOAPUI, &soapui::project(&description, &examples));
    check_up_to_date(POSTMAN, &postman::collection(&description, &examples));
}

#[test]
fn both_have_every_operation_in_both_versions() {
    let description = ServiceDescription::load().unwrap();
    let declared: BTreeSet<_> =
        description.operations.iter().map(|operation| operation.name.clone()).collect();
    for sent in [soapui::sent(&read(SOAPUI)), postman::sent(&read(POSTMAN))] {
        for version in VERSIONS {
            let of_version = sent.iter().filter(|sent| sent.version == version);
            let there: BTreeSet<_> = of_version.map(|sent| sent.operation.clone()).collect();
            assert_eq!(there, declared);
        }
    }
}

/// What the requests need is in the reference data of the examples.
fn server(folder: &Path) -> Server {
    for entry in fs::read_dir(path("examples/reference")).unwrap() {
        let file = entry.unwrap().path();
        let loaded = run(folder, &["load", file.to_str().unwrap()]);
        assert!(loaded.status.success(), "{}", String::from_utf8_lossy(&loaded.stderr));
    }
    Server::start(folder)
}

#[track_caller]
fn check_works(sent: Vec<Sent>, version: Version) {
    let folder = tempfile::tempdir().unwrap();
    let server = server(folder.path());
    let mut sent: Vec<_> = sent.into_iter().filter(|sent| sent.version == version).collect();
    // A tool groups by operation; the order to send them in is that of the examples.
    sent.sort_by_key(|sent| requests::place(&sent.name));
    for sent in &sent {
        let media_type = version.content_type();
        let answer =
            server.client().exchange("POST", &sent.path, &[("Content-Type", media_type)], &sent.envelope);
        assert_eq!(fault::summary(&answer), "200", "{}: {}", sent.name, answer.body);
        assert!(!answer.body.contains("Status=\"Failed\""), "{}: {}", sent.name, answer.body);
    }
    assert!(sent.len() > 5);
    server.stop();
}

#[test]
fn every_request_of_the_soapui_project_works() {
    VERSIONS.into_iter().for_each(|version| check_works(soapui::sent(&read(SOAPUI)), version));
}

#[test]
fn every_request_of_the_postman_collection_works() {
    VERSIONS.into_iter().for_each(|version| check_works(postman::sent(&read(POSTMAN)), version));
}
