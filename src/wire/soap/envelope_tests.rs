//! What an envelope may look like, rule by rule of SOAP 1.1 (A) and 1.2 (B).

use super::version::{SOAP_11, SOAP_12};
use super::*;
use crate::wire::xml::{Document, Limits, QName};

const UNDERSTOOD: [QName; 7] = ADDRESSING_HEADERS;
const BODY: &str = "<s:Body><addCustomer xmlns='urn:castile:crm:v1'/></s:Body>";

/// Reads an envelope of that namespace and content, with the prefix `s`; true if it is accepted.
fn read(namespace: &str, content: &str) -> Result<(), Fault> {
    read_message(&format!("<s:Envelope xmlns:s='{namespace}'>{content}</s:Envelope>"))
}

fn read_message(message: &str) -> Result<(), Fault> {
    let document = Document::parse(message.as_bytes(), &Limits::default()).expect("well-formed");
    Envelope::read(&document, &UNDERSTOOD).map(|_| ())
}

#[track_caller]
fn check(namespace: &str, content: &str, expected: Option<FaultCode>) {
    let fault = read(namespace, content).err();
    assert_eq!(fault.as_ref().map(|fault| fault.code), expected, "{content}: {fault:?}");
}

fn header(attributes: &str) -> String {
    format!("<s:Header><x:Unknown xmlns:x='urn:x' {attributes}/></s:Header>{BODY}")
}

#[test]
fn a_1_b_1_answers_speak_the_version_of_the_request() {
    for (version, content_type) in
        [(Version::V11, "text/xml; charset=utf-8"), (Version::V12, "application/soap+xml; charset=utf-8")]
    {
        let message =
            format!("<Envelope xmlns='{}'><Body><x xmlns=''/></Body></Envelope>", version.namespace());
        let document = Document::parse(message.as_bytes(), &Limits::default()).unwrap();
        let envelope = Envelope::read(&document, &UNDERSTOOD).unwrap();
        assert_eq!(envelope.version(), version);
        assert_eq!(envelope.version().content_type(), content_type);
        assert_eq!(envelope.request().unwrap().local(), "x", "a body child without a namespace is found");
        let answer = write_answer(version, None, b"<x/>");
        let answer = Document::parse(&answer, &Limits::default()).unwrap();
        assert_eq!(Envelope::version_of(&answer), Some(version));
    }
}

#[test]
fn a_2_an_unknown_envelope_is_a_version_mismatch() {
    for message in [
        "<Envelope xmlns='http://www.w3.org/2003/05/soap-envelope/'><Body/></Envelope>",
        "<Envelope xmlns='http://www.w3.org/2001/12/soap-envelope'/>",
        "<Envelope><Body/></Envelope>",
        "<addCustomer xmlns='urn:castile:crm:v1'/>",
        "<Body xmlns='http://www.w3.org/2003/05/soap-envelope'/>",
    ] {
        let fault = read_message(message).unwrap_err();
        assert_eq!((fault.code, fault.upgrade, fault.detail), (FaultCode::VersionMismatch, true, None));
    }
}

#[test]
fn a_7_a_header_for_us_that_is_not_understood() {
    let next = "s:actor='http://schemas.xmlsoap.org/soap/actor/next'";
    for target in ["", "s:actor=''", "s:actor=' '", next] {
        check(SOAP_11, &header(&format!("s:mustUnderstand='1' {target}")), Some(FaultCode::MustUnderstand));
        check(SOAP_11, &header(&format!("s:mustUnderstand='0' {target}")), None);
        check(SOAP_11, &header(target), None);
    }
}

#[test]
fn a_8_a_header_for_another_actor_is_ignored() {
    check(SOAP_11, &header("s:mustUnderstand='1' s:actor='urn:somebody'"), None);
    check(SOAP_11, &header("s:mustUnderstand='nonsense' s:actor='urn:somebody'"), None);
}

#[test]
fn a_9_must_understand_is_a_boolean() {
    for value in ["wrong", "9", "", "TRUE", "yes"] {
        check(SOAP_11, &header(&format!("s:mustUnderstand='{value}'")), Some(FaultCode::Client));
    }
    check(SOAP_11, &header("s:mustUnderstand='true'"), Some(FaultCode::MustUnderstand));
    check(SOAP_11, &header("s:mustUnderstand='false'"), None);
}

#[test]
fn a_12_xsi_type_is_borne() {
    let xsi = "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'";
    let body = format!("<s:Body><x {xsi} xsi:type='a' s:encodingStyle='urn:e'/></s:Body>");
    check(SOAP_11, &body, None);
    check(SOAP_11, &BODY.replace("<s:Body>", "<s:Body s:encodingStyle='urn:e' id='1'>"), None);
}

