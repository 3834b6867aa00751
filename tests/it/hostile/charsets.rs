//! Encodings: wrong, unknown, unannounced, and lies about them.

use super::{SOAP_11, Scene, TYPE_11, add, envelope, retrieve};

const REFUSED: &str = "415 Client MALFORMED_MESSAGE";
const BROKEN: &str = "400 Client MALFORMED_MESSAGE";
const UNTOLD: (&str, &str) = ("Content-Type", "text/xml");

fn utf_16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// A message that adds a customer, with these bytes inside.
fn with(bytes: &[u8]) -> Vec<u8> {
    let message = envelope(SOAP_11, "", &add("<City>@</City>"));
    let (before, after) = message.split_once('@').unwrap();
    [before.as_bytes(), bytes, after.as_bytes()].concat()
}

#[test]
fn invalid_utf_8() {
    let scene = Scene::new();
    for bytes in [
        &b"\xff"[..],
        b"\x80",
        b"\xc0\xbc",
        b"\xe0\x80\xbc",
        b"\xed\xa0\x80",
        b"\xf4\x90\x80\x80",
        b"\xf8\x88\x80\x80\x80",
        b"\xe2\x82",
    ] {
        scene.check("bytes", &[TYPE_11], with(bytes), BROKEN);
    }
    scene.check("cut", &[TYPE_11], b"\xe2", BROKEN);
    scene.check("noise", &[TYPE_11], vec![0xA5; 5_000_000], BROKEN);
}

#[test]
fn utf_7() {
    let scene = Scene::new();
    let hidden = with(b"+ADw-evil/+AD4-");
    scene.check("by its header", &[("Content-Type", "text/xml; charset=utf-7")], &hidden, REFUSED);
    let declared = [b"<?xml version='1.0' encoding='UTF-7'?>", &hidden[..]].concat();
    scene.check("by its declaration", &[UNTOLD], declared, REFUSED);
    let whole = format!("+ADw-{}", &envelope(SOAP_11, "", &add(""))[1..]);
    scene.check("from the first byte", &[TYPE_11], whole, BROKEN);
}

#[test]
fn utf_16_without_a_mark() {
    let scene = Scene::new();
    let message = envelope(SOAP_11, "", &add(""));
    for headers in [UNTOLD, TYPE_11, ("Content-Type", "text/xml; charset=utf-16le")] {
        scene.check("little", &[headers], utf_16(&message), REFUSED);
        let big: Vec<u8> = message.encode_utf16().flat_map(u16::to_be_bytes).collect();
        scene.check("big", &[headers], big, REFUSED);
    }
    let marked = [&b"\xff\xfe"[..], &utf_16(&message), b"<"].concat();
    scene.check("half a unit", &[UNTOLD], marked, BROKEN);
    scene.check("half a pair", &[UNTOLD], b"\xff\xfe<\0\x00\xd8", BROKEN);
}

#[test]
fn utf_32() {
    let scene = Scene::new();
    let message = format!("\u{FEFF}{}", envelope(SOAP_11, "", &add("")));
    let little: Vec<u8> = message.chars().flat_map(|character| u32::from(character).to_le_bytes()).collect();
    let big: Vec<u8> = message.chars().flat_map(|character| u32::from(character).to_be_bytes()).collect();
    scene.check("little", &[UNTOLD], &little, REFUSED);
    scene.check("big", &[UNTOLD], &big, REFUSED);
    scene.check("told", &[("Content-Type", "text/xml; charset=utf-32")], &little, REFUSED);
    scene.check("without a mark", &[UNTOLD], &big[4..], BROKEN);
}

#[test]
fn charset_lies() {
    let scene = Scene::new();
    let message = envelope(SOAP_11, "", &retrieve(""));
    let declared = |encoding: &str| format!("<?xml version='1.0' encoding='{encoding}'?>{message}");
    // What was told by HTTP counts, a mark counts more (R1019); nothing has two readings.
    scene.check("the header wins", &[TYPE_11], declared("ISO-8859-1"), "200");
    scene.check("nothing but the declaration", &[UNTOLD], declared("ISO-8859-1"), REFUSED);
    scene.check("the mark wins", &[TYPE_11], [&b"\xff\xfe"[..], &utf_16(&declared("UTF-8"))].concat(), "200");
    scene.check("no UTF-16", &[("Content-Type", "text/xml; charset=utf-16")], &message, REFUSED);
    scene.check("Latin-1", &[TYPE_11], with(b"M\xfcller"), BROKEN);
    scene.check("two marks", &[TYPE_11], format!("\u{FEFF}\u{FEFF}{message}"), BROKEN);
    scene.check("EBCDIC", &[UNTOLD], declared("IBM037"), REFUSED);
    scene.check("twice", &[TYPE_11, ("Content-Type", "text/xml; charset=utf-16")], &message, BROKEN);
}
