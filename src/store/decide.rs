//! The one decision that every engine shares: may this change be applied, and under which number?
//!
//! Pure but for reading the engine's newest state. A [`Batch`] remembers which keys the changes decided
//! before it wrote, so that a whole group can be decided first and stored afterwards. Deliberately absent:
//! bodies; an assertion only ever looks at versions.

use std::collections::BTreeMap;
use std::ops::{Bound, Range};

use super::{
    Assertion, BODY_BYTES_MAX, CHANGE_ASSERTIONS_MAX, CHANGE_BYTES_MAX, CHANGE_KEYS_MAX, CHANGE_LOG_ROWS_MAX,
    Change, Collection, CommitNumber, IDS_DRAWN_MAX, KEY_BYTES_MAX, Key, SEQUENCE_NAME_BYTES_MAX, StoreError,
    fingerprint,
};

/// What a decision reads of an engine: its state without the batch.
pub(super) trait State {
    /// The commit that last wrote `key`.
    fn version(&self, key: &Key) -> Result<Option<CommitNumber>, StoreError>;

    /// All keys of `collection` in `range` (never inverted) with their versions, in any order.
    fn versions(
        &self,
        collection: Collection,
        range: &Range<Box<[u8]>>,
    ) -> Result<Vec<(Key, CommitNumber)>, StoreError>;
}

/// A change that keeps the limits of the port. Checked by the caller's task, not by the one that decides.
#[derive(Debug)]
pub(super) struct Acceptable {
    change: Change,
    body_bytes: usize,
}

impl Acceptable {
    /// Checks every limit of the port.
    pub(super) fn new(change: Change) -> Result<Self, StoreError> {
        let body_bytes = check_limits(&change)?;
        Ok(Acceptable { change, body_bytes })
    }

    /// The bytes of its bodies and log rows together.
    pub(super) fn body_bytes(&self) -> usize {
        self.body_bytes
    }

    /// The change itself.
    pub(super) fn into_change(self) -> Change {
        self.change
    }
}

/// The changes decided so far that the engine's state does not show yet.
pub(super) struct Batch {
    last_commit: CommitNumber,
    /// `None`: deleted.
    written: BTreeMap<Key, Option<CommitNumber>>,
}

impl Batch {
    /// An empty batch whose first change gets the number behind `last_commit`.
    pub(super) fn after(last_commit: CommitNumber) -> Self {
        Batch { last_commit, written: BTreeMap::new() }
    }

    /// The number of the newest change decided.
    pub(super) fn last_commit(&self) -> CommitNumber {
        self.last_commit
    }

    /// Gives the change its number, or says why it has no effect.
    pub(super) fn decide(
        &mut self,
        state: &impl State,
        Acceptable { change, .. }: &Acceptable,
    ) -> Result<CommitNumber, StoreError> {
        for (index, assertion) in change.assertions.iter().enumerate() {
            if !self.holds(state, assertion)? {
                return Err(StoreError::Contention(index));
            }
        }
        self.last_commit += 1;
        self.remember(change);
        Ok(self.last_commit)
    }

    fn remember(&mut self, change: &Change) {
        for (key, _) in &change.puts {
            self.written.insert(key.clone(), Some(self.last_commit));
        }
        for key in &change.deletes {
            self.written.insert(key.clone(), None);
        }
    }

    fn holds(&self, state: &impl State, assertion: &Assertion) -> Result<bool, StoreError> {
        Ok(match assertion {
            Assertion::Version(key, version) => self.version(state, key)? == Some(*version),
            Assertion::Absent(key) => self.version(state, key)?.is_none(),
            Assertion::Range(collection, range, expected) => {
                fingerprint(&self.versions(state, *collection, range)?) == *expected
            }
        })
    }

    fn version(&self, state: &impl State, key: &Key) -> Result<Option<CommitNumber>, StoreError> {
        match self.written.get(key) {
            Some(written) => Ok(*written),
            None => state.version(key),
        }
    }

    fn versions(
        &self,
        state: &impl State,
        collection: Collection,
        range: &Range<Box<[u8]>>,
    ) -> Result<Vec<(Key, CommitNumber)>, StoreError> {
        if range.start >= range.end {
            return Ok(Vec::new());
        }
        let mut versions: BTreeMap<Key, CommitNumber> =
            state.versions(collection, range)?.into_iter().collect();
        for (key, written) in self.written.range(key_bounds(collection, range)) {
            match written {
                Some(version) => versions.insert(key.clone(), *version),
                None => versions.remove(key),
            };
        }
        Ok(versions.into_iter().collect())
    }
}

/// The bounds in a map of keys for a range of ids that is not inverted.
pub(super) fn key_bounds(collection: Collection, range: &Range<Box<[u8]>>) -> (Bound<Key>, Bound<Key>) {
    let key = |id: &[u8]| Key::new(collection, id);
    (Bound::Included(key(&range.start)), Bound::Excluded(key(&range.end)))
}

/// The numbers that a draw takes from a sequence whose next number is `next`.
pub(super) fn draw(sequence: &str, next: u64, count: u64) -> Result<Range<u64>, StoreError> {
    if sequence.is_empty() || sequence.len() > SEQUENCE_NAME_BYTES_MAX {
        return unacceptable(format!("the name of a sequence has 1 to {SEQUENCE_NAME_BYTES_MAX} bytes"));
    }
    if count == 0 || count > IDS_DRAWN_MAX {
        return unacceptable(format!("a draw takes 1 to {IDS_DRAWN_MAX} numbers"));
    }
    match next.checked_add(count) {
        Some(end) => Ok(next..end),
        None => unacceptable("the sequence has no numbers left".to_owned()),
    }
}

