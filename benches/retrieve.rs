//! retrieveCustomer by id over SOAP 1.1 against bare hyper with a fixed answer: same client, same request bytes.

use std::net::SocketAddr;
use std::ops::Range;
use std::time::{Duration, Instant};

use crate::load::{self, CONNECTIONS, Requests, Round};
use crate::measure::{Row, Target, cpu_note, in_turns, median};
use crate::{Outcome, Size, messages, servers};

/// Answers are at least this long, or the row says nothing.
const ANSWER_BYTES_MIN: usize = 2_500;

/// Asks for customers at random until the round's time is over.
struct Random {
    request: Vec<u8>,
    place: Range<usize>,
    ids: Range<u64>,
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
        let mut id = self.ids.start + (self.state >> 33) % (self.ids.end - self.ids.start);
        for digit in self.request[self.place.clone()].iter_mut().rev() {
            *digit = b'0' + (id % 10) as u8;
            id /= 10;
        }
        Some(&self.request)
    }
}

pub(crate) fn measure(size: &Size) -> Outcome<Vec<Row>> {
    let folder = servers::folder()?;
    let runtime = servers::runtime()?;
    let store = servers::store(folder.path())?;
    let gateway = servers::gateway(store)?;
    let began = Instant::now();
    servers::fill(&runtime, &gateway, size.customers)?;
    let filled = began.elapsed().as_secs_f64();
    let (address, _stop) = servers::serve(&runtime, gateway)?;
    let bare = servers::serve_bare(&runtime)?;

    let rounds = in_turns(
        size,
        |round| drive(address, size, round, size.round),
        |round| drive(bare, size, round, size.round),
    )?;
    let shortest = rounds.iter().map(|(ours, _)| ours.shortest).min().unwrap_or(0);
    if shortest < ANSWER_BYTES_MIN {
        return Err(format!("an answer had {shortest} bytes only").into());
    }
    let p99 = |of: fn(&(Round, Round)) -> &Round| median(rounds.iter().map(|round| of(round).p99_ms()));
    let notes = vec![
        format!(
            "{CONNECTIONS} connections, {} customers (added in {filled:.0} s), answers of {shortest} bytes and more",
            size.customers
        ),
        cpu_note(&rounds),
        format!("p99 {:.2} ms, of hyper alone {:.2} ms", p99(|round| &round.0), p99(|round| &round.1)),
    ];
    Ok(vec![Row {
        name: "retrieve: retrieveCustomer / bare hyper, 1 KB".to_owned(),
        unit: "/s",
        rounds: rounds.iter().map(|(ours, bare)| (ours.rate(), bare.rate())).collect(),
        target: Target::AtLeast(0.35),
        notes,
    }])
}

fn drive(address: SocketAddr, size: &Size, round: usize, time: Duration) -> Outcome<Round> {
    let ids = smallest_of_most_digits(size.customers)..size.customers;
    let placeholder = "9".repeat(ids.start.to_string().len());
    let request = messages::http("retrieveCustomer", &messages::retrieve(&placeholder));
    let place = messages::place_of(&request, &placeholder)?;
    let until = Instant::now() + time;
    let connection = |number| Random {
        request: request.clone(),
        place: place.clone(),
        ids: ids.clone(),
        state: (round * CONNECTIONS + number) as u64,
        until,
    };
    load::drive(address, (0..CONNECTIONS).map(connection).collect())
}

/// The ids asked for all have as many digits, so that a request is changed in its place: 90 % of the customers.
fn smallest_of_most_digits(customers: u64) -> u64 {
    10_u64.pow((customers - 1).ilog10())
}
