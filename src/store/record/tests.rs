//! Stored bodies: round trips, damaged input, and a fixture of every stored version.

use jiff::Timestamp;
use proptest::prelude::*;

use super::*;
use crate::domain::activity::{ActivitySummary, ActivityTotals, Transaction};
use crate::domain::amount::Amount;
use crate::domain::contact_point::{Address, ContactPoint, EMail, Telephone};
use crate::domain::customer::*;
use crate::domain::identity::{AlternateKey, CustomerId};
use crate::domain::note::Note;
use crate::domain::value::{ContactType, DateOrTime, EducationLevel};

fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

fn point<V>(sequence: u32, value: V) -> ContactPoint<V> {
    ContactPoint {
        sequence,
        type_code: text("HOME"),
        label: text("Summer house"),
        contact_preference_code: None,
        active: sequence != 1,
        primary: true,
        valid: false,
        value,
    }
}

/// A customer with something in every section.
fn full_customer() -> Customer {
    let time: Timestamp = "2026-03-01T08:30:00.25Z".parse().unwrap();
    Customer {
        id: CustomerId(4711),
        active: true,
        create_date: time,
        effective_date: Some(time),
        expiry_date: None,
        update_user_id: text("till-7"),
        update_date: DateOrTime::parse("2026-03-01T09:30:00+01:00").ok(),
        profile: Profile {
            retail_store_id: text("17"),
            signup_date: DateOrTime::parse("2026-02-28").ok(),
            prospect: Some(false),
            org_name: text("Ålesund Kayak Club"),
            ..Profile::default()
        },
        individual: Individual {
            first_name: text("Ingrid"),
            last_name: text("Sørensen"),
            birth_date: "1984-11-30".parse().ok(),
            education_level: Some(EducationLevel::Graduate),
            annual_income: Some(54_000),
            rent: Some(true),
            ..Individual::default()
        },
        addresses: vec![
            point(1, Address { city: text("Bergen"), ..Address::default() }),
            point(
                2,
                Address { lines: [text("Strandgaten 3"), None, text("c/o Lie"), None], ..Address::default() },
            ),
        ],
        emails: vec![point(1, EMail { address: "ingrid@post.example".to_owned() })],
        telephones: vec![point(3, Telephone { number: "5550100199".to_owned(), extension: text("12") })],
        contact_preferences: vec![(ContactType::Fax, true), (ContactType::Mail, false)],
        alternate_keys: vec![HeldKey {
            key: AlternateKey { type_code: "XSTORE_ID".to_owned(), alternate_id: "A-1".to_owned() },
            active: true,
        }],
        attributes: vec![Attribute {
            name: "Colour".to_owned(),
            values: vec!["Red".to_owned(), "Blue".to_owned()],
        }],
        validation_errors: vec![ValidationError {
            code: ValidationCode::EmailInvalid,
            subject: Subject::EMail(1),
            value: "ingrid@post".to_owned(),
            time,
        }],
        last_note_sequence: 9,
        card_count: 0,
        merged_into: None,
        members: Vec::new(),
    }
}

fn full_note() -> Note {
    Note {
        sequence: 326,
        note_type: "COMMENT".to_owned(),
        create_date: DateOrTime::parse("2026-03-01").ok(),
        create_user: text("till-7"),
        location: None,
        private: true,
        text: "Prefers the quiet desk".to_owned(),
    }
}

fn full_transaction() -> Transaction {
    Transaction {
        transaction_id: "1204-03-000771".to_owned(),
        retail_store_id: "1204".to_owned(),
        business_date: "2026-02-28".parse().unwrap(),
        currency_code: text("EUR"),
        sales_amount: Amount::read("84.97"),
        returns_amount: None,
        items_sold_count: Some(3),
        items_returned_count: Some(0),
    }
}

fn full_activity() -> ActivitySums {
    let totals = |sales, returns, transaction_count, items_sold_count, items_returned_count| ActivityTotals {
        sales_amount: Amount::read(sales).unwrap(),
        returns_amount: Amount::read(returns).unwrap(),
        transaction_count,
        items_sold_count,
        items_returned_count,
    };
    let summary = ActivitySummary {
        lifetime: totals("123456.7891", "0", 326, 1_000, 7),
        year_to_date: totals("84.97", "12.5", 1, 3, 0),
        first_transaction_date: "2019-05-06".parse().unwrap(),
        last_transaction_date: "2026-02-28".parse().unwrap(),
    };
    ActivitySums { last_number: 326, summary, base: None }
}

/// A customer that others were merged into and that was itself merged into another.
fn merged_customer() -> Customer {
    Customer {
        active: false,
        card_count: 2,
        merged_into: Some(CustomerId(5001)),
        members: vec![CustomerId(326), CustomerId(8)],
        ..full_customer()
    }
}

