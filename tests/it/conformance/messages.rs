//! The Basic Profile on messages: what is borne of a sender, and that a fault replaces the answer.
//!
//! What our own envelopes are made of is held for every answer ([`super::shape`]).

use castile::wire::soap::Version::{V11, V12};
use castile::wire::xml::{Document, Limits};

use super::{REFUSALS, Scene, add, framed, fresh};
use crate::support::soap;

const ENCODING_11: &str = "http://schemas.xmlsoap.org/soap/encoding/";

#[test]
fn r9980_r9981_an_envelope_has_its_structure_and_body_one_child_at_most() {
    let scene = Scene::shared();
    let refused = ["500 Client MALFORMED_MESSAGE", "400 Sender MALFORMED_MESSAGE"];
    for body in ["@add@add", "@add<own xmlns='urn:own'/>", "<own/>@add", "@add<!-- a --><own/>"] {
        scene.check_both(&framed("", body), refused[0], refused[1]);
    }
    for (header, between) in
        [("text", ""), ("", "text"), ("<own xmlns='urn:own'/>.", ""), ("", "<![CDATA[.]]>"), ("&#160;", "")]
    {
        let message = format!(
            "<e:Envelope xmlns:e='@ns'>\n<e:Header>\n{header}</e:Header>{between}\n<e:Body>@add</e:Body></e:Envelope>"
        );
        scene.check_both(&message, refused[0], refused[1]);
    }
    let unknown = ["500 Client UNKNOWN_OPERATION", "400 Sender ProcedureNotPresent UNKNOWN_OPERATION"];
    for body in ["", " ", "<!-- a -->", "text"] {
        scene.check_both(&framed("", body), unknown[0], unknown[1]);
    }
}

/// In SOAP 1.1 the attribute is accepted and ignored wherever it stands.
#[test]
fn r1005_r1006_encoding_style_is_borne_in_soap_1_1_and_never_sent() {
    let scene = Scene::shared();
    let style = format!("e:encodingStyle='{ENCODING_11}'");
    let request = "@add".to_owned();
    for message in [
        format!("<e:Envelope xmlns:e='@ns' {style}><e:Header/><e:Body>{request}</e:Body></e:Envelope>"),
        format!("<e:Envelope xmlns:e='@ns'><e:Header {style}/><e:Body>{request}</e:Body></e:Envelope>"),
        format!("<e:Envelope xmlns:e='@ns'><e:Header/><e:Body {style}>{request}</e:Body></e:Envelope>"),
    ] {
        let answer = scene.check(V11, &message, "200");
        assert!(!answer.body.contains("encodingStyle"));
    }
    let key = fresh("encoded");
    let request = add(&key).replace("<addCustomer ", &format!("<addCustomer {style} "));
    scene.check(V11, &framed("", &request), "200");
    assert!(scene.is_stored(&key));
}

#[test]
fn r1010_an_xml_declaration_may_be_there_or_not() {
    let scene = Scene::shared();
    let bare = "<e:Envelope xmlns:e='@ns'><e:Body>@add</e:Body></e:Envelope>";
    for declaration in ["", "<?xml version='1.0'?>", "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"] {
        scene.check_both(&format!("{declaration}{bare}"), "200", "200");
    }
    let late = format!(" <?xml version='1.0'?>{bare}");
    scene.check_both(&late, "400 Client MALFORMED_MESSAGE", "400 Sender MALFORMED_MESSAGE");
}

/// A document of an older system that was pasted without its namespace works; one of another service does not.
#[test]
fn r1014_a_request_without_a_namespace_is_borne() {
    let scene = Scene::shared();
    for (namespace, expected) in [
        ("", ["200", "200"]),
        ("urn:other", ["500 Client UNKNOWN_OPERATION", "400 Sender ProcedureNotPresent UNKNOWN_OPERATION"]),
    ] {
        for (version, expected) in [V11, V12].into_iter().zip(expected) {
            let key = fresh("bare");
            let request = add(&key).replace(soap::NAMESPACE, namespace);
            scene.check(version, &framed("", &request), expected);
            assert_eq!(scene.is_stored(&key), expected == "200");
        }
    }
    // In no namespace inside, although the request is in one.
    let key = fresh("bare");
    let request = add(&key).replace("<AlternateKey ", "<AlternateKey xmlns='' ");
    scene.check_both(&framed("", &request), "200", "400 Sender CUSTOMER_ALREADY_EXISTS");
    assert!(scene.is_stored(&key));
}

#[test]
fn r1028_r1029_a_fault_replaces_the_answer_and_nothing_is_done() {
    let scene = Scene::shared();
    for (template, expected_11, expected_12) in REFUSALS {
        for (version, expected) in [(V11, expected_11), (V12, expected_12)] {
            // That no customer was added is looked up behind every row.
            let answer = scene.check(version, template, expected);
            let document = Document::parse(answer.body.as_bytes(), &Limits::default()).unwrap();
            let body = document.root().child(version.namespace(), "Body").unwrap();
            assert_eq!(body.children().count(), 1);
            assert!(!answer.body.contains("addCustomerResponse"));
        }
    }
    let key = fresh("half");
    let both = format!("{}<Prospect>x</Prospect>", soap::key("XSTORE_ID", &key));
    let half = framed("", &soap::customer("addCustomer", &both));
    scene.check(V11, &half, "500 Client INVALID_ATTRIBUTE_VALUE Customer/Prospect");
    assert!(!scene.is_stored(&key), "the good half was kept");
}
