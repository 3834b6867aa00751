//! updateCustomer on a memory store.

use crate::domain::error::Code;
use crate::ops::testing::*;

fn request(content: &str) -> String {
    customer_request("updateCustomer", content)
}

/// Sends and gives id and outcome.
async fn update(world: &World, content: &str) -> (String, String) {
    let answer = world.send(&request(content)).await.unwrap();
    (inner(&answer, "CustomerID").to_owned(), inner(&answer, "Outcome").to_owned())
}

fn outcome(id: &str, outcome: &str) -> (String, String) {
    (id.to_owned(), outcome.to_owned())
}

fn by_id(id: &str, content: &str) -> String {
    format!("<CustomerID>{id}</CustomerID>{content}")
}

fn key(update_type: &str, type_code: &str, id: &str) -> String {
    format!(
        "<AlternateKey TypeCode='{type_code}' UpdateType='{update_type}'><AlternateID>{id}</AlternateID></AlternateKey>"
    )
}

fn contact(content: &str) -> String {
    format!(
        "<EntityInformation><Individual><ContactInformation>{content}</ContactInformation></Individual></EntityInformation>"
    )
}

fn email(attributes: &str, address: &str) -> String {
    format!("<EMail {attributes}><EMailAddress>{address}</EMailAddress></EMail>")
}

/// Ana is 1 with the key `1`, Bo is 2 with the key `2`.
async fn two_customers() -> World {
    let world = World::new();
    world.add(&named("Ana", "Ruiz", "1")).await;
    world.add(&named("Bo", "Lie", "2")).await;
    world
}

/// The request is refused with this code and leaves no trace.
#[track_caller]
fn refused<'w>(world: &'w World, content: &str, code: Code) -> impl Future<Output = ()> + 'w {
    let caller = std::panic::Location::caller();
    let content = request(content);
    async move {
        let before = world.log_rows().await;
        let refusal = world.refused(&content).await;
        assert_eq!(refusal.code, code, "{caller}: {refusal:?}");
        assert_eq!(world.log_rows().await, before, "{caller}");
    }
}

/// The customer that a key finds.
async fn holder(world: &World, type_code: &str, id: &str) -> Option<String> {
    let request = format!("<retrieveCustomer>{}</retrieveCustomer>", alternate_key(type_code, id));
    world.send(&request).await.ok().map(|answer| inner(&answer, "CustomerID").to_owned())
}

#[tokio::test]
async fn u_1_an_id_or_a_key_finds_the_customer() {
    let world = two_customers().await;
    let source = |source: &str| format!("<Source>{source}</Source>");
    assert_eq!(update(&world, &by_id("1", &source("a"))).await, outcome("1", "Updated"));
    let key_alone = format!("{}{}", source("b"), alternate_key("XSTORE_ID", "2"));
    assert_eq!(update(&world, &key_alone).await, outcome("2", "Updated"));
    let empty_id = format!("<CustomerID/>{}{}", source("c"), alternate_key("XSTORE_ID", "1"));
    assert_eq!(update(&world, &empty_id).await, outcome("1", "Updated"));
    let old = format!("{}{}", key("Old", "XSTORE_ID", "2"), key("New", "XSTORE_ID", "3"));
    assert_eq!(update(&world, &old).await, outcome("2", "Updated"));
}

#[tokio::test]
async fn u_1_an_id_that_was_sent_decides_alone() {
    let world = two_customers().await;
    for id in ["77", "two", "01"] {
        refused(&world, &by_id(id, &alternate_key("XSTORE_ID", "1")), Code::CustomerNotFound).await;
    }
    let other = by_id("1", &alternate_key("XSTORE_ID", "2"));
    refused(&world, &other, Code::CustomerAlreadyExists).await;
}

#[tokio::test]
async fn u_1_nobody_is_found_without_a_known_identifier() {
    let world = two_customers().await;
    let cases = [
        String::new(),
        "<Source>web</Source>".to_owned(),
        alternate_key("XSTORE_ID", "3"),
        key("New", "XSTORE_ID", "1"),
        key("DELETE", "XSTORE_ID", "1"),
        key("Set", "XSTORE_ID", "1"),
    ];
    for content in cases {
        refused(&world, &content, Code::CustomerNotFound).await;
    }
    assert_code(&world.refused("<updateCustomer/>").await, Code::CustomerNotFound);
}

#[tokio::test]
async fn u_1_keys_of_two_customers_are_refused_naming_both() {
    let world = two_customers().await;
    let two_keys = format!("{}{}", alternate_key("XSTORE_ID", "1"), key("Old", "XSTORE_ID", "2"));
    let refusal = world.refused(&request(&two_keys)).await;
    assert_code(&refusal, Code::CustomerAlreadyExists);
    assert!(refusal.message.contains('1') && refusal.message.contains('2'), "{}", refusal.message);
}

