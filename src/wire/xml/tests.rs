//! What is well-formed and what is not, production by production of XML 1.0 and its namespaces.

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