/// Sums with some that others brought.
fn merged_activity() -> ActivitySums {
    let own = full_activity();
    let base = ActivitySummary { lifetime: own.summary.year_to_date, ..own.summary };
    ActivitySums { base: Some(base), ..own }
}

#[test]
fn m_2_a_merged_customer_reads_as_it_was_written() {
    let body = encode_customer(&merged_customer()).unwrap();
    assert_eq!(decode_customer(&body).unwrap(), merged_customer());
    let state = read_state(&body).unwrap();
    let members = vec![CustomerId(326), CustomerId(8)];
    let expected = CustomerState {
        active: false,
        last_note_sequence: 9,
        card_count: 2,
        merged_into: Some(CustomerId(5001)),
        members,
    };
    assert_eq!(state, expected);
    let json = serde_json::to_string(&CustomerDocument::from(&merged_customer())).unwrap();
    let document: CustomerDocument<'_> = serde_json::from_str(&json).unwrap();
    assert_eq!(Customer::try_from(document).unwrap(), merged_customer());
}

#[test]
fn m_2_a_merged_customer_is_written_as_if_it_had_been_read() {
    for customer in [merged_customer(), full_customer(), Customer::new(CustomerId(7), Timestamp::UNIX_EPOCH)]
    {
        let active = Customer { active: true, merged_into: None, ..customer.clone() };
        let merged = Customer { active: false, merged_into: Some(CustomerId(1 << 60)), ..customer.clone() };
        let expected = encode_customer(&merged).unwrap();
        assert_eq!(encode_merged(&encode_customer(&active).unwrap(), CustomerId(1 << 60)).unwrap(), expected);
        assert_eq!(
            encode_merged(&encode_customer(&customer).unwrap(), CustomerId(1 << 60)).unwrap(),
            expected
        );
    }
    assert!(encode_merged(&[FORMAT], CustomerId(1)).is_err());
}

#[test]
fn m_4_the_sums_that_others_brought_are_a_section_of_their_own() {
    let activity = merged_activity();
    let body = encode_sums(&activity).unwrap();
    assert_eq!(decode_sums(&body).unwrap(), activity);
    let own = encode_sums(&ActivitySums { base: None, ..activity }).unwrap();
    assert!(body.starts_with(&own) && body.len() > own.len());
    let base = activity.base.unwrap();
    let json = serde_json::to_string(&BaseDocument::from(&base)).unwrap();
    let document: BaseDocument<'_> = serde_json::from_str(&json).unwrap();
    assert_eq!(ActivitySummary::try_from(document).unwrap(), base);
}

#[test]
fn a_transaction_and_sums_read_as_they_were_written() {
    let body = encode_transaction(&full_transaction()).unwrap();
    assert_eq!(decode_transaction(&body).unwrap(), full_transaction());
    let body = encode_sums(&full_activity()).unwrap();
    assert_eq!(decode_sums(&body).unwrap(), full_activity());
}

#[test]
fn transactions_and_sums_survive_json() {
    let (transaction, activity) = (full_transaction(), full_activity());
    let json = serde_json::to_string(&TransactionDocument::from(&transaction)).unwrap();
    let document: TransactionDocument<'_> = serde_json::from_str(&json).unwrap();
    assert_eq!(Transaction::try_from(document).unwrap(), transaction);
    let json = serde_json::to_string(&SumsDocument::from(&activity)).unwrap();
    let document: SumsDocument<'_> = serde_json::from_str(&json).unwrap();
    assert_eq!(ActivitySums::try_from(document).unwrap(), activity);
}

#[test]
fn a_row_of_activity_is_told_from_one_of_the_customer() {
    let row = |tags: &[u32]| history::HistoryRow {
        time: Timestamp::UNIX_EPOCH,
        who: "w".into(),
        operation: "op".into(),
        request_id: "r".into(),
        customer: 1,
        previous: None,
        sections: tags
            .iter()
            .map(|tag| history::Difference { tag: *tag, before: None, after: None })
            .collect(),
        notes: Vec::new(),
        cards: Vec::new(),
    };
    assert!(row(&[history::TRANSACTION]).is_of_activity());
    assert!(row(&[history::SUMS, history::TRANSACTION, history::TRANSACTION]).is_of_activity());
    assert!(!row(&[]).is_of_activity() && !row(&[1, 2]).is_of_activity());
}

#[test]
fn a_customer_reads_as_it_was_written() {
    let customer = full_customer();
    let body = encode_customer(&customer).unwrap();
    assert_eq!(decode_customer(&body).unwrap(), customer);
}

