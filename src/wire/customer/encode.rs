//! A stored customer → the `Customer` element of an answer, in the exact order of the schema.

use super::{activity, contact};
use crate::domain::activity::ActivitySummary;
use crate::domain::card::CardNumber;
use crate::domain::customer::{Customer, Individual, Profile, Subject, ValidationError};
use crate::domain::identity::CustomerId;
use crate::domain::note::Note;
use crate::wire::xml::Writer;

/// What of a customer an answer shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Selection {
    /// Active contact points and keys only.
    Active,
    /// Inactive ones too.
    All,
    /// Active ones as a request names them: without what only answers say.
    Request,
}

impl Selection {
    pub(super) fn shows(self, active: bool) -> bool {
        match self {
            Selection::Active | Selection::Request => active,
            Selection::All => true,
        }
    }

    /// Whether state and numbers are told that a request can't set.
    pub(super) fn tells_state(self) -> bool {
        match self {
            Selection::Active | Selection::All => true,
            Selection::Request => false,
        }
    }
}

/// Writes `<Customer>…</Customer>` with its notes and the numbers of its cards, masked; names are unprefixed, the target namespace is the writer's default namespace.
pub fn write_customer<S: AsRef<str>>(
    writer: &mut Writer,
    customer: &Customer<S>,
    notes: &[Note<S>],
    summary: Option<&ActivitySummary>,
    cards: &[CardNumber],
    selection: Selection,
) {
    writer.start("Customer");
    if customer.id != CustomerId::NOBODY {
        writer.value("CustomerID", &customer.id);
    }
    content(writer, customer, notes, selection);
    state(writer, customer, selection);
    if let Some(summary) = summary {
        activity::write_activity(writer, summary);
    }
    for card in cards {
        writer.element("CardNumber", &card.masked());
    }
    display(writer, "MergedInto", customer.merged_into);
    writer.end();
}

/// Writes `<Customer Action="…">…</Customer>`, a record that asks for a customer like this one: all that a request can
/// say of it, but for its id.
pub fn write_customer_record<S: AsRef<str>>(
    writer: &mut Writer,
    action: &str,
    customer: &Customer<S>,
    notes: &[Note<S>],
) {
    writer.start("Customer").attribute("Action", action);
    content(writer, customer, notes, Selection::Request);
    writer.end();
}

fn content<S: AsRef<str>>(
    writer: &mut Writer,
    customer: &Customer<S>,
    notes: &[Note<S>],
    selection: Selection,
) {
    if customer.update_user_id.is_some() || customer.update_date.is_some() {
        writer.start("LastUpdateInfo");
        text(writer, "UpdateUserID", &customer.update_user_id);
        display(writer, "UpdateDate", customer.update_date.as_ref());
        writer.end();
    }
    profile(writer, &customer.profile);
    entity_information(writer, customer, selection);
    personal_preferences(writer, customer);
    alternate_keys(writer, customer, selection);
    custom_attributes(writer, customer);
    customer_notes(writer, notes);
}

pub(super) fn text<S: AsRef<str>>(writer: &mut Writer, name: &str, value: &Option<S>) {
    if let Some(value) = value {
        writer.element(name, value.as_ref());
    }
}

fn display<T: std::fmt::Display>(writer: &mut Writer, name: &str, value: Option<T>) {
    if let Some(value) = value {
        writer.value(name, &value);
    }
}

