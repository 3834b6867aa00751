//! Well-formed requests with values that cannot be read or that a rule forbids.

use super::{Scene, add};
use crate::support::soap;

const INDIVIDUAL: &str = "Customer/EntityInformation/Individual";

fn individual(content: &str) -> String {
    format!("<EntityInformation><Individual>{content}</Individual></EntityInformation>")
}

fn point(kind: &str, attributes: &str, content: &str) -> String {
    individual(&format!("<ContactInformation><{kind} {attributes}>{content}</{kind}></ContactInformation>"))
}

#[test]
fn values_of_the_wrong_kind_are_refused_with_code_and_field() {
    let scene = Scene::new();
    let contact = format!("{INDIVIDUAL}/ContactInformation");
    let socio = |name: &str, value: &str| {
        individual(&format!("<SocioEconomicProfile><{name}>{value}</{name}></SocioEconomicProfile>"))
    };
    let personal = |name: &str, value: &str| {
        individual(&format!("<PersonalSummary><{name}>{value}</{name}></PersonalSummary>"))
    };
    let preference = |attributes: &str| {
        format!("<PersonalPreferences><ContactPreference {attributes}/></PersonalPreferences>")
    };
    let note = |attributes: &str| {
        format!("<CustomerNotes><CustomerNote {attributes}>n</CustomerNote></CustomerNotes>")
    };
    let (date, value, size) = ("INVALID_DATE_FORMAT", "INVALID_ATTRIBUTE_VALUE", "ATTRIBUTE_VALUE_TOO_LARGE");
    let long = |name: &str, max: usize| format!("<{name}>{}</{name}>", "\u{e9}".repeat(max + 1));
    let rows: Vec<(&str, String, String)> = vec![
        (date, "<SignupDate>31.12.2023</SignupDate>".into(), "Customer/SignupDate".into()),
        (date, "<LastUpdateInfo><UpdateDate>2024-02-30</UpdateDate></LastUpdateInfo>".into(), "Customer/LastUpdateInfo/UpdateDate".into()),
        (date, note("createDate='now'"), "Customer/CustomerNotes/CustomerNote[1]/@createDate".into()),
        (value, "<Prospect>maybe</Prospect>".into(), "Customer/Prospect".into()),
        (value, personal("Rent", "2"), format!("{INDIVIDUAL}/PersonalSummary/Rent")),
        (value, point("Address", "PrimaryFlag='x'", "<City>a</City>"), format!("{contact}/Address[1]/@PrimaryFlag")),
        (value, point("EMail", "ValidFlag='x'", "<EMailAddress>a@b.cd</EMailAddress>"), format!("{contact}/EMail[1]/@ValidFlag")),
        (value, point("Telephone", "UpdateType='Sometimes'", "<PhoneNumber>1</PhoneNumber>"), format!("{contact}/Telephone[1]/@UpdateType")),
        (value, socio("HighestEducationalLevelName", "DOCTOR"), format!("{INDIVIDUAL}/SocioEconomicProfile/HighestEducationalLevelName")),
        (value, socio("AnnualIncomeAmount", "100000001"), format!("{INDIVIDUAL}/SocioEconomicProfile/AnnualIncomeAmount")),
        (value, socio("NetWorth", "1e6"), format!("{INDIVIDUAL}/SocioEconomicProfile/NetWorth")),
        (value, preference("ContactType='Pigeon' Permission='true'"), "Customer/PersonalPreferences/ContactPreference[1]/@ContactType".into()),
        (value, preference("ContactType='Fax' SubTypeCode='HOME' Permission='true'"), "Customer/PersonalPreferences/ContactPreference[1]/@SubTypeCode".into()),
        (value, preference("ContactType='Fax' SubTypeCode='FAX'"), "Customer/PersonalPreferences/ContactPreference[1]/@Permission".into()),
        (value, note("action='RENAME'"), "Customer/CustomerNotes/CustomerNote[1]/@action".into()),
        (value, note("sequence='0'"), "Customer/CustomerNotes/CustomerNote[1]/@sequence".into()),
        (value, note("privateFlag='perhaps'"), "Customer/CustomerNotes/CustomerNote[1]/@privateFlag".into()),
        (value, "<AlternateKey TypeCode='EMAIL' UpdateType='Never'><AlternateID>a</AlternateID></AlternateKey>".into(), "Customer/AlternateKey[2]/@UpdateType".into()),
        (value, soap::key("NOSUCH", "1"), "Customer/AlternateKey[2]/@TypeCode".into()),
        ("NAME_POSITION_INVALID", individual("<Name><Name Location='Front'>a</Name></Name>"), format!("{INDIVIDUAL}/Name/Name[1]/@Location")),
        ("NAME_POSITION_INVALID", individual("<Name><Name>a</Name></Name>"), format!("{INDIVIDUAL}/Name/Name[1]/@Location")),
        ("ALTERNATE_KEY_TYPECODE_UNSPECIFIED", "<AlternateKey><AlternateID>1</AlternateID></AlternateKey>".into(), "Customer/AlternateKey[2]/@TypeCode".into()),
        ("ALTERNATE_KEY_VALUE_UNSPECIFIED", "<AlternateKey TypeCode='EMAIL'/>".into(), "Customer/AlternateKey[2]/AlternateID".into()),
        ("CUSTOMER_NOTE_EMPTY", "<CustomerNotes><CustomerNote type='VISIT'/></CustomerNotes>".into(), "Customer/CustomerNotes/CustomerNote[1]".into()),
        ("UNKNOWN_ATTRIBUTE_TYPE", "<CustomAttribute name='None'><AttributeValue>1</AttributeValue></CustomAttribute>".into(), "Customer/CustomAttribute[1]/@name".into()),
        ("UNKNOWN_ATTRIBUTE_TYPE", "<CustomAttribute><AttributeValue>1</AttributeValue></CustomAttribute>".into(), "Customer/CustomAttribute[1]/@name".into()),
        ("VALUE_NOT_IN_ENUMERATED_ATTRIBUTE_TYPE_VALUES", "<CustomAttribute name='Service Tier'><AttributeValue>x</AttributeValue></CustomAttribute>".into(), "Customer/CustomAttribute[1]/AttributeValue[1]".into()),
        ("MULTIPLE_VALUES_ON_UNIQUE_ATTRIBUTE_TYPE", "<CustomAttribute name='Service Tier'><AttributeValue>Plus</AttributeValue><AttributeValue>Basic</AttributeValue></CustomAttribute>".into(), "Customer/CustomAttribute[1]".into()),
        (value, "<CustomAttribute name='Household Size'><AttributeValue>two</AttributeValue></CustomAttribute>".into(), "Customer/CustomAttribute[1]/AttributeValue[1]".into()),
        (size, long("OrgName", 120), "Customer/OrgName".into()),
        (size, long("EmployeeID", 60), "Customer/EmployeeID".into()),
        (size, long("Source", 250), "Customer/Source".into()),
        (size, long("CustomerID", 60), "Customer/CustomerID".into()),
        (size, point("Address", "", &long("AddressLine4", 254)), format!("{contact}/Address[1]/AddressLine4")),
        (size, point("Address", "", &long("PostalCode", 20)), format!("{contact}/Address[1]/PostalCode")),
        (size, point("Telephone", "", &long("PhoneNumber", 30)), format!("{contact}/Telephone[1]/PhoneNumber")),
        (size, socio("HighestEducationalLevelName", "SECONDARIES"), format!("{INDIVIDUAL}/SocioEconomicProfile/HighestEducationalLevelName")),
        (size, point("EMail", &format!("Label='{}'", "l".repeat(61)), "<EMailAddress>a@b.cd</EMailAddress>"), format!("{contact}/EMail[1]/@Label")),
        (size, format!("<CustomerNotes><CustomerNote>{}</CustomerNote></CustomerNotes>", "n".repeat(4_001)), "Customer/CustomerNotes/CustomerNote[1]".into()),
    ];
    for (code, content, field) in rows {
        let expected = [format!("500 Client {code} {field}"), format!("400 Sender {code} {field}")];
        scene.check_both(&field, &add(&content), &expected[0], &expected[1]);
    }
    scene.end();
}

