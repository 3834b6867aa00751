//! mergeCustomers, three customers each, durable, against the committer alone: the same changes, prepared before on what
//! its own store holds.
//!
//! A change of a merge holds three records twice (as they become and as they were), the result, its keys and notes, and
//! the rows of the log for all four. Deliberately absent: what a merge costs those who read, which a row of its own says.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use castile::ops::DEFAULT_REFERENCE;
use castile::store::{SledStore, Store};
use tokio::runtime::Runtime;

use crate::commits::{self, Preparer};
use crate::load::{self, Round};
use crate::measure::{Row, against_committer, cpu_note, in_turns};
use crate::write::{Least, Shared, groups};
use crate::{Outcome, Size, messages, servers};

/// Fewer than in other rows: nobody merges as often as tills sell.
const CONNECTIONS: usize = 16;
/// More ids than a row uses: they are drawn in blocks.
const FAR: u64 = 1_000_000;
/// How many customers a merge takes.
const MEMBERS: u64 = 3;
/// One merge is as much as several changes of other rows.
const CHANGES_OF_A_MERGE: u64 = 6;

pub(crate) fn measure(size: &Size) -> Outcome<Vec<Row>> {
    let (runtime, folders) = (servers::runtime()?, (servers::folder()?, servers::folder()?));
    let (store, alone) = (servers::store(folders.0.path())?, servers::store(folders.1.path())?);
    let customers = customers(size);
    for store in [&store, &alone] {
        fill(&runtime, store, customers)?;
    }
    let gateway = servers::gateway(Arc::clone(&store) as Arc<dyn Store>)?;
    let (address, _stop) = servers::serve(&runtime, gateway)?;
    let preparer = preparer_on(&alone, customers)?;
    let rounds = in_turns(
        size,
        |round| drive(address, messages(size, round)),
        |round| {
            commits::commit_by(
                CONNECTIONS,
                &runtime,
                &alone,
                preparer.prepared(&runtime, messages(size, round))?,
            )
        },
    )?;
    let later = |round| messages(size, size.rounds + 1 + round);
    let least =
        Least { runtime: &runtime, store: Arc::clone(&store), alone: &alone, connections: CONNECTIONS };
    let least = least.measure(
        size,
        |round, store| {
            preparer_on(store, customers + FAR * (round as u64 + 1))?.prepared(&runtime, later(round))
        },
        |address, round| drive(address, later(round)),
    )?;
    let notes = vec![
        cpu_note(&rounds),
        format!(
            "{CONNECTIONS} connections against {CONNECTIONS} tasks, {} merges of {MEMBERS} a round",
            merges(size)
        ),
        format!("{customers} customers, each merged once at most"),
        format!(
            "changes a group, the additions before among them: {} against {}",
            groups(&store),
            groups(&alone)
        ),
        least,
    ];
    Ok(against_committer("merges", "mergeCustomers", 0.8, &rounds, notes))
}

/// Prepares on what this store holds, with ids above all that it may have given for so many customers.
fn preparer_on(store: &Arc<SledStore>, customers: u64) -> Outcome<Preparer> {
    let above = 2 * customers + FAR;
    Preparer::beginning_above(above, Arc::clone(store) as Arc<dyn Store>, DEFAULT_REFERENCE)
}

/// The merges of a round.
fn merges(size: &Size) -> u64 {
    size.changes as u64 / CHANGES_OF_A_MERGE
}

/// As many as all rounds merge, the warm one before them too; and again as many for the least.
fn customers(size: &Size) -> u64 {
    2 * MEMBERS * merges(size) * (size.rounds as u64 + 1)
}

fn fill(runtime: &Runtime, store: &Arc<SledStore>, customers: u64) -> Outcome<()> {
    servers::fill(runtime, &servers::gateway(Arc::clone(store) as Arc<dyn Store>)?, customers)
}

/// No two merges of any round share a customer.
fn messages(size: &Size, round: usize) -> impl Iterator<Item = String> {
    let first = round as u64 * merges(size);
    (first..first + merges(size)).map(|number| {
        let members: Vec<u64> = (1..=MEMBERS).map(|member| MEMBERS * number + member).collect();
        messages::merge(&members)
    })
}

fn drive(address: SocketAddr, messages: impl Iterator<Item = String>) -> Outcome<Round> {
    let requests = messages.map(|message| messages::http("mergeCustomers", &message)).collect();
    let (requests, next) = (Arc::new(requests), Arc::new(AtomicUsize::new(0)));
    let connection = |_| Shared { requests: Arc::clone(&requests), next: Arc::clone(&next) };
    load::drive(address, (0..CONNECTIONS).map(connection).collect())
}
