//! A batch file read as a run would read it, with nothing stored: everything that can be told of it beforehand.
//!
//! Told are a file that is not well-formed (with its place), records that ask for nothing known, values that can't be
//! read, keys, attributes and locations that are not defined (rules, C, V-13 to V-18). No customer is looked up,
//! so that what depends on one can still be refused when the file is run: who is found, whose a key is, U-3.
//! Deliberately absent: files; whoever calls brings the bytes.

use std::io::Read;

use crate::domain::error::{Error, Violation};
use crate::ops::{Action, Gateway, INSTRUMENT, Record};
use crate::wire::batch::{BatchError, BatchLimits, FileKind, RawRecord, RecordReader};

/// Something that a record would be refused for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The record's number in the file, from 1.
    pub record: u64,
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Where it begins in the file, unpacked.
    pub byte_offset: u64,
    /// What is wrong, and where in the record.
    pub violation: Violation,
}

/// What a file came to.
#[derive(Debug)]
pub struct Validated {
    /// What its records are; `None` if it could not be read so far.
    pub kind: Option<FileKind>,
    /// Records that were read.
    pub records: u64,
    /// Of them those that would be refused.
    pub refused: u64,
    /// Why the reading ended before the end of the file: a run would end there too (B-6).
    pub broken: Option<BatchError>,
}

/// Reads a file to its end, or as far as it can be read; `report` is told of everything found, and `progress` the number
/// of records read after each. Takes the memory of one record. Blocks.
pub fn validate(
    gateway: &Gateway,
    source: impl Read,
    limits: BatchLimits,
    report: &mut dyn FnMut(Found),
    progress: &mut dyn FnMut(u64),
) -> Validated {
    let mut validated = Validated { kind: None, records: 0, refused: 0, broken: None };
    let mut reader = match RecordReader::new(source, limits) {
        Ok(reader) => reader,
        Err(error) => return Validated { broken: Some(error), ..validated },
    };
    let kind = reader.root().kind();
    validated.kind = Some(kind);
    loop {
        match reader.next() {
            Ok(None) => return validated,
            Err(error) => return Validated { broken: Some(error), ..validated },
            Ok(Some(record)) => {
                validated.records = record.index;
                if let Err(error) = check(gateway, kind, &record) {
                    validated.refused += 1;
                    violations(error).for_each(|violation| report(found(&record, violation)));
                }
                progress(record.index);
            }
        }
    }
}

fn check(gateway: &Gateway, kind: FileKind, raw: &RawRecord) -> Result<(), Error> {
    let record = Record::new(raw.document().root());
    let operation = match kind {
        FileKind::Customers => Action::operation(record.action(), raw.index)?,
        FileKind::Instruments => INSTRUMENT,
    };
    operation.check(gateway, record)
}

/// All of a refusal; one without any names no place.
fn violations(error: Error) -> impl Iterator<Item = Violation> {
    let alone = error.violations.is_empty().then(|| Violation {
        code: error.code,
        field: error.field.unwrap_or_default(),
        message: error.message,
    });
    error.violations.into_iter().chain(alone)
}

fn found(record: &RawRecord, violation: Violation) -> Found {
    Found { record: record.index, line: record.line, byte_offset: record.byte_offset, violation }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use jiff::tz::TimeZone;

    use super::*;
    use crate::clock::FixedClock;
    use crate::domain::Settings;
    use crate::ops::{DEFAULT_REFERENCE, parse_reference};
    use crate::search::{Options, Place, Search};
    use crate::store::{Collection, MemoryStore, Reads, prefix_range};

    /// A line for everything found, then how the file ended.
    async fn check(file: &str, expected: &[&str]) {
        let store = Arc::new(MemoryStore::new());
        let search = Arc::new(Search::new(store.clone(), Options::new(Place::Memory)));
        let clock = Arc::new(FixedClock::at(jiff::Timestamp::UNIX_EPOCH));
        let reference = parse_reference(DEFAULT_REFERENCE).unwrap();
        let gateway =
            Gateway::new(store.clone(), search, Settings::default(), reference, clock, TimeZone::UTC);
        let (mut lines, mut last) = (Vec::new(), 0);
        let mut report = |found: Found| {
            let Violation { code, field, .. } = &found.violation;
            lines.push(format!("{}@{} {code} {field}", found.record, found.line));
        };
        let limits = BatchLimits::default();
        let validated = validate(&gateway, file.as_bytes(), limits, &mut report, &mut |read| last = read);
        assert_eq!(last, validated.records);
        lines.push(format!("{} of {} refused", validated.refused, validated.records));
        lines.extend(validated.broken.map(|error| format!("broken {}:{}", error.line, error.column)));
        assert_eq!(lines, expected);
        for collection in [Collection::Customer, Collection::AlternateKey, Collection::Reference] {
            assert!(store.scan(collection, prefix_range(&[]), 1).await.unwrap().is_empty());
        }
    }

    #[tokio::test]
    async fn everything_that_is_wrong_with_any_record_is_told() {
        let file = "<Customers>\n\
            <Customer Action='Add'><SignupDate>soon</SignupDate><Prospect>maybe</Prospect></Customer>\n\
            <Customer Action='addorupdate'><AlternateKey TypeCode='NONE'><AlternateID>1</AlternateID></AlternateKey></Customer>\n\
            <Customer Action='Update'><CustomAttribute name='x'><AttributeValue>1</AttributeValue></CustomAttribute>\
            <Affiliation Action='Add'/></Customer>\n\
            <Customer Action='Update'><CustomerID>99</CustomerID></Customer>\n\
            <Customer Action='Delete'><AlternateKey TypeCode='PHONE'/></Customer>\n\
            <Customer Action='Remove'/>\n\
            <Customer Action='Add'><CustomerNotes><CustomerNote type='A'/></CustomerNotes></Customer>\n\
            </Customers>";
        let expected = [
            "1@2 INVALID_DATE_FORMAT Customer/SignupDate",
            "1@2 INVALID_ATTRIBUTE_VALUE Customer/Prospect",
            "2@3 INVALID_ATTRIBUTE_VALUE Customer/AlternateKey[1]/@TypeCode",
            "3@4 INVALID_ATTRIBUTE_VALUE Customer/Affiliation/RetailStoreID",
            "3@4 UNKNOWN_ATTRIBUTE_TYPE Customer/CustomAttribute[1]/@name",
            "5@6 ALTERNATE_KEY_VALUE_UNSPECIFIED Customer/AlternateKey[1]/AlternateID",
            "6@7 INVALID_ATTRIBUTE_VALUE Customer[6]/@Action",
            "7@8 CUSTOMER_NOTE_EMPTY Customer/CustomerNotes/CustomerNote[1]",
            "6 of 7 refused",
        ];
        check(file, &expected).await;
    }

    #[tokio::test]
    async fn b_6_a_broken_file_is_told_with_its_place() {
        check("<Customers>\n<Customer Action='Add'/>\n<Customer>", &["0 of 1 refused", "broken 3:11"]).await;
        check("<Envelope/>", &["0 of 0 refused", "broken 1:1"]).await;
        let instruments = "<ActivateInstrumentCustomerRequest><Instrument><CardNumber>";
        let file = format!(
            "{instruments}{}</CardNumber></Instrument></ActivateInstrumentCustomerRequest>",
            "6".repeat(61)
        );
        let expected = ["1@1 ATTRIBUTE_VALUE_TOO_LARGE Instrument/CardNumber", "1 of 1 refused"];
        check(&file, &expected).await;
    }
}
