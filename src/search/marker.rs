//! What an index remembers of the store it follows: how far it is, and a row of the change log to know it again by.
//!
//! An index whose row is no longer in the log follows another store, one brought back from before, or a log that
//! no longer reaches back: in each case it has to be built anew.

use sha2::{Digest, Sha256};

use super::failure::SearchError;
use crate::store::{CommitNumber, LogRow, Store};

/// Of the terms, the folding, the sounds and the order; another number makes an index be built anew.
const FORMAT: &str = "castile-search-1";

/// How far an index is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Marker {
    /// Everything up to this commit is in.
    pub(super) reached: CommitNumber,
    /// The newest row of the log that was read on the way.
    row: Option<(CommitNumber, [u8; 32])>,
}

impl Marker {
    /// An index made of the store as it was at this commit.
    pub(super) fn at(reached: CommitNumber) -> Self {
        Marker { reached, row: None }
    }

    /// Goes on to a row; rows that were read before change nothing.
    pub(super) fn advance(&mut self, row: &LogRow) {
        self.row = Some((row.commit, digest(row)));
        self.reached = self.reached.max(row.commit);
    }

    /// As it stands in the index.
    pub(super) fn to_text(&self) -> String {
        match &self.row {
            None => format!("{FORMAT} {}", self.reached),
            Some((commit, digest)) => {
                let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
                format!("{FORMAT} {} {commit} {digest}", self.reached)
            }
        }
    }

    /// `None` for a text of another format.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        if parts.next()? != FORMAT {
            return None;
        }
        let reached = parts.next()?.parse().ok()?;
        let row = match (parts.next(), parts.next()) {
            (Some(commit), Some(digest)) => Some((commit.parse().ok()?, from_hex(digest)?)),
            _ => None,
        };
        Some(Marker { reached, row })
    }

    /// Can an index that is so far follow this store?
    pub(super) async fn fits(&self, store: &dyn Store) -> Result<bool, SearchError> {
        if self.reached > store.health().await.last_commit {
            return Ok(false);
        }
        Ok(match &self.row {
            // The last row of the commit is the one that was remembered.
            Some((commit, expected)) => {
                let rows = rows_of(store, *commit).await?;
                rows.last().is_some_and(|row| digest(row) == *expected)
            }
            None => {
                let first = store.read_log(0, 1).await?;
                first.first().is_some_and(|row| row.commit <= self.reached)
            }
        })
    }
}

async fn rows_of(store: &dyn Store, commit: CommitNumber) -> Result<Vec<LogRow>, SearchError> {
    let mut limit = 64;
    loop {
        let mut rows = store.read_log(commit, limit).await?;
        let more = rows.len() == limit && rows.last().is_some_and(|row| row.commit == commit);
        if !more {
            rows.retain(|row| row.commit == commit);
            return Ok(rows);
        }
        limit *= 4;
    }
}

fn digest(row: &LogRow) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(row.commit.to_be_bytes());
    hash.update(row.position.to_be_bytes());
    hash.update(&row.body);
    hash.finalize().into()
}

fn from_hex(text: &str) -> Option<[u8; 32]> {
    let mut digest = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, at) in digest.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(&text[at..at + 2], 16).ok()?;
    }
    Some(digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_marker_reads_back_and_another_format_does_not() {
        let mut marker = Marker::at(7);
        assert_eq!(Marker::parse(&marker.to_text()), Some(marker.clone()));
        marker.advance(&LogRow { commit: 9, position: 1, body: "row".into() });
        assert_eq!(marker.reached, 9);
        assert_eq!(Marker::parse(&marker.to_text()), Some(marker));
        for text in
            ["", "castile-search-0 7", "castile-search-1", "castile-search-1 x", "castile-search-1 7 7 zz"]
        {
            assert_eq!(Marker::parse(text), None, "{text}");
        }
    }
}
