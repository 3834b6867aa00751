//! What goes over the wire: XML, SOAP, and the codecs of what both carry.

pub mod soap;
