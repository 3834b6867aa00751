//! Which promotions mean a customer, and what a merge makes of that (M-5).
//!
//! A promotion means the customers that its reference file names, and those who became targets by a merge: these are
//! records of their own, beside the entry, so that the same file loaded again takes nobody away. They change only
//! together with the record of the customer that they mean, whose version guards them. The merged customers stay targets.
//! Deliberately absent: responses, which stay with the old ids as a file names them, and totals, of which files say nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::reference::{Shown, ShownEntry};
use crate::domain::customer::Customer;
use crate::domain::error::Error;
use crate::domain::identity::CustomerId;
use crate::domain::reference::Reference;
use crate::store::cards::scan_all;
use crate::store::record::{encode_promotion_target, key};
use crate::store::{Change, Collection, Reads, prefix_range};

/// The promotions of which a customer became a target by a merge, by id.
pub(super) async fn gained(reads: &dyn Reads, customer: CustomerId) -> Result<BTreeSet<String>, Error> {
    let mut promotions = BTreeSet::new();
    for (key, _) in scan_all(reads, Collection::PromotionTarget, key::promotions_of(customer)).await? {
        promotions.insert(key::read_promotion_target(&key)?.1.to_owned());
    }
    Ok(promotions)
}

/// M-5: makes the result of a merge a target of every promotion that means one of its members. The change has to assert
/// the members' records.
pub(super) async fn extend<'c>(
    reads: &dyn Reads,
    reference: &Reference,
    members: impl Iterator<Item = &'c Customer> + Clone,
    result: CustomerId,
    change: &mut Change,
) -> Result<(), Error> {
    let ids: Vec<_> = members.clone().map(|member| member.id).collect();
    let meant = reference.promotions_for(&ids).into_iter();
    let mut promotions: BTreeSet<String> = meant.map(str::to_owned).collect();
    // Only who was made by a merge has become a target by one.
    for member in members.filter(|member| !member.members.is_empty()) {
        promotions.append(&mut gained(reads, member.id).await?);
    }
    for promotion in &promotions {
        change.put(key::promotion_target(result, promotion), encode_promotion_target());
    }
    Ok(())
}

/// Takes away what the merge that made `result` gave it. The change has to assert the record of the result.
pub(super) async fn withdraw(
    reads: &dyn Reads,
    result: CustomerId,
    change: &mut Change,
) -> Result<(), Error> {
    for promotion in gained(reads, result).await? {
        change.delete(key::promotion_target(result, &promotion));
    }
    Ok(())
}

/// Adds to promotions as a file says them the customers that became targets by merges.
pub(super) async fn with_gained(
    reads: &dyn Reads,
    mut shown: Vec<ShownEntry>,
) -> Result<Vec<ShownEntry>, Error> {
    let mut by_promotion = BTreeMap::<String, BTreeSet<u64>>::new();
    for (key, _) in scan_all(reads, Collection::PromotionTarget, prefix_range(&[])).await? {
        let (customer, promotion) = key::read_promotion_target(&key)?;
        by_promotion.entry(promotion.to_owned()).or_default().insert(customer.0);
    }
    for entry in &mut shown {
        if let Shown::Promotion { id, targets, .. } = &mut entry.entry
            && let Some(gained) = by_promotion.get_mut(id)
        {
            targets.append(gained);
        }
    }
    Ok(shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::reference::Kind;
    use crate::ops::reference::show;
    use crate::ops::testing::*;

    const PROMOTIONS: &str =
        "[[promotion]]\nid = 'SPRING'\ntargets = [2, '1', 2]\n[[promotion]]\nid = 'TIDE'\ntargets = [3]\n";

    /// Customers 1 to 7, of whom 1 and 2 are meant by SPRING and 3 by TIDE.
    async fn with_promotions() -> World {
        let world = World::new();
        world.load(PROMOTIONS).await;
        for id in 1..=7 {
            assert_eq!(world.add(&named("Ana", "Ruiz", &format!("{id}"))).await, id.to_string());
        }
        world
    }

    /// The targets of SPRING and TIDE as they are shown.
    async fn shown(world: &World) -> [Vec<u64>; 2] {
        let shown = show(&world.gateway, Kind::Promotion, None).await.unwrap().into_iter();
        let targets = shown.map(|entry| match entry.entry {
            Shown::Promotion { targets, .. } => targets.into_iter().collect(),
            other => panic!("{other:?}"),
        });
        targets.collect::<Vec<_>>().try_into().unwrap()
    }

    #[tokio::test]
    async fn m_5_the_result_becomes_a_target_and_the_merged_ones_stay() {
        let world = with_promotions().await;
        assert_eq!(world.merge(&["7", "2"]).await, "8");
        assert_eq!(shown(&world).await, [vec![1, 2, 8], vec![3]]);
        assert_eq!(world.merge(&["3", "8"]).await, "9");
        assert_eq!(shown(&world).await, [vec![1, 2, 8, 9], vec![3, 9]]);
        assert_eq!(world.merge(&["4", "5", "6"]).await, "10");
        assert_eq!(shown(&world).await, [vec![1, 2, 8, 9], vec![3, 9]]);
    }

    #[tokio::test]
    async fn m_8_an_unmerge_takes_away_what_its_merge_gave() {
        let world = with_promotions().await;
        world.merge(&["2", "7"]).await;
        world.merge(&["3", "8"]).await;
        world.send("<unmergeCustomers><CustomerID>9</CustomerID></unmergeCustomers>").await.unwrap();
        assert_eq!(shown(&world).await, [vec![1, 2, 8], vec![3]]);
    }

    #[tokio::test]
    async fn m_5_the_same_file_again_takes_no_target_away() {
        let world = with_promotions().await;
        world.merge(&["1", "3"]).await;
        let commit = world.gateway.store.health().await.last_commit;
        world.load(PROMOTIONS).await;
        assert_eq!(world.gateway.store.health().await.last_commit, commit);
        world.load(&PROMOTIONS.replace("'1'", "5")).await;
        assert_eq!(shown(&world).await, [vec![2, 5, 8], vec![3, 8]]);
    }
}
