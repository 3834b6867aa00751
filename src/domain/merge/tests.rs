//! Tables: what survives of whom (M-3, M-4, M-6), and who is the source (M-1).

use jiff::Timestamp;
use jiff::civil::date;

use super::*;
use crate::domain::activity::ActivityTotals;
use crate::domain::contact_point::{ContactPoint, EMail};
use crate::domain::customer::{Attribute, HeldKey, Subject, ValidationCode, ValidationError};
use crate::domain::identity::{AlternateKey, CustomerId};
use crate::domain::reference::{AttributeKind, AttributeType, Reference};
use crate::domain::settings::{Now, Rules, Settings};
use crate::domain::value::{ContactType, DateOrTime};

/// Local time at second 9,000: two hours ahead of UTC.
const LOCAL: jiff::civil::DateTime = jiff::civil::datetime(2014, 5, 13, 21, 23, 20, 0);

fn at(second: i64) -> Timestamp {
    Timestamp::constant(1_400_000_000 + second, 0)
}

/// A named customer with this id.
fn customer(id: u64) -> Customer {
    let mut customer = Customer::new(CustomerId(id), at(id as i64));
    customer.individual.first_name = Some(format!("First{id}"));
    customer.individual.last_name = Some(format!("Last{id}"));
    customer
}

fn with(id: u64, change: impl FnOnce(&mut Customer)) -> Customer {
    let mut changed = customer(id);
    change(&mut changed);
    changed
}

/// `a@x.org`; a sign in front: `-` inactive, `*` primary, `!` invalid.
fn email(sequence: u32, text: &str) -> ContactPoint<EMail> {
    let address = text.trim_start_matches(['-', '*', '!']);
    let sign = &text[..text.len() - address.len()];
    ContactPoint {
        sequence,
        type_code: Some("HOME".to_owned()),
        label: None,
        contact_preference_code: None,
        active: !sign.contains('-'),
        primary: sign.contains('*'),
        valid: !sign.contains('!'),
        value: EMail { address: address.to_owned() },
    }
}

fn with_emails(id: u64, emails: &[&str]) -> Customer {
    with(id, |customer| {
        customer.emails = (1..).zip(emails).map(|(sequence, text)| email(sequence, text)).collect();
        let wrong = customer.emails.iter().filter(|email| !email.valid && email.active);
        let error = |email: &ContactPoint<EMail>| ValidationError {
            code: ValidationCode::EmailInvalid,
            subject: Subject::EMail(email.sequence),
            value: email.value.address.clone(),
            time: at(0),
        };
        customer.validation_errors = wrong.map(error).collect();
    })
}

fn merged(settings: MergeSettings, customers: &[Customer]) -> Customer {
    merged_with(settings, Reference::default(), customers)
}

fn merged_with(merge: MergeSettings, reference: Reference, customers: &[Customer]) -> Customer {
    let settings = Settings { merge, ..Settings::default() };
    let now = Now { timestamp: at(9_000), local: LOCAL };
    let rules = Rules { settings: &settings, reference: &reference };
    let members: Vec<_> =
        customers.iter().map(|customer| Member { customer, notes: &[], activity: None }).collect();
    super::merge(CustomerId(99), &members, &now, &rules).customer
}

/// The e-mails of a merge, shown as [`email`] reads them, with their sequences and errors.
fn check_emails(setting: Several, customers: &[&[&str]], expected: &[&str]) {
    let settings = MergeSettings { email: setting, ..MergeSettings::default() };
    let customers: Vec<_> = (1..).zip(customers).map(|(id, emails)| with_emails(id, emails)).collect();
    let result = merged(settings, &customers);
    let shown = |point: &ContactPoint<EMail>| {
        let signs = [(!point.active, '-'), (point.primary, '*'), (!point.valid, '!')];
        let signs: String = signs.into_iter().filter(|(wanted, _)| *wanted).map(|(_, sign)| sign).collect();
        let error =
            result.validation_errors.iter().any(|error| error.subject == Subject::EMail(point.sequence));
        format!("{} {signs}{}{}", point.sequence, point.value.address, if error { " error" } else { "" })
    };
    assert_eq!(result.emails.iter().map(shown).collect::<Vec<_>>(), expected, "{setting:?} {customers:?}");
    assert_eq!(
        result.validation_errors.len(),
        expected.iter().filter(|text| text.ends_with("error")).count()
    );
}

