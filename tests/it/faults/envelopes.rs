//! Envelopes out of order, of unknown versions, and without an operation.

use super::{SOAP_11, SOAP_12, Scene, TYPE_11, TYPE_12, add, lines, retrieve_1};
use crate::support::soap;

#[test]
fn bodies_that_name_no_operation_are_refused() {
    let scene = Scene::new();
    let twice = format!("{}{}", add(""), add(""));
    let rows = [
        (
            "an empty Body",
            String::new(),
            "500 Client UNKNOWN_OPERATION",
            "400 Sender ProcedureNotPresent UNKNOWN_OPERATION",
        ),
        (
            "an unknown operation",
            format!("<eraseCustomer xmlns='{}'/>", soap::NAMESPACE),
            "500 Client UNKNOWN_OPERATION 4:3",
            "400 Sender ProcedureNotPresent UNKNOWN_OPERATION 4:3",
        ),
        (
            "an operation of another namespace",
            add("").replace(soap::NAMESPACE, "urn:other"),
            "500 Client UNKNOWN_OPERATION 4:3",
            "400 Sender ProcedureNotPresent UNKNOWN_OPERATION 4:3",
        ),
        (
            "an answer",
            "<addCustomerResponse/>".to_owned(),
            "500 Client UNKNOWN_OPERATION 4:3",
            "400 Sender ProcedureNotPresent UNKNOWN_OPERATION 4:3",
        ),
        ("two requests", twice, "500 Client MALFORMED_MESSAGE 2:2", "400 Sender MALFORMED_MESSAGE 2:2"),
    ];
    for (name, body, expected_11, expected_12) in rows {
        scene.check_both(name, &body, expected_11, expected_12);
    }
    scene.check_both("no namespace at all", &retrieve_1().replace(soap::NAMESPACE, ""), "200", "200");
    scene.end();
}

#[test]
fn envelopes_out_of_order_are_refused() {
    let scene = Scene::new();
    let rows = [
        ("no Body", "<e:Envelope xmlns:e='@'><e:Header/></e:Envelope>", "1:1"),
        ("a Body of no namespace", "<e:Envelope xmlns:e='@'>\n<Body/></e:Envelope>", "2:1"),
        ("a Header behind the Body", "<e:Envelope xmlns:e='@'><e:Body/>\n<e:Header/></e:Envelope>", "2:1"),
        ("something behind the Body", "<e:Envelope xmlns:e='@'><e:Body/>\n<more/></e:Envelope>", "2:1"),
        ("something before the Body", "<e:Envelope xmlns:e='@'>\n<more/><e:Body/></e:Envelope>", "2:1"),
    ];
    for (name, message, place) in rows {
        let expected = [
            format!("500 Client MALFORMED_MESSAGE {place}"),
            format!("400 Sender MALFORMED_MESSAGE {place}"),
        ];
        scene.check(name, &[TYPE_11], message.replace('@', SOAP_11), &expected[0]);
        scene.check(name, &[TYPE_12], message.replace('@', SOAP_12), &expected[1]);
    }
    let attribute = lines(SOAP_12, "", &add("")).replacen("<e:Envelope", "<e:Envelope own='1'", 1);
    scene.check("B15", &[TYPE_12], attribute, "400 Sender MALFORMED_MESSAGE 1:1");
    let style = "e:encodingStyle=\"urn:of:our:own\"";
    let on_child = |namespace: &str| {
        lines(namespace, "", &add("")).replace("<addCustomer ", &format!("<addCustomer {style} "))
    };
    scene.check("B17", &[TYPE_12], on_child(SOAP_12), "500 DataEncodingUnknown MALFORMED_MESSAGE");
    let on_body = lines(SOAP_12, "", &add("")).replace("<e:Body>", &format!("<e:Body {style}>"));
    scene.check("B16", &[TYPE_12], on_body, "400 Sender MALFORMED_MESSAGE 2:2");
    scene.end();
}

#[test]
fn another_envelope_is_a_version_mismatch_with_upgrade() {
    let scene = Scene::new();
    for root in ["urn:soap:9", "http://www.w3.org/2001/12/soap-envelope"] {
        for content_type in [TYPE_11, TYPE_12] {
            let answer = scene.check(root, &[content_type], lines(root, "", &add("")), "500 VersionMismatch");
            assert!(answer.header("content-type").is_some_and(|sent| content_type.1 == sent), "{answer:?}");
            let (first, second) = (
                answer
                    .body
                    .find(&format!("=\"{SOAP_12}\"><"))
                    .or_else(|| answer.body.find(&format!("xmlns:ns=\"{SOAP_12}\""))),
                answer.body.find(&format!("xmlns:ns=\"{SOAP_11}\"")),
            );
            assert!(answer.body.contains("Upgrade") && first.is_some() && first < second, "{}", answer.body);
        }
    }
    scene.check("a bare request", &[TYPE_11], add(""), "500 VersionMismatch");
    scene.end();
}

#[test]
fn the_envelope_decides_the_version_of_the_answer() {
    let scene = Scene::new();
    for path in [soap::PATH, "/services/CRMProcessor/soap12"] {
        for (namespace, announced) in
            [(SOAP_12, TYPE_11), (SOAP_11, TYPE_12), (SOAP_11, TYPE_11), (SOAP_12, TYPE_12)]
        {
            for element in [retrieve_1(), soap::retrieve("<CustomerID>x</CustomerID>")] {
                let message = lines(namespace, "", &element);
                let answer = scene.server.client().exchange("POST", path, &[announced], message);
                assert!(answer.body.contains(namespace), "{}", answer.body);
                let expected = match (element == retrieve_1(), namespace == SOAP_11) {
                    (true, _) => "200",
                    (false, true) => "500 Client CUSTOMER_NOT_FOUND",
                    (false, false) => "400 Sender CUSTOMER_NOT_FOUND",
                };
                scene.compare(path, &answer, expected);
            }
        }
    }
    scene.end();
}
