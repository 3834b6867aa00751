//! unmergeCustomers on a memory store: what comes back, and what keeps a merge from being taken back.

use crate::domain::error::Code;
use crate::domain::identity::CustomerId;
use crate::ops::history::{self, Step};
use crate::ops::testing::*;
use crate::store::record::key;
use crate::store::{Collection, prefix_range};

fn unmerge(id: &str) -> String {
    format!("<unmergeCustomers><CustomerID>{id}</CustomerID></unmergeCustomers>")
}

fn merge(ids: &[&str]) -> String {
    let target = |id: &&str| format!("<MergeTarget><CustomerID>{id}</CustomerID></MergeTarget>");
    let targets: String = ids[1..].iter().map(target).collect();
    format!(
        "<mergeCustomers><MergeSource><CustomerID>{}</CustomerID></MergeSource><MergeTargetSet>{targets}\
         </MergeTargetSet></mergeCustomers>",
        ids[0]
    )
}

/// Ana, Bo and Cy are 1, 2 and 3, each with the key of that number; Bo has a transaction and a card.
async fn three() -> World {
    let world = World::new();
    for (first, number) in [("Ana", "1"), ("Bo", "2"), ("Cy", "3")] {
        world.add(&named(first, "Ruiz", number)).await;
    }
    world.load(CARDS).await;
    world.send(&associate("6006490000000001", "2")).await.unwrap();
    world.send(&sale("2", "T1")).await.unwrap();
    world
}

fn sale(id: &str, transaction: &str) -> String {
    format!(
        "<recordTransaction><Transaction><TransactionID>{transaction}</TransactionID><CustomerID>{id}</CustomerID>\
         <RetailStoreID>17</RetailStoreID><BusinessDate>2026-02-01</BusinessDate><SalesAmount>5</SalesAmount>\
         </Transaction></recordTransaction>"
    )
}

/// Every body that stands for these customers.
async fn bodies(world: &World, ids: &[u64]) -> Vec<(String, Vec<u8>)> {
    let mut found = Vec::new();
    for collection in
        [Collection::Customer, Collection::Note, Collection::ActivitySums, Collection::CustomerCard]
    {
        for id in ids {
            let range = prefix_range(&id.to_be_bytes());
            let records = world.gateway.store.scan(collection, range, 100).await.unwrap();
            found.extend(records.into_iter().map(|(key, record)| (key.to_string(), record.body.to_vec())));
        }
    }
    for number in ids {
        let request = format!(
            "<retrieveCustomer>{}</retrieveCustomer>",
            alternate_key("XSTORE_ID", &number.to_string())
        );
        found.push((number.to_string(), world.send(&request).await.unwrap().into_bytes()));
    }
    found
}

/// The operations in a customer's history, newest first.
async fn told(world: &World, id: &str) -> Vec<String> {
    let mut walk = history::find(world.gateway.store.clone(), id).await.unwrap();
    let mut told = Vec::new();
    while let Some(step) = walk.next().await.unwrap() {
        match step {
            Step::Change(change) => told.push(change.operation),
            Step::NotInLog { number } => panic!("commit {number} is not in the log"),
        }
    }
    told
}

#[tokio::test]
async fn m_8_the_merged_ones_are_what_they_were() {
    let world = three().await;
    let before = bodies(&world, &[1, 2, 3]).await;
    world.send(&merge(&["1", "2", "3"])).await.unwrap();
    let answer = world.send(&unmerge("4")).await.unwrap();
    let expected = "<unmergeCustomersResponse xmlns=\"urn:castile:crm:v1\"><CustomerID>1</CustomerID>\
                    <CustomerID>2</CustomerID><CustomerID>3</CustomerID></unmergeCustomersResponse>";
    assert_eq!(answer, expected);
    assert_eq!(bodies(&world, &[1, 2, 3]).await, before);
    let store = &world.gateway.store;
    assert_eq!(store.scan(Collection::MergedBefore, prefix_range(&[]), 9).await.unwrap(), []);
    assert_eq!(store.get(&key::sums(CustomerId(4))).await.unwrap(), None);
    let ended = world.retrieve("4").await;
    assert!(ended.contains("<Active>false</Active>") && !ended.contains("<AlternateKey "), "{ended}");
    assert!(!ended.contains("CardNumber") && !ended.contains("ActivitySummary"), "{ended}");
}

