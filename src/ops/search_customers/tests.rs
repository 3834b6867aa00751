//! searchCustomers on a memory store, from the text of the request.

use crate::domain::error::Code;
use crate::ops::testing::*;

fn request(content: &str) -> String {
    format!("<searchCustomers xmlns='urn:castile:crm:v1'>{content}</searchCustomers>")
}

/// The ids that an answer lists, in its order.
async fn found(world: &World, content: &str) -> Vec<String> {
    let answer = world.send(&request(content)).await.unwrap();
    let ids = answer.split("<CustomerID>").skip(1);
    ids.map(|rest| rest[..rest.find('<').unwrap()].to_owned()).collect()
}

async fn three_customers() -> World {
    let world = World::new();
    world.add(&named("Ána", "Ruiz", "AB-1")).await;
    world.add(&named("Bo", "Lie", "AB-2")).await;
    world.add(&named("Bodil", "Lien", "CD-3")).await;
    world
}

/// A customer with home addresses of these cities and territories.
fn addressed(places: &[(&str, &str)]) -> String {
    let place = |(number, (city, territory)): (usize, &(&str, &str))| {
        format!(
            "<Address TypeCode='T{number}'><City>{city}</City><Territory>{territory}</Territory></Address>"
        )
    };
    let addresses: String = places.iter().enumerate().map(place).collect();
    format!(
        "<EntityInformation><Individual><Name><Name Location='Last'>Ek</Name></Name><ContactInformation>{addresses}\
         </ContactInformation></Individual></EntityInformation>"
    )
}

#[tokio::test]
async fn search_criteria_are_joined_and_compared_as_asked() {
    let world = three_customers().await;
    let cases: [(&str, &[&str]); 9] = [
        ("<LastName>li</LastName>", &["2", "3"]),
        ("<LastName SearchType='Exact'>lie</LastName>", &["2"]),
        ("<LastName SearchType='endswith'>EN</LastName>", &["3"]),
        ("<LastName SearchType='Contains'>uíz</LastName>", &["1"]),
        ("<LastName SearchType='SoundsLike'>Lee</LastName>", &["2"]),
        ("<LastName>li</LastName><FirstName>bod</FirstName>", &["3"]),
        ("<LastName>li</LastName><FirstName/><City>  </City>", &["2", "3"]),
        ("<CardNumber>6001</CardNumber>", &[]),
        ("<LastName>nobody</LastName>", &[]),
    ];
    for (content, expected) in cases {
        assert_eq!(found(&world, content).await, expected, "{content}");
    }
}

#[tokio::test]
async fn search_by_key_takes_its_type_and_its_id_in_two_forms() {
    let world = three_customers().await;
    let cases: [(&str, &[&str]); 5] = [
        ("<AlternateKey>ab</AlternateKey>", &["2", "1"]),
        ("<AlternateKey><AlternateID>AB</AlternateID></AlternateKey>", &["2", "1"]),
        (
            "<AlternateKey TypeCode='XSTORE_ID' SearchType='Exact'><AlternateID>ab-1</AlternateID></AlternateKey>",
            &["1"],
        ),
        ("<AlternateKey TypeCode='EMAIL'><AlternateID>AB</AlternateID></AlternateKey>", &[]),
        ("<AlternateKey TypeCode='xstore_id'><AlternateID>AB</AlternateID></AlternateKey>", &[]),
    ];
    for (content, expected) in cases {
        assert_eq!(found(&world, content).await, expected, "{content}");
    }
    let refusal = world.refused(&request("<AlternateKey TypeCode='EMAIL'/>")).await;
    assert_code(&refusal, Code::AlternateKeyValueUnspecified);
    assert_eq!(refusal.field.as_deref(), Some("AlternateKey/AlternateID"));
}

#[tokio::test]
async fn search_parts_of_an_address_hold_on_one() {
    let world = World::new();
    world.add(&addressed(&[("Lima", "OH"), ("Boise", "ID")])).await;
    let criteria =
        |city: &str, territory: &str| format!("<City>{city}</City><Territory>{territory}</Territory>");
    assert_eq!(found(&world, &criteria("lima", "oh")).await, ["1"]);
    assert_eq!(found(&world, &criteria("lima", "id")).await, [""; 0]);
}

#[tokio::test]
async fn search_without_a_criterion_is_refused() {
    let world = World::new();
    for content in ["", "<LastName/>", "<MaxResults>5</MaxResults><IncludeInactive>true</IncludeInactive>"] {
        assert_code(&world.refused(&request(content)).await, Code::CustomerSearchRequiredParameters);
    }
}

