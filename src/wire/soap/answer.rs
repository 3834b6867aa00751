//! Writing answers: the envelope of each version around an encoded body, and faults.
//!
//! The prefix `soap` is declared on the envelope and used in fault codes too, because clients have been met
//! that look for no other way of writing it. Nothing is parsed again: a body child brings its namespaces.

use crate::wire::SERVICE_NAMESPACE;
use crate::wire::xml::{QName, Writer, XML_NAMESPACE};

use super::addressing::{ADDRESSING_NAMESPACE, ANONYMOUS};
use super::fault::RPC_NAMESPACE;
use super::version::SOAP_12;
use super::{Addressing, Fault, FaultCode, FaultDetail, Problem, SECURITY_NAMESPACE, Version};

/// A longer id of a request is refused, and not told back: an answer must not grow with what was sent.
const RELATES_TO_BYTES_MAX: usize = 1_000;

/// The WS-Addressing headers of an answer (D5).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerHeaders<'a> {
    /// What the answer is called: the soapAction with `Response`, or for a typed fault with `Fault`.
    pub action: &'a str,
    /// A new, unique identifier.
    pub message_id: &'a str,
    /// The MessageID of the request.
    pub relates_to: Option<&'a str>,
}

impl<'a> AnswerHeaders<'a> {
    /// The headers that answer a request.
    pub fn new(request: &'a Addressing<'_>, action: &'a str, message_id: &'a str) -> Self {
        let relates_to = request.message_id.as_deref().filter(|id| id.len() <= RELATES_TO_BYTES_MAX);
        AnswerHeaders { action, message_id, relates_to }
    }
}

/// The Action of faults that WS-Addressing defines.
const ADDRESSING_FAULT_ACTION: &str = "http://www.w3.org/2005/08/addressing/fault";
/// The Action of faults that SOAP defines.
const SOAP_FAULT_ACTION: &str = "http://www.w3.org/2005/08/addressing/soap/fault";
/// What an envelope takes besides its body, roughly.
const ENVELOPE_BYTES: usize = 1_024;

/// An answer around `body`, an encoded element that declares the prefixes it uses.
pub fn write_answer(version: Version, headers: Option<AnswerHeaders<'_>>, body: &[u8]) -> Vec<u8> {
    let mut writer = envelope(version, body.len() + ENVELOPE_BYTES);
    if let Some(headers) = headers {
        writer.namespace("wsa", ADDRESSING_NAMESPACE).start("soap:Header");
        addressing_headers(&mut writer, headers);
        writer.end();
    }
    writer.start("soap:Body").raw(body).end().end();
    writer.into_bytes()
}

/// A fault. The headers' action is that of the operation's typed fault, empty while the operation is not known; it is used
/// for faults with a detail, others have an action of their own (D8).
pub fn write_fault(
    version: Version,
    fault: &Fault,
    headers: Option<AnswerHeaders<'_>>,
    request_id: &str,
) -> Vec<u8> {
    let mut writer = envelope(version, 2 * ENVELOPE_BYTES);
    for namespace in namespaces(fault, headers.is_some()) {
        writer.namespace(prefix(namespace), namespace);
    }
    fault_headers(&mut writer, version, fault, headers);
    writer.start("soap:Body").start("soap:Fault");
    match version {
        Version::V11 => fault_11(&mut writer, fault, request_id),
        Version::V12 => fault_12(&mut writer, fault, request_id),
    }
    writer.end().end().end();
    writer.into_bytes()
}

fn envelope(version: Version, bytes: usize) -> Writer {
    let mut writer = Writer::with_capacity(bytes);
    writer.start("soap:Envelope").namespace("soap", version.namespace());
    writer
}

fn addressing_headers(writer: &mut Writer, headers: AnswerHeaders<'_>) {
    writer.element("wsa:Action", headers.action).element("wsa:MessageID", headers.message_id);
    writer.optional("wsa:RelatesTo", headers.relates_to).element("wsa:To", ANONYMOUS);
}

/// The namespaces, besides SOAP's, whose prefixes a fault uses.
fn namespaces(fault: &Fault, addressed: bool) -> Vec<&str> {
    let of_subcodes = fault.subcodes.iter().filter_map(|subcode| subcode.namespace.as_deref());
    let addressed = addressed || fault.problem.is_some();
    let mut namespaces: Vec<&str> =
        addressed.then_some(ADDRESSING_NAMESPACE).into_iter().chain(of_subcodes).collect();
    namespaces.sort_unstable();
    namespaces.dedup();
    namespaces
}

/// Subcodes come from this program only; their namespaces are these three.
fn prefix(namespace: &str) -> &'static str {
    match namespace {
        ADDRESSING_NAMESPACE => "wsa",
        SECURITY_NAMESPACE => "wsse",
        RPC_NAMESPACE => "rpc",
        _ => "sub",
    }
}

