//! The message with everything wrong, and what is told as one thing after the other is repaired.

use std::borrow::Cow;

use castile::wire::soap::Version;
use castile::wire::soap::wsdl::OperationDescription;

use crate::support::soap;

/// What is wrong with a message, in the order of checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Flaw {
    Size,
    Path,
    Method,
    TwoContentTypes,
    MediaType,
    Charset,
    NotWellFormed,
    DocumentType,
    Depth,
    EnvelopeVersion,
    MustUnderstand,
    MustUnderstandValue,
    Trailer,
    EnvelopeAttribute,
    EncodingStyleOfBody,
    EncodingStyleOfRequest,
    TwoRequests,
    Cardinality,
    ReplyTo,
    FaultTo,
    ActionMissing,
    Operation,
    ActionMismatch,
    ActionNotSupported,
    MessageIdTooLong,
    SoapAction,
    Reference,
}

/// What is told of each in SOAP 1.1 and in SOAP 1.2; `None` where a version allows it.
pub(super) const FLAWS: &[(Flaw, Option<&str>, Option<&str>)] = &[
    // No fault, for at this path nobody speaks SOAP.
    (Flaw::Size, Some("413 problem"), Some("413 problem")),
    (Flaw::Path, Some("404 problem"), Some("404 problem")),
    (Flaw::Method, Some("405 problem"), Some("405 problem")),
    // Which of the two counts is not known: SOAP 1.1 is the fallback.
    (Flaw::TwoContentTypes, Some("400 Client MALFORMED_MESSAGE"), Some("400 Client MALFORMED_MESSAGE")),
    (Flaw::MediaType, Some("415 Client MALFORMED_MESSAGE"), Some("415 Client MALFORMED_MESSAGE")),
    (Flaw::Charset, Some("415 Client MALFORMED_MESSAGE"), Some("415 Sender MALFORMED_MESSAGE")),
    (Flaw::NotWellFormed, Some("400 Client MALFORMED_MESSAGE"), Some("400 Sender MALFORMED_MESSAGE")),
    (Flaw::DocumentType, Some("500 Client MALFORMED_MESSAGE"), Some("400 Sender MALFORMED_MESSAGE")),
    (Flaw::Depth, Some("500 Client MALFORMED_MESSAGE"), Some("400 Sender MALFORMED_MESSAGE")),
    (Flaw::EnvelopeVersion, Some("500 VersionMismatch"), Some("500 VersionMismatch")),
    (Flaw::MustUnderstand, Some("500 MustUnderstand"), Some("500 MustUnderstand")),
    (Flaw::MustUnderstandValue, Some("500 Client"), Some("400 Sender")),
    (Flaw::Trailer, Some("500 Client MALFORMED_MESSAGE"), Some("400 Sender MALFORMED_MESSAGE")),
    (Flaw::EnvelopeAttribute, None, Some("400 Sender MALFORMED_MESSAGE")),
    (Flaw::EncodingStyleOfBody, None, Some("400 Sender MALFORMED_MESSAGE")),
    (Flaw::EncodingStyleOfRequest, None, Some("500 DataEncodingUnknown MALFORMED_MESSAGE")),
    (Flaw::TwoRequests, Some("500 Client MALFORMED_MESSAGE"), Some("400 Sender MALFORMED_MESSAGE")),
    (
        Flaw::Cardinality,
        Some("500 InvalidCardinality"),
        Some("400 Sender InvalidAddressingHeader InvalidCardinality"),
    ),
    (
        Flaw::ReplyTo,
        Some("500 OnlyAnonymousAddressSupported"),
        Some("400 Sender InvalidAddressingHeader OnlyAnonymousAddressSupported"),
    ),
    (
        Flaw::FaultTo,
        Some("500 MissingAddressInEPR"),
        Some("400 Sender InvalidAddressingHeader MissingAddressInEPR"),
    ),
    (
        Flaw::ActionMissing,
        Some("500 MessageAddressingHeaderRequired"),
        Some("400 Sender MessageAddressingHeaderRequired"),
    ),
    (
        Flaw::Operation,
        Some("500 Client UNKNOWN_OPERATION"),
        Some("400 Sender ProcedureNotPresent UNKNOWN_OPERATION"),
    ),
    (
        Flaw::ActionMismatch,
        Some("500 ActionMismatch"),
        Some("400 Sender InvalidAddressingHeader ActionMismatch"),
    ),
    (Flaw::ActionNotSupported, Some("500 ActionNotSupported"), Some("400 Sender ActionNotSupported")),
    (Flaw::MessageIdTooLong, Some("500 InvalidAddressingHeader"), Some("400 Sender InvalidAddressingHeader")),
    (Flaw::SoapAction, Some("500 Client UNKNOWN_OPERATION"), Some("400 Sender UNKNOWN_OPERATION")),
    (
        Flaw::Reference,
        Some("500 Client INVALID_ATTRIBUTE_VALUE Own/@href"),
        Some("400 Sender INVALID_ATTRIBUTE_VALUE Own/@href"),
    ),
];

/// A message with all flaws from one on.
pub(super) struct Message<'m> {
    pub(super) version: Version,
    pub(super) operation: &'m OperationDescription,
    /// What stands in the request element.
    pub(super) content: &'m str,
    /// `None` has none.
    pub(super) flaw: Option<Flaw>,
}