#[test]
fn m_3_contact_points_are_those_of_the_source() {
    check_emails(Several::Source, &[&["*a", "!b"], &["c"]], &["1 *a", "2 !b error"]);
    check_emails(Several::Source, &[&[], &["c"]], &[]);
}

#[test]
fn m_6_the_best_match_is_the_first_with_an_active_one() {
    check_emails(Several::BestMatch, &[&["a"], &["b"]], &["1 a"]);
    check_emails(Several::BestMatch, &[&["-a"], &[], &["-b", "!c"], &["d"]], &["1 -b", "2 !c error"]);
    check_emails(Several::BestMatch, &[&["-a"], &["-b"]], &["1 -a"]);
}

#[test]
fn m_6_all_are_retained_each_once_with_one_primary() {
    check_emails(Several::RetainAll, &[&["a", "*b"], &["*c", "d"]], &["1 a", "2 *b", "3 c", "4 d"]);
    check_emails(Several::RetainAll, &[&["a", "b"], &["c", "*b"]], &["1 a", "2 *b", "3 c"]);
    check_emails(Several::RetainAll, &[&["-a"], &["!a"], &["a"]], &["1 !a error"]);
    check_emails(Several::RetainAll, &[&["a"], &["-!a"], &["!b"], &["!b"]], &["1 a", "2 !b error"]);
    check_emails(Several::RetainAll, &[&[], &["*a"], &["*b"]], &["1 *a", "2 b"]);
}

/// `KEY` active, `-KEY` not.
fn with_keys(id: u64, keys: &[&str]) -> Customer {
    let held = |text: &&str| HeldKey {
        key: AlternateKey {
            type_code: "EMAIL".to_owned(),
            alternate_id: text.trim_start_matches('-').to_owned(),
        },
        active: !text.starts_with('-'),
    };
    with(id, |customer| customer.alternate_keys = keys.iter().map(held).collect())
}

#[test]
fn m_4_keys_of_all_are_kept_once_and_stay_active() {
    let customers = [with_keys(1, &["a", "-b"]), with_keys(2, &["b", "-a"]), with_keys(3, &["-c", "-b"])];
    let result = merged(MergeSettings::default(), &customers);
    let shown: Vec<_> =
        result.alternate_keys.iter().map(|held| (held.key.alternate_id.as_str(), held.active)).collect();
    assert_eq!(shown, [("a", true), ("b", true), ("c", false)]);
}

fn with_attributes(id: u64, attributes: &[&str]) -> Customer {
    let attribute = |text: &&str| {
        let (name, values) = text.split_once('=').unwrap();
        Attribute { name: name.to_owned(), values: values.split('|').map(str::to_owned).collect() }
    };
    with(id, |customer| customer.attributes = attributes.iter().map(attribute).collect())
}

#[test]
fn m_4_attributes_of_all_without_doubles_and_one_value_of_a_unique_one() {
    let mut reference = Reference::default();
    let unique = AttributeType { kind: AttributeKind::Text, unique: true, editable: true };
    reference.attribute_types.insert("Colour".to_owned(), unique);
    let customers = [
        with_attributes(1, &["Motto=a|b", "Level=x"]),
        with_attributes(2, &["Colour=red", "Motto=c|a", "Level=y"]),
        with_attributes(3, &["Colour=blue", "Level=z|x"]),
    ];
    let check = |attributes: &[&str], expected: &[&str]| {
        let attributes = attributes.iter().map(|name| (*name).to_owned()).collect();
        let settings = MergeSettings { attributes, ..MergeSettings::default() };
        let result = merged_with(settings, reference.clone(), &customers);
        let shown = |held: &Attribute| format!("{}={}", held.name, held.values.join("|"));
        assert_eq!(result.attributes.iter().map(shown).collect::<Vec<_>>(), expected);
    };
    check(&[], &["Motto=a|b|c", "Level=x|y|z", "Colour=red"]);
    check(&["Level", "Nothing"], &["Motto=a|b|c", "Level=x", "Colour=red"]);
}

