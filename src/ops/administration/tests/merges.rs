//! Merged customers on their way through an export, an import, a check and a history.

use super::*;
use crate::domain::reference::Kind;
use crate::ops::reference::show;
use crate::ops::testing::{CARDS, associate};
use crate::store::record::{decode_sums, encode_last_change, encode_promotion_target, encode_sums};

const PROMOTION: &str = "[[promotion]]\nid = 'SPRING'\ntargets = [1]";

fn sale(who: &str, id: &str) -> String {
    format!(
        "<recordTransaction><Transaction><TransactionID>{id}</TransactionID><CustomerID>{who}</CustomerID>\
         <RetailStoreID>17</RetailStoreID><BusinessDate>2026-02-01</BusinessDate><SalesAmount>1.25</SalesAmount>\
         </Transaction></recordTransaction>"
    )
}

/// Customers 1 and 2 with cards and sales, merged into 3; that and 4 merged into 5, who buys once more.
async fn merged() -> House {
    let house = House::new();
    let world = &house.world;
    world.load(&format!("{CARDS}\n{PROMOTION}")).await;
    for (id, card) in [("1", "6006490000000001"), ("2", "6006490000000002")] {
        world.add(&named("Ana", "Ruiz", id)).await;
        world.send(&associate(card, id)).await.unwrap();
        world.send(&sale(id, id)).await.unwrap();
    }
    world.merge(&["1", "2"]).await;
    world.add(&named("Bo", "Lie", "4")).await;
    world.merge(&["3", "4"]).await;
    house
}

/// The versions of what the merge that made `result` of `members` wrote.
async fn versions(house: &House, result: u64, members: [u64; 2]) -> Vec<Option<u64>> {
    let (result, members) = (CustomerId(result), members.map(CustomerId));
    let mut keys = vec![key::customer(result), key::sums(result)];
    keys.extend(members.map(key::customer));
    keys.extend(members.map(|member| key::merged_before(result, member)));
    let records = house.store.get_many(&keys).await.unwrap();
    records.into_iter().map(|record| record.map(|record| record.version)).collect()
}

async fn is_of_one_commit(house: &House, result: u64, members: [u64; 2]) -> bool {
    let versions = versions(house, result, members).await;
    versions[0].is_some() && versions.iter().all(|version| *version == versions[0])
}

async fn targets(house: &House) -> String {
    let shown = show(&house.world.gateway, Kind::Promotion, None).await.unwrap();
    serde_json::to_string(&shown).unwrap()
}

#[tokio::test]
async fn m_8_a_merge_is_carried_with_what_takes_it_back() {
    let (from, to) = (merged().await, House::new());
    assert_eq!(from.findings().await, [""; 0]);
    let file = from.export().await;
    let mut rows = Vec::new();
    for _ in 0..2 {
        to.import_whole(&file).await;
        assert_eq!(to.findings().await, [""; 0]);
        rows.push(to.world.log_rows().await);
    }
    assert_eq!(rows[0], rows[1], "the second time changes nothing");
    for id in ["1", "2", "3", "4", "5"] {
        assert_eq!(to.world.retrieve(id).await, from.world.retrieve(id).await);
    }
    for (result, member) in [(3, 1), (3, 2), (5, 3), (5, 4)] {
        let key = key::merged_before(CustomerId(result), CustomerId(member));
        let [there, here] = [&from, &to].map(|house| house.store.get(&key));
        assert_eq!(here.await.unwrap().unwrap().body, there.await.unwrap().unwrap().body);
    }
    // The second merge changed the result of the first one.
    for house in [&from, &to] {
        assert!(is_of_one_commit(house, 5, [3, 4]).await);
        assert!(!is_of_one_commit(house, 3, [1, 2]).await);
    }
    assert_eq!(targets(&to).await, targets(&from).await);
    let search = "<searchCustomers><CardNumber SearchType='EndsWith'>0001</CardNumber></searchCustomers>";
    let found = to.world.send(search).await.unwrap();
    assert_eq!((inner(&found, "CustomerID"), &found), ("5", &from.world.send(search).await.unwrap()));
    // What was sold to a merged customer is known under its old id.
    to.world.send(&sale("1", "1")).await.unwrap();
    assert_eq!(to.world.log_rows().await, rows[0]);
}

