//! Castile: a SOAP/WSDL gateway in front of a customer store.
//!
//! The map of the tiers, from pure to impure; a tier names only those above it in this list:
//!
//! - [`domain`]: the rules of customer requests, pure and synchronous.
//! - [`wire`]: XML and SOAP, bytes to values and back.
//! - [`store`]: the port to a durable store, and the engines behind it.
//! - [`search`]: an index of the customers that follows the store's change log.
//! - [`ops`]: the operations, one folder each, and the one place that commits.
//! - [`transport`]: how requests come in.
//! - [`jobs`]: what runs by itself.
//! - [`cli`]: the commands of the program.
//!
//! Beside them, for all but the pure tiers: [`config`], [`clock`], [`telemetry`], [`meters`], [`data_dir`], [`pin_key`],
//! [`failure`]. This file
//! is also the composition root: the only place that names store engines and joins tiers.

pub mod cli;
pub mod clock;
mod compose;
pub mod config;
pub mod data_dir;
pub mod domain;
pub mod failure;
pub mod jobs;
pub mod meters;
pub mod ops;
pub mod pin_key;
pub mod search;
mod serve;
pub mod store;
pub mod telemetry;
pub mod transport;
pub mod wire;

pub use compose::{Faces, compose};
pub use serve::{Ready, serve};