impl Message<'_> {
    fn has(&self, flaw: Flaw) -> bool {
        let in_version = FLAWS.iter().any(|(known, in_11, in_12)| {
            let told = if self.version == Version::V11 { in_11 } else { in_12 };
            *known == flaw && told.is_some()
        });
        in_version && self.flaw.is_some_and(|first| first <= flaw)
    }

    fn choose<'t>(&self, flaw: Flaw, wrong: &'t str, right: &'t str) -> &'t str {
        if self.has(flaw) { wrong } else { right }
    }

    pub(super) fn method(&self) -> &'static str {
        if self.has(Flaw::Method) { "PUT" } else { "POST" }
    }

    pub(super) fn path(&self) -> &'static str {
        if self.has(Flaw::Path) { "/services/None" } else { soap::PATH }
    }

    /// The name of another operation.
    fn other(&self) -> &'static str {
        if self.operation.name == "retrieveCustomer" { "deleteCustomer" } else { "retrieveCustomer" }
    }

    pub(super) fn headers(&self) -> Vec<(&'static str, String)> {
        let media_type = match (self.has(Flaw::MediaType), self.version) {
            (true, _) => "application/json",
            (false, Version::V11) => "text/xml",
            (false, Version::V12) => "application/soap+xml",
        };
        let charset = self.choose(Flaw::Charset, "utf-7", "utf-8");
        let mut content_type = format!("{media_type}; charset={charset}");
        let mut headers = Vec::new();
        let named = match self.has(Flaw::ActionMismatch) {
            true => "urn:castile:crm:v1:none",
            false => &format!("urn:castile:crm:v1:{}", self.other()),
        };
        // A MessageID is looked at where nothing contradicts wsa:Action, another SOAPAction where there is none.
        if self.has(Flaw::SoapAction) && self.flaw != Some(Flaw::MessageIdTooLong) {
            match self.version {
                Version::V11 => headers.push(("SOAPAction", format!("\"{named}\""))),
                Version::V12 => content_type.push_str(&format!("; action=\"{named}\"")),
            }
        }
        headers.push(("Content-Type", content_type));
        if self.has(Flaw::TwoContentTypes) {
            headers.push(("Content-Type", "text/plain".to_owned()));
        }
        headers
    }

    pub(super) fn envelope(&self) -> String {
        let namespace = self.choose(Flaw::EnvelopeVersion, "urn:old", self.version.namespace());
        let text = self.choose(Flaw::NotWellFormed, "text", "");
        let document_type = self.choose(Flaw::DocumentType, "<!DOCTYPE e>", "");
        let attribute = self.choose(Flaw::EnvelopeAttribute, "own='1'", "");
        let style = "e:encodingStyle='urn:own'";
        let body_style = self.choose(Flaw::EncodingStyleOfBody, style, "");
        let trailer = self.choose(Flaw::Trailer, "<more/>", "");
        let second = self.choose(Flaw::TwoRequests, "<second/>", "");
        let padding = if self.has(Flaw::Size) { "x".repeat(super::MESSAGE_BYTES_MAX) } else { String::new() };
        let deep = if self.has(Flaw::Depth) {
            format!("{}{}", "<a>".repeat(100), "</a>".repeat(100))
        } else {
            String::new()
        };
        let element = self.choose(Flaw::Operation, "eraseCustomer", &self.operation.request_element);
        let reference = self.choose(Flaw::Reference, "<Own href='#one'/>", "");
        let request_style = self.choose(Flaw::EncodingStyleOfRequest, style, "");
        format!(
            "{text}{document_type}<e:Envelope xmlns:e='{namespace}' {attribute}><e:Header>{}</e:Header>\
             <e:Body {body_style}><{element} xmlns='{}' {request_style}>{deep}{reference}{}</{element}>{second}</e:Body>{trailer}</e:Envelope>\
             <!--{padding}-->",
            self.blocks(),
            soap::NAMESPACE,
            self.content
        )
    }

    fn blocks(&self) -> String {
        let unknown = self.choose(Flaw::MustUnderstand, "<own xmlns='urn:own' e:mustUnderstand='1'/>", "");
        let invalid =
            self.choose(Flaw::MustUnderstandValue, "<own xmlns='urn:own' e:mustUnderstand='9'/>", "");
        let mut blocks = format!("{unknown}{invalid}");
        let mut add = |wanted: bool, name: &str, content: Cow<'_, str>| {
            if wanted {
                blocks.push_str(&format!(
                    "<{name} xmlns='http://www.w3.org/2005/08/addressing'>{content}</{name}>"
                ));
            }
        };
        add(self.has(Flaw::Cardinality), "To", "urn:a".into());
        add(self.has(Flaw::Cardinality), "To", "urn:a".into());
        add(self.has(Flaw::ReplyTo), "ReplyTo", "<Address>http://127.0.0.1:1/</Address>".into());
        add(self.has(Flaw::FaultTo), "FaultTo", "".into());
        add(self.has(Flaw::MessageIdTooLong), "MessageID", "i".repeat(501).into());
        let action = match self.has(Flaw::ActionNotSupported) {
            true => self.other(),
            false => &self.operation.name,
        };
        let is_addressed = self.has(Flaw::MessageIdTooLong) && !self.has(Flaw::ActionMissing);
        add(is_addressed, "Action", format!("urn:castile:crm:v1:{action}").into());
        blocks
    }
}

#[test]
fn every_flaw_has_its_row() {
    let in_order = FLAWS.windows(2).all(|pair| pair[0].0 < pair[1].0);
    assert!(in_order && FLAWS.len() == Flaw::Reference as usize + 1);
}
