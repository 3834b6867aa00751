//! deleteCustomer on a memory store.

use crate::domain::error::Code;
use crate::ops::testing::*;

fn request(content: &str) -> String {
    format!("<deleteCustomer xmlns='urn:castile:crm:v1'>{content}</deleteCustomer>")
}

fn retrieve(content: &str) -> String {
    format!("<retrieveCustomer>{content}</retrieveCustomer>")
}

const ANA: &str = "<CustomerID>1</CustomerID>";

/// Ana is 1 with the key `1`, Bo is 2 with the key `2`.
async fn two_customers() -> World {
    let world = World::new();
    world.add(&named("Ana", "Ruiz", "1")).await;
    world.add(&named("Bo", "Lie", "2")).await;
    world
}

async fn delete(world: &World, content: &str) -> String {
    world.send(&request(content)).await.unwrap()
}

#[tokio::test]
async fn d_1_an_id_or_a_key_names_whom_to_delete() {
    for content in [ANA.to_owned(), alternate_key("XSTORE_ID", "1")] {
        let world = two_customers().await;
        let expected = "<deleteCustomerResponse xmlns=\"urn:castile:crm:v1\"><CustomerID>1</CustomerID>\
                        <Outcome>Deleted</Outcome></deleteCustomerResponse>";
        assert_eq!(delete(&world, &content).await, expected);
        assert_eq!(world.log_rows().await, 3);
        assert!(world.send(&retrieve("<CustomerID>2</CustomerID>")).await.is_ok());
    }
}

#[tokio::test]
async fn d_1_a_deleted_customer_is_kept_and_shown_on_request_only() {
    let world = two_customers().await;
    let before = world.retrieve("1").await;
    delete(&world, ANA).await;
    assert_code(&world.refused(&retrieve(ANA)).await, Code::CustomerNotFound);
    let shown = world.retrieve("1").await;
    let expected = before
        .replace("<Active>true</Active>", "<Active>false</Active>")
        .replace("TypeCode=\"XSTORE_ID\" ActiveFlag=\"true\"", "TypeCode=\"XSTORE_ID\" ActiveFlag=\"false\"");
    assert_eq!(shown, expected);
    assert_ne!(shown, before);
}

#[tokio::test]
async fn d_2_nobody_is_deleted_without_a_known_identifier() {
    let world = two_customers().await;
    let cases = [
        String::new(),
        "<CustomerID>77</CustomerID>".to_owned(),
        "<CustomerID>one</CustomerID>".to_owned(),
        format!("<CustomerID>77</CustomerID>{}", alternate_key("XSTORE_ID", "1")),
        alternate_key("XSTORE_ID", "3"),
        alternate_key("XSTORE_ID", "1") + &alternate_key("XSTORE_ID", "2"),
    ];
    for content in cases {
        assert_code(&world.refused(&request(&content)).await, Code::CustomerNotFound);
    }
    assert_eq!(world.log_rows().await, 2);
}

#[tokio::test]
async fn d_2_one_that_is_inactive_is_not_deleted_again() {
    let world = two_customers().await;
    delete(&world, ANA).await;
    for content in [ANA.to_owned(), alternate_key("XSTORE_ID", "1")] {
        assert_code(&world.refused(&request(&content)).await, Code::CustomerNotFound);
    }
    assert_eq!(world.log_rows().await, 3);
}

#[tokio::test]
async fn d_3_other_elements_are_ignored() {
    let world = two_customers().await;
    let content = format!(
        "{}<Source>web</Source><Prospect>perhaps</Prospect>{}",
        named("Bo", "Lie", "1"),
        "<LastUpdateInfo><UpdateDate>never</UpdateDate></LastUpdateInfo>"
    );
    assert!(delete(&world, &content).await.contains("<CustomerID>1</CustomerID>"));
    assert!(!world.retrieve("1").await.contains("web"));
}

#[tokio::test]
async fn a_3_a_key_has_both_its_parts() {
    let world = two_customers().await;
    let refusal = world.refused(&request("<AlternateKey><AlternateID>1</AlternateID></AlternateKey>")).await;
    assert_code(&refusal, Code::AlternateKeyTypecodeUnspecified);
    let refusal =
        world.refused(&request("<AlternateKey TypeCode='XSTORE_ID'><AlternateID/></AlternateKey>")).await;
    assert_eq!(refusal.field.as_deref(), Some("AlternateKey[1]/AlternateID"));
}

#[tokio::test]
async fn d_4_the_keys_are_free_for_a_new_customer() {
    let world = two_customers().await;
    delete(&world, ANA).await;
    let by_key = alternate_key("XSTORE_ID", "1");
    let shown_inactive = format!("{by_key}<IncludeInactive>true</IncludeInactive>");
    assert_code(&world.refused(&retrieve(&shown_inactive)).await, Code::CustomerNotFound);
    assert_eq!(world.add(&named("Cy", "Poe", "1")).await, "3");
    assert_eq!(inner(&world.send(&retrieve(&by_key)).await.unwrap(), "CustomerID"), "3");
    assert_eq!(inner(&delete(&world, &by_key).await, "CustomerID"), "3");
}

#[tokio::test]
async fn u_1_a_deleted_customer_is_not_updated() {
    let world = two_customers().await;
    delete(&world, ANA).await;
    let by_both = format!("{ANA}{}", alternate_key("XSTORE_ID", "2"));
    for content in [ANA, &alternate_key("XSTORE_ID", "1"), &by_both] {
        let refusal = world.refused(&customer_request("updateCustomer", content)).await;
        assert_code(&refusal, Code::CustomerNotFound);
    }
}

#[tokio::test]
async fn au_1_the_id_of_a_deleted_customer_adds_a_new_one() {
    let world = two_customers().await;
    delete(&world, ANA).await;
    let content = format!("{ANA}{}", named("Ana", "Ruiz", "1"));
    let answer = world.send(&customer_request("addOrUpdateCustomer", &content)).await.unwrap();
    assert_eq!((inner(&answer, "CustomerID"), inner(&answer, "Outcome")), ("3", "Added"));
    assert!(world.retrieve("1").await.contains("<Active>false</Active>"));
    let answer = world.send(&customer_request("addOrUpdateCustomer", &content)).await.unwrap();
    assert_eq!((inner(&answer, "CustomerID"), inner(&answer, "Outcome")), ("3", "Unchanged"));
}

#[tokio::test]
async fn a_message_sent_again_deletes_once_and_is_answered_alike() {
    let world = two_customers().await;
    let first = world.send_as(&request(ANA), Some("m")).await.unwrap();
    assert_eq!(world.send_as(&request(ANA), Some("m")).await.unwrap(), first);
    assert_eq!(world.log_rows().await, 3);
}

/// However updates and a delete of one customer meet, nothing is written to it after it was deleted.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn d_1_a_delete_among_updates_is_the_last_word() {
    let world = std::sync::Arc::new(two_customers().await);
    let send = |content: String| {
        let world = std::sync::Arc::clone(&world);
        tokio::spawn(async move { world.send(&content).await })
    };
    let update = |number: u32| {
        let content = format!("<Source>{number}</Source>{}", alternate_key("XSTORE_ID", "1"));
        send(customer_request("updateCustomer", &content))
    };
    let mut tasks: Vec<_> = (0..16).map(update).collect();
    tasks.push(send(request(ANA)));
    tasks.extend((16..32).map(update));
    let mut done = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => done += 1,
            Err(refusal) => assert_code(&refusal, Code::CustomerNotFound),
        }
    }
    assert_eq!(world.log_rows().await, 2 + done);
    assert!(world.retrieve("1").await.contains("<Active>false</Active>"));
}