#[tokio::test]
async fn u_1_a_key_that_nobody_has_is_added_and_the_others_stay_active() {
    let world = two_customers().await;
    assert_eq!(update(&world, &by_id("1", &alternate_key("XSTORE_ID", "9"))).await, outcome("1", "Updated"));
    for id in ["1", "9"] {
        assert_eq!(holder(&world, "XSTORE_ID", id).await.as_deref(), Some("1"));
    }
}

#[tokio::test]
async fn u_1_a_key_of_another_customer_is_refused_however_it_is_sent() {
    let world = two_customers().await;
    refused(&world, &by_id("1", &alternate_key("XSTORE_ID", "2")), Code::CustomerAlreadyExists).await;
    refused(&world, &by_id("1", &key("New", "XSTORE_ID", "2")), Code::CustomerAlreadyExists).await;
    refused(&world, &by_id("1", &key("Old", "XSTORE_ID", "2")), Code::InvalidAttributeValue).await;
    refused(&world, &by_id("1", &key("DELETE", "XSTORE_ID", "2")), Code::InvalidAttributeValue).await;
    let found_by_key = format!("{}{}", alternate_key("XSTORE_ID", "1"), key("New", "XSTORE_ID", "2"));
    refused(&world, &found_by_key, Code::CustomerAlreadyExists).await;
}

#[tokio::test]
async fn u_1_keys_are_judged_before_whom_they_name_and_everything_else_after() {
    let world = two_customers().await;
    let nameless = "<AlternateKey><AlternateID>1</AlternateID></AlternateKey>";
    refused(&world, nameless, Code::AlternateKeyTypecodeUnspecified).await;
    refused(&world, &by_id("77", "<Affiliation Action='Add'/>"), Code::CustomerNotFound).await;
    refused(&world, &alternate_key("NONE", "1"), Code::InvalidAttributeValue).await;
}

#[tokio::test]
async fn u_1_the_id_never_changes() {
    let world = two_customers().await;
    update(&world, &by_id("1", "<CustomerNumber>77</CustomerNumber>")).await;
    assert_eq!(holder(&world, "XSTORE_ID", "1").await.as_deref(), Some("1"));
}

#[tokio::test]
async fn u_2_update_types_do_what_they_say_and_old_ones_are_kept() {
    let world = two_customers().await;
    let send = async |content: String| update(&world, &by_id("1", &contact(&content))).await.1;
    assert_eq!(
        send(email("PrimaryFlag='true'", "a@post.example") + &email("", "b@post.example")).await,
        "Updated"
    );
    let old_and_new =
        email("UpdateType='Old'", "a@post.example") + &email("UpdateType='new'", "c@post.example");
    assert_eq!(send(old_and_new).await, "Updated");
    let active = world.send("<retrieveCustomer><CustomerID>1</CustomerID></retrieveCustomer>").await.unwrap();
    assert!(!active.contains("a@post") && active.contains("b@post") && active.contains("c@post"), "{active}");
    assert_eq!(send(email("UpdateType='Set' TypeCode='HOME'", "d@post.example")).await, "Updated");
    let all = world.retrieve("1").await;
    let shown = |sequence: u32, type_code: &str, flag: bool| {
        format!(
            "<EMail PrimaryFlag=\"{flag}\" ValidFlag=\"true\"{type_code} ActiveFlag=\"{flag}\" SequenceNumber=\"{sequence}\">"
        )
    };
    for sequence in 1..=3 {
        assert!(all.contains(&shown(sequence, "", false)), "{sequence}: {all}");
    }
    assert!(all.contains(&shown(4, " TypeCode=\"HOME\"", true)), "{all}");
}

#[tokio::test]
async fn u_3_an_old_block_that_matches_nothing_changes_nothing() {
    let world = two_customers().await;
    let content = by_id("1", &contact(&email("UpdateType='Old'", "a@post.example"))) + "<Source>web</Source>";
    let refusal = world.refused(&request(&content)).await;
    assert_code(&refusal, Code::InvalidAttributeValue);
    let path = "Customer/EntityInformation/Individual/ContactInformation/EMail[1]";
    assert_eq!(refusal.field.as_deref(), Some(path));
    assert!(!world.retrieve("1").await.contains("web"));
}

