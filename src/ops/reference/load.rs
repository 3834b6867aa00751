//! Loading of a reference file into the store: what is new is added, what differs is replaced, nothing is removed.
//!
//! A file with a problem loads nothing, unless the rest of it is asked for. Up to [`ENTRIES_PER_COMMIT_MAX`] entries are
//! stored in one commit; a larger file takes several, and when one of them fails those before it stand: loading the
//! file again completes it. Requests are judged by the new data from the moment on that this returns.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::cards::{self, CardCounts};
use super::defined;
use super::file::{self, Problem, ReferenceFile};
use super::show::Shown;
use super::stored;
use crate::domain::card::CardEntry;
use crate::domain::error::{Code, Error};
use crate::domain::reference::{Definition, Reference};
use crate::ops::context::Gateway;
use crate::ops::difference::{FieldDifference, differences};
use crate::store::record::{encode_definition, key};
use crate::store::{Change, Store, StoreError};

/// How many entries one commit stores.
const ENTRIES_PER_COMMIT_MAX: usize = 10_000;
/// How often a commit is tried when somebody else loads at the same time.
const ATTEMPTS_MAX: usize = 20;

/// How to load.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LoadOptions {
    /// Store nothing, only tell what would change.
    pub dry_run: bool,
    /// Load what is right in a file with problems.
    pub keep_going: bool,
}

/// What became of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// Entries that were added or updated, or would be.
    pub changes: Vec<EntryChange>,
    /// How many entries were stored already as they are in the file.
    pub unchanged: usize,
    /// Its cards; they are too many to be told each.
    pub cards: CardCounts,
    /// What is wrong with the file. If there is something and the rest was not asked for, nothing was loaded, but for
    /// cards that only the store can tell to be wrong: these alone are left out.
    pub problems: Vec<Problem>,
}

/// What becomes of an entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryChange {
    /// Which it is: added or updated.
    pub change: Verb,
    /// The kind of the entry.
    pub kind: String,
    /// Its code.
    pub code: String,
    /// What differs in an updated entry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldDifference>,
}

/// What is done with an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    /// There was none of its code.
    Added,
    /// There was another one of its code.
    Updated,
}

/// Loads a file.
///
/// # Errors
///
/// Those of the store; what is wrong with the file stands in the result.
pub async fn load(gateway: &Arc<Gateway>, bytes: &[u8], options: LoadOptions) -> Result<Loaded, Error> {
    let mut file = file::read_bytes(bytes);
    let known = gateway.reference.get();
    defined::check(&mut file, &known);
    let entries = resolved_cards(gateway, &mut file, &known, options);
    let mut loaded = Loaded { problems: file.problems, ..Loaded::default() };
    if !loaded.problems.is_empty() && !options.keep_going {
        return Ok(loaded);
    }
    let outcome = store_all(&*gateway.store, &file.entries, options, &mut loaded).await;
    // Also after a failure: what was stored before it holds.
    gateway.reference.refresh(&*gateway.store).await?;
    outcome?;
    let problems = cards::store(gateway, entries, options.dry_run, &mut loaded.cards).await?;
    loaded.problems.extend(problems);
    loaded.problems.sort();
    Ok(loaded)
}

/// The cards of a file, held against what is stored and what stands in the file.
fn resolved_cards(
    gateway: &Gateway,
    file: &mut ReferenceFile,
    known: &Reference,
    options: LoadOptions,
) -> Vec<(usize, CardEntry)> {
    if file.cards.is_empty() {
        return Vec::new();
    }
    let mut reference = known.clone();
    for (code, definition) in &file.entries {
        reference.define(code.clone(), definition.clone());
    }
    // A file that will not be loaded is to make no key.
    let idle = options.dry_run || !options.keep_going && !file.problems.is_empty();
    let lines = std::mem::take(&mut file.cards);
    let entries = cards::resolve(gateway, &reference, lines, idle, &mut file.problems);
    file.problems.sort();
    entries
}

async fn store_all(
    store: &dyn Store,
    entries: &[(String, Definition)],
    options: LoadOptions,
    loaded: &mut Loaded,
) -> Result<(), Error> {
    if !options.dry_run {
        // Else a store whose first start found the disk full would never get what it starts with.
        stored::seed(store).await?;
    }
    for portion in entries.chunks(ENTRIES_PER_COMMIT_MAX) {
        let changes = store_portion(store, portion, options.dry_run).await?;
        loaded.unchanged += portion.len() - changes.len();
        loaded.changes.extend(changes);
    }
    Ok(())
}

async fn store_portion(
    store: &dyn Store,
    portion: &[(String, Definition)],
    dry_run: bool,
) -> Result<Vec<EntryChange>, Error> {
    for _ in 0..ATTEMPTS_MAX {
        let (change, changes) = compare(store, portion).await?;
        if dry_run || change.is_empty() {
            return Ok(changes);
        }
        match store.commit(change).await {
            Ok(_) => return Ok(changes),
            Err(StoreError::Contention(_)) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Err(Error::new(Code::Contention, "others kept loading the same entries; try again"))
}

/// What has to be stored so that the store holds these entries, and how to tell it.
async fn compare(
    store: &dyn Store,
    portion: &[(String, Definition)],
) -> Result<(Change, Vec<EntryChange>), Error> {
    let keys: Vec<_> =
        portion.iter().map(|(code, definition)| key::reference(definition.kind(), code)).collect();
    let records = store.get_many(&keys).await?;
    let (mut change, mut changes) = (Change::new(), Vec::new());
    for (((code, definition), key), record) in portion.iter().zip(keys).zip(records) {
        let kind = definition.kind();
        let before = record.as_ref().map(|record| stored::read(kind, record)).transpose()?;
        if before.as_ref() == Some(definition) {
            continue;
        }
        change.assert_unchanged(key.clone(), record.as_ref());
        change.put(key, encode_definition(definition)?);
        changes.push(entry_change(code, before, definition));
    }
    Ok((change, changes))
}

fn entry_change(code: &str, before: Option<Definition>, after: &Definition) -> EntryChange {
    let shown = |definition: Definition| json!(Shown::new(code, definition));
    let fields = before.map(shown).map(|before: Value| differences(&before, &shown(after.clone())));
    let change = if fields.is_some() { Verb::Updated } else { Verb::Added };
    let (kind, code) = (after.kind().as_str().to_owned(), code.to_owned());
    EntryChange { change, kind, code, fields: fields.unwrap_or_default() }
}
