//! Export as a batch file: the active customers as `AddorUpdate` records, one on each line.
//!
//! Run into an empty store, the file makes the same customers again, but for their ids: no id is written, because in
//! another store it may be somebody else's (AU-1). Run twice, it changes nothing of the customers that have a key.
//! What a record can't say is not carried: inactive customers (a comment at the end tells how many), inactive contact
//! points and keys, dates of creation and validity, history, transactions, cards, what validation found (which is judged
//! anew). Reference data is not in it either and has to be loaded first. Which moment a customer is of, stands in
//! [`super::export`]. Damaged customers and notes are told as findings, and so are notes that one record can't hold.

use super::export::Lines;
use super::read::{Notes, Unread, Whole};
use super::{Administration, Listener, Stop};
use crate::domain::note::Note;
use crate::store::Collection;
use crate::wire::SERVICE_NAMESPACE;
use crate::wire::batch::{BatchLimits, FileKind};
use crate::wire::customer::write_customer_record;
use crate::wire::xml::Writer;

const ACTION: &str = "AddorUpdate";
/// Notes of one record; a reader takes 50,000 children of an element.
const NOTES_MAX: usize = 40_000;

impl Administration {
    /// Tells the lines of the file; answers how many records it has.
    pub async fn export_xml(&self, listener: &dyn Listener) -> Result<u64, Stop> {
        let root = FileKind::Customers.root();
        let mut lines = Lines::new(listener);
        lines.put_line(b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        lines.put_line(format!("<{root} xmlns=\"{SERVICE_NAMESPACE}\">").as_bytes());
        let mut inactive = 0_u64;
        let mut pages = self.pages(Collection::Customer);
        while let Some(keys) = pages.next().await? {
            for key in &keys {
                match self.read_whole(key, false).await {
                    Ok(Some(whole)) if !whole.customer.active => inactive += 1,
                    Ok(Some(whole)) => self.export_record(&mut lines, whole).await?,
                    Ok(None) => {}
                    Err(Unread::Damaged(text)) => lines.find(text).await?,
                    Err(Unread::Store(error)) => return Err(error.into()),
                }
            }
        }
        if inactive > 0 {
            lines.put_line(
                format!("<!-- inactive customers that are not in this file: {inactive} -->").as_bytes(),
            );
        }
        lines.put_line(format!("</{root}>").as_bytes());
        lines.flush().await?;
        Ok(lines.count)
    }

    async fn export_record(&self, lines: &mut Lines<'_>, mut whole: Whole) -> Result<(), Stop> {
        let limit = BatchLimits::default().record_bytes_max;
        let notes_first = whole.notes.notes.len();
        let all = self.all_notes(lines, &mut whole, limit).await?;
        let Whole { customer, notes: Notes { notes, .. }, .. } = &whole;
        let record = |notes: &[Note]| {
            let mut writer = Writer::new();
            write_customer_record(&mut writer, ACTION, customer, notes);
            on_one_line(writer.into_bytes())
        };
        let line = Some(record(notes)).filter(|line| all && line.len() <= limit);
        if line.is_none() {
            let text = format!(
                "customer {}: its notes behind the first {notes_first} are left out: too many",
                customer.id
            );
            lines.find(text).await?;
        }
        lines.put_line(&line.unwrap_or_else(|| record(&notes[..notes_first])));
        lines.record().await
    }

    /// Reads the notes behind the first; false if there are more than a record can hold.
    async fn all_notes(&self, lines: &Lines<'_>, whole: &mut Whole, bytes_max: usize) -> Result<bool, Stop> {
        let mut bytes: usize = whole.notes.notes.iter().map(|note| note.text.len()).sum();
        loop {
            for problem in std::mem::take(&mut whole.notes.problems) {
                lines.find(problem).await?;
            }
            let Some(after) = whole.notes.more_behind.take() else { return Ok(true) };
            let next = self.notes_behind(&whole.customer, Some(&after)).await?;
            bytes += next.notes.iter().map(|note| note.text.len()).sum::<usize>();
            whole.notes.notes.extend(next.notes);
            (whole.notes.problems, whole.notes.more_behind) = (next.problems, next.more_behind);
            if bytes > bytes_max || whole.notes.notes.len() > NOTES_MAX {
                return Ok(false);
            }
        }
    }
}

/// A line break stands in values only, where a reference says the same.
fn on_one_line(record: Vec<u8>) -> Vec<u8> {
    if memchr::memchr(b'\n', &record).is_none() {
        return record;
    }
    let mut line = Vec::with_capacity(record.len() + 64);
    for (at, part) in record.split(|byte| *byte == b'\n').enumerate() {
        if at > 0 {
            line.extend_from_slice(b"&#10;");
        }
        line.extend_from_slice(part);
    }
    line
}