/// A chain of merges is taken back step by step, with an export and an import before any of the steps.
#[tokio::test]
async fn m_8_a_chain_of_merges_is_taken_back_after_it_was_carried() {
    let unmerge =
        |result: u64| format!("<unmergeCustomers><CustomerID>{result}</CustomerID></unmergeCustomers>");
    for carried_at in [[true, false], [false, true], [true, true]] {
        let mut house = merged().await;
        for (result, carry) in [5, 3].into_iter().zip(carried_at) {
            if carry {
                let to = House::new();
                to.import_whole(&house.export().await).await;
                house = to;
            }
            house.world.send(&unmerge(result)).await.unwrap();
            assert_eq!(house.findings().await, [""; 0]);
        }
        for id in ["1", "2", "4"] {
            assert!(house.world.retrieve(id).await.contains("<Active>true</Active>"));
        }
    }
}

/// What changed before the outer merge keeps the inner one from being taken back, carried or not.
#[tokio::test]
async fn m_8_an_inner_merge_whose_result_had_changed_is_carried_as_such() {
    let (from, to) = (House::new(), House::new());
    for id in ["1", "2", "3"] {
        from.world.add(&named("Ana", "Ruiz", id)).await;
    }
    from.world.merge(&["1", "2"]).await;
    let change = customer_request("updateCustomer", "<CustomerID>4</CustomerID><Source>web</Source>");
    from.world.send(&change).await.unwrap();
    from.world.merge(&["3", "4"]).await;
    to.import_whole(&from.export().await).await;
    for house in [&from, &to] {
        let unmerge = |id| format!("<unmergeCustomers><CustomerID>{id}</CustomerID></unmergeCustomers>");
        house.world.send(&unmerge(5)).await.unwrap();
        let refusal = house.world.refused(&unmerge(4)).await;
        assert!(refusal.message.contains(": customer record"), "{}", refusal.message);
    }
}

#[tokio::test]
async fn m_8_a_merge_whose_result_has_changed_is_carried_as_such() {
    let change = customer_request("updateCustomer", "<CustomerID>5</CustomerID><Source>web</Source>");
    for request in [sale("4", "new"), change] {
        let (from, to) = (merged().await, House::new());
        from.world.send(&request).await.unwrap();
        to.import_whole(&from.export().await).await;
        assert_eq!(to.world.retrieve("5").await, from.world.retrieve("5").await);
        assert!(!is_of_one_commit(&to, 5, [3, 4]).await, "{request}");
    }
}

#[tokio::test]
async fn m_8_what_changed_between_two_parts_of_an_import_counts_as_changed() {
    let (from, to) = (merged().await, House::new());
    let file = from.export().await;
    let (merges, rest): (Vec<&str>, Vec<&str>) =
        file.lines().partition(|line| line.starts_with("{\"merge\""));
    to.import_whole(&(rest.join("\n") + "\n")).await;
    to.world.send(&sale("5", "new")).await.unwrap();
    to.import_whole(&format!("{}\n{}\n", rest[0], merges.join("\n"))).await;
    assert!(!is_of_one_commit(&to, 5, [3, 4]).await);
    assert_eq!(to.findings().await, [""; 0]);
}

#[tokio::test]
async fn m_8_a_merge_that_does_not_fit_is_refused() {
    let file = merged().await.export().await;
    let check = async |how: fn(&mut Value), words: &str| {
        let house = House::new();
        let mut lines: Vec<Value> = file.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let merge = lines.iter_mut().find(|line| line["merge"]["customer"] == 5).unwrap();
        how(&mut merge["merge"]);
        let imported = house.import(&text(&lines)).await;
        let [(_, why)] = &imported.refused[..] else { panic!("{words}: {imported:?}") };
        assert!(why.contains(words), "{words}: {why}");
    };
    check(|merge| merge["customer"] = 9.into(), "customer 9, who is not stored").await;
    check(|merge| merge["customer"] = 4.into(), "customer 4 was not merged from customer 3").await;
    check(|merge| merge["members"][0]["id"] = 4.into(), "is another").await;
    check(|merge| merge["members"][0]["row"] = "CQkJ".into(), "does not know").await;
    check(|merge| merge["more"] = 1.into(), "no document").await;
}

/// Check must find something with these words after this change.
async fn check_found(how: impl AsyncFnOnce(&House), words: &str) {
    let house = merged().await;
    how(&house).await;
    let findings = house.findings().await;
    assert!(findings.iter().any(|finding| finding.contains(words)), "{words}: {findings:?}");
}

/// Writes customer `id` otherwise.
async fn change_customer(house: &House, id: u64, how: impl FnOnce(&mut crate::domain::customer::Customer)) {
    let key = key::customer(CustomerId(id));
    let mut customer = decode_customer(&house.store.get(&key).await.unwrap().unwrap().body).unwrap();
    how(&mut customer);
    let body = encode_customer(&customer).unwrap();
    house.commit(|change| _ = change.put(key, body)).await;
}

