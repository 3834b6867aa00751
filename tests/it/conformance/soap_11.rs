//! SOAP 1.1, lines A1 to A9 and A13: versions, faults, headers that must be understood.
//!
//! Deliberately absent: A10 to A12, which are about finding the operation ([`super::matching`]).

use castile::wire::soap::Version::{self, V11};
use castile::wire::xml::{Document, Limits};

use super::{PATHS, REFUSALS, Scene, add, framed, fresh, shape, told};
use crate::support::{Answer, fault};

const NEXT: &str = "http://schemas.xmlsoap.org/soap/actor/next";
const SECURITY: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";

fn block(attributes: &str) -> String {
    framed(&format!("<own:Route xmlns:own='urn:own' {attributes}/>"), "@add")
}

#[test]
fn a_1_an_answer_is_in_the_namespace_of_its_request() {
    let scene = Scene::shared();
    for path in PATHS {
        let message = framed("", &add(&fresh("row"))).replace("@ns", V11.namespace());
        let answer = scene.exchange("POST", path, &[("Content-Type", "text/xml; charset=utf-8")], message);
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/xml; charset=utf-8")));
        let document = Document::parse(answer.body.as_bytes(), &Limits::default()).unwrap();
        assert!(document.root().is("http://schemas.xmlsoap.org/soap/envelope/", "Envelope"));
    }
}

#[test]
fn a_2_an_envelope_of_an_unknown_namespace_is_a_version_mismatch() {
    let scene = Scene::shared();
    for root in [
        "<e:Envelope xmlns:e='urn:soap:9'><e:Body>@add</e:Body></e:Envelope>",
        "<e:Envelope xmlns:e='http://www.w3.org/2001/12/soap-envelope'><e:Body>@add</e:Body></e:Envelope>",
        "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope'><e:Body>@add</e:Body></e:Envelope>",
        "<e:Envelope xmlns:e='HTTP://schemas.xmlsoap.org/soap/envelope/'><e:Body>@add</e:Body></e:Envelope>",
        "<Envelope><Body>@add</Body></Envelope>",
        "<e:Message xmlns:e='@ns'><e:Body>@add</e:Body></e:Message>",
        "<e:Body xmlns:e='@ns'>@add</e:Body>",
        "@add",
    ] {
        let answer = scene.check(V11, root, "500 VersionMismatch");
        assert_eq!(answer.header("content-type"), Some("text/xml; charset=utf-8"));
    }
}