/// `2020-01-01@17`: sign-up date and location, either may be left out.
fn check_sign_up(customers: &[&str], expected: &str) {
    let signed_up = |(id, text): (u64, &&str)| {
        let (day, store) = text.split_once('@').unwrap();
        with(id, |customer| {
            customer.profile.signup_date = DateOrTime::parse(day).ok();
            customer.profile.retail_store_id = Some(store.to_owned()).filter(|store| !store.is_empty());
        })
    };
    let customers: Vec<_> = (1..).zip(customers).map(signed_up).collect();
    let profile = merged(MergeSettings::default(), &customers).profile;
    let day = profile.signup_date.map(|day| day.to_string()).unwrap_or_default();
    assert_eq!(format!("{day}@{}", profile.retail_store_id.unwrap_or_default()), expected, "{customers:?}");
}

#[test]
fn m_4_sign_up_is_the_earliest_that_has_both() {
    check_sign_up(&["2020-01-02@1", "2019-05-06@2", "2018-01-01@"], "2019-05-06@2");
    check_sign_up(&["2020-01-02@1", "2019-05-06@", "@3"], "2020-01-02@1");
    check_sign_up(&["2020-01-02@", "@7", "2019-05-06@", "@8"], "2019-05-06@7");
    check_sign_up(&["@", "@7"], "@7");
    check_sign_up(&["@", "@"], "@");
    check_sign_up(&["2020-01-02@1", "2020-01-02@2"], "2020-01-02@1");
    // Later by the clock on the wall, earlier in truth: local time is UTC+2 here.
    check_sign_up(&["2020-01-02T01:00:00@1", "2020-01-02T00:30:00Z@2"], "2020-01-02T01:00:00@1");
    check_sign_up(&["2020-01-02T01:00:00@1", "2020-01-01T22:30:00Z@2"], "2020-01-01T22:30:00Z@2");
}

#[test]
fn m_4_dates_are_the_extremes_of_all() {
    let dated = |id, effective: Option<i64>, expiry: Option<i64>| {
        with(id, |customer| {
            customer.create_date = at(100 - id as i64);
            (customer.effective_date, customer.expiry_date) = (effective.map(at), expiry.map(at));
        })
    };
    let customers = [dated(1, Some(7), Some(20)), dated(2, None, None), dated(3, Some(5), Some(30))];
    let result = merged(MergeSettings::default(), &customers);
    assert_eq!(result.create_date, at(97));
    assert_eq!((result.effective_date, result.expiry_date), (Some(at(5)), Some(at(30))));
    assert_eq!(result.update_date, Some(DateOrTime::Local(LOCAL)));
    assert_eq!(result.members, [CustomerId(1), CustomerId(2), CustomerId(3)]);
    assert!(result.active && result.merged_into.is_none());
}

#[test]
fn m_3_the_person_and_the_rest_are_the_source() {
    let source = with(1, |customer| {
        customer.individual.nickname = Some("Nick".to_owned());
        customer.profile.customer_class = Some("Gold".to_owned());
        customer.update_user_id = Some("till".to_owned());
        customer.contact_preferences = vec![(ContactType::Fax, true)];
    });
    let other = with(2, |customer| {
        customer.individual.gender = Some("F".to_owned());
        customer.profile.org_name = Some("Club".to_owned());
        customer.contact_preferences = vec![(ContactType::Mail, true)];
    });
    let result = merged(MergeSettings::default(), &[source.clone(), other]);
    assert_eq!((&result.individual, &result.profile), (&source.individual, &source.profile));
    assert_eq!(
        (result.update_user_id, result.contact_preferences),
        (source.update_user_id, source.contact_preferences)
    );
}

