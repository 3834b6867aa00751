//! Castile: a SOAP/WSDL gateway in front of a customer store.
//!
//! The map of the tiers, from pure to impure; a tier names only those above it in this list:
//!
//! - [`domain`]: the rules of customer requests, pure and synchronous.
//! - [`wire`]: XML and SOAP, bytes to values and back.
//! - [`store`]: the port to a durable store, and the engines behind it.
//! - [`ops`]: the operations, one folder each, and the one place that commits.
//!
//! Beside them: [`config`], [`clock`], [`telemetry`] and [`failure`].

pub mod clock;
pub mod config;
pub mod data_dir;
pub mod domain;
pub mod failure;
pub mod ops;
pub mod store;
pub mod telemetry;
pub mod transport;
pub mod wire;
