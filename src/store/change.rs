//! How a [`Change`] is put together: one line a thought, in any order.
//!
//! Deliberately absent: any check. An engine checks the limits of the port when it decides the change, so
//! that a change that was built by hand is held to the same.

use std::ops::Range;

use bytes::Bytes;

use super::{Assertion, Change, Collection, CommitNumber, Key, Record, fingerprint_of_records};

impl Change {
    /// A change that does nothing yet.
    pub fn new() -> Self {
        Change::default()
    }

    /// Writes `body` under `key`, over whatever is there.
    pub fn put(&mut self, key: Key, body: impl Into<Bytes>) -> &mut Self {
        self.puts.push((key, body.into()));
        self
    }

    /// Removes the record under `key`, if there is one.
    pub fn delete(&mut self, key: Key) -> &mut Self {
        self.deletes.push(key);
        self
    }

    /// Holds only while the record was last written by commit `version`.
    pub fn assert_version(&mut self, key: Key, version: CommitNumber) -> &mut Self {
        self.assertions.push(Assertion::Version(key, version));
        self
    }

    /// Holds only while there is no record under `key`.
    pub fn assert_absent(&mut self, key: Key) -> &mut Self {
        self.assertions.push(Assertion::Absent(key));
        self
    }

    /// Holds only while `key` is as it was read: that version, or still absent.
    pub fn assert_unchanged(&mut self, key: Key, read: Option<&Record>) -> &mut Self {
        match read {
            Some(record) => self.assert_version(key, record.version),
            None => self.assert_absent(key),
        }
    }

    /// Holds only while a scan of the whole range would answer these keys and versions.
    pub fn assert_range(
        &mut self,
        collection: Collection,
        range: Range<Box<[u8]>>,
        scanned: &[(Key, Record)],
    ) -> &mut Self {
        self.assertions.push(Assertion::Range(collection, range, fingerprint_of_records(scanned)));
        self
    }

    /// Adds a row to the change log.
    pub fn log(&mut self, body: impl Into<Bytes>) -> &mut Self {
        self.log.push(body.into());
        self
    }

    /// Adds everything of `other` behind what is here; both together are then applied whole or not at all.
    pub fn merge(&mut self, other: Change) -> &mut Self {
        self.assertions.extend(other.assertions);
        self.puts.extend(other.puts);
        self.deletes.extend(other.deletes);
        self.log.extend(other.log);
        self
    }

    /// Would it write nothing?
    pub fn is_empty(&self) -> bool {
        self.puts.is_empty() && self.deletes.is_empty() && self.log.is_empty()
    }

    /// How many keys it writes: puts and deletes.
    pub fn key_count(&self) -> usize {
        self.puts.len() + self.deletes.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn merge_keeps_everything_in_order() {
        let key = |id| Key::numbered(Collection::Customer, &[id]);
        let mut change = Change::new();
        assert!(change.is_empty());
        change.assert_absent(key(1)).put(key(1), "one").log("first");
        let mut other = Change::new();
        other.assert_version(key(2), 7).delete(key(2)).log("second");
        change.merge(other);
        assert_eq!(change.assertions, [Assertion::Absent(key(1)), Assertion::Version(key(2), 7)]);
        assert_eq!(change.log, ["first", "second"]);
        assert_eq!((change.key_count(), change.is_empty()), (2, false));
    }
}
