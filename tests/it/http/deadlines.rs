//! Deadlines: what comes too slowly is cut off in time, while others are served.
//!
//! Nothing here sleeps: a test waits for the server to answer or to close, within the client's patience.

use super::Scene;
use crate::support::{Client, fault, soap};

const SHORT: &str = "100";
/// From here on a head is refused for its size.
const HEAD_BYTES_MAX: usize = 64 * 1024;

fn message() -> String {
    soap::envelope(&soap::retrieve("<CustomerID>1</CustomerID>"))
}

/// Others are served meanwhile.
#[track_caller]
fn check_served(scene: &Scene) {
    let answer = scene.server.client().post(&message());
    assert_eq!(fault::summary(&answer), "500 Client CUSTOMER_NOT_FOUND", "{}", answer.body);
}

/// A connection on which these bytes were sent.
fn begun(scene: &Scene, bytes: &str) -> Client {
    let mut client = scene.server.client();
    client.send(bytes.as_bytes()).unwrap();
    client
}

fn head(content_type: &str) -> String {
    format!(
        "POST {} HTTP/1.1\r\nHost: x\r\nContent-Type: {content_type}\r\nContent-Length: 500\r\n\r\n",
        soap::PATH
    )
}

#[test]
fn a_head_that_does_not_come_to_its_end_is_cut_off() {
    let scene = Scene::new(&[("CASTILE_LIMITS__HEADER_TIMEOUT_MS", SHORT)]);
    let mut slow: Vec<Client> = ["P", "POST / HTTP/1.1\r\n", "POST / HTTP/1.1\r\nHost: x\r\nX-Slow: "]
        .iter()
        .map(|bytes| begun(&scene, bytes))
        .collect();
    check_served(&scene);
    for client in &mut slow {
        assert_eq!(client.rest(), "");
    }
    // It counts for each head of a connection.
    let mut second = scene.server.client();
    assert_eq!(second.post(&message()).status, 500);
    second.send(b"POST / HT").unwrap();
    check_served(&scene);
    assert_eq!(second.rest(), "");
    scene.end();
}

#[test]
fn bytes_that_trickle_in_do_not_move_a_deadline() {
    let scene = Scene::new(&[("CASTILE_LIMITS__HEADER_TIMEOUT_MS", SHORT)]);
    let mut client = scene.server.client();
    // One byte for each request of somebody else: far too few for the limit on the size of a head.
    let mut sent = 0;
    while client.send(b"X").is_ok() {
        check_served(&scene);
        sent += 1;
        assert!(sent < HEAD_BYTES_MAX, "the head goes on for ever");
    }
    scene.end();
}

#[test]
fn a_body_that_does_not_come_to_its_end_is_408_in_the_callers_version() {
    let scene = Scene::new(&[("CASTILE_LIMITS__BODY_TIMEOUT_MS", SHORT)]);
    let start = "<e:Envelope xmlns:e=";
    let rows = [
        ("text/xml", "408 Client MALFORMED_MESSAGE"),
        ("application/soap+xml; charset=utf-8", "408 Sender MALFORMED_MESSAGE"),
        ("application/json", "408 problem"),
    ];
    let mut slow: Vec<Client> =
        rows.iter().map(|(content_type, _)| begun(&scene, &(head(content_type) + start))).collect();
    check_served(&scene);
    for (client, (_, expected)) in slow.iter_mut().zip(rows) {
        let answer = client.receive().unwrap();
        assert_eq!(fault::summary(&answer), expected, "{}", answer.body);
        assert_eq!(answer.header("connection"), Some("close"));
        client.shut_down_sending();
        assert_eq!(client.rest(), "");
    }
    drop(slow);
    // By chunks, too.
    let chunked = head("text/xml").replace("Content-Length: 500", "Transfer-Encoding: chunked");
    let mut client = begun(&scene, &(chunked + "5\r\n<e:En\r\n"));
    assert_eq!(fault::summary(&client.receive().unwrap()), "408 Client MALFORMED_MESSAGE");
    drop(client);
    scene.end();
}

#[test]
fn idle_connections_are_closed() {
    let scene = Scene::new(&[("CASTILE_LIMITS__IDLE_TIMEOUT_MS", SHORT)]);
    let mut unused = scene.server.client();
    let mut used = scene.server.client();
    assert_eq!(used.post(&message()).status, 500);
    assert_eq!((unused.rest(), used.rest()), (String::new(), String::new()));
    check_served(&scene);
    scene.end();
}

#[test]
fn a_request_that_takes_too_long_is_given_up() {
    let scene = Scene::new(&[("CASTILE_LIMITS__REQUEST_TIMEOUT_MS", "1")]);
    // Each record is a commit of its own, so that a thousand take far longer.
    let records = format!("<Customer Action=\"Add\">{}</Customer>", soap::name("Ada", "Slow")).repeat(1_000);
    let document = soap::envelope(&format!("<Customers xmlns=\"{}\">{records}</Customers>", soap::NAMESPACE));
    let answer = scene.server.client().post(&document);
    // The document answers in time for what it has done; where even that came too late, the server answers for it.
    match answer.status {
        200 => {
            assert!(answer.body.contains("the time for the request was used up"), "{}", &answer.body[..500]);
            assert_eq!(answer.text("RecordCount"), "1000");
        }
        _ => {
            assert!(fault::summary(&answer).ends_with("Server SERVICE_UNAVAILABLE"), "{}", answer.body);
            assert!(answer.body.contains("not known"), "{}", answer.body);
        }
    }
    scene.end();
}
