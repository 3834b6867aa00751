//! retrieveCustomer of a customer that was merged from three with a card and a sale each, against one with three cards and
//! sales who was not merged: by its own id, and by the old id of a member.
//!
//! One server, one store, the same connections; only which ids are asked for differs. The merged one shows the keys and
//! notes of all three, so its answers are longer. Deliberately absent: what a merge costs, which a row of its own says.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use castile::ops::Gateway;
use castile::ops::reference::load_cards;
use castile::store::Store;
use tokio::runtime::Runtime;

use crate::load::{self, CONNECTIONS, Requests, Round};
use crate::measure::{Row, Target, cpu_note, in_turns};
use crate::{Outcome, Size, messages, servers};

/// What the cards are for.
const PROGRAMS: &str = include_str!("../examples/reference/cards.toml");
const COLUMNS: &str = "number,serial,card_program,pin,expiry,eligible_from,accounts\n";
/// Cards of a portion, as `castile load` cuts a file.
const PORTION: u64 = 5_000;
/// How many customers a merge takes.
const MEMBERS: u64 = 3;
/// How many set the store up at once.
const HANDS: u64 = 256;

pub(crate) fn measure(size: &Size) -> Outcome<Vec<Row>> {
    let (runtime, folder) = (servers::runtime()?, servers::folder()?);
    let store = servers::store(folder.path())?;
    let reference = format!("{}\n{PROGRAMS}", castile::ops::DEFAULT_REFERENCE);
    let gateway = servers::gateway_with(store as Arc<dyn Store>, &reference)?;
    let people = Arc::new(fill(&runtime, &gateway, size.customers / 10)?);
    let (address, _stop) = servers::serve(&runtime, gateway)?;
    let row = |name: &str, ids: fn(&People) -> &[u64]| -> Outcome<Row> {
        let rounds = in_turns(
            size,
            |round| drive(address, ids(&people), round, size.round),
            |round| drive(address, &people.unmerged, round, size.round),
        )?;
        let shortest =
            |of: fn(&(Round, Round)) -> &Round| rounds.iter().map(|round| of(round).shortest).min();
        let notes = vec![
            cpu_note(&rounds),
            format!("{CONNECTIONS} connections, {} customers of {MEMBERS} each", people.results.len()),
            format!(
                "answers of {} bytes and more against {}",
                shortest(|round| &round.0).unwrap_or(0),
                shortest(|round| &round.1).unwrap_or(0)
            ),
        ];
        Ok(Row {
            name: format!("merged: 99th percentile of retrieve{name}"),
            unit: "ms",
            rounds: rounds.iter().map(|(merged, not)| (merged.p99_ms(), not.p99_ms())).collect(),
            target: Target::AtMost(1.5),
            notes,
        })
    };
    Ok(vec![row("", |people| &people.results)?, row(" by an old id", |people| &people.members)?])
}

/// Ids to ask for.
#[derive(Default)]
struct People {
    /// Who was not merged and has [`MEMBERS`] cards.
    unmerged: Vec<u64>,
    /// Who was merged from [`MEMBERS`] customers with a card each.
    results: Vec<u64>,
    /// One member of each result.
    members: Vec<u64>,
}

/// Adds customers with cards and transactions, and merges three quarters of them.
fn fill(runtime: &Runtime, gateway: &Arc<Gateway>, groups: u64) -> Outcome<People> {
    let customers = groups * (MEMBERS + 1);
    servers::fill(runtime, gateway, customers)?;
    load(runtime, gateway, groups * MEMBERS * 2)?;
    // A group: one who stays alone and gets every card of the second half, and those who are merged.
    let alone = move |group: u64| group + 1;
    let member = move |group: u64, place: u64| groups + group * MEMBERS + place + 1;
    let in_group = move |group: u64| {
        let mut requests = Vec::new();
        for place in 0..MEMBERS {
            let number = group * MEMBERS + place;
            for (card, customer) in
                [(number, member(group, place)), (number + groups * MEMBERS, alone(group))]
            {
                requests.push(messages::association(card, customer));
                requests.push(messages::transaction(card, customer));
            }
        }
        requests.push(messages::merge(&[0, 1, 2].map(|place| member(group, place))));
        requests
    };
    let answers = all(runtime, gateway, groups, in_group)?;
    let mut people = People::default();
    for (group, answer) in answers {
        people.unmerged.push(alone(group));
        people.results.push(customer_id(&answer)?);
        people.members.push(member(group, 0));
    }
    Ok(people)
}

fn load(runtime: &Runtime, gateway: &Arc<Gateway>, cards: u64) -> Outcome<()> {
    for first in (0..cards).step_by(PORTION as usize) {
        let lines = (first..(first + PORTION).min(cards)).map(messages::card_line);
        let portion = Bytes::from(lines.fold(COLUMNS.to_owned(), |portion, line| portion + &line));
        let loaded = runtime.block_on(load_cards(gateway, 2, &portion, false));
        let loaded = loaded.map_err(|error| error.to_string())?;
        if let Some(problem) = loaded.problems.first() {
            return Err(problem.text.clone().into());
        }
    }
    Ok(())
}

/// Runs the requests of every group in their order, many groups at once; the last answer of each.
fn all(
    runtime: &Runtime,
    gateway: &Arc<Gateway>,
    groups: u64,
    requests: impl Fn(u64) -> Vec<String> + Clone + Send + 'static,
) -> Outcome<Vec<(u64, Vec<u8>)>> {
    let next = Arc::new(AtomicU64::new(0));
    runtime.block_on(async {
        let mut hands = tokio::task::JoinSet::new();
        for _ in 0..HANDS {
            let (gateway, next, requests) = (Arc::clone(gateway), Arc::clone(&next), requests.clone());
            hands.spawn(async move {
                let mut answers = Vec::new();
                loop {
                    let group = next.fetch_add(1, Ordering::Relaxed);
                    if group >= groups {
                        return Outcome::Ok(answers);
                    }
                    let mut last = Vec::new();
                    for request in requests(group) {
                        last = servers::run(&gateway, &request).await?;
                    }
                    answers.push((group, last));
                }
            });
        }
        let mut answers = Vec::new();
        while let Some(ended) = hands.join_next().await {
            answers.extend(ended??);
        }
        Ok(answers)
    })
}

fn customer_id(answer: &[u8]) -> Outcome<u64> {
    let text = std::str::from_utf8(answer)?;
    let id = text.split_once("<CustomerID>").and_then(|(_, rest)| rest.split_once('<'));
    Ok(id.ok_or("an answer without CustomerID")?.0.parse()?)
}

/// Asks for these customers at random until the round's time is over.
struct Random {
    requests: Arc<Vec<Vec<u8>>>,
    state: u64,
    until: Instant,
}

impl Requests for Random {
    fn next(&mut self) -> Option<&[u8]> {
        if Instant::now() >= self.until {
            return None;
        }
        // Knuth's generator; its high bits are random enough to spread reads.
        self.state =
            self.state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let at = (self.state >> 33) as usize % self.requests.len();
        Some(&self.requests[at])
    }
}

fn drive(address: SocketAddr, ids: &[u64], round: usize, time: Duration) -> Outcome<Round> {
    let request = |id: &u64| messages::http("retrieveCustomer", &messages::retrieve(&id.to_string()));
    let requests = Arc::new(ids.iter().map(request).collect::<Vec<_>>());
    let until = Instant::now() + time;
    let connection = |number| Random {
        requests: Arc::clone(&requests),
        state: (round * CONNECTIONS + number) as u64,
        until,
    };
    load::drive(address, (0..CONNECTIONS).map(connection).collect())
}
