//! The customer codec: what is read, what is refused and where, what is ignored.

use super::*;
use crate::domain::error::{Code, Violation};
use crate::domain::message::CustomerMessage;
use crate::domain::value::{ContactType, NameLocation};
use crate::wire::xml::{Document, Limits};

/// Reads `<Customer>` with this content.
fn read(content: &str) -> Result<CustomerMessage, Vec<Violation>> {
    let xml = format!(
        "<Customer xmlns='urn:castile:crm:v1' xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'>{content}</Customer>"
    );
    let document = Document::parse(xml.as_bytes(), &Limits::default()).unwrap();
    let mut fields = Fields::default();
    let message = customer(document.root(), &Path::ROOT.element("Customer"), &mut fields);
    fields.into_result().map(|()| message).map_err(|error| error.violations)
}

/// The codes and paths of what is wrong with a customer of this content.
#[track_caller]
fn refused(content: &str, expected: &[(Code, &str)]) {
    let violations = read(content).expect_err("refused");
    let found: Vec<_> = violations.iter().map(|v| (v.code, v.field.as_str())).collect();
    assert_eq!(found, expected, "{content}");
}

fn individual(content: &str) -> String {
    format!("<EntityInformation><Individual>{content}</Individual></EntityInformation>")
}

fn contact(content: &str) -> String {
    individual(&format!("<ContactInformation>{content}</ContactInformation>"))
}

fn socio(content: &str) -> String {
    individual(&format!("<SocioEconomicProfile>{content}</SocioEconomicProfile>"))
}

const INDIVIDUAL: &str = "Customer/EntityInformation/Individual";

#[test]
fn v_13_a_value_over_its_size_is_refused() {
    let fits = format!("<OrgName> {} </OrgName>", "é".repeat(120));
    assert!(read(&fits).is_ok());
    let cases = [
        ("OrgName", 121, "Customer/OrgName"),
        ("RetailStoreID", 61, "Customer/RetailStoreID"),
        ("Source", 251, "Customer/Source"),
    ];
    for (name, length, path) in cases {
        let content = format!("<{name}>{}</{name}>", "x".repeat(length));
        refused(&content, &[(Code::AttributeValueTooLarge, path)]);
    }
    let label =
        contact(&format!("<EMail Label='{}'><EMailAddress>a@b.cd</EMailAddress></EMail>", "l".repeat(61)));
    let path = format!("{INDIVIDUAL}/ContactInformation/EMail[1]/@Label");
    refused(&label, &[(Code::AttributeValueTooLarge, &path)]);
    let note = format!("<CustomerNotes><CustomerNote>{}</CustomerNote></CustomerNotes>", "n".repeat(4_001));
    refused(&note, &[(Code::AttributeValueTooLarge, "Customer/CustomerNotes/CustomerNote[1]")]);
}

#[test]
fn v_14_dates_that_are_none_are_refused() {
    refused("<SignupDate>soon</SignupDate>", &[(Code::InvalidDateFormat, "Customer/SignupDate")]);
    refused(
        "<LastUpdateInfo><UpdateDate>2015-13-01</UpdateDate></LastUpdateInfo>",
        &[(Code::InvalidDateFormat, "Customer/LastUpdateInfo/UpdateDate")],
    );
    refused(
        "<CustomerNotes><CustomerNote createDate='x'>text</CustomerNote></CustomerNotes>",
        &[(Code::InvalidDateFormat, "Customer/CustomerNotes/CustomerNote[1]/@createDate")],
    );
}

#[test]
fn v_14_a_birth_date_of_any_form_is_left_to_validation() {
    let content = individual("<PersonalSummary><BirthDate>16.04.1957</BirthDate></PersonalSummary>");
    assert_eq!(read(&content).unwrap().birth_date.as_deref(), Some("16.04.1957"));
}

#[test]
fn v_15_values_out_of_range_are_refused_and_line_breaks_are_not_part_of_a_value() {
    let path = |name| format!("{INDIVIDUAL}/SocioEconomicProfile/{name}");
    let message = read(&socio("<HighestEducationalLevelName>PHD\n  </HighestEducationalLevelName>")).unwrap();
    assert_eq!(message.education_level.map(|level| level.as_str()), Some("PHD"));
    let cases = [
        ("HighestEducationalLevelName", "DOCTOR"),
        ("AnnualIncomeAmount", "100000001"),
        ("AnnualIncomeAmount", "12.5"),
        ("NetWorth", "-3"),
    ];
    for (name, value) in cases {
        let content = socio(&format!("<{name}>{value}</{name}>"));
        refused(&content, &[(Code::InvalidAttributeValue, &path(name))]);
    }
}

