//! Pages: their order, their tokens, and that they stay whole under writes.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::*;

async fn world(names: &[(&str, &str)]) -> (Arc<MemoryStore>, Search) {
    let store = Arc::new(MemoryStore::new());
    for ((first, last), id) in names.iter().zip(1..) {
        store_customer(&*store, &named(id, first, last)).await;
    }
    let search = Search::new(store.clone(), Options::new(Place::Memory));
    (store, search)
}

fn all_b() -> Query {
    query(&[(Field::LastName, SearchType::StartsWith, "b")])
}

async fn page(search: &Search, token: Option<&str>) -> Page {
    search.find(PageRequest { query: &all_b(), customers_max: 2, token }).await.unwrap()
}

#[tokio::test]
async fn order_is_last_name_first_name_id_without_case_and_accents() {
    let (_, search) = world(&[
        ("Zoe", "berg"),
        ("ana", "Berg"),
        ("Bo", "Bérg"),
        ("Ána", "BERG"),
        ("", "Baum"),
        ("A", "Bergen"),
    ])
    .await;
    assert_eq!(found(&search, &all_b()).await, [5, 2, 4, 3, 1, 6]);
}

#[tokio::test]
async fn a_last_page_has_no_token_and_an_empty_answer_neither() {
    let (_, search) = world(&[("A", "Berg"), ("B", "Berg")]).await;
    let both = page(&search, None).await;
    assert_eq!((ids(&both), both.next_token), (vec![1, 2], None));
    assert_eq!(found(&search, &query(&[(Field::LastName, SearchType::Exact, "x")])).await, [0_u64; 0]);
}

#[tokio::test]
async fn a_token_belongs_to_its_query() {
    let (_, search) = world(&[("A", "Berg"), ("B", "Berg"), ("C", "Berg")]).await;
    let token = page(&search, None).await.next_token.unwrap();
    let other = query(&[(Field::LastName, SearchType::StartsWith, "be")]);
    for (query, token) in [(&other, token.as_str()), (&all_b(), "AAAA"), (&all_b(), "not a token")] {
        let refused = search.find(PageRequest { query, customers_max: 2, token: Some(token) }).await;
        assert!(matches!(refused, Err(SearchError::Token)), "{refused:?}");
    }
    assert_eq!(ids(&page(&search, Some(&token)).await), [3]);
}

/// While pages are read, customers are renamed to before and behind the place read, added, removed and deactivated,
/// and the index is written or not.
#[tokio::test]
async fn no_customer_comes_twice_and_none_that_did_not_change_is_missing() {
    for flush in [false, true] {
        let names: Vec<String> = (0..20).map(|n| format!("B{n:02}")).collect();
        let names: Vec<_> = names.iter().map(|last| ("A", last.as_str())).collect();
        let (store, search) = world(&names).await;
        let mut seen = Vec::new();
        let mut changed = BTreeSet::new();
        let mut token = None;
        for step in 0_u64.. {
            let page = page(&search, token.as_deref()).await;
            seen.extend(ids(&page));
            token = page.next_token;
            if token.is_none() {
                break;
            }
            // One that was seen moves behind, one that was not moves before, others come and go.
            let moved =
                [named(step + 1, "A", &format!("Bz{step}")), named(20 - step, "A", &format!("Ba{step}"))];
            for customer in moved {
                store_customer(&*store, &customer).await;
                changed.insert(customer.id.0);
            }
            store_customer(&*store, &named(100 + step, "A", "Bzz")).await;
            remove_customer(&*store, CustomerId(10 + step % 2)).await;
            changed.insert(10 + step % 2);
            if flush {
                search.flush().await.unwrap();
            }
        }
        let distinct: BTreeSet<_> = seen.iter().copied().collect();
        assert_eq!(distinct.len(), seen.len(), "{seen:?}");
        let missing: Vec<_> = (1..=20).filter(|id| !changed.contains(id) && !distinct.contains(id)).collect();
        assert_eq!(missing, [0_u64; 0], "{seen:?}");
        assert!(seen.iter().all(|id| *id < 100), "{seen:?}");
    }
}

#[tokio::test]
async fn a_page_of_large_customers_ends_early_and_goes_on() {
    let (store, search) = world(&[]).await;
    for id in 1..=30 {
        let mut customer = named(id, "A", "Berg");
        customer.emails = (1..=800).map(|n| point(n, false, email(&"x".repeat(250)))).collect();
        store_customer(&*store, &customer).await;
    }
    let (mut seen, mut token, mut pages) = (Vec::new(), None, 0);
    loop {
        let request = PageRequest { query: &all_b(), customers_max: 200, token: token.as_deref() };
        let page = search.find(request).await.unwrap();
        seen.extend(ids(&page));
        (token, pages) = (page.next_token, pages + 1);
        if token.is_none() {
            break;
        }
    }
    assert_eq!(seen, (1..=30).collect::<Vec<_>>());
    assert_eq!(pages, 2);
}
