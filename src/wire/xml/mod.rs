//! Reading and writing XML 1.0 with namespaces, bounded and strict.
//!
//! [`Document::parse`] makes one pass over a message and keeps where everything stands, not what it says:
//! an [`Element`] is a cursor of two words, and text is decoded when it is asked for. What is not
//! well-formed is refused with line and column, a document type declaration always, and every count has a
//! limit ([`Limits`]). [`Writer`] cannot write anything that is not well-formed.
//! Deliberately absent: entities other than the five, validation, a mutable tree, pretty printing, XPath.

mod attributes;
mod characters;
pub mod compare;
mod document;
mod element;
mod encoding;
#[cfg(test)]
mod encoding_tests;
mod error;
#[cfg(test)]
mod hostile_tests;
mod intern;
mod limits;
mod pass;
mod pieces;
mod prolog;
mod qname;
mod scope;
mod tape;
#[cfg(test)]
mod tests;
mod text;
#[cfg(test)]
mod value_tests;
mod writer;

pub(in crate::wire) use characters::is_space;
pub use document::Document;
pub use element::{Attribute, Attributes, Children, Element};
pub use encoding::Charset;
pub use error::{XmlError, XmlErrorKind};
pub use limits::Limits;
pub use qname::QName;
pub use scope::Bindings;
pub use writer::Writer;

/// The namespace that the prefix `xml` is always bound to.
pub const XML_NAMESPACE: &str = "http://www.w3.org/XML/1998/namespace";
/// The namespace of namespace declarations; nothing may be bound to it.
pub const XMLNS_NAMESPACE: &str = "http://www.w3.org/2000/xmlns/";
/// The namespace of `xsi:type` and `xsi:nil`.
pub const XSI_NAMESPACE: &str = "http://www.w3.org/2001/XMLSchema-instance";
