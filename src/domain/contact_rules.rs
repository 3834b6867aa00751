//! P, AU-2, AU-3, V-7 to V-12: what a request makes of the contact points of one kind.
//!
//! Written once for the three kinds: [`ContactValue`] is all in which they differ. Contact points are never removed;
//! an old one is deactivated. [`ContactPoints`] is one kind while a request is applied to it.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use super::contact_point::{Address, ContactPoint, EMail, Telephone};
use super::customer::{Subject, ValidationCode};
use super::findings::{Failure, Findings};
use super::message::ContactPointMessage;
use super::settings::Settings;
use super::{email, phone, postal_code};

/// In what the kinds differ.
pub(super) trait ContactValue: Clone + Eq + Hash + Default {
    /// What an error of one of them is wrong with.
    fn subject(sequence: u32) -> Subject;

    /// The value as it is stored, and what is wrong with it.
    fn judge(&self, settings: &Settings) -> (Self, Option<Failure>);
}

impl ContactValue for Address {
    fn subject(sequence: u32) -> Subject {
        Subject::Address(sequence)
    }

    fn judge(&self, settings: &Settings) -> (Self, Option<Failure>) {
        let Some(sent) = &self.postal_code else { return (self.clone(), None) };
        let judged = postal_code::judge(sent, self.country.as_deref(), &settings.postal_codes);
        let failure = (!judged.valid).then(|| Failure::new(ValidationCode::PostalCodeInvalid, &judged.text));
        (Address { postal_code: Some(judged.text), ..self.clone() }, failure)
    }
}

impl ContactValue for EMail {
    fn subject(sequence: u32) -> Subject {
        Subject::EMail(sequence)
    }

    fn judge(&self, _settings: &Settings) -> (Self, Option<Failure>) {
        let judged = email::judge(&self.address);
        let failure = (!judged.valid).then(|| Failure::new(ValidationCode::EmailInvalid, &judged.address));
        (EMail { address: judged.address }, failure)
    }
}

impl ContactValue for Telephone {
    fn subject(sequence: u32) -> Subject {
        Subject::Telephone(sequence)
    }

    fn judge(&self, _settings: &Settings) -> (Self, Option<Failure>) {
        let judged = phone::judge(self);
        let failure =
            (!judged.valid).then(|| Failure::new(ValidationCode::PhoneInvalid, &judged.telephone.number));
        (judged.telephone, failure)
    }
}

/// What makes two contact points of a kind the same one (AU-2).
type Identity<V> = (Option<String>, V);

/// The contact points of one kind while a request is applied to them.
pub(super) struct ContactPoints<'a, V> {
    points: Vec<ContactPoint<V>>,
    at: HashMap<Identity<V>, usize>,
    last_sequence: u32,
    /// The one primary (P-1).
    primary: Option<usize>,
    /// Those that the request names.
    named: HashSet<usize>,
    /// The TypeCodes that the request brought something new of (AU-3).
    renewed: HashSet<Option<String>>,
    settings: &'a Settings,
    findings: &'a mut Findings,
}

impl<'a, V: ContactValue> ContactPoints<'a, V> {
    /// The contact points as they are stored.
    pub(super) fn new(
        stored: Vec<ContactPoint<V>>,
        settings: &'a Settings,
        findings: &'a mut Findings,
    ) -> Self {
        let mut at: HashMap<Identity<V>, usize> = HashMap::with_capacity(stored.len());
        for (position, point) in stored.iter().enumerate() {
            let identity = (point.type_code.clone(), point.value.clone());
            // Records from elsewhere may hold the same one twice; the active one is then it.
            let place = at.entry(identity).or_insert(position);
            if point.active && !stored[*place].active {
                *place = position;
            }
        }
        let primary = stored.iter().position(|point| point.primary);
        let last_sequence = stored.iter().map(|point| point.sequence).max().unwrap_or(0);
        let (named, renewed) = (HashSet::new(), HashSet::new());
        ContactPoints { points: stored, at, last_sequence, primary, named, renewed, settings, findings }
    }

