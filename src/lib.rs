//! Castile: a SOAP/WSDL gateway in front of a customer store.
//!
//! The map of the tiers, from pure to impure; a tier names only those above it in this list:
//!
//! - [`domain`]: the rules of customer requests, pure and synchronous.
//! - [`store`]: the port to a durable store, and the engines behind it.

pub mod clock;
pub mod config;
pub mod data_dir;
pub mod domain;
pub mod failure;
pub mod store;
pub mod telemetry;
pub mod transport;
