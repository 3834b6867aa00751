//! `Customer` → [`CustomerMessage`].

use super::contact;
use super::field::{Fields, known_children, size};
use super::path::Path;
use crate::domain::error::{Code, Error};
use crate::domain::message::{AlternateKeyMessage, AttributeMessage, CustomerMessage};
use crate::domain::note::NoteMessage;
use crate::domain::value::{
    self, ContactType, DateOrTime, EducationLevel, NameLocation, NoteAction, UpdateType,
};
use crate::wire::xml::Element;

/// Reads the `Customer` of a request element that holds nothing else; one that is missing counts as empty.
pub fn customer_of(request: Element<'_>) -> Result<CustomerMessage, Error> {
    let mut fields = Fields::default();
    let element = known_children(request).filter(|child| child.local() == "Customer").last();
    let path = Path::ROOT.element("Customer");
    let message = element.map(|element| customer(element, &path, &mut fields)).unwrap_or_default();
    fields.into_result().map(|()| message)
}

/// Reads a `Customer` that is a record of a document. Paths begin with it.
pub fn customer_record(element: Element<'_>) -> Result<CustomerMessage, Error> {
    let mut fields = Fields::default();
    let message = customer(element, &Path::ROOT.element("Customer"), &mut fields);
    fields.into_result().map(|()| message)
}

/// Reads a `Customer` element; what is wrong is left in `fields`.
pub fn customer(element: Element<'_>, path: &Path<'_>, fields: &mut Fields) -> CustomerMessage {
    let mut message = CustomerMessage::default();
    let (mut keys, mut attributes) = (0, 0);
    for child in known_children(element) {
        let parent = path;
        let path = &parent.element(child.local());
        let mut text = |max| fields.text(child, path, max);
        match child.local() {
            "CustomerID" | "CustomerId" => set(&mut message.customer_id, text(size::CODE)),
            "RetailStoreID" => set(&mut message.retail_store_id, text(size::CODE)),
            "CustomerNumber" => set(&mut message.customer_number, text(size::OTHER)),
            "CustomerReference" => set(&mut message.customer_reference, text(size::OTHER)),
            "OrgName" => set(&mut message.org_name, text(size::NAME)),
            "CustOrgTypcode" => set(&mut message.cust_org_typcode, text(size::CODE)),
            "EmployeeID" => set(&mut message.employee_id, text(size::CODE)),
            "Source" => set(&mut message.source, text(size::OTHER)),
            "BusinessName" => set(&mut message.business_name, text(size::NAME)),
            "CustomerClass" => set(&mut message.customer_class, text(size::OTHER)),
            "SignupDate" => {
                set(&mut message.signup_date, fields.value(child, path, size::OTHER, DateOrTime::parse));
            }
            "Prospect" => set(&mut message.prospect, fields.value(child, path, size::OTHER, value::boolean)),
            "LastUpdateInfo" => last_update_info(child, path, fields, &mut message),
            "Affiliation" => affiliation(child, path, fields, &mut message),
            "EntityInformation" => entity_information(child, path, fields, &mut message),
            "PersonalPreferences" => personal_preferences(child, path, fields, &mut message),
            "CustomerNotes" => customer_notes(child, path, fields, &mut message),
            "AlternateKey" => {
                keys += 1;
                message.alternate_keys.extend(alternate_key(
                    child,
                    keys,
                    &parent.item("AlternateKey", keys),
                    fields,
                ));
            }
            "CustomAttribute" => {
                attributes += 1;
                message.attributes.extend(custom_attribute(
                    child,
                    attributes,
                    &parent.item("CustomAttribute", attributes),
                    fields,
                ));
            }
            _ => {}
        }
    }
    message
}

/// A value that was sent replaces one sent before it; an empty element changes nothing (V-19).
pub(super) fn set<T>(slot: &mut Option<T>, sent: Option<T>) {
    if sent.is_some() {
        *slot = sent;
    }
}

fn last_update_info(
    element: Element<'_>,
    path: &Path<'_>,
    fields: &mut Fields,
    message: &mut CustomerMessage,
) {
    for child in known_children(element) {
        let path = &path.element(child.local());
        match child.local() {
            "UpdateUserID" => set(&mut message.update_user_id, fields.text(child, path, size::CODE)),
            "UpdateDate" => {
                set(&mut message.update_date, fields.value(child, path, size::OTHER, DateOrTime::parse));
            }
            _ => {}
        }
    }
}

