//! What a read message says: text, attributes, namespaces; that the writer's output reads back; and that the
//! comparator sees every difference.

use std::borrow::Cow;

use super::*;

fn parse(text: &str) -> Result<Document<'_>, XmlError> {
    Document::parse(text.as_bytes(), &Limits::default())
}

fn check_text(content: &str, expected: &str) {
    let message = format!("<a>{content}</a>");
    assert_eq!(parse(&message).unwrap().root().text(), expected, "{content:?}");
}

fn check_attribute(value: &str, expected: &str) {
    let message = format!("<a b={value}/>");
    assert_eq!(parse(&message).unwrap().root().attribute("b").as_deref(), Some(expected), "{value:?}");
}

#[test]
fn xml_2_11_line_ends_become_line_feeds() {
    check_text("a\r\nb\rc\nd\r", "a\nb\nc\nd\n");
    check_text("<![CDATA[a\r\nb\r]]>\r", "a\nb\n\n");
    check_text("a&#13;&#xA;b", "a\r\nb");
}

#[test]
fn xml_3_3_3_attribute_white_space_becomes_spaces() {
    check_attribute("'a\tb\nc\r\nd\re'", "a b c d e");
    check_attribute("'a&#9;b&#10;c&#13;'", "a\tb\nc\r");
    check_attribute("\"it's &quot;&apos;&lt;&gt;&amp;&#x1F600;\"", "it's \"'<>&\u{1F600}");
}

#[test]
fn text_joins_what_stands_directly_in_the_element() {
    check_text("", "");
    check_text(" a ", " a ");
    check_text("a&amp;b&#x20AC;", "a&b\u{20AC}");
    check_text("a<!-- x --><?y z?>b", "ab");
    check_text("a<![CDATA[<b>&amp;]]]]><![CDATA[>]]>c", "a<b>&amp;]]>c");
    check_text("a<b>x</b>c<b/>d", "acd");
    check_text("<!-->-->", "");
}

#[test]
fn text_is_borrowed_when_it_stands_as_written() {
    let document = parse("<a b='c' d='&lt;'>plain \u{E9}</a>").unwrap();
    assert!(matches!(document.root().text(), Cow::Borrowed("plain \u{E9}")));
    assert!(matches!(document.root().attribute("b"), Some(Cow::Borrowed("c"))));
    assert!(matches!(document.root().attribute("d"), Some(Cow::Owned(_))));
}

#[test]
fn namespaces_are_resolved_where_they_stand() {
    let document = parse(
        "<p:a xmlns:p='u1' xmlns='u2' p:x='1' x='2'><b xmlns='' y='3'/><p:c xmlns:p='u3' xmlns:q='u1' q:x='4'/><d/></p:a>",
    )
    .unwrap();
    let root = document.root();
    assert!(root.is("u1", "a"));
    assert_eq!(root.attribute("x").as_deref(), Some("2"));
    assert_eq!(root.attribute_ns("u1", "x").as_deref(), Some("1"));
    assert_eq!(root.attribute_ns("u2", "x"), None, "the default namespace does not hold for attributes");
    let names: Vec<_> = root.children().map(|child| child.qname().to_string()).collect();
    assert_eq!(names, ["b", "{u3}c", "{u2}d"]);
    let inner = root.child("u3", "c").unwrap();
    assert_eq!(inner.attribute_ns("u1", "x").as_deref(), Some("4"));
    assert_eq!(root.attributes().count(), 2, "declarations are no attributes");
}

#[test]
fn namespaces_in_content_resolve_at_the_element() {
    let document =
        parse("<a xmlns:p='u1'><b xmlns:p='u2'><c/></b><b xmlns:p='u3'/><d xmlns='u4'><e xmlns=''/></d></a>")
            .unwrap();
    let root = document.root();
    let children: Vec<_> = root.children().collect();
    assert_eq!(root.resolve_prefix("p"), Some("u1"));
    assert_eq!(children[0].resolve_prefix("p"), Some("u2"));
    assert_eq!(children[0].children().next().unwrap().resolve_prefix("p"), Some("u2"));
    assert_eq!(children[1].resolve_prefix("p"), Some("u3"));
    assert_eq!(children[2].resolve_prefix("p"), Some("u1"), "siblings' declarations are over");
    assert_eq!(children[2].resolve_prefix(""), Some("u4"));
    assert_eq!(children[2].children().next().unwrap().resolve_prefix(""), None);
    assert_eq!(root.resolve_prefix(""), None);
    assert_eq!(root.resolve_prefix("q"), None);
    assert_eq!(root.resolve_prefix("xml"), Some(XML_NAMESPACE));
    assert_eq!(children[0].resolve_qname(" p:x\n"), Some(QName::new(Some("u2"), "x")));
    assert_eq!(children[0].resolve_qname("q:x"), None);
}