#[test]
fn a_13_version_then_must_understand_then_client() {
    let must =
        "<s:Header><x xmlns='urn:x' s:mustUnderstand='1'/><y xmlns='urn:x' s:mustUnderstand='9'/></s:Header>";
    for namespace in [SOAP_11, SOAP_12] {
        check("urn:unknown", &format!("{must}<s:Other/>"), Some(FaultCode::VersionMismatch));
        check(namespace, &format!("{must}<s:Other/>"), Some(FaultCode::MustUnderstand));
        check(namespace, &format!("{must}<s:Body><a/><b/></s:Body><c/>"), Some(FaultCode::MustUnderstand));
        check(namespace, "<s:Other/>", Some(FaultCode::Client));
    }
}

#[test]
fn b_6_each_header_that_is_not_understood_is_named() {
    let block = |name: &str, attributes: &str| format!("<x:{name} xmlns:x='urn:x' {attributes}/>");
    let content = format!(
        "<s:Header>{}{}{}{}{}</s:Header>{BODY}",
        block("One", "s:mustUnderstand='1'"),
        block("Two", "s:mustUnderstand=' true ' s:role='http://www.w3.org/2003/05/soap-envelope/role/next'"),
        block(
            "Three",
            "s:mustUnderstand='1' s:role='http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver'"
        ),
        block("Four", "s:mustUnderstand='0'"),
        block("Five", "s:mustUnderstand='1' s:role=''"),
    );
    let fault = read(SOAP_12, &content).unwrap_err();
    assert_eq!((fault.code, fault.detail.is_some()), (FaultCode::MustUnderstand, false));
    let names: Vec<_> = fault.not_understood.iter().map(ToString::to_string).collect();
    assert_eq!(names, ["{urn:x}One", "{urn:x}Two", "{urn:x}Three", "{urn:x}Five"]);
}

#[test]
fn b_7_a_header_for_another_role_is_ignored() {
    let none = "http://www.w3.org/2003/05/soap-envelope/role/none";
    for role in [none, "urn:somebody", "http://schemas.xmlsoap.org/soap/actor/next"] {
        check(SOAP_12, &header(&format!("s:mustUnderstand='1' s:role='{role}'")), None);
    }
}

#[test]
fn b_8_must_understand_is_a_boolean() {
    for value in ["wrong", "9", ""] {
        check(SOAP_12, &header(&format!("s:mustUnderstand='{value}'")), Some(FaultCode::Client));
    }
}

#[test]
fn b_9_must_understand_of_the_other_version_has_no_effect() {
    check(SOAP_12, &header(&format!("xmlns:o='{SOAP_11}' o:mustUnderstand='1'")), None);
    check(SOAP_11, &header(&format!("xmlns:o='{SOAP_12}' o:mustUnderstand='1'")), None);
    check(SOAP_12, &header("mustUnderstand='1'"), None);
}

#[test]
fn b_10_must_understand_on_a_grandchild_has_no_effect() {
    let content =
        format!("<s:Header><x xmlns='urn:x'><y s:mustUnderstand='1' s:role='urn:r'/></x></s:Header>{BODY}");
    check(SOAP_12, &content, None);
}

#[test]
fn b_12_processing_instructions_are_ignored() {
    check(SOAP_12, &format!("<?a b?><s:Header><?c?></s:Header><?d?>{BODY}<?e?>"), None);
}

#[test]
fn b_13_a_missing_body_is_refused() {
    for namespace in [SOAP_11, SOAP_12] {
        check(namespace, "", Some(FaultCode::Client));
        check(namespace, "<s:Header/>", Some(FaultCode::Client));
        check(namespace, "<Body/>", Some(FaultCode::Client));
    }
    check(SOAP_12, &format!("<Body xmlns='{SOAP_11}'/>"), Some(FaultCode::Client));
    check(SOAP_11, &format!("<Body xmlns='{SOAP_12}'/>"), Some(FaultCode::Client));
}

#[test]
fn b_14_r_1011_nothing_may_stand_behind_body() {
    for namespace in [SOAP_11, SOAP_12] {
        for trailer in ["<x xmlns='urn:x'/>", "<s:Header/>", BODY] {
            check(namespace, &format!("{BODY}{trailer}"), Some(FaultCode::Client));
            check(namespace, &format!("<s:Header/>{BODY}{trailer}"), Some(FaultCode::Client));
        }
        check(namespace, &format!("<s:Header/><s:Header/>{BODY}"), Some(FaultCode::Client));
        check(namespace, &format!("<x/>{BODY}"), Some(FaultCode::Client));
    }
}

#[test]
fn b_15_an_unqualified_attribute_on_the_envelope_is_refused() {
    let message =
        |attribute: &str| format!("<s:Envelope xmlns:s='{SOAP_12}' {attribute}>{BODY}</s:Envelope>");
    assert_eq!(read_message(&message("a='b'")).unwrap_err().code, FaultCode::Client);
    assert_eq!(read_message(&message("xmlns:x='urn:x' x:a='b' xml:lang='en'")), Ok(()));
}

