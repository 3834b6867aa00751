//! Messages that are no acceptable XML: not well-formed, no text, with a document type, over a limit.

use super::{SOAP_11, SOAP_12, Scene, TYPE_11, TYPE_12, add, lines, retrieve_1};
use crate::support::soap;

/// A message with a `§` where the error is; without it, and the place as `LINE:COLUMN`.
fn marked(message: &str) -> (String, String) {
    let (before, after) = message.split_once('§').unwrap();
    let line = before.split('\n').count();
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (format!("{before}{after}"), format!("{line}:{column}"))
}

#[test]
fn what_is_not_well_formed_is_told_with_its_place() {
    let scene = Scene::new();
    // Inside a Customer that would be added.
    let content = [
        ("a wrong end tag", "<City>§</Town>"),
        ("an end tag too many", "<City/></Customer></addCustomer></e:Body></e:Envelope>§</Town>"),
        ("an undeclared prefix", "<§no:City/>"),
        ("an undeclared prefix of an attribute", "<City §no:a='1'/>"),
        ("an attribute twice", "§<City a='1' a='2'/>"),
        ("an attribute twice by namespace", "§<City xmlns:p='u' xmlns:q='u' p:a='1' q:a='2'/>"),
        ("an attribute without quotes", "<City a=§1/>"),
        ("`<` in an attribute", "<City a='§<'/>"),
        ("a control character", "<City>§\u{1}</City>"),
        ("a reference to a control character", "<City>§&#1;</City>"),
        ("an entity of its own", "<City>§&town;</City>"),
        ("a bare ampersand", "<City>a §& b</City>"),
        ("`]]>` in text", "<City>a§]]>b</City>"),
        ("`--` in a comment", "§<!-- a -- b -->"),
        ("a bad name", "<§1City/>"),
        ("a processing instruction called xml", "§<?XML a?>"),
        ("an open tag at the end", "§<City"),
        ("an element in two lines", "\n <City\n  a='1'\n b=§2/>"),
    ];
    for (name, content) in content {
        let cut = name == "an open tag at the end";
        check_place(&scene, name, &lines(SOAP_11, "", &add(content)), cut);
    }
    let good = lines(SOAP_11, "", &add(""));
    check_place(&scene, "two roots", &format!("{good}§<more/>"), false);
    check_place(&scene, "text behind the root", &format!("{good}\n §more"), false);
    check_place(&scene, "text before the root", &format!("§more{good}"), false);
    check_place(&scene, "a late XML declaration", &format!("\n§<?xml version='1.0'?>{good}"), false);
    check_place(&scene, "nothing", "§", false);
    check_place(&scene, "no markup", "§hello", false);
    scene.end();
}

/// In both versions; `cut` leaves out everything behind the marked tag.
#[track_caller]
fn check_place(scene: &Scene, name: &str, message: &str, cut: bool) {
    for (namespace, content_type, code) in [(SOAP_11, TYPE_11, "Client"), (SOAP_12, TYPE_12, "Sender")] {
        let (mut message, place) = marked(&message.replace(SOAP_11, namespace));
        if cut {
            message.truncate(message.find("<City").unwrap() + "<City".len());
        }
        scene.check(name, &[content_type], message, &format!("400 {code} MALFORMED_MESSAGE {place}"));
    }
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let scene = Scene::new();
    let with = |bytes: &[u8]| {
        let message = lines(SOAP_11, "", &add("<City>@</City>"));
        let (before, after) = message.split_once('@').unwrap();
        [before.as_bytes(), bytes, after.as_bytes()].concat()
    };
    let place = marked(&lines(SOAP_11, "", &add("<City>§</City>"))).1;
    let expected = format!("400 Client MALFORMED_MESSAGE {place}");
    for bytes in [&b"\xff"[..], b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\0"] {
        scene.check("no UTF-8", &[TYPE_11], with(bytes), &expected);
    }
    let declared =
        lines(SOAP_11, "", &add("")).replacen('<', "<?xml version='1.0' encoding='ISO-8859-1'?><", 1);
    let untold = ("Content-Type", "text/xml");
    scene.check("another encoding", &[untold], declared, "415 Client MALFORMED_MESSAGE");
    let utf_16: Vec<u8> =
        lines(SOAP_11, "", &retrieve_1()).encode_utf16().flat_map(u16::to_be_bytes).collect();
    scene.check("UTF-16 with a mark", &[untold], [&b"\xfe\xff"[..], &utf_16].concat(), "200");
    scene.end();
}

