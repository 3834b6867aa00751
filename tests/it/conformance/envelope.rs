//! What an envelope is made of: SOAP 1.2, lines B11 to B22 but for B18, held to both versions where both say so.

use castile::wire::soap::Version::{self, V11, V12};
use castile::wire::xml::{Document, Limits};

use super::{PATHS, REFUSALS, Scene, add, framed};
use crate::support::fault;

const REFUSED_11: &str = "500 Client MALFORMED_MESSAGE";
const REFUSED_12: &str = "400 Sender MALFORMED_MESSAGE";

#[test]
fn b_11_r1008_a_document_type_is_the_senders_fault() {
    let scene = Scene::shared();
    for document_type in [
        "<!DOCTYPE e>",
        "<!DOCTYPE e []>",
        "<!DOCTYPE e [<!-- nothing -->]>",
        "<!DOCTYPE e:Envelope SYSTEM \"http://127.0.0.1:1/own.dtd\">",
        "<!DOCTYPE e PUBLIC \"-//a//b\" \"b.dtd\">",
        "<!DOCTYPE e [<!ENTITY a \"b\">]>",
        "<!DOCTYPE e [<!ENTITY % a SYSTEM \"file:///etc/hostname\">%a;]>",
    ] {
        let message = framed("", "@add").replacen("?>", &format!("?>{document_type}"), 1);
        scene.check_both(&message, REFUSED_11, REFUSED_12);
    }
}

#[test]
fn b_12_r1009_processing_instructions_are_ignored() {
    let scene = Scene::shared();
    let everywhere = "<?a?><e:Envelope xmlns:e='@ns'><?b c?><e:Header><?d?></e:Header><?e?><e:Body><?f?>@add<?g?></e:Body><?h?></e:Envelope><?i?>";
    scene.check_both(everywhere, "200", "200");
}

#[test]
fn b_13_an_envelope_has_a_body() {
    let scene = Scene::shared();
    for content in [
        "",
        "<e:Header/>",
        "<Body>@add</Body>",
        "<o:Body xmlns:o='urn:o'>@add</o:Body>",
        "<e:body>@add</e:body>",
    ] {
        scene.check_both(
            &format!("<e:Envelope xmlns:e='@ns'>{content}</e:Envelope>"),
            REFUSED_11,
            REFUSED_12,
        );
    }
    for (version, other) in [(V11, V12), (V12, V11)] {
        let content = format!("<o:Body xmlns:o='{}'>@add</o:Body>", other.namespace());
        let expected = if version == V11 { REFUSED_11 } else { REFUSED_12 };
        scene.check(version, &format!("<e:Envelope xmlns:e='@ns'>{content}</e:Envelope>"), expected);
    }
}

#[test]
fn b_14_r1011_nothing_stands_behind_body_nor_beside_it() {
    let scene = Scene::shared();
    let body = "<e:Body>@add</e:Body>";
    for content in [
        format!("{body}<own xmlns='urn:own'/>"),
        format!("{body}<e:Header/>"),
        format!("{body}{body}"),
        format!("<e:Header/>{body}<own/>"),
        format!("<e:Header/><e:Header/>{body}"),
        format!("<e:Header/><own/>{body}"),
        format!("<own/>{body}"),
    ] {
        scene.check_both(
            &format!("<e:Envelope xmlns:e='@ns'>{content}</e:Envelope>"),
            REFUSED_11,
            REFUSED_12,
        );
    }
}

/// SOAP 1.1 allows any attribute.
#[test]
fn b_15_an_attribute_of_envelope_is_in_a_namespace() {
    let scene = Scene::shared();
    let with =
        |attribute: &str| format!("<e:Envelope xmlns:e='@ns' {attribute}><e:Body>@add</e:Body></e:Envelope>");
    scene.check(V12, &with("own='1'"), REFUSED_12);
    scene.check(V11, &with("own='1'"), "200");
    scene.check_both(&with("xmlns:o='urn:o' o:own='1' xml:lang='en'"), "200", "200");
}

#[test]
fn b_16_encoding_style_does_not_stand_on_elements_of_soap_1_2() {
    let scene = Scene::shared();
    let envelope = "<e:Envelope xmlns:e='@ns' @1><e:Header @2/><e:Body @3>@add</e:Body></e:Envelope>";
    for style in ["http://www.w3.org/2003/05/soap-encoding", "urn:own"] {
        for place in ["@1", "@2", "@3"] {
            let message = envelope.replace(place, &format!("e:encodingStyle='{style}'"));
            let message =
                ["@1", "@2", "@3"].iter().fold(message, |message, other| message.replace(other, ""));
            scene.check(V12, &message, REFUSED_12);
        }
    }
}

