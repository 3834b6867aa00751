//! What the review tells of a record beside its refusal: the identifiers that it carried, the elements that are empty.
//!
//! Read without judging: a record that can't be decoded carries identifiers all the same.

use std::borrow::Cow;

use crate::domain::card::CardNumber;
use crate::ops::RecordWarning;
use crate::wire::customer::size;
use crate::wire::xml::{Document, Element};

/// How many alternate keys of a record the review shows.
const KEYS_MAX: usize = 10;
/// How deep below the record identifiers are looked for: `Instrument/Customer/AlternateKey`, `Customer/MergeTargetSet/…`.
const DEPTH_MAX: usize = 3;
/// How many empty elements of one record are told.
const EMPTY_MAX: usize = 20;

/// The identifiers of a record.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Carried {
    pub(super) customer_id: Option<String>,
    /// TypeCode and AlternateID.
    pub(super) alternate_keys: Vec<(String, String)>,
    /// Masked.
    pub(super) card_number: Option<String>,
    pub(super) instrument_id: Option<String>,
}

/// The identifiers in a record; longer ones than there can be are cut off.
pub(super) fn identifiers(record: Element<'_>) -> Carried {
    let mut carried = Carried::default();
    gather(record, 1, &mut carried);
    carried
}

fn gather(element: Element<'_>, depth: usize, carried: &mut Carried) {
    for child in element.children() {
        match child.local() {
            "CustomerID" | "CustomerId" => {
                keep_first(&mut carried.customer_id, cut(child.text(), size::CODE));
            }
            "CardNumber" => keep_first(&mut carried.card_number, masked(&cut(child.text(), size::CODE))),
            "InstrumentID" => keep_first(&mut carried.instrument_id, cut(child.text(), size::CODE)),
            "AlternateKey" if carried.alternate_keys.len() < KEYS_MAX => {
                let type_code =
                    child.attribute("TypeCode").map_or_else(String::new, |code| cut(code, size::CODE));
                let id = child.children().find(|part| part.local() == "AlternateID");
                let id = id.map_or_else(String::new, |id| cut(id.text(), size::NAME));
                carried.alternate_keys.push((type_code, id));
            }
            _ if depth < DEPTH_MAX => gather(child, depth + 1, carried),
            _ => {}
        }
    }
}

/// The first that says something.
fn keep_first(slot: &mut Option<String>, sent: String) {
    if slot.is_none() && !sent.is_empty() {
        *slot = Some(sent);
    }
}

/// As card numbers are shown; what can be none is hidden whole.
fn masked(sent: &str) -> String {
    CardNumber::parse(sent).map_or_else(|| "*".repeat(sent.chars().count()), |number| number.masked())
}

fn cut(text: Cow<'_, str>, characters_max: usize) -> String {
    text.trim().chars().take(characters_max).collect()
}

/// V-19: a warning for each element that is empty and so counts as not sent; the first ones. C-2: within a custom
/// attribute an empty element has a meaning.
pub(super) fn empty_elements(record: &Document<'_>) -> Vec<RecordWarning> {
    let places = record.blank_elements().filter(|element| !speaks_by_attributes(*element));
    let paths = places.map(Element::lineage).filter(|path| path.len() > 1);
    let outside = paths.filter(|path| path.iter().all(|element| element.local() != "CustomAttribute"));
    let warning = |path: Vec<Element<'_>>| RecordWarning {
        code: "EMPTY_ELEMENT".to_owned(),
        field: path.iter().map(|element| element.local()).collect::<Vec<_>>().join("/"),
        message: "an empty element counts as not sent".to_owned(),
    };
    outside.take(EMPTY_MAX).map(warning).collect()
}

