//! Castile: a SOAP/WSDL gateway in front of a customer store.
//!
//! The map of the tiers, from pure to impure; a tier names only those above it in this list:
//!
//! - [`domain`]: the rules of customer requests, pure and synchronous.
//! - [`wire`]: XML and SOAP, bytes to values and back.
//! - [`store`]: the port to a durable store, and the engines behind it.

pub mod domain;
pub mod store;
pub mod wire;
