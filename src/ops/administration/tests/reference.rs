//! Reference data in an export, and what an import makes of it.

use super::*;
use crate::domain::reference::{Definition, Kind};
use crate::store::record::encode_definition;

#[tokio::test]
async fn reference_data_is_carried_and_never_overwritten() {
    let (from, to) = (House::new(), House::new());
    let location = |id: &str| key::reference(Kind::RetailLocation, id);
    let named = |name: &str| encode_definition(&Definition::RetailLocation { name: name.into() }).unwrap();
    from.commit(|change| {
        change
            .put(location("1"), named("Pier"))
            .put(location("2"), named("Pier"))
            .put(location("3"), vec![9]);
        change.put(location("4"), named("Pier")).put(key::reference(Kind::AttributeType, "x"), named("Pier"));
    })
    .await;
    to.commit(|change| {
        change.put(location("2"), named("Quay")).put(location("4"), named("Pier"));
    })
    .await;
    let imported = to.import(&from.export().await).await;
    let refused: Vec<_> = imported.refused.iter().map(|(_, why)| why.as_str()).collect();
    assert_eq!((imported.done, refused.len()), (3, 3), "{refused:?}");
    assert!(refused[0].contains("holds a retail_location"), "{refused:?}");
    assert!(refused[1].contains("differs") && refused[2].contains("does not know"), "{refused:?}");
    assert_eq!(to.store.get(&location("1")).await.unwrap().unwrap().body, named("Pier"));
    let current = &to.world.gateway.reference.get().retail_locations;
    assert_eq!((current["1"].as_str(), current["2"].as_str(), current.len()), ("Pier", "Quay", 3));
}

#[tokio::test]
async fn what_a_fresh_store_was_given_gives_way_to_an_import() {
    let (from, to) = (House::new(), House::new());
    let key = key::reference(Kind::AlternateKeyType, "EMAIL");
    let entry =
        |text: &str| encode_definition(&Definition::AlternateKeyType { description: text.into() }).unwrap();
    for house in [&from, &to] {
        crate::ops::reference::open(&house.store).await.unwrap();
    }
    from.commit(|change| {
        change.put(key.clone(), entry("Login"));
    })
    .await;
    to.import_whole(&from.export().await).await;
    assert_eq!(to.store.get(&key).await.unwrap().unwrap().body, entry("Login"));
    from.commit(|change| {
        change.put(key.clone(), entry("Other"));
    })
    .await;
    assert_eq!(to.import(&from.export().await).await.refused.len(), 1);
}
