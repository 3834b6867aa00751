//! The record of a customer who became a target of a promotion by a merge: all that it says stands in its key.
//!
//! Deliberately absent: the targets that a reference file names, which are the promotion's entry.

use super::{FORMAT, RecordError, sections};

/// Writes the record.
pub fn encode_promotion_target() -> Vec<u8> {
    vec![FORMAT]
}

/// Reads the record, of any stored version.
pub fn check_promotion_target(body: &[u8]) -> Result<(), RecordError> {
    match sections(body)?.as_slice() {
        [] => Ok(()),
        [(tag, _), ..] => Err(RecordError::Newer(*tag)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::identity::CustomerId;
    use crate::store::record::key;

    /// What version 1 wrote is readable for ever; these bytes never change.
    #[test]
    fn stored_versions_stay_readable() {
        assert_eq!(encode_promotion_target(), b"\x01");
        check_promotion_target(b"\x01").unwrap();
        let key = key::promotion_target(CustomerId(258), "SPRING");
        assert_eq!(*key.id, *b"\0\0\0\0\0\0\x01\x02SPRING");
        assert_eq!(key::read_promotion_target(&key).unwrap(), (CustomerId(258), "SPRING"));
    }

    #[test]
    fn what_is_not_known_or_damaged_is_refused() {
        assert!(matches!(check_promotion_target(b"\x01\xc8\0\0\0\0"), Err(RecordError::Newer(200))));
        assert!(check_promotion_target(b"").is_err());
        assert!(key::read_promotion_target(&key::promotion_target(CustomerId(1), "")).is_err());
    }
}
