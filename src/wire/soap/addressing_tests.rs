//! WS-Addressing and SOAPAction, rule by rule (D, A10, A11).

use super::version::{SOAP_11, SOAP_12};
use super::*;
use crate::wire::xml::{Document, Limits};

const ADD: &str = "urn:castile:crm:v1:addCustomer";
const ANONYMOUS: &str = "http://www.w3.org/2005/08/addressing/anonymous";
const NOWHERE: &str = "http://www.w3.org/2005/08/addressing/none";

fn message(namespace: &str, headers: &str) -> String {
    format!(
        "<s:Envelope xmlns:s='{namespace}' xmlns:a='{ADDRESSING_NAMESPACE}'><s:Header>{headers}</s:Header><s:Body><x/></s:Body></s:Envelope>"
    )
}

/// Reads the headers and hands the result to a closure, for it borrows from the message.
fn with<T>(headers: &str, judge: impl FnOnce(Result<Option<Addressing<'_>>, Fault>) -> T) -> T {
    let message = message(SOAP_12, headers);
    let document = Document::parse(message.as_bytes(), &Limits::default()).unwrap();
    let envelope = Envelope::read(&document, &ADDRESSING_HEADERS).unwrap();
    judge(Addressing::read(&envelope))
}

#[track_caller]
fn check_refused(headers: &str, subcodes: &[&str], problem: &'static str) {
    let fault = with(headers, |read| read.map(|_| ()).unwrap_err());
    check_fault(&fault, subcodes, Problem::Header(problem));
}

#[track_caller]
fn check_fault(fault: &Fault, subcodes: &[&str], problem: Problem) {
    assert_eq!(fault.code, FaultCode::Client);
    assert_eq!(fault.detail, None, "a header fault has no detail");
    let found: Vec<_> = fault.subcodes.iter().map(|subcode| subcode.local.as_ref()).collect();
    assert_eq!(found, subcodes);
    assert_eq!(fault.problem, Some(problem));
}

fn action(action: &str) -> String {
    format!("<a:Action>{action}</a:Action>")
}

#[test]
fn d_1_action_is_required_when_any_header_is_used() {
    for header in [
        "<a:MessageID>urn:m</a:MessageID>",
        "<a:To>urn:t</a:To>",
        "<a:Action> </a:Action>",
        "<a:RelatesTo>urn:r</a:RelatesTo>",
    ] {
        check_refused(header, &["MessageAddressingHeaderRequired"], "Action");
    }
    with(&format!("{}<a:MessageID> urn:m\n</a:MessageID><a:To>urn:t</a:To>", action(ADD)), |read| {
        let addressing = read.unwrap().unwrap();
        assert_eq!(addressing.action.as_deref(), Some(ADD));
        assert_eq!(addressing.message_id.as_deref(), Some("urn:m"));
        assert_eq!(addressing.to.as_deref(), Some("urn:t"));
    });
}

#[test]
fn d_1_no_addressing_is_no_addressing() {
    with("<x xmlns='urn:x'/>", |read| assert_eq!(read, Ok(None)));
    with("<MessageID xmlns='http://schemas.xmlsoap.org/ws/2004/08/addressing'>m</MessageID>", |read| {
        assert_eq!(read, Ok(None));
    });
    let elsewhere = "<a:MessageID s:role='urn:somebody'>urn:m</a:MessageID>";
    with(elsewhere, |read| assert_eq!(read, Ok(None)));
}

#[test]
fn d_2_headers_stand_once() {
    let endpoint = |name: &str| format!("<a:{name}><a:Address>{ANONYMOUS}</a:Address></a:{name}>");
    for name in ["To", "MessageID", "From", "ReplyTo", "FaultTo"] {
        let twice = format!("{}{}{}", action(ADD), endpoint(name), endpoint(name));
        check_refused(&twice, &["InvalidAddressingHeader", "InvalidCardinality"], name);
    }
    check_refused(&action(ADD).repeat(2), &["InvalidAddressingHeader", "InvalidCardinality"], "Action");
    let relations = format!("{}{}", action(ADD), "<a:RelatesTo>urn:r</a:RelatesTo>".repeat(2));
    with(&relations, |read| assert!(read.is_ok()));
}

#[test]
fn d_3_soap_action_is_the_action_or_empty() {
    with(&action(ADD), |read| {
        let addressing = read.unwrap().unwrap();
        assert_eq!(addressing.check_action(&[], ADD), Ok(()));
        assert_eq!(addressing.check_action(&[ADD, ADD], ADD), Ok(()));
        let fault = addressing.check_action(&[ADD, "urn:other"], ADD).unwrap_err();
        check_fault(&fault, &["InvalidAddressingHeader", "ActionMismatch"], Problem::Header("Action"));
    });
}

#[test]
fn d_4_another_action_is_not_supported() {
    with(&action("urn:castile:crm:v1:fly"), |read| {
        let fault = read.unwrap().unwrap().check_action(&[], ADD).unwrap_err();
        check_fault(&fault, &["ActionNotSupported"], Problem::Action);
        assert!(!fault.reason.contains("fly"), "sent values are not repeated");
    });
}

#[test]
fn d_5_an_answer_relates_to_its_request() {
    let headers = format!("{}<a:MessageID>urn:m&amp;1</a:MessageID>", action(ADD));
    let answer = with(&headers, |read| {
        let request = read.unwrap().unwrap();
        let headers = AnswerHeaders::new(&request, "urn:castile:crm:v1:addCustomerResponse", "urn:uuid:2");
        write_answer(Version::V11, Some(headers), b"<r xmlns='urn:x'/>")
    });
    let expected = format!(
        "<e:Envelope xmlns:e='{SOAP_11}'><e:Header xmlns='{ADDRESSING_NAMESPACE}'>\
         <Action>urn:castile:crm:v1:addCustomerResponse</Action><MessageID>urn:uuid:2</MessageID>\
         <RelatesTo>urn:m&amp;1</RelatesTo><To>{ANONYMOUS}</To></e:Header><e:Body><r xmlns='urn:x'/></e:Body></e:Envelope>"
    );
    crate::wire::xml::compare::assert_same(expected.as_bytes(), &answer);
}

#[test]
fn d_6_answers_go_back_or_nowhere() {
    use Destination::{Anonymous, Nowhere};
    let endpoint =
        |name: &str, address: &str| format!("<a:{name}><a:Address> {address} </a:Address></a:{name}>");
    for (headers, reply_to, fault_to) in [
        (String::new(), Anonymous, Anonymous),
        (endpoint("ReplyTo", ANONYMOUS), Anonymous, Anonymous),
        (endpoint("ReplyTo", NOWHERE), Nowhere, Nowhere),
        (endpoint("ReplyTo", NOWHERE) + &endpoint("FaultTo", ANONYMOUS), Nowhere, Anonymous),
        (endpoint("FaultTo", NOWHERE), Anonymous, Nowhere),
    ] {
        with(&format!("{}{headers}", action(ADD)), |read| {
            let addressing = read.unwrap().unwrap();
            assert_eq!((addressing.reply_to, addressing.fault_to), (reply_to, fault_to), "{headers}");
        });
    }
}

#[test]
fn d_7_no_other_address_is_ever_called() {
    for name in ["ReplyTo", "FaultTo"] {
        for address in ["http://localhost:1/", "file:///nowhere", "", "urn:x", &ANONYMOUS.to_uppercase()] {
            let headers = format!("{}<a:{name}><a:Address>{address}</a:Address></a:{name}>", action(ADD));
            check_refused(&headers, &["InvalidAddressingHeader", "OnlyAnonymousAddressSupported"], name);
        }
        let headers = format!("{}<a:{name}/>", action(ADD));
        check_refused(&headers, &["InvalidAddressingHeader", "MissingAddressInEPR"], name);
    }
}

#[test]
fn d_11_without_addressing_its_headers_are_not_understood() {
    let message = message(SOAP_11, "<a:To s:mustUnderstand='1'>urn:t</a:To>");
    let document = Document::parse(message.as_bytes(), &Limits::default()).unwrap();
    assert_eq!(Envelope::read(&document, &[]).unwrap_err().code, FaultCode::MustUnderstand);
    assert!(Envelope::read(&document, &ADDRESSING_HEADERS).is_ok());
}

#[test]
fn a_refused_request_is_still_related_to() {
    let id = |headers: &str| {
        let message = message(SOAP_11, headers);
        let document = Document::parse(message.as_bytes(), &Limits::default()).unwrap();
        Addressing::of_refused(&document).map(|addressing| addressing.message_id.map(|id| id.into_owned()))
    };
    let message_id = "<a:MessageID>urn:m</a:MessageID>";
    assert_eq!(
        id(&format!("{message_id}<x xmlns='urn:x' s:mustUnderstand='1'/>")),
        Some(Some("urn:m".to_owned()))
    );
    assert_eq!(id(&message_id.repeat(2)), Some(None));
    assert_eq!(id("<x xmlns='urn:x'/>"), None);
    let document = Document::parse(b"<a/>", &Limits::default()).unwrap();
    assert_eq!(Addressing::of_refused(&document), None);
}

#[test]
fn a_10_b_2_soap_action_in_whatever_quotes() {
    for written in ["urn:a", "\"urn:a\"", "'urn:a'", " \"urn:a\" ", "\" urn:a \""] {
        assert_eq!(soap_action(written), Some("urn:a"), "{written}");
    }
    for written in ["", "\"\"", "''", "  ", "\" \""] {
        assert_eq!(soap_action(written), None, "{written}");
    }
    assert_eq!(soap_action("\""), Some("\""));
}

#[test]
fn a_11_soap_action_may_not_name_another_operation() {
    let names = |action: &str| action.starts_with("urn:castile:crm:v1:");
    assert_eq!(check_soap_actions(&[], ADD, names), Ok(()));
    assert_eq!(check_soap_actions(&[ADD], ADD, names), Ok(()));
    assert_eq!(check_soap_actions(&["NA"], ADD, names), Ok(()), "names no operation at all");
    let fault = check_soap_actions(&[ADD, "urn:castile:crm:v1:deleteCustomer"], ADD, names).unwrap_err();
    assert_eq!(fault.code, FaultCode::Client);
}
