//! Content-Type, charset and bytes: what is read, and what is 415.
//!
//! Deliberately absent: content codings, which the tests of the HTTP server prove.

use castile::wire::soap::Version::{self, V11, V12};

use super::{REFUSALS, Scene, framed, fresh, told};
use crate::support::soap;

const REFUSED: &str = "415 Client MALFORMED_MESSAGE";

fn utf_16(message: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    format!("\u{FEFF}{message}").encode_utf16().flat_map(bytes).collect()
}

#[test]
fn r1012_r4001_utf_8_and_utf_16_of_both_byte_orders_are_read() {
    let scene = Scene::shared();
    let bare = "<e:Envelope xmlns:e='@ns'><e:Body>@add</e:Body></e:Envelope>";
    for version in Version::ALL {
        let (media_type, _) = version.content_type().split_once(';').unwrap();
        for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            for (parameter, declaration) in [
                ("; charset=utf-16", ""),
                ("; charset=UTF-16", "<?xml version='1.0' encoding='UTF-16'?>"),
                ("", "<?xml version='1.0' encoding='UTF-16'?>"),
                ("", ""),
            ] {
                let content_type = format!("{media_type}{parameter}");
                let message = format!("{declaration}{bare}");
                let headers = [("Content-Type", content_type.as_str())];
                scene.check_encoded(&headers, version, &message, |message| utf_16(message, bytes), "200");
            }
        }
        let with_mark = |message: &str| format!("\u{FEFF}{message}").into_bytes();
        for content_type in [version.content_type(), media_type] {
            scene.check_encoded(&[("Content-Type", content_type)], version, bare, with_mark, "200");
        }
    }
}

#[test]
fn r1012_other_charsets_are_415() {
    let scene = Scene::shared();
    let message = framed("", "@add");
    for charset in ["utf-7", "iso-8859-1", "windows-1252", "utf-32", "koi8-r", "none"] {
        let in_11 = format!("text/xml; charset={charset}");
        let in_12 = format!("application/soap+xml; charset=\"{charset}\"");
        scene.check_with(&[("Content-Type", &in_11)], V11, &message, REFUSED);
        scene.check_with(&[("Content-Type", &in_12)], V12, &message, "415 Sender MALFORMED_MESSAGE");
    }
    let declared = message.replace("UTF-8", "ISO-8859-1");
    scene.check_with(&[("Content-Type", "text/xml")], V11, &declared, REFUSED);
    let unmarked = |message: &str| message.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
    let headers = [("Content-Type", "text/xml; charset=utf-16")];
    scene.check_encoded(&headers, V11, &message, unmarked, REFUSED);
    let utf_32 = |message: &str| message.chars().flat_map(|c| (c as u32).to_le_bytes()).collect::<Vec<_>>();
    let marked = format!("\u{FEFF}{message}");
    scene.check_encoded(&[("Content-Type", "text/xml")], V11, &marked, utf_32, REFUSED);
}

/// A customer whose name is not ASCII comes back in UTF-8, however it was sent.
#[test]
fn r1018_the_charset_of_an_answer_is_the_one_announced() {
    let scene = Scene::shared();
    let name = "Zo\u{eb} \u{141}\u{f3}d\u{17a} \u{4f60}\u{1f600}";
    for (version, bytes) in [(V11, u16::to_le_bytes as fn(u16) -> [u8; 2]), (V12, u16::to_be_bytes)] {
        let key = soap::key("XSTORE_ID", &fresh("charset"));
        let request = soap::customer("addCustomer", &format!("{key}<Source>{name}</Source>"));
        let headers = [("Content-Type", version.content_type())];
        let encode = |message: &str| utf_16(message, bytes);
        scene.check_encoded(&headers, version, &framed("", &request), encode, "200");
        let answer = scene.check(version, &framed("", &soap::retrieve(&key)), "200");
        assert_eq!(answer.header("content-type"), Some(version.content_type()));
        assert_eq!(answer.find_text("Source"), Some(name));
    }
}

