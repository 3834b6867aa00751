//! WS-Addressing 1.0: lines D1 to D9 and D11.
//!
//! Deliberately absent: messages that are sent again ([`super::repeated`]).

use castile::wire::soap::Version::{self, V11, V12};
use castile::wire::soap::wsdl::ServiceDescription;
use castile::wire::xml::{Document, Element, Limits, QName};

use super::{Scene, add, framed, fresh};
use crate::support::{Answer, fault, soap};

const ADDRESSING: &str = "http://www.w3.org/2005/08/addressing";
const ANONYMOUS: &str = "http://www.w3.org/2005/08/addressing/anonymous";
const TYPE_11: (&str, &str) = ("Content-Type", "text/xml; charset=utf-8");

fn block(name: &str, content: &str) -> String {
    format!("<{name} xmlns='{ADDRESSING}'>{content}</{name}>")
}

fn endpoint(name: &str, address: &str) -> String {
    block(name, &format!("<Address>{address}</Address>"))
}

fn action(operation: &str) -> String {
    block("Action", &format!("urn:castile:crm:v1:{operation}"))
}

/// The one header block of an answer with this name, `None` if there is none.
fn header(answer: &Answer, name: &str) -> Option<String> {
    let document = Document::parse(answer.body.as_bytes(), &Limits::default()).unwrap();
    let header = document.root().children().find(|child| child.local() == "Header")?;
    let mut blocks = header.children().filter(|block| block.is(ADDRESSING, name));
    let text = blocks.next().map(|block| block.text().into_owned());
    assert!(blocks.next().is_none(), "{name} stands twice: {}", answer.body);
    text
}

/// An addition with these headers is refused with these subcodes, the last of which is the code of SOAP 1.1; `problem` is
/// the header that is named.
#[track_caller]
fn check_refused(scene: &Scene, blocks: &str, subcodes: &str, problem: &str) {
    let last = subcodes.rsplit(' ').next().unwrap();
    let in_11 = scene.check(V11, &framed(blocks, "@add"), &format!("500 {last}"));
    let in_12 = scene.check(V12, &framed(blocks, "@add"), &format!("400 Sender {subcodes}"));
    for answer in [in_11, in_12] {
        let document = Document::parse(answer.body.as_bytes(), &Limits::default()).unwrap();
        let named = fault::descendant(document.root(), "ProblemHeaderQName").unwrap();
        let expected = QName::new(Some(ADDRESSING), problem);
        assert_eq!(named.resolve_qname(&named.text()), Some(expected), "{}", answer.body);
    }
}

#[test]
fn d_1_action_is_required_where_any_header_is_used() {
    let scene = Scene::shared();
    for used in [
        block("MessageID", "urn:m"),
        block("To", "urn:t"),
        block("RelatesTo", "urn:r"),
        endpoint("From", "urn:f"),
        endpoint("ReplyTo", ANONYMOUS),
        endpoint("FaultTo", ANONYMOUS),
    ] {
        check_refused(&scene, &used, "MessageAddressingHeaderRequired", "Action");
        let complete = format!("{}{used}", action("addCustomer"));
        // A row of its own for each version: what has a MessageID is carried out once.
        for version in Version::ALL {
            let complete = complete.replace("urn:m", &fresh("urn:m"));
            scene.check(version, &framed(&complete, "@add"), "200");
        }
    }
    for empty in [block("Action", ""), block("Action", " ")] {
        check_refused(&scene, &empty, "MessageAddressingHeaderRequired", "Action");
    }
}

#[test]
fn d_2_a_header_stands_at_most_once() {
    let scene = Scene::shared();
    let invalid = "InvalidAddressingHeader InvalidCardinality";
    for name in ["To", "From", "ReplyTo", "FaultTo", "MessageID"] {
        let content = format!("<Address>{ANONYMOUS}</Address>");
        let twice = block(name, &content).repeat(2);
        check_refused(&scene, &format!("{}{twice}", action("addCustomer")), invalid, name);
        check_refused(&scene, &format!("{}{}", block(name, "urn:a"), twice), invalid, name);
    }
    check_refused(&scene, &action("addCustomer").repeat(2), invalid, "Action");
    let relations = format!("{}{}", action("addCustomer"), block("RelatesTo", "urn:r").repeat(2));
    scene.check_both(&framed(&relations, "@add"), "200", "200");
}

#[test]
fn d_3_soap_action_is_the_action_or_empty() {
    let scene = Scene::shared();
    let message = framed(&action("addCustomer"), "@add");
    for same in ["", "\"\"", "\"urn:castile:crm:v1:addCustomer\"", "urn:castile:crm:v1:addCustomer"] {
        scene.check_with(&[TYPE_11, ("SOAPAction", same)], V11, &message, "200");
    }
    for other in [
        "\"urn:own:name\"",
        "NA",
        "\"urn:castile:crm:v1:retrieveCustomer\"",
        "\"urn:castile:crm:v1:addCustomerResponse\"",
    ] {
        scene.check_with(&[TYPE_11, ("SOAPAction", other)], V11, &message, "500 ActionMismatch");
        let typed = format!("application/soap+xml; action={other}");
        let refused = "400 Sender InvalidAddressingHeader ActionMismatch";
        scene.check_with(&[("Content-Type", &typed)], V12, &message, refused);
    }
}