#[test]
fn m_6_single_values_and_permissions() {
    let bare = customer(1);
    let full = with(2, |customer| {
        customer.individual.birth_date = Some(date(1984, 11, 30));
        customer.profile.home_location = Some("17".to_owned());
    });
    let other = with(3, |customer| {
        customer.individual.birth_date = Some(date(1999, 1, 1));
        customer.profile.home_location = Some("18".to_owned());
    });
    let customers = [bare, full, other];
    for (setting, birth_date, home) in
        [(Single::Source, None, None), (Single::BestMatch, Some(date(1984, 11, 30)), Some("17"))]
    {
        let settings =
            MergeSettings { birth_date: setting, home_location: setting, ..MergeSettings::default() };
        let result = merged(settings, &customers);
        assert_eq!(result.individual.birth_date, birth_date);
        assert_eq!(result.profile.home_location.as_deref(), home);
    }
    for (setting, permitted) in [(Permissions::AllYes, true), (Permissions::AllNo, false)] {
        let settings = MergeSettings { contact_permissions: setting, ..MergeSettings::default() };
        let result = merged(settings, &customers);
        assert_eq!(result.contact_preferences.len(), 4);
        assert!(result.contact_preferences.iter().all(|(_, permission)| *permission == permitted));
    }
}

#[test]
fn v_3_the_result_is_judged_as_what_it_is() {
    let anonymous = Customer { individual: Default::default(), ..with_keys(1, &["a"]) };
    let subjects = |settings, customers: &[Customer]| {
        let result = merged(settings, customers);
        result.validation_errors.iter().map(|error| error.subject.field()).collect::<Vec<_>>()
    };
    let retain = || MergeSettings { email: Several::RetainAll, ..MergeSettings::default() };
    let others = [anonymous, with_emails(2, &["a@x.org"])];
    assert_eq!(subjects(MergeSettings::default(), &others), [""; 0]);
    assert_eq!(subjects(retain(), &others), ["Name[First]", "Name[Last]"]);
    let wrong_birth_date = with(1, |customer| {
        let subject = Subject::Customer(crate::domain::customer::CustomerField::BirthDate);
        let (code, value) = (ValidationCode::BirthDateInvalid, "soon".to_owned());
        customer.validation_errors = vec![ValidationError { code, subject, value, time: at(0) }];
    });
    let born = with(2, |customer| customer.individual.birth_date = Some(date(1984, 11, 30)));
    assert_eq!(subjects(MergeSettings::default(), &[wrong_birth_date.clone(), customer(2)]), ["BirthDate"]);
    assert_eq!(subjects(MergeSettings::default(), &[wrong_birth_date, born]), [""; 0]);
}

fn bought(day: jiff::civil::Date) -> Option<ActivitySummary> {
    let totals = ActivityTotals::default();
    Some(ActivitySummary {
        lifetime: totals,
        year_to_date: totals,
        first_transaction_date: day,
        last_transaction_date: day,
    })
}

#[test]
fn m_1_the_rules_choose_the_source_in_their_order() {
    use SourceRule::{Address, Attributes, Cards, Email, Phone, RecentActivity};
    let customers = [
        with_emails(1, &["-a"]),
        with_attributes(2, &["Motto=a"]),
        with_emails(3, &["a"]),
        with(4, |customer| customer.card_count = 1),
        with_emails(5, &["b"]),
    ];
    let activity =
        [bought(date(2019, 12, 31)), None, None, bought(date(2020, 1, 1)), bought(date(2020, 1, 1))];
    let member = |(customer, activity)| Member { customer, notes: &[], activity };
    let members: Vec<_> = customers.iter().zip(activity).map(member).collect();
    let cases: [(&[SourceRule], u64); 8] = [
        (&[], 1),
        (&[RecentActivity], 4),
        (&[RecentActivity, Email], 5),
        (&[Email], 3),
        (&[Email, RecentActivity], 5),
        (&[Cards, Email], 4),
        (&[Attributes, RecentActivity], 2),
        (&[Phone, Address], 1),
    ];
    for (rules, expected) in cases {
        assert_eq!(customers[choose_source(&members, rules)].id, CustomerId(expected), "{rules:?}");
    }
}