#[test]
fn retrieve_customer_refuses_bad_identifiers() {
    let scene = Scene::new();
    let key = "<AlternateKey TypeCode='EMAIL'/>";
    let rows = [
        ("", "CUSTOMER_NOT_FOUND"),
        ("<CustomerID/>", "CUSTOMER_NOT_FOUND"),
        ("<CustomerID>one</CustomerID>", "CUSTOMER_NOT_FOUND"),
        ("<CustomerID>99999999999999999999</CustomerID>", "CUSTOMER_NOT_FOUND"),
        ("<CardNumber>4000123412341234</CardNumber>", "CUSTOMER_NOT_FOUND"),
        (key, "ALTERNATE_KEY_VALUE_UNSPECIFIED AlternateKey[1]/AlternateID"),
        (
            "<AlternateKey><AlternateID>1</AlternateID></AlternateKey>",
            "ALTERNATE_KEY_TYPECODE_UNSPECIFIED AlternateKey[1]/@TypeCode",
        ),
    ];
    for (identifier, expected) in rows {
        let element = soap::retrieve(identifier);
        scene.check_both(
            identifier,
            &element,
            &format!("500 Client {expected}"),
            &format!("400 Sender {expected}"),
        );
    }
    let flag = soap::retrieve("").replace(">true<", ">all<");
    let expected = "INVALID_ATTRIBUTE_VALUE IncludeInactive";
    scene.check_both("flag", &flag, &format!("500 Client {expected}"), &format!("400 Sender {expected}"));
    scene.end();
}