#[tokio::test]
async fn v_19_an_old_block_of_empty_elements_was_not_sent() {
    let world = two_customers().await;
    update(&world, &by_id("1", &contact(&email("TypeCode='HOME'", "a@post.example")))).await;
    let empty = email("UpdateType='Old' TypeCode='HOME'", "") + "<EMail UpdateType='Old' TypeCode='HOME'/>";
    assert_eq!(update(&world, &by_id("1", &contact(&empty))).await, outcome("1", "Unchanged"));
}

#[tokio::test]
async fn u_5_a_key_that_is_old_or_deleted_is_free_for_others() {
    let world = two_customers().await;
    let content = key("Old", "XSTORE_ID", "1") + &key("New", "XSTORE_ID", "11");
    assert_eq!(update(&world, &content).await, outcome("1", "Updated"));
    assert_eq!(holder(&world, "XSTORE_ID", "1").await, None);
    assert_eq!(holder(&world, "XSTORE_ID", "11").await.as_deref(), Some("1"));
    assert!(world.retrieve("1").await.contains("ActiveFlag=\"false\"><AlternateID>1<"));
    update(&world, &by_id("1", &key("DELETE", "XSTORE_ID", "11"))).await;
    assert_eq!(holder(&world, "XSTORE_ID", "11").await, None);
    assert!(!world.retrieve("1").await.contains("<AlternateID>11<"));
    update(&world, &by_id("2", &(key("New", "XSTORE_ID", "1") + &key("New", "XSTORE_ID", "11")))).await;
    assert_eq!(holder(&world, "XSTORE_ID", "11").await.as_deref(), Some("2"));
    refused(&world, &by_id("1", &alternate_key("XSTORE_ID", "1")), Code::CustomerAlreadyExists).await;
}

#[tokio::test]
async fn u_5_set_is_left_aside_even_for_a_key_of_another() {
    let world = two_customers().await;
    let answer = world.send(&request(&by_id("1", &key("Set", "XSTORE_ID", "2")))).await.unwrap();
    assert_eq!(inner(&answer, "Outcome"), "Unchanged");
    assert!(answer.contains("VALUE_IGNORED"), "{answer}");
}

#[tokio::test]
async fn u_6_action_add_and_update_type_new_set_the_home_location() {
    let world = two_customers().await;
    let cases =
        [("Action='Add'", "11"), ("UpdateType='New'", "12"), ("action='x'", "13"), ("Action='ADD'", "14")];
    for (attribute, store) in cases {
        let affiliation =
            format!("<Affiliation {attribute}><RetailStoreID>{store}</RetailStoreID></Affiliation>");
        let content = affiliation + &alternate_key("XSTORE_ID", "1");
        assert_eq!(update(&world, &content).await, outcome("1", "Updated"));
        assert_eq!(inner(&world.retrieve("1").await, "Affiliation"), format!("<RetailStoreID>{store}"));
        assert_eq!(update(&world, &content).await, outcome("1", "Unchanged"));
    }
}

#[tokio::test]
async fn u_6_an_affiliation_without_store_or_with_another_action_is_refused() {
    let world = two_customers().await;
    let store = "<RetailStoreID>11</RetailStoreID>";
    let cases = [
        ("<Affiliation Action='Add'/>".to_owned(), "/RetailStoreID"),
        ("<Affiliation UpdateType='New'><RetailStoreID/></Affiliation>".to_owned(), "/RetailStoreID"),
        (format!("<Affiliation Action='Remove'>{store}</Affiliation>"), "/@Action"),
        (format!("<Affiliation UpdateType='Old'>{store}</Affiliation>"), "/@UpdateType"),
    ];
    for (affiliation, rest) in cases {
        let refusal = world.refused(&request(&by_id("1", &affiliation))).await;
        assert_code(&refusal, Code::InvalidAttributeValue);
        assert_eq!(refusal.field, Some(format!("Customer/Affiliation{rest}")));
    }
    let empty = by_id("1", "<Affiliation><RetailStoreID></RetailStoreID></Affiliation>");
    assert_eq!(update(&world, &empty).await, outcome("1", "Unchanged"));
}

#[tokio::test]
async fn u_7_a_name_makes_an_anonymous_customer_identified() {
    let world = World::new();
    let id = world.add(&alternate_key("XSTORE_ID", "1")).await;
    assert_eq!(inner(&world.retrieve(&id).await, "Anonymous"), "true");
    update(&world, &named("Ana", "Ruiz", "1")).await;
    let shown = world.retrieve(&id).await;
    assert_eq!((inner(&shown, "Anonymous"), inner(&shown, "ValidFlag")), ("false", "true"));
}

