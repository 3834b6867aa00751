//! Hostile messages against one running program: each is answered, cheaply, and harms nobody.
//!
//! Of each test it is measured that the server took less than a second of processor time and less than 200 MB of memory, and
//! that a good request behind it is answered as ever. One server does for all tests; they take turns on it, so that what one
//! costs is not counted for another. Deliberately absent: what is merely wrong, which `faults` has.

mod charsets;
mod entities;
mod envelopes;
mod fetching;
mod framing;
mod shapes;
mod slow;
mod well_formed;

use std::fs;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;

use super::support::{Answer, Client, Server, fault, soap};

const SOAP_11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP_12: &str = "http://www.w3.org/2003/05/soap-envelope";
const TYPE_11: (&str, &str) = ("Content-Type", "text/xml; charset=utf-8");
const TYPE_12: (&str, &str) = ("Content-Type", "application/soap+xml; charset=utf-8");
const MEMORY_BYTES_MAX: u64 = 200 * 1024 * 1024;
const PROCESSOR_MS_MAX: u64 = 1_000;
/// An answer takes a second at most where nothing else runs; the machine may be busy with other tests.
const PATIENCE: Duration = Duration::from_secs(10);
/// What the kernel counts processor time in, on every machine that it runs on today.
const TICK_MS: u64 = 10;

static SHARED: Mutex<Weak<Running>> = Mutex::new(Weak::new());
static TURN: Mutex<()> = Mutex::new(());

/// The server, with one customer under the id 1 and the key XSTORE_ID `known`.
struct Running {
    server: Option<Server>,
    _folder: tempfile::TempDir,
    known: String,
}

/// The server for one test at a time. The last one that waits for it stops it.
struct Scene {
    running: Arc<Running>,
    _turn: MutexGuard<'static, ()>,
}

impl Running {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(folder.path());
        let mut client = server.client();
        let known = format!("{}{}", soap::key("XSTORE_ID", "known"), soap::name("Ada", "Known"));
        let added = client.post(&soap::envelope(&soap::customer("addCustomer", &known)));
        assert_eq!(added.text("CustomerID"), "1");
        let known = retrieve_known(&mut client);
        drop(client);
        Running { server: Some(server), _folder: folder, known }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Some(server) = self.server.take().filter(|_| !std::thread::panicking()) {
            server.stop();
        }
    }
}