#[test]
fn b_16_encoding_style_may_not_stand_on_soap_elements() {
    let style = "s:encodingStyle='http://www.w3.org/2003/05/soap-encoding'";
    let envelope = format!("<s:Envelope xmlns:s='{SOAP_12}' {style}>{BODY}</s:Envelope>");
    assert_eq!(read_message(&envelope).unwrap_err().code, FaultCode::Client);
    check(SOAP_12, &format!("<s:Header {style}/>{BODY}"), Some(FaultCode::Client));
    check(SOAP_12, &format!("<s:Body {style}/>"), Some(FaultCode::Client));
    check(SOAP_12, &format!("<s:Header><x xmlns='urn:x' {style}/></s:Header>{BODY}"), None);
}

#[test]
fn b_17_an_unknown_encoding_of_the_body_child() {
    let body = |style: &str| format!("<s:Body><x s:encodingStyle='{style}'/></s:Body>");
    check(SOAP_12, &body("urn:my-encoding"), Some(FaultCode::DataEncodingUnknown));
    check(SOAP_12, &body("http://www.w3.org/2003/05/soap-envelope/encoding/none"), None);
    check(SOAP_12, &body("http://www.w3.org/2003/05/soap-encoding"), None);
    check(SOAP_11, &body("urn:my-encoding"), None);
}

#[test]
fn b_19_the_way_of_writing_has_no_effect() {
    let message = format!(
        "\u{FEFF}<?xml version=\"1.0\" encoding='UTF8' standalone=\"yes\"?>\n<!-- a -->\n<e:Envelope xmlns:e=\"{SOAP_12}\" >\n  <!-- b -->\n <e:Header\n/>\t<e:Body><!-- c -->\n<x:y xmlns:x='u'/> </e:Body>\r\n</e:Envelope>\n<!-- d -->"
    );
    assert_eq!(read_message(&message), Ok(()));
}

#[test]
fn b_20_headers_are_judged_even_with_an_empty_body() {
    let content = header("s:mustUnderstand='1'").replace(BODY, "<s:Body/>");
    check(SOAP_12, &content, Some(FaultCode::MustUnderstand));
    let message = format!("<Envelope xmlns='{SOAP_12}'><Header/><Body/></Envelope>");
    let document = Document::parse(message.as_bytes(), &Limits::default()).unwrap();
    assert!(Envelope::read(&document, &UNDERSTOOD).unwrap().request().is_none());
}

#[test]
fn r_9981_body_has_one_child_at_most() {
    for namespace in [SOAP_11, SOAP_12] {
        check(namespace, "<s:Body/>", None);
        check(namespace, "<s:Body><a/><a/></s:Body>", Some(FaultCode::Client));
    }
}

#[test]
fn c_9_security_has_to_be_understood_only_where_it_is() {
    let content =
        format!("<s:Header><Security xmlns='{SECURITY_NAMESPACE}' s:mustUnderstand='1'/></s:Header>{BODY}");
    check(SOAP_11, &content, Some(FaultCode::MustUnderstand));
    let message = format!("<s:Envelope xmlns:s='{SOAP_11}'>{content}</s:Envelope>");
    let document = Document::parse(message.as_bytes(), &Limits::default()).unwrap();
    assert!(Envelope::read(&document, &[SECURITY_HEADER]).is_ok());
}

#[test]
fn refusals_say_where() {
    let fault = read(SOAP_11, "\n <s:Body/>\n <x/>").unwrap_err();
    assert!(fault.reason.contains("line 3, column 2"), "{}", fault.reason);
}

#[test]
fn header_blocks_are_those_for_us() {
    let message = format!(
        "<s:Envelope xmlns:s='{SOAP_11}'><s:Header><a xmlns='u'/><b xmlns='u' s:actor='urn:other'/></s:Header>{BODY}</s:Envelope>"
    );
    let document = Document::parse(message.as_bytes(), &Limits::default()).unwrap();
    let envelope = Envelope::read(&document, &[]).unwrap();
    let names: Vec<_> = envelope.header_blocks().map(|block| block.local()).collect();
    assert_eq!(names, ["a"]);
    assert_eq!(envelope.body().source(), BODY.as_bytes());
}

#[test]
fn unreadable_bytes_are_refused_in_the_version_they_started_in() {
    let start = |namespace: &str| format!("<s:Envelope xmlns:s='{namespace}'><s:Bo");
    assert_eq!(Version::of_unreadable(start(SOAP_11).as_bytes(), Version::V12), Version::V11);
    assert_eq!(Version::of_unreadable(start(SOAP_12).as_bytes(), Version::V11), Version::V12);
    let both = format!("{} xmlns:o='{SOAP_11}'", start(SOAP_12));
    assert_eq!(Version::of_unreadable(both.as_bytes(), Version::V11), Version::V12);
    for announced in Version::ALL {
        assert_eq!(Version::of_unreadable(b"nonsense", announced), announced);
    }
}

#[test]
fn media_types_announce_a_version() {
    assert_eq!(Version::from_media_type("Text/XML"), Some(Version::V11));
    assert_eq!(Version::from_media_type("application/soap+xml"), Some(Version::V12));
    assert_eq!(Version::from_media_type("application/xml"), None);
}
