//! M-3, M-4: what of each customer survives in the result.
//!
//! What the table of M-3 does not name of the customer as such (its numbers, organisation, class) is the source's too.

use std::collections::HashMap;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::contact::{Kept, Kind};
use super::settings::{MergeSettings, Permissions, Single};
use super::{Member, Merged};
use crate::domain::activity::ActivitySummary;
use crate::domain::customer::{
    Attribute, Customer, CustomerField, HeldKey, Profile, Subject, ValidationError,
};
use crate::domain::findings::Findings;
use crate::domain::identity::{AlternateKey, CustomerId};
use crate::domain::message::CustomerMessage;
use crate::domain::note::Note;
use crate::domain::person_rules::judge_missing_names;
use crate::domain::reference::Reference;
use crate::domain::settings::{Now, Rules};
use crate::domain::value::{ContactType, DateOrTime};

/// The customer that a merge makes under the new `id` of `members`, of which there is one at least; the first is the
/// source.
pub fn merge(id: CustomerId, members: &[Member<'_>], now: &Now, rules: &Rules) -> Merged {
    let settings = &rules.settings.merge;
    let source = members[0].customer;
    let customers: Vec<&Customer> = members.iter().map(|member| member.customer).collect();
    let notes = notes(members);
    let mut result = Customer {
        effective_date: customers.iter().filter_map(|customer| customer.effective_date).min(),
        expiry_date: customers.iter().filter_map(|customer| customer.expiry_date).max(),
        update_user_id: source.update_user_id.clone(),
        update_date: Some(DateOrTime::Local(now.local)),
        profile: profile(&customers, settings, now),
        individual: source.individual.clone(),
        contact_preferences: preferences(source, settings),
        alternate_keys: keys(&customers),
        attributes: attributes(&customers, settings, rules.reference),
        last_note_sequence: notes.last().map_or(0, |note| note.sequence),
        card_count: customers.iter().fold(0, |count, customer| count.saturating_add(customer.card_count)),
        members: customers.iter().map(|customer| customer.id).collect(),
        ..Customer::new(id, first(&customers, |customer| customer.create_date))
    };
    let mut errors: Vec<_> =
        source.validation_errors.iter().filter(|error| is_of_person(error)).cloned().collect();
    if settings.birth_date == Single::BestMatch && source.individual.birth_date.is_none() {
        result.individual.birth_date = customers.iter().find_map(|customer| customer.individual.birth_date);
        let known = result.individual.birth_date.is_some();
        errors.retain(|error| !(known && error.subject == Subject::Customer(CustomerField::BirthDate)));
    }
    keep_contact_points(&mut result, members, settings, &mut errors);
    let mut findings = Findings::new(errors, now.timestamp);
    let nothing_sent = CustomerMessage::default();
    judge_missing_names(&nothing_sent, Some(source), &result, rules.settings, &mut findings);
    result.validation_errors = findings.into_vec();
    let activity = ActivitySummary::of_all(members.iter().filter_map(|member| member.activity));
    Merged { customer: result, notes, activity }
}

fn first(customers: &[&Customer], date: fn(&Customer) -> Timestamp) -> Timestamp {
    customers.iter().map(|customer| date(customer)).fold(date(customers[0]), Timestamp::min)
}

fn is_of_person(error: &ValidationError) -> bool {
    matches!(error.subject, Subject::Customer(_))
}

fn keep_contact_points(
    result: &mut Customer,
    members: &[Member<'_>],
    settings: &MergeSettings,
    errors: &mut Vec<ValidationError>,
) {
    let addresses = Kind { of: |customer| &customer.addresses, subject: Subject::Address };
    let emails = Kind { of: |customer| &customer.emails, subject: Subject::EMail };
    let telephones = Kind { of: |customer| &customer.telephones, subject: Subject::Telephone };
    let Kept { points, errors: wrong } = addresses.kept(settings.mail_address, members);
    result.addresses = points;
    errors.extend(wrong);
    let Kept { points, errors: wrong } = emails.kept(settings.email, members);
    result.emails = points;
    errors.extend(wrong);
    let Kept { points, errors: wrong } = telephones.kept(settings.phone, members);
    result.telephones = points;
    errors.extend(wrong);
}

fn profile(customers: &[&Customer], settings: &MergeSettings, now: &Now) -> Profile {
    let source = &customers[0].profile;
    let (signup_date, retail_store_id) = sign_up(customers, now);
    let home_location = match settings.home_location {
        Single::Source => source.home_location.clone(),
        Single::BestMatch => customers.iter().find_map(|customer| customer.profile.home_location.clone()),
    };
    Profile { signup_date, retail_store_id, home_location, ..source.clone() }
}

/// M-4: the earliest that has both date and location; where nobody has both, the earliest date, and the location of the
/// first that has one. Equal dates: the first.
fn sign_up(customers: &[&Customer], now: &Now) -> (Option<DateOrTime>, Option<String>) {
    let profiles = || customers.iter().map(|customer| &customer.profile);
    let both =
        profiles().filter_map(|profile| Some((profile.signup_date?, profile.retail_store_id.as_ref()?)));
    if let Some((date, location)) = both.min_by_key(|(date, _)| instant(*date, now)) {
        return (Some(date), Some(location.clone()));
    }
    let date = profiles().filter_map(|profile| profile.signup_date).min_by_key(|date| instant(*date, now));
    (date, profiles().find_map(|profile| profile.retail_store_id.clone()))
}

/// When it was; what names no zone is read in the offset of now, which is near enough to tell days apart.
fn instant(date: DateOrTime, now: &Now) -> DateTime {
    let offset_s =
        Offset::UTC.to_timestamp(now.local).map_or(0, |local| local.as_second() - now.timestamp.as_second());
    let here = i32::try_from(offset_s).ok().and_then(|seconds| Offset::from_seconds(seconds).ok());
    let (time, offset) = match date {
        DateOrTime::Date(date) => (date.at(0, 0, 0, 0), here.unwrap_or(Offset::UTC)),
        DateOrTime::Local(time) => (time, here.unwrap_or(Offset::UTC)),
        DateOrTime::Zoned(time, offset) => (time, offset),
    };
    offset.to_timestamp(time).map_or(time, |timestamp| Offset::UTC.to_datetime(timestamp))
}

fn preferences(source: &Customer, settings: &MergeSettings) -> Vec<(ContactType, bool)> {
    const CHANNELS: [ContactType; 4] =
        [ContactType::Mail, ContactType::Email, ContactType::Phone, ContactType::Fax];
    match settings.contact_permissions {
        Permissions::Source => source.contact_preferences.clone(),
        Permissions::AllYes => CHANNELS.map(|channel| (channel, true)).to_vec(),
        Permissions::AllNo => CHANNELS.map(|channel| (channel, false)).to_vec(),
    }
}

/// All keys of all, each once; active where it finds one of them.
fn keys(customers: &[&Customer]) -> Vec<HeldKey> {
    let mut keys: Vec<HeldKey> = Vec::new();
    let mut known: HashMap<&AlternateKey, usize> = HashMap::new();
    for held in customers.iter().flat_map(|customer| &customer.alternate_keys) {
        match known.get(&held.key) {
            Some(at) => keys[*at].active |= held.active,
            None => {
                known.insert(&held.key, keys.len());
                keys.push(held.clone());
            }
        }
    }
    keys
}

/// All values of all, each once; of an attribute that takes one value (C-6), or that is configured so, those of the first
/// that has any.
fn attributes(customers: &[&Customer], settings: &MergeSettings, reference: &Reference) -> Vec<Attribute> {
    let unique = |name: &str| reference.attribute_types.get(name).is_some_and(|known| known.unique);
    let alone = |name: &str| unique(name) || settings.attributes.iter().any(|preferred| preferred == name);
    let mut attributes: Vec<Attribute> = Vec::new();
    for (place, customer) in customers.iter().enumerate() {
        for attribute in &customer.attributes {
            let known = attributes.iter_mut().find(|known| known.name == attribute.name);
            match known {
                None => attributes.push(attribute.clone()),
                Some(_) if place > 0 && alone(&attribute.name) => {}
                Some(known) => {
                    let new = attribute.values.iter().filter(|value| !known.values.contains(value));
                    let new: Vec<_> = new.cloned().collect();
                    known.values.extend(new);
                }
            }
        }
    }
    attributes
}

/// The notes of all, the source's first, numbered anew.
fn notes(members: &[Member<'_>]) -> Vec<Note> {
    let all = members.iter().flat_map(|member| member.notes);
    (1..).zip(all).map(|(sequence, note)| Note { sequence, ..note.clone() }).collect()
}
