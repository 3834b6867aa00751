//! What a request does that names a customer who was merged: by an old CustomerID, an old key, an old card (M-2, U-1, D-2).

use super::testing::*;
use crate::domain::error::Code;
use crate::store::successor::HOPS_MAX;

const CARD: &str = "6006490000000001";
const OTHER_CARD: &str = "6006490000000002";

fn retrieve(content: &str) -> String {
    format!("<retrieveCustomer xmlns='urn:castile:crm:v1'>{content}</retrieveCustomer>")
}

fn id(id: &str) -> String {
    format!("<CustomerID>{id}</CustomerID>")
}

fn card(number: &str) -> String {
    format!("<CardNumber>{number}</CardNumber>")
}

fn sale(transaction_id: &str, identifier: &str, amount: &str) -> String {
    format!(
        "<recordTransaction xmlns='urn:castile:crm:v1'><Transaction><TransactionID>{transaction_id}</TransactionID>\
         {identifier}<RetailStoreID>17</RetailStoreID><BusinessDate>2026-02-01</BusinessDate>\
         <SalesAmount>{amount}</SalesAmount></Transaction></recordTransaction>"
    )
}

fn search(criteria: &str) -> String {
    format!("<searchCustomers xmlns='urn:castile:crm:v1'>{criteria}</searchCustomers>")
}

/// The texts of all elements of this name.
fn all<'x>(xml: &'x str, name: &str) -> Vec<&'x str> {
    let start = format!("<{name}>");
    xml.split(&start).skip(1).filter_map(|rest| rest.split_once("</").map(|(text, _)| text)).collect()
}

/// Customers 1 and 2 with a card, a key and a sale each, merged into 3, which is merged with 4 into 5; 6 stands alone.
async fn merged() -> World {
    let world = World::new();
    world.load(CARDS).await;
    for (customer, number) in [("1", CARD), ("2", OTHER_CARD)] {
        assert_eq!(world.add(&named("Ana", "Ruiz", customer)).await, customer);
        world.send(&associate(number, customer)).await.unwrap();
        world.send(&sale(&format!("T{customer}"), &id(customer), "10.00")).await.unwrap();
    }
    assert_eq!(world.merge(&["1", "2"]).await, "3");
    assert_eq!(world.add(&named("Bo", "Lie", "4")).await, "4");
    assert_eq!(world.merge(&["3", "4"]).await, "5");
    assert_eq!(world.add(&named("Cy", "Moe", "6")).await, "6");
    world
}

/// Everything that names the customers that are one now.
fn old_names() -> Vec<String> {
    let ids = ["1", "2", "3", "4", "5"].map(id);
    let keys = ["1", "2", "4"].map(|key| alternate_key("XSTORE_ID", key));
    let cards = [CARD, OTHER_CARD].map(card);
    ids.into_iter().chain(keys).chain(cards).collect()
}

#[tokio::test]
async fn m_2_whatever_names_a_merged_customer_retrieves_its_successor() {
    let world = merged().await;
    let expected = world.send(&retrieve(&id("5"))).await.unwrap();
    assert_eq!(all(&expected, "CardNumber"), ["************0001", "************0002"]);
    assert_eq!(inner(&expected, "SalesAmount"), "20.00");
    assert_eq!(all(&expected, "MergedInto"), [""; 0]);
    for name in old_names() {
        assert_eq!(world.send(&retrieve(&name)).await.unwrap(), expected, "{name}");
    }
}

#[tokio::test]
async fn m_2_with_include_inactive_an_old_id_shows_the_old_customer() {
    let world = merged().await;
    for (old, into, cards, amount) in [
        ("1", "3", &["************0001"][..], "10.00"),
        ("3", "5", &["************0001", "************0002"], "20.00"),
    ] {
        let shown = world.retrieve(old).await;
        assert_eq!((inner(&shown, "CustomerID"), inner(&shown, "MergedInto")), (old, into));
        assert_eq!((inner(&shown, "Active"), inner(&shown, "SalesAmount")), ("false", amount));
        assert_eq!(all(&shown, "CardNumber"), cards);
    }
    let by_card = format!("{}<IncludeInactive>true</IncludeInactive>", card(CARD));
    assert_eq!(inner(&world.send(&retrieve(&by_card)).await.unwrap(), "CustomerID"), "5");
}

