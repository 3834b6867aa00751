//! Which encodings are read, and who settles which one it is.

use super::*;

fn utf16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    text.encode_utf16().flat_map(unit).collect()
}

#[test]
fn r1012_utf_16_with_a_mark_is_read() {
    for unit in [u16::to_le_bytes as fn(u16) -> [u8; 2], u16::to_be_bytes] {
        let bytes = utf16("\u{FEFF}<?xml version='1.0' encoding='UTF-16'?><a>\u{20AC}\u{1F600}</a>", unit);
        let document = Document::parse(&bytes, &Limits::default()).unwrap();
        assert_eq!(document.root().text(), "\u{20AC}\u{1F600}");
        assert_eq!(document.root().source(), "<a>\u{20AC}\u{1F600}</a>".as_bytes());
    }
}

#[test]
fn r4001_utf_8_mark_is_read_once() {
    assert!(Document::parse(b"\xEF\xBB\xBF<?xml version='1.0'?><a/>", &Limits::default()).is_ok());
    assert!(Document::parse(b"\xEF\xBB\xBF\xEF\xBB\xBF<a/>", &Limits::default()).is_err());
}

fn check_encoding(bytes: &[u8], charset: Option<Charset>, expected: XmlErrorKind) {
    match Document::parse_as(bytes, charset, &Limits::default()) {
        Ok(_) => panic!("accepted: {bytes:?}"),
        Err(error) => assert_eq!(error.kind, expected, "{error}"),
    }
}

#[test]
fn r1019_a_told_charset_overrides_the_declaration() {
    let message = b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xC3\xA9</a>";
    check_encoding(message, None, XmlErrorKind::EncodingNotSupported);
    let document = Document::parse_as(message, Some(Charset::Utf8), &Limits::default()).unwrap();
    assert_eq!(document.root().text(), "\u{E9}");
}

#[test]
fn other_encodings_are_refused() {
    let without_mark = utf16("<a/>", u16::to_le_bytes);
    check_encoding(&without_mark, None, XmlErrorKind::EncodingNotSupported);
    check_encoding(&utf16("<a/>", u16::to_be_bytes), None, XmlErrorKind::EncodingNotSupported);
    check_encoding(b"\xFF\xFE\0\0<\0\0\0", None, XmlErrorKind::EncodingNotSupported);
    check_encoding(b"\0\0\xFE\xFF\0\0\0<", None, XmlErrorKind::EncodingNotSupported);
    check_encoding(b"<a/>", Some(Charset::Utf16), XmlErrorKind::EncodingNotSupported);
    check_encoding(b"+ADw-a/+AD4-", None, XmlErrorKind::NotWellFormed);
    check_encoding(b"<a>\xE9</a>", None, XmlErrorKind::NotWellFormed);
    check_encoding(b"<a>\xC0\xBC</a>", Some(Charset::Utf8), XmlErrorKind::NotWellFormed);
    check_encoding(b"<a>\xED\xA0\x80</a>", None, XmlErrorKind::NotWellFormed);
    check_encoding(b"\xFF\xFE<\0a\0/\0>", None, XmlErrorKind::NotWellFormed);
    check_encoding(b"\xFF\xFE<\0a\0>\0\x00\xD8<\0/\0a\0>\0", None, XmlErrorKind::NotWellFormed);
}

#[test]
fn charset_labels_in_any_case() {
    for label in ["UTF-8", "utf8", "US-ASCII"] {
        assert_eq!(Charset::from_label(label), Some(Charset::Utf8), "{label}");
    }
    assert_eq!(Charset::from_label("Utf-16"), Some(Charset::Utf16));
    assert_eq!(Charset::from_label("iso-8859-1"), None);
}

#[test]
fn invalid_utf_8_is_located() {
    let error = Document::parse(b"<a>\n\xC3\xA9\xFF</a>", &Limits::default()).unwrap_err();
    assert_eq!((error.line, error.column), (2, 2));
}
