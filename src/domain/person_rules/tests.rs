//! V-1 to V-6, V-14, V-15, V-17 through whole requests.

use super::super::testing::*;
use super::*;

fn person(change: impl FnOnce(&mut CustomerMessage)) -> CustomerMessage {
    let mut message = named("Anna", "Berg");
    change(&mut message);
    message
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

/// What an add of the message records; the customer is valid where that is nothing.
fn check(message: &CustomerMessage, errors: &[&str]) -> Customer {
    let customer = World::default().add(message);
    assert_eq!(shown_errors(&customer), errors);
    assert_eq!(customer.valid(), errors.is_empty());
    customer
}

#[test]
fn v_1_v_2_names_are_stored_normalised() {
    let customer = check(&named("anna M.", " berg  2"), &[]);
    let person = customer.individual;
    let names = [person.first_name, person.middle_name, person.last_name];
    assert_eq!(names, ["Anna", "M", "Berg"].map(text));
}

#[test]
fn v_2_an_initial_that_is_sent_replaces_the_stored_middle_name() {
    let mut world = World::default();
    let customer = world.add(&named("Anna M.", "Berg"));
    let customer = world.update(&customer, &named("Anna K.", "Berg"));
    assert_eq!(customer.individual.middle_name, text("K"));
}

#[test]
fn v_3_missing_names_are_one_error_each() {
    let nameless = CustomerMessage { names: Vec::new(), ..emails(&["a@x.org"]) };
    check(&nameless, &["NAME_MISSING Name[First]", "NAME_MISSING Name[Last]"]);
    check(&named("Anna", "12"), &["NAME_MISSING Name[Last] 12"]);
    check(&CustomerMessage::default(), &["NAME_MISSING Name[First]", "NAME_MISSING Name[Last]"]);
}

#[test]
fn v_3_not_for_anonymous_customers_and_organisations() {
    check(&keys(&["EMAIL:1"]), &[]);
    let organisation = |names| CustomerMessage { org_name: text("Acme"), names, ..keys(&[]) };
    check(&organisation(Vec::new()), &[]);
    check(&CustomerMessage { business_name: text("Acme"), ..keys(&[]) }, &[]);
    let first = vec![(NameLocation::First, "Anna".to_owned())];
    check(&organisation(first), &["NAME_MISSING Name[Last]"]);
}

#[test]
fn v_3_is_judged_when_an_anonymous_customer_becomes_known() {
    let mut world = World::default();
    let customer = world.add(&keys(&["EMAIL:1"]));
    assert!(customer.anonymous());
    let nameless = CustomerMessage { names: Vec::new(), ..emails(&["a@x.org"]) };
    let customer = world.update(&customer, &nameless);
    assert_eq!(shown_errors(&customer), ["NAME_MISSING Name[First]", "NAME_MISSING Name[Last]"]);
    let customer = world.update(&customer, &named("Anna", "Berg"));
    assert!(customer.valid() && !customer.anonymous());
}

#[test]
fn v_3_is_not_judged_by_a_request_that_touches_no_name() {
    let mut world = World::trusting();
    let customer = world.add(&CustomerMessage { names: Vec::new(), ..emails(&["a@x.org"]) });
    world.settings.validation = true;
    let customer = world.update(&customer, &CustomerMessage { nickname: text("A"), ..keys(&[]) });
    assert!(customer.valid());
    let first = vec![(NameLocation::First, "Anna".to_owned())];
    let customer = world.update(&customer, &CustomerMessage { names: first, ..keys(&[]) });
    assert_eq!(shown_errors(&customer), ["NAME_MISSING Name[Last]"]);
}

#[test]
fn v_1_a_stored_name_is_not_lost_to_a_placeholder() {
    let mut world = World::default();
    let customer = world.add(&named("Anna", "Berg"));
    let decided = world.try_update(&customer, &named("???", "Berg")).unwrap();
    assert_eq!(decided.customer.individual.first_name, text("Anna"));
    assert_eq!(shown_warnings(&decided), ["VALUE_IGNORED Customer/EntityInformation/Individual/Name"]);
}

#[test]
fn v_4_v_5_v_6_known_values_get_their_spelling_and_others_stay() {
    let good = person(|message| {
        (message.salutation, message.suffix, message.gender) = (text("MR."), text("sr"), text("woman"));
    });
    let stored = check(&good, &[]).individual;
    assert_eq!([stored.salutation, stored.suffix, stored.gender], ["Mr", "Sr.", "F"].map(text));
    let bad = person(|message| {
        (message.salutation, message.suffix, message.gender) = (text("Mister"), text("5th"), text("x"));
    });
    let errors =
        ["PREFIX_INVALID Salutation Mister", "SUFFIX_INVALID Suffix 5th", "GENDER_INVALID GenderType x"];
    let stored = check(&bad, &errors).individual;
    assert_eq!([stored.salutation, stored.suffix, stored.gender], ["Mister", "5th", "x"].map(text));
}

#[test]
fn v_4_an_error_goes_when_its_field_is_sent_well() {
    let mut world = World::default();
    let salutation = |word: &str| person(|message| message.salutation = text(word));
    let customer = world.add(&salutation("Mister"));
    let customer = world.update(&customer, &person(|message| message.suffix = text("Jr.")));
    assert_eq!(shown_errors(&customer), ["PREFIX_INVALID Salutation Mister"], "not touched, it stays");
    let customer = world.update(&customer, &salutation("mr"));
    assert!(customer.valid());
}

#[test]
fn v_14_another_form_of_birth_date_is_not_stored() {
    let birth_date = |date: &str| person(|message| message.birth_date = text(date));
    for bad in ["12/24/1980", "1980-2-3", "2015-02-30", "1980-01-01T00:00:00"] {
        let error = format!("BIRTH_DATE_INVALID BirthDate {bad}");
        assert_eq!(check(&birth_date(bad), &[&error]).individual.birth_date, None, "{bad}");
    }
    let future = check(&birth_date("2999-12-31"), &[]);
    assert_eq!(future.individual.birth_date, Some(jiff::civil::date(2999, 12, 31)));

    let mut world = World::default();
    let customer = world.add(&birth_date("1980-12-24"));
    let customer = world.update(&customer, &birth_date("yesterday"));
    assert_eq!(customer.individual.birth_date, Some(jiff::civil::date(1980, 12, 24)), "it stays");
    assert_eq!(shown_errors(&customer), ["BIRTH_DATE_INVALID BirthDate yesterday"]);
    assert!(world.update(&customer, &birth_date("1980-12-25")).valid());
}

#[test]
fn v_15_the_profile_is_stored_and_overwritten() {
    let mut world = World::default();
    let income = |income| person(|message| message.annual_income = income);
    let customer = world.add(&income(Some(5)));
    let customer = world.update(&customer, &income(None));
    assert_eq!(customer.individual.annual_income, Some(5));
    assert_eq!(world.update(&customer, &income(Some(0))).individual.annual_income, Some(0));
}

#[test]
fn v_17_second_names_are_ignored_without_a_remark_where_switched_off() {
    let message = person(|message| message.names.push((NameLocation::First2, "12".to_owned())));
    let mut world = World::default();
    assert!(world.try_add(&message).unwrap().warnings.is_empty());
    world.settings.second_names = true;
    assert_eq!(world.try_add(&message).unwrap().warnings.len(), 1);
}

#[test]
fn v_without_validation_nothing_is_judged() {
    let message = CustomerMessage {
        salutation: text("Mister"),
        gender: text("female"),
        birth_date: text("24.12.1980"),
        ..named("anna 2", "3")
    };
    let mut world = World::trusting();
    let decided = world.try_add(&message).unwrap();
    let person = &decided.customer.individual;
    assert_eq!((person.first_name.as_deref(), person.gender.as_deref()), (Some("anna 2"), Some("female")));
    assert!(decided.customer.valid());
    let path = "VALUE_IGNORED Customer/EntityInformation/Individual/PersonalSummary/BirthDate";
    assert_eq!(shown_warnings(&decided), [path]);
}

#[test]
fn v_without_validation_errors_of_what_is_sent_go() {
    let mut world = World::default();
    let customer = world.add(&person(|message| message.salutation = text("Mister")));
    world.settings.validation = false;
    let customer = world.update(&customer, &person(|message| message.salutation = text("Mister")));
    assert!(customer.validation_errors.is_empty());
}

#[test]
fn v_3_an_error_keeps_its_value_while_another_name_is_sent() {
    let mut world = World::default();
    let customer = world.add(&named("12", "Berg"));
    let last = vec![(NameLocation::Last, "Holm".to_owned())];
    let customer = world.update(&customer, &CustomerMessage { names: last, ..keys(&[]) });
    assert_eq!(shown_errors(&customer), ["NAME_MISSING Name[First] 12"]);
}
