//! The store as a batch file: what it carries, what it leaves out, and that it makes the same customers again.

use super::*;
use crate::domain::note::Note;
use crate::store::record::{decode_note, encode_note};
use crate::wire::batch::{BatchLimits, RecordReader};

async fn exported(house: &House) -> (String, Vec<String>) {
    let told = Told::default();
    let count = house.administration.export_xml(&told).await.unwrap();
    let file = told.lines();
    assert_eq!(records(&file).len() as u64, count);
    (file, told.findings())
}

fn records(file: &str) -> Vec<String> {
    let mut reader = RecordReader::new(file.as_bytes(), BatchLimits::default()).unwrap();
    let mut records = Vec::new();
    while let Some(record) = reader.next().unwrap() {
        records.push(String::from_utf8(record.bytes().to_vec()).unwrap());
    }
    records
}

/// A new house with what the file makes of it, run as a message of records.
async fn run(file: &str) -> House {
    let house = House::new();
    let (_, document) = file.split_once('\n').unwrap();
    let answer = house.world.send(document).await.unwrap();
    assert_eq!(inner(&answer, "FailedCount"), "0", "{answer}");
    assert!(!answer.contains("<Warning>"), "{answer}");
    house
}

#[tokio::test]
async fn the_file_makes_the_same_customers_in_an_empty_store() {
    let from = filled().await;
    let world = &from.world;
    let rich = "<EntityInformation><Individual><Suffix>Jr.</Suffix><Salutation>Dr</Salutation><Name>\
        <Name Location='First'>Ana</Name><Name Location='Last'>Ruiz</Name></Name><ContactInformation>\
        <Address PrimaryFlag='false' TypeCode='HOME' Label='a&#10;b' ContactPreferenceCode='X'><AddressLine1>1 Way</AddressLine1></Address>\
        <Address PrimaryFlag='true' ValidFlag='true' TypeCode='WORK'><PostalCode>nowhere</PostalCode></Address>\
        <Telephone TypeCode='HOME'><PhoneNumber>5551234567x12</PhoneNumber></Telephone>\
        </ContactInformation><PersonalSummary><BirthDate>1957-04-16</BirthDate></PersonalSummary></Individual></EntityInformation>\
        <PersonalPreferences><ContactPreference ContactType='Mail' SubTypeCode='HOME' Permission='false'/></PersonalPreferences>\
        <CustomerNotes><CustomerNote type='CALL' createDate='2020-01-02' createUser='u' location='l' sequence='7' privateFlag='true'>a\r\n &lt;b>\n\nc</CustomerNote></CustomerNotes>\
        <Affiliation Action='Add'><RetailStoreID>12</RetailStoreID></Affiliation>";
    world.add(&format!("{rich}{}", alternate_key("PHONE", "1"))).await;
    let gone = world.add(&named("Old", "One", "gone")).await;
    let delete = format!(
        "<deleteCustomer xmlns='urn:castile:crm:v1'><CustomerID>{gone}</CustomerID></deleteCustomer>"
    );
    world.send(&delete).await.unwrap();
    let (file, findings) = exported(&from).await;
    assert_eq!(findings, [""; 0]);
    assert!(file.contains("not in this file: 1 -->") && !file.contains("gone"), "{file}");
    assert!(
        !file.contains("CustomerID") && !file.contains("SequenceNumber") && !file.contains("ActiveFlag"),
        "{file}"
    );
    let to = run(&file).await;
    assert_eq!(exported(&to).await.0.lines().count() + 1, file.lines().count(), "but for the comment");
    assert_eq!(records(&exported(&to).await.0), records(&file));
}

#[tokio::test]
async fn what_is_inactive_of_a_customer_is_left_out() {
    let from = House::new();
    let id = from.world.add(&named("Ana", "Ruiz", "first")).await;
    let mail = |address: &str| {
        format!(
            "<EntityInformation><Individual><ContactInformation><EMail><EMailAddress>{address}</EMailAddress></EMail>\
             </ContactInformation></Individual></EntityInformation>"
        )
    };
    for address in ["a@example.com", "b@example.com"] {
        let update =
            format!("<CustomerID>{id}</CustomerID>{}{}", mail(address), alternate_key("XSTORE_ID", address));
        from.world.send(&customer_request("addOrUpdateCustomer", &update)).await.unwrap();
    }
    let (file, _) = exported(&from).await;
    assert!(
        file.contains("b@example.com") && !file.contains("a@example.com") && !file.contains("first"),
        "{file}"
    );
}

#[tokio::test]
async fn an_empty_store_is_an_empty_file() {
    let (file, findings) = exported(&House::new()).await;
    assert_eq!((records(&file).len(), findings.len()), (0, 0));
}

#[tokio::test]
async fn what_is_damaged_or_too_much_is_told() {
    let house = filled().await;
    let (customer, notes) = (CustomerId(3), 600);
    let stored = house.store.get(&key::customer(customer)).await.unwrap().unwrap();
    let mut record = decode_customer(&stored.body).unwrap();
    record.last_note_sequence = notes;
    let first = house.store.get(&key::note(customer, 1)).await.unwrap().unwrap();
    let note = decode_note(&first.body).unwrap();
    house
        .commit(|change| {
            change.put(key::customer(customer), encode_customer(&record).unwrap());
            for sequence in 1..=notes {
                let note = Note { sequence, text: "&".repeat(4_000), ..note.clone() };
                change.put(key::note(customer, sequence), encode_note(&note).unwrap());
            }
            change.put(key::customer(CustomerId(2)), "damaged");
        })
        .await;
    let (file, findings) = exported(&house).await;
    assert_eq!(records(&file).len(), 3);
    assert_eq!(findings.len(), 2, "{findings:?}");
    assert!(
        findings.iter().any(|text| text.starts_with("customer 3: its notes behind the first 64")),
        "{findings:?}"
    );
}
