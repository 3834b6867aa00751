//! The composition root: the only place that names a store engine and joins the tiers.

use std::net::SocketAddr;
use std::sync::Arc;

use crate::clock::SystemClock;
use crate::config::Config;
use crate::data_dir::DataDir;
use crate::domain::Settings;
use crate::domain::postal_code::PostalCodePatterns;
use crate::failure::{Exit, Failure};
use crate::ops::{DEFAULT_REFERENCE, Gateway, parse_reference};
use crate::store::{SledOptions, SledStore};
use crate::transport::http::{Handler, Unrouted};
use crate::transport::soap::SoapService;

/// What stands behind the HTTP servers. Dropping it closes the store.
pub struct Faces {
    /// Behind the TCP address.
    pub callers: Arc<dyn Handler>,
    /// Behind the administrators' socket: `GET /export`, `POST /import?first_line=N`, `GET /check`, each answered
    /// with lines as [`crate::transport::admin::Line`] describes them.
    pub administrators: Arc<dyn Handler>,
}

/// Opens the store in a data folder whose lock is held, and joins everything that works on it. `address` is where
/// callers are served, for requests that do not say how they reached us.
pub async fn compose(config: &Config, data_dir: &DataDir, address: SocketAddr) -> Result<Faces, Failure> {
    let mut options = SledOptions::new(data_dir.store());
    options.reserve_bytes = config.store.reserve_bytes;
    options.cache_bytes = config.store.cache_bytes;
    let store =
        SledStore::open(options).map_err(|error| Failure::new(Exit::InputOutput, error.to_string()))?;
    let reference = parse_reference(DEFAULT_REFERENCE).map_err(internal)?;
    let zone = config.time_zone.zone().clone();
    let gateway = Gateway::new(Arc::new(store), settings(config), reference, Arc::new(SystemClock), zone);
    let callers = SoapService::new(Arc::new(gateway), config, address).map_err(internal)?;
    Ok(Faces { callers: Arc::new(callers), administrators: Arc::new(Unrouted) })
}

fn internal(error: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Internal, error.to_string())
}

fn settings(config: &Config) -> Settings {
    let mut postal_codes = PostalCodePatterns::default();
    for (country, pattern) in &config.postal_codes {
        postal_codes.set(country, pattern.pattern().clone());
    }
    Settings { validation: config.validation.enabled, second_names: config.names.second, postal_codes }
}
