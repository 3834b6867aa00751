//! Messages made to cost more than they weigh. Each has to be refused, or read, in time proportional to its
//! bytes: what would be quadratic is so large here that the test would not end.

use super::*;

fn check_limit(message: &str, limit: &str) {
    match Document::parse(message.as_bytes(), &Limits::default()) {
        Ok(_) => panic!("accepted, expected {limit}"),
        Err(error) => {
            assert_eq!(error.kind, XmlErrorKind::LimitExceeded, "{error}");
            assert!(error.message.contains(limit), "{error}");
        }
    }
}

/// Limits that let everything through, so that the cost itself is tested.
fn unlimited() -> Limits {
    Limits {
        message_bytes_max: usize::MAX,
        depth_max: usize::MAX,
        children_max: usize::MAX,
        attributes_max: usize::MAX,
        attribute_value_bytes_max: usize::MAX,
        name_bytes_max: usize::MAX,
        elements_max: usize::MAX,
        namespaces_max: usize::MAX,
    }
}

fn joined(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).map(piece).collect()
}

#[test]
fn limit_message_bytes() {
    let limits = Limits { message_bytes_max: 10, ..Limits::default() };
    assert!(Document::parse(b"<a>123</a>", &limits).is_ok());
    let error = Document::parse(b"<a>1234</a>", &limits).unwrap_err();
    assert_eq!(error.kind, XmlErrorKind::TooManyBytes);
    assert!(error.message.contains("10"), "{error}");
}

#[test]
fn limit_depth_at_its_edge_and_far_beyond() {
    let nested = |depth| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    assert!(Document::parse(nested(100).as_bytes(), &Limits::default()).is_ok());
    check_limit(&nested(101), "depth_max of 100");
    check_limit(&nested(150_000), "depth_max of 100");
    check_limit(&"<a>".repeat(150_000), "depth_max of 100");
}

#[test]
fn limit_children_at_its_edge_and_far_beyond() {
    let siblings = |count| format!("<a>{}</a>", "<b/>".repeat(count));
    assert!(Document::parse(siblings(50_000).as_bytes(), &Limits::default()).is_ok());
    check_limit(&siblings(50_001), "children_max of 50000");
    check_limit(&siblings(1_000_000), "children_max of 50000");
}

#[test]
fn limit_attributes_counts_declarations_too() {
    let attributes = |count| format!("<a{}/>", joined(count, |i| format!(" a{i}=''")));
    let declarations = |count| format!("<a{}/>", joined(count, |i| format!(" xmlns:a{i}='u{i}'")));
    assert!(Document::parse(attributes(500).as_bytes(), &Limits::default()).is_ok());
    assert!(Document::parse(declarations(500).as_bytes(), &Limits::default()).is_ok());
    check_limit(&attributes(501), "attributes_max of 500");
    check_limit(&attributes(25_000), "attributes_max of 500");
    check_limit(&declarations(25_000), "attributes_max of 500");
}

#[test]
fn limit_attribute_value_and_name_lengths() {
    let value = |bytes| format!("<a b='{}'/>", "x".repeat(bytes));
    assert!(Document::parse(value(65_536).as_bytes(), &Limits::default()).is_ok());
    check_limit(&value(65_537), "attribute_value_bytes_max of 65536");
    check_limit(&value(10_000_000), "attribute_value_bytes_max of 65536");
    let name = |bytes| format!("<{}/>", "x".repeat(bytes));
    assert!(Document::parse(name(1_000).as_bytes(), &Limits::default()).is_ok());
    check_limit(&name(1_001), "name_bytes_max of 1000");
    check_limit(&name(100_000), "name_bytes_max of 1000");
    check_limit(&format!("<a {}=''/>", "x".repeat(100_000)), "name_bytes_max of 1000");
}

#[test]
fn limit_elements() {
    let group = format!("<b>{}</b>", "<c/>".repeat(9_999));
    check_limit(&format!("<a>{}</a>", group.repeat(100)), "elements_max of 1000000");
}

#[test]
fn limit_different_namespaces() {
    let children = joined(10_001, |i| format!("<b xmlns='u{i}'/>"));
    check_limit(&format!("<a>{children}</a>"), "namespaces_max of 10000");
}

#[test]
fn linear_25_000_attributes_are_searched_for_duplicates() {
    let attributes = joined(25_000, |i| format!(" a{i}=''"));
    let message = format!("<a{attributes}/>");
    assert!(Document::parse(message.as_bytes(), &unlimited()).is_ok());
    let twice = format!("<a xmlns:p='u' xmlns:q='u' p:z=''{attributes} q:z=''/>");
    let error = Document::parse(twice.as_bytes(), &unlimited()).unwrap_err();
    assert_eq!(error.kind, XmlErrorKind::NotWellFormed);
}

