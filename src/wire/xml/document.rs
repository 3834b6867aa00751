//! A message that has been read: its text and where everything stands in it.

use std::borrow::Cow;

use super::encoding::{self, Charset};
use super::error::{Refusal, XmlError, XmlErrorKind};
use super::scope::{Bindings, Scope};
use super::tape::Tape;
use super::{Element, Limits, pass};

/// A well-formed message within its limits.
///
/// UTF-8 is borrowed from the caller's bytes, UTF-16 is owned. Besides the text it takes 36 bytes an
/// element and 24 an attribute.
#[derive(Debug)]
pub struct Document<'a> {
    pub(super) text: Cow<'a, str>,
    pub(super) tape: Tape,
}

impl<'a> Document<'a> {
    /// Reads a message whose encoding nobody has told: byte order mark, else the XML declaration, else UTF-8.
    pub fn parse(bytes: &'a [u8], limits: &Limits) -> Result<Document<'a>, XmlError> {
        Document::parse_as(bytes, None, limits)
    }

    /// Reads a message. A charset that the transport was told overrides the XML declaration (R1019); a byte
    /// order mark overrides both.
    pub fn parse_as(
        bytes: &'a [u8],
        charset: Option<Charset>,
        limits: &Limits,
    ) -> Result<Document<'a>, XmlError> {
        if bytes.len() > limits.message_bytes_max {
            let message =
                format!("the message is over the limit message_bytes_max of {}", limits.message_bytes_max);
            return Err(Refusal::new(XmlErrorKind::TooManyBytes, 0, &message).locate(""));
        }
        let decoded = encoding::decode(bytes, charset)
            .map_err(|refusal| refusal.locate(encoding::readable_part(bytes)))?;
        match pass::run(&decoded.text, decoded.settled, Scope::new(), limits) {
            Ok(tape) => Ok(Document { text: decoded.text, tape }),
            Err(refusal) => Err(refusal.locate(&decoded.text)),
        }
    }

    /// The bindings that the root element makes, for reading what stands inside it piece by piece.
    pub(in crate::wire) fn root_bindings(&self) -> Bindings {
        self.tape.root_bindings()
    }

    /// Does any attribute, in whatever namespace, have one of these local names? Looks at no element, so it is cheap.
    pub(in crate::wire) fn has_attribute(&self, locals: &[&str]) -> bool {
        self.tape.attributes.iter().any(|attribute| locals.contains(&attribute.local(&self.text)))
    }

    /// The text as it was read: UTF-8, without a byte order mark.
    pub(in crate::wire) fn source(&self) -> &str {
        &self.text
    }

    /// The elements without children whose text is nothing but white space, in document order.
    pub fn blank_elements(&self) -> impl Iterator<Item = Element<'_>> {
        let blank = self.tape.blank.iter().map(|index| Element::new(self, *index));
        blank.filter(|element| element.text().trim().is_empty())
    }

    /// The root element.
    pub fn root(&self) -> Element<'_> {
        Element::new(self, 0)
    }
}

impl Document<'static> {
    /// Reads one element of a larger document, where these bindings are in force. `settled`: the encoding is known, so
    /// that the word of an XML declaration does not count.
    pub(in crate::wire) fn piece(
        text: String,
        settled: bool,
        outer: &Bindings,
        limits: &Limits,
    ) -> Result<Self, XmlError> {
        match pass::run(&text, settled, Scope::within(outer), limits) {
            Ok(tape) => Ok(Document { text: Cow::Owned(text), tape }),
            Err(refusal) => Err(refusal.locate(&text)),
        }
    }
}
