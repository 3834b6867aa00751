//! The two servers, side by side in one runtime like that of `castile serve`: the gateway over a store in a folder of
//! its own, and hyper with a fixed answer.

use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use castile::clock::SystemClock;
use castile::config::Config;
use castile::domain::Settings;
use castile::ops::{Call, DEFAULT_REFERENCE, Gateway, REGISTRY, parse_reference};
use castile::search::{Options, Place, Search};
use castile::store::{Change, SledOptions, SledStore, Store};
use castile::transport::http::{self, HttpLimits};
use castile::transport::observe::Observed;
use castile::transport::shutdown::Stage;
use castile::transport::soap::SoapService;
use castile::wire::soap::{ADDRESSING_HEADERS, Envelope};
use castile::wire::xml::{Document, Limits};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use jiff::tz::TimeZone;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::{Outcome, codec, messages};

/// What the bare server answers.
const FIXED_BODY: Bytes = Bytes::from_static(&[b'x'; 1_024]);
/// Requests at once while a store is filled: as many as the committer takes together.
const FILLERS: u64 = 1_024;

/// A folder that goes away, on the disk that the build is on and not in a file system in memory.
pub(crate) fn folder() -> Outcome<tempfile::TempDir> {
    Ok(tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR"))?)
}

/// Like that of `castile serve`.
pub(crate) fn runtime() -> Outcome<Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// A store in `folder`, as configured by default.
pub(crate) fn store(folder: &Path) -> Outcome<Arc<SledStore>> {
    let (config, mut options) = (Config::default().store, SledOptions::new(folder.join("store")));
    options.reserve_bytes = config.reserve_bytes;
    options.cache_bytes = config.cache_bytes;
    Ok(Arc::new(SledStore::open(options)?))
}

/// The gateway over a store, as configured by default.
pub(crate) fn gateway(store: Arc<dyn Store>) -> Outcome<Arc<Gateway>> {
    gateway_with(store, DEFAULT_REFERENCE)
}

/// The same with other reference data.
pub(crate) fn gateway_with(store: Arc<dyn Store>, reference: &str) -> Outcome<Arc<Gateway>> {
    let settings = Settings::default();
    let reference = parse_reference(reference)?;
    let search = Arc::new(Search::new(Arc::clone(&store), Options::new(Place::Memory)));
    Ok(Arc::new(Gateway::new(store, search, settings, reference, Arc::new(SystemClock), TimeZone::UTC)))
}

/// Serves the gateway as `castile serve` does, until the sender is dropped or says otherwise.
pub(crate) fn serve(runtime: &Runtime, gateway: Arc<Gateway>) -> Outcome<(SocketAddr, watch::Sender<Stage>)> {
    let config = Config::default();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    let service = Arc::new(SoapService::new(Arc::clone(&gateway), &config, address)?);
    let service = Arc::new(Observed::new(service, gateway, Vec::new(), config.log.requests));
    let (stop, stage) = watch::channel(Stage::Running);
    runtime.spawn(http::serve(listener, service, HttpLimits::from(&config.limits), stage));
    Ok((address, stop))
}

/// Serves hyper alone: whatever is asked, the same 1,024 bytes.
pub(crate) fn serve_bare(runtime: &Runtime) -> Outcome<SocketAddr> {
    serve_hyper(runtime, |_| std::future::ready(Ok(())))
}

/// Changes that were prepared for the messages to come.
pub(crate) type Prepared = Arc<Mutex<Vec<Change>>>;

/// Serves the least that a durable write can be: hyper, one pass of quick-xml over the request of which nothing is kept,
/// and the commit of the next prepared change.
pub(crate) fn serve_least(
    runtime: &Runtime,
    store: Arc<SledStore>,
    prepared: Prepared,
) -> Outcome<SocketAddr> {
    serve_hyper(runtime, move |request: hyper::Request<Incoming>| {
        let (store, prepared) = (Arc::clone(&store), Arc::clone(&prepared));
        async move {
            let body = request.into_body().collect().await?.to_bytes();
            codec::pass(std::str::from_utf8(&body)?)?;
            let change = prepared.lock().unwrap_or_else(PoisonError::into_inner).pop();
            store.commit(change.ok_or("no change is left")?).await?;
            Ok(())
        }
    })
}

fn serve_hyper<F>(
    runtime: &Runtime,
    work: impl Fn(hyper::Request<Incoming>) -> F + Clone + Send + Sync + 'static,
) -> Outcome<SocketAddr>
where
    F: Future<Output = Outcome<()>> + Send + 'static,
{
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0"))?;
    let address = listener.local_addr()?;
    runtime.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            // A connection on which this fails is only a little slower.
            let _ = stream.set_nodelay(true);
            let work = work.clone();
            tokio::spawn(async move {
                let answer = |request| {
                    let done = work(request);
                    async move {
                        done.await.map_err(|error| error.to_string())?;
                        Ok::<_, String>(hyper::Response::new(Full::new(FIXED_BODY)))
                    }
                };
                // The client ends a round by closing its connections.
                let _ =
                    http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)).await;
            });
        }
    });
    Ok(address)
}

/// Runs one message through the operation that it names, without HTTP.
pub(crate) async fn run(gateway: &Gateway, message: &str) -> Outcome<Vec<u8>> {
    let request_id = "5f1c7a60a3d94c1f8a3e6f3f2d0b9c11";
    let call = Call { request_id, caller: "anonymous", message: None, deadline: None };
    let document = Document::parse(message.as_bytes(), &Limits::default())?;
    let envelope = Envelope::read(&document, &ADDRESSING_HEADERS).map_err(|_| "not an envelope")?;
    let element = envelope.request().ok_or("an empty Body")?;
    let operation = REGISTRY.iter().find(|operation| operation.name() == element.local());
    let running = operation.ok_or("no such operation")?.call(gateway, &call, element);
    running.await.map_err(|error| error.to_string().into())
}

/// Adds customers 1 to `count` through the gateway; their ids are these numbers in some order.
pub(crate) fn fill(runtime: &Runtime, gateway: &Arc<Gateway>, count: u64) -> Outcome<()> {
    let next = Arc::new(AtomicU64::new(1));
    runtime.block_on(async {
        let mut fillers = tokio::task::JoinSet::new();
        for _ in 0..FILLERS {
            let (gateway, next) = (Arc::clone(gateway), Arc::clone(&next));
            fillers.spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number > count {
                        return Outcome::Ok(());
                    }
                    run(&gateway, &messages::add_or_update(number)).await?;
                }
            });
        }
        while let Some(ended) = fillers.join_next().await {
            ended??;
        }
        Ok(())
    })
}