#[test]
fn linear_25_000_declarations_and_their_uses() {
    let declarations = joined(25_000, |i| format!(" xmlns:p{i}='u{i}'"));
    let uses = joined(25_000, |i| format!("<p{i}:b/>"));
    let message = format!("<a{declarations}>{uses}</a>");
    let document = Document::parse(message.as_bytes(), &unlimited()).unwrap();
    assert_eq!(document.root().children().last().unwrap().namespace(), Some("u24999"));
    assert_eq!(document.root().resolve_prefix("p24999"), Some("u24999"));
}

#[test]
fn linear_prefix_lookup_150_000_levels_deep() {
    let depth = 150_000;
    let message = format!("<p:a xmlns:p='u'>{}{}</p:a>", "<p:a>".repeat(depth), "</p:a>".repeat(depth));
    let document = Document::parse(message.as_bytes(), &unlimited()).unwrap();
    let mut deepest = document.root();
    while let Some(child) = deepest.children().next() {
        assert_eq!(deepest.resolve_prefix("p"), Some("u"));
        deepest = child;
    }
    assert_eq!(deepest.namespace(), Some("u"));
}

#[test]
fn linear_redeclaring_siblings_then_lookups() {
    let siblings = "<b xmlns:p='v'/>".repeat(50_000);
    let lookups = "<c/>".repeat(50_000);
    let message = format!("<a xmlns:p='u'>{siblings}{lookups}</a>");
    let document = Document::parse(message.as_bytes(), &unlimited()).unwrap();
    let found = document.root().children().filter(|child| child.resolve_prefix("p") == Some("u"));
    assert_eq!(found.count(), 50_000);
}

#[test]
fn linear_floods_of_comments_instructions_and_cdata() {
    for piece in ["<!---->", "<?p?>", "<![CDATA[]]>", "&amp;", "]", "]]", "&#65;", "\u{FF01}"] {
        let message = format!("<a>{}</a>", piece.repeat(1_000_000 / piece.len()));
        let document = Document::parse(message.as_bytes(), &Limits::default()).unwrap();
        document.root().text();
    }
}

#[test]
fn linear_unclosed_pieces() {
    for piece in ["<!--", "<?p ", "<![CDATA[", "&", "<a b='", "<!D", "<", "<a", "</a", "\"", "'>"] {
        let flood = format!("<a>{}", piece.repeat(1_000_000 / piece.len()));
        assert!(Document::parse(flood.as_bytes(), &Limits::default()).is_err(), "{piece}");
        assert!(Document::parse(&flood.as_bytes()[3..], &Limits::default()).is_err(), "{piece}");
    }
}

#[test]
fn entities_cannot_be_declared_so_nothing_expands() {
    let laughs = "<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;'>]><l>&c;</l>";
    let quadratic =
        format!("<!DOCTYPE l [<!ENTITY a '{}'>]><l>{}</l>", "x".repeat(50_000), "&a;".repeat(50_000));
    for message in [laughs, &quadratic] {
        let error = Document::parse(message.as_bytes(), &Limits::default()).unwrap_err();
        assert_eq!(error.kind, XmlErrorKind::DtdNotAllowed);
    }
}

#[test]
fn a_schema_location_is_only_an_attribute() {
    let message = format!(
        "<a xmlns:xsi='{XSI_NAMESPACE}' xsi:schemaLocation='urn:x http://localhost:1/x.xsd'>\
         <xop:Include xmlns:xop='http://www.w3.org/2004/08/xop/include' href='http://localhost:1/'/></a>"
    );
    let document = Document::parse(message.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(document.root().text(), "");
}

#[test]
fn every_truncation_is_refused_and_none_panics() {
    let message = "<?xml version='1.0'?><p:a xmlns:p='u' b='&lt;\u{E9}'>x<!--c--><![CDATA[y]]><?z w?><d/>&#65;\u{20AC}</p:a>";
    for length in 0..message.len() {
        assert!(Document::parse(&message.as_bytes()[..length], &Limits::default()).is_err(), "{length}");
    }
}

#[test]
fn every_changed_byte_is_read_or_refused_without_panic() {
    let message =
        "<?xml version='1.0'?><p:a xmlns:p='u' b='&lt;\u{E9}'>x<!--c--><![CDATA[y\r]]><?z w?><d/>&#65;</p:a>";
    for at in 0..message.len() {
        for byte in
            [0, b'<', b'>', b'&', b';', b'"', b'\'', b'/', b'!', b'?', b'-', b']', b' ', b':', 0x80, 0xFF]
        {
            let mut bytes = message.as_bytes().to_vec();
            bytes[at] = byte;
            if let Ok(document) = Document::parse(&bytes, &Limits::default()) {
                let root = document.root();
                root.text();
                root.attributes().for_each(|attribute| drop(attribute.value()));
                root.children().for_each(|child| drop(child.text()));
            }
        }
    }
}
