//! Search over many customers with names drawn by frequency: each row an open loop of requests at a fixed rate, from
//! the text of the request to the text of the answer, latency counted from when a request was due.
//!
//! `CASTILE_BENCH_CUSTOMERS` sets how many customers (100,000), `CASTILE_BENCH_FOLDER` a folder that is kept between
//! runs and filled once. At the end the program itself is started over the same folder. Deliberately absent: HTTP in the
//! rows, which costs every operation the same.

mod people;
mod start;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use castile::clock::SystemClock;
use castile::domain::Settings;
use castile::ops::{Call, DEFAULT_REFERENCE, Gateway, REGISTRY, parse_reference};
use castile::search::{Options, Place, Search};
use castile::store::{SledOptions, SledStore, Store};
use castile::wire::xml::{Document, Limits};
use hdrhistogram::Histogram;
use jiff::tz::TimeZone;

use crate::Outcome;
use people::{Numbers, email_of, insertion, names_of, phone_of};

/// Requests a second.
const RATE: u32 = 200;
/// How long each row is measured.
const ROW: Duration = Duration::from_secs(10);
/// Requests of each row before it is measured.
const WARM_UP: u32 = 100;
/// Callers that write side by side.
const WRITERS: usize = 64;
/// How long each round of writing takes, and how many rounds there are.
const WRITE_ROUND: Duration = Duration::from_secs(6);
const WRITE_ROUNDS: usize = 4;
const CUSTOMERS_DEFAULT: u64 = 100_000;

async fn fill(store: &Arc<dyn Store>, customers: u64) -> Outcome<()> {
    let began = Instant::now();
    let first = store.draw_ids("customer", 1).await?.start;
    if first > 1 {
        println!("  the store was filled before");
        return Ok(());
    }
    let mut drawn = 1;
    while drawn < customers {
        drawn += store.draw_ids("customer", (customers - drawn).min(1_000_000)).await?.count() as u64;
    }
    let mut tasks = tokio::task::JoinSet::new();
    const SIDE_BY_SIDE: u64 = 512;
    for lane in 0..SIDE_BY_SIDE {
        let store = Arc::clone(store);
        tasks.spawn(async move {
            for id in (1..=customers).filter(|id| id % SIDE_BY_SIDE == lane) {
                store.commit(insertion(id)?).await?;
            }
            Outcome::Ok(())
        });
    }
    while let Some(joined) = tasks.join_next().await {
        joined??;
    }
    println!("  filled in {:.1} s", began.elapsed().as_secs_f64());
    Ok(())
}

fn gateway(store: &Arc<dyn Store>, options: Options, follow: bool) -> Outcome<Arc<Gateway>> {
    let search = Arc::new(Search::new(Arc::clone(store), options));
    if follow {
        search.follow()?;
    }
    let reference = parse_reference(DEFAULT_REFERENCE)?;
    let clock = Arc::new(SystemClock);
    Ok(Arc::new(Gateway::new(
        Arc::clone(store),
        search,
        Settings::default(),
        reference,
        clock,
        TimeZone::UTC,
    )))
}

/// From the text of a request to the text of the answer.
async fn send(gateway: &Gateway, request: &str) -> Outcome<Vec<u8>> {
    let document = Document::parse(request.as_bytes(), &Limits::default())?;
    let named = |operation: &&&dyn castile::ops::SoapOperation| operation.name() == document.root().local();
    let operation = REGISTRY.iter().find(named).ok_or("no such operation")?;
    let call = Call { request_id: "bench", caller: "anonymous", message: None, deadline: None };
    let answering = operation.call(gateway, &call, document.root());
    answering.await.map_err(|error| format!("{error:?}").into())
}

fn criterion(name: &str, search_type: &str, text: &str) -> String {
    format!("<{name} SearchType='{search_type}'>{text}</{name}>")
}

