//! K-8: cards into the store, a million of them in constant memory.
//!
//! A portion of a file is cut into pieces of [`CARDS_PER_COMMIT`] cards, each stored in one commit; many pieces are
//! under way at once, so that the committer stores them in groups. A card that is stored already as the file has it is
//! left alone, so a load that was cut short is taken up by loading the file again. A card takes two keys, one without a
//! serial number. Deliberately absent: rows of the change log, which is about customers.

use std::collections::{HashSet, VecDeque};
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use super::card_entry::{CardLine, Columns};
use super::file::Problem;
use crate::domain::card::pin::PinKey;
use crate::domain::card::{AccountId, Card, CardEntry};
use crate::domain::error::{Code, Error};
use crate::domain::reference::Reference;
use crate::ops::context::Gateway;
use crate::store::record::{decode_card, encode_card, key};
use crate::store::{Change, Key, Record, StoreError};

/// How many cards one commit stores: few enough that readers never wait long for it.
const CARDS_PER_COMMIT: usize = 250;
/// How many commits are under way at once.
const IN_FLIGHT_MAX: usize = 16;
/// How often a piece is tried when somebody else changes the same cards.
const ATTEMPTS_MAX: usize = 20;

/// What became of the cards of a file, or of a portion of it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardCounts {
    /// Cards that were not there.
    pub added: u64,
    /// Cards that are otherwise now.
    pub updated: u64,
    /// Cards that were there as the file has them.
    pub unchanged: u64,
}

/// What became of a portion of a CSV file.
#[derive(Debug, Default)]
pub struct LoadedCards {
    /// How many cards.
    pub counts: CardCounts,
    /// What is wrong with lines, in their order; the others were loaded.
    pub problems: Vec<Problem>,
}

impl CardCounts {
    /// All cards with which nothing is wrong.
    pub fn all(&self) -> u64 {
        self.added + self.updated + self.unchanged
    }

    /// Together with those of another portion.
    pub fn add(&mut self, other: CardCounts) {
        self.added += other.added;
        self.updated += other.updated;
        self.unchanged += other.unchanged;
    }
}

/// Loads a portion of a CSV file: its first line with the names of the columns, then whole lines, of which the first is
/// line `first_line` of the file. A line with a mistake is left out.
///
/// # Errors
///
/// `INVALID_ATTRIBUTE_VALUE` where the first line does not name the columns; those of the store.
pub async fn load_cards(
    gateway: &Arc<Gateway>,
    first_line: usize,
    portion: &Bytes,
    dry_run: bool,
) -> Result<LoadedCards, Error> {
    let mut lines = portion.split(|byte| *byte == b'\n');
    let columns = Columns::read(lines.next().unwrap_or_default().trim_ascii_end());
    let columns = columns.map_err(|why| Error::new(Code::InvalidAttributeValue, format!("line 1: {why}")))?;
    let (mut cards, mut loaded) = (Vec::new(), LoadedCards::default());
    for (line, text) in (first_line..).zip(lines) {
        let text = text.trim_ascii_end();
        if text.is_empty() {
            continue;
        }
        match columns.card(text) {
            Ok(card) => cards.push((line, card)),
            Err(text) => loaded.problems.push(Problem { line, column: 1, text }),
        }
    }
    let reference = gateway.reference.get();
    let entries = resolve(gateway, &reference, cards, dry_run, &mut loaded.problems);
    let problems = store(gateway, entries, dry_run, &mut loaded.counts).await?;
    loaded.problems.extend(problems);
    loaded.problems.sort();
    Ok(loaded)
}

/// The entries that lines stand for; what is wrong goes to `problems`.
pub(super) fn resolve(
    gateway: &Gateway,
    reference: &Reference,
    cards: Vec<(usize, CardLine)>,
    dry_run: bool,
    problems: &mut Vec<Problem>,
) -> Vec<(usize, CardEntry)> {
    let mut pin_key: Option<PinKey> = None;
    let mut key = || -> io::Result<PinKey> {
        if pin_key.is_none() {
            pin_key = match dry_run {
                // No PIN is stored, so any key does where there is none.
                true => gateway.pin_keys.get()?.or_else(|| Some(PinKey::new([0; 32]))),
                false => Some(gateway.pin_keys.get_or_make()?),
            };
        }
        pin_key.clone().ok_or_else(|| io::Error::other("there is none"))
    };
    let mut entries = Vec::with_capacity(cards.len());
    for (line, card) in cards {
        match card.resolve(reference, &mut |number, pin| Ok(key()?.digest(number, pin))) {
            Ok(entry) => entries.push((line, entry)),
            Err(text) => problems.push(Problem { line, column: 1, text }),
        }
    }
    entries
}

/// Stores entries; what is wrong with some of them is answered.
pub(super) async fn store(
    gateway: &Arc<Gateway>,
    entries: Vec<(usize, CardEntry)>,
    dry_run: bool,
    counts: &mut CardCounts,
) -> Result<Vec<Problem>, Error> {
    let mut problems = Vec::new();
    let mut under_way = JoinSet::new();
    let mut entries = entries.into_iter().peekable();
    while entries.peek().is_some() || !under_way.is_empty() {
        if entries.peek().is_some() && under_way.len() < IN_FLIGHT_MAX {
            let piece: Vec<_> = entries.by_ref().take(CARDS_PER_COMMIT).collect();
            let gateway = Arc::clone(gateway);
            under_way.spawn(async move { store_piece(&gateway, &piece, dry_run).await });
            continue;
        }
        let Some(done) = under_way.join_next().await else { break };
        let (done, wrong) = done.map_err(|error| Error::internal(error.to_string()))??;
        counts.add(done);
        problems.extend(wrong);
    }
    problems.sort();
    Ok(problems)
}