#[tokio::test]
async fn u_1_au_1_an_update_by_an_old_id_or_key_changes_the_successor() {
    for operation in ["updateCustomer", "addOrUpdateCustomer"] {
        for name in ["1", "3"].map(id).into_iter().chain([alternate_key("XSTORE_ID", "2")]) {
            let world = merged().await;
            let before = world.retrieve("1").await;
            let change = format!(
                "{name}<EntityInformation><Individual><NickName>Nan</NickName></Individual></EntityInformation>"
            );
            let answer = world.send(&customer_request(operation, &change)).await.unwrap();
            assert_eq!((inner(&answer, "CustomerID"), inner(&answer, "Outcome")), ("5", "Updated"), "{name}");
            assert_eq!(inner(&world.retrieve("5").await, "NickName"), "Nan");
            assert_eq!(world.retrieve("1").await, before, "the merged customer stays as it was");
        }
    }
}

#[tokio::test]
async fn au_1_an_old_id_beside_the_key_of_another_customer_is_refused() {
    let world = merged().await;
    let both = format!("{}{}", id("1"), alternate_key("XSTORE_ID", "6"));
    let refusal = world.refused(&customer_request("addOrUpdateCustomer", &both)).await;
    assert_code(&refusal, Code::CustomerAlreadyExists);
    assert!(refusal.message.contains("two customers, 5 and 6"), "{refusal:?}");
    let one = format!("{}{}", id("1"), alternate_key("XSTORE_ID", "2"));
    let answer = world.send(&customer_request("addOrUpdateCustomer", &one)).await.unwrap();
    assert_eq!((inner(&answer, "CustomerID"), inner(&answer, "Outcome")), ("5", "Unchanged"));
}

#[tokio::test]
async fn d_2_delete_is_never_led_on_by_an_old_id() {
    let world = merged().await;
    for old in ["1", "2", "3", "4"] {
        assert_code(
            &world.refused(&format!("<deleteCustomer>{}</deleteCustomer>", id(old))).await,
            Code::CustomerNotFound,
        );
    }
    let answer = world.send(&format!("<deleteCustomer>{}</deleteCustomer>", id("5"))).await.unwrap();
    assert_eq!(inner(&answer, "CustomerID"), "5");
    for name in old_names() {
        assert_code(&world.refused(&retrieve(&name)).await, Code::CustomerNotFound);
        assert_code(&world.refused(&customer_request("updateCustomer", &name)).await, Code::CustomerNotFound);
    }
    // AU-1: the CustomerID of a deleted customer finds nobody.
    let answer = world
        .send(&customer_request("addOrUpdateCustomer", &format!("{}{}", id("1"), named("Di", "Noe", "1"))))
        .await;
    assert_eq!(inner(&answer.unwrap(), "Outcome"), "Added");
}

#[tokio::test]
async fn m_2_a_sale_by_an_old_name_adds_to_the_successor() {
    let world = merged().await;
    let mut expected = 20;
    for (number, name) in old_names().iter().enumerate() {
        world.send(&sale(&format!("N{number}"), name, "1.00")).await.unwrap();
        expected += 1;
        let shown = world.retrieve("5").await;
        assert_eq!(inner(&shown, "SalesAmount"), format!("{expected}.00"), "{name}");
    }
    assert_eq!(inner(&world.retrieve("1").await, "SalesAmount"), "10.00", "what was before stays as it was");
}

#[tokio::test]
async fn m_2_a_transaction_of_a_merged_customer_stays_known() {
    let world = merged().await;
    let rows = world.log_rows().await;
    for name in old_names() {
        let again = world.send(&sale("T1", &name, "10.00")).await.unwrap();
        assert_eq!(inner(&again, "TransactionID"), "T1", "{name}");
        assert_code(&world.refused(&sale("T1", &name, "10.01")).await, Code::TransactionAlreadyExists);
    }
    for name in [id("6"), id("99"), alternate_key("XSTORE_ID", "6")] {
        assert_code(&world.refused(&sale("T1", &name, "10.00")).await, Code::TransactionAlreadyExists);
    }
    assert_eq!(world.log_rows().await, rows);
}

#[tokio::test]
async fn k_5_a_card_that_a_merged_customer_has_is_the_successors() {
    let world = merged().await;
    let rows = world.log_rows().await;
    for customer in ["1", "2", "3", "5"] {
        let answer = world.send(&associate(CARD, customer)).await.unwrap();
        assert_eq!((inner(&answer, "CustomerID"), all(&answer, "CouponID").len()), ("5", 0), "{customer}");
    }
    assert_eq!(world.log_rows().await, rows);
    let instrument = "<retrieveInstrument><CardNumber>6006490000000001</CardNumber></retrieveInstrument>";
    assert_eq!(all(&world.send(instrument).await.unwrap(), "CustomerID"), ["5"]);
    world.send(&associate(CARD, "6")).await.unwrap();
    assert_eq!(all(&world.send(instrument).await.unwrap(), "CustomerID"), ["5", "6"]);
    assert_eq!(inner(&world.send(&retrieve(&card(CARD))).await.unwrap(), "CustomerID"), "5");
}