#[tokio::test]
async fn u_8_activity_and_what_the_service_writes_are_ignored() {
    let world = two_customers().await;
    let content = "<ActivitySummary><Lifetime><SalesAmount>5</SalesAmount></Lifetime></ActivitySummary>\
                   <Active>false</Active><CreateDate>2001-01-01T00:00:00Z</CreateDate>";
    assert_eq!(update(&world, &by_id("1", content)).await, outcome("1", "Unchanged"));
}

#[tokio::test]
async fn u_9_notes_are_written_and_removed() {
    let world = two_customers().await;
    let note = |attributes: &str, text: &str| {
        by_id(
            "1",
            &format!("<CustomerNotes><CustomerNote {attributes}>{text}</CustomerNote></CustomerNotes>"),
        )
    };
    update(&world, &note("", "tea")).await;
    update(&world, &note("action='UPDATE' sequence='1'", "coffee")).await;
    update(&world, &note("action='UPDATE' sequence='40'", "cake")).await;
    assert_eq!(update(&world, &note("", "cake")).await, outcome("1", "Unchanged"));
    let shown = world.retrieve("1").await;
    assert!(!shown.contains("tea") && shown.contains("coffee") && shown.contains("cake"), "{shown}");
    update(&world, &note("action='DELETE' sequence='1'", "")).await;
    assert!(!world.retrieve("1").await.contains("coffee"));
    let answer = world.send(&request(&note("action='DELETE' sequence='1'", ""))).await.unwrap();
    assert_eq!(inner(&answer, "Outcome"), "Unchanged");
    assert!(answer.contains("CUSTOMER_NOTE_NOT_FOUND"), "{answer}");
}

#[tokio::test]
async fn au_2_an_update_that_changes_nothing_writes_nothing() {
    let world = two_customers().await;
    let before = world.retrieve("1").await;
    assert_eq!(update(&world, &by_id("1", &named("Ana", "Ruiz", "1"))).await, outcome("1", "Unchanged"));
    assert_eq!(world.retrieve("1").await, before);
    assert_eq!(world.log_rows().await, 2);
}

#[tokio::test]
async fn a_message_sent_again_updates_once() {
    let world = two_customers().await;
    let content = request(&by_id("1", &key("DELETE", "XSTORE_ID", "1")));
    let first = world.send_as(&content, Some("m")).await.unwrap();
    assert_eq!(world.send_as(&content, Some("m")).await.unwrap(), first);
    assert_eq!(world.log_rows().await, 3);
}

/// A key that many customers ask for at once goes to one of them, and the others are told.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn u_1_one_key_for_many_at_once_goes_to_one() {
    let world = std::sync::Arc::new(World::new());
    for number in 1..=16 {
        world.add(&named("Ana", "Ruiz", &number.to_string())).await;
    }
    let one = |number: u32| {
        let world = std::sync::Arc::clone(&world);
        let content = request(&by_id(&number.to_string(), &key("New", "EMAIL", "shared")));
        tokio::spawn(async move { world.send(&content).await })
    };
    let tasks: Vec<_> = (1..=16).map(one).collect();
    let mut won = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => won += 1,
            Err(refusal) => assert_code(&refusal, Code::CustomerAlreadyExists),
        }
    }
    assert_eq!(won, 1);
}

#[tokio::test]
async fn the_examples_run_one_after_the_other() {
    let world = World::new();
    world.add(&(named("Edmund", "Whitlock", "1204-000317")
        + &alternate_key("EMAIL", "ned.whitlock@mail.example.net")
        + &contact("<Address TypeCode='HOME'><AddressLine1>18 Saltmarsh Lane</AddressLine1><City>Portland</City>\
                    <PostalCode>04101-2208</PostalCode></Address>"))).await;
    let first = include_str!("../../../examples/requests/update-customer.xml");
    let answer = world.send(&body(first)).await.unwrap();
    assert_eq!((inner(&answer, "Outcome"), answer.contains("Warning")), ("Updated", false), "{answer}");
    let home_location = include_str!("../../../examples/requests/home-location.xml");
    assert_eq!(inner(&world.send(&body(home_location)).await.unwrap(), "Outcome"), "Unchanged");
    assert_eq!(inner(&world.retrieve("1").await, "Affiliation"), "<RetailStoreID>1211");
    let delete = include_str!("../../../examples/requests/delete-customer.xml");
    assert_eq!(inner(&world.send(&body(delete)).await.unwrap(), "Outcome"), "Deleted");
}

/// The body of an example, with its namespace.
fn body(example: &str) -> String {
    let start = example.find("<crm:").unwrap();
    let end = example.find("</soapenv:Body>").unwrap();
    example[start..end].trim().replacen('>', " xmlns:crm='urn:castile:crm:v1'>", 1)
}
