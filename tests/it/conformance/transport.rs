//! The Basic Profile on HTTP, and what no profile says of gateways.
//!
//! Deliberately absent: framing, codings, limits and deadlines (the tests of the HTTP server); addresses behind proxies and
//! the many names of the description ([`crate::http`]).

use castile::wire::soap::Version::{V11, V12};

use super::{PATHS, Scene, framed, told};
use crate::support::soap;

const ADDRESSING: &str = "http://www.w3.org/2005/08/addressing";

fn addressed(more: &str) -> String {
    format!("<Action xmlns='{ADDRESSING}'>urn:castile:crm:v1:addCustomer</Action>{more}")
}

fn endpoint(name: &str, address: &str) -> String {
    format!("<{name} xmlns='{ADDRESSING}'><Address>{ADDRESSING}/{address}</Address></{name}>")
}

#[test]
fn r1111_r1124_an_answer_that_is_no_fault_is_200() {
    let scene = Scene::shared();
    scene.check_both(&framed("", "@add"), "200", "200");
    let nothing =
        "<searchCustomers xmlns='urn:castile:crm:v1'><LastName>Nobody-at-all</LastName></searchCustomers>";
    scene.check_both(&framed("", nothing), "200", "200");
}

#[test]
fn r1112_an_answer_without_an_envelope_is_202_and_empty() {
    let scene = Scene::shared();
    let nowhere = addressed(&endpoint("ReplyTo", "none"));
    for version in [V11, V12] {
        let answer = scene.check(version, &framed(&nowhere, "@add"), "202");
        assert_eq!((answer.body.as_str(), answer.header("content-type")), ("", None));
        assert_eq!(answer.header("content-length"), Some("0"));
    }
}

#[test]
fn r1113_what_is_not_well_formed_is_400_with_a_fault() {
    let scene = Scene::shared();
    for message in [
        "",
        " ",
        "text",
        "<",
        "<e:Envelope",
        "<e:Envelope xmlns:e='@ns'>",
        "<a></b>",
        "<a/><b/>",
        "\u{1}",
        "<a>&nbsp;</a>",
    ] {
        scene.check_both(message, "400 Client MALFORMED_MESSAGE", "400 Sender MALFORMED_MESSAGE");
    }
}

#[test]
fn r1114_r1132_r1108_messages_are_sent_with_post_alone() {
    let scene = Scene::shared();
    let message = framed("", "<addCustomer xmlns='urn:castile:crm:v1'/>").replace("@ns", V11.namespace());
    for path in PATHS {
        for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "M-POST", "post", "QUERY"] {
            let answer = scene.exchange(method, path, &[("Content-Type", "text/xml")], &message);
            assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD, POST")), "{method}");
        }
        for method in ["GET", "HEAD"] {
            let answer = scene.exchange(method, path, &[], "");
            assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")), "{method}");
        }
    }
}

#[test]
fn r1125_trouble_with_the_format_is_4xx() {
    let scene = Scene::shared();
    let message = framed("", "@add");
    scene.check_with(&[("Content-Type", "text/plain")], V11, &message, "415 Client MALFORMED_MESSAGE");
    scene.check(V11, &message.replace("</e:Body>", ""), "400 Client MALFORMED_MESSAGE");
    let answer = scene.exchange("POST", "/services/Other", &[("Content-Type", "text/xml")], "");
    assert_eq!(told(&answer), "404 problem");
}

#[test]
fn r1126_an_envelope_with_a_fault_is_500() {
    let scene = Scene::shared();
    for request in [
        soap::retrieve(""),
        soap::retrieve("<CustomerID>none</CustomerID>"),
        "<erase/>".to_owned(),
        String::new(),
    ] {
        let answer = scene.exchange(
            "POST",
            soap::PATH,
            &[("Content-Type", V11.content_type())],
            framed("", &request).replace("@ns", V11.namespace()),
        );
        assert!(answer.status == 500 && answer.body.contains("soap:Fault>"), "{}", answer.body);
    }
}

#[test]
fn r1130_nothing_is_redirected() {
    let scene = Scene::shared();
    for target in [
        "/",
        "/services",
        "/services/",
        "/services/CRMProcessor/",
        "/services/crmprocessor",
        "/services/CRMProcessor?wsdl",
        "/services/CRMProcessor/?wsdl",
    ] {
        for method in ["GET", "POST"] {
            let answer = scene.exchange(method, target, &[("Content-Type", "text/xml")], "");
            assert!(!(300..400).contains(&answer.status), "{method} {target}: {}", answer.status);
            assert_eq!(answer.header("location"), None);
        }
    }
}

#[test]
fn r1120_r1121_r1122_r1123_cookies_are_neither_set_nor_needed() {
    let scene = Scene::shared();
    for cookie in ["", "a=b; c=d", "not a cookie \u{e9}"] {
        let headers = [("Content-Type", V11.content_type()), ("Cookie", cookie)];
        let answer = scene.check_with(&headers, V11, &framed("", "@add"), "200");
        assert_eq!(answer.header("set-cookie"), None);
    }
}

/// No operation is one-way; a sender that wants no answer gets none, not even for a refusal of the operation's own.
#[test]
fn r2714_a_sender_that_wants_no_answer_gets_an_empty_one() {
    let scene = Scene::shared();
    let nowhere = addressed(&endpoint("ReplyTo", "none"));
    let wrong =
        "<addCustomer xmlns='urn:castile:crm:v1'><Customer><Prospect>x</Prospect></Customer></addCustomer>";
    for version in [V11, V12] {
        assert_eq!(scene.check(version, &framed(&nowhere, "@add"), "202").body, "");
        assert_eq!(scene.check(version, &framed(&nowhere, wrong), "202").body, "");
    }
}
