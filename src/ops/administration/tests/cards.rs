//! Cards on their way through an export, an import and a check.

use super::*;
use crate::ops::testing::{CARDS, associate};
use crate::store::record::decode_card;

const CARD: &str = "6006490000000001";

fn retrieve_card(card: &str) -> String {
    format!("<retrieveInstrument><CardNumber>{card}</CardNumber></retrieveInstrument>")
}

/// Cards, two customers, of whom both have the first card.
async fn with_cards() -> House {
    let house = House::new();
    house.world.load(CARDS).await;
    for key in ["1", "2"] {
        let id = house.world.add(&named("Ana", "Ruiz", key)).await;
        house.world.send(&associate(CARD, &id)).await.unwrap();
    }
    let wrong = "<retrieveInstrument><CardNumber>6006490000000002</CardNumber><AuthenticationData>1</AuthenticationData></retrieveInstrument>";
    house.world.send(wrong).await.unwrap_err();
    house
}

#[tokio::test]
async fn k_8_cards_are_carried_with_all_that_belongs_to_them() {
    let (from, to) = (with_cards().await, House::new());
    let file = from.export().await;
    for _ in 0..2 {
        to.import_whole(&file).await;
        assert_eq!(to.findings().await, [""; 0]);
        for card in [CARD, "6006490000000102"] {
            let request = retrieve_card(card);
            assert_eq!(to.world.send(&request).await.unwrap(), from.world.send(&request).await.unwrap());
        }
    }
    for id in ["1", "2"] {
        assert_eq!(to.world.retrieve(id).await, from.world.retrieve(id).await);
    }
    let search = "<searchCustomers><CardNumber SearchType='EndsWith'>0001</CardNumber></searchCustomers>";
    assert_eq!(to.world.send(search).await.unwrap(), from.world.send(search).await.unwrap());
    assert!(
        file.contains("\"pin_attempts\"") || file.contains("\"collection\":16"),
        "wrong PINs are carried"
    );
    // Ids go on behind those of the file.
    let third = to.world.add(&named("Bo", "Lie", "3")).await;
    to.world.send(&associate("6006490000000002", &third)).await.unwrap();
    assert_eq!(to.findings().await, [""; 0]);
}

#[tokio::test]
async fn a_card_that_differs_is_refused_and_not_overwritten() {
    let (from, to) = (with_cards().await, House::new());
    to.world.load(CARDS).await;
    let imported = to.import(&from.export().await).await;
    let cards: Vec<_> = imported.refused.iter().filter(|(_, why)| why.contains("card")).collect();
    assert_eq!(cards.len(), 1, "only the card that was used differs: {:?}", imported.refused);
}

#[tokio::test]
async fn check_finds_cards_whose_parts_are_missing() {
    let number = key::read_card_number(CARD.as_bytes()).unwrap();
    let account = {
        let house = with_cards().await;
        let record = house.store.get(&key::card(&number)).await.unwrap().unwrap();
        decode_card(&number, &record.body).unwrap().accounts[0].id
    };
    let cases = [
        (key::card_serial("SC-0001"), "CardSerial", "is missing"),
        (key::card_holder(&number, 0), "CardHolder", "is not among the customers of its card"),
        (key::customer_card(CustomerId(2), &number), "CustomerCard", "which has no such card"),
        (key::card(&number), "Card", "not stored"),
    ];
    for (gone, what, expected) in cases {
        let house = with_cards().await;
        house.commit(|change| _ = change.delete(gone)).await;
        let findings = house.findings().await;
        assert!(findings.iter().any(|finding| finding.contains(expected)), "{what}: {findings:?}");
        assert!(findings.iter().all(|finding| !finding.contains("6006")), "{findings:?}");
    }
    let house = with_cards().await;
    house.commit(|change| _ = change.put(key::account_activity(account, 1), "damaged")).await;
    assert_eq!(house.findings().await.len(), 1);
}