#[test]
fn source_is_what_was_sent() {
    let document = parse("<a> <b c = '1' >x<d/></b ><e/></a>").unwrap();
    let sources: Vec<_> = document.root().children().map(Element::source).collect();
    assert_eq!(sources, [&b"<b c = '1' >x<d/></b >"[..], b"<e/>"]);
}

#[test]
fn positions_count_lines_and_characters() {
    let document = parse("<a>\n\u{E9}\u{E9}<b/>\r\n</a>").unwrap();
    assert_eq!(document.root().position(), (1, 1));
    assert_eq!(document.root().children().next().unwrap().position(), (2, 3));
    let error = parse("<a>\n  <b>\u{E9}</c>\n</a>").unwrap_err();
    assert_eq!((error.line, error.column), (2, 7));
}

#[test]
fn writer_output_reads_back_unchanged() {
    let nasty = "a<b>&\"'\t\n\r]]> \u{E9}\u{1F600}\u{FFFD} &amp;";
    let mut writer = Writer::new();
    writer.start("p:a").namespace("p", "u").namespace("", "v&w").attribute("b", nasty);
    writer.text(nasty).element("c", nasty).optional("d", None).optional("d", Some("")).start("e").end().end();
    let bytes = writer.into_bytes();
    let document = Document::parse(&bytes, &Limits::default()).unwrap();
    let root = document.root();
    assert!(root.is("u", "a"));
    assert_eq!(root.attribute("b").as_deref(), Some(nasty));
    assert_eq!(root.text(), nasty);
    assert_eq!(root.child("v&w", "c").unwrap().text(), nasty);
    assert_eq!(root.children().count(), 3);
}

#[test]
fn writer_replaces_what_xml_forbids() {
    let mut writer = Writer::new();
    writer.start("a").attribute("b", "\0\u{FFFE}").text("x\u{1}\u{FFFF}\u{FF01}y").end();
    assert_eq!(
        String::from_utf8(writer.into_bytes()).unwrap(),
        "<a b=\"\u{FFFD}\u{FFFD}\">x\u{FFFD}\u{FFFD}\u{FF01}y</a>"
    );
}

#[test]
fn compare_sees_through_the_way_of_writing() {
    compare::assert_same(
        b"<?xml version='1.0'?><p:a xmlns:p='u' x='1' y='2'>\n <p:b>&lt;&#65;</p:b>\n <c xmlns=''></c></p:a>",
        b"<a y=\"2\" xmlns='u' x='1'><!-- c --><b><![CDATA[<]]>A</b><c xmlns=''/></a>",
    );
    compare::assert_same(
        b"<faultcode xmlns:s='u'>s:Client</faultcode>",
        b"<faultcode xmlns:t='u'>t:Client</faultcode>",
    );
}

#[test]
fn compare_sees_every_real_difference() {
    const MESSAGE: &str = "<a xmlns='u' x='1'><b>1</b><c>2</c></a>";
    for other in [
        "<a xmlns='u' x='1'><c>2</c><b>1</b></a>",
        "<a xmlns='u' x='1'><b>1</b></a>",
        "<a xmlns='u' x='1'><b>1</b><c>2</c><c>2</c></a>",
        "<a xmlns='v' x='1'><b>1</b><c>2</c></a>",
        "<a xmlns='u' x='2'><b>1</b><c>2</c></a>",
        "<a xmlns='u'><b>1</b><c>2</c></a>",
        "<a xmlns='u' x='1'><b> 1</b><c>2</c></a>",
        "<a xmlns='u' x='1'><b>1<c>2</c></b></a>",
        "<a xmlns='u' x='1'>t<b>1</b><c>2</c></a>",
    ] {
        assert!(compare::difference(MESSAGE.as_bytes(), other.as_bytes()).is_some(), "{other}");
    }
    for length in 0..MESSAGE.len() {
        assert!(compare::difference(MESSAGE.as_bytes(), &MESSAGE.as_bytes()[..length]).is_some(), "{length}");
        assert!(compare::difference(&MESSAGE.as_bytes()[..length], &MESSAGE.as_bytes()[..length]).is_some());
    }
}
