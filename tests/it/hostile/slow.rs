//! Callers that send slowly, many at once: cut off at the deadline, while others are served.
//!
//! Deliberately absent: the single deadlines one by one, which `http` has.

use super::{SOAP_11, TYPE_11, envelope};
use crate::support::{Client, Server, castile, fault, soap};

/// More than there are places for requests: they must not take any.
const SLOW: usize = 200;
const PLACES: &str = "8";

struct Scene {
    server: Server,
    _folder: tempfile::TempDir,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = castile::<&str>(folder.path(), &["--listen", "127.0.0.1:0"]);
        command.envs([
            ("CASTILE_LIMITS__HEADER_TIMEOUT_MS", "1500"),
            ("CASTILE_LIMITS__BODY_TIMEOUT_MS", "1500"),
            ("CASTILE_LIMITS__REQUESTS_IN_FLIGHT_MAX", PLACES),
        ]);
        Scene { server: Server::spawn(&mut command), _folder: folder }
    }

    fn slow(&self, bytes: &str) -> Vec<Client> {
        let begun = |_| {
            let mut client = self.server.client();
            client.send(bytes.as_bytes()).unwrap();
            client
        };
        (0..SLOW).map(begun).collect()
    }

    #[track_caller]
    fn check_served(&self) {
        let message = envelope(SOAP_11, "", &soap::retrieve("<CustomerID>1</CustomerID>"));
        for _ in 0..10 {
            let answer = self.server.client().exchange("POST", soap::PATH, &[TYPE_11], &message);
            assert_eq!(fault::summary(&answer), "500 Client CUSTOMER_NOT_FOUND", "{}", answer.body);
        }
    }
}

#[test]
fn slow_headers() {
    let scene = Scene::new();
    let mut slow = scene.slow(&format!("POST {} HTTP/1.1\r\nHost: x\r\n", soap::PATH));
    scene.check_served();
    for client in &mut slow {
        // It may be cut off already: then this is what it finds.
        let _ = client.send(b"X-More: y\r\n");
        assert_eq!(client.rest(), "");
    }
    scene.check_served();
    drop(slow);
    scene.server.stop();
}

#[test]
fn slow_bodies() {
    let scene = Scene::new();
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: 1000\r\n\r\n<",
        soap::PATH
    );
    let mut slow = scene.slow(&head);
    scene.check_served();
    for client in &mut slow {
        let _ = client.send(b"e");
        let answer = client.receive().unwrap();
        assert_eq!(fault::summary(&answer), "408 Client MALFORMED_MESSAGE", "{}", answer.body);
    }
    scene.check_served();
    drop(slow);
    scene.server.stop();
}