#[tokio::test]
async fn check_finds_merges_that_do_not_fit_together() {
    let gone = |key: Key| async move |house: &House| house.commit(|change| _ = change.delete(key)).await;
    let id = CustomerId;
    check_found(gone(key::customer(id(3))), "was merged from customer 3, who is not stored").await;
    check_found(gone(key::customer(id(5))), "was merged into customer 5, who is not stored").await;
    check_found(gone(key::merged_before(id(5), id(4))), "customer 4, of whom nothing is kept").await;
    check_found(async |house| change_customer(house, 4, |it| it.merged_into = None).await, "does not say so")
        .await;
    check_found(async |house| change_customer(house, 5, |it| _ = it.members.pop()).await, "does not say so")
        .await;
    check_found(async |house| change_customer(house, 5, |it| _ = it.members.pop()).await, "was not merged")
        .await;
    check_found(async |house| change_customer(house, 5, |it| it.card_count = 1).await, "has less cards")
        .await;
    check_found(async |house| change_customer(house, 4, |it| it.active = true).await, "is inactive").await;
    check_found(
        async |house| change_customer(house, 4, |it| it.merged_into = Some(CustomerId(2))).await,
        "greater id",
    )
    .await;
    check_found(
        async |house| change_customer(house, 3, |it| it.members.push(CustomerId(3))).await,
        "smaller ids",
    )
    .await;
}

#[tokio::test]
async fn check_finds_last_changes_that_can_not_be() {
    let put = |customer: u64, body: Vec<u8>| {
        async move |house: &House| {
            let key = key::last_change(CustomerId(customer));
            house.commit(|change| _ = change.put(key, body)).await;
        }
    };
    check_found(put(3, encode_last_change(u64::MAX)), "not before its own").await;
    check_found(put(3, b"three".to_vec()), "has 8 bytes").await;
    check_found(put(99, encode_last_change(1)), "who is not stored").await;
    check_found(put(4, encode_last_change(1)), "who was not made by a merge").await;
}

#[tokio::test]
async fn check_finds_sums_that_do_not_begin_with_those_of_the_merged() {
    let key = key::sums(CustomerId(5));
    check_found(
        async |house| {
            house.world.send(&sale("5", "own")).await.unwrap();
            let stored = house.store.get(&key).await.unwrap().unwrap();
            let mut sums = decode_sums(&stored.body).unwrap();
            assert_eq!((sums.last_number, sums.base.is_some()), (1, true));
            assert_eq!(house.findings().await, [""; 0]);
            sums.base = None;
            house.commit(|change| _ = change.put(key, encode_sums(&sums).unwrap())).await;
        },
        "do not begin with the sums",
    )
    .await;
}

#[tokio::test]
async fn check_finds_targets_of_nobody_and_of_nothing() {
    let put = |customer: u64, promotion: &'static str| {
        async move |house: &House| {
            let key = key::promotion_target(CustomerId(customer), promotion);
            house.commit(|change| _ = change.put(key, encode_promotion_target())).await;
        }
    };
    check_found(put(99, "SPRING"), "who is not stored").await;
    check_found(put(5, "AUTUMN"), "a promotion that is not defined").await;
    let house = merged().await;
    put(5, "SPRING")(&house).await;
    assert_eq!(house.findings().await, [""; 0]);
}

#[tokio::test]
async fn a_history_tells_of_merges_on_both_sides() {
    let house = merged().await;
    let told = async |customer: &str| {
        let store = house.world.gateway.store.clone();
        let mut history = crate::ops::history::find(store, customer).await.unwrap();
        let mut steps = Vec::new();
        while let Some(step) = history.next().await.unwrap() {
            let crate::ops::history::Step::Change(change) = step else { panic!("the log is whole") };
            let fields: Vec<_> = change.fields.iter().map(|field| field.field.as_str()).collect();
            steps.push(format!("{}: {}", change.operation, fields.join(" ")));
        }
        steps
    };
    let of_member = told("4").await;
    assert_eq!(of_member[0], "mergeCustomers: head.active merged_into");
    assert!(of_member[1].starts_with("addCustomer: ") && of_member.len() == 2, "{of_member:?}");
    let of_result = told("XSTORE_ID:2").await;
    assert!(of_result.iter().all(|step| step.starts_with("mergeCustomers: ")), "{of_result:?}");
    assert!(of_result.iter().any(|step| step.contains(" members[1] members[2]")), "{of_result:?}");
}