#[test]
fn a_document_type_is_always_refused() {
    let scene = Scene::new();
    let types = [
        "<!DOCTYPE Envelope>",
        "<!DOCTYPE e:Envelope SYSTEM \"http://127.0.0.1:1/own.dtd\">",
        "<!DOCTYPE e [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>",
        "<!DOCTYPE e [<!ENTITY file SYSTEM \"file:///etc/hostname\">]>",
    ];
    for document_type in types {
        let message = |namespace| format!("\n {document_type}{}", lines(namespace, "", &add("")));
        scene.check(document_type, &[TYPE_11], message(SOAP_11), "500 Client MALFORMED_MESSAGE 2:2");
        scene.check(document_type, &[TYPE_12], message(SOAP_12), "400 Sender MALFORMED_MESSAGE 2:2");
    }
    scene.end();
}

#[test]
fn structural_limits_are_refused_by_name() {
    let scene = Scene::new();
    let deep = format!("{}§<a>", "<a>".repeat(8)) + &"</a>".repeat(9);
    let rows = [
        ("depth_max of 12", deep),
        ("children_max of 30", format!("{}§<a/>", "<a/>".repeat(29))),
        ("attributes_max of 8", format!("<a {} §i=''/>", "a='' b='' c='' d='' e='' f='' g='' h=''")),
        ("attribute_value_bytes_max of 300", format!("<a b='§{}'/>", "c".repeat(301))),
        ("name_bytes_max of 60", format!("<§{}/>", "n".repeat(61))),
        ("name_bytes_max of 60", format!("<a §{}='1'/>", "n".repeat(61))),
        ("elements_max of 80", format!("{}<a>{}§<a/></a>", "<a><b/><c/></a>".repeat(24), "<a/>")),
    ];
    for (limit, content) in rows {
        for (namespace, content_type, expected) in
            [(SOAP_11, TYPE_11, "500 Client"), (SOAP_12, TYPE_12, "400 Sender")]
        {
            let (message, place) = marked(&lines(namespace, "", &add(&content)));
            let expected = format!("{expected} MALFORMED_MESSAGE {place}");
            let answer = scene.check(limit, &[content_type], message, &expected);
            assert!(answer.body.contains(limit), "{limit}: {}", answer.body);
        }
    }
    scene.end();
}

#[test]
fn too_many_bytes_are_413_in_the_callers_version() {
    let scene = Scene::new();
    let large = lines(SOAP_11, "", &add(&format!("<!--{}-->", "x".repeat(20_000))));
    for (content_type, expected) in
        [(TYPE_11, "413 Client MESSAGE_TOO_LARGE"), (TYPE_12, "413 Sender MESSAGE_TOO_LARGE")]
    {
        scene.check("declared", &[content_type], &large, expected);
        let (name, value) = content_type;
        let mut client = scene.server.client();
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: x\r\n{name}: {value}\r\nTransfer-Encoding: chunked\r\n\r\n",
            soap::PATH
        );
        client.send(head.as_bytes()).unwrap();
        client.send(format!("{:x}\r\n{large}\r\n0\r\n\r\n", large.len()).as_bytes()).unwrap();
        let answer = client.receive().unwrap();
        scene.compare("by chunks", &answer, expected);
    }
    scene.end();
}
