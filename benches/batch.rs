//! Batch files: against the committer alone fed with the same changes, in rate and in memory; the same file again; and
//! what callers notice of one.
//!
//! Memory is that of processes of their own, which this program starts as itself (`batch-child`), and is the most that
//! each ever had. Deliberately absent: the network; a file is there when the clock starts.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::ops::Range;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use castile::jobs::batch::{BatchOptions, Batches};
use castile::ops::Gateway;
use castile::store::Store;
use hdrhistogram::Histogram;
use tokio::runtime::Runtime;

use crate::commits::{self, Preparer};
use crate::load::{Round, cpu_seconds};
use crate::measure::{Row, Target, cpu_note, in_turns, median};
use crate::{Outcome, QUICK, Size, messages, servers};

/// Records of a round, and of a rough one.
const RECORDS: usize = 50_000;
const RECORDS_QUICK: usize = 5_000;
/// Files whose memory is measured.
const MEMORY_RECORDS: &[u64] = &[10_000, 1_000_000];
const MEMORY_RECORDS_QUICK: &[u64] = &[10_000];
/// Changes that the committer is given at once where nothing else may take memory.
const MEMORY_PAGE: u64 = 1_000;
/// What the gateway may take above the committer alone.
const MEMORY_MB_MAX: f64 = 50.0;
/// The callers beside a batch: open loop.
const CALLERS: u32 = 16;
const CALLS_A_SECOND: u32 = 1_000;

pub(crate) fn measure(size: &Size) -> Outcome<Vec<Row>> {
    let quick = size.rounds == QUICK.rounds;
    let size = Size { changes: if quick { RECORDS_QUICK } else { RECORDS }, ..*size };
    let (mut rows, fill) = rates(&size)?;
    for records in if quick { MEMORY_RECORDS_QUICK } else { MEMORY_RECORDS } {
        rows.push(memory(*records)?);
    }
    rows.push(beside(&size, fill)?);
    Ok(rows)
}

/// New customers against the committer, and the same file again against the first time.
fn rates(size: &Size) -> Outcome<(Vec<Row>, u64)> {
    let (runtime, folders) = (servers::runtime()?, (servers::folder()?, servers::folder()?));
    let store = servers::store(folders.0.path())?;
    let batches = batches(servers::gateway(Arc::clone(&store) as Arc<dyn Store>)?, folders.0.path());
    let (alone, preparer) = (servers::store(folders.1.path())?, Preparer::new()?);
    let (mut again, mut again_cpu) = (Vec::new(), Vec::new());
    let rounds = in_turns(
        size,
        |round| {
            let numbers = numbers(size, round);
            let new = run(&runtime, &batches, numbers.clone())?;
            let same = run(&runtime, &batches, numbers)?;
            again.push((same.rate(), new.rate()));
            again_cpu.push(same.cpu_micros);
            Ok(new)
        },
        |round| commits::commit(&runtime, &alone, preparer.changes(&runtime, numbers(size, round))?),
    )?;
    let new = Row {
        name: "batch: new customers / committer alone".to_owned(),
        unit: "/s",
        rounds: rounds.iter().map(|(ours, alone)| (ours.rate(), alone.rate())).collect(),
        target: Target::AtLeast(0.9),
        notes: vec![cpu_note(&rounds), format!("{} records a file", size.changes)],
    };
    // The first round does not count here either.
    let rounds = again.split_off(1);
    let unchanged = Row {
        name: "batch: the same file again / the first time".to_owned(),
        unit: "/s",
        rounds,
        target: Target::AtLeast(2.0),
        notes: vec![format!("processor time of the process: {:.1} us each", median(again_cpu))],
    };
    Ok((vec![new, unchanged], size.changes as u64))
}