/// U-6: `Action="Add"` and `UpdateType="New"` say the same. One without attribute and store says nothing (V-19).
fn affiliation(element: Element<'_>, path: &Path<'_>, fields: &mut Fields, message: &mut CustomerMessage) {
    for (name, only, expected) in [("Action", "Add", "expected Add"), ("UpdateType", "New", "expected New")] {
        let Some(sent) = element.attribute(name) else { continue };
        let sent = sent.trim();
        message.affiliation_sent |= !sent.is_empty();
        if !sent.is_empty() && !sent.eq_ignore_ascii_case(only) {
            fields.refuse(Code::InvalidAttributeValue, &path.attribute(name), expected);
        }
    }
    for child in known_children(element).filter(|child| child.local() == "RetailStoreID") {
        let path = &path.element(child.local());
        set(&mut message.home_location, fields.text(child, path, size::CODE));
    }
    message.affiliation_sent |= message.home_location.is_some();
}

fn entity_information(
    element: Element<'_>,
    path: &Path<'_>,
    fields: &mut Fields,
    message: &mut CustomerMessage,
) {
    for child in known_children(element).filter(|child| child.local() == "Individual") {
        individual(child, &path.element(child.local()), fields, message);
    }
}

fn individual(element: Element<'_>, path: &Path<'_>, fields: &mut Fields, message: &mut CustomerMessage) {
    let mut direct_names = 0;
    for child in known_children(element) {
        let parent = path;
        let path = &path.element(child.local());
        match child.local() {
            "Suffix" => set(&mut message.suffix, fields.text(child, path, size::OTHER)),
            "Salutation" => set(&mut message.salutation, fields.text(child, path, size::OTHER)),
            "NickName" | "Nickname" => set(&mut message.nickname, fields.text(child, path, size::NAME)),
            "Name" if known_children(child).next().is_some() => names(child, path, fields, message),
            "Name" => {
                direct_names += 1;
                name(child, &parent.item("Name", direct_names), fields, message);
            }
            "ContactInformation" => contact::information(child, path, fields, message),
            "PersonalSummary" => personal_summary(child, path, fields, message),
            "SocioEconomicProfile" => socio_economic_profile(child, path, fields, message),
            _ => {}
        }
    }
}

fn names(element: Element<'_>, path: &Path<'_>, fields: &mut Fields, message: &mut CustomerMessage) {
    let parts = known_children(element).filter(|child| child.local() == "Name");
    for (part, index) in parts.zip(1..) {
        name(part, &path.item("Name", index), fields, message);
    }
}

/// V-17
fn name(element: Element<'_>, path: &Path<'_>, fields: &mut Fields, message: &mut CustomerMessage) {
    let Some(text) = fields.text(element, path, size::NAME) else { return };
    let path = &path.attribute("Location");
    let location = match element.attribute("Location") {
        Some(sent) if !sent.trim().is_empty() => fields.attribute_value(&sent, path, NameLocation::parse),
        _ => {
            fields.refuse(Code::NamePositionInvalid, path, "expected First, First2, Middle, Last or Last2");
            None
        }
    };
    message.names.extend(location.map(|location| (location, text)));
}

fn personal_summary(
    element: Element<'_>,
    path: &Path<'_>,
    fields: &mut Fields,
    message: &mut CustomerMessage,
) {
    for child in known_children(element) {
        let path = &path.element(child.local());
        let mut text = |max| fields.text(child, path, max);
        match child.local() {
            "GenderType" => set(&mut message.gender, text(size::OTHER)),
            "BirthDate" => set(&mut message.birth_date, text(size::OTHER)),
            "MaritalStatusCode" => set(&mut message.marital_status_code, text(size::CODE)),
            "Ethnicity" => set(&mut message.ethnicity, text(size::OTHER)),
            "LanguageCode" => set(&mut message.language_code, text(size::CODE)),
            "Rent" => set(&mut message.rent, fields.value(child, path, size::OTHER, value::boolean)),
            _ => {}
        }
    }
}

/// V-15
fn socio_economic_profile(
    element: Element<'_>,
    path: &Path<'_>,
    fields: &mut Fields,
    message: &mut CustomerMessage,
) {
    for child in known_children(element) {
        let path = &path.element(child.local());
        match child.local() {
            "HighestEducationalLevelName" => {
                let level = fields.value(child, path, size::EDUCATION, EducationLevel::parse);
                set(&mut message.education_level, level);
            }
            "AnnualIncomeAmount" => {
                set(&mut message.annual_income, fields.value(child, path, size::OTHER, value::annual_income));
            }
            "NetWorth" => {
                set(&mut message.net_worth, fields.value(child, path, size::OTHER, value::net_worth))
            }
            _ => {}
        }
    }
}

fn personal_preferences(
    element: Element<'_>,
    path: &Path<'_>,
    fields: &mut Fields,
    message: &mut CustomerMessage,
) {
    let preferences = known_children(element).filter(|child| child.local() == "ContactPreference");
    for (preference, index) in preferences.zip(1..) {
        let path = &path.item("ContactPreference", index);
        message.contact_preferences.extend(contact_preference(preference, path, fields));
    }
}

