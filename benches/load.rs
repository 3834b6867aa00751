//! The client: as little work a request as it takes, because it shares the cores with the server.
//!
//! One thread, one task a connection, requests that were built before, answers of which only the status line and
//! Content-Length are read. Deliberately absent: pipelining, chunked answers, reconnecting.

use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use memchr::memmem::Finder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::LocalSet;

use crate::Outcome;

/// Connections of every row that uses the network.
pub(crate) const CONNECTIONS: usize = 64;
/// Longest answer that the client takes.
const ANSWER_BYTES_MAX: usize = 64 * 1024;
/// An answer that takes longer ends the run.
const ANSWER_MAX: Duration = Duration::from_secs(30);

/// What to send next; `None` ends the round.
pub(crate) trait Requests {
    fn next(&mut self) -> Option<&[u8]>;
}

/// What a round of load came to.
#[derive(Debug)]
pub(crate) struct Round {
    pub(crate) answers: u64,
    pub(crate) seconds: f64,
    /// Microseconds.
    pub(crate) latency: Histogram<u64>,
    /// Processor time of the whole process, client and server, for one answer. A busy machine disturbs it far less
    /// than it does the rate.
    pub(crate) cpu_micros: f64,
    /// Bytes of the shortest answer's body.
    pub(crate) shortest: usize,
}

impl Round {
    pub(crate) fn new() -> Outcome<Self> {
        let latency = Histogram::new_with_bounds(1, 60_000_000, 3)?;
        Ok(Round { answers: 0, seconds: 0.0, latency, cpu_micros: 0.0, shortest: usize::MAX })
    }

    pub(crate) fn rate(&self) -> f64 {
        self.answers as f64 / self.seconds
    }

    pub(crate) fn p99_ms(&self) -> f64 {
        self.latency.value_at_quantile(0.99) as f64 / 1_000.0
    }

    fn count(&mut self, took: Duration, body_bytes: usize) {
        self.answers += 1;
        self.latency.saturating_record(took.as_micros() as u64);
        self.shortest = self.shortest.min(body_bytes);
    }
}

/// Sends requests over [`CONNECTIONS`] connections at once until there are no more.
pub(crate) fn drive<R: Requests + 'static>(address: SocketAddr, requests: Vec<R>) -> Outcome<Round> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async move {
        let mut connections = Vec::new();
        for requests in requests {
            let stream = TcpStream::connect(address).await?;
            stream.set_nodelay(true)?;
            connections.push((stream, requests));
        }
        let round = Rc::new(RefCell::new(Round::new()?));
        let last = Rc::new(Cell::new(Instant::now()));
        let (began, cpu_began) = (Instant::now(), cpu_seconds());
        let mut tasks = Vec::new();
        for (stream, mut requests) in connections {
            let (round, last) = (Rc::clone(&round), Rc::clone(&last));
            tasks.push(tokio::task::spawn_local(async move {
                let outcome = converse(stream, &mut requests, &round).await;
                last.set(Instant::now());
                outcome
            }));
        }
        for task in tasks {
            task.await??;
        }
        let mut round = Rc::try_unwrap(round).map_err(|_| "a task is left")?.into_inner();
        round.seconds = (last.get() - began).as_secs_f64();
        round.cpu_micros = (cpu_seconds() - cpu_began) * 1e6 / round.answers as f64;
        Ok(round)
    })
}

/// Processor time that this process has taken so far, to a hundredth; NaN where /proc does not tell.
pub(crate) fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // Behind the program's name, which may hold anything, `utime` and `stime` are the 12th and 13th.
    let behind_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = |at| behind_name.split_whitespace().nth(at).and_then(|ticks: &str| ticks.parse::<f64>().ok());
    (ticks(11).unwrap_or(f64::NAN) + ticks(12).unwrap_or(f64::NAN)) / 100.0
}

async fn converse(
    mut stream: TcpStream,
    requests: &mut impl Requests,
    round: &RefCell<Round>,
) -> Outcome<()> {
    let mut buffer = vec![0; ANSWER_BYTES_MAX];
    let (head_end, length) = (Finder::new(b"\r\n\r\n"), Finder::new(b"content-length: "));
    while let Some(request) = requests.next() {
        let began = Instant::now();
        stream.write_all(request).await?;
        let (mut filled, mut expected, mut body_bytes) = (0, usize::MAX, 0);
        while filled < expected {
            let read = stream.read(&mut buffer[filled..]).await?;
            if read == 0 {
                return Err("the server closed the connection".into());
            }
            filled += read;
            if expected == usize::MAX
                && let Some(end) = head_end.find(&buffer[..filled])
            {
                body_bytes = content_length(&buffer[..end], &length)?;
                expected = end + 4 + body_bytes;
            }
        }
        let took = began.elapsed();
        if took > ANSWER_MAX {
            return Err("an answer took too long".into());
        }
        round.borrow_mut().count(took, body_bytes);
    }
    Ok(())
}

fn content_length(head: &[u8], name: &Finder<'_>) -> Outcome<usize> {
    if !head.starts_with(b"HTTP/1.1 200") {
        let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
        return Err(format!("an answer began with {}", String::from_utf8_lossy(line)).into());
    }
    let at = name.find(head).ok_or("an answer without Content-Length")? + name.needle().len();
    let digits = head[at..].iter().take_while(|byte| byte.is_ascii_digit());
    Ok(digits.fold(0, |length, digit| length * 10 + usize::from(digit - b'0')))
}
