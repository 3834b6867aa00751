//! The index follows the store through crashes, damage and delay.

use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::domain::card::{CardNumber, Link};
use crate::store::record::encode_link;
use crate::store::{Collection, Key};

fn berg() -> Query {
    query(&[(Field::LastName, SearchType::Exact, "berg")])
}

fn in_folder(store: &Arc<MemoryStore>, folder: &Path) -> Search {
    Search::new(store.clone(), Options::new(Place::Folder(folder.join("search"))))
}

async fn bergs(store: &MemoryStore, ids: impl Iterator<Item = u64>) {
    for id in ids {
        store_customer(store, &named(id, "A", "Berg")).await;
    }
}

#[tokio::test]
async fn a_write_is_found_at_once_though_the_index_stands_still() {
    let store = Arc::new(MemoryStore::new());
    let search = Search::new(store.clone(), Options::new(Place::Memory));
    bergs(&store, 1..=1_300).await;
    search.flush().await.unwrap();
    store_customer(&*store, &named(7, "A", "Baum")).await;
    let page = search.find(PageRequest { query: &berg(), customers_max: 8, token: None }).await.unwrap();
    assert_eq!(ids(&page), [1, 2, 3, 4, 5, 6, 8, 9]);
    remove_customer(&*store, CustomerId(1)).await;
    let mut inactive = named(2, "A", "Berg");
    inactive.active = false;
    store_customer(&*store, &inactive).await;
    let page = search.find(PageRequest { query: &berg(), customers_max: 2, token: None }).await.unwrap();
    assert_eq!(ids(&page), [3, 4]);
    assert_eq!(
        search.lag().await,
        Lag { ready: true, commits: 3, overlay_customers: 3, indexed_customers: 1_300, index_bytes: 0 }
    );
    search.flush().await.unwrap();
    assert_eq!(
        search.lag().await,
        Lag { ready: true, commits: 0, overlay_customers: 0, indexed_customers: 1_299, index_bytes: 0 }
    );
}

/// As after a kill between commit and projection: the index on disk is older than the store.
#[tokio::test]
async fn nothing_is_missing_after_an_end_between_commit_and_projection() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(MemoryStore::new());
    let search = in_folder(&store, folder.path());
    bergs(&store, 1..=3).await;
    search.flush().await.unwrap();
    bergs(&store, 3..=6).await;
    assert_eq!(found(&search, &berg()).await, [1, 2, 3, 4, 5, 6]);
    drop(search);
    bergs(&store, 7..=7).await;

    let search = in_folder(&store, folder.path());
    assert_eq!(found(&search, &berg()).await, [1, 2, 3, 4, 5, 6, 7]);
    // It went on from where it was: what it had is in the index, the rest is not yet.
    let lag = search.lag().await;
    assert_eq!((lag.commits, lag.overlay_customers, lag.indexed_customers), (5, 5, 3));
    assert!(lag.ready && lag.index_bytes > 0);
}

/// Everything that can be wrong with the folder leads to a new index and a whole answer.
#[tokio::test]
async fn a_damaged_or_foreign_index_is_built_anew() {
    let damages: [fn(&Path); 6] = [
        |folder| std::fs::remove_dir_all(folder).unwrap(),
        |folder| std::fs::remove_file(folder.join("meta.json")).unwrap(),
        |folder| std::fs::write(folder.join("meta.json"), "{}").unwrap(),
        |folder| each_segment_file(folder, |bytes| bytes[0] ^= 1),
        |folder| each_segment_file(folder, |bytes| bytes.truncate(bytes.len() / 2)),
        |folder| {
            let meta = std::fs::read_to_string(folder.join("meta.json")).unwrap();
            let other = meta.replace("castile-search-1", "castile-search-0");
            assert_ne!(meta, other);
            std::fs::write(folder.join("meta.json"), other).unwrap();
        },
    ];
    for (number, damage) in damages.iter().enumerate() {
        let folder = tempfile::tempdir().unwrap();
        let store = Arc::new(MemoryStore::new());
        let search = in_folder(&store, folder.path());
        bergs(&store, 1..=3).await;
        search.flush().await.unwrap();
        drop(search);
        damage(&folder.path().join("search"));
        let search = in_folder(&store, folder.path());
        assert_eq!(found(&search, &berg()).await, [1, 2, 3], "damage {number}");
        assert_eq!(search.lag().await.indexed_customers, 3, "damage {number}");
    }
}

fn each_segment_file(folder: &Path, damage: fn(&mut Vec<u8>)) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "idx" || extension == "fast") {
            let mut bytes = std::fs::read(&path).unwrap();
            damage(&mut bytes);
            std::fs::write(&path, bytes).unwrap();
        }
    }
}

#[tokio::test]
async fn an_index_of_another_store_is_not_believed() {
    let folder = tempfile::tempdir().unwrap();
    let (store, other) = (Arc::new(MemoryStore::new()), Arc::new(MemoryStore::new()));
    let search = in_folder(&store, folder.path());
    // Found once before anything is stored, so that the rows below are followed and remembered.
    assert_eq!(found(&search, &berg()).await, [0_u64; 0]);
    bergs(&store, 1..=3).await;
    search.flush().await.unwrap();
    drop(search);
    bergs(&other, 11..=15).await;
    let search = in_folder(&other, folder.path());
    assert_eq!(found(&search, &berg()).await, [11, 12, 13, 14, 15]);
}

