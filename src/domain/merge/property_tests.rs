//! The survivorship table of M-3 and M-4, for random customers and settings.

use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::*;
use crate::domain::activity::{ActivityTotals, Transaction};
use crate::domain::amount::Amount;
use crate::domain::contact_point::{ContactPoint, EMail};
use crate::domain::customer::{Attribute, HeldKey, Subject, ValidationCode, ValidationError};
use crate::domain::identity::{AlternateKey, CustomerId};
use crate::domain::reference::Reference;
use crate::domain::settings::{Now, Rules, Settings};
use crate::domain::value::DateOrTime;

fn day(number: u16) -> Date {
    date(2019, 1, 1).saturating_add(jiff::Span::new().days(i64::from(number)))
}

fn time(number: u16) -> Timestamp {
    Timestamp::constant(1_400_000_000 + i64::from(number), 0)
}

/// An e-mail: which address, active, invalid.
type Sent = (u8, bool, bool);

prop_compose! {
    fn customer()(
        dates in (any::<u16>(), proptest::option::of(any::<u16>()), proptest::option::of(any::<u16>())),
        born in proptest::option::of(0u16..9_000),
        sign_up in (proptest::option::of(0u16..9), proptest::option::of(0u8..3)),
        home in proptest::option::of(0u8..3),
        emails in proptest::collection::btree_map(0u8..5, (any::<bool>(), any::<bool>()), 0..4),
        primary in proptest::option::of(0usize..4),
        keys in proptest::collection::btree_map(0u8..6, any::<bool>(), 0..4),
        attributes in proptest::collection::btree_map(0u8..3, proptest::collection::btree_set(0u8..4, 1..3), 0..3),
        cards in 0u32..3,
    ) -> Customer {
        let mut customer = Customer::new(CustomerId(0), time(dates.0));
        (customer.effective_date, customer.expiry_date) = (dates.1.map(time), dates.2.map(time));
        customer.individual.first_name = Some(format!("First{}", dates.0));
        customer.individual.birth_date = born.map(day);
        customer.profile.signup_date = sign_up.0.map(|number| DateOrTime::Date(day(number)));
        customer.profile.retail_store_id = sign_up.1.map(|store| store.to_string());
        customer.profile.home_location = home.map(|store| store.to_string());
        let emails: Vec<Sent> = emails.into_iter().map(|(at, (active, wrong))| (at, active, wrong)).collect();
        put_emails(&mut customer, &emails, primary);
        let held = |(number, active): (u8, bool)| HeldKey {
            key: AlternateKey { type_code: "EMAIL".to_owned(), alternate_id: number.to_string() },
            active,
        };
        customer.alternate_keys = keys.into_iter().map(held).collect();
        let attribute = |(name, values): (u8, BTreeSet<u8>)| Attribute {
            name: name.to_string(),
            values: values.iter().map(u8::to_string).collect(),
        };
        customer.attributes = attributes.into_iter().map(attribute).collect();
        customer.card_count = cards;
        customer
    }
}

fn put_emails(customer: &mut Customer, emails: &[Sent], primary: Option<usize>) {
    for ((place, (number, active, wrong)), sequence) in emails.iter().enumerate().zip(1..) {
        let address = format!("{number}@x.org");
        customer.emails.push(ContactPoint {
            sequence,
            type_code: None,
            label: None,
            contact_preference_code: None,
            active: *active,
            primary: primary == Some(place),
            valid: !wrong,
            value: EMail { address: address.clone() },
        });
        if *active && *wrong {
            let (code, subject) = (ValidationCode::EmailInvalid, Subject::EMail(sequence));
            customer.validation_errors.push(ValidationError { code, subject, value: address, time: time(0) });
        }
    }
}

fn bought(cents: u16) -> ActivitySummary {
    let amount = Amount::read(&format!("{}.{:02}", cents / 100, cents % 100)).unwrap();
    ActivitySummary::of(&Transaction {
        transaction_id: cents.to_string(),
        retail_store_id: "1".to_owned(),
        business_date: day(cents % 900),
        currency_code: None,
        sales_amount: Some(amount),
        returns_amount: None,
        items_sold_count: Some(1),
        items_returned_count: None,
    })
}

fn settings() -> impl Strategy<Value = MergeSettings> {
    let email = prop_oneof![Just(Several::Source), Just(Several::BestMatch), Just(Several::RetainAll)];
    let single = || prop_oneof![Just(Single::Source), Just(Single::BestMatch)];
    (email, single(), single()).prop_map(|(email, birth_date, home_location)| MergeSettings {
        email,
        birth_date,
        home_location,
        ..MergeSettings::default()
    })
}

fn values(customers: &[&Customer]) -> Vec<(String, String)> {
    let of = |attribute: &Attribute| {
        let name = attribute.name.clone();
        attribute.values.iter().map(|value| (name.clone(), value.clone())).collect::<Vec<_>>()
    };
    let mut values: Vec<_> = customers.iter().flat_map(|one| &one.attributes).flat_map(of).collect();
    values.sort();
    values
}