#[tokio::test]
async fn m_8_merge_and_unmerge_stand_in_every_history() {
    let world = three().await;
    world.send(&merge(&["1", "2"])).await.unwrap();
    assert_eq!(told(&world, "3").await, ["addCustomer"]);
    assert_eq!(told(&world, "4").await, ["mergeCustomers", "mergeCustomers"], "its record and its sums");
    world.send(&unmerge("4")).await.unwrap();
    assert_eq!(told(&world, "1").await, ["unmergeCustomers", "mergeCustomers", "addCustomer"]);
    let of_two =
        ["unmergeCustomers", "mergeCustomers", "recordTransaction", "associateCardToCustomer", "addCustomer"];
    assert_eq!(told(&world, "2").await, of_two);
    assert_eq!(told(&world, "4").await, ["unmergeCustomers", "mergeCustomers"]);
}

/// What happens after the merge, and what the refusal names.
#[tokio::test]
async fn m_8_what_has_changed_since_is_named() {
    let update = customer_request("updateCustomer", "<CustomerID>4</CustomerID><Source>web</Source>");
    let key = customer_request(
        "updateCustomer",
        &format!("<Source>web</Source>{}", alternate_key("XSTORE_ID", "2")),
    );
    let cases: [(Vec<String>, &str); 5] = [
        (vec![update.clone()], "customer record"),
        (vec![key], "customer record"),
        (vec![sale("4", "T2")], "transactions"),
        (vec![associate("6006490000000002", "4")], "cards, customer record"),
        (vec![sale("4", "T2"), update], "customer record, transactions"),
    ];
    for (since, expected) in cases {
        let world = three().await;
        world.send(&merge(&["1", "2"])).await.unwrap();
        for request in &since {
            world.send(request).await.unwrap();
        }
        let rows = world.log_rows().await;
        let refusal = world.refused(&unmerge("4")).await;
        assert_code(&refusal, Code::MergeCustomerCreationException);
        assert!(refusal.message.ends_with(&format!(": {expected}")), "{since:?}: {}", refusal.message);
        assert_eq!(world.log_rows().await, rows);
    }
}

#[tokio::test]
async fn m_8_merges_are_taken_back_from_the_last_one_on() {
    let world = three().await;
    let before = bodies(&world, &[1, 2, 3]).await;
    world.send(&merge(&["1", "2"])).await.unwrap();
    world.send(&merge(&["3", "4"])).await.unwrap();
    assert_code(&world.refused(&unmerge("4")).await, Code::MergeCustomerCreationException);
    // A result that was itself merged and restored has a record of a later commit, and still the same content.
    for result in ["5", "4"] {
        world.send(&unmerge(result)).await.unwrap();
    }
    assert_eq!(bodies(&world, &[1, 2, 3]).await, before);
}

#[tokio::test]
async fn m_8_only_the_result_of_a_merge_is_taken_back() {
    let world = three().await;
    world.send(&merge(&["1", "2"])).await.unwrap();
    let cases = [
        ("1", Code::MergeCustomerCreationException),
        ("3", Code::MergeCustomerCreationException),
        ("77", Code::CustomerNotFound),
        ("four", Code::CustomerNotFound),
        ("", Code::CustomerNotFound),
    ];
    for (id, expected) in cases {
        assert_code(&world.refused(&unmerge(id)).await, expected);
    }
    world.send(&unmerge("4")).await.unwrap();
    assert_code(&world.refused(&unmerge("4")).await, Code::CustomerNotFound);
    let answer = world.send(&merge(&["1", "2"])).await.unwrap();
    assert_eq!(inner(&answer, "CustomerID"), "5");
    world.send("<deleteCustomer><CustomerID>5</CustomerID></deleteCustomer>").await.unwrap();
    assert_code(&world.refused(&unmerge("5")).await, Code::CustomerNotFound);
}
