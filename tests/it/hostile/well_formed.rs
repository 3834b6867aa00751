//! Names, namespaces and characters that XML does not have, and markup that hides in text.

use super::{ANSWERED, NOT_WELL_FORMED, Scene, add, envelope};
use crate::support::soap;

#[track_caller]
fn check(scene: &Scene, name: &str, content: &str) {
    scene.check_both(name, |namespace| envelope(namespace, "", &add(content)), NOT_WELL_FORMED);
}

#[test]
fn duplicate_attributes_by_expanded_name() {
    let scene = Scene::new();
    check(&scene, "same name", "<City a='1' a='2'/>");
    check(&scene, "same expanded name", "<City xmlns:p='u' xmlns:q='u' p:a='1' q:a='2'/>");
    check(&scene, "declared later", "<City p:a='1' q:a='2' xmlns:p='u' xmlns:q='u'/>");
    check(&scene, "by a reference", "<City xmlns:p='u' xmlns:q='&#117;' p:a='1' q:a='2'/>");
}

#[test]
fn undeclared_prefixes() {
    let scene = Scene::new();
    check(&scene, "element", "<no:City/>");
    check(&scene, "attribute", "<City no:a='1'/>");
    check(&scene, "out of scope", "<a xmlns:no='u'/><no:City/>");
    check(&scene, "undone", "<a xmlns:no='u'><b xmlns:no=''/></a>");
}

#[test]
fn misuse_of_xml_and_xmlns() {
    let scene = Scene::new();
    let (xml, xmlns) = ("http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/");
    for content in [
        "<City xmlns:xml='urn:x'/>".to_owned(),
        "<City xmlns:xmlns='urn:x'/>".to_owned(),
        format!("<City xmlns:xmlns='{xmlns}'/>"),
        format!("<City xmlns:p='{xml}'/>"),
        format!("<City xmlns:p='{xmlns}'/>"),
        format!("<City xmlns='{xml}'/>"),
        format!("<City xmlns='{xmlns}'/>"),
        "<xmlns:City/>".to_owned(),
        "<City xmlns:='u'/>".to_owned(),
        "<a:b:c xmlns:a='u'/>".to_owned(),
        "<?xml version='1.0'?>".to_owned(),
        "<?XML a?>".to_owned(),
    ] {
        check(&scene, &content, &content);
    }
}

#[test]
fn cdata_split_around_its_end() {
    let scene = Scene::new();
    check(&scene, "in text", "<City>]]></City>");
    check(&scene, "left open", "<City><![CDATA[ </City>");
    check(&scene, "nested", "<City><![CDATA[<![CDATA[]]>]]></City>");
    // Split by the rules it is text, however much it looks like markup.
    let hidden = "<![CDATA[</AlternateID></AlternateKey><CustomerID>1</CustomerID>]]]]><![CDATA[>]]>";
    let key =
        format!("<AlternateKey TypeCode='XSTORE_ID'><AlternateID>{hidden}</AlternateID></AlternateKey>");
    let nobody = ["500 Client CUSTOMER_NOT_FOUND", "400 Sender CUSTOMER_NOT_FOUND"];
    scene.check_both("hidden", |namespace| envelope(namespace, "", &soap::retrieve(&key)), nobody);
    let known = "<AlternateKey TypeCode='XSTORE_ID'><AlternateID>k<![CDATA[no]]><!-- -->w<![CDATA[n]]></AlternateID></AlternateKey>";
    scene.check_both("split", |namespace| envelope(namespace, "", &soap::retrieve(known)), ANSWERED);
}

#[test]
fn nul_and_control_characters() {
    let scene = Scene::new();
    for character in ["\0", "\u{1}", "\u{8}", "\u{B}", "\u{1F}", "\u{FFFE}", "\u{FFFF}"] {
        check(&scene, "raw", &format!("<City>{character}</City>"));
        check(&scene, "in an attribute", &format!("<City a='{character}'/>"));
        check(&scene, "in a name", &format!("<Ci{character}ty/>"));
        check(&scene, "in a comment", &format!("<!--{character}-->"));
    }
    for reference in [
        "&#0;",
        "&#1;",
        "&#x0;",
        "&#xFFFE;",
        "&#xD800;",
        "&#x110000;",
        "&#99999999999999999999;",
        "&#-1;",
        "&#;",
    ] {
        check(&scene, reference, &format!("<City>{reference}</City>"));
        check(&scene, reference, &format!("<City a='{reference}'/>"));
    }
}
