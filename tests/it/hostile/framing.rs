//! Bytes that mean harm below XML: packed, chunked, pipelined, in parts.

use std::io::Read;

use flate2::Compression;
use flate2::read::{GzEncoder, ZlibEncoder};

use super::{SOAP_11, SOAP_12, Scene, TYPE_11, TYPE_12, add, connect, envelope, retrieve};
use crate::support::{fault, request, soap};

/// A hundred megabytes that pack to a hundred kilobytes.
fn bomb(pack: fn(&mut dyn Read) -> Vec<u8>) -> Vec<u8> {
    let message = envelope(SOAP_11, "", &add(""));
    pack(&mut message.as_bytes().chain(std::io::repeat(b' ').take(100_000_000)))
}

fn gzip(content: &mut dyn Read) -> Vec<u8> {
    let mut packed = Vec::new();
    GzEncoder::new(content, Compression::fast()).read_to_end(&mut packed).unwrap();
    packed
}

fn zlib(content: &mut dyn Read) -> Vec<u8> {
    let mut packed = Vec::new();
    ZlibEncoder::new(content, Compression::fast()).read_to_end(&mut packed).unwrap();
    packed
}

#[test]
fn gzip_bombs() {
    let scene = Scene::new();
    for (coding, bomb) in [("gzip", bomb(gzip)), ("deflate", bomb(zlib))] {
        scene.check(coding, &[TYPE_11, ("Content-Encoding", coding)], &bomb, "413 Client MESSAGE_TOO_LARGE");
        scene.check(coding, &[TYPE_12, ("Content-Encoding", coding)], &bomb, "413 Sender MESSAGE_TOO_LARGE");
    }
}

#[test]
fn nested_gzip() {
    let scene = Scene::new();
    let nested = gzip(&mut &bomb(gzip)[..]);
    let headers = |coding| [TYPE_11, ("Content-Encoding", coding)];
    scene.check("told once", &headers("gzip"), &nested, "400 Client MALFORMED_MESSAGE");
    scene.check("told twice", &headers("gzip, gzip"), &nested, "415 Client MALFORMED_MESSAGE");
    let twice = [TYPE_11, ("Content-Encoding", "gzip"), ("Content-Encoding", "gzip")];
    scene.check("in two headers", &twice, &nested, "415 Client MALFORMED_MESSAGE");
}

fn chunked_head() -> Vec<u8> {
    let head = format!(
        "POST {} HTTP/1.1\r\nHost: x\r\n{}: {}\r\nTransfer-Encoding: chunked\r\n\r\n",
        soap::PATH,
        TYPE_11.0,
        TYPE_11.1
    );
    head.into_bytes()
}

#[test]
fn an_endless_chunk() {
    let scene = Scene::new();
    let answer = scene.measured("one chunk", |server| {
        let mut client = connect(server);
        client.send(&[&chunked_head()[..], b"7FFFFFFFFFFFFFFF\r\n"].concat()).unwrap();
        let piece = vec![b' '; 1 << 20];
        // It says no after 10 MiB and listens to some more, so that the answer can be read.
        (0..12).for_each(|_| client.send(&piece).unwrap());
        client.receive().unwrap()
    });
    assert_eq!(fault::summary(&answer), "413 Client MESSAGE_TOO_LARGE");
    for (name, size) in [
        ("more than fits", "FFFFFFFFFFFFFFFFF\r\n".to_owned()),
        ("negative", "-1\r\n".to_owned()),
        ("an endless extension", format!("1;{}", "x".repeat(100_000))),
    ] {
        let rest = scene.measured(name, |server| {
            let mut client = connect(server);
            client.send(&[&chunked_head()[..], size.as_bytes()].concat()).unwrap();
            client.receive().map(|answer| answer.status).unwrap()
        });
        assert_eq!(rest, 400, "{name}");
    }
}