/// A piece that is being stored.
#[derive(Default)]
struct Piece {
    change: Change,
    counts: CardCounts,
    problems: Vec<Problem>,
}

async fn store_piece(
    gateway: &Gateway,
    entries: &[(usize, CardEntry)],
    dry_run: bool,
) -> Result<(CardCounts, Vec<Problem>), Error> {
    let mut ids = VecDeque::new();
    for _ in 0..ATTEMPTS_MAX {
        let piece = plan(gateway, entries, &mut ids, dry_run).await?;
        if dry_run || piece.change.is_empty() {
            return Ok((piece.counts, piece.problems));
        }
        match gateway.store.commit(piece.change).await {
            Ok(_) => return Ok((piece.counts, piece.problems)),
            Err(StoreError::Contention(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::new(Code::Contention, "others kept changing the same cards; try again"))
}

/// What has to be stored so that the store holds these entries.
async fn plan(
    gateway: &Gateway,
    entries: &[(usize, CardEntry)],
    ids: &mut VecDeque<u64>,
    dry_run: bool,
) -> Result<Piece, Error> {
    let cards: Vec<_> = entries.iter().map(|(_, entry)| key::card(&entry.number)).collect();
    let stored = gateway.store.get_many(&cards).await?;
    let serials: Vec<_> = entries.iter().filter_map(|(_, entry)| entry.serial.as_deref()).collect();
    let serial_keys: Vec<_> = serials.iter().map(|serial| key::card_serial(serial)).collect();
    let mut taken = gateway.store.get_many(&serial_keys).await?.into_iter();
    let decoded = |((_, entry), record): (&(usize, CardEntry), &Option<Record>)| {
        record.as_ref().map(|record| decode_card(&entry.number, &record.body)).transpose()
    };
    let before: Vec<_> = entries.iter().zip(&stored).map(decoded).collect::<Result<_, _>>()?;
    let needed =
        entries.iter().zip(&before).map(|((_, entry), card)| entry.new_accounts(card.as_ref())).sum();
    // A dry run stores nothing, so it needs no ids.
    if !dry_run && ids.len() < needed {
        ids.extend(gateway.card_ids.take(&*gateway.store, needed - ids.len()).await?);
    }
    let (mut piece, mut seen) = (Piece::default(), HashSet::new());
    for ((((line, entry), card_key), record), before) in entries.iter().zip(cards).zip(stored).zip(before) {
        let serial_record = entry.serial.as_ref().and_then(|_| taken.next().flatten());
        let serial_key = entry.serial.as_deref().map(key::card_serial);
        let twice = !seen.insert(card_key.clone())
            || serial_key.as_ref().is_some_and(|serial_key| !seen.insert(serial_key.clone()));
        let problem = match () {
            () if twice => Some("this card or its serial number stands on an earlier line too"),
            () if is_of_another(serial_record.as_ref(), entry) => Some("another card has this serial number"),
            () => None,
        };
        let card = entry.apply(before.as_ref(), || AccountId(ids.pop_front().unwrap_or_default()));
        match (problem, card) {
            (Some(text), _) => piece.refuse(*line, text),
            (None, Err(_)) => piece.refuse(*line, "the card has an account that the card program has not"),
            (None, Ok(card)) => {
                let old = Old { card: before, record, serial: serial_record };
                piece.put(card_key, &card, old)?;
            }
        }
    }
    Ok(piece)
}

fn is_of_another(serial: Option<&Record>, entry: &CardEntry) -> bool {
    serial.is_some_and(|record| record.body != entry.number.as_str().as_bytes())
}

/// What was there before.
struct Old {
    card: Option<Card>,
    record: Option<Record>,
    serial: Option<Record>,
}

impl Piece {
    fn refuse(&mut self, line: usize, text: &str) {
        self.problems.push(Problem { line, column: 1, text: text.to_owned() });
    }

    fn put(&mut self, card_key: Key, card: &Card, old: Old) -> Result<(), Error> {
        match &old.card {
            Some(before) if before == card => {
                self.counts.unchanged += 1;
                return Ok(());
            }
            Some(_) => self.counts.updated += 1,
            None => self.counts.added += 1,
        }
        self.change.assert_unchanged(card_key.clone(), old.record.as_ref());
        self.change.put(card_key, encode_card(card)?);
        let before = old.card.as_ref().and_then(|card| card.serial.as_deref());
        if before == card.serial.as_deref() {
            return Ok(());
        }
        if let Some(serial) = before {
            self.change.delete(key::card_serial(serial));
        }
        if let Some(serial) = &card.serial {
            let serial_key = key::card_serial(serial);
            self.change.assert_unchanged(serial_key.clone(), old.serial.as_ref());
            self.change.put(serial_key, card.number.as_str().as_bytes().to_vec());
        }
        Ok(())
    }
}