pub(super) fn flag(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

fn profile<S: AsRef<str>>(writer: &mut Writer, profile: &Profile<S>) {
    text(writer, "RetailStoreID", &profile.retail_store_id);
    display(writer, "SignupDate", profile.signup_date.as_ref());
    text(writer, "CustomerNumber", &profile.customer_number);
    text(writer, "CustomerReference", &profile.customer_reference);
    text(writer, "OrgName", &profile.org_name);
    text(writer, "CustOrgTypcode", &profile.cust_org_typcode);
    text(writer, "EmployeeID", &profile.employee_id);
    if let Some(home_location) = &profile.home_location {
        writer.start("Affiliation").element("RetailStoreID", home_location.as_ref()).end();
    }
    display(writer, "Prospect", profile.prospect);
    text(writer, "Source", &profile.source);
    text(writer, "BusinessName", &profile.business_name);
    text(writer, "CustomerClass", &profile.customer_class);
}

fn entity_information<S: AsRef<str>>(writer: &mut Writer, customer: &Customer<S>, selection: Selection) {
    writer.start("EntityInformation").start("Individual");
    let individual = &customer.individual;
    text(writer, "Suffix", &individual.suffix);
    text(writer, "Salutation", &individual.salutation);
    text(writer, "NickName", &individual.nickname);
    names(writer, individual);
    contact::write_information(writer, customer, selection);
    personal_summary(writer, individual);
    socio_economic_profile(writer, individual);
    writer.end().end();
}

fn names<S: AsRef<str>>(writer: &mut Writer, individual: &Individual<S>) {
    if !individual.has_name() {
        return;
    }
    let parts = [
        ("First", &individual.first_name),
        ("First2", &individual.first_name_2),
        ("Middle", &individual.middle_name),
        ("Last", &individual.last_name),
        ("Last2", &individual.last_name_2),
    ];
    writer.start("Name");
    for (location, part) in parts {
        if let Some(part) = part {
            writer.start("Name").attribute("Location", location).text(part.as_ref()).end();
        }
    }
    writer.end();
}

fn personal_summary<S: AsRef<str>>(writer: &mut Writer, individual: &Individual<S>) {
    let said = [
        individual.gender.is_some(),
        individual.birth_date.is_some(),
        individual.marital_status_code.is_some(),
        individual.ethnicity.is_some(),
        individual.rent.is_some(),
        individual.language_code.is_some(),
    ];
    if !said.contains(&true) {
        return;
    }
    writer.start("PersonalSummary");
    text(writer, "GenderType", &individual.gender);
    display(writer, "BirthDate", individual.birth_date);
    text(writer, "MaritalStatusCode", &individual.marital_status_code);
    text(writer, "Ethnicity", &individual.ethnicity);
    display(writer, "Rent", individual.rent);
    text(writer, "LanguageCode", &individual.language_code);
    writer.end();
}

fn socio_economic_profile<S: AsRef<str>>(writer: &mut Writer, individual: &Individual<S>) {
    let amounts = individual.annual_income.is_some() || individual.net_worth.is_some();
    if individual.education_level.is_none() && !amounts {
        return;
    }
    writer.start("SocioEconomicProfile");
    let level = individual.education_level.map(|level| level.as_str());
    display(writer, "HighestEducationalLevelName", level);
    display(writer, "AnnualIncomeAmount", individual.annual_income);
    display(writer, "NetWorth", individual.net_worth);
    writer.end();
}

fn personal_preferences<S: AsRef<str>>(writer: &mut Writer, customer: &Customer<S>) {
    if customer.contact_preferences.is_empty() {
        return;
    }
    writer.start("PersonalPreferences");
    for (contact_type, permission) in &customer.contact_preferences {
        writer.start("ContactPreference");
        writer.attribute("ContactType", contact_type.as_str());
        writer.attribute("SubTypeCode", contact_type.sub_type_code());
        writer.attribute("Permission", flag(*permission)).end();
    }
    writer.end();
}

fn alternate_keys<S: AsRef<str>>(writer: &mut Writer, customer: &Customer<S>, selection: Selection) {
    for held in customer.alternate_keys.iter().filter(|held| selection.shows(held.active)) {
        writer.start("AlternateKey").attribute("TypeCode", held.key.type_code.as_ref());
        if selection.tells_state() {
            writer.attribute("ActiveFlag", flag(held.active));
        }
        writer.element("AlternateID", held.key.alternate_id.as_ref()).end();
    }
}

fn custom_attributes<S: AsRef<str>>(writer: &mut Writer, customer: &Customer<S>) {
    for attribute in &customer.attributes {
        writer.start("CustomAttribute").attribute("name", attribute.name.as_ref());
        for value in &attribute.values {
            writer.element("AttributeValue", value.as_ref());
        }
        writer.end();
    }
}

fn customer_notes<S: AsRef<str>>(writer: &mut Writer, notes: &[Note<S>]) {
    if notes.is_empty() {
        return;
    }
    writer.start("CustomerNotes");
    for note in notes {
        writer.start("CustomerNote").attribute("type", note.note_type.as_ref());
        if let Some(create_date) = &note.create_date {
            writer.attribute_value("createDate", create_date);
        }
        if let Some(create_user) = &note.create_user {
            writer.attribute("createUser", create_user.as_ref());
        }
        if let Some(location) = &note.location {
            writer.attribute("location", location.as_ref());
        }
        writer.attribute_value("sequence", &note.sequence);
        writer.attribute("privateFlag", flag(note.private)).text(note.text.as_ref()).end();
    }
    writer.end();
}

fn state<S: AsRef<str>>(writer: &mut Writer, customer: &Customer<S>, selection: Selection) {
    writer.element("Active", flag(customer.active));
    writer.element("Anonymous", flag(customer.anonymous()));
    writer.element("ValidFlag", flag(customer.valid()));
    for error in
        customer.validation_errors.iter().filter(|error| shows_subject(customer, selection, error.subject))
    {
        validation_error(writer, error, true);
    }
    writer.value("CreateDate", &customer.create_date);
    display(writer, "EffectiveDate", customer.effective_date);
    display(writer, "ExpiryDate", customer.expiry_date);
}

/// An error of a contact point is shown where the contact point is.
fn shows_subject<S>(customer: &Customer<S>, selection: Selection, subject: Subject) -> bool {
    let active = match subject {
        Subject::Customer(_) => true,
        Subject::Address(sequence) => contact::is_active(&customer.addresses, sequence),
        Subject::EMail(sequence) => contact::is_active(&customer.emails, sequence),
        Subject::Telephone(sequence) => contact::is_active(&customer.telephones, sequence),
    };
    selection.shows(active)
}

fn validation_error<S: AsRef<str>>(writer: &mut Writer, error: &ValidationError<S>, with_time: bool) {
    writer.start("ValidationError");
    writer.element("Code", error.code.as_str()).element("Field", &error.subject.field());
    if !error.value.as_ref().is_empty() {
        writer.element("Value", error.value.as_ref());
    }
    writer.element("Message", error.code.message());
    if with_time {
        writer.value("Time", &error.time);
    }
    writer.end();
}

/// The `ValidationError*` of the answer to a write: what is wrong with the customer as it is now.
pub fn write_validation_errors(writer: &mut Writer, customer: &Customer) {
    for error in &customer.validation_errors {
        if shows_subject(customer, Selection::Active, error.subject) {
            validation_error(writer, error, false);
        }
    }
}
