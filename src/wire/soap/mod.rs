//! SOAP on top of the XML tier.

pub mod wsdl;