#[tokio::test]
async fn an_index_that_is_too_far_behind_refuses_and_says_so() {
    let store = Arc::new(MemoryStore::new());
    let options = Options { overlay_customers_max: 10, ..Options::new(Place::Memory) };
    let search = Search::new(store.clone(), options);
    search.flush().await.unwrap();
    bergs(&store, 1..=11).await;
    let refused = search.find(PageRequest { query: &berg(), customers_max: 1, token: None }).await;
    // One page of the log is taken whole, so the first search still gets through.
    assert!(refused.is_ok(), "{refused:?}");
    bergs(&store, 12..=12).await;
    let refused = search.find(PageRequest { query: &berg(), customers_max: 1, token: None }).await;
    assert!(matches!(refused, Err(SearchError::Behind)), "{refused:?}");
}

/// With the thread running a search waits for room instead.
#[tokio::test]
async fn a_search_waits_until_the_follower_has_made_room() {
    let store = Arc::new(MemoryStore::new());
    let patience = std::time::Duration::from_secs(60);
    let options = Options { overlay_customers_max: 10, patience, ..Options::new(Place::Memory) };
    let search = Search::new(store.clone(), options);
    search.follow().unwrap();
    for last in [700, 1_400, 2_000] {
        bergs(&store, 1..=last).await;
        let page =
            search.find(PageRequest { query: &berg(), customers_max: 200, token: None }).await.unwrap();
        assert_eq!(ids(&page), (1..=200).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn a_clean_end_leaves_nothing_to_catch_up_with() {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(MemoryStore::new());
    let options = Options::new(Place::Folder(folder.path().join("search")));
    let search = Search::new(store.clone(), options);
    search.follow().unwrap();
    assert_eq!(found(&search, &berg()).await, [0_u64; 0]);
    bergs(&store, 1..=3).await;
    drop(search);
    let search = in_folder(&store, folder.path());
    assert_eq!(found(&search, &berg()).await, [1, 2, 3]);
    assert_eq!(search.lag().await.commits, 0);
}

#[tokio::test]
async fn a_rebuild_takes_everything_from_the_store() {
    for follow in [false, true] {
        let store = Arc::new(MemoryStore::new());
        let search = Search::new(store.clone(), Options::new(Place::Memory));
        if follow {
            search.follow().unwrap();
        }
        bergs(&store, 1..=2_500).await;
        assert_eq!(found_first(&search).await, [1, 2]);
        // Behind the back of the log.
        let mut change = Change::new();
        change.delete(key::customer(CustomerId(1)));
        store.commit(change).await.unwrap();
        let mut steps = Vec::new();
        assert_eq!(search.rebuild(|count| steps.push(count)).await.unwrap(), 2_499);
        assert_eq!(steps, [1_000, 2_000]);
        assert_eq!(found_first(&search).await, [2, 3]);
    }
}

async fn found_first(search: &Search) -> Vec<u64> {
    ids(&search.find(PageRequest { query: &berg(), customers_max: 2, token: None }).await.unwrap())
}

#[tokio::test]
async fn commits_that_change_no_customer_are_no_lag() {
    let store = Arc::new(MemoryStore::new());
    let search = Search::new(store.clone(), Options::new(Place::Memory));
    bergs(&store, 1..=3).await;
    search.flush().await.unwrap();
    let mut change = Change::new();
    change.put(Key::new(Collection::Reference, b"x".to_vec()), "x");
    store.commit(change).await.unwrap();
    assert_eq!(search.lag().await.commits, 0);
    bergs(&store, 4..=4).await;
    assert_eq!(search.lag().await.commits, 2);
}

/// As an import may do it: the successor is there and searched for before the merged one comes.
#[tokio::test]
async fn m_2_a_card_of_a_merged_customer_finds_its_successor_whoever_comes_first() {
    let store = Arc::new(MemoryStore::default());
    let search = Search::new(store.clone(), Options::new(Place::Memory));
    let card = CardNumber::parse("60060001").unwrap();
    let asked = query(&[(Field::CardNumber, SearchType::EndsWith, "0001")]);
    let mut successor = named(2, "Ida", "Berg");
    (successor.members, successor.card_count) = (vec![CustomerId(1)], 1);
    store_customer(&*store, &successor).await;
    assert_eq!(found(&search, &asked).await, [0; 0]);

    let link = Link {
        customer: CustomerId(1),
        place: 0,
        active: true,
        since: Timestamp::UNIX_EPOCH,
        user_name: None,
        location: None,
    };
    let mut change = Change::new();
    change.put(key::customer_card(CustomerId(1), &card), encode_link(&link).unwrap());
    change.put(key::card_holder(&card, 0), 1_u64.to_be_bytes().to_vec());
    store.commit(change).await.unwrap();
    let mut merged = named(1, "Ida", "Berg");
    (merged.active, merged.merged_into, merged.card_count) = (false, Some(CustomerId(2)), 1);
    store_customer(&*store, &merged).await;
    assert_eq!(found(&search, &asked).await, [2]);
}