#[test]
fn v_16_contact_preferences_are_of_the_known_forms() {
    let preference = |attributes: &str| {
        format!("<PersonalPreferences><ContactPreference {attributes}/></PersonalPreferences>")
    };
    let message = read(&preference("ContactType='Fax' SubTypeCode='FAX' Permission='true'")).unwrap();
    assert_eq!(message.contact_preferences, [(ContactType::Fax, true)]);
    let cases = [
        ("ContactType='Pigeon' SubTypeCode='HOME' Permission='true'", "ContactType"),
        ("ContactType='Mail' SubTypeCode='FAX' Permission='true'", "SubTypeCode"),
        ("ContactType='Fax' SubTypeCode='HOME' Permission='true'", "SubTypeCode"),
        ("ContactType='Mail' SubTypeCode='HOME' Permission='perhaps'", "Permission"),
        ("ContactType='Mail' SubTypeCode='HOME'", "Permission"),
        ("SubTypeCode='HOME' Permission='true'", "ContactType"),
    ];
    for (attributes, wrong) in cases {
        let path = format!("Customer/PersonalPreferences/ContactPreference[1]/@{wrong}");
        refused(&preference(attributes), &[(Code::InvalidAttributeValue, &path)]);
    }
}

#[test]
fn v_17_names_stand_in_an_outer_name_or_directly_and_say_their_location() {
    let outer = individual("<Name><Name Location='First'>Ana</Name><Name Location='Last'>Ruiz</Name></Name>");
    let direct = individual("<Name Location='First'>Ana</Name><Name Location='Last'>Ruiz</Name>");
    let expected = [(NameLocation::First, "Ana".to_owned()), (NameLocation::Last, "Ruiz".to_owned())];
    assert_eq!(read(&outer).unwrap().names, expected);
    assert_eq!(read(&direct).unwrap().names, expected);
    let path = format!("{INDIVIDUAL}/Name/Name[2]/@Location");
    for wrong in ["<Name>Ruiz</Name>", "<Name Location=''>Ruiz</Name>", "<Name Location='Third'>Ruiz</Name>"]
    {
        let content = individual(&format!("<Name><Name Location='First'>Ana</Name>{wrong}</Name>"));
        refused(&content, &[(Code::NamePositionInvalid, &path)]);
    }
}

#[test]
fn v_18_unknown_is_ignored_order_does_not_matter_and_two_spellings_are_read() {
    let message = read(
        "<Wings>2</Wings><x:Source xmlns:x='urn:other'>elsewhere</x:Source><Source Colour='red'>walk-in</Source>\
         <CustomerId>7</CustomerId>",
    )
    .unwrap();
    assert_eq!((message.source.as_deref(), message.customer_id.as_deref()), (Some("walk-in"), Some("7")));
    assert_eq!(
        read(&individual("<Nickname>G</Nickname>")).unwrap(),
        read(&individual("<NickName>G</NickName>")).unwrap()
    );
}

#[test]
fn v_18_elements_in_no_namespace_are_read_too() {
    let message = read("<Source xmlns=''>walk-in</Source>").unwrap();
    assert_eq!(message.source.as_deref(), Some("walk-in"));
}

#[test]
fn v_18_unreadable_values_are_refused_all_at_once_with_their_paths() {
    let content = format!(
        "<Prospect>maybe</Prospect>{}<AlternateKey TypeCode='EMAIL' UpdateType='Sometimes'><AlternateID>a</AlternateID></AlternateKey>\
         <CustomerNotes><CustomerNote sequence='0'>n</CustomerNote><CustomerNote action='BURN'>n</CustomerNote></CustomerNotes>",
        contact("<Address PrimaryFlag='yes'><City>Bath</City></Address>"),
    );
    let address = format!("{INDIVIDUAL}/ContactInformation/Address[1]/@PrimaryFlag");
    refused(
        &content,
        &[
            (Code::InvalidAttributeValue, "Customer/Prospect"),
            (Code::InvalidAttributeValue, &address),
            (Code::InvalidAttributeValue, "Customer/AlternateKey[1]/@UpdateType"),
            (Code::InvalidAttributeValue, "Customer/CustomerNotes/CustomerNote[1]/@sequence"),
            (Code::InvalidAttributeValue, "Customer/CustomerNotes/CustomerNote[2]/@action"),
        ],
    );
}

#[test]
fn u_6_an_affiliation_is_added_and_nothing_else() {
    let read = |attributes: &str, store: &str| {
        read(&format!("<Affiliation {attributes}><RetailStoreID>{store}</RetailStoreID></Affiliation>"))
    };
    for attributes in ["", "Action='Add'", "Action=' ADD '", "UpdateType='New'", "Action='' UpdateType='new'"]
    {
        let message = read(attributes, "7").unwrap();
        assert_eq!((message.home_location.as_deref(), message.affiliation_sent), (Some("7"), true));
    }
    assert!(read("Action='Add'", "").unwrap().affiliation_sent);
    assert_eq!(read("Action=''", "").unwrap(), CustomerMessage::default(), "V-19");
    for (attributes, name) in [("Action='Remove'", "Action"), ("UpdateType='Old'", "UpdateType")] {
        let violations = read(attributes, "7").unwrap_err();
        assert_eq!(violations[0].field, format!("Customer/Affiliation/@{name}"));
        assert_eq!(violations[0].code, Code::InvalidAttributeValue);
    }
}