#[test]
fn d_4_another_action_than_the_operations_is_not_supported() {
    let scene = Scene::shared();
    for other in ["eraseCustomer", "retrieveCustomer", "addCustomerResponse", "AddCustomer"] {
        let message = framed(&action(other), "@add");
        let in_11 = scene.check(V11, &message, "500 ActionNotSupported");
        let in_12 = scene.check(V12, &message, "400 Sender ActionNotSupported");
        for answer in [in_11, in_12] {
            assert!(answer.body.contains("<wsa:ProblemAction"), "{}", answer.body);
        }
    }
}

#[test]
fn d_5_an_answer_is_addressed() {
    let scene = Scene::shared();
    let mut ids = Vec::new();
    for version in Version::ALL {
        for (reply_to, message_id) in
            [(endpoint("ReplyTo", ANONYMOUS), "urn:a"), (String::new(), "uuid:b &amp; c")]
        {
            let sent = format!("{message_id}{}", fresh("-"));
            let blocks = format!("{}{}{reply_to}", action("addCustomer"), block("MessageID", &sent));
            let answer = scene.check(version, &framed(&blocks, "@add"), "200");
            assert_eq!(header(&answer, "RelatesTo"), Some(sent.replace("&amp;", "&")));
            assert_eq!(header(&answer, "Action").as_deref(), Some("urn:castile:crm:v1:addCustomerResponse"));
            assert_eq!(header(&answer, "To").as_deref(), Some(ANONYMOUS));
            ids.push(header(&answer, "MessageID").unwrap());
        }
        let without_id = scene.check(version, &framed(&action("addCustomer"), "@add"), "200");
        assert_eq!(header(&without_id, "RelatesTo"), None);
        ids.push(header(&without_id, "MessageID").unwrap());
        let plain = scene.check(version, &framed("", "@add"), "200");
        assert!(!plain.body.contains(ADDRESSING), "{}", plain.body);
    }
    let count = ids.len();
    ids.sort();
    ids.dedup();
    assert!(ids.len() == count && ids.iter().all(|id| id.starts_with("urn:uuid:")), "{ids:?}");
}

/// A refusal from before the operation was reached is told all the same: the sender may not have meant what it sent.
#[test]
fn d_6_answers_go_back_or_nowhere() {
    let scene = Scene::shared();
    let none = format!("{ADDRESSING}/none");
    let rows = [
        ("", "", "200", "500"),
        (ANONYMOUS, "", "200", "500"),
        (none.as_str(), "", "202", "202"),
        ("", none.as_str(), "200", "202"),
        (none.as_str(), ANONYMOUS, "202", "500"),
        (ANONYMOUS, none.as_str(), "200", "202"),
    ];
    for (reply_to, fault_to, answered, refused) in rows {
        let part = |name: &str, address: &str| match address {
            "" => String::new(),
            address => endpoint(name, &format!(" {address}\n")),
        };
        let blocks =
            format!("{}{}{}", action("addCustomer"), part("ReplyTo", reply_to), part("FaultTo", fault_to));
        scene.check_both(&framed(&blocks, "@add"), answered, answered);
        let wrong = soap::customer("addCustomer", "<Prospect>x</Prospect>");
        let told = |client: &str| match refused {
            "500" => format!("{client} INVALID_ATTRIBUTE_VALUE Customer/Prospect"),
            empty => empty.to_owned(),
        };
        scene.check_both(&framed(&blocks, &wrong), &told("500 Client"), &told("400 Sender"));
        let unknown = ["500 Client UNKNOWN_OPERATION", "400 Sender ProcedureNotPresent UNKNOWN_OPERATION"];
        scene.check_both(&framed(&blocks, "<erase/>"), unknown[0], unknown[1]);
    }
}

/// The listener would see a connection if any of these were called.
#[test]
fn d_7_no_address_of_a_message_is_ever_called() {
    let scene = Scene::shared();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    let invalid = "InvalidAddressingHeader OnlyAnonymousAddressSupported";
    for name in ["ReplyTo", "FaultTo"] {
        for other in [
            address.as_str(),
            "file:///etc/hostname",
            "mailto:a@example.com",
            "",
            "urn:x",
            &ANONYMOUS.to_uppercase(),
        ] {
            let blocks = format!("{}{}", action("addCustomer"), endpoint(name, other));
            check_refused(&scene, &blocks, invalid, name);
        }
        let blocks = format!("{}{}", action("addCustomer"), block(name, "urn:x"));
        check_refused(&scene, &blocks, "InvalidAddressingHeader MissingAddressInEPR", name);
    }
    for name in ["To", "From"] {
        let content = if name == "To" { address.clone() } else { format!("<Address>{address}</Address>") };
        let blocks = format!("{}{}", action("addCustomer"), block(name, &content));
        scene.check_both(&framed(&blocks, "@add"), "200", "200");
    }
    let error = listener.accept().unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::WouldBlock, "somebody called");
}

