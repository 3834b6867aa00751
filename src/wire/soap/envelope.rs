//! The envelope of a request: its version, its headers, its one body child.
//!
//! Refuses in the order of A13: version, mustUnderstand, everything else. The body child itself is not
//! judged here, not even its namespace: that is the operation's affair.

use crate::wire::xml::{Document, Element, QName};

use super::{Fault, FaultCode, Version, header};

/// A request whose envelope is in order.
#[derive(Debug, Clone, Copy)]
pub struct Envelope<'d> {
    version: Version,
    header: Option<Element<'d>>,
    body: Element<'d>,
}

/// Encoding styles of SOAP 1.2 that change nothing for documents.
const KNOWN_ENCODINGS: &[&str] =
    &["http://www.w3.org/2003/05/soap-envelope/encoding/none", "http://www.w3.org/2003/05/soap-encoding"];

impl<'d> Envelope<'d> {
    /// Reads the envelope. `understood` names the header blocks that this endpoint acts on.
    pub fn read(document: &'d Document<'d>, understood: &[QName]) -> Result<Envelope<'d>, Fault> {
        let root = document.root();
        let version = Envelope::version_of(document).ok_or_else(version_mismatch)?;
        let namespace = version.namespace();
        let header = root.children().next().filter(|first| first.is(namespace, "Header"));
        if let Some(header) = header {
            header::check_must_understand(header, version, understood)?;
        }
        let body = find_body(root, header.is_some(), namespace)?;
        refuse_text(root)?;
        header.map_or(Ok(()), refuse_text)?;
        if version == Version::V12 {
            check_attributes(root, header, body)?;
        }
        if body.children().nth(1).is_some() {
            return Err(refuse(body, "Body may have one child element only"));
        }
        Ok(Envelope { version, header, body })
    }

    /// The version of the root element, if it is an envelope.
    pub fn version_of(document: &Document<'_>) -> Option<Version> {
        let root = document.root();
        Version::from_namespace(root.namespace()?).filter(|_| root.local() == "Envelope")
    }

    /// The version in which the sender speaks and is answered.
    pub fn version(&self) -> Version {
        self.version
    }

    /// The Body element; its bytes are what a repeated message is recognised by.
    pub fn body(&self) -> Element<'d> {
        self.body
    }

    /// The child of Body, `None` for an empty Body.
    pub fn request(&self) -> Option<Element<'d>> {
        self.body.children().next()
    }

    /// The header blocks that are meant for this node, in order.
    pub fn header_blocks(&self) -> impl Iterator<Item = Element<'d>> + use<'d> {
        header::blocks_for_us(self.header, self.version)
    }

    /// The same of a message that may not be in order otherwise; none if it is no envelope.
    pub(super) fn header_blocks_of(document: &'d Document<'d>) -> impl Iterator<Item = Element<'d>> {
        let version = Envelope::version_of(document);
        let first = document.root().children().next();
        let header = move |version: Version| first.filter(|first| first.is(version.namespace(), "Header"));
        version.into_iter().flat_map(move |version| header::blocks_for_us(header(version), version))
    }
}

fn version_mismatch() -> Fault {
    let reason = "the root element has to be the Envelope of SOAP 1.1 or SOAP 1.2";
    Fault { upgrade: true, ..Fault::new(FaultCode::VersionMismatch, reason) }
}

/// Body is the only child, or the second behind Header, and the last.
fn find_body<'d>(root: Element<'d>, has_header: bool, namespace: &str) -> Result<Element<'d>, Fault> {
    let mut children = root.children().skip(usize::from(has_header));
    let body = match children.next() {
        Some(body) if body.is(namespace, "Body") => body,
        Some(other) => return Err(refuse(other, "Body of the envelope's own namespace is expected here")),
        None => return Err(refuse(root, "the envelope has no Body")),
    };
    match children.next() {
        Some(trailer) => Err(refuse(trailer, "nothing may stand behind Body")),
        None => Ok(body),
    }
}

/// Between header blocks, and between Header and Body, stands nothing but white space (R9980).
fn refuse_text(element: Element<'_>) -> Result<(), Fault> {
    match element.text().trim_ascii() {
        "" => Ok(()),
        _ => Err(refuse(element, "text may not stand between the parts of an envelope")),
    }
}

/// What SOAP 1.2 says of attributes on its own elements (B15, B16), and of encodings (B17).
fn check_attributes(root: Element<'_>, header: Option<Element<'_>>, body: Element<'_>) -> Result<(), Fault> {
    if root.attributes().any(|attribute| attribute.namespace().is_none()) {
        return Err(refuse(root, "an attribute of Envelope has to be in a namespace"));
    }
    for element in [Some(root), header, Some(body)].into_iter().flatten() {
        if encoding_style(element).is_some() {
            return Err(refuse(element, "encodingStyle may not stand on an element of SOAP"));
        }
    }
    match body.children().filter_map(encoding_style).find(|style| !KNOWN_ENCODINGS.contains(&style.trim())) {
        Some(_) => Err(Fault::new(FaultCode::DataEncodingUnknown, "the encodingStyle is not known")
            .with_code(crate::domain::error::Code::MalformedMessage)),
        None => Ok(()),
    }
}

fn encoding_style(element: Element<'_>) -> Option<std::borrow::Cow<'_, str>> {
    element.attribute_ns(Version::V12.namespace(), "encodingStyle")
}

fn refuse(element: Element<'_>, message: &str) -> Fault {
    let (line, column) = element.position();
    Fault::malformed(format!("{message} (line {line}, column {column})"))
}
