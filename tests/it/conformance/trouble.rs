//! Trouble that is the server's: Server and Receiver, at 500 and at 503, in both versions.

use castile::wire::soap::Version::{self, V11, V12};

use super::{Running, Scene, framed};
use crate::support::{Server, castile, soap};
use std::sync::Arc;

const MARK: &str = "mark-of-the-record";

/// A server of the test's own over what the one before has left.
fn scene(folder: tempfile::TempDir, variables: &[(&str, &str)]) -> Scene {
    let mut command = castile::<&str>(folder.path(), &["--listen", "127.0.0.1:0"]);
    let server = Some(Server::spawn(command.envs(variables.iter().copied())));
    Scene(Arc::new(Running { server, _folder: folder }))
}

/// A folder in which a customer with the mark was stored.
fn with_customer() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let known = soap::customer("addCustomer", &format!("<Source>{MARK}</Source>"));
    assert_eq!(server.client().post(&soap::envelope(&known)).text("CustomerID"), "1");
    server.stop();
    folder
}

/// Flips a bit of the mark in every stored value that has it, behind the program's back.
fn damage(folder: &std::path::Path) {
    let segment_bytes = 2 * 1024 * 1024;
    let config = sled::Config::new().path(folder.join("castile-data/store")).segment_size(segment_bytes);
    let store = config.open().unwrap();
    let mut flipped = 0;
    for tree in store.tree_names().into_iter().map(|name| store.open_tree(name).unwrap()) {
        for (key, value) in tree.iter().map(Result::unwrap) {
            let Some(at) = memchr::memmem::find(&value, MARK.as_bytes()) else { continue };
            let mut value = value.to_vec();
            value[at] ^= 1;
            tree.insert(key, value).unwrap();
            flipped += 1;
        }
    }
    assert_ne!(flipped, 0, "the record was not found");
    store.flush().unwrap();
}

#[test]
fn a_3_b_3_a_fault_of_the_servers_own_is_500_server_or_receiver() {
    let folder = with_customer();
    damage(folder.path());
    let scene = scene(folder, &[]);
    let retrieve = framed("", &soap::retrieve("<CustomerID>1</CustomerID>"));
    for (version, expected) in [(V11, "500 Server UNEXPECTED_ERROR"), (V12, "500 Receiver UNEXPECTED_ERROR")]
    {
        let answer = scene.check(version, &retrieve, expected);
        let request_id = answer.header("x-request-id").unwrap();
        assert!(answer.body.contains(request_id) && !answer.body.contains("mark"), "{}", answer.body);
    }
    scene.check_both(&framed("", "@add"), "200", "200");
}

#[test]
fn s2_6_a_server_that_cannot_write_says_503_with_retry_after_in_a_fault() {
    let scene = scene(with_customer(), &[("CASTILE_STORE__RESERVE_BYTES", "9223372036854775807")]);
    for version in Version::ALL {
        let expected = match version {
            V11 => "503 Server SERVICE_UNAVAILABLE",
            V12 => "503 Receiver SERVICE_UNAVAILABLE",
        };
        let answer = scene.check(version, &framed("", "@add"), expected);
        assert_eq!(answer.header("retry-after"), Some("1"));
        assert_eq!(answer.text("Retryable"), "true");
    }
    scene.check_both(&framed("", &soap::retrieve("<CustomerID>1</CustomerID>")), "200", "200");
}
