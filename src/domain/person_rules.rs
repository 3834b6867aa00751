//! V-1 to V-6, V-14, V-15: what a request makes of the person, and which names are missing.
//!
//! What was not sent stays (AU-5). A part of a name of which nothing is left counts as not sent, with a warning: a
//! stored name is not lost to a placeholder.

use super::contact_rules::overwrite;
use super::customer::{Customer, CustomerField, Individual, Subject, ValidationCode};
use super::decision::{WarningCode, Warnings};
use super::findings::{Failure, Findings};
use super::message::CustomerMessage;
use super::names::Names;
use super::settings::Settings;
use super::titles;
use super::value::{DateOrTime, NameLocation};

const NAME_PATH: &str = "Customer/EntityInformation/Individual/Name";
const BIRTH_DATE_PATH: &str = "Customer/EntityInformation/Individual/PersonalSummary/BirthDate";

/// Where the judgements on a person go.
pub(super) struct Remarks<'a> {
    pub(super) findings: &'a mut Findings,
    pub(super) warnings: &'a mut Warnings,
}

/// Overwrites what was sent and judges it; V-3 is judged by [`judge_missing_names`].
pub(super) fn apply(
    message: &CustomerMessage,
    person: &mut Individual,
    settings: &Settings,
    remarks: &mut Remarks,
) {
    apply_names(message, person, settings, remarks.warnings);
    let mut title = |field, sent: &Option<String>, target: &mut Option<String>, rule: &TitleRule| {
        if let Some(text) = sent {
            let (value, failure) = rule.judge(text, settings);
            *target = Some(value);
            remarks.findings.judged(Subject::Customer(field), failure);
        }
    };
    title(CustomerField::Suffix, &message.suffix, &mut person.suffix, &SUFFIX);
    title(CustomerField::Salutation, &message.salutation, &mut person.salutation, &PREFIX);
    title(CustomerField::Gender, &message.gender, &mut person.gender, &GENDER);
    apply_birth_date(message, person, settings, remarks);
    overwrite(&mut person.nickname, message.nickname.as_ref());
    overwrite(&mut person.marital_status_code, message.marital_status_code.as_ref());
    overwrite(&mut person.ethnicity, message.ethnicity.as_ref());
    overwrite(&mut person.rent, message.rent.as_ref());
    overwrite(&mut person.language_code, message.language_code.as_ref());
    overwrite(&mut person.education_level, message.education_level.as_ref());
    overwrite(&mut person.annual_income, message.annual_income.as_ref());
    overwrite(&mut person.net_worth, message.net_worth.as_ref());
}

/// A rule that knows the good spellings of a value.
struct TitleRule {
    spelling: fn(&str) -> Option<&'static str>,
    code: ValidationCode,
}

const PREFIX: TitleRule = TitleRule { spelling: titles::prefix, code: ValidationCode::PrefixInvalid };
const SUFFIX: TitleRule = TitleRule { spelling: titles::suffix, code: ValidationCode::SuffixInvalid };
const GENDER: TitleRule = TitleRule { spelling: titles::gender, code: ValidationCode::GenderInvalid };

impl TitleRule {
    /// The value as it is stored; one that has no known spelling is kept as sent.
    fn judge(&self, text: &str, settings: &Settings) -> (String, Option<Failure>) {
        if !settings.validation {
            return (text.to_owned(), None);
        }
        match (self.spelling)(text) {
            Some(spelling) => (spelling.to_owned(), None),
            None => (text.to_owned(), Some(Failure::new(self.code, text))),
        }
    }
}

fn apply_names(
    message: &CustomerMessage,
    person: &mut Individual,
    settings: &Settings,
    warnings: &mut Warnings,
) {
    let names = Names::read(&message.names, settings);
    for (location, target) in [
        (NameLocation::First, &mut person.first_name),
        (NameLocation::First2, &mut person.first_name_2),
        (NameLocation::Middle, &mut person.middle_name),
        (NameLocation::Last, &mut person.last_name),
        (NameLocation::Last2, &mut person.last_name_2),
    ] {
        let part = names.part(location);
        let second = matches!(location, NameLocation::First2 | NameLocation::Last2);
        let heeded = settings.second_names || !second;
        if heeded && part.is_none() && sent_name(message, location).is_some() {
            let text = "no letter is left of a part of the name; it counts as not sent";
            warnings.add(WarningCode::ValueIgnored, NAME_PATH, text);
        }
        overwrite(target, part);
    }
}

fn sent_name(message: &CustomerMessage, location: NameLocation) -> Option<&str> {
    message.names.iter().rev().find(|(sent, _)| *sent == location).map(|(_, text)| text.as_str())
}

/// V-14: what is no `YYYY-MM-DD` is not stored; a date that is stored stays.
fn apply_birth_date(
    message: &CustomerMessage,
    person: &mut Individual,
    settings: &Settings,
    remarks: &mut Remarks,
) {
    let Some(text) = &message.birth_date else { return };
    let date = DateOrTime::date(text).ok();
    overwrite(&mut person.birth_date, date.as_ref());
    let failed = date.is_none() && settings.validation;
    let failure = failed.then(|| Failure::new(ValidationCode::BirthDateInvalid, text));
    remarks.findings.judged(Subject::Customer(CustomerField::BirthDate), failure);
    if date.is_none() && !settings.validation {
        let text = "the birth date is not a date of the form YYYY-MM-DD and was not stored";
        remarks.warnings.add(WarningCode::ValueIgnored, BIRTH_DATE_PATH, text);
    }
}

/// V-3: judges first and last name, if the request touches a name or what they are excused by.
pub(super) fn judge_missing_names(
    message: &CustomerMessage,
    before: Option<&Customer>,
    after: &Customer,
    settings: &Settings,
    findings: &mut Findings,
) {
    let excused = may_be_nameless(after);
    let touched = !message.names.is_empty() || before.is_none_or(|before| may_be_nameless(before) != excused);
    if !touched {
        return;
    }
    for (field, location, name) in [
        (CustomerField::FirstName, NameLocation::First, &after.individual.first_name),
        (CustomerField::LastName, NameLocation::Last, &after.individual.last_name),
    ] {
        let subject = Subject::Customer(field);
        let missing = name.is_none() && !excused && settings.validation;
        let failure = missing.then(|| {
            let value = sent_name(message, location).or(findings.value(subject)).unwrap_or_default();
            Failure::new(ValidationCode::NameMissing, value)
        });
        findings.judged(subject, failure);
    }
}

/// V-3: an anonymous customer, or an organisation of which no personal name is known.
fn may_be_nameless(customer: &Customer) -> bool {
    customer.anonymous() || (customer.has_organisation_name() && !customer.individual.has_name())
}

#[cfg(test)]
mod tests;
