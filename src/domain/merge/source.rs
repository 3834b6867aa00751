//! M-1: the choice of a source where none is named, by the duplicate customer rules.

use super::Member;
use super::settings::SourceRule;
use crate::domain::contact_point::ContactPoint;

/// The position of the source among `members`, which are not empty. Each rule leaves those for whom it speaks most;
/// where several are left in the end, the first of them is it.
pub fn choose_source(members: &[Member<'_>], rules: &[SourceRule]) -> usize {
    let mut left: Vec<usize> = (0..members.len()).collect();
    for rule in rules {
        let best = left.iter().map(|at| weight(&members[*at], *rule)).max();
        left.retain(|at| Some(weight(&members[*at], *rule)) == best);
    }
    left.first().copied().unwrap_or(0)
}

/// How much a rule speaks for a customer: the day of its last transaction, or whether it has something.
fn weight(member: &Member<'_>, rule: SourceRule) -> Option<i64> {
    fn active<V>(points: &[ContactPoint<V>]) -> Option<i64> {
        points.iter().any(|point| point.active).then_some(1)
    }
    let customer = member.customer;
    match rule {
        SourceRule::RecentActivity => {
            let last = member.activity.map(|activity| activity.last_transaction_date);
            last.map(|day| i64::from(day.year()) * 1_000 + i64::from(day.day_of_year()))
        }
        SourceRule::Cards => (customer.card_count > 0).then_some(1),
        SourceRule::Email => active(&customer.emails),
        SourceRule::Phone => active(&customer.telephones),
        SourceRule::Address => active(&customer.addresses),
        SourceRule::Attributes => (!customer.attributes.is_empty()).then_some(1),
    }
}