fn check_contact_points(settings: &MergeSettings, customers: &[Customer], result: &Customer) {
    let count =
        |wanted: fn(&ContactPoint<EMail>) -> bool| result.emails.iter().filter(|one| wanted(one)).count();
    assert!(count(|email| email.primary) <= 1, "P-1: {result:?}");
    let sequences: BTreeSet<_> = result.emails.iter().map(|email| email.sequence).collect();
    assert_eq!(sequences.len(), result.emails.len());
    let wrong: Vec<_> = result
        .emails
        .iter()
        .filter(|email| email.active && !email.valid)
        .map(|email| (Subject::EMail(email.sequence), &email.value.address))
        .collect();
    let told: Vec<_> = result
        .validation_errors
        .iter()
        .filter(|error| matches!(error.subject, Subject::EMail(_)))
        .map(|error| (error.subject, &error.value))
        .collect();
    assert_eq!(told, wrong, "an error for each that is wrong, with its value");
    let addresses = |customer: &Customer, active: bool| {
        let wanted = customer.emails.iter().filter(|email| email.active || !active);
        wanted.map(|email| email.value.address.clone()).collect::<BTreeSet<_>>()
    };
    match settings.email {
        Several::Source => assert_eq!(result.emails, customers[0].emails),
        Several::BestMatch => {
            let best = customers.iter().find(|one| one.emails.iter().any(|email| email.active));
            assert_eq!(result.emails, best.unwrap_or(&customers[0]).emails);
        }
        Several::RetainAll => {
            for active in [true, false] {
                let all: BTreeSet<_> = customers.iter().flat_map(|one| addresses(one, active)).collect();
                assert_eq!(addresses(result, active), all);
            }
            assert_eq!(result.emails.len(), addresses(result, false).len(), "none is doubled");
        }
    }
}

fn check_single_values(settings: &MergeSettings, customers: &[Customer], result: &Customer) {
    let first = |setting: Single, of: fn(&Customer) -> Option<String>| match setting {
        Single::Source => of(&customers[0]),
        Single::BestMatch => customers.iter().find_map(of),
    };
    let birth_date: fn(&Customer) -> Option<String> =
        |customer| customer.individual.birth_date.map(|date| date.to_string());
    assert_eq!(birth_date(result), first(settings.birth_date, birth_date));
    let home: fn(&Customer) -> Option<String> = |customer| customer.profile.home_location.clone();
    assert_eq!(home(result), first(settings.home_location, home));
    assert_eq!(result.individual.first_name, customers[0].individual.first_name);
    assert_eq!(Some(result.create_date), customers.iter().map(|one| one.create_date).min());
    assert_eq!(result.effective_date, customers.iter().filter_map(|one| one.effective_date).min());
    assert_eq!(result.expiry_date, customers.iter().filter_map(|one| one.expiry_date).max());
    let both = customers.iter().filter(|one| one.profile.retail_store_id.is_some());
    let earliest = |date: Option<DateOrTime>| date.map(|date| date.to_string());
    let dates = both.filter_map(|one| earliest(one.profile.signup_date)).min();
    let any = customers.iter().filter_map(|one| earliest(one.profile.signup_date)).min();
    assert_eq!(earliest(result.profile.signup_date), dates.or(any));
}

fn check_all(customers: &[Customer], result: &Customer) {
    let keys = |customer: &Customer, active: bool| {
        let wanted = customer.alternate_keys.iter().filter(|held| held.active || !active);
        wanted.map(|held| held.key.clone()).collect::<BTreeSet<_>>()
    };
    for active in [true, false] {
        let all: BTreeSet<_> = customers.iter().flat_map(|one| keys(one, active)).collect();
        assert_eq!(keys(result, active), all);
    }
    assert_eq!(result.alternate_keys.len(), keys(result, false).len(), "none is doubled");
    let mut all = values(&customers.iter().collect::<Vec<_>>());
    all.dedup();
    assert_eq!(values(&[result]), all);
    assert_eq!(result.card_count, customers.iter().map(|one| one.card_count).sum::<u32>());
    assert_eq!(result.members, customers.iter().map(|one| one.id).collect::<Vec<_>>());
}

proptest! {
    #[test]
    fn m_4_the_table_holds_for_all_customers(
        mut customers in proptest::collection::vec(customer(), 2..6),
        sold in proptest::collection::vec(proptest::option::of(0u16..50_000), 6),
        merge_settings in settings(),
    ) {
        for (customer, id) in customers.iter_mut().zip(1..) {
            customer.id = CustomerId(id);
        }
        let settings = Settings { merge: merge_settings, ..Settings::default() };
        let reference = Reference::default();
        let rules = Rules { settings: &settings, reference: &reference };
        let now = Now { timestamp: time(9), local: date(2014, 5, 13).at(16, 53, 29, 0) };
        let activity = |place: usize| sold[place].map(bought);
        let member = |(place, customer)| Member { customer, notes: &[], activity: activity(place) };
        let members: Vec<_> = customers.iter().enumerate().map(member).collect();
        let merged = merge(CustomerId(99), &members, &now, &rules);
        check_contact_points(&settings.merge, &customers, &merged.customer);
        check_single_values(&settings.merge, &customers, &merged.customer);
        check_all(&customers, &merged.customer);
        let cents: u64 = sold[..customers.len()].iter().flatten().map(|cents| u64::from(*cents)).sum();
        let total = merged.activity.map_or(ActivityTotals::default(), |activity| activity.lifetime);
        let expected = Amount::read(&format!("{}.{:02}", cents / 100, cents % 100)).unwrap();
        prop_assert_eq!(total.sales_amount, expected);
        prop_assert_eq!(total.transaction_count as usize, sold[..customers.len()].iter().flatten().count());
    }
}
