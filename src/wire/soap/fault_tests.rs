//! How faults are written in each version, and what errors become.

use super::version::{SOAP_11, SOAP_12};
use super::*;
use crate::domain::error::{Code, Error, Violation};
use crate::wire::xml::{Document, Limits, QName, XmlErrorKind, compare};

const HEADERS: AnswerHeaders<'_> = AnswerHeaders {
    action: "urn:castile:crm:v1:addCustomerFault",
    message_id: "urn:uuid:2",
    relates_to: Some("urn:m"),
};

fn invalid() -> Fault {
    let violations = vec![
        Violation {
            code: Code::InvalidDateFormat,
            field: "Customer/BirthDate".into(),
            message: "a date < 10".into(),
        },
        Violation {
            code: Code::CustomerNoteEmpty,
            field: "Customer/Note[2]".into(),
            message: "no text".into(),
        },
    ];
    Fault::from(&Error::from_violations(violations).unwrap())
}

const DETAIL: &str = "<f:CRMProcessorFault xmlns:f='urn:castile:crm:v1'><f:Code>INVALID_DATE_FORMAT</f:Code>\
    <f:Message>a date &lt; 10</f:Message><f:Field>Customer/BirthDate</f:Field><f:RequestID>r-1</f:RequestID>\
    <f:Retryable>false</f:Retryable>\
    <f:Violation><f:Code>INVALID_DATE_FORMAT</f:Code><f:Field>Customer/BirthDate</f:Field><f:Message>a date &lt; 10</f:Message></f:Violation>\
    <f:Violation><f:Code>CUSTOMER_NOTE_EMPTY</f:Code><f:Field>Customer/Note[2]</f:Field><f:Message>no text</f:Message></f:Violation>\
    </f:CRMProcessorFault>";

#[track_caller]
fn check(version: Version, fault: &Fault, headers: Option<AnswerHeaders<'_>>, expected: &str) {
    let written = write_fault(version, fault, headers, "r-1");
    let expected = format!("<s:Envelope xmlns:s='{}'>{expected}</s:Envelope>", version.namespace());
    compare::assert_same(expected.as_bytes(), &written);
}

fn fault_11(code: &str, reason: &str, rest: &str) -> String {
    format!(
        "<s:Body><s:Fault><faultcode>{code}</faultcode><faultstring>{reason}</faultstring>{rest}</s:Fault></s:Body>"
    )
}

fn fault_12(code: &str, reason: &str, rest: &str) -> String {
    format!(
        "<s:Body><s:Fault><s:Code><s:Value>{code}</s:Value></s:Code><s:Reason><s:Text xml:lang='en'>{reason}</s:Text></s:Reason>{rest}</s:Fault></s:Body>"
    )
}

#[test]
fn a_3_soap_11_faults_are_500() {
    for code in [FaultCode::Client, FaultCode::Server, FaultCode::MustUnderstand, FaultCode::VersionMismatch]
    {
        assert_eq!(Fault::new(code, "").http_status(Version::V11), 500);
    }
}

#[test]
fn a_4_a_5_a_6_a_typed_fault_in_soap_11() {
    let expected = fault_11("s:Client", "a date &lt; 10", &format!("<detail>{DETAIL}</detail>"));
    check(Version::V11, &invalid(), None, &expected);
    let written = String::from_utf8(write_fault(Version::V11, &invalid(), None, "r-1")).unwrap();
    assert!(written.contains("<faultcode>soap:Client</faultcode>"), "the envelope's own prefix: {written}");
}

#[test]
fn a_6_header_faults_have_no_detail() {
    let fault = Fault {
        not_understood: vec![QName::fixed("urn:x", "One")],
        ..Fault::new(FaultCode::MustUnderstand, "not understood")
    };
    check(Version::V11, &fault, None, &fault_11("s:MustUnderstand", "not understood", ""));
}

#[test]
fn b_3_soap_12_statuses() {
    for (code, status) in [
        (FaultCode::Client, 400),
        (FaultCode::Server, 500),
        (FaultCode::MustUnderstand, 500),
        (FaultCode::VersionMismatch, 500),
        (FaultCode::DataEncodingUnknown, 500),
    ] {
        assert_eq!(Fault::new(code, "").http_status(Version::V12), status);
    }
}

const UPGRADE: &str = "<s:Header><u:Upgrade xmlns:u='http://www.w3.org/2003/05/soap-envelope'>\
    <u:SupportedEnvelope qname='n:Envelope' xmlns:n='http://www.w3.org/2003/05/soap-envelope'/>\
    <u:SupportedEnvelope qname='n:Envelope' xmlns:n='http://schemas.xmlsoap.org/soap/envelope/'/></u:Upgrade></s:Header>";