fn free<T>(lock: &'static Mutex<T>) -> MutexGuard<'static, T> {
    // A test that failed has said so; the others go on.
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Scene {
    fn new() -> Self {
        let running = {
            let mut shared = free(&SHARED);
            let running = shared.upgrade().unwrap_or_else(|| Arc::new(Running::start()));
            *shared = Arc::downgrade(&running);
            running
        };
        Scene { running, _turn: free(&TURN) }
    }

    fn server(&self) -> &Server {
        self.running.server.as_ref().unwrap()
    }

    /// Does something to the server and holds what it cost to the limits; then a good request is answered as ever.
    #[track_caller]
    fn measured<T>(&self, name: &str, attack: impl FnOnce(&Server) -> T) -> T {
        let before = Cost::of(self.server().id());
        let outcome = attack(self.server());
        let after = Cost::of(self.server().id());
        let processor_ms = after.processor_ms - before.processor_ms;
        assert!(processor_ms < PROCESSOR_MS_MAX, "{name}: {processor_ms} ms of processor time");
        let bytes = after.peak_bytes.saturating_sub(before.resident_bytes);
        assert!(bytes < MEMORY_BYTES_MAX, "{name}: {bytes} bytes of memory");
        self.check_unharmed(name);
        outcome
    }

    /// Sends a message of one of the two versions, by its headers; the summary of its answer has to begin so.
    #[track_caller]
    fn check(&self, name: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>, expected: &str) -> Answer {
        let answer =
            self.measured(name, |server| connect(server).exchange("POST", soap::PATH, headers, body));
        let summary = fault::summary(&answer);
        assert!(summary.starts_with(expected), "{name}: {summary}, expected {expected}: {}", answer.body);
        answer
    }

    /// The same message in both versions; `expected` are the summaries.
    #[track_caller]
    fn check_both(&self, name: &str, message: impl Fn(&str) -> String, expected: [&str; 2]) {
        self.check(name, &[TYPE_11], message(SOAP_11), expected[0]);
        self.check(name, &[TYPE_12], message(SOAP_12), expected[1]);
    }

    /// The known customer is as it was, and what the messages would have added is not there.
    #[track_caller]
    fn check_unharmed(&self, name: &str) {
        let mut client = connect(self.server());
        assert_eq!(retrieve_known(&mut client), self.running.known, "after {name}");
        let stored = client.post(&soap::envelope(&soap::retrieve(&soap::key("XSTORE_ID", "hostile"))));
        assert_eq!(fault::summary(&stored), "500 Client CUSTOMER_NOT_FOUND", "after {name}: {}", stored.body);
    }
}

/// A connection on which an answer comes soon or the test fails.
fn connect(server: &Server) -> Client {
    server.client().within(PATIENCE)
}

/// The refusals of a message that can be read so far: over a limit, with a document type, out of order.
const REFUSED: [&str; 2] = ["500 Client MALFORMED_MESSAGE", "400 Sender MALFORMED_MESSAGE"];
/// The refusals of what is no XML.
const NOT_WELL_FORMED: [&str; 2] = ["400 Client MALFORMED_MESSAGE", "400 Sender MALFORMED_MESSAGE"];
const ANSWERED: [&str; 2] = ["200", "200"];

/// What a server has used.
struct Cost {
    processor_ms: u64,
    resident_bytes: u64,
    peak_bytes: u64,
}

impl Cost {
    /// Reads it, and lets the peak begin anew.
    fn of(process: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
        let bytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
            line.trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
        };
        let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap();
        // Behind the name of the program: state is the first field, user and system time the twelfth and thirteenth.
        let ticks: u64 = stat
            .rsplit(") ")
            .next()
            .unwrap()
            .split(' ')
            .skip(11)
            .take(2)
            .map(|ticks| ticks.parse::<u64>().unwrap())
            .sum();
        fs::write(format!("/proc/{process}/clear_refs"), "5").unwrap();
        Cost { processor_ms: ticks * TICK_MS, resident_bytes: bytes("VmRSS:"), peak_bytes: bytes("VmHWM:") }
    }
}

fn retrieve_known(client: &mut Client) -> String {
    let answer = client.post(&soap::envelope(&soap::retrieve("<CustomerID>1</CustomerID>")));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

/// An envelope of this namespace.
fn envelope(namespace: &str, header: &str, body: &str) -> String {
    format!(
        "<e:Envelope xmlns:e=\"{namespace}\"><e:Header>{header}</e:Header><e:Body>{body}</e:Body></e:Envelope>"
    )
}

/// A request to add a customer that would be found by the key `hostile`.
fn add(content: &str) -> String {
    soap::customer("addCustomer", &format!("{}{content}", soap::key("XSTORE_ID", "hostile")))
}

/// A request that finds the known customer, with something else in it.
fn retrieve(content: &str) -> String {
    soap::retrieve(&format!("<CustomerID>1</CustomerID>{content}"))
}

#[test]
fn costs_are_seen() {
    let scene = Scene::new();
    let before = Cost::of(scene.server().id());
    let message = envelope(SOAP_11, "", &retrieve(&"<a/>".repeat(40_000)));
    for _ in 0..10 {
        scene.server().client().exchange("POST", soap::PATH, &[TYPE_11], &message);
    }
    let after = Cost::of(scene.server().id());
    assert!(after.processor_ms > before.processor_ms, "no processor time is counted");
    assert!(
        after.peak_bytes >= after.resident_bytes / 2 && after.peak_bytes > 1_000_000,
        "no memory is counted"
    );
}