#[test]
fn one_byte_chunks() {
    let scene = Scene::new();
    let message = envelope(SOAP_11, "", &retrieve(&" ".repeat(100_000)));
    let mut bytes = chunked_head();
    for byte in message.bytes() {
        bytes.extend([b'1', b'\r', b'\n', byte, b'\r', b'\n']);
    }
    bytes.extend(b"0\r\n\r\n");
    let answer = scene.measured("one byte each", |server| {
        let mut client = connect(server);
        client.send(&bytes).unwrap();
        client.receive().unwrap()
    });
    assert_eq!(fault::summary(&answer), "200");
}

#[test]
fn pipelined_requests_with_faults_in_the_middle() {
    let scene = Scene::new();
    let good = request("POST", soap::PATH, &[TYPE_11], envelope(SOAP_11, "", &retrieve("")).as_bytes());
    let bad = request("POST", soap::PATH, &[TYPE_12], envelope(SOAP_12, "", "<own/>").as_bytes());
    let broken = request("POST", soap::PATH, &[TYPE_11], b"<e:Envelope");
    let all = [good.clone(), bad, good.clone(), broken, good].concat().repeat(20);
    let answers = scene.measured("a hundred at once", |server| {
        let mut client = connect(server);
        client.send(&all).unwrap();
        (0..100).map(|_| fault::summary(&client.receive().unwrap())).collect::<Vec<_>>()
    });
    for (number, answer) in answers.iter().enumerate() {
        let expected = match number % 5 {
            1 => "400 Sender ProcedureNotPresent UNKNOWN_OPERATION",
            3 => "400 Client MALFORMED_MESSAGE",
            _ => "200",
        };
        assert!(answer.starts_with(expected), "{number}: {answer}");
    }
}

#[test]
fn heads_without_measure() {
    let scene = Scene::new();
    let many: String = (0..5_000).map(|number| format!("X-{number}: y\r\n")).collect();
    for (name, head) in [
        ("a long target", format!("GET /{} HTTP/1.1\r\nHost: x\r\n\r\n", "x".repeat(1_000_000))),
        ("a long header", format!("GET / HTTP/1.1\r\nX: {}\r\n\r\n", "y".repeat(1_000_000))),
        ("many headers", format!("GET / HTTP/1.1\r\n{many}\r\n")),
        ("no HTTP", "\u{16}\u{3}\u{1}\0\r\n\r\n".to_owned()),
    ] {
        let status = scene.measured(name, |server| {
            let mut client = connect(server);
            client.send(head.as_bytes()).unwrap();
            client.receive().unwrap().status
        });
        assert!(matches!(status, 400 | 414 | 431), "{name}: {status}");
    }
}

#[track_caller]
fn check_mime(name: &str, parts: &str) {
    let scene = Scene::new();
    let headers =
        [("Content-Type", "multipart/related; type=\"text/xml\"; boundary=\"b\"; start=\"<root>\"")];
    // Attachments are none of this service's: the parts are never looked at.
    scene.check(name, &headers, format!("{parts}\r\n--b--\r\n"), "415 Client MALFORMED_MESSAGE");
}

#[test]
fn mime_with_10_000_parts() {
    check_mime("parts", &"\r\n--b\r\nContent-Type: text/xml\r\nContent-ID: <p>\r\n\r\n<a/>".repeat(10_000));
    check_mime("headers", &format!("\r\n--b\r\n{}\r\n\r\n", "X: y\r\n".repeat(100_000)));
}

#[test]
fn mime_without_its_root_part() {
    check_mime("another", "\r\n--b\r\nContent-Type: text/xml\r\nContent-ID: <other>\r\n\r\n<a/>");
    check_mime("none", "");
}

#[test]
fn mime_with_parts_that_include_each_other() {
    let include = |id: &str, other: &str| {
        format!(
            "\r\n--b\r\nContent-Type: application/xop+xml\r\nContent-ID: <{id}>\r\n\r\n\
             <x:Include xmlns:x='http://www.w3.org/2004/08/xop/include' href='cid:{other}'/>"
        )
    };
    check_mime("a circle", &(include("root", "second") + &include("second", "root")));
    check_mime("itself", &include("root", "root"));
}