/// V-16. A SubTypeCode that is left out is the only one there is for the channel.
fn contact_preference(
    element: Element<'_>,
    path: &Path<'_>,
    fields: &mut Fields,
) -> Option<(ContactType, bool)> {
    // V-19: an element without attributes says nothing.
    element.attributes().next()?;
    let contact_type = required(
        element,
        "ContactType",
        path,
        fields,
        ContactType::parse,
        "expected Mail, Email, Phone or Fax",
    );
    let sub_type = element.attribute("SubTypeCode").filter(|sent| !sent.trim().is_empty());
    if let (Some(contact_type), Some(sent)) = (contact_type, sub_type) {
        let expected = contact_type.sub_type_code();
        if !sent.trim().eq_ignore_ascii_case(expected) {
            let message = format!("expected {expected} for this ContactType");
            fields.refuse(Code::InvalidAttributeValue, &path.attribute("SubTypeCode"), message);
        }
    }
    let permission = required(element, "Permission", path, fields, value::boolean, "expected true or false");
    contact_type.zip(permission)
}

fn required<T>(
    element: Element<'_>,
    name: &str,
    path: &Path<'_>,
    fields: &mut Fields,
    parse: fn(&str) -> Result<T, value::Reject>,
    expected: &str,
) -> Option<T> {
    let path = &path.attribute(name);
    match element.attribute(name).filter(|sent| !sent.trim().is_empty()) {
        Some(sent) => fields.attribute_value(&sent, path, parse),
        None => {
            fields.refuse(Code::InvalidAttributeValue, path, expected);
            None
        }
    }
}

/// An `AlternateKey`; `None` if both parts are empty (V-19). A-3 judges whether it is whole.
pub fn alternate_key(
    element: Element<'_>,
    index: usize,
    path: &Path<'_>,
    fields: &mut Fields,
) -> Option<AlternateKeyMessage> {
    let mut key = AlternateKeyMessage { index, ..AlternateKeyMessage::default() };
    for attribute in element.attributes().filter(|attribute| attribute.namespace().is_none()) {
        let path = &path.attribute(attribute.local());
        match attribute.local() {
            "TypeCode" => key.type_code = fields.attribute_text(&attribute.value(), path, size::CODE),
            "UpdateType" => {
                key.update_type = fields.attribute_value(&attribute.value(), path, UpdateType::parse)
            }
            _ => {}
        }
    }
    for child in known_children(element).filter(|child| child.local() == "AlternateID") {
        set(&mut key.alternate_id, fields.text(child, &path.element("AlternateID"), size::NAME));
    }
    (key.type_code.is_some() || key.alternate_id.is_some()).then_some(key)
}

/// C-2: an empty value is kept, for it deletes; an attribute without any value element says nothing (V-19).
fn custom_attribute(
    element: Element<'_>,
    index: usize,
    path: &Path<'_>,
    fields: &mut Fields,
) -> Option<AttributeMessage> {
    let name = element.attribute("name");
    let name = name.and_then(|sent| fields.attribute_text(&sent, &path.attribute("name"), size::NAME));
    let sent = known_children(element).filter(|child| child.local() == "AttributeValue");
    let values: Vec<_> = sent
        .zip(1..)
        .map(|(value, index)| {
            fields.text(value, &path.item("AttributeValue", index), size::OTHER).unwrap_or_default()
        })
        .collect();
    (!values.is_empty()).then_some(AttributeMessage { index, name, values })
}

fn customer_notes(element: Element<'_>, path: &Path<'_>, fields: &mut Fields, message: &mut CustomerMessage) {
    let notes = known_children(element).filter(|child| child.local() == "CustomerNote");
    for (note, index) in notes.zip(1..) {
        message.notes.extend(customer_note(note, index, &path.item("CustomerNote", index), fields));
    }
}

/// A note; `None` if it has neither text nor a filled attribute (V-19).
fn customer_note(
    element: Element<'_>,
    index: usize,
    path: &Path<'_>,
    fields: &mut Fields,
) -> Option<NoteMessage> {
    let mut note = NoteMessage { text: fields.text(element, path, size::NOTE), ..NoteMessage::default() };
    for attribute in element.attributes().filter(|attribute| attribute.namespace().is_none()) {
        let path = &path.attribute(attribute.local());
        let sent = &attribute.value();
        match attribute.local() {
            "type" => note.note_type = fields.attribute_text(sent, path, size::CODE),
            "createDate" => note.create_date = fields.attribute_value(sent, path, DateOrTime::parse),
            "createUser" => note.create_user = fields.attribute_text(sent, path, size::CODE),
            "location" => note.location = fields.attribute_text(sent, path, size::CODE),
            "action" => note.action = fields.attribute_value(sent, path, NoteAction::parse),
            "sequence" => note.sequence = fields.attribute_value(sent, path, value::note_sequence),
            "privateFlag" => note.private = fields.attribute_value(sent, path, value::boolean),
            _ => {}
        }
    }
    (note != NoteMessage::default()).then_some(NoteMessage { index, ..note })
}
