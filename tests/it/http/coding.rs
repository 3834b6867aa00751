//! Content codings: packed messages, what is refused of them, packed answers.

use std::io::Read;

use flate2::Compression;
use flate2::read::{DeflateEncoder, GzEncoder, ZlibEncoder};

use super::Scene;
use crate::support::{Answer, fault, soap};

const NOBODY: &str = "500 Client CUSTOMER_NOT_FOUND";
const TYPE_11: (&str, &str) = ("Content-Type", "text/xml; charset=utf-8");
const TYPE_12: (&str, &str) = ("Content-Type", "application/soap+xml; charset=utf-8");

fn read(mut encoder: impl Read) -> Vec<u8> {
    let mut bytes = Vec::new();
    encoder.read_to_end(&mut bytes).unwrap();
    bytes
}

pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
    read(GzEncoder::new(content, Compression::best()))
}

fn message() -> String {
    soap::envelope(&soap::retrieve("<CustomerID>1</CustomerID>"))
}

impl Scene {
    #[track_caller]
    fn check_packed(&self, content_type: (&str, &str), coding: &str, body: &[u8], expected: &str) -> Answer {
        let headers = [content_type, ("Content-Encoding", coding)];
        let answer = self.server.client().exchange("POST", soap::PATH, &headers, body);
        assert_eq!(fault::summary(&answer), expected, "{coding}: {}", answer.body);
        answer
    }
}

#[test]
fn gzip_and_deflate_messages_are_read() {
    let scene = Scene::new(&[]);
    let content = message();
    let zlib = read(ZlibEncoder::new(content.as_bytes(), Compression::default()));
    let bare = read(DeflateEncoder::new(content.as_bytes(), Compression::default()));
    for (coding, body) in [
        ("gzip", gzip(content.as_bytes())),
        ("x-gzip", gzip(content.as_bytes())),
        ("GZip, identity", gzip(content.as_bytes())),
        ("deflate", zlib),
        ("deflate", bare),
        (
            "gzip",
            gzip(&content.replace("UTF-8", "UTF-16").encode_utf16().fold(
                vec![0xFF, 0xFE],
                |mut bytes, unit| {
                    bytes.extend(unit.to_le_bytes());
                    bytes
                },
            )),
        ),
        ("identity", content.clone().into_bytes()),
    ] {
        let untold = ("Content-Type", "text/xml");
        scene.check_packed(untold, coding, &body, NOBODY);
    }
    let mut client = scene.server.client();
    let packed = gzip(content.as_bytes());
    for _ in 0..2 {
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n",
            soap::PATH
        );
        client.send(head.as_bytes()).unwrap();
        for chunk in packed.chunks(40) {
            client.send(&[format!("{:x}\r\n", chunk.len()).as_bytes(), chunk, b"\r\n"].concat()).unwrap();
        }
        client.send(b"0\r\n\r\n").unwrap();
        assert_eq!(fault::summary(&client.receive().unwrap()), NOBODY);
    }
    scene.end();
}

#[test]
fn a_message_over_a_limit_when_unpacked_is_413_in_the_callers_version() {
    let scene = Scene::new(&[("CASTILE_LIMITS__MESSAGE_BYTES_MAX", "200000")]);
    let padded = |bytes: usize| format!("{}{}", message(), " ".repeat(bytes - message().len())).into_bytes();
    for (content_type, code) in [(TYPE_11, "Client"), (TYPE_12, "Sender")] {
        let expected = format!("413 {code} MESSAGE_TOO_LARGE");
        // Spaces pack far beyond 100 : 1.
        let answer = scene.check_packed(content_type, "gzip", &gzip(&padded(100_000)), &expected);
        assert!(answer.body.contains("limit of 100 times"), "{}", answer.body);
    }
    scene.check_packed(TYPE_11, "gzip", &gzip(&padded(65_536)), NOBODY);
    scene.end();
    let variables =
        [("CASTILE_LIMITS__MESSAGE_BYTES_MAX", "200000"), ("CASTILE_LIMITS__INFLATE_RATIO_MAX", "5000")];
    let scene = Scene::new(&variables);
    scene.check_packed(TYPE_11, "gzip", &gzip(&padded(200_000)), NOBODY);
    let answer = scene.check_packed(TYPE_11, "gzip", &gzip(&padded(200_001)), "413 Client MESSAGE_TOO_LARGE");
    assert!(answer.body.contains("limit of 200000 bytes"), "{}", answer.body);
    scene.end();
}

#[test]
fn an_unknown_coding_is_415_and_says_which_are_known() {
    let scene = Scene::new(&[]);
    for coding in ["br", "zstd", "compress", "gzip, gzip", "gzip, deflate", "aws-chunked"] {
        for (content_type, code) in [(TYPE_11, "Client"), (TYPE_12, "Sender")] {
            let expected = format!("415 {code} MALFORMED_MESSAGE");
            let answer = scene.check_packed(content_type, coding, message().as_bytes(), &expected);
            assert_eq!(answer.header("accept-encoding"), Some("gzip, deflate"));
        }
    }
    scene.end();
}