#[test]
fn b_17_an_unknown_encoding_style_of_the_request_is_told_so() {
    let scene = Scene::shared();
    let styled = |style: &str| {
        let request =
            add("none").replace("<addCustomer ", &format!("<addCustomer e:encodingStyle='{style}' "));
        framed("", &request)
    };
    for style in ["urn:own", "http://schemas.xmlsoap.org/soap/encoding/", ""] {
        scene.check(V12, &styled(style), "500 DataEncodingUnknown MALFORMED_MESSAGE");
    }
    let borne = framed("", "@add").replace("<e:Body>", "<e:Body><!-- e:encodingStyle='urn:own' -->");
    scene.check(V12, &borne, "200");
}

/// As SOAP 1.2 knows it; a request is always literal.
#[test]
fn b_17_no_encoding_is_borne() {
    let scene = Scene::shared();
    for style in
        ["http://www.w3.org/2003/05/soap-envelope/encoding/none", "http://www.w3.org/2003/05/soap-encoding"]
    {
        let retrieve = "<retrieveCustomer xmlns='urn:castile:crm:v1' e:encodingStyle='@style'><CustomerID>none</CustomerID></retrieveCustomer>";
        let message = framed("", &retrieve.replace("@style", style));
        scene.check(V12, &message, "400 Sender CUSTOMER_NOT_FOUND");
    }
}

#[test]
fn b_19_the_way_of_writing_has_no_effect() {
    let scene = Scene::shared();
    let messages = [
        "\n\n<e:Envelope xmlns:e='@ns'>\n\t<e:Body>\r\n @add \n</e:Body>\n</e:Envelope>\n\n",
        "<!-- a --><e:Envelope xmlns:e='@ns'><!-- b --><e:Header><!-- c --></e:Header><!-- d --><e:Body><!-- e -->@add<!-- f --></e:Body><!-- g --></e:Envelope><!-- h -->",
        "<Envelope xmlns='@ns'><Body>@add</Body></Envelope>",
        "<a:Envelope xmlns:a='@ns'><b:Header xmlns:b='@ns'/><c:Body xmlns:c='@ns'>@add</c:Body></a:Envelope>",
        "<?xml version='1.0' standalone='yes'?><e:Envelope xmlns:e='@ns'><e:Body>@add</e:Body></e:Envelope>",
        "<?xml version=\"1.0\" encoding='UTF8' standalone=\"no\" ?><e:Envelope xmlns:e='@ns'><e:Body>@add</e:Body></e:Envelope>",
        "<e:Envelope xmlns:e='@ns'\n\n><e:Body\t>@add</e:Body\n></e:Envelope >",
    ];
    for version in Version::ALL {
        let (media_type, _) = version.content_type().split_once(';').unwrap();
        for message in messages {
            scene.check(version, message, "200");
            scene.check_with(&[("Content-Type", media_type)], version, message, "200");
        }
    }
}

#[test]
fn b_20_headers_are_worked_on_even_with_an_empty_body() {
    let scene = Scene::shared();
    for (version, unknown) in
        [(V11, "500 Client UNKNOWN_OPERATION"), (V12, "400 Sender ProcedureNotPresent UNKNOWN_OPERATION")]
    {
        let own = "<own xmlns='urn:own' e:mustUnderstand='1'/>";
        scene.check(version, &framed(own, ""), "500 MustUnderstand");
        let wsa = "http://www.w3.org/2005/08/addressing";
        let addressed =
            format!("<Action xmlns='{wsa}'>urn:a</Action><MessageID xmlns='{wsa}'>urn:m</MessageID>");
        let answer = scene.check(version, &framed(&addressed, ""), unknown);
        assert_eq!(answer.find_text("RelatesTo"), Some("urn:m"), "{}", answer.body);
        scene.check(version, "<e:Envelope xmlns:e='@ns'><e:Header/><e:Body/></e:Envelope>", unknown);
    }
}

#[test]
fn b_21_a_fault_has_code_reason_and_detail_in_this_order() {
    let scene = Scene::shared();
    for (template, _, expected) in REFUSALS {
        let answer = scene.check(V12, template, expected);
        let document = Document::parse(answer.body.as_bytes(), &Limits::default()).unwrap();
        let fault = fault::descendant(document.root(), "Fault").unwrap();
        let names: Vec<_> = fault.children().map(|child| child.local()).collect();
        assert!(names == ["Code", "Reason"] || names == ["Code", "Reason", "Detail"], "{}", answer.body);
        let text = fault.children().nth(1).unwrap().children().next().unwrap();
        let language = text.attribute_ns("http://www.w3.org/XML/1998/namespace", "lang");
        assert_eq!(language.as_deref(), Some("en"), "{}", answer.body);
    }
}

#[test]
fn b_22_a_get_that_asks_for_an_envelope_is_405() {
    let scene = Scene::shared();
    for path in PATHS {
        let answer = scene.exchange("GET", path, &[("Accept", "application/soap+xml")], "");
        assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")));
        assert!(!answer.body.is_empty());
    }
}