#[tokio::test]
async fn m_2_a_card_that_is_given_to_an_old_id_is_the_successors() {
    let world = merged().await;
    let new = "6006490000000003";
    world.load(&format!("[[card]]\nnumber = '{new}'\ncard_program = 'SEASON'")).await;
    let answer = world.send(&associate(new, "4")).await.unwrap();
    assert_eq!(inner(&answer, "CustomerID"), "5");
    let cards = ["************0001", "************0002", "************0003"];
    assert_eq!(all(&world.retrieve("5").await, "CardNumber"), cards);
    assert_eq!(all(&world.retrieve("4").await, "CardNumber"), [""; 0]);
}

#[tokio::test]
async fn m_4_a_card_of_two_merged_customers_is_shown_once() {
    let world = World::new();
    world.load(CARDS).await;
    for customer in ["1", "2"] {
        world.add(&named("Ana", "Ruiz", customer)).await;
        world.send(&associate(CARD, customer)).await.unwrap();
    }
    world.merge(&["2", "1"]).await;
    assert_eq!(all(&world.retrieve("3").await, "CardNumber"), ["************0001"]);
    let instrument = "<retrieveInstrument><CardNumber>6006490000000001</CardNumber></retrieveInstrument>";
    assert_eq!(all(&world.send(instrument).await.unwrap(), "CustomerID"), ["3"]);
}

#[tokio::test]
async fn m_2_search_finds_the_successor_and_the_merged_ones_on_request() {
    let world = World::new();
    world.load(CARDS).await;
    for customer in ["1", "2"] {
        world.add(&named("Ana", "Ruiz", customer)).await;
        world.send(&associate(CARD, customer)).await.unwrap();
    }
    let criteria = [
        "<LastName>Ruiz</LastName>".to_owned(),
        "<AlternateKey>2</AlternateKey>".to_owned(),
        format!("<CardNumber>{CARD}</CardNumber>"),
    ];
    let found = async |criteria: &str| {
        let answer = world.send(&search(criteria)).await.unwrap();
        all(&answer, "CustomerID").into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let before = [vec!["1", "2"], vec!["2"], vec!["1"]];
    for (criteria, expected) in criteria.iter().zip(before) {
        assert_eq!(found(criteria).await, expected, "{criteria}");
    }
    world.merge(&["1", "2"]).await;
    let after = [vec!["1", "2", "3"], vec!["2", "3"], vec!["3"]];
    for (criteria, with_inactive) in criteria.iter().zip(after) {
        assert_eq!(found(criteria).await, ["3"], "{criteria}");
        let criteria = format!("{criteria}<IncludeInactive>true</IncludeInactive>");
        assert_eq!(found(&criteria).await, with_inactive, "{criteria}");
    }
}

/// Old ids and cards are followed over so many merges; one more is refused while everything is still reached.
#[tokio::test]
async fn m_2_a_merge_behind_which_an_old_id_would_lead_nowhere_is_refused() {
    let world = World::new();
    world.load(CARDS).await;
    let mut last = world.add(&named("Ana", "Ruiz", "0")).await;
    world.send(&associate(CARD, "1")).await.unwrap();
    for number in 1..=HOPS_MAX {
        let other = world.add(&named("Bo", "Lie", &number.to_string())).await;
        last = world.merge(&[&other, &last]).await;
    }
    let other = world.add(&named("Cy", "Moe", "other")).await;
    let before = world.log_rows().await;
    for preview in ["", "<Preview>true</Preview>"] {
        let targets: String =
            [&other, &last].map(|target| format!("<MergeTarget>{}</MergeTarget>", id(target))).concat();
        let request =
            format!("<mergeCustomers><MergeTargetSet>{targets}</MergeTargetSet>{preview}</mergeCustomers>");
        assert_code(&world.refused(&request).await, Code::MergeCustomerCreationException);
    }
    assert_eq!(world.log_rows().await, before);
    for name in [id("1"), card(CARD)] {
        let found = world.send(&retrieve(&name)).await.unwrap();
        assert_eq!((inner(&found, "CustomerID"), inner(&found, "CardNumber")), (&*last, "************0001"));
    }
    // Those at the end may still be merged with others than those whom it would make unreachable.
    let new = world.add(&named("Di", "Moe", "new")).await;
    world.merge(&[&other, &new]).await;
}
