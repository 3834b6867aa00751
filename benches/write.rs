//! addOrUpdateCustomer of new customers, durable, against the committer alone: the same changes, prepared before.

use std::net::SocketAddr;
use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};

use castile::store::{Change, SledStore, Store};
use tokio::runtime::Runtime;

use crate::commits::{self, Preparer};
use crate::load::{self, CONNECTIONS, Requests, Round};
use crate::measure::{Row, against_committer, cpu_note, in_turns, median};
use crate::{Outcome, Size, messages, servers};

/// Takes the next of the requests that all connections share.
pub(crate) struct Shared {
    pub(crate) requests: Arc<Vec<Vec<u8>>>,
    pub(crate) next: Arc<AtomicUsize>,
}

impl Requests for Shared {
    fn next(&mut self) -> Option<&[u8]> {
        self.requests.get(self.next.fetch_add(1, Ordering::Relaxed)).map(Vec::as_slice)
    }
}

pub(crate) fn measure(size: &Size) -> Outcome<Vec<Row>> {
    let (runtime, folders) = (servers::runtime()?, (servers::folder()?, servers::folder()?));
    let store = servers::store(folders.0.path())?;
    let (address, _stop) = servers::serve(&runtime, servers::gateway(Arc::clone(&store) as Arc<dyn Store>)?)?;
    let (alone, preparer) = (servers::store(folders.1.path())?, Preparer::new()?);
    let rounds = in_turns(
        size,
        |round| drive(address, numbers(size, round)),
        |round| commits::commit(&runtime, &alone, preparer.changes(&runtime, numbers(size, round))?),
    )?;
    let folder = servers::folder()?;
    let store_of_least = servers::store(folder.path())?;
    let least = Least { runtime: &runtime, store: store_of_least, alone: &alone, connections: CONNECTIONS };
    // Rounds behind those of the row: their customers are new to both stores.
    let later = |round| numbers(size, size.rounds + 1 + round);
    let least = least.measure(
        size,
        |round, _| preparer.changes(&runtime, later(round)),
        |address, round| drive(address, later(round)),
    )?;
    let notes = vec![
        cpu_note(&rounds),
        format!("{CONNECTIONS} connections against {CONNECTIONS} tasks, {} changes a round", size.changes),
        format!("changes a group: {} against {}", groups(&store), groups(&alone)),
        least,
    ];
    Ok(against_committer("write", "addOrUpdateCustomer", 0.85, &rounds, notes))
}

/// The least that a durable write over HTTP can be: hyper, one pass over the XML, and the commit of a prepared change.
pub(crate) struct Least<'a> {
    pub(crate) runtime: &'a Runtime,
    /// What its server commits to.
    pub(crate) store: Arc<SledStore>,
    pub(crate) alone: &'a Arc<SledStore>,
    pub(crate) connections: usize,
}

impl Least<'_> {
    /// What of the committer's rate it leaves, in rounds that neither store has seen: the changes of a round for each of
    /// them, and how a server is asked for them.
    pub(crate) fn measure(
        &self,
        size: &Size,
        changes: impl Fn(usize, &Arc<SledStore>) -> Outcome<Vec<Change>>,
        drive: impl Fn(SocketAddr, usize) -> Outcome<Round>,
    ) -> Outcome<String> {
        let prepared = servers::Prepared::default();
        let address = servers::serve_least(self.runtime, Arc::clone(&self.store), Arc::clone(&prepared))?;
        let rounds = in_turns(
            size,
            |round| {
                *prepared.lock().unwrap_or_else(PoisonError::into_inner) = changes(round, &self.store)?;
                drive(address, round)
            },
            |round| {
                commits::commit_by(self.connections, self.runtime, self.alone, changes(round, self.alone)?)
            },
        )?;
        let ratio = median(rounds.iter().map(|(least, alone)| least.rate() / alone.rate()));
        Ok(format!(
            "the least that it can cost over HTTP, against the committer alone: {ratio:.2} of its rate ({}; changes a group: {})",
            cpu_note(&rounds),
            groups(&self.store)
        ))
    }
}

fn drive(address: SocketAddr, numbers: Range<u64>) -> Outcome<Round> {
    let request = |number| messages::http("addOrUpdateCustomer", &messages::add_or_update(number));
    let (requests, next) = (Arc::new(numbers.map(request).collect()), Arc::new(AtomicUsize::new(0)));
    let connection = |_| Shared { requests: Arc::clone(&requests), next: Arc::clone(&next) };
    load::drive(address, (0..CONNECTIONS).map(connection).collect())
}

/// How many changes an average group held, and how long making it durable took.
pub(crate) fn groups(store: &SledStore) -> String {
    let metrics = store.metrics();
    let changes = metrics.commits() as f64 / metrics.groups() as f64;
    format!("{changes:.1} (synced in {} us)", metrics.mean_sync_us())
}

/// The customers of a round; no two rounds share one.
pub(crate) fn numbers(size: &Size, round: usize) -> Range<u64> {
    let first = (round * size.changes) as u64 + 1;
    first..first + size.changes as u64
}