/// Whether it says something without any text: V-16, U-6, U-9.
fn speaks_by_attributes(element: Element<'_>) -> bool {
    matches!(element.local(), "ContactPreference" | "Affiliation" | "CustomerNote")
        && element.attributes().any(|attribute| !attribute.value().trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::xml::Limits;

    fn on<T>(record: &str, look: impl Fn(Element<'_>) -> T) -> T {
        look(Document::parse(record.as_bytes(), &Limits::default()).unwrap().root())
    }

    fn empty(record: &str) -> Vec<String> {
        let document = Document::parse(record.as_bytes(), &Limits::default()).unwrap();
        empty_elements(&document).into_iter().map(|warning| warning.field).collect()
    }

    #[test]
    fn b_4_identifiers_are_found_wherever_a_record_carries_them() {
        let check = |record: &str, id: Option<&str>, keys: &[(&str, &str)]| {
            let keys = keys.iter().map(|(code, id)| ((*code).to_owned(), (*id).to_owned())).collect();
            let expected =
                Carried { customer_id: id.map(str::to_owned), alternate_keys: keys, ..Carried::default() };
            assert_eq!(on(record, identifiers), expected, "{record}");
        };
        let key = "<AlternateKey TypeCode='XSTORE_ID'><AlternateID> 7 </AlternateID></AlternateKey>";
        check(
            &format!("<Customer><CustomerID>5</CustomerID>{key}</Customer>"),
            Some("5"),
            &[("XSTORE_ID", "7")],
        );
        check(&format!("<Instrument><Customer>{key}</Customer></Instrument>"), None, &[("XSTORE_ID", "7")]);
        check("<Customer><AlternateKey/><CustomerId/></Customer>", None, &[("", "")]);
        let long = on(&format!("<C><CustomerID>{}</CustomerID></C>", "é".repeat(500)), identifiers);
        assert_eq!(long.customer_id.unwrap().chars().count(), size::CODE);
    }

    #[test]
    fn b_4_the_card_of_a_record_is_told_masked() {
        let check = |content: &str, number: Option<&str>, instrument: Option<&str>| {
            let carried = on(&format!("<Instrument>{content}</Instrument>"), identifiers);
            let found = (carried.card_number.as_deref(), carried.instrument_id.as_deref());
            assert_eq!(found, (number, instrument), "{content}");
        };
        check("<CardNumber> 6006490000000001 </CardNumber>", Some("************0001"), None);
        check("<InstrumentID>S-1</InstrumentID><CardNumber/>", None, Some("S-1"));
        check("<CardNumber>4000</CardNumber>", Some("****"), None);
        check("<CardNumber>60 06</CardNumber><CardNumber>1234567</CardNumber>", Some("*****"), None);
        check("<X><CardNumber>1234567</CardNumber></X>", Some("***4567"), None);
    }

    #[test]
    fn v_19_empty_elements_are_told_with_their_place_but_for_custom_attributes() {
        let record = "<Customer><Source/><EntityInformation><Individual><Gender> </Gender><Rent>true</Rent></Individual>\
                      </EntityInformation><CustomAttribute><AttributeValue/></CustomAttribute></Customer>";
        assert_eq!(empty(record), ["Customer/Source", "Customer/EntityInformation/Individual/Gender"]);
        assert_eq!(empty("<Customer><Source><![CDATA[ ]]></Source><Class>&#32;</Class></Customer>").len(), 2);
        assert_eq!(empty(&format!("<Customer>{}</Customer>", "<Source/>".repeat(100))).len(), EMPTY_MAX);
    }

    #[test]
    fn v_19_what_speaks_by_its_attributes_is_not_empty() {
        let check = |inside: &str, expected: usize| {
            assert_eq!(empty(&format!("<Customer>{inside}</Customer>")).len(), expected, "{inside}");
        };
        check("<ContactPreference ContactType='Mail' Permission='false'/>", 0);
        check("<CustomerNote action='Delete' sequence='3'></CustomerNote>", 0);
        check("<Affiliation Action='Add'/>", 0);
        check("<ContactPreference/><CustomerNote type=' '/><Affiliation/>", 3);
        check("<Name Location='First'/><EMail TypeCode='HOME'/>", 2);
    }
}
