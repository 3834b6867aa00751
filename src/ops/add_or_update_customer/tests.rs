//! addOrUpdateCustomer on a memory store.

use crate::domain::error::Code;
use crate::ops::testing::*;

fn request(content: &str) -> String {
    customer_request("addOrUpdateCustomer", content)
}

/// Sends and gives id and outcome.
async fn upsert(world: &World, content: &str) -> (String, String) {
    let answer = world.send(&request(content)).await.unwrap();
    (inner(&answer, "CustomerID").to_owned(), inner(&answer, "Outcome").to_owned())
}

fn outcome(id: &str, outcome: &str) -> (String, String) {
    (id.to_owned(), outcome.to_owned())
}

#[tokio::test]
async fn au_1_an_unknown_customer_is_added_under_a_new_id() {
    let world = World::new();
    let content = format!("<CustomerID>500</CustomerID>{}", named("Ana", "Ruiz", "1"));
    assert_eq!(upsert(&world, &content).await, outcome("1", "Added"));
}

#[tokio::test]
async fn au_1_a_key_or_an_id_finds_the_customer() {
    let world = World::new();
    world.add(&named("Ana", "Ruiz", "1")).await;
    assert_eq!(upsert(&world, &named("Anna", "Ruiz", "1")).await, outcome("1", "Updated"));
    let by_id = "<CustomerID>1</CustomerID><Source>web</Source>";
    assert_eq!(upsert(&world, by_id).await, outcome("1", "Updated"));
    let shown = world.retrieve("1").await;
    assert_eq!(inner(&shown, "Source"), "web");
    assert!(shown.contains(">Anna<"), "{shown}");
}

#[tokio::test]
async fn au_1_identifiers_of_two_customers_are_refused_naming_both() {
    let world = World::new();
    world.add(&named("Ana", "Ruiz", "1")).await;
    world.add(&format!("{}{}", named("Bo", "Lie", "2"), alternate_key("EMAIL", "e"))).await;
    let two_keys = format!("{}{}", alternate_key("XSTORE_ID", "1"), alternate_key("EMAIL", "e"));
    let id_and_key = format!("<CustomerID>1</CustomerID>{}", alternate_key("EMAIL", "e"));
    for content in [two_keys, id_and_key] {
        let refusal = world.refused(&request(&content)).await;
        assert_code(&refusal, Code::CustomerAlreadyExists);
        assert!(refusal.message.contains('1') && refusal.message.contains('2'), "{}", refusal.message);
    }
    assert_eq!(world.log_rows().await, 2);
}

#[tokio::test]
async fn au_2_the_same_again_is_unchanged_and_writes_nothing() {
    let world = World::new();
    let content = format!(
        "<LastUpdateInfo><UpdateDate>2026-01-01</UpdateDate></LastUpdateInfo>{}",
        named("Ana", "Ruiz", "1")
    );
    upsert(&world, &content).await;
    let before = world.retrieve("1").await;
    assert_eq!(upsert(&world, &content.replace("2026-01-01", "2026-02-02")).await, outcome("1", "Unchanged"));
    assert_eq!(world.retrieve("1").await, before);
    assert_eq!(world.log_rows().await, 1);
}

#[tokio::test]
async fn au_3_a_new_key_frees_the_old_one_of_its_type() {
    let world = World::new();
    upsert(&world, &named("Ana", "Ruiz", "1")).await;
    let content = format!("<CustomerID>1</CustomerID>{}", alternate_key("XSTORE_ID", "2"));
    assert_eq!(upsert(&world, &content).await, outcome("1", "Updated"));
    let refusal = world
        .refused(&format!("<retrieveCustomer>{}</retrieveCustomer>", alternate_key("XSTORE_ID", "1")))
        .await;
    assert_code(&refusal, Code::CustomerNotFound);
    let found = world
        .send(&format!("<retrieveCustomer>{}</retrieveCustomer>", alternate_key("XSTORE_ID", "2")))
        .await;
    assert_eq!(inner(&found.unwrap(), "CustomerID"), "1");
}

#[tokio::test]
async fn a_7_a_freed_key_may_be_given_to_another_customer_and_stays_with_it() {
    let world = World::new();
    upsert(&world, &named("Ana", "Ruiz", "1")).await;
    upsert(&world, &format!("<CustomerID>1</CustomerID>{}", alternate_key("XSTORE_ID", "2"))).await;
    assert_eq!(upsert(&world, &named("Bo", "Lie", "1")).await, outcome("2", "Added"));
    let back = format!("<CustomerID>1</CustomerID>{}", alternate_key("XSTORE_ID", "1"));
    assert_code(&world.refused(&request(&back)).await, Code::CustomerAlreadyExists);
}

#[tokio::test]
async fn au_4_a_note_equal_to_a_stored_one_is_not_added_again() {
    let world = World::new();
    let note = |text: &str| {
        format!("<CustomerNotes><CustomerNote location='17'>{text}</CustomerNote></CustomerNotes>")
    };
    upsert(&world, &format!("{}{}", named("Ana", "Ruiz", "1"), note("Likes tea"))).await;
    let again = format!("{}{}", named("Ana", "Ruiz", "1"), note("Likes tea"));
    assert_eq!(upsert(&world, &again).await, outcome("1", "Unchanged"));
    let other = format!("{}{}", named("Ana", "Ruiz", "1"), note("Likes coffee"));
    assert_eq!(upsert(&world, &other).await, outcome("1", "Updated"));
    let shown = world.retrieve("1").await;
    assert_eq!(shown.matches("<CustomerNote ").count(), 2, "{shown}");
}

#[tokio::test]
async fn au_5_what_was_not_sent_stays() {
    let world = World::new();
    upsert(&world, &format!("<Source>web</Source>{}", named("Ana", "Ruiz", "1"))).await;
    upsert(&world, &format!("<CustomerClass>Trade</CustomerClass>{}", alternate_key("XSTORE_ID", "1"))).await;
    let shown = world.retrieve("1").await;
    assert_eq!((inner(&shown, "Source"), inner(&shown, "CustomerClass")), ("web", "Trade"));
    assert!(shown.contains(">Ruiz<"));
}

#[tokio::test]
async fn a_3_comes_before_two_customers_found() {
    let world = World::new();
    world.add(&alternate_key("EMAIL", "a")).await;
    world.add(&alternate_key("EMAIL", "b")).await;
    let both = format!("{}{}", alternate_key("EMAIL", "a"), alternate_key("EMAIL", "b"));
    let incomplete = format!("{both}{}", alternate_key("NOSUCH", "c"));
    let refusal = world.refused(&customer_request("addOrUpdateCustomer", &incomplete)).await;
    assert_code(&refusal, Code::InvalidAttributeValue);
    let refusal = world.refused(&customer_request("addOrUpdateCustomer", &both)).await;
    assert_code(&refusal, Code::CustomerAlreadyExists);
}
