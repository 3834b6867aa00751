//! Castile: a SOAP/WSDL gateway in front of a customer store.
//!
//! The map of the tiers, from pure to impure; a tier names only those above it in this list:
//!
//! - [`domain`]: the rules of customer requests, pure and synchronous.
//! - [`store`]: the port to a durable store, and the engines behind it.
//! - [`transport`]: how requests come in.
//! - [`cli`]: the commands of the program.
//!
//! Beside them, for all but the pure tiers: [`config`], [`clock`], [`telemetry`], [`data_dir`], [`failure`]. This file
//! is also the composition root: the only place that names store engines and joins tiers.

pub mod cli;
pub mod clock;
pub mod config;
pub mod data_dir;
pub mod domain;
pub mod failure;
mod serve;
pub mod store;
pub mod telemetry;
pub mod transport;

use std::sync::Arc;

pub use serve::{Ready, serve};

use config::Config;
use data_dir::DataDir;
use failure::Failure;
use transport::http::{Handler, Unrouted};

/// The path that callers reach the service under.
pub const SERVICE_PATH: &str = "/services/CRMProcessor";

/// What stands behind the HTTP servers. Dropping it closes the store.
pub struct Faces {
    /// Behind the TCP address.
    pub callers: Arc<dyn Handler>,
    /// Behind the administrators' socket: `GET /export`, `POST /import?first_line=N`, `GET /check`, each answered
    /// with lines as [`transport::admin::Line`] describes them.
    pub administrators: Arc<dyn Handler>,
}

/// Opens the store in a data folder whose lock is held, and joins everything that works on it.
pub async fn compose(config: &Config, data_dir: &DataDir) -> Result<Faces, Failure> {
    let _ = (config, data_dir);
    Ok(Faces { callers: Arc::new(Unrouted), administrators: Arc::new(Unrouted) })
}