#[test]
fn b_4_b_5_version_mismatch_lists_what_is_spoken_in_both_versions() {
    let fault = Fault { upgrade: true, ..Fault::new(FaultCode::VersionMismatch, "which version") };
    check(
        Version::V12,
        &fault,
        None,
        &format!("{UPGRADE}{}", fault_12("s:VersionMismatch", "which version", "")),
    );
    check(
        Version::V11,
        &fault,
        None,
        &format!("{UPGRADE}{}", fault_11("s:VersionMismatch", "which version", "")),
    );
}

#[test]
fn b_6_not_understood_headers_are_listed_in_soap_12() {
    let not_understood = vec![
        QName::fixed("urn:x&y", "One"),
        QName::new(None, "Two"),
        QName::fixed(crate::wire::xml::XML_NAMESPACE, "Three"),
    ];
    let fault = Fault { not_understood, ..Fault::new(FaultCode::MustUnderstand, "not understood") };
    let expected = format!(
        "<s:Header><s:NotUnderstood qname='n:One' xmlns:n='urn:x&amp;y'/><s:NotUnderstood qname='Two'/>\
         <s:NotUnderstood qname='xml:Three'/></s:Header>{}",
        fault_12("s:MustUnderstand", "not understood", "")
    );
    check(Version::V12, &fault, None, &expected);
}

#[test]
fn b_11_b_3_what_the_xml_reader_refuses() {
    let limits = Limits { message_bytes_max: 100, depth_max: 3, ..Limits::default() };
    for (message, kind, status_11, status_12, code) in [
        ("<!DOCTYPE a><a/>", XmlErrorKind::DtdNotAllowed, 500, 400, Code::MalformedMessage),
        ("<a><b><c><d/></c></b></a>", XmlErrorKind::LimitExceeded, 500, 400, Code::MalformedMessage),
        ("<a><b></a>", XmlErrorKind::NotWellFormed, 400, 400, Code::MalformedMessage),
        (&"<a/>".repeat(26), XmlErrorKind::TooManyBytes, 413, 413, Code::MessageTooLarge),
        (
            "<?xml version='1.0' encoding='EBCDIC'?><a/>",
            XmlErrorKind::EncodingNotSupported,
            415,
            415,
            Code::MalformedMessage,
        ),
    ] {
        let error = Document::parse(message.as_bytes(), &limits).unwrap_err();
        assert_eq!(error.kind, kind, "{message}");
        let fault = Fault::from(&error);
        assert_eq!(fault.code, FaultCode::Client);
        assert_eq!(fault.http_status(Version::V11), status_11, "{message}");
        assert_eq!(fault.http_status(Version::V12), status_12, "{message}");
        assert_eq!(fault.detail.as_ref().unwrap().code, code);
        let located = matches!(
            kind,
            XmlErrorKind::NotWellFormed | XmlErrorKind::DtdNotAllowed | XmlErrorKind::LimitExceeded
        );
        assert_eq!(fault.reason.contains("line 1, column "), located, "{}", fault.reason);
    }
}

#[test]
fn b_18_an_unknown_operation_in_both_versions() {
    let fault = Fault::from(&Error::new(Code::UnknownOperation, "no such operation"));
    let detail = "<f:CRMProcessorFault xmlns:f='urn:castile:crm:v1'><f:Code>UNKNOWN_OPERATION</f:Code>\
        <f:Message>no such operation</f:Message><f:RequestID>r-1</f:RequestID><f:Retryable>false</f:Retryable></f:CRMProcessorFault>";
    let expected = format!(
        "<s:Body><s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode xmlns:r='http://www.w3.org/2003/05/soap-rpc'>\
         <s:Value>r:ProcedureNotPresent</s:Value></s:Subcode></s:Code>\
         <s:Reason><s:Text xml:lang='en'>no such operation</s:Text></s:Reason><s:Detail>{detail}</s:Detail></s:Fault></s:Body>"
    );
    check(Version::V12, &fault, None, &expected);
    let expected = fault_11("s:Client", "no such operation", &format!("<detail>{detail}</detail>"));
    check(Version::V11, &fault, None, &expected);
}

#[test]
fn b_21_a_typed_fault_in_soap_12() {
    let expected = fault_12("s:Sender", "a date &lt; 10", &format!("<s:Detail>{DETAIL}</s:Detail>"));
    check(Version::V12, &invalid(), None, &expected);
}

#[test]
fn b_17_data_encoding_unknown_is_a_client_fault_in_soap_11() {
    let fault = Fault::new(FaultCode::DataEncodingUnknown, "which encoding");
    check(Version::V12, &fault, None, &fault_12("s:DataEncodingUnknown", "which encoding", ""));
    check(Version::V11, &fault, None, &fault_11("s:Client", "which encoding", ""));
}

fn addressing_headers(action: &str) -> String {
    format!(
        "<a:Action>{action}</a:Action><a:MessageID>urn:uuid:2</a:MessageID><a:RelatesTo>urn:m</a:RelatesTo>\
         <a:To>http://www.w3.org/2005/08/addressing/anonymous</a:To>"
    )
}

