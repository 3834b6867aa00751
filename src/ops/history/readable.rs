//! A row of the change log, field by field.

use serde_json::{Map, Value};

use crate::ops::difference::{FieldDifference, differences};
use crate::store::record::history::{CardDifference, Difference, HistoryRow, SUMS, TRANSACTION};
use crate::store::record::{
    RecordError, link_value, note_value, section_value, sums_value, transaction_value,
};

/// What differs between the customer before and after, notes among it.
pub(super) fn fields(row: &HistoryRow<'_>) -> Result<Vec<FieldDifference>, RecordError> {
    let before = side(row, |difference| difference.before, |card| card.before)?;
    let after = side(row, |difference| difference.after, |card| card.after)?;
    Ok(differences(&before, &after))
}

/// One side of a row, as an export shows a customer. Sections of different stored versions come together by name.
fn side<'a>(
    row: &'a HistoryRow<'a>,
    bytes: fn(&Difference<'a>) -> Option<&'a [u8]>,
    link: fn(&CardDifference<'a>) -> Option<&'a [u8]>,
) -> Result<Value, RecordError> {
    let mut customer = Map::new();
    let mut transactions = Vec::new();
    for difference in &row.sections {
        let Some(bytes) = bytes(difference) else { continue };
        match difference.tag {
            TRANSACTION => transactions.push(transaction_value(bytes)?),
            SUMS => {
                customer.insert("activity".to_owned(), sums_value(bytes)?);
            }
            _ => {
                let (name, section) = section(difference.tag, bytes)?;
                customer.insert(name.to_owned(), section);
            }
        }
    }
    customer.insert("transactions".to_owned(), transactions.into());
    let notes = row.notes.iter().filter_map(bytes).map(note_value).collect::<Result<Vec<_>, _>>()?;
    customer.insert("notes".to_owned(), notes.into());
    let links = row.cards.iter().filter_map(|card| link(card).map(|bytes| link_value(&card.number, bytes)));
    customer.insert("card_links".to_owned(), links.collect::<Result<Vec<_>, _>>()?.into());
    Ok(customer.into())
}

fn section(tag: u32, bytes: &[u8]) -> Result<(&'static str, Value), RecordError> {
    let tag = u8::try_from(tag)
        .map_err(|_| RecordError::Unreadable("the tag of a section is over 255".to_owned()))?;
    section_value(tag, bytes)
}
