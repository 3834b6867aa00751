//! The composition root: the only place that names a store engine and joins the tiers.

use std::net::SocketAddr;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;

use crate::clock::SystemClock;
use crate::config::Config;
use crate::data_dir::DataDir;
use crate::domain::Settings;
use crate::domain::card::pin::PinKey;
use crate::domain::error::Code;
use crate::domain::postal_code::PostalCodePatterns;
use crate::domain::reference::Reference;
use crate::failure::{Exit, Failure};
use crate::jobs::Sweep;
use crate::jobs::batch::{BatchOptions, Batches, SubmittedFiles};
use crate::ops::administration::{Administration, Engine, Inspected};
use crate::ops::{CUSTOMER_IDS, Gateway, PinKeys, reference};
use crate::pin_key::PinKeyFile;
use crate::search::{Options, Place, Search};
use crate::store::sled::{Finding, Inspection};
use crate::store::{Collection, Key, SledOptions, SledStore, StoreError};
use crate::transport::admin::AdminService;
use crate::transport::batch::BatchService;
use crate::transport::http::Handler;
use crate::transport::observe::Observed;
use crate::transport::soap::SoapService;
use crate::wire::batch::BatchLimits;

/// What stands behind the HTTP servers. Dropping it closes the store.
pub struct Faces {
    /// Behind the TCP address.
    pub callers: Arc<dyn Handler>,
    /// Behind the administrators' socket: `GET /export`, `POST /import?first_line=N`, `GET /check`, each answered
    /// with lines as [`crate::transport::admin::Line`] describes them.
    pub administrators: Arc<dyn Handler>,
    /// What a server runs beside them.
    pub sweep: Sweep,
    /// The batch files, which a server takes and carries out.
    pub batches: Batches,
    /// What all of them stand on; a server looks at its start whether everything is there.
    pub gateway: Arc<Gateway>,
    /// Search, which only a server lets follow the store: a command would leave the index half-way.
    pub search: Arc<Search>,
}

/// Opens the store in a data folder whose lock is held, and joins everything that works on it. `address` is where
/// callers are served, for requests that do not say how they reached us.
pub async fn compose(config: &Config, data_dir: &DataDir, address: SocketAddr) -> Result<Faces, Failure> {
    let mut options = SledOptions::new(data_dir.store());
    options.reserve_bytes = config.store.reserve_bytes;
    options.cache_bytes = config.store.cache_bytes;
    let store =
        SledStore::open(options).map_err(|error| Failure::new(Exit::InputOutput, error.to_string()))?;
    let reference = open_reference(&store).await?;
    warn_if_every_location_is_refused(config, &reference);
    let zone = config.time_zone.zone().clone();
    let store = Arc::new(store);
    let engine = Arc::new(SledEngine(Arc::clone(&store)));
    let place = Place::Folder(data_dir.search());
    let search = Arc::new(Search::new(store.clone(), Options::new(place)));
    let clock = Arc::new(SystemClock);
    let store_meters = store.metrics().collectors();
    let gateway = Gateway::new(store, Arc::clone(&search), settings(config), reference, clock, zone);
    let pin_keys = PinKeyOfFolder(PinKeyFile::at(data_dir.pin_key()));
    let submitted = Arc::new(SubmittedFiles::default());
    let gateway = gateway.with_pin_keys(Arc::new(pin_keys)).with_batch_files(submitted.clone());
    let gateway = Arc::new(gateway);
    let soap = Arc::new(SoapService::new(Arc::clone(&gateway), config, address).map_err(internal)?);
    let batches = Batches::new(Arc::clone(&gateway), batch_options(config, data_dir));
    submitted.fill(&batches);
    let callers = Arc::new(BatchService::new(soap, batches.clone(), &config.limits));
    let meters = store_meters.into_iter().chain(batches.collectors()).collect();
    let callers = Observed::new(callers, Arc::clone(&gateway), meters, config.log.requests);
    let administrators =
        AdminService::new(Administration::new(Arc::clone(&gateway), engine), batches.clone());
    Ok(Faces {
        callers: Arc::new(callers),
        administrators: Arc::new(administrators),
        sweep: Sweep::new(
            Arc::clone(&gateway),
            SignedDuration::from_hours(24 * i64::from(config.batch.keep_days)),
        ),
        batches,
        gateway,
        search,
    })
}