#[tokio::test]
async fn search_values_that_can_not_be_heeded_are_refused_with_their_place() {
    let world = World::new();
    let cases = [
        ("<LastName SearchType='Contains'>li</LastName>", "LastName"),
        ("<LastName SearchType='Contains'>e\u{301}\u{302}\u{303}</LastName>", "LastName"),
        ("<PhoneNumber>none</PhoneNumber>", "PhoneNumber"),
        ("<LastName SearchType='Fuzzy'>li</LastName>", "LastName/@SearchType"),
        ("<LastName>li</LastName><MaxResults>0</MaxResults>", "MaxResults"),
        ("<LastName>li</LastName><MaxResults>201</MaxResults>", "MaxResults"),
        ("<LastName>li</LastName><MaxResults>many</MaxResults>", "MaxResults"),
        ("<LastName>li</LastName><PageToken>none</PageToken>", "PageToken"),
        ("<LastName>li</LastName><IncludeInactive>maybe</IncludeInactive>", "IncludeInactive"),
    ];
    for (content, field) in cases {
        let refusal = world.refused(&request(content)).await;
        assert_code(&refusal, Code::InvalidAttributeValue);
        assert_eq!(refusal.field.as_deref(), Some(field), "{content}");
    }
    let refusal = world.refused(&request(&format!("<LastName>{}</LastName>", "x".repeat(121)))).await;
    assert_code(&refusal, Code::AttributeValueTooLarge);
}

#[tokio::test]
async fn search_goes_on_from_page_to_page() {
    let world = three_customers().await;
    world.add(&named("Bo", "Lie", "AB-4")).await;
    let criteria = "<LastName>li</LastName><MaxResults>2</MaxResults>";
    let first = world.send(&request(criteria)).await.unwrap();
    assert_eq!(found(&world, criteria).await, ["2", "4"]);
    let next = format!("{criteria}<PageToken>{}</PageToken>", inner(&first, "NextPageToken"));
    assert_eq!(found(&world, &next).await, ["3"]);
    assert!(!world.send(&request(&next)).await.unwrap().contains("NextPageToken"));
    let other = next.replace("<LastName>li<", "<LastName>lie<");
    assert_eq!(world.refused(&request(&other)).await.field.as_deref(), Some("PageToken"));
}

#[tokio::test]
async fn search_shows_and_finds_what_is_inactive_on_request_only() {
    let world = World::new();
    let email = |address: &str| {
        format!(
            "<EntityInformation><Individual><Name><Name Location='Last'>Ek</Name></Name><ContactInformation>\
             <EMail TypeCode='HOME'><EMailAddress>{address}</EMailAddress></EMail></ContactInformation></Individual>\
             </EntityInformation>"
        )
    };
    let id = world.add(&email("old@post.example")).await;
    let update = format!("<CustomerID>{id}</CustomerID>{}", email("new@post.example"));
    world.send(&customer_request("addOrUpdateCustomer", &update)).await.unwrap();
    let old = "<EMailAddress>old@</EMailAddress>";
    assert_eq!(found(&world, old).await, [""; 0]);
    let all = format!("{old}<IncludeInactive>true</IncludeInactive>");
    let answer = world.send(&request(&all)).await.unwrap();
    assert!(answer.contains("old@post.example") && answer.contains("new@post.example"), "{answer}");
    let answer = world.send(&request("<LastName>ek</LastName>")).await.unwrap();
    assert!(!answer.contains("old@post.example") && answer.contains("new@post.example"), "{answer}");
}

#[tokio::test]
async fn a_card_stands_for_its_first_associated_active_customer() {
    let world = three_customers().await;
    world.load(CARDS).await;
    for (card, id) in [("6006490000000001", "2"), ("6006490000000001", "3"), ("6006490000000002", "3")] {
        world.send(&associate(card, id)).await.unwrap();
    }
    let retrieved = async |card: &str| {
        let request = format!("<retrieveCustomer><CardNumber>{card}</CardNumber></retrieveCustomer>");
        world.send(&request).await.map(|answer| inner(&answer, "CustomerID").to_owned())
    };
    assert_eq!(found(&world, "<CardNumber>60064900</CardNumber>").await, ["2", "3"]);
    assert_eq!(found(&world, "<CardNumber SearchType='EndsWith'>0001</CardNumber>").await, ["2"]);
    assert_eq!(found(&world, "<CardNumber SearchType='Exact'>6006490000000001</CardNumber>").await, ["2"]);
    assert_eq!(found(&world, "<CardNumber>6006</CardNumber><FirstName>Bodil</FirstName>").await, ["3"]);
    assert_eq!(retrieved("6006490000000001").await.unwrap(), "2");
    // Also out of the index itself, where everything was in the overlay before.
    world.gateway.search.flush().await.unwrap();
    assert_eq!(found(&world, "<CardNumber SearchType='Contains'>00001</CardNumber>").await, ["2"]);
    world.send("<deleteCustomer><CustomerID>2</CustomerID></deleteCustomer>").await.unwrap();
    assert_eq!(found(&world, "<CardNumber SearchType='EndsWith'>0001</CardNumber>").await, ["3"]);
    assert_eq!(retrieved("6006490000000001").await.unwrap(), "3");
    world.send("<deleteCustomer><CustomerID>3</CustomerID></deleteCustomer>").await.unwrap();
    assert_eq!(found(&world, "<CardNumber>6006</CardNumber>").await, [""; 0]);
    assert_code(&retrieved("6006490000000001").await.unwrap_err(), Code::CustomerNotFound);
    let inactive =
        "<CardNumber SearchType='EndsWith'>0001</CardNumber><IncludeInactive>true</IncludeInactive>";
    assert_eq!(found(&world, inactive).await, ["2"]);
}