#[test]
fn v_18_a_refusal_never_repeats_what_was_sent() {
    let violations =
        read("<Prospect>secret-value</Prospect><SignupDate>secret-value</SignupDate>").unwrap_err();
    assert!(violations.iter().all(|violation| !violation.message.contains("secret-value")));
}

#[test]
fn v_19_empty_elements_count_as_not_sent() {
    let content = format!(
        "<CustomerID></CustomerID><Source>  </Source><Prospect/><SignupDate/><LastUpdateInfo><UpdateDate/></LastUpdateInfo>\
         <OrgName xsi:nil='true'/>{}<PersonalPreferences><ContactPreference/></PersonalPreferences>\
         <AlternateKey TypeCode=''><AlternateID/></AlternateKey><CustomAttribute name='Tier'/>\
         <CustomerNotes><CustomerNote type=''></CustomerNote></CustomerNotes>",
        individual(
            "<Suffix/><Name/><Name><Name Location='First2'/></Name><ContactInformation>\
             <Address TypeCode='HOME'><AddressLine1/><City></City></Address><EMail PrimaryFlag='true'><EMailAddress/></EMail>\
             <Telephone><PhoneNumber/><Extension/></Telephone></ContactInformation>"
        ),
    );
    assert_eq!(read(&content).unwrap(), CustomerMessage::default());
}

#[test]
fn c_2_an_empty_attribute_value_is_kept() {
    let message = read("<CustomAttribute name='Tier'><AttributeValue/></CustomAttribute>").unwrap();
    assert_eq!(message.attributes[0].values, [""]);
}

#[test]
fn the_last_of_a_repeated_element_counts_and_items_know_their_position() {
    let message = read(&format!(
        "<Source>a</Source><Source>b</Source><AlternateKey/><AlternateKey TypeCode='EMAIL'><AlternateID>x</AlternateID></AlternateKey>{}",
        contact("<EMail/><EMail><EMailAddress>a@b.cd</EMailAddress></EMail>"),
    ))
    .unwrap();
    assert_eq!(message.source.as_deref(), Some("b"));
    assert_eq!((message.alternate_keys[0].index, message.emails[0].index), (2, 2));
}

#[test]
fn violations_come_in_the_order_of_the_schema_whatever_order_is_sent() {
    let content = "<CustomerNotes><CustomerNote sequence='x' createDate='y'>text</CustomerNote></CustomerNotes>\
         <Prospect>x</Prospect>\
         <EntityInformation><Individual><SocioEconomicProfile><NetWorth>x</NetWorth></SocioEconomicProfile>\
         <ContactInformation><EMail ValidFlag='x' PrimaryFlag='x'><EMailAddress>a</EMailAddress></EMail>\
         </ContactInformation></Individual></EntityInformation><SignupDate>x</SignupDate>";
    let email = format!("{INDIVIDUAL}/ContactInformation/EMail[1]");
    let expected = [
        (Code::InvalidDateFormat, "Customer/SignupDate"),
        (Code::InvalidAttributeValue, "Customer/Prospect"),
        (Code::InvalidAttributeValue, &format!("{email}/@PrimaryFlag")),
        (Code::InvalidAttributeValue, &format!("{email}/@ValidFlag")),
        (Code::InvalidAttributeValue, &format!("{INDIVIDUAL}/SocioEconomicProfile/NetWorth")),
        (Code::InvalidDateFormat, "Customer/CustomerNotes/CustomerNote[1]/@createDate"),
        (Code::InvalidAttributeValue, "Customer/CustomerNotes/CustomerNote[1]/@sequence"),
    ];
    refused(content, &expected);
}

#[test]
fn violations_over_the_bound_leave_out_the_last_of_the_schema() {
    let notes = "<CustomerNote sequence='x'>text</CustomerNote>".repeat(5_000);
    let content = format!("<CustomerNotes>{notes}</CustomerNotes><Prospect>x</Prospect>");
    let violations = read(&content).expect_err("refused");
    assert_eq!(violations.len(), crate::domain::error::VIOLATIONS_MAX);
    assert_eq!(violations[0].field, "Customer/Prospect");
    assert_eq!(violations[49].field, "Customer/CustomerNotes/CustomerNote[49]/@sequence");
}
