//! Reference data in the store: read whole, and given to a store that has none.

use super::file;
use crate::domain::error::{Code, Error};
use crate::domain::reference::{Definition, Kind, Reference};
use crate::store::record::{decode_definition, encode_definition, key};
use crate::store::{Change, Collection, Key, Reads, Record, Store, StoreError, prefix_range};

/// How many entries are read at once.
const PAGE: usize = 1_000;

/// The reference data of a store; a store that has none is given that of
/// [`DEFAULT_REFERENCE`](super::DEFAULT_REFERENCE).
pub async fn open(store: &dyn Store) -> Result<Reference, Error> {
    match seed(store).await {
        Ok(()) => read_all(store).await,
        // It is given at the next start; requests that read are answered meanwhile.
        Err(error) if error.code == Code::ServiceUnavailable => {
            file::parse(file::DEFAULT_REFERENCE).map_err(internal)
        }
        Err(error) => Err(error),
    }
}

fn internal(problem: file::Problem) -> Error {
    Error::internal(format!("the built-in reference data: {problem}"))
}

/// Writes the reference data of a fresh store, unless there is some.
pub(super) async fn seed(store: &dyn Store) -> Result<(), Error> {
    let everything = prefix_range(&[]);
    if !store.scan(Collection::Reference, everything.clone(), 1).await?.is_empty() {
        return Ok(());
    }
    let reference = file::parse(file::DEFAULT_REFERENCE).map_err(internal)?;
    let mut change = Change::new();
    change.assert_range(Collection::Reference, everything, &[]);
    for kind in Kind::ALL {
        for (code, definition) in reference.entries(*kind) {
            change.put(key::reference(*kind, code), encode_definition(&definition)?);
        }
    }
    match store.commit(change).await {
        // Somebody else was faster: there is some now.
        Ok(_) | Err(StoreError::Contention(_)) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

/// Everything that is stored.
pub(super) async fn read_all(reads: &dyn Reads) -> Result<Reference, Error> {
    let mut reference = Reference::default();
    let mut range = prefix_range(&[]);
    loop {
        let page = reads.scan(Collection::Reference, range.clone(), PAGE).await?;
        for (key, record) in &page {
            let (kind, code) = key::read_reference(key)?;
            reference.define(code.to_owned(), read(kind, record)?);
        }
        match page.last() {
            Some((last, _)) if page.len() == PAGE => range.start = key::just_after(last),
            _ => return Ok(reference),
        }
    }
}

/// An entry that stands under a key of this kind.
pub(super) fn read(kind: Kind, record: &Record) -> Result<Definition, Error> {
    let definition = decode_definition(&record.body)?;
    if definition.kind() == kind {
        return Ok(definition);
    }
    let mut error =
        Error::new(Code::CorruptRecord, "an entry of the reference data is of another kind than its key");
    error.source =
        Some(format!("a {} stands where a {} should", definition.kind().as_str(), kind.as_str()).into());
    Err(error)
}

/// What is wrong with a stored entry, if anything is.
pub(in crate::ops) fn problem(key: &Key, record: &Record) -> Option<String> {
    let kind = match key::read_reference(key) {
        Ok((kind, _)) => kind,
        Err(error) => return Some(error.to_string()),
    };
    match decode_definition(&record.body) {
        Ok(definition) if definition.kind() == kind => None,
        Ok(definition) => Some(format!("holds a {}", definition.kind().as_str())),
        Err(error) => Some(error.to_string()),
    }
}

/// Is the entry still as a fresh store is given it? Then nobody has decided on it here.
pub(in crate::ops) fn is_as_given(key: &Key, record: &Record) -> bool {
    let Ok((kind, code)) = key::read_reference(key) else { return false };
    let Ok(given) = file::parse(file::DEFAULT_REFERENCE) else { return false };
    let given = given.entries(kind).into_iter().find(|(known, _)| *known == code);
    given.is_some_and(|(_, given)| decode_definition(&record.body).is_ok_and(|stored| stored == given))
}