#[test]
fn a_message_that_is_not_what_its_coding_says_is_400() {
    let scene = Scene::new(&[]);
    let packed = gzip(message().as_bytes());
    let mut damaged = packed.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0x55;
    let long_name = [&b"\x1f\x8b\x08\x08\0\0\0\0\0\xff"[..], &[b'n'; 200_000]].concat();
    for (name, coding, body) in [
        ("not packed", "gzip", message().into_bytes()),
        ("not packed", "deflate", message().into_bytes()),
        ("cut off", "gzip", packed[..packed.len() - 1].to_vec()),
        ("damaged", "gzip", damaged),
        ("followed by more", "gzip", packed.repeat(2)),
        ("an endless name in its head", "gzip", long_name),
        ("of the other coding", "deflate", packed),
    ] {
        let headers = [TYPE_12, ("Content-Encoding", coding)];
        let answer = scene.server.client().exchange("POST", soap::PATH, &headers, body);
        assert_eq!(fault::summary(&answer), "400 Sender MALFORMED_MESSAGE", "{name}: {}", answer.body);
    }
    scene.end();
}

#[test]
fn answers_are_packed_for_those_who_accept_it() {
    let scene = Scene::new(&[]);
    let mut client = scene.server.client();
    let notes = format!(
        "<CustomerNotes><CustomerNote type='VISIT'>{}</CustomerNote></CustomerNotes>",
        "long ".repeat(300)
    );
    let known = soap::customer("addCustomer", &format!("{}{notes}", soap::name("Ada", "Known")));
    assert_eq!(client.post(&soap::envelope(&known)).text("CustomerID"), "1");
    let plain = client.post(&message());
    assert_eq!((plain.header("content-encoding"), plain.header("vary")), (None, None));

    let mut check = |accept: &str, packed: bool| {
        let answer = client.exchange("POST", soap::PATH, &[TYPE_11, ("Accept-Encoding", accept)], message());
        assert_eq!(answer.body, plain.body, "{accept}");
        assert_eq!(answer.header("content-encoding"), packed.then_some("gzip"), "{accept}");
        assert_eq!(answer.header("vary"), packed.then_some("Accept-Encoding"), "{accept}");
        let length: usize = answer.header("content-length").unwrap().parse().unwrap();
        assert_eq!(length < plain.body.len(), packed, "{accept}");
    };
    check("gzip", true);
    check("deflate, gzip;q=0.5", true);
    check("*", true);
    check("identity", false);
    check("deflate, br", false);
    check("gzip;q=0, *;q=0.1", false);
    // Small answers cost more packed than they save.
    let small = client.exchange("POST", soap::PATH, &[TYPE_11, ("Accept-Encoding", "gzip")], "<a/>");
    assert_eq!((small.status, small.header("content-encoding")), (500, None));
    scene.end();
    let scene = Scene::new(&[("CASTILE_LIMITS__GZIP_ANSWER_BYTES_MIN", "10")]);
    let small =
        scene.server.client().exchange("POST", soap::PATH, &[TYPE_11, ("Accept-Encoding", "gzip")], "<a/>");
    assert_eq!((small.status, small.header("content-encoding")), (500, Some("gzip")));
    scene.end();
}

#[test]
fn published_documents_say_that_they_vary_and_keep_their_tags_apart() {
    let scene = Scene::new(&[]);
    let wsdl = format!("{}?wsdl", soap::PATH);
    let plain = scene.get(&wsdl, &[]);
    let packed = scene.get(&wsdl, &[("Accept-Encoding", "gzip")]);
    let varies = |answer: &Answer| {
        let values =
            answer.headers.iter().filter(|(name, _)| name == "vary").map(|(_, value)| value.as_str());
        values.collect::<Vec<_>>().join(", ")
    };
    for answer in [&plain, &packed] {
        let varies = varies(answer);
        assert!(varies.starts_with("Host, ") && varies.ends_with(", Accept-Encoding"), "{varies}");
    }
    assert_eq!((packed.header("content-encoding"), &packed.body), (Some("gzip"), &plain.body));
    let strong = plain.header("etag").unwrap();
    let weak = packed.header("etag").unwrap();
    assert_eq!(weak, format!("W/{strong}"));
    for tag in [strong, weak] {
        let known = scene.get(&wsdl, &[("Accept-Encoding", "gzip"), ("If-None-Match", tag)]);
        assert_eq!((known.status, known.body.as_str()), (304, ""));
    }
    let head = scene.server.client().exchange("HEAD", &wsdl, &[("Accept-Encoding", "gzip")], "");
    for name in ["content-encoding", "content-length", "etag"] {
        assert_eq!(head.header(name), packed.header(name), "{name}");
    }
    scene.end();
}