#[test]
fn r1019_the_charset_of_http_wins_over_the_xml_declaration() {
    let scene = Scene::shared();
    let message = framed("", "@add").replace("UTF-8", "ISO-8859-1");
    scene.check_both(&message, "200", "200");
    let key = soap::key("XSTORE_ID", &fresh("declared"));
    let request = soap::customer("addCustomer", &format!("{key}<Source>caf\u{e9}</Source>"));
    let message = framed("", &request).replace("UTF-8", "ISO-8859-1");
    scene.check(V11, &message, "200");
    let answer = scene.check(V11, &framed("", &soap::retrieve(&key)), "200");
    assert_eq!(answer.find_text("Source"), Some("caf\u{e9}"), "it was read as UTF-8");
}

#[test]
fn r1115_another_content_type_is_415() {
    let scene = Scene::shared();
    for content_type in [
        "application/json",
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/related; type=\"text/xml\"",
        "text/xmlx",
        "text",
        "",
        ";",
    ] {
        scene.check_with(&[("Content-Type", content_type)], V11, &framed("", "@add"), REFUSED);
    }
    scene.check_with(&[], V11, &framed("", "@add"), REFUSED);
}

#[test]
fn s2_6_a_charset_is_read_in_quotes_and_in_any_case() {
    let scene = Scene::shared();
    for parameter in [
        "charset=utf-8",
        "charset=\"utf-8\"",
        "charset=UTF8",
        "Charset='Utf-8'",
        "charset = utf-8",
        "x=y; charset=us-ascii",
    ] {
        for media_type in ["text/xml", "TEXT/XML", " Text/Xml "] {
            let content_type = format!("{media_type};{parameter}");
            scene.check_with(&[("Content-Type", &content_type)], V11, &framed("", "@add"), "200");
        }
    }
}

#[test]
fn s2_6_two_content_types_are_400() {
    let scene = Scene::shared();
    for second in ["text/xml", "application/soap+xml", "application/json"] {
        let headers = [("Content-Type", "text/xml"), ("Content-Type", second)];
        scene.check_with(&headers, V11, &framed("", "@add"), "400 Client MALFORMED_MESSAGE");
    }
}

#[test]
fn s2_6_bytes_behind_the_envelope_are_a_fault() {
    let scene = Scene::shared();
    for trailer in ["x", "<more/>", "\0", "<!--", "]]>", "&amp;"] {
        let message = framed("", "@add") + trailer;
        scene.check_both(&message, "400 Client MALFORMED_MESSAGE", "400 Sender MALFORMED_MESSAGE");
    }
    for trailer in ["\n\n", "<!-- end -->", "<?end?>"] {
        scene.check_both(&(framed("", "@add") + trailer), "200", "200");
    }
}

#[test]
fn s2_6_an_answer_has_no_byte_order_mark() {
    let scene = Scene::shared();
    let message = framed("", &soap::retrieve("<CustomerID>none</CustomerID>"));
    for version in Version::ALL {
        let marked = message.replace("@ns", version.namespace());
        let headers = [("Content-Type", version.content_type())];
        let answer = scene.exchange("POST", soap::PATH, &headers, utf_16(&marked, u16::to_be_bytes));
        assert!(answer.body.starts_with("<soap:Envelope"), "{}", answer.body);
    }
    for query in ["?wsdl", "?xsd=CRMProcessor.xsd"] {
        let document = scene.exchange("GET", &format!("{}{query}", soap::PATH), &[], "");
        assert!(document.body.starts_with("<?xml "));
    }
}

/// The envelope decides, whatever Content-Type announced; where there is none to be read, the announced version does.
#[test]
fn s2_6_an_answer_is_in_the_version_of_its_request_faults_too() {
    let scene = Scene::shared();
    for (template, expected_11, expected_12) in REFUSALS {
        if !template.contains("xmlns:e='@ns'") {
            continue;
        }
        for announced in Version::ALL {
            let headers = [("Content-Type", announced.content_type())];
            scene.check_with(&headers, V11, template, expected_11);
            scene.check_with(&headers, V12, template, expected_12);
        }
    }
    for (version, expected) in [(V11, REFUSALS[0].1), (V12, REFUSALS[0].2)] {
        for message in ["", "text", "{\"json\": true}", "<"] {
            let headers = [("Content-Type", version.content_type())];
            let answer = scene.exchange("POST", soap::PATH, &headers, message);
            assert_eq!(told(&answer), expected, "{message}");
        }
    }
}