/// retrieveCustomer while a file is carried out, against retrieveCustomer alone.
fn beside(size: &Size, customers: u64) -> Outcome<Row> {
    let (runtime, folder) = (servers::runtime()?, servers::folder()?);
    let gateway = servers::gateway(servers::store(folder.path())?)?;
    servers::fill(&runtime, &gateway, customers)?;
    let batches = batches(Arc::clone(&gateway), folder.path());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = runtime.spawn(batches.clone().serve(async move { drop(stopped.await) }));
    let (address, _server) = servers::serve(&runtime, gateway)?;
    let mut done = 0;
    let rounds = in_turns(
        size,
        |round| {
            // Behind all others, and so many that the file is not at its end before the callers are.
            let first = customers + 1 + (round * size.changes) as u64;
            let id = submit(&runtime, &batches, first..first + size.changes as u64)?;
            let latency = call(address, customers, size.round)?;
            let run = runtime.block_on(batches.cancel(id));
            done += run.map_or(size.changes as u64, |run| run.run.counts.read);
            Ok(latency)
        },
        |_| call(address, customers, size.round),
    )?;
    // Without it the file would still be looked for.
    drop(stop);
    runtime.block_on(serving)?;
    let p99 = |latency: &Histogram<u64>| latency.value_at_quantile(0.99) as f64 / 1_000.0;
    Ok(Row {
        name: "batch: p99 of retrieveCustomer beside / without".to_owned(),
        unit: "ms",
        rounds: rounds.iter().map(|(beside, without)| (p99(beside), p99(without))).collect(),
        target: Target::AtMost(3.0),
        notes: vec![
            format!("{CALLS_A_SECOND} calls a second on {CALLERS} connections, from the time they were due"),
            format!("{done} records meanwhile"),
        ],
    })
}

/// Calls when it is time, whether the one before was answered in time or not; microseconds from then on.
fn call(address: SocketAddr, customers: u64, time: Duration) -> Outcome<Histogram<u64>> {
    let every = Duration::from_secs(1) * CALLERS / CALLS_A_SECOND;
    let began = Instant::now();
    let failed = AtomicBool::new(false);
    let mut all = Histogram::new_with_bounds(1, 60_000_000, 3)?;
    std::thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|caller| {
                let failed = &failed;
                let due = began + every * caller / CALLERS;
                scope.spawn(move || {
                    let outcome = one_caller(address, customers, u64::from(caller), due, every, began + time);
                    failed.fetch_or(outcome.is_err(), Ordering::Relaxed);
                    outcome.unwrap_or_default()
                })
            })
            .collect();
        for caller in callers {
            for micros in caller.join().unwrap_or_default() {
                all.saturating_record(micros);
            }
        }
    });
    if failed.into_inner() { Err("a caller got no answer".into()) } else { Ok(all) }
}

fn one_caller(
    address: SocketAddr,
    customers: u64,
    caller: u64,
    mut due: Instant,
    every: Duration,
    end: Instant,
) -> Outcome<Vec<u64>> {
    let mut stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    let (mut state, mut buffer, mut took) = (caller + 1, vec![0; 64 * 1024], Vec::new());
    while due < end {
        std::thread::sleep(due.saturating_duration_since(Instant::now()));
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let id = 1 + (state >> 33) % customers;
        stream.write_all(&messages::http("retrieveCustomer", &messages::retrieve(&id.to_string())))?;
        answer(&mut stream, &mut buffer)?;
        took.push(due.elapsed().as_micros() as u64);
        due += every;
    }
    Ok(took)
}

/// Reads one answer to its end.
fn answer(stream: &mut TcpStream, buffer: &mut [u8]) -> Outcome<()> {
    let (mut filled, mut expected) = (0, usize::MAX);
    while filled < expected {
        let read = stream.read(&mut buffer[filled..])?;
        if read == 0 {
            return Err("the server closed the connection".into());
        }
        filled += read;
        let head = memchr::memmem::find(&buffer[..filled], b"\r\n\r\n");
        if let (usize::MAX, Some(end)) = (expected, head) {
            let text = std::str::from_utf8(&buffer[..end])?.to_ascii_lowercase();
            let length = text.lines().find_map(|line| line.strip_prefix("content-length: "));
            expected = end + 4 + length.ok_or("an answer without Content-Length")?.parse::<usize>()?;
        }
    }
    Ok(())
}

