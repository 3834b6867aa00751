//! What the reader accepts, refuses and decodes, and that the writer's output reads back.

use std::borrow::Cow;

use super::*;

fn parse(text: &str) -> Result<Document<'_>, XmlError> {
    Document::parse(text.as_bytes(), &Limits::default())
}

fn check_refused(text: &str, expected: XmlErrorKind) {
    match parse(text) {
        Ok(_) => panic!("accepted: {text:?}"),
        Err(error) => assert_eq!(error.kind, expected, "{text:?}: {error}"),
    }
}

fn check_ill(text: &str) {
    check_refused(text, XmlErrorKind::NotWellFormed);
}

fn check_well(text: &str) {
    if let Err(error) = parse(text) {
        panic!("refused: {text:?}: {error}");
    }
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
fn xml_2_1_exactly_one_root() {
    for text in
        ["", " ", "<!-- c -->", "<?p?>", "<a/><b/>", "<a></a><a/>", "<a>", "<a><b></a>", "</a>", "<a></b>"]
    {
        check_ill(text);
    }
    for text in ["<a/>", " <a/> ", "<!--c--><?p q?><a/><!--c--><?p?>\n", "<a></a >", "<a\n/>"] {
        check_well(text);
    }
}

#[test]
fn xml_2_1_nothing_but_space_outside_the_root() {
    for text in ["x<a/>", "<a/>x", "<a/>&#32;", "&amp;<a/>", "<a/><![CDATA[]]>", "<![CDATA[]]><a/>", "<a/>\0"]
    {
        check_ill(text);
    }
}

#[test]
fn xml_2_2_forbidden_characters() {
    for character in ["\0", "\u{1}", "\u{8}", "\u{B}", "\u{C}", "\u{1F}", "\u{FFFE}", "\u{FFFF}"] {
        check_ill(&format!("<a>{character}</a>"));
        check_ill(&format!("<a b='{character}'/>"));
        check_ill(&format!("<a><!--{character}--></a>"));
        check_ill(&format!("<a><![CDATA[{character}]]></a>"));
    }
    check_well("<a>\t\n\r\u{7F}\u{FFFD}\u{FEFF}\u{10FFFF}</a>");
}

#[test]
fn xml_2_3_names() {
    for name in ["1a", "-a", ".a", "a/b", "a!", "a\"", "a=b", ":a", "a:", "a:b:c", "a:1", "\u{B7}", "\u{D7}"]
    {
        check_ill(&format!("<{name} xmlns:a='u'></{name}>"));
    }
    check_ill("< a/>");
    check_ill("<>x</>");
    for name in ["_", "a-1.b", "\u{E9}t\u{E9}", "a\u{B7}", "\u{10000}"] {
        check_well(&format!("<{name}/>"));
    }
}

#[test]
fn xml_2_4_character_data() {
    for content in ["]]>", "a]]>b", "&", "& ", "&amp", "&unknown;", "&#0;", "&#x1F;", "&#xFFFE;", "&#xD800;"]
    {
        check_ill(&format!("<a>{content}</a>"));
    }
    for content in
        ["&#;", "&#x;", "&#+65;", "&#x+41;", "&#X41;", "&#1114112;", "&#99999999999;", "&;", "&a&b;"]
    {
        check_ill(&format!("<a>{content}</a>"));
        check_ill(&format!("<a b=\"{content}\"/>"));
    }
    check_well("<a>]] ]> ]]&gt; <![CDATA[]]]]><![CDATA[>]]></a>");
}

#[test]
fn xml_2_5_comments() {
    for comment in ["<!-- a--b -->", "<!--a--->", "<!--->", "<!-- a", "<!- a -->"] {
        check_ill(&format!("<a>{comment}</a>"));
    }
    check_well("<a><!----><!-- - <b> & --></a>");
}

#[test]
fn xml_2_6_processing_instructions() {
    for instruction in
        ["<?xml version='1.0'?>", "<?XML a?>", "<?xMl?>", "<??>", "<? a?>", "<?a:b?>", "<?1?>", "<?a"]
    {
        check_ill(&format!("<a>{instruction}</a>"));
    }
    check_well("<a><?b?><?b c?d > <e> ?><?xml-style a?></a>");
}

#[test]
fn xml_2_8_declaration() {
    for declaration in [
        "<?xml?>",
        "<?xml encoding='UTF-8'?>",
        "<?xml version='2.0'?>",
        "<?xml version='1.'?>",
        "<?xml version='1.0' standalone='maybe'?>",
        "<?xml version='1.0' standalone='yes' encoding='UTF-8'?>",
        "<?xml version='1.0' version='1.0'?>",
        "<?xml version='1.0'encoding='UTF-8'?>",
        "<?xml version='1.0' other='x'?>",
        "<?xml version=1.0?>",
        " <?xml version='1.0'?>",
        "<!--c--><?xml version='1.0'?>",
    ] {
        check_ill(&format!("{declaration}<a/>"));
    }
    for declaration in
        ["<?xml version='1.0'?>", "<?xml version = \"1.1\" encoding='utf8' standalone='yes' ?>\n"]
    {
        check_well(&format!("{declaration}<a/>"));
    }
}

#[test]
fn xml_2_8_document_type_is_always_refused() {
    for text in [
        "<!DOCTYPE a><a/>",
        "<!DOCTYPE a [<!-- comment only -->]><a/>",
        "<?xml version='1.0'?>\n<!DOCTYPE a SYSTEM 'file:///nowhere'><a/>",
        "<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>",
        "<!DOCTYPE a [<!ENTITY % x SYSTEM 'http://localhost/x'> %x;]><a/>",
        "<!DOCTYPE a [",
        "<a><!DOCTYPE b></a>",
        "<a/><!DOCTYPE a>",
    ] {
        check_refused(text, XmlErrorKind::DtdNotAllowed);
    }
    check_ill("<!ELEMENT a ANY><a/>");
}

#[test]
fn xml_3_1_attributes() {
    for attributes in
        ["b", "b=", "b=c", "b='c", "b='<'", "b='1'c='2'", "='1'", "b='1' b='2'", "b==''", "b='1' /", "1='2'"]
    {
        check_ill(&format!("<a {attributes}></a>"));
    }
    check_ill("<a></a b='c'>");
    check_well("<a b = '\"' c=\"'>\" d\n=\t'&lt;' />");
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
fn namespaces_refuse_what_the_recommendation_refuses() {
    for text in [
        "<p:a/>",
        "<a p:b=''/>",
        "<a><b xmlns:p='u'/><p:c/></a>",
        "<a xmlns:p='u' xmlns:q='u' p:b='' q:b=''/>",
        "<a xmlns:p='u' xmlns:p='u'/>",
        "<a xmlns='u' xmlns='v'/>",
        "<a xmlns:p=''/>",
        "<a xmlns:xmlns='u'/>",
        "<a xmlns:xml='u'/>",
        "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>",
        "<a xmlns:p='http://www.w3.org/2000/xmlns/'/>",
        "<a xmlns='http://www.w3.org/2000/xmlns/'/>",
        "<a xmlns='http://www.w3.org/XML/1998/namespace'/>",
        "<xmlns:a/>",
        "<a xmlns:='u'/>",
    ] {
        check_ill(text);
    }
    check_well("<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xml:lang='en' xmlns=''/>");
    check_well("<a xmlns:p='u' p:b='' b=''/>");
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
