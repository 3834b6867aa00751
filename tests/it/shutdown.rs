//! An orderly end under load: whoever sent a request before the signal gets its answer, and nothing is lost.
//!
//! Deliberately absent: requests that overstay the time a server gives itself to end.

use std::sync::RwLock;
use std::thread;

use rustix::process::Signal;

use super::support::writer::Writer;
use super::support::{Client, Load, Progress, Server, StopAtEnd};

const ROUNDS: usize = 12;
const WRITERS: usize = 16;
const WRITES_MIN: u64 = 20;
const WRITES_SPREAD: u64 = 150;
/// A request in so many comes on a new connection, which the server may not have accepted yet at the signal.
const NEW_CONNECTION_ONCE_IN: usize = 3;

/// Has the signal been sent? Requests are written under the reading half, the signal is sent under the writing half.
type Gate = RwLock<bool>;

#[test]
fn every_request_sent_before_sigterm_is_answered_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let mut load = Load::new("shutdown", WRITERS);
    for round in 1..=ROUNDS {
        let mut server = Server::start(folder.path());
        let report = load.settle_and_verify(server.address(), false);
        let target = (WRITES_MIN + load.random().below(WRITES_SPREAD)) as usize;
        let in_flight = terminate_under_load(&mut load, &server, target);
        let rest = server.ended();
        assert!(rest.contains("stopped") && !rest.contains("cut off"), "{rest}");
        eprintln!("shutdown: round {round}: {report}; ended after {target} more, {in_flight} in flight");
    }
    let server = Server::start(folder.path());
    let report = load.settle_and_verify(server.address(), true);
    server.stop();
    eprintln!("shutdown: at the end: {report}");
}

/// Answers how many requests had been sent, but not answered, when the signal came.
fn terminate_under_load(load: &mut Load, server: &Server, target: usize) -> usize {
    let (gate, progress) = (&Gate::new(false), &Progress::default());
    let wait = load.random_moment();
    thread::scope(|scope| {
        let _stop = StopAtEnd(progress);
        let write =
            |writer| scope.spawn(move || write_until_refused(writer, server.address(), gate, progress));
        let writers: Vec<_> = load.writers.iter_mut().map(write).collect();
        progress.wait_for(target);
        wait();
        let mut signalled = gate.write().unwrap();
        server.signal(Signal::TERM);
        *signalled = true;
        drop(signalled);
        writers.into_iter().map(|writer| writer.join().unwrap()).filter(|in_flight| *in_flight).count()
    })
}

/// Answers whether a request that was sent before the signal was answered after it.
fn write_until_refused(writer: &mut Writer, address: &str, gate: &Gate, progress: &Progress) -> bool {
    let mut connection: Option<Client> = None;
    let mut in_flight = false;
    for number in 0.. {
        if progress.stopped() {
            break;
        }
        if number % NEW_CONNECTION_ONCE_IN == 0 {
            connection = None;
        }
        let signalled = gate.read().unwrap();
        let before = !*signalled;
        let client = match connection.take() {
            Some(client) => Ok(client),
            None => Client::try_connect(address),
        };
        let Ok(mut client) = client else {
            assert!(!before, "a caller could not connect before the signal");
            break;
        };
        let sent = writer.next();
        let written = client.try_send(&sent.envelope);
        drop(signalled);
        match written.and_then(|()| client.receive()) {
            Ok(answer) => {
                in_flight |= before && *gate.read().unwrap();
                writer.acknowledge(sent, &answer);
                progress.one_more();
                let closes = answer.header("connection").is_some_and(|value| value == "close");
                connection = (!closes).then_some(client);
            }
            Err(error) => {
                assert!(!before, "a request that was sent before the signal got no answer: {error}");
                writer.open = Some(sent);
                break;
            }
        }
    }
    in_flight
}

/// A supervisor that collects the log may end before the server does.
#[test]
fn a_server_whose_stderr_nobody_reads_any_more_works_and_ends_well() {
    let folder = tempfile::tempdir().unwrap();
    let mut server = Server::start_with(folder.path(), &["--log-requests"]);
    server.close_stderr();
    let mut client = server.client();
    for _ in 0..2 {
        assert_eq!(client.post("<not-an-envelope/>").status, 500);
    }
    server.stop();
}