fn batch_options(config: &Config, data_dir: &DataDir) -> BatchOptions {
    let batch = &config.batch;
    let root = batch.root.clone().unwrap_or_else(|| data_dir.batch());
    let limits = BatchLimits {
        record_bytes_max: batch.record_bytes_max,
        gap_bytes_max: batch.gap_bytes_max,
        inflate_ratio_max: batch.inflate_ratio_max,
        inflated_bytes_max: batch.inflated_bytes_max,
        xml: crate::transport::soap::xml_limits(&config.limits),
    };
    BatchOptions {
        gateway_id: batch.gateway_id.clone(),
        limits,
        look_every: Duration::from_millis(batch.look_every_ms),
        settle: Duration::from_millis(batch.settle_ms),
        retry_after: Duration::from_millis(batch.retry_after_ms),
        warnings_listed_max: batch.warnings_listed_max,
        ..BatchOptions::at(root)
    }
}

/// The key of PINs in the data folder, as operations see it.
struct PinKeyOfFolder(PinKeyFile);

impl PinKeys for PinKeyOfFolder {
    fn get(&self) -> std::io::Result<Option<PinKey>> {
        self.0.read()
    }

    fn get_or_make(&self) -> std::io::Result<PinKey> {
        self.0.read_or_make()
    }
}

/// The embedded engine as administration sees it.
struct SledEngine(Arc<SledStore>);

impl Engine for SledEngine {
    fn keys(
        &self,
        collection: Collection,
        range: Range<Box<[u8]>>,
        limit: usize,
    ) -> Result<Vec<Key>, StoreError> {
        self.0.keys(collection, &range, limit)
    }

    fn next_id(&self, sequence: &str) -> Result<u64, StoreError> {
        self.0.next_of_sequence(sequence)
    }

    fn inspect(&self, report: &mut dyn FnMut(Inspected)) {
        self.0.inspect(&[(CUSTOMER_IDS, Collection::Customer)], &mut |inspection| match inspection {
            Inspection::Progress(read) => {
                report(Inspected::Read(read.records + read.log_rows + read.chunks));
            }
            Inspection::Finding(Finding { place, problem }) => {
                report(Inspected::Wrong(format!("{place}: {problem}")));
            }
        });
    }
}

fn internal(error: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Internal, error.to_string())
}

/// The reference data of the store. Damaged, it must not keep `check` and `export` from the store: then nothing is
/// defined, and requests that name what was defined are refused.
async fn open_reference(store: &SledStore) -> Result<Reference, Failure> {
    match reference::open(store).await {
        Err(error) if error.code == Code::CorruptRecord => {
            tracing::error!(%error, "the reference data is damaged and not heeded, castile check tells more");
            Ok(Reference::default())
        }
        outcome => outcome.map_err(internal),
    }
}

fn warn_if_every_location_is_refused(config: &Config, reference: &Reference) {
    if config.retail_locations.check && reference.retail_locations.is_empty() {
        tracing::warn!(
            "retail_locations.check is on and no retail location is loaded, castile load brings some"
        );
    }
}

fn settings(config: &Config) -> Settings {
    let mut postal_codes = PostalCodePatterns::default();
    for (country, pattern) in &config.postal_codes {
        postal_codes.set(country, pattern.pattern().clone());
    }
    Settings {
        validation: config.validation.enabled,
        second_names: config.names.second,
        postal_codes,
        check_retail_locations: config.retail_locations.check,
        merge: config.merge.settings(),
    }
}