/// Every refusal in SOAP 1.1, with its fault element.
fn each_fault(judge: impl Fn(&Answer, castile::wire::xml::Element<'_>)) {
    let scene = Scene::shared();
    for (template, expected, _) in REFUSALS {
        let answer = scene.check(V11, template, expected);
        let document = Document::parse(answer.body.as_bytes(), &Limits::default()).unwrap();
        let body = document.root().child(V11.namespace(), "Body").unwrap();
        judge(&answer, body.child(V11.namespace(), "Fault").unwrap());
    }
}

/// Not well-formed messages are 400, as R1113 has it.
#[test]
fn a_3_every_fault_is_500_with_the_fault_in_an_envelope() {
    each_fault(|answer, fault| {
        let reason = fault.children().nth(1).unwrap().text();
        let not_well_formed = answer.status == 400 && reason.contains("(line ");
        assert!(answer.status == 500 || not_well_formed, "{}", answer.body);
    });
}

/// The codes that WS-Addressing defines stand in place of Client.
#[test]
fn a_4_a_faultcode_is_a_qname_whose_prefix_is_declared() {
    each_fault(|answer, fault| {
        let code = fault.children().next().unwrap();
        let (namespace, local) = shape::resolved(code);
        assert!(!local.contains('.'), "{local}");
        assert_ne!(namespace, "", "{}", answer.body);
        let prefix = code.text().split_once(':').unwrap().0.to_owned();
        assert!(prefix != "soap" || namespace == V11.namespace(), "{}", answer.body);
    });
}

#[test]
fn a_5_a_fault_has_unqualified_children_in_the_order_of_the_note() {
    each_fault(|answer, fault| {
        let names: Vec<_> = fault.children().map(|child| child.local()).collect();
        assert!(
            names == ["faultcode", "faultstring"] || names == ["faultcode", "faultstring", "detail"],
            "{}",
            answer.body
        );
        assert!(fault.children().all(|child| child.namespace().is_none()), "{}", answer.body);
    });
}

#[test]
fn a_6_detail_is_there_for_the_body_and_absent_for_headers() {
    each_fault(|answer, fault| {
        let code = shape::resolved(fault.children().next().unwrap()).1;
        let of_header = code != "Client" || answer.body.contains("mustUnderstand has to be");
        let has_detail = fault.children().any(|child| child.local() == "detail");
        assert_eq!(has_detail, !of_header, "{}", answer.body);
    });
    let scene = Scene::shared();
    let wsa = "http://www.w3.org/2005/08/addressing";
    let long = format!(
        "<Action xmlns='{wsa}'>urn:castile:crm:v1:addCustomer</Action><MessageID xmlns='{wsa}'>{}</MessageID>",
        "i".repeat(501)
    );
    let answer = scene.check(V11, &framed(&long, "@add"), "500 InvalidAddressingHeader");
    assert!(!answer.body.contains("<detail"), "{}", answer.body);
}

#[test]
fn a_7_a_header_that_must_be_understood_and_is_not_stops_the_operation() {
    let scene = Scene::shared();
    for target in ["", "e:actor=''", "e:actor=' '", &format!("e:actor='{NEXT}'")] {
        scene.check(V11, &block(&format!("e:mustUnderstand='1' {target}")), "500 MustUnderstand");
        scene.check(V11, &block(&format!("e:mustUnderstand='0' {target}")), "200");
        scene.check(V11, &block(target), "200");
    }
    let security = format!("<s:Security xmlns:s='{SECURITY}' e:mustUnderstand='1'/>");
    scene.check(V11, &framed(&security, "@add"), "500 MustUnderstand");
    let second = "<a xmlns='urn:a'/><b xmlns='urn:b' e:mustUnderstand='1'/>";
    scene.check(V11, &framed(second, "@add"), "500 MustUnderstand");
    let unqualified = "<b e:mustUnderstand='1'/>";
    scene.check(V11, &framed(unqualified, "@add"), "500 MustUnderstand");
}

#[test]
fn a_8_a_header_for_another_actor_is_ignored() {
    let scene = Scene::shared();
    for actor in
        ["urn:somebody", "http://example.com/next", "http://www.w3.org/2003/05/soap-envelope/role/next"]
    {
        for value in ["1", "nonsense"] {
            let attributes = format!("e:mustUnderstand='{value}' e:actor='{actor}'");
            scene.check(V11, &block(&attributes), "200");
        }
    }
}

/// `true` and `false` are taken as 1 and 0.
#[test]
fn a_9_must_understand_is_0_or_1() {
    let scene = Scene::shared();
    for value in ["2", "wrong", "", "TRUE", "yes", "01"] {
        scene.check(V11, &block(&format!("e:mustUnderstand='{value}'")), "500 Client");
    }
    scene.check(V11, &block("e:mustUnderstand='true'"), "500 MustUnderstand");
    scene.check(V11, &block("e:mustUnderstand='false'"), "200");
}

/// The first message has everything wrong, each further one repairs one thing.
#[test]
fn a_13_version_then_must_understand_then_client() {
    let scene = Scene::shared();
    let unknown = "<own xmlns='urn:own' e:mustUnderstand='1'/>";
    let invalid = "<own xmlns='urn:own' e:mustUnderstand='9'/>";
    for version in Version::ALL {
        let (client, unknown_operation) = match version {
            Version::V11 => ("500 Client", "500 Client UNKNOWN_OPERATION"),
            Version::V12 => ("400 Sender", "400 Sender ProcedureNotPresent UNKNOWN_OPERATION"),
        };
        let body = "<erase xmlns='urn:castile:crm:v1'/>";
        let all = framed(&format!("{invalid}{unknown}"), &format!("{body}@add"));
        scene.check(version, &all.replace("@ns", "urn:old"), "500 VersionMismatch");
        scene.check(version, &all, "500 MustUnderstand");
        scene.check(version, &all.replace(unknown, ""), client);
        let structure = framed("", &format!("{body}@add"));
        scene.check(version, &structure, &format!("{client} MALFORMED_MESSAGE"));
        scene.check(version, &framed("", body), unknown_operation);
        scene.check(version, &framed("", "@add"), "200");
    }
}

#[test]
fn what_is_told_leaves_out_the_place_in_the_message() {
    let scene = Scene::shared();
    let answer = scene.check(V11, REFUSALS[0].0, REFUSALS[0].1);
    assert_ne!(fault::summary(&answer), told(&answer), "the place was there");
}
