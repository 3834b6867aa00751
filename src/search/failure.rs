//! Why a search was not answered.

use crate::domain::error::{Code, Error};
use crate::store::StoreError;
use crate::store::cards::LinkError;
use crate::store::record::RecordError;

/// Where a mistake in the page token is reported.
const TOKEN_FIELD: &str = "PageToken";

/// Why a search, or work on the index, did not succeed.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The page token is damaged, or was given for another query.
    #[error("the page token does not belong to this query")]
    Token,
    /// The index is being opened or built.
    #[error("the search index is being built")]
    Building,
    /// More changes wait than the overlay may hold.
    #[error("the search index is behind the store")]
    Behind,
    /// The index failed; it is built anew.
    #[error("the search index failed: {0}")]
    Index(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A record can't be read.
    #[error(transparent)]
    Record(#[from] RecordError),
}

impl From<tantivy::TantivyError> for SearchError {
    fn from(error: tantivy::TantivyError) -> Self {
        SearchError::Index(error.to_string())
    }
}

impl From<std::io::Error> for SearchError {
    fn from(error: std::io::Error) -> Self {
        SearchError::Index(error.to_string())
    }
}

impl From<SearchError> for Error {
    fn from(error: SearchError) -> Self {
        let (code, message) = match &error {
            SearchError::Token => {
                let expected = "expected the NextPageToken of an answer to the same criteria";
                return Error::at(Code::InvalidAttributeValue, TOKEN_FIELD, expected);
            }
            SearchError::Building => {
                (Code::ServiceUnavailable, "the search index is being built; try again later")
            }
            SearchError::Behind => (
                Code::ServiceUnavailable,
                "the search index has to catch up with many changes; try again later",
            ),
            SearchError::Index(_) => (Code::ServiceUnavailable, "the search index failed; try again later"),
            SearchError::Store(StoreError::Unavailable(_)) => {
                (Code::ServiceUnavailable, "the store can't be read now; try again later")
            }
            SearchError::Store(StoreError::Corrupt(_)) | SearchError::Record(_) => {
                (Code::CorruptRecord, "a stored record is damaged")
            }
            SearchError::Store(
                StoreError::Contention(_) | StoreError::Unacceptable(_) | StoreError::Engine(_),
            ) => (Code::UnexpectedError, "an internal error occurred"),
        };
        let mut refusal = Error::new(code, message);
        refusal.source = Some(Box::new(error));
        refusal
    }
}

impl From<LinkError> for SearchError {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Store(error) => error.into(),
            LinkError::Record(error) => error.into(),
        }
    }
}
