//! M-3, M-6: the contact points of the result, of one kind at a time, with their validation errors.
//!
//! Those of the source keep their sequences. Where those of all are retained, equal ones (AU-2) become one, active if
//! one of them is; the first primary stays the primary (P-1).

use std::collections::HashMap;
use std::hash::Hash;

use super::Member;
use super::settings::Several;
use crate::domain::contact_point::ContactPoint;
use crate::domain::customer::{Customer, Subject, ValidationError};

/// A kind of contact points.
pub(super) struct Kind<V> {
    pub(super) of: fn(&Customer) -> &[ContactPoint<V>],
    pub(super) subject: fn(u32) -> Subject,
}

/// What the result has of a kind.
pub(super) struct Kept<V> {
    pub(super) points: Vec<ContactPoint<V>>,
    pub(super) errors: Vec<ValidationError>,
}

impl<V: Clone + Eq + Hash> Kind<V> {
    pub(super) fn kept(&self, setting: Several, members: &[Member<'_>]) -> Kept<V> {
        let of = |member: &Member<'_>| (self.of)(member.customer).iter().any(|point| point.active);
        let taken = match setting {
            Several::Source => &members[..1],
            Several::BestMatch => {
                let best = members.iter().position(of).unwrap_or(0);
                &members[best..=best]
            }
            Several::RetainAll => members,
        };
        self.all_of(taken)
    }

    fn all_of(&self, members: &[Member<'_>]) -> Kept<V> {
        let mut kept = Kept { points: Vec::new(), errors: Vec::new() };
        let mut known = HashMap::new();
        for (place, member) in members.iter().enumerate() {
            for point in (self.of)(member.customer) {
                let identity = (point.type_code.as_deref(), &point.value);
                let at = known.get(&identity).copied().filter(|_| place > 0);
                let at = kept.take(point, at, place == 0);
                known.insert(identity, at);
                self.keep_error(&mut kept, at, point, member.customer);
            }
        }
        kept
    }

    /// The error of a contact point goes where the contact point went.
    fn keep_error(&self, kept: &mut Kept<V>, at: usize, point: &ContactPoint<V>, from: &Customer) {
        let subject = (self.subject)(kept.points[at].sequence);
        let own = from.validation_errors.iter().find(|error| error.subject == (self.subject)(point.sequence));
        let wanted = kept.points[at].active && !kept.points[at].valid;
        let known = kept.errors.iter().any(|error| error.subject == subject);
        if let Some(own) = own.filter(|_| wanted && !known) {
            kept.errors.push(ValidationError { subject, ..own.clone() });
        }
    }
}

impl<V: Clone> Kept<V> {
    /// Adds a contact point, or lets it become one with the equal one at `at`; where it is then.
    fn take(&mut self, point: &ContactPoint<V>, at: Option<usize>, own: bool) -> usize {
        let primary = point.primary && !self.points.iter().any(|known| known.primary);
        let Some(at) = at else {
            let next = self.points.iter().map(|known| known.sequence).max().unwrap_or(0) + 1;
            let sequence = if own { point.sequence } else { next };
            self.points.push(ContactPoint { sequence, primary, ..point.clone() });
            return self.points.len() - 1;
        };
        let known = &mut self.points[at];
        let primary = primary || known.primary;
        if point.active && !known.active {
            *known = ContactPoint { sequence: known.sequence, ..point.clone() };
        }
        known.primary = primary;
        at
    }
}