fn memory(records: u64) -> Outcome<Row> {
    let ours = child("gateway", records)?;
    let alone = child("committer", records)?;
    Ok(Row {
        name: format!("batch: memory at {records} records / allowed"),
        unit: "MB",
        rounds: vec![(ours - alone, MEMORY_MB_MAX)],
        target: Target::AtMost(1.0),
        notes: vec![format!("most of the gateway {ours:.0} MB, of the committer alone {alone:.0} MB")],
    })
}

/// The most memory of a process that does one thing, in MB.
fn child(what: &str, records: u64) -> Outcome<f64> {
    let program = std::env::current_exe()?;
    let output = Command::new(program).args(["batch-child", what, &records.to_string()]).output()?;
    if !output.status.success() {
        return Err(format!("{what}: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    Ok(String::from_utf8(output.stdout)?.trim().parse()?)
}

/// What [`child`] starts.
pub(crate) fn be_child(what: &str, records: u64) -> Outcome<()> {
    let (runtime, folder) = (servers::runtime()?, servers::folder()?);
    let store = servers::store(folder.path())?;
    if what == "gateway" {
        let batches = batches(servers::gateway(store)?, folder.path());
        run(&runtime, &batches, 1..records + 1)?;
    } else {
        let preparer = Preparer::new()?;
        for first in (1..=records).step_by(MEMORY_PAGE as usize) {
            let page = first..(first + MEMORY_PAGE).min(records + 1);
            commits::commit(&runtime, &store, preparer.changes(&runtime, page)?)?;
        }
    }
    let status = std::fs::read_to_string("/proc/self/status")?;
    let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = most.ok_or("the system does not tell")?.trim().trim_end_matches(" kB");
    println!("{}", kilobytes.parse::<f64>()? / 1_024.0);
    Ok(())
}

fn batches(gateway: Arc<Gateway>, folder: &std::path::Path) -> Batches {
    Batches::new(gateway, BatchOptions::at(folder.join("batch")))
}

/// Brings a file of these customers in.
fn submit(runtime: &Runtime, batches: &Batches, numbers: Range<u64>) -> Outcome<u64> {
    runtime.block_on(async {
        let mut file = batches.submit("bench", "people.xml", "bench").await?;
        file.write(b"<crm:Customers xmlns:crm=\"urn:castile:crm:v1\">\n").await?;
        for number in numbers {
            file.write(messages::record(number)?.as_bytes()).await?;
        }
        file.write(b"</crm:Customers>\n").await?;
        Ok(file.finish(None).await?)
    })
}

/// Carries a file of these customers out; the clock starts when it is there.
fn run(runtime: &Runtime, batches: &Batches, numbers: Range<u64>) -> Outcome<Round> {
    let id = submit(runtime, batches, numbers.clone())?;
    let (began, cpu_began) = (Instant::now(), cpu_seconds());
    let ended = runtime.block_on(batches.run(id))?.run;
    let mut round = Round::new()?;
    round.answers = ended.counts.done;
    round.seconds = began.elapsed().as_secs_f64();
    round.cpu_micros = (cpu_seconds() - cpu_began) * 1e6 / round.answers as f64;
    if ended.counts.done != numbers.end - numbers.start {
        return Err(format!("{:?} of {} records", ended.counts, numbers.end - numbers.start).into());
    }
    Ok(round)
}

/// The customers of a round; no two rounds share one.
fn numbers(size: &Size, round: usize) -> Range<u64> {
    let first = (round * size.changes) as u64 + 1;
    first..first + size.changes as u64
}
