//! Headers, of HTTP and of SOAP: what has to be understood, actions, media types, WS-Addressing.

use super::{SOAP_11, SOAP_12, Scene, TYPE_11, TYPE_12, add, lines, retrieve_1};
use crate::support::soap;

#[test]
fn headers_that_must_be_understood_are_refused() {
    let scene = Scene::new();
    const SECURITY: &str =
        "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    let own = "<own:Route xmlns:own='urn:own' ATTRIBUTES/>".to_owned();
    let security = format!("<wsse:Security xmlns:wsse='{SECURITY}' ATTRIBUTES/>");
    let next =
        ["http://schemas.xmlsoap.org/soap/actor/next", "http://www.w3.org/2003/05/soap-envelope/role/next"];
    let rows = [
        (&own, "e:mustUnderstand='1'", "500 MustUnderstand"),
        (&own, "e:mustUnderstand='true'", "500 MustUnderstand"),
        (&own, "e:mustUnderstand='1' e:actor='@next' e:role='@next'", "500 MustUnderstand"),
        (&security, "e:mustUnderstand='1'", "500 MustUnderstand"),
        (&own, "e:mustUnderstand='perhaps'", "500 Client"),
    ];
    for (block, attributes, expected) in rows {
        for (version, namespace, content_type) in [(0, SOAP_11, TYPE_11), (1, SOAP_12, TYPE_12)] {
            let header = block.replace("ATTRIBUTES", &attributes.replace("@next", next[version]));
            let expected =
                if version == 1 { expected.replace("500 Client", "400 Sender") } else { expected.to_owned() };
            let answer =
                scene.check(attributes, &[content_type], lines(namespace, &header, &add("")), &expected);
            let lists = version == 1 && expected.contains("MustUnderstand");
            assert_eq!(answer.body.contains("NotUnderstood"), lists, "{}", answer.body);
        }
    }
    for attributes in [
        "e:mustUnderstand='0'",
        "",
        "e:mustUnderstand='1' e:actor='urn:other' e:role='urn:other'",
        "mustUnderstand='1'",
    ] {
        for block in [&own, &security] {
            for (namespace, content_type) in [(SOAP_11, TYPE_11), (SOAP_12, TYPE_12)] {
                let header = block.replace("ATTRIBUTES", attributes);
                scene.check(attributes, &[content_type], lines(namespace, &header, &retrieve_1()), "200");
            }
        }
    }
    scene.end();
}

#[test]
fn the_action_never_decides_but_may_not_contradict() {
    let scene = Scene::new();
    let (add, retrieve) = (lines(SOAP_11, "", &add("")), lines(SOAP_11, "", &retrieve_1()));
    let refused = "500 Client UNKNOWN_OPERATION";
    let rows = [
        ("\"urn:castile:crm:v1:retrieveCustomer\"", &add, refused),
        ("urn:castile:crm:v1:addOrUpdateCustomer", &add, refused),
        ("\"urn:castile:crm:v1:addCustomer\"", &retrieve, refused),
        ("\"urn:castile:crm:v1:retrieveCustomer\"", &retrieve, "200"),
        ("'urn:castile:crm:v1:retrieveCustomer'", &retrieve, "200"),
        ("\"NA\"", &retrieve, "200"),
        ("NA", &retrieve, "200"),
        ("\"\"", &retrieve, "200"),
        ("", &retrieve, "200"),
    ];
    for (action, message, expected) in rows {
        scene.check(action, &[TYPE_11, ("SOAPAction", action)], message, expected);
    }
    let typed = |action: &str| format!("application/soap+xml; charset=utf-8; action={action}");
    let add = add.replace(SOAP_11, SOAP_12);
    let mismatch = typed("\"urn:castile:crm:v1:retrieveCustomer\"");
    scene.check("1.2", &[("Content-Type", &mismatch)], add, "400 Sender UNKNOWN_OPERATION");
    let retrieve = retrieve.replace(SOAP_11, SOAP_12);
    for action in
        ["\"urn:castile:crm:v1:retrieveCustomer\"", "urn:castile:crm:v1:retrieveCustomer", "NA", "\"\""]
    {
        scene.check(action, &[("Content-Type", &typed(action))], &retrieve, "200");
    }
    scene.end();
}

#[test]
fn content_types_are_judged_before_the_message() {
    let scene = Scene::new();
    let message = lines(SOAP_11, "", &add(""));
    let refused = "415 Client MALFORMED_MESSAGE";
    for content_type in [
        "application/json",
        "text/plain",
        "multipart/related; type=\"text/xml\"",
        "text/xml; charset=utf-7",
        "text/xml; charset=iso-8859-1",
        "",
    ] {
        scene.check(content_type, &[("Content-Type", content_type)], &message, refused);
    }
    scene.check("none", &[], &message, refused);
    scene.check(
        "1.2",
        &[("Content-Type", "application/soap+xml; charset=koi8-r")],
        &message,
        "415 Sender MALFORMED_MESSAGE",
    );
    for coding in ["br", "zstd", "gzip, gzip", "gzip, deflate"] {
        scene.check(coding, &[TYPE_11, ("Content-Encoding", coding)], &message, refused);
    }
    scene.check("twice", &[TYPE_11, TYPE_11], &message, "400 Client MALFORMED_MESSAGE");
    scene.check(
        "UTF-16 that is none",
        &[("Content-Type", "text/xml; charset=utf-16")],
        &message,
        "415 Client MALFORMED_MESSAGE",
    );
    let retrieve = lines(SOAP_11, "", &retrieve_1());
    for content_type in [
        "TEXT/XML",
        "text/xml;charset=UTF8",
        "text/xml; charset=\"us-ascii\"",
        "text/xml; charset=utf-8; x=y",
    ] {
        scene.check(content_type, &[("Content-Type", content_type)], &retrieve, "200");
    }
    scene.check("identity", &[TYPE_11, ("Content-Encoding", "identity")], &retrieve, "200");
    scene.end();
}

