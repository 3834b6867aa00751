//! The record that says when a customer who was made by a merge and merged again was last really changed.
//!
//! A merge changes the records of those who are merged, and its taking back puts them back: what they say is as before,
//! but their versions are others. Whether the earlier merge can be taken back is a question of the version that its
//! result had before all that, so that version is kept beside the result. It holds only while the result's record is of
//! the same commit as this one: whoever else writes the result changes it. Deliberately absent: who writes this.

use super::RecordError;
use crate::store::{CommitNumber, Record};

/// Writes the record.
pub fn encode_last_change(version: CommitNumber) -> Vec<u8> {
    version.to_be_bytes().to_vec()
}

/// Reads the record.
pub fn decode_last_change(body: &[u8]) -> Result<CommitNumber, RecordError> {
    let version = body.try_into().map(CommitNumber::from_be_bytes);
    version.map_err(|_| RecordError::Unreadable("the number of a commit has 8 bytes".to_owned()))
}

/// The commit that last changed the customer whose record this is, merges that were taken back not counted. `kept` is
/// what stands under [`key::last_change`](super::key::last_change).
pub fn last_change(record: &Record, kept: Option<&Record>) -> Result<CommitNumber, RecordError> {
    match kept.filter(|kept| kept.version == record.version) {
        Some(kept) => decode_last_change(&kept.body),
        None => Ok(record.version),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::identity::CustomerId;
    use crate::store::record::key;

    /// These bytes never change.
    #[test]
    fn stored_versions_stay_readable() {
        assert_eq!(encode_last_change(258), b"\0\0\0\0\0\0\x01\x02");
        assert_eq!(decode_last_change(b"\0\0\0\0\0\0\x01\x02").unwrap(), 258);
        let key = key::last_change(CustomerId(7));
        assert_eq!(*key.id, *b"\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\0\x07");
        assert!(decode_last_change(b"").is_err() && decode_last_change(&[0; 9]).is_err());
    }

    #[test]
    fn m_8_only_what_was_kept_by_the_same_commit_counts() {
        let record = |version: u64, body: &[u8]| Record { version, body: body.to_vec().into() };
        let kept = |version| record(version, &encode_last_change(3));
        let customer = record(9, b"");
        assert_eq!(last_change(&customer, None).unwrap(), 9);
        assert_eq!(last_change(&customer, Some(&kept(8))).unwrap(), 9);
        assert_eq!(last_change(&customer, Some(&kept(9))).unwrap(), 3);
        assert!(last_change(&customer, Some(&record(9, b"three"))).is_err());
    }
}
