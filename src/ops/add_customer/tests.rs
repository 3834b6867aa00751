//! addCustomer on a memory store.

use crate::domain::error::Code;
use crate::ops::testing::*;

#[tokio::test]
async fn a_1_a_new_id_is_assigned_and_one_that_was_sent_is_ignored() {
    let world = World::new();
    let sent = format!("<CustomerID>77</CustomerID>{}", named("Ana", "Ruiz", "1"));
    assert_eq!(world.add(&sent).await, "1");
    assert_eq!(world.add(&named("Ana", "Ruiz", "2")).await, "2");
}

#[tokio::test]
async fn a_2_everything_but_a_key_may_equal_another_customers() {
    let world = World::new();
    world.add(&named("Ana", "Ruiz", "1")).await;
    world.add(&named("Ana", "Ruiz", "2")).await;
    let refusal = world.refused(&customer_request("addCustomer", &named("Bo", "Lie", "1"))).await;
    assert_code(&refusal, Code::CustomerAlreadyExists);
    assert!(refusal.message.contains("customer 1"), "{}", refusal.message);
    assert_eq!(world.log_rows().await, 2);
}

#[tokio::test]
async fn a_2_the_same_id_under_another_type_is_another_key() {
    let world = World::new();
    world.add(&alternate_key("EMAIL", "x")).await;
    assert_eq!(world.add(&alternate_key("PHONE", "x")).await, "2");
}

#[tokio::test]
async fn a_3_an_undefined_type_is_refused_by_name() {
    let refusal =
        World::new().refused(&customer_request("addCustomer", &alternate_key("LOYALTY", "1"))).await;
    assert_code(&refusal, Code::InvalidAttributeValue);
    assert_eq!(refusal.field.as_deref(), Some("Customer/AlternateKey[1]/@TypeCode"));
    assert!(refusal.message.contains("LOYALTY"));
}

#[tokio::test]
async fn a_5_a_key_alone_makes_an_anonymous_customer() {
    let world = World::new();
    let id = world.add(&alternate_key("EMAIL", "a@b.example")).await;
    assert_eq!(inner(&world.retrieve(&id).await, "Anonymous"), "true");
    let answer = world.send(&customer_request("addCustomer", "<Prospect>true</Prospect>")).await.unwrap();
    assert!(answer.contains("NAME_MISSING"), "{answer}");
}

#[tokio::test]
async fn a_6_a_missing_update_date_is_local_time() {
    let world = World::new();
    let id = world.add(&named("Ana", "Ruiz", "1")).await;
    assert_eq!(inner(&world.retrieve(&id).await, "UpdateDate"), "2026-03-01T08:30:00");
}

#[tokio::test]
async fn v_validation_errors_are_answered_and_the_customer_is_saved() {
    let world = World::new();
    let content = "<EntityInformation><Individual><Suffix>xyz</Suffix><Name Location='Last'>ruiz</Name></Individual></EntityInformation>";
    let answer = world.send(&customer_request("addCustomer", content)).await.unwrap();
    assert_eq!(inner(&answer, "Outcome"), "Added");
    for code in ["NAME_MISSING", "SUFFIX_INVALID"] {
        assert!(answer.contains(code), "{answer}");
    }
    assert_eq!(inner(&world.retrieve("1").await, "ValidFlag"), "false");
}

#[tokio::test]
async fn a_customer_over_its_size_is_refused_and_nothing_is_stored() {
    let world = World::new();
    let value = format!("<AttributeValue>{}</AttributeValue>", "x".repeat(250));
    let content = format!("<CustomAttribute name='Delivery Hint'>{}</CustomAttribute>", value.repeat(1_200));
    let refusal = world.refused(&customer_request("addCustomer", &content)).await;
    assert_code(&refusal, Code::AttributeValueTooLarge);
    assert_eq!(world.log_rows().await, 0);
}

#[tokio::test]
async fn a_request_without_a_customer_adds_an_empty_one_that_is_invalid() {
    let answer = World::new().send("<addCustomer/>").await.unwrap();
    assert!(answer.contains("NAME_MISSING"), "{answer}");
}

#[tokio::test]
async fn a_3_comes_before_existence_and_rules_c_come_behind_it() {
    let world = World::new();
    world.add(&named("Ana", "Ruiz", "1")).await;
    let unknown = "<CustomAttribute name='Nothing'><AttributeValue>1</AttributeValue></CustomAttribute>";
    let mut content = format!("{unknown}{}", alternate_key("XSTORE_ID", "1"));
    let incomplete = format!("{content}<AlternateKey TypeCode='EMAIL'/>");
    let refusal = world.refused(&customer_request("addCustomer", &incomplete)).await;
    assert_code(&refusal, Code::AlternateKeyValueUnspecified);
    let refusal = world.refused(&customer_request("addCustomer", &content)).await;
    assert_code(&refusal, Code::CustomerAlreadyExists);
    content = content.replace(">1</AlternateID>", ">2</AlternateID>");
    let refusal = world.refused(&customer_request("addCustomer", &content)).await;
    assert_code(&refusal, Code::UnknownAttributeType);
}
