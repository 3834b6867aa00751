//! Envelopes out of order and without an operation, told with their place.
//!
//! Deliberately absent: every way in which an envelope can be wrong ([`crate::conformance`]).

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