/// Answers the bytes of all bodies.
fn check_limits(change: &Change) -> Result<usize, StoreError> {
    at_most("keys", change.key_count(), CHANGE_KEYS_MAX)?;
    at_most("assertions", change.assertions.len(), CHANGE_ASSERTIONS_MAX)?;
    at_most("log rows", change.log.len(), CHANGE_LOG_ROWS_MAX)?;
    let mut bytes = 0;
    for body in change.puts.iter().map(|(_, body)| body).chain(&change.log) {
        at_most("bytes in one body", body.len(), BODY_BYTES_MAX)?;
        bytes += body.len();
    }
    at_most("bytes in all bodies", bytes, CHANGE_BYTES_MAX)?;
    check_keys(change)?;
    Ok(bytes)
}

fn check_keys(change: &Change) -> Result<(), StoreError> {
    let mut keys: Vec<&Key> = change.puts.iter().map(|(key, _)| key).chain(&change.deletes).collect();
    for key in &keys {
        at_most("bytes in a key", key.id.len(), KEY_BYTES_MAX)?;
    }
    keys.sort_unstable();
    if keys.windows(2).any(|pair| pair[0] == pair[1]) {
        return unacceptable("a key stands in it twice".to_owned());
    }
    Ok(())
}

fn at_most(what: &str, count: usize, limit: usize) -> Result<(), StoreError> {
    if count > limit {
        return unacceptable(format!("{count} {what}, at most {limit} are allowed"));
    }
    Ok(())
}

fn unacceptable<T>(why: String) -> Result<T, StoreError> {
    Err(StoreError::Unacceptable(why))
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Fixed(Vec<(Key, CommitNumber)>);

    impl State for Fixed {
        fn version(&self, key: &Key) -> Result<Option<CommitNumber>, StoreError> {
            Ok(self.0.iter().find(|(known, _)| known == key).map(|(_, version)| *version))
        }

        fn versions(
            &self,
            collection: Collection,
            range: &Range<Box<[u8]>>,
        ) -> Result<Vec<(Key, CommitNumber)>, StoreError> {
            let inside = |key: &Key| key.collection == collection && range.contains(&key.id);
            Ok(self.0.iter().filter(|(key, _)| inside(key)).cloned().collect())
        }
    }

    fn key(id: u64) -> Key {
        Key::numbered(Collection::Customer, &[id])
    }

    fn acceptable(change: &Change) -> Acceptable {
        Acceptable::new(change.clone()).expect("inside the limits")
    }

    fn everything() -> Range<Box<[u8]>> {
        super::super::prefix_range(&[])
    }

    #[test]
    fn a_change_sees_the_changes_before_it_in_the_batch() {
        let state = Fixed(vec![(key(1), 5)]);
        let mut batch = Batch::after(9);
        let mut first = Change::new();
        first.assert_version(key(1), 5).assert_absent(key(2)).put(key(2), "new").delete(key(1));
        assert_eq!(batch.decide(&state, &acceptable(&first)).expect("it holds"), 10);

        let mut second = Change::new();
        second.assert_absent(key(1)).assert_version(key(2), 10);
        let left = fingerprint(&[(key(2), 10)]);
        second.assertions.push(Assertion::Range(Collection::Customer, everything(), left));
        assert_eq!(batch.decide(&state, &acceptable(&second)).expect("it holds"), 11);
        assert!(matches!(batch.decide(&state, &acceptable(&first)), Err(StoreError::Contention(0))));
        assert_eq!(batch.last_commit(), 11);
    }

    #[test]
    fn a_refused_change_leaves_no_trace_in_the_batch() {
        let mut batch = Batch::after(0);
        let mut refused = Change::new();
        refused.assert_version(key(1), 1).put(key(2), "x");
        assert!(matches!(
            batch.decide(&Fixed(vec![]), &acceptable(&refused)),
            Err(StoreError::Contention(0))
        ));
        let mut next = Change::new();
        next.assert_absent(key(2));
        assert_eq!(batch.decide(&Fixed(vec![]), &acceptable(&next)).expect("it holds"), 1);
    }

    #[test]
    fn an_inverted_range_is_empty() {
        let mut change = Change::new();
        let inverted: Range<Box<[u8]>> = Box::from([2])..Box::from([1]);
        change.assert_range(Collection::Customer, inverted, &[]);
        assert!(Batch::after(0).decide(&Fixed(vec![(key(1), 1)]), &acceptable(&change)).is_ok());
    }

    #[test]
    fn draws_are_bounded() {
        assert_eq!(draw("ids", 1, 10).expect("inside the limits"), 1..11);
        for (sequence, next, count) in
            [("", 1, 1), ("ids", 1, 0), ("ids", 1, IDS_DRAWN_MAX + 1), ("ids", u64::MAX, 1)]
        {
            assert!(matches!(draw(sequence, next, count), Err(StoreError::Unacceptable(_))));
        }
        let long = "n".repeat(SEQUENCE_NAME_BYTES_MAX + 1);
        assert!(draw(&long, 1, 1).is_err());
    }
}
