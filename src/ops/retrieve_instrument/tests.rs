//! retrieveInstrument on a memory store. PINs are tested with the associations.

use crate::domain::error::Code;
use crate::ops::testing::*;

fn request(content: &str) -> String {
    format!("<retrieveInstrument xmlns='urn:castile:crm:v1'>{content}</retrieveInstrument>")
}

async fn shop() -> World {
    let world = World::new();
    world.load(CARDS).await;
    world.add(&named("Ana", "Ruiz", "1")).await;
    world.add(&named("Bo", "Lie", "2")).await;
    world
}

#[tokio::test]
async fn a_card_that_was_never_used_is_shown_as_it_was_loaded() {
    let shown = shop().await.send(&request("<CardNumber>6006490000000102</CardNumber>")).await.unwrap();
    let expected = "<CardNumber>************0102</CardNumber><InstrumentID>GC-0102</InstrumentID><Active>false</Active>\
                    <Account><AccountID>6</AccountID><Type>Tender</Type><Status>Blocked</Status><Activated>true</Activated>\
                    <ExpiryDate>2099-12-31</ExpiryDate></Account></Instrument>";
    assert!(shown.contains(expected), "{shown}");
}

#[tokio::test]
async fn only_active_customers_are_shown() {
    let world = shop().await;
    for id in ["2", "1"] {
        world.send(&associate("6006490000000001", id)).await.unwrap();
    }
    let shown = world.send(&request("<CardNumber>6006490000000001</CardNumber>")).await.unwrap();
    assert!(shown.contains("<CustomerID>2</CustomerID><CustomerID>1</CustomerID>"), "{shown}");
    world.send("<deleteCustomer><CustomerID>2</CustomerID></deleteCustomer>").await.unwrap();
    let shown = world.send(&request("<CardNumber>6006490000000001</CardNumber>")).await.unwrap();
    assert!(shown.contains("</Coupon><CustomerID>1</CustomerID></Instrument>"), "{shown}");
}

#[tokio::test]
async fn what_names_no_card_is_not_found() {
    let world = shop().await;
    let cases = [
        "",
        "<CardNumber/>",
        "<CardNumber>6006490000000009</CardNumber>",
        "<CardNumber>6006 4900</CardNumber>",
    ];
    for content in cases {
        assert_code(&world.refused(&request(content)).await, Code::CardNotFound);
    }
    let long = format!("<CardNumber>{}</CardNumber>", "6".repeat(61));
    assert_code(&world.refused(&request(&long)).await, Code::AttributeValueTooLarge);
}
