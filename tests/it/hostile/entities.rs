//! Document types and what can be declared in them: refused before anything in them is looked at.

use super::{REFUSED, Scene, add, connect, envelope};

/// The document type before, and a reference inside, a message that would add a customer.
#[track_caller]
fn check(name: &str, document_type: &str, reference: &str) {
    let message = |namespace: &str| {
        let body = add(&format!("<City>{reference}</City>"));
        format!("<?xml version=\"1.0\"?>{document_type}{}", envelope(namespace, "", &body))
    };
    Scene::new().check_both(name, message, REFUSED);
}

#[test]
fn billion_laughs() {
    let mut declared = "<!ENTITY l0 \"ha\">".to_owned();
    for level in 1..30 {
        declared += &format!("<!ENTITY l{level} \"{}\">", format!("&l{};", level - 1).repeat(10));
    }
    check("billion laughs", &format!("<!DOCTYPE e [{declared}]>"), "&l29;");
}

#[test]
fn quadratic_blow_up() {
    let declared = format!("<!DOCTYPE e [<!ENTITY a \"{}\">]>", "a".repeat(50_000));
    check("quadratic blow-up", &declared, &"&a;".repeat(50_000));
}

#[test]
fn an_external_entity_of_a_file() {
    check("file", "<!DOCTYPE e [<!ENTITY a SYSTEM \"file:///etc/hostname\">]>", "&a;");
    check("device", "<!DOCTYPE e [<!ENTITY a SYSTEM \"file:///dev/zero\">]>", "&a;");
    check("public", "<!DOCTYPE e PUBLIC \"-//own//own\" \"/etc/hostname\">", "");
}

#[test]
fn parameter_entities() {
    let entities = "<!ENTITY % a \"<!ENTITY b 'c'>\"> %a;";
    check("parameter entities", &format!("<!DOCTYPE e [{entities}]>"), "&b;");
    let nested = "<!ENTITY % a '&#37;b;'> <!ENTITY % b '&#37;a;'> %a;";
    check("parameter entities in a circle", &format!("<!DOCTYPE e [{nested}]>"), "");
}

#[test]
fn a_document_type_with_only_a_comment() {
    check("a comment", "<!DOCTYPE e [<!-- nothing -->]>", "");
    check("nothing", "<!DOCTYPE e>", "");
    check("in many lines", &format!("<!DOCTYPE e [{}]>", "\n".repeat(1_000_000)), "");
    check("without an end", "<!DOCTYPE e [<!-- ", "");
}

#[test]
fn a_document_type_in_the_middle() {
    let message = |namespace: &str| envelope(namespace, "", &add("<!DOCTYPE e [<!ENTITY a 'b'>]>&a;"));
    let scene = Scene::new();
    for (headers, namespace) in [(super::TYPE_11, super::SOAP_11), (super::TYPE_12, super::SOAP_12)] {
        let answer = scene.measured("in the middle", |server| {
            connect(server).exchange("POST", crate::support::soap::PATH, &[headers], message(namespace))
        });
        assert!(matches!(answer.status, 400 | 500), "{}", answer.body);
    }
}
