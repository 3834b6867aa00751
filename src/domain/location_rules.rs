//! The retail locations that a request names: sign-up location and home location.
//!
//! Organisations that load their locations can have them checked; for all others a location is any text. Deliberately
//! absent: the location of a note, which is told by people.

use super::error::Code;
use super::message::CustomerMessage;
use super::settings::Rules;
use super::violations::Violations;

/// Finds locations that are not defined, if the organisation wants them checked. What a stored customer already has is
/// not judged.
pub(super) fn check(message: &CustomerMessage, rules: &Rules, violations: &mut Violations) {
    if !rules.settings.check_retail_locations {
        return;
    }
    for (sent, path) in [
        (&message.retail_store_id, "Customer/RetailStoreID"),
        (&message.home_location, "Customer/Affiliation/RetailStoreID"),
    ] {
        let unknown = sent.as_ref().is_some_and(|id| !rules.reference.retail_locations.contains_key(id));
        if unknown {
            violations.add(Code::InvalidAttributeValue, path, "no retail location has this id");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::*;
    use super::*;

    fn located(signup: &str, home: &str) -> CustomerMessage {
        let sent = |id: &str| Some(id.to_owned()).filter(|id| !id.is_empty());
        let (retail_store_id, home_location) = (sent(signup), sent(home));
        CustomerMessage { retail_store_id, home_location, ..named("Anna", "Berg") }
    }

    fn world() -> World {
        let mut world = World::default();
        world.settings.check_retail_locations = true;
        world.reference.retail_locations.insert("17".to_owned(), "Harbour".to_owned());
        world
    }

    #[test]
    fn a_6_locations_are_checked_where_that_is_switched_on() {
        const SIGNUP: &str = "INVALID_ATTRIBUTE_VALUE Customer/RetailStoreID";
        const HOME: &str = "INVALID_ATTRIBUTE_VALUE Customer/Affiliation/RetailStoreID";
        for (signup, home, expected) in [
            ("18", "", &[SIGNUP][..]),
            ("17", "018", &[HOME]),
            ("18", "19", &[SIGNUP, HOME]),
            (" 17", "", &[SIGNUP]),
        ] {
            assert_eq!(shown_violations(world().try_add(&located(signup, home))), expected);
            assert!(World::default().try_add(&located(signup, home)).is_ok());
        }
        for (signup, home) in [("", ""), ("17", ""), ("", "17"), ("17", "17")] {
            assert!(world().try_add(&located(signup, home)).is_ok(), "{signup} {home}");
        }
    }

    #[test]
    fn u_6_an_update_brings_a_known_location() {
        let mut world = world();
        let stored = world.add(&located("17", "17"));
        let home = |id: &str| CustomerMessage { affiliation_sent: true, ..located("", id) };
        assert!(world.try_change(&stored, &home("17")).is_ok());
        let expected = ["INVALID_ATTRIBUTE_VALUE Customer/Affiliation/RetailStoreID"];
        assert_eq!(shown_violations(world.try_change(&stored, &home("18"))), expected);
        assert_eq!(shown_violations(world.try_change(&stored, &home(""))), expected);
        let both = CustomerMessage { affiliation_sent: true, ..located("18", "") };
        let both_expected = ["INVALID_ATTRIBUTE_VALUE Customer/RetailStoreID", expected[0]];
        assert_eq!(shown_violations(world.try_change(&stored, &both)), both_expected);
    }

    #[test]
    fn a_6_an_unknown_location_that_is_stored_already_hinders_nothing() {
        let mut world = World::default();
        let stored = world.add(&located("18", ""));
        world.settings.check_retail_locations = true;
        assert!(world.try_update(&stored, &named("Anna", "Lund")).is_ok());
        let expected = ["INVALID_ATTRIBUTE_VALUE Customer/RetailStoreID"];
        assert_eq!(shown_violations(world.try_update(&stored, &located("18", ""))), expected);
    }
}
