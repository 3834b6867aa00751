//! The server as a whole: data folder, address, store, both HTTP servers, and their end in the reverse order.
//!
//! Deliberately absent: signals, which whoever calls this turns into a [`Stage`].

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::compose;
use crate::config::{Config, FILE_DEFAULT};
use crate::data_dir::DataDir;
use crate::failure::{Exit, Failure};
use crate::ops::{PinKeyProblem, check_pin_key};
use crate::transport::admin::AdminSocket;
use crate::transport::http::{self, HttpLimits};
use crate::transport::shutdown::{Stage, reached};
use crate::transport::soap::SERVICE_PATH;

/// Administrators' requests are few, may be large and take long.
const ADMIN_CONNECTIONS_MAX: usize = 32;
const ADMIN_MESSAGE_BYTES_MAX: u64 = 64 * 1024 * 1024;
const ADMIN_REQUEST_TIMEOUT: Duration = Duration::from_secs(3_600);
/// Files of the store, sockets of administrators and whatever else is open beside callers' connections.
const DESCRIPTORS_BESIDE_CONNECTIONS: u64 = 256;

/// What a server that takes requests tells of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ready {
    /// The address, with the port that was taken where the configuration says 0.
    pub address: SocketAddr,
    /// Where the WSDL is.
    pub wsdl_url: String,
    /// The data folder, absolute.
    pub data_dir: PathBuf,
}

/// Serves until `stage` is no longer [`Stage::Running`] and what is in flight has ended; `ready` is called once,
/// when requests are taken.
pub async fn serve(
    config: &Config,
    stage: watch::Receiver<Stage>,
    ready: impl FnOnce(&Ready),
) -> Result<(), Failure> {
    config.check_listen()?;
    let data_dir = DataDir::open(&config.data_dir, "castile serve")?;
    let listener = bind(config.listen).await?;
    let address = listener.local_addr().map_err(|error| Failure::io("asking for the port", &error))?;
    let socket = AdminSocket::bind(&data_dir)
        .map_err(|error| Failure::io("binding the administrators' socket in the data folder", &error))?;
    let mut stopping = stage.clone();
    let faces = tokio::select! {
        faces = compose(config, &data_dir, address) => faces?,
        // Opening a large store takes a while; whoever gave the order needs no server any more.
        () = reached(&mut stopping, Stage::Draining) => return Ok(()),
    };
    if let Err(problem) = check_pin_key(&faces.gateway).await {
        if !config.allow_wrong_pin_key {
            return Err(pins_uncheckable(&problem, &data_dir.pin_key()));
        }
        tracing::warn!(%problem, "PINs of cards can not be checked, requests with one are refused");
    }
    raise_descriptor_limit(config.limits.connections_max as u64);

    faces.search.follow().map_err(|error| Failure::new(Exit::Internal, error.to_string()))?;
    // The handlers keep the gateway, and it keeps search; both end with them.
    drop((faces.search, faces.gateway));
    let mut sweep_stop = stage.clone();
    let sweep = tokio::spawn(faces.sweep.run(async move { reached(&mut sweep_stop, Stage::Draining).await }));
    let mut batch_stop = stage.clone();
    let batches =
        tokio::spawn(faces.batches.serve(async move { reached(&mut batch_stop, Stage::Draining).await }));
    let limits = HttpLimits::from(&config.limits);
    let callers = http::serve(listener, faces.callers, limits, stage.clone());
    let administrators = http::serve(socket, faces.administrators, admin_limits(limits), stage);
    let told = Ready { address, wsdl_url: wsdl_url(config, address), data_dir: data_dir.path().to_owned() };
    ready(&told);
    tracing::info!(%address, wsdl_url = told.wsdl_url, data_dir = %told.data_dir.display(), "ready");
    let (callers, administrators) = tokio::join!(callers, administrators);
    let cut_off = callers.cut_off + administrators.cut_off;
    if cut_off > 0 {
        tracing::warn!(cut_off, "requests were cut off");
    }
    if let Err(error) = sweep.await {
        tracing::error!(%error, "the sweep of messages failed");
    }
    if let Err(error) = batches.await {
        tracing::error!(%error, "the work on batch files failed");
    }
    tracing::info!("stopped");
    // Not before the servers have ended: another process may open the store from here on.
    drop(data_dir);
    Ok(())
}

/// K-4: every request with a PIN would be refused, so that whoever starts the server is told, not every caller.
fn pins_uncheckable(problem: &PinKeyProblem, file: &Path) -> Failure {
    let advice = "bring the file back from its backup; or, if it is lost, load the cards with their PINs again (castile load)";
    let otherwise = format!(
        "\nTo serve all the same, without PINs, set `allow_wrong_pin_key = true` in {FILE_DEFAULT} (or \
         CASTILE_ALLOW_WRONG_PIN_KEY=true)."
    );
    let file = file.display();
    match problem {
        PinKeyProblem::Unreadable(error) => Failure::new(Exit::Config, format!("{error}{otherwise}")),
        PinKeyProblem::Missing => {
            Failure::new(Exit::Config, format!("{problem}: {file} is not there; {advice}{otherwise}"))
        }
        PinKeyProblem::OtherKey => {
            Failure::new(Exit::Config, format!("{problem} than that in {file}; {advice}{otherwise}"))
        }
        PinKeyProblem::Store(error) => Failure::new(Exit::Internal, error.to_string()),
    }
}

async fn bind(listen: SocketAddr) -> Result<TcpListener, Failure> {
    TcpListener::bind(listen).await.map_err(|error| {
        let advice = "is another server running there? `--listen 127.0.0.1:0` takes a free port";
        Failure::new(Exit::Unavailable, format!("can't listen on {listen}: {error}; {advice}"))
    })
}

fn wsdl_url(config: &Config, address: SocketAddr) -> String {
    let host = if address.ip().is_unspecified() { "localhost".to_owned() } else { address.ip().to_string() };
    let host = if host.contains(':') { format!("[{host}]") } else { host };
    let base = match &config.public_url {
        Some(url) => url.to_string(),
        None => format!("http://{host}:{}", address.port()),
    };
    format!("{base}{SERVICE_PATH}?wsdl")
}

fn admin_limits(limits: HttpLimits) -> HttpLimits {
    HttpLimits {
        connections_max: ADMIN_CONNECTIONS_MAX,
        message_bytes_max: ADMIN_MESSAGE_BYTES_MAX,
        request_timeout: ADMIN_REQUEST_TIMEOUT,
        // An export may be read by a person, page by page.
        write_timeout: ADMIN_REQUEST_TIMEOUT,
        ..limits
    }
}

/// Many systems start a process with 1,024 descriptors and allow it far more on request.
fn raise_descriptor_limit(connections_max: u64) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let needed = connections_max.saturating_add(DESCRIPTORS_BESIDE_CONNECTIONS);
    let limit = getrlimit(Resource::Nofile);
    if limit.current.is_none_or(|current| current >= needed) {
        return;
    }
    let raised = limit.maximum.map_or(needed, |maximum| maximum.min(needed));
    let outcome = setrlimit(Resource::Nofile, Rlimit { current: Some(raised), maximum: limit.maximum });
    if outcome.is_err() || raised < needed {
        tracing::warn!(needed, "the system allows fewer open files than limits.connections_max needs");
    }
}