/// What an addressed request is refused with, and the Action of the fault.
fn faults() -> Vec<(String, String, &'static str)> {
    let soap_fault = "http://www.w3.org/2005/08/addressing/soap/fault";
    let addressing_fault = "http://www.w3.org/2005/08/addressing/fault";
    let own = "<own xmlns='urn:own' e:mustUnderstand='1'/>";
    let wrong = soap::customer("addCustomer", "<Prospect>x</Prospect>");
    let (adds, retrieves) = (action("addCustomer"), action("retrieveCustomer"));
    vec![
        (adds.clone(), "<eraseCustomer/>".to_owned(), soap_fault),
        (adds.clone(), String::new(), soap_fault),
        (adds.clone(), "@add@add".to_owned(), soap_fault),
        (format!("{adds}{own}"), "@add".to_owned(), soap_fault),
        (retrieves.clone(), "@add".to_owned(), addressing_fault),
        (adds.repeat(2), "@add".to_owned(), addressing_fault),
        (String::new(), "@add".to_owned(), addressing_fault),
        (adds, wrong, "urn:castile:crm:v1:addCustomerFault"),
        (retrieves, soap::retrieve(""), "urn:castile:crm:v1:retrieveCustomerFault"),
    ]
}

#[test]
fn d_8_a_fault_has_the_action_of_who_defines_it() {
    let scene = Scene::shared();
    for (blocks, body, expected) in faults() {
        for version in Version::ALL {
            let message_id = fresh("urn:d-8");
            let message = framed(&format!("{blocks}{}", block("MessageID", &message_id)), &body)
                .replace("@ns", version.namespace())
                .replace("@add", &add(&fresh("row")));
            let answer =
                scene.exchange("POST", soap::PATH, &[("Content-Type", version.content_type())], message);
            assert_eq!(header(&answer, "Action").as_deref(), Some(expected), "{}", answer.body);
            assert_eq!(header(&answer, "RelatesTo"), Some(message_id), "{}", answer.body);
            let detail_in_header = header(&answer, "FaultDetail").is_some();
            let addressing_fault = expected.ends_with("/addressing/fault");
            assert_eq!(detail_in_header, version == V11 && addressing_fault, "{}", answer.body);
        }
    }
}

/// The published `wsam:Action` stands in place of the default pattern, and is what goes over the wire.
#[test]
fn d_9_the_published_actions_are_those_of_the_wire() {
    let scene = Scene::shared();
    let wsdl = scene.exchange("GET", &format!("{}?wsdl", soap::PATH), &[], "").body;
    let document = Document::parse(wsdl.as_bytes(), &Limits::default()).unwrap();
    let port_type = document.root().children().find(|child| child.local() == "portType").unwrap();
    let operations: Vec<_> = port_type.children().filter(|child| child.local() == "operation").collect();
    assert_eq!(operations.len(), ServiceDescription::load().unwrap().operations.len());
    for operation in operations {
        let name = operation.attribute("name").unwrap();
        let published = |kind: &str| {
            let direction: Element<'_> = operation.children().find(|child| child.local() == kind).unwrap();
            direction.attribute_ns("http://www.w3.org/2007/05/addressing/metadata", "Action").unwrap()
        };
        assert_eq!(published("input"), format!("urn:castile:crm:v1:{name}"));
        assert_eq!(published("output"), format!("urn:castile:crm:v1:{name}Response"));
        assert_eq!(published("fault"), format!("urn:castile:crm:v1:{name}Fault"));
    }
    let description = ServiceDescription::load().unwrap();
    for operation in &description.operations {
        let request = format!("<{} xmlns='{}'/>", operation.request_element, soap::NAMESPACE);
        let message = framed(&action(&operation.name), &request).replace("@ns", V12.namespace());
        let answer = scene.exchange("POST", soap::PATH, &[("Content-Type", V12.content_type())], message);
        let expected = if answer.status == 200 { &operation.output_action } else { &operation.fault_action };
        assert_eq!(header(&answer, "Action").as_ref(), Some(expected), "{}", answer.body);
    }
}

/// Every address here takes WS-Addressing 1.0; the draft of 2004 is another header, which is not understood.
#[test]
fn d_11_addressing_is_understood_in_this_version_alone() {
    let scene = Scene::shared();
    let demanded = |block: String| block.replacen(" xmlns=", " e:mustUnderstand='1' xmlns=", 1);
    let blocks = [
        action("addCustomer"),
        block("To", "urn:t"),
        block("RelatesTo", "urn:r"),
        endpoint("From", "urn:f"),
        endpoint("ReplyTo", ANONYMOUS),
        endpoint("FaultTo", ANONYMOUS),
    ];
    let all: String = blocks.into_iter().map(demanded).collect();
    scene.check_both(&framed(&all, "@add"), "200", "200");
    let draft = all.replace(ADDRESSING, "http://schemas.xmlsoap.org/ws/2004/08/addressing");
    scene.check_both(&framed(&draft, "@add"), "500 MustUnderstand", "500 MustUnderstand");
    let unknown = demanded(block("Something", "x"));
    scene.check_both(&framed(&unknown, "@add"), "500 MustUnderstand", "500 MustUnderstand");
}
