//! Keys: how they are made, ordered, ranged over and fingerprinted.
//!
//! The text of a key (its `Display`) is safe for logs and error texts: ids that are numbers are shown, all
//! others only as a digest, because an alternate key or a user's message id is customer data. Deliberately
//! absent: what the bytes of an id mean; that belongs to the records kept under it.

use std::fmt;
use std::ops::Range;

use sha2::{Digest, Sha256};

use super::{Collection, CommitNumber, KEY_BYTES_MAX, Key, Record};

impl Collection {
    /// Every collection, in the order of their numbers.
    pub const ALL: &'static [Collection] = &[
        Collection::Customer,
        Collection::Note,
        Collection::AlternateKey,
        Collection::Idempotency,
        Collection::Reference,
        Collection::Card,
        Collection::CardSerial,
        Collection::CustomerCard,
        Collection::CardHolder,
        Collection::AccountActivity,
        Collection::Coupon,
        Collection::PinAttempts,
        Collection::Transaction,
        Collection::TransactionId,
        Collection::ActivitySums,
        Collection::MergedBefore,
        Collection::PromotionTarget,
        Collection::BatchRun,
        Collection::BatchFailure,
        Collection::BatchWarning,
    ];

    /// The collection with this stored number.
    pub fn from_number(number: u8) -> Option<Self> {
        Collection::ALL.iter().copied().find(|collection| collection.number() == number)
    }

    /// The stored number.
    pub const fn number(self) -> u8 {
        self as u8
    }

    /// Do ids consist of big-endian u64s?
    const fn is_numeric(self) -> bool {
        match self {
            Collection::Customer
            | Collection::Note
            | Collection::AccountActivity
            | Collection::Transaction
            | Collection::ActivitySums
            | Collection::MergedBefore
            | Collection::BatchRun
            | Collection::BatchFailure
            | Collection::BatchWarning => true,
            Collection::AlternateKey
            | Collection::Idempotency
            | Collection::Reference
            | Collection::Card
            | Collection::CardSerial
            | Collection::CustomerCard
            | Collection::CardHolder
            | Collection::Coupon
            | Collection::PinAttempts
            | Collection::TransactionId
            | Collection::PromotionTarget => false,
        }
    }
}

impl Key {
    /// The key of `id` in `collection`.
    pub fn new(collection: Collection, id: impl Into<Box<[u8]>>) -> Self {
        Key { collection, id: id.into() }
    }

    /// The key whose id is these numbers, each a big-endian u64.
    pub fn numbered(collection: Collection, numbers: &[u64]) -> Self {
        Key { collection, id: numbers.iter().flat_map(|number| number.to_be_bytes()).collect() }
    }
}

/// The range of all ids that start with `prefix`; of all ids if it is empty.
pub fn prefix_range(prefix: &[u8]) -> Range<Box<[u8]>> {
    Box::from(prefix)..after_prefix(prefix)
}

/// The least bytes that are greater than everything starting with `prefix`.
fn after_prefix(prefix: &[u8]) -> Box<[u8]> {
    match prefix.iter().rposition(|byte| *byte != u8::MAX) {
        Some(last) => {
            let mut end = prefix[..=last].to_vec();
            end[last] += 1;
            end.into()
        }
        None => vec![u8::MAX; KEY_BYTES_MAX + 1].into(),
    }
}

/// The fingerprint that [`Assertion::Range`](super::Assertion::Range) compares: the first eight bytes of
/// the SHA-256 of every key (collection, length, id) and version, in the order given, which is ascending
/// by key. The same on every engine and machine.
pub fn fingerprint(versions: &[(Key, CommitNumber)]) -> u64 {
    digest(versions.iter().map(|(key, version)| (key, *version)))
}

/// The [`fingerprint`] of what a scan of the whole range answered.
pub fn fingerprint_of_records(records: &[(Key, Record)]) -> u64 {
    digest(records.iter().map(|(key, record)| (key, record.version)))
}

fn digest<'a>(versions: impl Iterator<Item = (&'a Key, CommitNumber)>) -> u64 {
    let mut hash = Sha256::new();
    for (key, version) in versions {
        hash.update([key.collection.number()]);
        hash.update((key.id.len() as u64).to_be_bytes());
        hash.update(&key.id);
        hash.update(version.to_be_bytes());
    }
    first_eight_bytes(&hash.finalize())
}

fn first_eight_bytes(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} ", self.collection)?;
        if !self.collection.is_numeric() || self.id.is_empty() || !self.id.len().is_multiple_of(8) {
            return write!(f, "#{:016x}", first_eight_bytes(&Sha256::digest(&self.id)));
        }
        for (index, number) in self.id.chunks_exact(8).enumerate() {
            let separator = if index == 0 { "" } else { "/" };
            write!(f, "{separator}{}", first_eight_bytes(number))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn collections_keep_their_numbers() {
        let numbers: Vec<u8> = Collection::ALL.iter().map(|collection| collection.number()).collect();
        let expected = [1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15, 16, 20, 21, 22, 30, 31, 40, 41, 42];
        assert_eq!(numbers, expected);
        for collection in Collection::ALL {
            assert_eq!(Collection::from_number(collection.number()), Some(*collection));
        }
        assert_eq!(Collection::from_number(0), None);
    }

    #[test]
    fn fingerprint_is_stable_and_sees_key_order_and_version() {
        let one = Key::numbered(Collection::Note, &[1, 2]);
        let two = Key::new(Collection::AlternateKey, *b"x");
        assert_eq!(fingerprint(&[]), 0xe3b0_c442_98fc_1c14, "the SHA-256 of nothing");
        let base = fingerprint(&[(one.clone(), 1), (two.clone(), 2)]);
        assert_ne!(base, fingerprint(&[(two.clone(), 2), (one.clone(), 1)]));
        assert_ne!(base, fingerprint(&[(one.clone(), 1), (two.clone(), 3)]));
        assert_ne!(base, fingerprint(&[(one, 1)]));
    }

    #[test]
    fn fingerprint_separates_ids_that_would_run_together() {
        let of = |ids: [&[u8]; 2]| fingerprint(&ids.map(|id| (Key::new(Collection::Reference, id), 1)));
        assert_ne!(of([b"ab", b"c"]), of([b"a", b"bc"]));
    }

    #[test]
    fn prefix_ranges_end_behind_the_prefix() {
        assert_eq!(*prefix_range(b"ab").end, *b"ac");
        assert_eq!(*prefix_range(&[1, 0xff, 0xff]).end, [2]);
        assert_eq!(prefix_range(&[0xff]).end.len(), KEY_BYTES_MAX + 1);
        assert!(prefix_range(&[]).start.is_empty());
    }

    #[test]
    fn text_of_a_key_shows_numbers_but_no_customer_data() {
        assert_eq!(Key::numbered(Collection::Note, &[7, 2]).to_string(), "Note 7/2");
        let text = Key::new(Collection::AlternateKey, *b"LOYALTY\x0012345678").to_string();
        assert!(text.starts_with("AlternateKey #") && !text.contains("1234567"), "{text}");
        assert!(Key::new(Collection::Customer, *b"odd").to_string().starts_with("Customer #"));
    }
}
