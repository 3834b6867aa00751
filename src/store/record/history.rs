//! A row of the change log: who changed which customer when, by which operation, and what was there before and after.
//!
//! What changed is kept as the sections that differ, as bytes: a row needs no knowledge of what is inside them, and
//! nothing that stayed the same is written again. A customer that came by an import has its earlier rows, oldest first,
//! in the commit of the import, before the import's own.

use std::borrow::Cow;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{FORMAT, RecordError, push_section, read_section, section, sections};

const HISTORY_V1: u8 = 1;
const CARDS_V1: u8 = 2;

/// One row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HistoryRow<'a> {
    /// When the change was decided.
    pub time: Timestamp,
    /// The user of the caller; `anonymous` while no users are configured.
    pub who: Cow<'a, str>,
    /// The operation.
    pub operation: Cow<'a, str>,
    /// The request, as logs and faults name it.
    pub request_id: Cow<'a, str>,
    /// The customer that changed.
    pub customer: u64,
    /// The commit that had written the customer's record before; `None` for a new customer. Following it leads through
    /// the whole history of one customer without reading anybody else's.
    pub previous: Option<u64>,
    /// Sections of the customer's record that differ.
    #[serde(borrow)]
    pub sections: Vec<Difference<'a>>,
    /// Notes that differ; the tag is their sequence.
    #[serde(borrow)]
    pub notes: Vec<Difference<'a>>,
    /// Cards whose link to the customer differs; a section of its own, left out where there are none.
    #[serde(skip)]
    pub cards: Vec<CardDifference<'a>>,
}

/// The link of a customer to a card: what was there, what is there now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CardDifference<'a> {
    /// The card.
    pub number: Cow<'a, str>,
    /// The link's body; `None`: there was none.
    #[serde(borrow, with = "serde_bytes")]
    pub before: Option<&'a [u8]>,
    /// The link's body; `None`: there is none now.
    #[serde(borrow, with = "serde_bytes")]
    pub after: Option<&'a [u8]>,
}

/// The tag under which a row keeps the body of a transaction; above those of a customer's sections.
pub const TRANSACTION: u32 = 1_000;
/// The tag under which a row keeps the body of a customer's sums.
pub const SUMS: u32 = 1_001;

impl HistoryRow<'_> {
    /// Is the row about the customer's activity alone? Then the customer's record has not changed, and
    /// [`HistoryRow::previous`] is the commit that had written the sums before.
    pub fn is_of_activity(&self) -> bool {
        let of_activity = |difference: &Difference<'_>| matches!(difference.tag, TRANSACTION | SUMS);
        !self.sections.is_empty() && self.sections.iter().all(of_activity)
    }
}

/// One thing that differs: what was there, what is there now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference<'a> {
    /// A section's tag, [`TRANSACTION`] or [`SUMS`], or a note's sequence.
    pub tag: u32,
    /// `None`: there was nothing.
    #[serde(borrow, with = "serde_bytes")]
    pub before: Option<&'a [u8]>,
    /// `None`: there is nothing now.
    #[serde(borrow, with = "serde_bytes")]
    pub after: Option<&'a [u8]>,
}

/// Writes a row.
pub fn encode(row: &HistoryRow<'_>) -> Result<Vec<u8>, RecordError> {
    let mut body = Vec::with_capacity(2_048);
    body.push(FORMAT);
    push_section(&mut body, HISTORY_V1, row)?;
    if !row.cards.is_empty() {
        push_section(&mut body, CARDS_V1, &row.cards)?;
    }
    Ok(body)
}

/// Reads a row of any stored version.
pub fn decode(body: &[u8]) -> Result<HistoryRow<'_>, RecordError> {
    match sections(body)?.as_slice() {
        [(HISTORY_V1, bytes)] => read_section(bytes),
        [(HISTORY_V1, bytes), (CARDS_V1, cards)] => {
            Ok(HistoryRow { cards: read_section(cards)?, ..read_section(bytes)? })
        }
        [(HISTORY_V1, _), .., (tag, _)] | [(tag, _), ..] => Err(RecordError::Newer(*tag)),
        [] => Err(RecordError::Unreadable("an empty row".to_owned())),
    }
}

/// The sections in which two bodies of one customer differ, by tag; `None` stands for no record.
pub fn differences<'a>(
    before: Option<&'a [u8]>,
    after: Option<&'a [u8]>,
) -> Result<Vec<Difference<'a>>, RecordError> {
    let before = before.map(sections).transpose()?.unwrap_or_default();
    let after = after.map(sections).transpose()?.unwrap_or_default();
    let mut tags: Vec<u8> = before.iter().chain(&after).map(|(tag, _)| *tag).collect();
    tags.sort_unstable();
    tags.dedup();
    let sides = tags.into_iter().map(|tag| (tag, section(&before, tag), section(&after, tag)));
    let changed = sides.filter(|(_, before, after)| before != after);
    Ok(changed.map(|(tag, before, after)| Difference { tag: tag.into(), before, after }).collect())
}
