//! What goes over the wire: XML, SOAP, and the codecs of what both carry.
//!
//! This tier turns bytes into cursors and values into bytes. It knows neither sockets nor a store, awaits
//! nothing, and allots memory only in proportion to the message it was given.

pub mod batch;
pub mod customer;
pub mod problem;
pub mod soap;
pub mod xml;

/// The namespace of the service: its operations, its types and its fault detail.
pub const SERVICE_NAMESPACE: &str = "urn:castile:crm:v1";
