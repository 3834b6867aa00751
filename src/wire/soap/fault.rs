//! A fault, before it is known how it is written.
//!
//! Domain errors are mapped by their class alone; the code and its violations travel in the detail. Faults
//! about headers carry no detail (A6). What the gateway itself did wrong is never told: such a fault shows
//! only the request id, which the writer adds.

use crate::domain::error::{Class, Code, Error, Violation};
use crate::wire::xml::{QName, XmlError, XmlErrorKind};

use super::Version;

/// The fault codes of both versions; `Client` and `Server` are Sender and Receiver in SOAP 1.2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultCode {
    /// The root is no envelope of a version spoken here.
    VersionMismatch,
    /// A header has to be understood and is not.
    MustUnderstand,
    /// An encodingStyle that is not known; in SOAP 1.1 a Client fault.
    DataEncodingUnknown,
    /// The message is at fault; unchanged it will not succeed.
    Client,
    /// The gateway is at fault or busy.
    Server,
}

/// What is written as `CRMProcessorFault`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultDetail {
    /// The code of the first violation in the order of checks.
    pub code: Code,
    /// Where, if it is one place.
    pub field: Option<String>,
    /// Everything that was found wrong.
    pub violations: Vec<Violation>,
}

/// What of a message's WS-Addressing is wrong, as its faults tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// The header of this local name.
    Header(&'static str),
    /// The action is none that the operation has. It is not repeated.
    Action,
}

/// A refusal as SOAP says it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The fault code.
    pub code: FaultCode,
    /// Finer codes, the coarsest first. SOAP 1.2 nests them; SOAP 1.1 shows the last one in place of the
    /// code if it belongs to WS-Addressing or WS-Security.
    pub subcodes: Vec<QName>,
    /// Public text.
    pub reason: String,
    /// Absent when only a header failed.
    pub detail: Option<Box<FaultDetail>>,
    /// Headers that have to be understood and are not.
    pub not_understood: Vec<QName>,
    /// Whether to list the versions spoken here.
    pub upgrade: bool,
    /// What of WS-Addressing is wrong.
    pub problem: Option<Problem>,
    /// An HTTP status other than the one of the fault code, for trouble that is not SOAP's.
    pub status: Option<u16>,
}

/// The namespace of the subcode for unknown procedures.
pub(super) const RPC_NAMESPACE: &str = "http://www.w3.org/2003/05/soap-rpc";
const PROCEDURE_NOT_PRESENT: QName = QName::fixed(RPC_NAMESPACE, "ProcedureNotPresent");

/// What is shown instead of an internal message; the writer adds the request id.
const INTERNAL_REASON: &str = "an internal error occurred";

impl Fault {
    /// A fault without detail.
    pub fn new(code: FaultCode, reason: impl Into<String>) -> Self {
        Fault {
            code,
            subcodes: Vec::new(),
            reason: reason.into(),
            detail: None,
            not_understood: Vec::new(),
            upgrade: false,
            problem: None,
            status: None,
        }
    }

    /// A Client fault about the message, with its detail.
    pub fn malformed(reason: impl Into<String>) -> Self {
        Fault::new(FaultCode::Client, reason).with_code(Code::MalformedMessage)
    }

    /// Adds a detail with a code and no field.
    pub fn with_code(mut self, code: Code) -> Self {
        self.detail = Some(Box::new(FaultDetail { code, field: None, violations: Vec::new() }));
        self
    }

    /// Sets the HTTP status to use in place of the fault code's.
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// The HTTP status of the answer (A3, B3).
    pub fn http_status(&self, version: Version) -> u16 {
        match (self.status, version, self.code) {
            (Some(status), _, _) => status,
            (None, Version::V12, FaultCode::Client) => 400,
            (None, _, _) => 500,
        }
    }

    /// The text to show, which for a fault of ours is the request id only.
    pub(super) fn public_reason(&self, request_id: &str) -> String {
        match self.detail.as_ref().map(|detail| detail.code.class()) {
            Some(Class::Internal | Class::CorruptRecord) => {
                format!("{INTERNAL_REASON}; its number is {request_id}")
            }
            _ => self.reason.clone(),
        }
    }
}

impl From<&Error> for Fault {
    fn from(error: &Error) -> Self {
        let (code, status) = by_class(error.code.class());
        let subcodes = match error.code.class() {
            Class::UnknownOperation => vec![PROCEDURE_NOT_PRESENT],
            _ => Vec::new(),
        };
        let internal = matches!(error.code.class(), Class::Internal | Class::CorruptRecord);
        let detail = FaultDetail {
            code: error.code,
            field: error.field.clone().filter(|_| !internal),
            violations: if internal { Vec::new() } else { error.violations.clone() },
        };
        let reason = if internal { INTERNAL_REASON.to_owned() } else { error.message.clone() };
        Fault { subcodes, detail: Some(Box::new(detail)), status, ..Fault::new(code, reason) }
    }
}

/// The fault code of a class, and the HTTP status where it is not the fault code's.
const fn by_class(class: Class) -> (FaultCode, Option<u16>) {
    match class {
        Class::Malformed
        | Class::Invalid
        | Class::NotFound
        | Class::AlreadyExists
        | Class::RuleViolated
        | Class::UnknownOperation
        | Class::Unauthenticated => (FaultCode::Client, None),
        Class::TooLarge => (FaultCode::Client, Some(413)),
        Class::Contention | Class::Timeout | Class::Internal | Class::CorruptRecord => {
            (FaultCode::Server, None)
        }
        Class::Unavailable => (FaultCode::Server, Some(503)),
    }
}

impl From<&XmlError> for Fault {
    fn from(error: &XmlError) -> Self {
        let (code, status) = match error.kind {
            XmlErrorKind::NotWellFormed => (Code::MalformedMessage, Some(400)),
            XmlErrorKind::DtdNotAllowed | XmlErrorKind::LimitExceeded => (Code::MalformedMessage, None),
            XmlErrorKind::TooManyBytes => (Code::MessageTooLarge, Some(413)),
            XmlErrorKind::EncodingNotSupported => (Code::MalformedMessage, Some(415)),
        };
        let reason = match error.kind {
            XmlErrorKind::NotWellFormed | XmlErrorKind::DtdNotAllowed | XmlErrorKind::LimitExceeded => {
                error.to_string()
            }
            // The whole message is meant, not a place in it.
            XmlErrorKind::TooManyBytes | XmlErrorKind::EncodingNotSupported => error.message.clone(),
        };
        Fault { status, ..Fault::new(FaultCode::Client, reason).with_code(code) }
    }
}
