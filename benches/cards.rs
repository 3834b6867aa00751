//! associateCardToCustomer: of new cards, durable, against the committer alone with the same changes; and of a card out
//! of a million against one out of a thousand.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;

use bytes::Bytes;
use castile::ops::Gateway;
use castile::ops::reference::load_cards;
use castile::store::{SledStore, Store};
use tokio::runtime::Runtime;

use crate::commits::{self, Preparer};
use crate::load::{self, CONNECTIONS, Round};
use crate::measure::{Row, Target, cpu_note, in_turns};
use crate::write::{Shared, numbers};
use crate::{Outcome, Size, messages, servers};

/// What the cards are for: points and coupons, with one for the first customer.
const PROGRAMS: &str = include_str!("../examples/reference/cards.toml");
const COLUMNS: &str = "number,serial,card_program,pin,expiry,eligible_from,accounts\n";
/// Cards of a portion, as `castile load` cuts a file.
const PORTION: u64 = 5_000;
const FEW: u64 = 1_000;

pub(crate) fn measure(size: &Size) -> Outcome<Vec<Row>> {
    let mut rows = against_committer(size)?;
    rows.push(out_of_many(size)?);
    Ok(rows)
}

fn against_committer(size: &Size) -> Outcome<Vec<Row>> {
    let (runtime, folders) = (servers::runtime()?, (servers::folder()?, servers::folder()?));
    let (store, alone) = (servers::store(folders.0.path())?, servers::store(folders.1.path())?);
    let (cards, customers) = (((size.rounds + 1) * size.changes) as u64, 2 * size.changes as u64);
    let gateway = filled(&runtime, &store, cards, customers)?;
    filled(&runtime, &alone, cards, customers)?;
    let (address, _stop) = servers::serve(&runtime, gateway)?;
    let preparer = Preparer::with(Arc::clone(&alone) as Arc<dyn Store>, &reference())?;
    // A change is prepared on what is stored: no two of a round may be of one customer.
    let messages = |round| numbers(size, round).map(|n| messages::association(n, n % customers + 1));
    let rounds = in_turns(
        size,
        |round| drive(address, messages(round)),
        |round| commits::commit(&runtime, &alone, preparer.prepared(&runtime, messages(round))?),
    )?;
    let notes = vec![
        cpu_note(&rounds),
        format!("{CONNECTIONS} connections against {CONNECTIONS} tasks, {} cards a round", size.changes),
    ];
    Ok(vec![Row {
        name: "cards: associateCardToCustomer / committer alone".to_owned(),
        unit: "/s",
        rounds: rounds.iter().map(|(ours, alone)| (ours.rate(), alone.rate())).collect(),
        target: Target::AtLeast(0.85),
        notes,
    }])
}

fn out_of_many(size: &Size) -> Outcome<Row> {
    let (runtime, folders) = (servers::runtime()?, (servers::folder()?, servers::folder()?));
    let many = size.customers * 10;
    let mut addresses = Vec::new();
    for (folder, cards) in [(&folders.0, many), (&folders.1, FEW)] {
        let gateway = filled(&runtime, &servers::store(folder.path())?, cards, FEW)?;
        addresses.push(servers::serve(&runtime, gateway)?);
    }
    // Each round gives every customer one more card, or each card one more customer.
    let few = |round: usize| (1..=FEW).map(move |n| messages::association(n, (n + round as u64) % FEW + 1));
    let spread = many / FEW / (size.rounds as u64 + 1);
    let of_many =
        |round: usize| (1..=FEW).map(move |n| messages::association(n * spread * (round as u64 + 1), n));
    let rounds = in_turns(
        size,
        |round| drive(addresses[0].0, of_many(round)),
        |round| drive(addresses[1].0, few(round)),
    )?;
    Ok(Row {
        name: format!("cards: 99th percentile, of {many} / of {FEW}"),
        unit: "ms",
        rounds: rounds.iter().map(|(many, few)| (many.p99_ms(), few.p99_ms())).collect(),
        target: Target::AtMost(2.0),
        notes: vec![format!("{CONNECTIONS} connections, {FEW} associations a round")],
    })
}

fn reference() -> String {
    format!("{}\n{PROGRAMS}", castile::ops::DEFAULT_REFERENCE)
}

/// The gateway over a store with so many cards, numbered from 0, and customers, whose ids begin with 1.
fn filled(runtime: &Runtime, store: &Arc<SledStore>, cards: u64, customers: u64) -> Outcome<Arc<Gateway>> {
    let gateway = servers::gateway_with(Arc::clone(store) as Arc<dyn Store>, &reference())?;
    servers::fill(runtime, &gateway, customers)?;
    for first in (0..=cards).step_by(PORTION as usize) {
        let lines = (first..(first + PORTION).min(cards + 1)).map(messages::card_line);
        let portion = Bytes::from(lines.fold(COLUMNS.to_owned(), |portion, line| portion + &line));
        let loaded = runtime.block_on(load_cards(&gateway, 2, &portion, false));
        let loaded = loaded.map_err(|error| error.to_string())?;
        if let Some(problem) = loaded.problems.first() {
            return Err(problem.text.clone().into());
        }
    }
    Ok(gateway)
}

fn drive(address: SocketAddr, messages: impl Iterator<Item = String>) -> Outcome<Round> {
    let requests = messages.map(|message| messages::http("associateCardToCustomer", &message)).collect();
    let (requests, next) = (Arc::new(requests), Arc::new(AtomicUsize::new(0)));
    let connection = |_| Shared { requests: Arc::clone(&requests), next: Arc::clone(&next) };
    load::drive(address, (0..CONNECTIONS).map(connection).collect())
}