#[test]
fn the_number_of_cards_is_a_section_of_its_own() {
    let customer = Customer { card_count: 326, ..full_customer() };
    let body = encode_customer(&customer).unwrap();
    let bytes = sections(&body).unwrap().pop().unwrap();
    assert_eq!(bytes, (20, &[0xc6, 2][..]), "as version 1 writes it");
    assert_eq!(decode_customer(&body).unwrap(), customer);
}

#[test]
fn empty_sections_take_no_room() {
    let full = full_customer();
    let bare = Customer {
        update_user_id: None,
        update_date: None,
        profile: Profile::default(),
        individual: Individual::default(),
        addresses: vec![],
        emails: vec![],
        telephones: vec![],
        contact_preferences: vec![],
        alternate_keys: vec![],
        attributes: vec![],
        validation_errors: vec![],
        ..full
    };
    let body = encode_customer(&bare).unwrap();
    assert_eq!(sections(&body).unwrap().len(), 1);
    assert_eq!(decode_customer(&body).unwrap(), bare);
}

#[test]
fn a_note_reads_as_it_was_written() {
    let body = encode_note(&full_note()).unwrap();
    assert_eq!(decode_note(&body).unwrap(), full_note());
}

/// What version 1 wrote is readable for ever. The fixtures are never rewritten.
#[test]
fn stored_versions_stay_readable() {
    let customer = include_bytes!("fixtures/customer-v1.bin");
    assert_eq!(decode_customer(customer).unwrap(), full_customer());
    assert_eq!(decode_note(include_bytes!("fixtures/note-v1.bin")).unwrap(), full_note());
    let transaction = include_bytes!("fixtures/transaction-v1.bin");
    assert_eq!(decode_transaction(transaction).unwrap(), full_transaction());
    assert_eq!(encode_transaction(&full_transaction()).unwrap(), transaction);
    let activity = include_bytes!("fixtures/sums-v1.bin");
    assert_eq!(decode_sums(activity).unwrap(), full_activity());
    assert_eq!(encode_sums(&full_activity()).unwrap(), activity);
    let merged = include_bytes!("fixtures/customer-merged-v1.bin");
    assert_eq!(decode_customer(merged).unwrap(), merged_customer());
    assert_eq!(encode_customer(&merged_customer()).unwrap(), merged);
    let activity = include_bytes!("fixtures/sums-merged-v1.bin");
    assert_eq!(decode_sums(activity).unwrap(), merged_activity());
    assert_eq!(encode_sums(&merged_activity()).unwrap(), activity);
    let row = history::decode(include_bytes!("fixtures/history-v1.bin")).unwrap();
    assert_eq!((row.operation.as_ref(), row.customer, row.previous), ("addCustomer", 4711, Some(17)));
    assert_eq!(row.sections.len(), 11);
}

#[test]
fn unknown_sections_and_formats_are_named_not_guessed() {
    let mut body = encode_customer(&full_customer()).unwrap();
    body.extend_from_slice(&[200, 0, 0, 0, 0]);
    assert!(matches!(decode_customer(&body), Err(RecordError::Newer(200))));
    body[0] = 9;
    assert!(matches!(decode_customer(&body), Err(RecordError::Newer(9))));
}

#[test]
fn history_keeps_only_the_sections_that_differ() {
    let before = full_customer();
    let mut after = before.clone();
    after.individual.nickname = text("Inga");
    after.emails.clear();
    let (before, after) = (encode_customer(&before).unwrap(), encode_customer(&after).unwrap());
    let differences = history::differences(Some(&before), Some(&after)).unwrap();
    let names: Vec<_> = differences.iter().map(|d| section_name(d.tag as u8)).collect();
    assert_eq!(names, ["individual", "emails"]);
    assert!(differences[0].before.is_some() && differences[0].after.is_some());
    assert!(differences[1].before.is_some() && differences[1].after.is_none());
    assert_eq!(history::differences(None, Some(&after)).unwrap().len(), 10);
    assert_eq!(history::differences(Some(&after), Some(&after)).unwrap(), []);
}

#[test]
fn a_document_survives_json() {
    let customer = full_customer();
    let json = serde_json::to_string(&CustomerDocument::from(&customer)).unwrap();
    let document: CustomerDocument<'_> = serde_json::from_str(&json).unwrap();
    assert_eq!(Customer::try_from(document).unwrap(), customer);
}

proptest! {
    #[test]
    fn damaged_bodies_are_refused_without_a_panic(at in 0usize..2_000, byte: u8, cut in 0usize..2_000) {
        let mut body = encode_customer(&full_customer()).unwrap();
        let at = at % body.len();
        body[at] = byte;
        body.truncate(cut.max(1).min(body.len()));
        let _ = decode_customer(&body);
        let _ = decode_note(&body);
        let _ = decode_transaction(&body);
        let _ = decode_sums(&body);
        let _ = history::decode(&body);
    }
}
