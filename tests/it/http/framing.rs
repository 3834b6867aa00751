//! One message in every frame that HTTP has for it: by length, by chunks, announced, pipelined, in HTTP/1.0, in UTF-16.
//!
//! Each row must be answered as the plain message is.

use super::Scene;
use crate::support::{Client, fault, request, soap};

/// What the plain message gets: there is no customer in these stores.
const NOBODY: &str = "500 Client CUSTOMER_NOT_FOUND";
const TYPE: (&str, &str) = ("Content-Type", "text/xml; charset=utf-8");

fn message() -> String {
    soap::envelope(&soap::retrieve("<CustomerID>1</CustomerID>"))
}

/// A head with these lines, in CR LF.
fn head(version: &str, lines: &[&str]) -> String {
    let mut head = format!("POST {} HTTP/{version}\r\nContent-Type: text/xml\r\nHost: x\r\n", soap::PATH);
    lines.iter().for_each(|line| head.extend([line, "\r\n"]));
    head + "\r\n"
}

/// The message in chunks of this size, with an extension and a trailer.
fn chunked(message: &str, chunk_bytes: usize) -> Vec<u8> {
    let mut body = Vec::new();
    for chunk in message.as_bytes().chunks(chunk_bytes) {
        body.extend(format!("{:X};name=value\r\n", chunk.len()).bytes());
        body.extend(chunk);
        body.extend(b"\r\n");
    }
    body.extend(b"0\r\nX-Trailer: seen\r\n\r\n");
    body
}

#[track_caller]
fn check(client: &mut Client, expected: &str) {
    let answer = client.receive().unwrap();
    assert_eq!(fault::summary(&answer), expected, "{}", answer.body);
}

#[test]
fn keep_alive_answers_one_after_the_other_until_close() {
    let scene = Scene::new(&[]);
    let mut client = scene.server.client();
    for _ in 0..3 {
        client.send(&request("POST", soap::PATH, &[TYPE], message().as_bytes())).unwrap();
        check(&mut client, NOBODY);
    }
    client
        .send(&request("POST", soap::PATH, &[TYPE, ("Connection", "close")], message().as_bytes()))
        .unwrap();
    let last = client.receive().unwrap();
    assert_eq!((last.header("connection"), client.rest().as_str()), (Some("close"), ""));
    scene.end();
}

#[test]
fn pipelined_requests_are_answered_in_their_order() {
    let scene = Scene::new(&[]);
    let mut client = scene.server.client();
    let wsdl = format!("{}?wsdl", soap::PATH);
    let parts = [
        request("POST", soap::PATH, &[TYPE], message().as_bytes()),
        request("GET", &wsdl, &[], b""),
        request("POST", soap::PATH, &[TYPE], message().as_bytes()),
        request("GET", "/nothing", &[("Connection", "close")], b""),
    ];
    client.send(&parts.concat()).unwrap();
    for expected in [NOBODY, "200", NOBODY, "404 problem"] {
        let answer = client.receive().unwrap();
        let found = if expected == "200" { answer.status.to_string() } else { fault::summary(&answer) };
        assert_eq!(found, expected, "{}", answer.body);
    }
    assert_eq!(client.rest(), "");
    let mut client = scene.server.client();
    let by_chunks =
        [head("1.1", &["Transfer-Encoding: chunked"]).into_bytes(), chunked(&message(), 50)].concat();
    client.send(&by_chunks.repeat(3)).unwrap();
    for _ in 0..3 {
        check(&mut client, NOBODY);
    }
    scene.end();
}

#[test]
fn chunked_messages_need_no_length_and_may_be_cut_anywhere() {
    let scene = Scene::new(&[]);
    let mut client = scene.server.client();
    for chunk_bytes in [1, 7, 100, 100_000] {
        client.send(head("1.1", &["Transfer-Encoding: chunked"]).as_bytes()).unwrap();
        client.send(&chunked(&message(), chunk_bytes)).unwrap();
        check(&mut client, NOBODY);
    }
    // Every piece in a packet of its own, as far as the system lets it.
    let whole = [head("1.1", &["transfer-encoding: Chunked"]).into_bytes(), chunked(&message(), 64)].concat();
    whole.chunks(33).for_each(|piece| client.send(piece).unwrap());
    check(&mut client, NOBODY);
    scene.end();
}