    /// Adds the contact point, or finds the one that equals it and overwrites what was sent beside its value.
    pub(super) fn bring(&mut self, message: &ContactPointMessage<V>) {
        if message.value == V::default() {
            return;
        }
        let (value, failure) = self.judge(&message.value);
        let identity = (message.type_code.clone(), value);
        let known = self.at.get(&identity).copied();
        let position = known.unwrap_or_else(|| self.push(identity));
        self.activate(position);
        self.named.insert(position);
        let point = &mut self.points[position];
        overwrite(&mut point.label, message.label.as_ref());
        overwrite(&mut point.contact_preference_code, message.contact_preference_code.as_ref());
        self.mark_valid(position, known.is_none(), message.valid, failure);
        self.mark_primary(position, message.primary);
    }

    fn judge(&self, sent: &V) -> (V, Option<Failure>) {
        if self.settings.validation { sent.judge(self.settings) } else { (sent.clone(), None) }
    }

    fn push(&mut self, identity: Identity<V>) -> usize {
        self.last_sequence += 1;
        let (type_code, value) = identity.clone();
        self.at.insert(identity, self.points.len());
        self.points.push(ContactPoint {
            sequence: self.last_sequence,
            type_code,
            label: None,
            contact_preference_code: None,
            active: false,
            primary: false,
            valid: true,
            value,
        });
        self.points.len() - 1
    }

    /// AU-2: what was not active counts as new.
    fn activate(&mut self, position: usize) {
        let point = &mut self.points[position];
        if !point.active {
            point.active = true;
            self.renewed.insert(point.type_code.clone());
        }
    }

    /// V-12: the caller's word goes first. One that is known as valid is left so, for it may be by the caller's word.
    fn mark_valid(&mut self, position: usize, new: bool, sent: Option<bool>, failure: Option<Failure>) {
        let point = &mut self.points[position];
        let failure = match sent {
            Some(true) => None,
            Some(false) => failure,
            None if point.valid && !new => return,
            None => failure,
        };
        point.valid = failure.is_none();
        self.findings.judged(V::subject(point.sequence), failure);
    }

    /// P-2, P-3: the last one processed is the primary; P-4: on something new, not sent is false.
    fn mark_primary(&mut self, position: usize, sent: Option<bool>) {
        match sent {
            Some(true) => self.primary = Some(position),
            Some(false) if self.primary == Some(position) => self.primary = None,
            Some(false) | None => {}
        }
    }

    /// AU-3: deactivates the others of each TypeCode that something new came of.
    pub(super) fn deactivate_others_of_renewed_types(&mut self) {
        for position in 0..self.points.len() {
            let renewed = self.renewed.contains(&self.points[position].type_code);
            if renewed && !self.named.contains(&position) {
                self.deactivate(position);
            }
        }
    }

    /// What is not in use has no error that anybody could correct.
    fn deactivate(&mut self, position: usize) {
        let point = &mut self.points[position];
        point.active = false;
        self.findings.judged(V::subject(point.sequence), None);
    }

    /// The contact points as they are to be stored.
    pub(super) fn into_stored(mut self) -> Vec<ContactPoint<V>> {
        for (position, point) in self.points.iter_mut().enumerate() {
            point.primary = self.primary == Some(position);
        }
        self.points
    }
}

