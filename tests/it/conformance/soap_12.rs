//! SOAP 1.2, lines B1 to B10: versions, faults, headers that must be understood.
//!
//! Deliberately absent: what an envelope is made of ([`super::envelope`]).

use castile::wire::soap::Version::{self, V11, V12};
use castile::wire::xml::{Document, Element, Limits, QName};

use super::{PATHS, REFUSALS, Scene, add, framed, fresh, shape};
use crate::support::{Answer, fault};

const ROLES: &str = "http://www.w3.org/2003/05/soap-envelope/role";

fn block(attributes: &str) -> String {
    framed(&format!("<own:Route xmlns:own='urn:own' {attributes}/>"), "@add")
}

/// The SOAP header blocks of an answer with this local name, by what a closure reads of each.
fn headers_of<T>(answer: &Answer, name: &str, read: impl Fn(Element<'_>) -> T) -> Vec<T> {
    let document = Document::parse(answer.body.as_bytes(), &Limits::default()).unwrap();
    let header = document.root().children().find(|child| child.local() == "Header");
    let blocks = header.into_iter().flat_map(Element::children).filter(|block| block.local() == name);
    blocks.map(read).collect()
}

#[test]
fn b_1_an_answer_is_in_the_namespace_of_its_request() {
    let scene = Scene::shared();
    for path in PATHS {
        let message = framed("", &add(&fresh("row"))).replace("@ns", V12.namespace());
        let headers = [("Content-Type", "application/soap+xml; charset=utf-8")];
        let answer = scene.exchange("POST", path, &headers, message);
        let content_type = Some("application/soap+xml; charset=utf-8");
        assert_eq!((answer.status, answer.header("content-type")), (200, content_type));
        let document = Document::parse(answer.body.as_bytes(), &Limits::default()).unwrap();
        assert!(document.root().is("http://www.w3.org/2003/05/soap-envelope", "Envelope"));
    }
    let slash = framed("", "@add").replace("@ns", "http://www.w3.org/2003/05/soap-envelope/");
    scene.check(V12, &slash, "500 VersionMismatch");
}

#[test]
fn b_2_the_action_parameter_may_be_written_in_any_way_or_left_out() {
    let scene = Scene::shared();
    let action = "urn:castile:crm:v1:addCustomer";
    for parameters in [
        String::new(),
        "; charset=utf-8".to_owned(),
        format!("; action=\"{action}\""),
        format!("; action={action}"),
        format!("; action={action}; charset=utf-8"),
        format!("; charset=utf-8; action=\"{action}\""),
        format!(";ACTION='{action}';charset=\"UTF-8\""),
        "; action=\"\"".to_owned(),
    ] {
        let content_type = format!("application/soap+xml{parameters}");
        scene.check_with(&[("Content-Type", &content_type)], V12, &framed("", "@add"), "200");
    }
}

/// Receiver at 500 is proven where the server is at fault ([`super::trouble`]).
#[test]
fn b_3_the_fault_code_decides_the_status() {
    let scene = Scene::shared();
    for (template, _, expected) in REFUSALS {
        let answer = scene.check(V12, template, expected);
        let code = fault::summary(&answer).split(' ').nth(1).unwrap().to_owned();
        let status = if code == "Sender" { 400 } else { 500 };
        assert_eq!(answer.status, status, "{code}");
    }
    let encoded = add("none").replace("<addCustomer ", "<addCustomer e:encodingStyle='urn:own' ");
    scene.check(V12, &framed("", &encoded), "500 DataEncodingUnknown MALFORMED_MESSAGE");
}

#[test]
fn b_4_a_version_mismatch_lists_the_envelopes_spoken_here_best_first() {
    let scene = Scene::shared();
    for version in Version::ALL {
        for root in ["urn:soap:9", "http://www.w3.org/2001/12/soap-envelope"] {
            let message = framed("", "@add").replace("@ns", root);
            let answer = scene.check(version, &message, "500 VersionMismatch");
            let upgrades = headers_of(&answer, "Upgrade", |upgrade| {
                assert_eq!(upgrade.namespace(), Some(V12.namespace()));
                let supported = upgrade
                    .children()
                    .inspect(|child| assert!(child.is(V12.namespace(), "SupportedEnvelope")));
                supported
                    .map(|child| child.resolve_qname(&child.attribute("qname").unwrap()))
                    .collect::<Vec<_>>()
            });
            let name = |version: Version| Some(QName::new(Some(version.namespace()), "Envelope"));
            assert_eq!(upgrades, [[name(V12), name(V11)]], "{}", answer.body);
        }
    }
    let others = scene.check(V12, &framed("", ""), "400 Sender ProcedureNotPresent UNKNOWN_OPERATION");
    assert!(!others.body.contains("Upgrade"));
}

/// Here the Content-Type says what the sender is able to read.
#[test]
fn b_5_a_version_mismatch_is_in_the_version_of_the_content_type() {
    let scene = Scene::shared();
    for version in Version::ALL {
        let answer = scene.check(version, "<m:Other xmlns:m='urn:other'/>", "500 VersionMismatch");
        let document = Document::parse(answer.body.as_bytes(), &Limits::default()).unwrap();
        assert_eq!(document.root().namespace(), Some(version.namespace()));
        assert_eq!(answer.header("content-type"), Some(version.content_type()));
    }
}

#[test]
fn b_6_every_header_that_is_not_understood_is_named() {
    let scene = Scene::shared();
    let roles = [
        String::new(),
        "e:role=''".to_owned(),
        format!("e:role='{ROLES}/next'"),
        format!("e:role='{ROLES}/ultimateReceiver'"),
    ];
    for role in &roles {
        for value in ["1", "true", " 1 "] {
            let answer =
                scene.check(V12, &block(&format!("e:mustUnderstand='{value}' {role}")), "500 MustUnderstand");
            let names = headers_of(&answer, "NotUnderstood", |block| {
                assert_eq!(block.namespace(), Some(V12.namespace()));
                block.resolve_qname(&block.attribute("qname").unwrap())
            });
            assert_eq!(names, [Some(QName::new(Some("urn:own"), "Route"))], "{}", answer.body);
        }
    }
    let blocks = "<a:One xmlns:a='urn:a' e:mustUnderstand='1'/><a:Two xmlns:a='urn:a'/>\
                  <Three e:mustUnderstand='true'/><e:Four e:mustUnderstand='1'/>";
    let answer = scene.check(V12, &framed(blocks, "@add"), "500 MustUnderstand");
    let names = headers_of(&answer, "NotUnderstood", |block| {
        block.resolve_qname(&block.attribute("qname").unwrap()).unwrap().to_string()
    });
    assert_eq!(names, ["{urn:a}One", "Three", &format!("{{{}}}Four", V12.namespace())], "{}", answer.body);
    let in_11 = scene.check(V11, &framed(blocks, "@add"), "500 MustUnderstand");
    assert!(!in_11.body.contains("NotUnderstood"), "SOAP 1.1 has no such header: {}", in_11.body);
}

#[test]
fn b_7_a_header_for_another_role_is_ignored() {
    let scene = Scene::shared();
    let none = format!("{ROLES}/none");
    for role in [none.as_str(), "urn:somebody", "http://schemas.xmlsoap.org/soap/actor/next"] {
        for value in ["1", "true", "nonsense"] {
            scene.check(V12, &block(&format!("e:mustUnderstand='{value}' e:role='{role}'")), "200");
        }
    }
}

#[test]
fn b_8_must_understand_is_a_boolean() {
    let scene = Scene::shared();
    for value in ["wrong", "9", "", "TRUE"] {
        scene.check(V12, &block(&format!("e:mustUnderstand='{value}'")), "400 Sender");
    }
    for value in ["0", "false"] {
        scene.check(V12, &block(&format!("e:mustUnderstand='{value}'")), "200");
    }
}

#[test]
fn b_9_must_understand_of_the_other_version_has_no_effect() {
    let scene = Scene::shared();
    for (version, other) in [(V12, V11), (V11, V12)] {
        let attributes = format!("xmlns:o='{}' o:mustUnderstand='1'", other.namespace());
        scene.check(version, &block(&attributes), "200");
        scene.check(version, &block("mustUnderstand='1'"), "200");
    }
}

#[test]
fn b_10_must_understand_inside_a_header_block_has_no_effect() {
    let scene = Scene::shared();
    let inner =
        "<own xmlns='urn:own'><part e:mustUnderstand='1'/><part e:mustUnderstand='9' e:role='urn:r'/></own>";
    scene.check_both(&framed(inner, "@add"), "200", "200");
}

/// The shape of the codes themselves is held for every answer.
#[test]
fn codes_and_subcodes_have_declared_prefixes() {
    let scene = Scene::shared();
    let answer = scene.check(V12, REFUSALS[11].0, REFUSALS[11].2);
    let document = Document::parse(answer.body.as_bytes(), &Limits::default()).unwrap();
    let subcode = fault::descendant(document.root(), "Subcode").unwrap().children().next().unwrap();
    let expected = ("http://www.w3.org/2003/05/soap-rpc".to_owned(), "ProcedureNotPresent".to_owned());
    assert_eq!(shape::resolved(subcode), expected);
}
