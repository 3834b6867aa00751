//! The committer with the change that a whole customer makes, against a change of a 2 KB record and two small entries.

use castile::store::{Change, Collection, Key};

use crate::commits::{self, Preparer};
use crate::load::CONNECTIONS;
use crate::measure::{Row, Target, cpu_note, in_turns};
use crate::write::numbers;
use crate::{Outcome, Size, servers};

const RECORD_BYTES: usize = 2_048;

pub(crate) fn measure(size: &Size) -> Outcome<Vec<Row>> {
    let (runtime, folders) = (servers::runtime()?, (servers::folder()?, servers::folder()?));
    let (store, small_store) = (servers::store(folders.0.path())?, servers::store(folders.1.path())?);
    let preparer = Preparer::new()?;
    let described =
        preparer.changes(&runtime, 0..1)?.first().map(describe).ok_or("no change was prepared")?;
    let rounds = in_turns(
        size,
        |round| commits::commit(&runtime, &store, preparer.changes(&runtime, numbers(size, round))?),
        |round| commits::commit(&runtime, &small_store, numbers(size, round).map(small).collect()),
    )?;
    Ok(vec![Row {
        name: "committer: whole customer / small change".to_owned(),
        unit: "/s",
        rounds: rounds.iter().map(|(whole, small)| (whole.rate(), small.rate())).collect(),
        target: Target::AtLeast(0.4),
        notes: vec![
            cpu_note(&rounds),
            format!("{CONNECTIONS} tasks; a whole customer: {described}"),
            format!("a small change: {}", describe(&small(1))),
        ],
    }])
}

fn describe(change: &Change) -> String {
    let values = change.puts.iter().map(|(_, body)| body).chain(&change.log);
    let sizes: Vec<String> = values.clone().map(|body| body.len().to_string()).collect();
    let keys = change.puts.iter().map(|(key, _)| key.id.len() + 1).sum::<usize>() + change.log.len() * 13;
    format!(
        "{} keys ({} of them of the change log), {} bytes of values ({}), {keys} bytes of keys, {} assertions",
        change.key_count() + change.log.len(),
        change.log.len(),
        values.map(|body| body.len()).sum::<usize>(),
        sizes.join(" + "),
        change.assertions.len()
    )
}

/// A record that differs from every other, and two entries that lead to it.
fn small(number: u64) -> Change {
    let record = Key::numbered(Collection::Customer, &[number]);
    let mut state = number;
    let body: Vec<u8> = (0..RECORD_BYTES)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        })
        .collect();
    let mut change = Change::new();
    change.assert_absent(record.clone()).put(record, body);
    for kind in ["XSTORE_ID", "EMAIL"] {
        let entry = format!("{kind}\0{:07}", number * 7_368_787 % 9_999_991).into_bytes();
        change.put(Key::new(Collection::AlternateKey, entry), number.to_be_bytes().to_vec());
    }
    change
}
