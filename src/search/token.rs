//! The page token: where the next page begins, of which query, as of which commit.
//!
//! Opaque to callers. Its checksum catches damage and guessing, it is no secret: whoever forges one gets a page that
//! it could have asked for anyway. The token holds the folded name of the last customer of the page, which its
//! receiver has just been given.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::projection::id_of;
use super::query::Query;
use crate::store::CommitNumber;

const FORMAT: u8 = 1;
const CHECKSUM_BYTES: usize = 8;
/// Longer texts are no tokens: a sort key holds two folded names, and folding can lengthen them.
const TOKEN_BYTES_MAX: usize = 16 * 1024;

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    /// The commit at which the first page was made: customers that changed later are left out of this page.
    pub(super) as_of: CommitNumber,
    /// The sort key of the last customer of the page before.
    pub(super) after: Box<[u8]>,
}

impl Token {
    /// The token as text, bound to the query.
    pub(super) fn to_text(&self, query: &Query) -> String {
        let mut bytes = vec![FORMAT];
        bytes.extend(query.fingerprint());
        bytes.extend(self.as_of.to_be_bytes());
        bytes.extend(&self.after);
        bytes.extend(checksum(&bytes));
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// `None` for what is no token of this query.
    pub(super) fn parse(text: &str, query: &Query) -> Option<Self> {
        if text.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (content, sum) = bytes.split_last_chunk::<CHECKSUM_BYTES>()?;
        let (format, rest) = content.split_first()?;
        let (fingerprint, rest) = rest.split_first_chunk::<8>()?;
        let (as_of, after) = rest.split_first_chunk::<8>()?;
        let genuine = *sum == checksum(content) && *format == FORMAT;
        let ours = *fingerprint == query.fingerprint() && id_of(after).is_some();
        (genuine && ours).then(|| Token { as_of: u64::from_be_bytes(*as_of), after: after.into() })
    }
}

fn checksum(content: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let digest: [u8; 32] = Sha256::digest(content).into();
    let [a, b, c, d, e, f, g, h, ..] = digest;
    [a, b, c, d, e, f, g, h]
}

#[cfg(test)]
mod tests {
    use super::super::query::{Criterion, Field};
    use super::*;
    use crate::domain::value::SearchType;

    fn query(text: &str, inactive: bool) -> Query {
        let criterion = Criterion::new(Field::LastName, SearchType::Exact, text).unwrap();
        Query::new(vec![criterion], inactive).unwrap()
    }

    #[test]
    fn a_token_reads_back_for_its_query_alone() {
        let token = Token { as_of: 7, after: (*b"berg\0anna\0\0\0\0\0\0\0\0\x09").into() };
        let text = token.to_text(&query("Berg", false));
        assert_eq!(Token::parse(&text, &query("bérg", false)), Some(token));
        assert_eq!(Token::parse(&text, &query("Berg", true)), None);
        assert_eq!(Token::parse(&text, &query("Bergs", false)), None);
    }

    #[test]
    fn a_token_that_was_touched_is_refused() {
        let token = Token { as_of: 7, after: (*b"berg\0anna\0\0\0\0\0\0\0\0\x09").into() };
        let query = query("Berg", false);
        let text = token.to_text(&query);
        for at in 0..text.len() {
            for replacement in ["A", "_"] {
                let mut touched = text.clone();
                touched.replace_range(at..=at, replacement);
                assert!(touched == text || Token::parse(&touched, &query).is_none(), "at {at}");
            }
            assert_eq!(Token::parse(&text[..at], &query), None);
        }
        assert_eq!(Token::parse(&"A".repeat(TOKEN_BYTES_MAX + 1), &query), None);
    }
}
