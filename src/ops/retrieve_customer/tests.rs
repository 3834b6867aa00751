//! retrieveCustomer on a memory store.

use crate::domain::error::Code;
use crate::ops::testing::*;

fn request(content: &str) -> String {
    format!("<retrieveCustomer xmlns='urn:castile:crm:v1'>{content}</retrieveCustomer>")
}

async fn two_customers() -> World {
    let world = World::new();
    world.add(&named("Ana", "Ruiz", "1")).await;
    world.add(&named("Bo", "Lie", "2")).await;
    world
}

#[tokio::test]
async fn the_id_decides_alone_and_keys_find_too() {
    let world = two_customers().await;
    let cases = [
        "<CustomerID>2</CustomerID>".to_owned(),
        format!("<CustomerID>2</CustomerID>{}", alternate_key("XSTORE_ID", "1")),
        alternate_key("XSTORE_ID", "2"),
        format!("{}{}", alternate_key("XSTORE_ID", "unknown"), alternate_key("XSTORE_ID", "2")),
    ];
    for content in cases {
        assert_eq!(inner(&world.send(&request(&content)).await.unwrap(), "CustomerID"), "2", "{content}");
    }
}

#[tokio::test]
async fn nobody_is_found_without_a_known_identifier() {
    let world = two_customers().await;
    let cases = [
        String::new(),
        "<CustomerID>99</CustomerID>".to_owned(),
        "<CustomerID>two</CustomerID>".to_owned(),
        alternate_key("XSTORE_ID", "3"),
        alternate_key("EMAIL", "1"),
        format!("{}{}", alternate_key("XSTORE_ID", "1"), alternate_key("XSTORE_ID", "2")),
        "<CardNumber>6001</CardNumber>".to_owned(),
    ];
    for content in cases {
        assert_code(&world.refused(&request(&content)).await, Code::CustomerNotFound);
    }
}

#[tokio::test]
async fn a_3_a_key_has_both_its_parts() {
    let world = two_customers().await;
    let refusal = world.refused(&request("<AlternateKey><AlternateID>1</AlternateID></AlternateKey>")).await;
    assert_code(&refusal, Code::AlternateKeyTypecodeUnspecified);
    assert_eq!(refusal.field.as_deref(), Some("AlternateKey[1]/@TypeCode"));
    let refusal = world.refused(&request("<AlternateKey TypeCode='EMAIL'/>")).await;
    assert_code(&refusal, Code::AlternateKeyValueUnspecified);
}

#[tokio::test]
async fn v_18_an_unreadable_flag_is_refused() {
    let world = two_customers().await;
    let refusal =
        world.refused(&request("<CustomerID>1</CustomerID><IncludeInactive>maybe</IncludeInactive>")).await;
    assert_eq!(refusal.field.as_deref(), Some("IncludeInactive"));
    assert_code(&refusal, Code::InvalidAttributeValue);
}

#[tokio::test]
async fn inactive_contact_points_and_keys_are_shown_on_request_only() {
    let world = two_customers().await;
    let email = |address: &str| {
        format!(
            "<CustomerID>1</CustomerID><EntityInformation><Individual><ContactInformation><EMail TypeCode='HOME'>\
             <EMailAddress>{address}</EMailAddress></EMail></ContactInformation></Individual></EntityInformation>"
        )
    };
    for address in ["old@post.example", "new@post.example"] {
        world.send(&customer_request("addOrUpdateCustomer", &email(address))).await.unwrap();
    }
    let active = world.send(&request("<CustomerID>1</CustomerID>")).await.unwrap();
    assert!(active.contains("new@post.example") && !active.contains("old@post.example"), "{active}");
    let all = world.retrieve("1").await;
    assert!(all.contains("new@post.example") && all.contains("old@post.example"), "{all}");
}

#[tokio::test]
async fn few_notes_and_many_are_all_shown_in_their_order() {
    for count in [0, 1, 8, 9, 20] {
        let texts: Vec<String> = (1..=count).map(|number| format!("note {number}.")).collect();
        let sent: String = texts.iter().map(|text| format!("<CustomerNote>{text}</CustomerNote>")).collect();
        let world = World::new();
        world.add(&format!("{}<CustomerNotes>{sent}</CustomerNotes>", named("Ana", "Ruiz", "1"))).await;
        let shown = world.send(&request("<CustomerID>1</CustomerID>")).await.unwrap();
        let notes = shown.split("</CustomerNote>").filter_map(|piece| piece.rsplit_once('>'));
        let notes: Vec<&str> = notes.map(|(_, text)| text).filter(|text| text.starts_with("note ")).collect();
        assert_eq!(notes, texts, "{count} notes");
    }
}