#[test]
fn expect_100_continue_is_answered_before_the_message() {
    let scene = Scene::new(&[]);
    let length = format!("Content-Length: {}", message().len());
    for lines in
        [&[&length, "Expect: 100-continue"][..], &["Transfer-Encoding: chunked", "Expect: 100-Continue"]]
    {
        let mut client = scene.server.client();
        client.send(head("1.1", lines).as_bytes()).unwrap();
        assert_eq!(client.receive().unwrap().status, 100);
        let body = if lines[0] == length { message().into_bytes() } else { chunked(&message(), 99) };
        client.send(&body).unwrap();
        check(&mut client, NOBODY);
    }
    let mut client = scene.server.client();
    // Who sends at once, without waiting for the 100, is answered too.
    client.send(&[head("1.1", &[&length, "Expect: 100-continue"]), message()].concat().into_bytes()).unwrap();
    let first = client.receive().unwrap();
    let answer = if first.status == 100 { client.receive().unwrap() } else { first };
    assert_eq!(fault::summary(&answer), NOBODY);
    // What would be refused anyway is not asked for.
    client.send(head("1.1", &["Content-Length: 99999999", "Expect: 100-continue"]).as_bytes()).unwrap();
    check(&mut client, "413 Client MESSAGE_TOO_LARGE");
    drop(client);
    scene.end();
}

#[test]
fn http_1_0_is_answered_and_closed_unless_it_asks_otherwise() {
    let scene = Scene::new(&[]);
    let length = format!("Content-Length: {}", message().len());
    let mut client = scene.server.client();
    client.send(&[head("1.0", &[&length]), message()].concat().into_bytes()).unwrap();
    check(&mut client, NOBODY);
    assert_eq!(client.rest(), "");
    let mut client = scene.server.client();
    for _ in 0..2 {
        client
            .send(&[head("1.0", &[&length, "Connection: keep-alive"]), message()].concat().into_bytes())
            .unwrap();
        check(&mut client, NOBODY);
    }
    drop(client);
    // R1140: HTTP/1.0 has no chunks.
    let mut client = scene.server.client();
    client.send(head("1.0", &["Transfer-Encoding: chunked"]).as_bytes()).unwrap();
    let rest = client.rest();
    assert!(rest.contains(" 400 Bad Request"), "{rest}");
    drop(client);
    scene.end();
}

#[test]
fn a_message_with_two_lengths_is_read_once_and_is_the_last() {
    let scene = Scene::new(&[]);
    let smuggled = request("GET", "/services", &[], b"");
    let both = head("1.1", &["Content-Length: 4", "Transfer-Encoding: chunked"]);
    let mut client = scene.server.client();
    client.send(&[both.as_bytes(), &chunked(&message(), 100), &smuggled].concat()).unwrap();
    check(&mut client, NOBODY);
    assert_eq!(client.rest(), "");
    for lines in
        [["Content-Length: 4", "Content-Length: 5"], ["Content-Length: 4", "Transfer-Encoding: gzip"]]
    {
        let mut client = scene.server.client();
        client.send(&[head("1.1", &lines).as_bytes(), b"<a/>", &smuggled].concat()).unwrap();
        let rest = client.rest();
        assert!(rest.starts_with("HTTP/1.1 400") && !rest.contains("200 OK"), "{lines:?}: {rest}");
    }
    scene.end();
}

#[test]
fn r1012_utf_16_of_both_byte_orders_is_read_by_its_mark() {
    let scene = Scene::new(&[]);
    let declared = message().replace("UTF-8", "UTF-16");
    let units = |to_bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
        format!("\u{FEFF}{declared}").encode_utf16().flat_map(to_bytes).collect()
    };
    for content_type in ["text/xml", "text/xml; charset=utf-16", "text/xml; charset=\"UTF-16LE\""] {
        for body in [units(u16::to_le_bytes), units(u16::to_be_bytes)] {
            let answer =
                scene.server.client().exchange("POST", soap::PATH, &[("Content-Type", content_type)], body);
            assert_eq!(fault::summary(&answer), NOBODY, "{content_type}: {}", answer.body);
            assert!(answer.body.starts_with('<'), "an answer has no byte order mark: {}", answer.body);
        }
    }
    scene.end();
}