fn fault_headers(writer: &mut Writer, version: Version, fault: &Fault, headers: Option<AnswerHeaders<'_>>) {
    let lists_headers = version == Version::V12 && !fault.not_understood.is_empty();
    let explains_header = version == Version::V11 && fault.problem.is_some();
    if headers.is_none() && !fault.upgrade && !lists_headers && !explains_header {
        return;
    }
    writer.start("soap:Header");
    if let Some(headers) = headers {
        addressing_headers(writer, AnswerHeaders { action: fault_action(fault, headers.action), ..headers });
    }
    if fault.upgrade {
        upgrade(writer);
    }
    if lists_headers {
        fault.not_understood.iter().for_each(|name| not_understood(writer, name));
    }
    if explains_header {
        writer.start("wsa:FaultDetail");
        problem(writer, fault);
        writer.end();
    }
    writer.end();
}

fn fault_action<'a>(fault: &Fault, typed: &'a str) -> &'a str {
    let addressing = |subcode: &QName| subcode.namespace.as_deref() == Some(ADDRESSING_NAMESPACE);
    match () {
        () if fault.subcodes.iter().any(addressing) => ADDRESSING_FAULT_ACTION,
        () if fault.detail.is_some() && !typed.is_empty() => typed,
        () => SOAP_FAULT_ACTION,
    }
}

/// In the namespace of SOAP 1.2 even in an envelope of 1.1 (Part 1, appendix A).
fn upgrade(writer: &mut Writer) {
    writer.start("up:Upgrade").namespace("up", SOAP_12);
    for version in Version::ALL {
        writer.start("up:SupportedEnvelope").namespace("ns", version.namespace());
        writer.attribute("qname", "ns:Envelope").end();
    }
    writer.end();
}

fn not_understood(writer: &mut Writer, name: &QName) {
    writer.start("soap:NotUnderstood");
    match &name.namespace {
        // Only the prefix xml may be bound to its namespace.
        Some(namespace) if namespace == XML_NAMESPACE => {
            writer.attribute("qname", &format!("xml:{}", name.local));
        }
        Some(namespace) => {
            writer.namespace("ns", namespace).attribute("qname", &format!("ns:{}", name.local));
        }
        None => {
            writer.attribute("qname", &name.local);
        }
    }
    writer.end();
}

fn problem(writer: &mut Writer, fault: &Fault) {
    match fault.problem {
        Some(Problem::Header(name)) => {
            writer.element("wsa:ProblemHeaderQName", &format!("wsa:{name}"));
        }
        Some(Problem::Action) => {
            writer.start("wsa:ProblemAction").end();
        }
        None => {}
    }
}

fn fault_11(writer: &mut Writer, fault: &Fault, request_id: &str) {
    let standard = match fault.code {
        FaultCode::VersionMismatch => "soap:VersionMismatch",
        FaultCode::MustUnderstand => "soap:MustUnderstand",
        FaultCode::Client | FaultCode::DataEncodingUnknown => "soap:Client",
        FaultCode::Server => "soap:Server",
    };
    let specific =
        fault.subcodes.last().filter(|subcode| subcode.namespace.as_deref() != Some(RPC_NAMESPACE));
    match specific {
        Some(subcode) => writer.element("faultcode", &prefixed(subcode)),
        None => writer.element("faultcode", standard),
    };
    writer.element("faultstring", &fault.public_reason(request_id));
    if let Some(content) = &fault.detail {
        writer.start("detail");
        detail(writer, fault, content, request_id);
        writer.end();
    }
}

fn fault_12(writer: &mut Writer, fault: &Fault, request_id: &str) {
    let code = match fault.code {
        FaultCode::VersionMismatch => "soap:VersionMismatch",
        FaultCode::MustUnderstand => "soap:MustUnderstand",
        FaultCode::DataEncodingUnknown => "soap:DataEncodingUnknown",
        FaultCode::Client => "soap:Sender",
        FaultCode::Server => "soap:Receiver",
    };
    writer.start("soap:Code").element("soap:Value", code);
    for subcode in &fault.subcodes {
        writer.start("soap:Subcode").element("soap:Value", &prefixed(subcode));
    }
    for _ in &fault.subcodes {
        writer.end();
    }
    writer.end().start("soap:Reason").start("soap:Text").attribute("xml:lang", "en");
    writer.text(&fault.public_reason(request_id)).end().end();
    if fault.detail.is_some() || fault.problem.is_some() {
        writer.start("soap:Detail");
        problem(writer, fault);
        if let Some(content) = &fault.detail {
            detail(writer, fault, content, request_id);
        }
        writer.end();
    }
}

fn prefixed(name: &QName) -> String {
    format!("{}:{}", prefix(name.namespace.as_deref().unwrap_or("")), name.local)
}

fn detail(writer: &mut Writer, fault: &Fault, detail: &FaultDetail, request_id: &str) {
    let retryable = if detail.code.retryable() { "true" } else { "false" };
    writer.start("CRMProcessorFault").namespace("", SERVICE_NAMESPACE);
    writer.element("Code", detail.code.as_str()).element("Message", &fault.public_reason(request_id));
    writer.optional("Field", detail.field.as_deref());
    writer.element("RequestID", request_id).element("Retryable", retryable);
    for violation in &detail.violations {
        writer.start("Violation").element("Code", violation.code.as_str());
        writer.element("Field", &violation.field).element("Message", &violation.message).end();
    }
    writer.end();
}
