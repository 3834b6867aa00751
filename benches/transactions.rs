//! recordTransaction, spread over many customers, durable, against the committer alone: the same changes, prepared
//! before on what its own store holds.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use castile::store::{SledStore, Store};
use tokio::runtime::Runtime;

use crate::commits::{self, Preparer};
use crate::load::{self, CONNECTIONS, Round};
use crate::measure::{Row, against_committer, cpu_note, in_turns};
use crate::write::{Shared, numbers};
use crate::{Outcome, Size, messages, servers};

pub(crate) fn measure(size: &Size) -> Outcome<Vec<Row>> {
    let (runtime, folders) = (servers::runtime()?, (servers::folder()?, servers::folder()?));
    let (store, alone) = (servers::store(folders.0.path())?, servers::store(folders.1.path())?);
    let customers = customers(size);
    for store in [&store, &alone] {
        fill(&runtime, store, customers)?;
    }
    let (address, _stop) = servers::serve(&runtime, servers::gateway(store as Arc<dyn Store>)?)?;
    let preparer = Preparer::on(Arc::clone(&alone) as Arc<dyn Store>)?;
    let rounds = in_turns(
        size,
        |round| drive(address, messages(size, round)),
        |round| commits::commit(&runtime, &alone, preparer.prepared(&runtime, messages(size, round))?),
    )?;
    let notes = vec![
        cpu_note(&rounds),
        format!(
            "{CONNECTIONS} connections against {CONNECTIONS} tasks, {} transactions a round",
            size.changes
        ),
        format!("{customers} customers, each at most once a round"),
    ];
    Ok(against_committer("transactions", "recordTransaction", 0.85, &rounds, notes))
}

/// Twice as many as a round has transactions: a change is prepared on what is stored, so no two of a round may be of
/// one customer.
fn customers(size: &Size) -> u64 {
    2 * size.changes as u64
}

fn fill(runtime: &Runtime, store: &Arc<SledStore>, customers: u64) -> Outcome<()> {
    servers::fill(runtime, &servers::gateway(Arc::clone(store) as Arc<dyn Store>)?, customers)
}

fn messages(size: &Size, round: usize) -> impl Iterator<Item = String> {
    let customers = customers(size);
    numbers(size, round).map(move |number| messages::transaction(number, number % customers + 1))
}

fn drive(address: SocketAddr, messages: impl Iterator<Item = String>) -> Outcome<Round> {
    let requests = messages.map(|message| messages::http("recordTransaction", &message)).collect();
    let (requests, next) = (Arc::new(requests), Arc::new(AtomicUsize::new(0)));
    let connection = |_| Shared { requests: Arc::clone(&requests), next: Arc::clone(&next) };
    load::drive(address, (0..CONNECTIONS).map(connection).collect())
}