#[test]
fn addressing_that_cannot_be_followed_is_refused() {
    let scene = Scene::new();
    let block = |name: &str, content: &str| {
        format!("<{name} xmlns='http://www.w3.org/2005/08/addressing'>{content}</{name}>")
    };
    let to = |name: &str, address: &str| block(name, &format!("<Address>{address}</Address>"));
    let action = |operation: &str| block("Action", &format!("urn:castile:crm:v1:{operation}"));
    let (adds, retrieves) = (action("addCustomer"), action("retrieveCustomer"));
    let none = "http://www.w3.org/2005/08/addressing/none";
    let missing = "Sender MessageAddressingHeaderRequired";
    let invalid = "Sender InvalidAddressingHeader";
    let rows = [
        (block("MessageID", "urn:a"), missing.to_owned()),
        (block("To", "urn:a"), missing.to_owned()),
        (retrieves.clone(), "Sender ActionNotSupported".to_owned()),
        (format!("{adds}{adds}"), format!("{invalid} InvalidCardinality")),
        (
            format!("{adds}{}{}", block("MessageID", "a"), block("MessageID", "b")),
            format!("{invalid} InvalidCardinality"),
        ),
        (
            format!("{adds}{}", to("ReplyTo", "http://127.0.0.1:1/")),
            format!("{invalid} OnlyAnonymousAddressSupported"),
        ),
        (
            format!("{adds}{}", to("FaultTo", "http://127.0.0.1:1/")),
            format!("{invalid} OnlyAnonymousAddressSupported"),
        ),
    ];
    for (header, expected) in rows {
        let in_11 = expected.rsplit(' ').next().unwrap();
        scene.check(&header, &[TYPE_11], lines(SOAP_11, &header, &add("")), &format!("500 {in_11}"));
        scene.check(&header, &[TYPE_12], lines(SOAP_12, &header, &add("")), &format!("400 {expected}"));
    }
    let contradicts = ("SOAPAction", "\"urn:own:name\"");
    scene.check("D3", &[TYPE_11, contradicts], lines(SOAP_11, &adds, &add("")), "500 ActionMismatch");
    let id = format!("{adds}{}", block("MessageID", &"i".repeat(501)));
    scene.check(
        "a long MessageID",
        &[TYPE_11],
        lines(SOAP_11, &id, &add("")),
        "500 Client MALFORMED_MESSAGE",
    );
    let nowhere = format!("{retrieves}{}", to("ReplyTo", none));
    scene.check("nowhere", &[TYPE_11], lines(SOAP_11, &nowhere, &retrieve_1()), "202");
    let unknown = soap::retrieve("<CustomerID>x</CustomerID>");
    scene.check("a fault to nowhere", &[TYPE_11], lines(SOAP_11, &nowhere, &unknown), "202");
    let fault_to = format!("{retrieves}{}", to("FaultTo", none));
    scene.check("answers come back", &[TYPE_11], lines(SOAP_11, &fault_to, &retrieve_1()), "200");
    scene.check("faults don't", &[TYPE_11], lines(SOAP_11, &fault_to, &unknown), "202");
    scene.end();
}

/// D5, D8: an answer to an addressed message is addressed too, with an Action that is never empty.
#[test]
fn refusals_of_addressed_messages_have_an_action() {
    let scene = Scene::new();
    let addressed = |operation: &str| {
        format!(
            "<Action xmlns='http://www.w3.org/2005/08/addressing'>urn:castile:crm:v1:{operation}</Action>\
             <MessageID xmlns='http://www.w3.org/2005/08/addressing'>urn:example:{operation}</MessageID>"
        )
    };
    let soap_fault = "http://www.w3.org/2005/08/addressing/soap/fault";
    let addressing_fault = "http://www.w3.org/2005/08/addressing/fault";
    let own = "<own xmlns='urn:own' e:mustUnderstand='1'/>";
    let rows = [
        ("eraseCustomer", String::new(), "<eraseCustomer/>".to_owned(), soap_fault),
        ("addCustomer", String::new(), String::new(), soap_fault),
        ("addCustomer", String::new(), format!("{}{}", add(""), add("")), soap_fault),
        ("addCustomer", own.to_owned(), add(""), soap_fault),
        ("retrieveCustomer", String::new(), add(""), addressing_fault),
        ("addCustomer", String::new(), add("<Prospect>x</Prospect>"), "urn:castile:crm:v1:addCustomerFault"),
        ("retrieveCustomer", String::new(), soap::retrieve(""), "urn:castile:crm:v1:retrieveCustomerFault"),
    ];
    for (operation, more, element, action) in rows {
        for (namespace, content_type) in [(SOAP_11, TYPE_11), (SOAP_12, TYPE_12)] {
            let message = lines(namespace, &format!("{}{more}", addressed(operation)), &element);
            let answer = scene.server.client().exchange("POST", soap::PATH, &[content_type], message);
            assert_eq!(answer.find_text("Action"), Some(action), "{}", answer.body);
            assert_eq!(answer.find_text("RelatesTo"), Some(format!("urn:example:{operation}").as_str()));
            scene.check_unharmed(operation);
        }
    }
    scene.end();
}