/// AU-5: what was sent overwrites, what was not sent stays.
pub(super) fn overwrite<T: Clone>(target: &mut Option<T>, sent: Option<&T>) {
    if let Some(value) = sent {
        *target = Some(value.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::super::message::CustomerMessage;
    use super::super::testing::*;

    /// What requests, one after the other, leave of the e-mails; the first one adds the customer.
    fn check(requests: &[&[&str]], expected: &[&str]) {
        let mut world = World::default();
        let mut customer = world.add(&emails(requests[0]));
        for request in &requests[1..] {
            customer = world.update(&customer, &emails(request));
        }
        assert_eq!(shown_emails(&customer), expected, "{requests:?}");
    }

    #[test]
    fn p_1_one_primary_whatever_type_and_state() {
        check(&[&["*HOME:a@x.org"], &["*WORK:b@x.org"]], &["+HOME:a@x.org", "+*WORK:b@x.org"]);
        check(&[&["*HOME:a@x.org", "WORK:b@x.org"]], &["+*HOME:a@x.org", "+WORK:b@x.org"]);
    }

    #[test]
    fn p_2_the_last_primary_of_an_add_is_it() {
        check(&[&["*A:a@x.org", "*B:b@x.org", "C:c@x.org"]], &["+A:a@x.org", "+*B:b@x.org", "+C:c@x.org"]);
        check(&[&["*A:a@x.org", "*B:b@x.org", "*A:a@x.org"]], &["+*A:a@x.org", "+B:b@x.org"]);
    }

    #[test]
    fn p_3_a_new_primary_demotes_an_inactive_one() {
        check(&[&["*a@x.org"], &["b@x.org"]], &["-*a@x.org", "+b@x.org"]);
        check(&[&["*a@x.org"], &["b@x.org"], &["*c@x.org"]], &["-a@x.org", "-b@x.org", "+*c@x.org"]);
        check(&[&["*a@x.org", "W:b@x.org"], &["*W:b@x.org"]], &["+a@x.org", "+*W:b@x.org"]);
    }

    #[test]
    fn p_4_primary_flag_not_sent_is_false_on_something_new() {
        check(&[&["a@x.org"]], &["+a@x.org"]);
    }

    #[test]
    fn p_3_a_primary_flag_of_false_demotes_what_it_is_sent_with() {
        let mut world = World::default();
        let customer = world.add(&emails(&["*a@x.org"]));
        let mut message = emails(&["a@x.org"]);
        message.emails[0].primary = Some(false);
        assert_eq!(shown_emails(&world.update(&customer, &message)), ["+a@x.org"]);
    }

    #[test]
    fn au_2_an_equal_one_is_left_as_it_is() {
        check(&[&["*H:a@x.org"], &["H:a@x.org"]], &["+*H:a@x.org"]);
        check(&[&["H:a#x.org"], &["H:a@x.org"]], &["+H:a@x.org"]);
        check(&[&["H:a@x.org", "H:a@x.org"]], &["+H:a@x.org"]);
        check(&[&["H:a@x.org", "H:b@x.org"], &["H:b@x.org"]], &["+H:a@x.org", "+H:b@x.org"]);
    }

    #[test]
    fn au_2_an_inactive_one_is_made_active_and_counts_as_new() {
        check(&[&["a@x.org"], &["b@x.org"], &["a@x.org"]], &["+a@x.org", "-b@x.org"]);
    }

    #[test]
    fn au_2_equality_is_that_of_value_and_type() {
        check(&[&["H:a@x.org"], &["W:a@x.org"]], &["+H:a@x.org", "+W:a@x.org"]);
        let mut world = World::default();
        let customer = world.add(&telephones(&["(440) 555-0100 x1"]));
        let customer = world.update(&customer, &telephones(&["1 440 555 0100 ext. 1"]));
        assert_eq!(customer.telephones.len(), 1);
        let customer = world.update(&customer, &telephones(&["4405550100"]));
        assert_eq!(customer.telephones.len(), 2);
        let customer = world.add(&addresses(&["k1a0b1"]));
        let mut message = addresses(&["K1A0B1"]);
        message.addresses[0].value.city = Some("Ottawa".to_owned());
        assert_eq!(world.update(&customer, &message).addresses.len(), 2);
        assert_eq!(world.update(&customer, &addresses(&["K1A0B1"])).addresses.len(), 1);
    }

    #[test]
    fn au_2_what_was_sent_beside_the_value_overwrites() {
        let mut world = World::default();
        let mut message = emails(&["a@x.org"]);
        message.emails[0].label = Some("first".to_owned());
        message.emails[0].contact_preference_code = Some("never".to_owned());
        let customer = world.add(&message);
        message.emails[0].label = Some("second".to_owned());
        message.emails[0].contact_preference_code = None;
        let customer = world.update(&customer, &message);
        let point = &customer.emails[0];
        assert_eq!(point.label.as_deref(), Some("second"));
        assert_eq!(point.contact_preference_code.as_deref(), Some("never"));
    }

    #[test]
    fn au_3_a_new_one_deactivates_the_others_of_its_type() {
        check(&[&["H:a@x.org", "W:b@x.org"], &["H:c@x.org"]], &["-H:a@x.org", "+W:b@x.org", "+H:c@x.org"]);
        check(&[&["a@x.org", "W:b@x.org"], &["c@x.org"]], &["-a@x.org", "+W:b@x.org", "+c@x.org"]);
    }

    #[test]
    fn au_3_all_that_the_request_names_are_active() {
        check(&[&["a@x.org", "b@x.org"], &["c@x.org", "a@x.org"]], &["+a@x.org", "-b@x.org", "+c@x.org"]);
        check(&[&["a@x.org"], &["b@x.org", "c@x.org"]], &["-a@x.org", "+b@x.org", "+c@x.org"]);
    }

    #[test]
    fn au_3_kinds_are_apart() {
        let mut world = World::default();
        let customer = world.add(&telephones(&["HOME:4405550100"]));
        let customer = world.update(&customer, &emails(&["HOME:a@x.org"]));
        assert!(customer.telephones[0].active);
    }

    #[test]
    fn au_3_sequences_go_on() {
        let mut world = World::default();
        let customer = world.add(&emails(&["a@x.org", "b@x.org"]));
        let customer = world.update(&customer, &emails(&["c@x.org"]));
        assert_eq!(customer.emails.iter().map(|point| point.sequence).collect::<Vec<_>>(), [1, 2, 3]);
    }

    /// What adding leaves of validity and errors: of the contact point, not of the customer.
    fn check_valid(message: &CustomerMessage, expected: &[&str]) {
        let customer = World::default().add(message);
        let valid = customer.addresses.iter().map(|point| point.valid);
        let valid = valid.chain(customer.emails.iter().map(|point| point.valid));
        let mut valid = valid.chain(customer.telephones.iter().map(|point| point.valid));
        assert_eq!(valid.all(|valid| valid), expected.is_empty());
        assert_eq!(shown_errors(&customer), expected);
        assert!(customer.valid());
    }

    #[test]
    fn v_7_a_partial_address_is_stored() {
        let mut message = addresses(&["49136"]);
        message.addresses[0].value.postal_code = None;
        message.addresses[0].value.city = Some("Oklahoma City".to_owned());
        check_valid(&message, &[]);
    }

    #[test]
    fn v_8_v_9_v_10_a_failed_value_makes_its_contact_point_invalid() {
        check_valid(&addresses(&["49136"]), &[]);
        check_valid(&addresses(&["H:49136", "W:4913"]), &["POSTAL_CODE_INVALID Address[2]/PostalCode 4913"]);
        check_valid(&emails(&["anna"]), &["EMAIL_INVALID EMail[1]/EMailAddress anna"]);
        check_valid(&telephones(&["044"]), &["PHONE_INVALID Telephone[1]/PhoneNumber 044"]);
        check_valid(&telephones(&["none"]), &["PHONE_INVALID Telephone[1]/PhoneNumber none"]);
    }

    #[test]
    fn v_12_valid_flag_goes_before_the_rules() {
        let flagged = |flag| {
            let mut message = emails(&["anna"]);
            message.emails[0].valid = flag;
            message
        };
        check_valid(&flagged(Some(true)), &[]);
        let error = ["EMAIL_INVALID EMail[1]/EMailAddress anna"];
        check_valid(&flagged(Some(false)), &error);

        let mut world = World::default();
        let customer = world.add(&flagged(None));
        let customer = world.update(&customer, &flagged(Some(true)));
        assert!(customer.emails[0].valid && customer.validation_errors.is_empty());
        let customer = world.update(&customer, &flagged(None));
        assert!(customer.emails[0].valid, "not sent again, it stays");
        let customer = world.update(&customer, &flagged(Some(false)));
        assert_eq!(shown_errors(&customer), error);
    }

    #[test]
    fn v_8_an_invalid_one_is_judged_anew_when_it_is_sent_again() {
        let mut world = World::default();
        let customer = world.add(&addresses(&["4913"]));
        let four = super::postal_code::PostalCodePattern::parse("9999").unwrap();
        let mut message = addresses(&["4913"]);
        message.addresses[0].value.country = Some("XX".to_owned());
        world.settings.postal_codes.set("XX", four);
        let customer = world.update(&customer, &message);
        assert_eq!(customer.addresses.iter().map(|point| point.valid).collect::<Vec<_>>(), [false, true]);
        assert!(shown_errors(&customer).is_empty(), "what is not in use has no error");
        let customer = world.update(&customer, &addresses(&["4913"]));
        assert_eq!(shown_errors(&customer), ["POSTAL_CODE_INVALID Address[1]/PostalCode 4913"]);
    }

    #[test]
    fn v_without_validation_contact_points_stay_as_sent() {
        let mut world = World::trusting();
        let customer = world.add(&telephones(&["(440) 555 x2"]));
        let point = &customer.telephones[0];
        assert_eq!((point.value.number.as_str(), point.valid), ("(440) 555 x2", true));
    }
}