fn addressing_fault() -> Fault {
    let name = |local| QName::fixed(ADDRESSING_NAMESPACE, local);
    Fault {
        subcodes: vec![name("InvalidAddressingHeader"), name("InvalidCardinality")],
        problem: Some(Problem::Header("To")),
        ..Fault::new(FaultCode::Client, "twice")
    }
}

#[test]
fn d_2_d_8_an_addressing_fault_in_soap_11() {
    let expected = format!(
        "<s:Header xmlns:a='{ADDRESSING_NAMESPACE}'>{}<a:FaultDetail><a:ProblemHeaderQName>a:To</a:ProblemHeaderQName></a:FaultDetail></s:Header>\
         <s:Body><s:Fault><faultcode xmlns:a='{ADDRESSING_NAMESPACE}'>a:InvalidCardinality</faultcode><faultstring>twice</faultstring></s:Fault></s:Body>",
        addressing_headers("http://www.w3.org/2005/08/addressing/fault")
    );
    check(Version::V11, &addressing_fault(), Some(HEADERS), &expected);
}

#[test]
fn d_2_d_8_an_addressing_fault_in_soap_12() {
    let expected = format!(
        "<s:Header xmlns:a='{ADDRESSING_NAMESPACE}'>{}</s:Header>\
         <s:Body xmlns:a='{ADDRESSING_NAMESPACE}'><s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>a:InvalidAddressingHeader</s:Value>\
         <s:Subcode><s:Value>a:InvalidCardinality</s:Value></s:Subcode></s:Subcode></s:Code>\
         <s:Reason><s:Text xml:lang='en'>twice</s:Text></s:Reason>\
         <s:Detail><a:ProblemHeaderQName>a:To</a:ProblemHeaderQName></s:Detail></s:Fault></s:Body>",
        addressing_headers("http://www.w3.org/2005/08/addressing/fault")
    );
    check(Version::V12, &addressing_fault(), Some(HEADERS), &expected);
}

#[test]
fn d_8_d_9_the_action_of_other_faults() {
    let action = |fault: &Fault| {
        let written = write_fault(Version::V11, fault, Some(HEADERS), "r-1");
        let document = Document::parse(&written, &Limits::default()).unwrap();
        let header = document.root().child(SOAP_11, "Header").unwrap();
        header.child(ADDRESSING_NAMESPACE, "Action").unwrap().text().into_owned()
    };
    assert_eq!(action(&invalid()), "urn:castile:crm:v1:addCustomerFault");
    let mismatch = Fault::new(FaultCode::MustUnderstand, "");
    assert_eq!(action(&mismatch), "http://www.w3.org/2005/08/addressing/soap/fault");
}

#[test]
fn every_code_becomes_a_fault_with_its_status() {
    for code in Code::ALL {
        let fault = Fault::from(&Error::new(*code, "text"));
        let (expected, status_11, status_12) = match code {
            Code::MessageTooLarge => (FaultCode::Client, 413, 413),
            Code::ServiceUnavailable => (FaultCode::Server, 503, 503),
            Code::Contention | Code::Timeout | Code::CorruptRecord | Code::UnexpectedError => {
                (FaultCode::Server, 500, 500)
            }
            _ => (FaultCode::Client, 500, 400),
        };
        assert_eq!(fault.code, expected, "{code:?}");
        assert_eq!(fault.http_status(Version::V11), status_11, "{code:?}");
        assert_eq!(fault.http_status(Version::V12), status_12, "{code:?}");
        for version in Version::ALL {
            let written = write_fault(version, &fault, Some(HEADERS), "r-1");
            let document = Document::parse(&written, &Limits::default()).unwrap();
            assert!(document.root().child(version.namespace(), "Body").is_some());
        }
    }
}

#[test]
fn internal_faults_show_the_request_id_only() {
    for code in [Code::UnexpectedError, Code::CorruptRecord] {
        let mut error = Error::at(code, "Customer/Secret", "the secret table broke");
        error.source = Some("disk secret".into());
        for version in Version::ALL {
            let written =
                String::from_utf8(write_fault(version, &Fault::from(&error), None, "r-77")).unwrap();
            assert!(!written.to_lowercase().contains("secret"), "{written}");
            assert!(written.contains("r-77"), "{written}");
        }
    }
}

#[test]
fn nothing_unescaped_gets_out() {
    let fault = Fault::malformed("<&>\0\u{FFFF}");
    for (version, namespace) in [(Version::V11, SOAP_11), (Version::V12, SOAP_12)] {
        let written = write_fault(version, &fault, None, "<r&1>");
        let document = Document::parse(&written, &Limits::default()).unwrap();
        assert!(document.root().is(namespace, "Envelope"));
    }
}