fn cut(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

/// A row: its name, its bound in milliseconds, its criteria for a customer that exists.
type Row = (&'static str, u64, fn(u64) -> String);

const ROWS: &[Row] = &[
    ("last name Exact, first name StartsWith of 3 letters", 10, |id| {
        let (first, last) = names_of(id);
        criterion("LastName", "Exact", &last) + &criterion("FirstName", "StartsWith", &cut(&first, 3))
    }),
    ("last name Contains of 4 letters", 50, |id| {
        let (_, last) = names_of(id);
        let inner: String = last.chars().skip(1).take(4).collect();
        criterion("LastName", if inner.chars().count() == 4 { "Contains" } else { "Exact" }, &inner)
    }),
    ("e-mail Exact", 50, |id| criterion("EMailAddress", "Exact", &email_of(id))),
    ("telephone Exact", 50, |id| criterion("PhoneNumber", "Exact", &phone_of(id))),
    ("last name SoundsLike", 50, |id| criterion("LastName", "SoundsLike", &names_of(id).1)),
    ("two StartsWith of 1 letter", 50, |id| {
        let (first, last) = names_of(id);
        criterion("LastName", "StartsWith", &cut(&last, 1))
            + &criterion("FirstName", "StartsWith", &cut(&first, 1))
    }),
    ("one StartsWith of 1 letter (beside the table)", 50, |id| {
        criterion("LastName", "StartsWith", &cut(&names_of(id).1, 1))
    }),
    ("e-mail EndsWith .example (beside the table)", 50, |_| {
        criterion("EMailAddress", "EndsWith", ".example")
    }),
];

async fn row(gateway: &Arc<Gateway>, customers: u64, (name, bound_ms, criteria): Row) -> Outcome<()> {
    let request = |n: u32| {
        let id = 1 + Numbers(u64::from(n)).next() % customers;
        format!("<searchCustomers xmlns='urn:castile:crm:v1'>{}</searchCustomers>", criteria(id))
    };
    for n in 0..WARM_UP {
        send(gateway, &request(n)).await?;
    }
    let began = tokio::time::Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..RATE * ROW.as_secs() as u32 {
        let due = began + Duration::from_secs(1) * n / RATE;
        tokio::time::sleep_until(due).await;
        let (gateway, request) = (Arc::clone(gateway), request(WARM_UP + n));
        tasks.spawn(async move {
            let answer = send(&gateway, &request).await?;
            Outcome::Ok((due.elapsed(), answer.len()))
        });
    }
    let mut latencies = Histogram::<u64>::new(3)?;
    let mut bytes = 0;
    while let Some(joined) = tasks.join_next().await {
        let (latency, length) = joined??;
        latencies.record(latency.as_micros() as u64)?;
        bytes += length as u64;
    }
    let ms = |quantile: f64| latencies.value_at_quantile(quantile) as f64 / 1_000.0;
    println!(
        "  {name:<52} p50 {:>7.2} ms  p99 {:>7.2} ms  max {:>7.2} ms  (bound {bound_ms} ms; {} bytes an answer)",
        ms(0.5),
        ms(0.99),
        latencies.max() as f64 / 1_000.0,
        bytes / latencies.len(),
    );
    Ok(())
}

/// addOrUpdateCustomer of many callers, once with the thread that follows, once without, in turns.
async fn writing(store: &Arc<dyn Store>, folder: &Path, customers: u64) -> Outcome<()> {
    let mut ratios = Vec::new();
    let mut behind = 0;
    for round in 0..WRITE_ROUNDS {
        let mut counts = [0; 2];
        for follow in [round % 2 == 0, round % 2 != 0] {
            let place = Place::Folder(folder.join("search"));
            let patience = Duration::from_secs(3_600);
            let gateway = gateway(store, Options { patience, ..Options::new(place) }, follow)?;
            if follow {
                gateway.search.flush().await?;
            }
            counts[usize::from(follow)] =
                written(&gateway, customers, 2 * round + usize::from(follow)).await?;
            if follow {
                behind = gateway.search.lag().await.commits;
            }
        }
        println!(
            "  round {round}: {} without, {} with the projection, which is {behind} commits behind then",
            counts[0], counts[1]
        );
        ratios.push(counts[1] as f64 / counts[0] as f64);
    }
    ratios.sort_by(f64::total_cmp);
    println!(
        "  addOrUpdateCustomer with the projection against without: median {:.2} (bound 0.9)",
        ratios[ratios.len() / 2]
    );
    Ok(())
}

async fn written(gateway: &Arc<Gateway>, customers: u64, round: usize) -> Outcome<u64> {
    let end = Instant::now() + WRITE_ROUND;
    let mut tasks = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let gateway = Arc::clone(gateway);
        tasks.spawn(async move {
            let mut count = 0;
            let mut numbers = Numbers((round * WRITERS + writer) as u64);
            while Instant::now() < end {
                let id = 1 + numbers.next() % customers;
                let request = format!(
                    "<addOrUpdateCustomer xmlns='urn:castile:crm:v1'><Customer><CustomerID>{id}</CustomerID>\
                     <CustomerReference>{}</CustomerReference></Customer></addOrUpdateCustomer>",
                    numbers.next()
                );
                send(&gateway, &request).await?;
                count += 1;
            }
            Outcome::Ok(count)
        });
    }
    let mut all = 0;
    while let Some(joined) = tasks.join_next().await {
        all += joined??;
    }
    Ok(all)
}

fn folder_bytes(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.metadata().ok()).map(|metadata| metadata.len()).sum()
}

fn resident_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or_default() / 1_024
}

/// Prints the table.
pub(crate) fn measure() -> Outcome<()> {
    let customers =
        std::env::var("CASTILE_BENCH_CUSTOMERS").ok().map_or(Ok(CUSTOMERS_DEFAULT), |text| text.parse())?;
    let kept = std::env::var_os("CASTILE_BENCH_FOLDER").map(PathBuf::from);
    let passing = tempfile::tempdir()?;
    let folder = kept.unwrap_or_else(|| passing.path().to_owned());
    std::fs::create_dir_all(&folder)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(all(&folder, customers))?;
    drop(runtime);
    start::measure(&folder)
}

async fn all(folder: &Path, customers: u64) -> Outcome<()> {
    println!("search over {customers} customers");
    let began = Instant::now();
    let store: Arc<dyn Store> = Arc::new(SledStore::open(SledOptions::new(folder.join("store")))?);
    println!("  store open after {:.1} s", began.elapsed().as_secs_f64());
    fill(&store, customers).await?;
    let began = Instant::now();
    let patient = Options {
        patience: Duration::from_secs(3_600),
        ..Options::new(Place::Folder(folder.join("search")))
    };
    let gateway = gateway(&store, patient, true)?;
    gateway.search.flush().await?;
    let lag = gateway.search.lag().await;
    println!(
        "  index ready after {:.1} s: {} customers, {} MiB; {} MiB resident",
        began.elapsed().as_secs_f64(),
        lag.indexed_customers,
        folder_bytes(&folder.join("search")) / 1_048_576,
        resident_mib(),
    );
    for of_table in ROWS {
        row(&gateway, customers, *of_table).await?;
    }
    println!("  {} MiB resident after the searches", resident_mib());
    drop(gateway);
    writing(&store, folder, customers).await?;
    println!("  {} MiB resident at the end", resident_mib());
    Ok(())
}
