//! recordTransaction on a memory store.

use std::sync::Arc;

use crate::domain::error::Code;
use crate::domain::identity::CustomerId;
use crate::ops::testing::*;
use crate::store::record::key;
use crate::store::{Collection, Fault, FaultyStore, MemoryStore, Store, prefix_range};

const ANA: &str = "<CustomerID>1</CustomerID>";

/// A request with this content of the transaction.
fn request(content: &str) -> String {
    format!(
        "<recordTransaction xmlns='urn:castile:crm:v1'><Transaction>{content}</Transaction></recordTransaction>"
    )
}

/// A sale by `who`.
fn sale(id: &str, who: &str, day: &str, amount: &str) -> String {
    request(&format!(
        "<TransactionID>{id}</TransactionID>{who}<RetailStoreID>17</RetailStoreID><BusinessDate>{day}</BusinessDate>\
         <SalesAmount>{amount}</SalesAmount><ItemsSoldCount>1</ItemsSoldCount>"
    ))
}

/// Ana is 1 with the key `1`, Bo is 2 with the key `2`.
async fn two_customers() -> World {
    filled(World::new()).await
}

async fn filled(world: World) -> World {
    world.add(&named("Ana", "Ruiz", "1")).await;
    world.add(&named("Bo", "Lie", "2")).await;
    world
}

async fn record(world: &World, request: &str) {
    let answer = world.send(request).await.unwrap();
    assert!(
        answer.starts_with("<recordTransactionResponse xmlns=\"urn:castile:crm:v1\"><TransactionID>"),
        "{answer}"
    );
}

/// The summary that retrieveCustomer shows, without its end tags; empty if there is none.
async fn summary(world: &World, id: &str) -> String {
    let shown = world.retrieve(id).await;
    let Some((_, rest)) = shown.split_once("<ActivitySummary>") else { return String::new() };
    let inside = rest.split_once("</ActivitySummary>").unwrap().0;
    let mut parts = inside.split("</");
    let first = parts.next().unwrap_or_default().to_owned();
    // What follows the name of an end tag.
    parts.fold(first, |shown, part| shown + part.split_once('>').map_or(part, |(_, rest)| rest))
}

/// What a customer with these sums shows.
fn sums(lifetime: [&str; 5], year: [&str; 5], first: &str, last: &str) -> String {
    let totals = |name: &str, [sales, returns, count, sold, returned]: [&str; 5]| {
        format!(
            "<{name}><SalesAmount>{sales}<ReturnsAmount>{returns}<TransactionCount>{count}<ItemsSoldCount>{sold}\
             <ItemsReturnedCount>{returned}"
        )
    };
    format!(
        "{}{}<FirstTransactionDate>{first}<LastTransactionDate>{last}",
        totals("Lifetime", lifetime),
        totals("YearToDate", year)
    )
}

#[tokio::test]
async fn every_figure_of_a_transaction_is_in_the_sums() {
    let world = two_customers().await;
    assert_eq!(summary(&world, "1").await, "");
    let whole = format!(
        "<TransactionID>T1</TransactionID>{ANA}<RetailStoreID>17</RetailStoreID><BusinessDate>2026-02-28</BusinessDate>\
         <CurrencyCode>EUR</CurrencyCode><SalesAmount>10.50</SalesAmount><ReturnsAmount>2.25</ReturnsAmount>\
         <ItemsSoldCount>3</ItemsSoldCount><ItemsReturnedCount>2</ItemsReturnedCount>"
    );
    let answer = world.send(&request(&whole)).await.unwrap();
    let expected = "<recordTransactionResponse xmlns=\"urn:castile:crm:v1\"><TransactionID>T1</TransactionID></recordTransactionResponse>";
    assert_eq!(answer, expected);
    let once = ["10.50", "2.25", "1", "3", "2"];
    assert_eq!(summary(&world, "1").await, sums(once, once, "2026-02-28", "2026-02-28"));
    record(&world, &request(&whole.replace("T1", "T2"))).await;
    let twice = ["21.00", "4.50", "2", "6", "4"];
    assert_eq!(summary(&world, "1").await, sums(twice, twice, "2026-02-28", "2026-02-28"));
    assert_eq!(summary(&world, "2").await, "", "nobody else bought anything");
}

#[tokio::test]
async fn the_year_turns_over_with_the_business_date_not_the_clock() {
    let world = two_customers().await;
    // The clock stands in 2026.
    for (id, day, amount) in [("A", "2027-01-02", "1"), ("B", "2026-12-31", "2"), ("C", "2027-03-01", "4")] {
        record(&world, &sale(id, ANA, day, amount)).await;
    }
    let (lifetime, year) = (["7.00", "0.00", "3", "3", "0"], ["5.00", "0.00", "2", "2", "0"]);
    assert_eq!(summary(&world, "1").await, sums(lifetime, year, "2026-12-31", "2027-03-01"));
    record(&world, &sale("D", ANA, "2028-01-01", "8")).await;
    let (lifetime, year) = (["15.00", "0.00", "4", "4", "0"], ["8.00", "0.00", "1", "1", "0"]);
    assert_eq!(summary(&world, "1").await, sums(lifetime, year, "2026-12-31", "2028-01-01"));
}

#[tokio::test]
async fn search_shows_the_sums_too() {
    let world = two_customers().await;
    record(&world, &sale("A", ANA, "2026-01-02", "1.25")).await;
    let search = |name: &str| format!("<searchCustomers><LastName>{name}</LastName></searchCustomers>");
    let found = world.send(&search("Ruiz")).await.unwrap();
    assert!(found.contains("<Lifetime><SalesAmount>1.25</SalesAmount>"), "{found}");
    assert!(!world.send(&search("Lie")).await.unwrap().contains("ActivitySummary"));
}

#[tokio::test]
async fn the_same_transaction_again_answers_the_same_and_changes_nothing() {
    let world = two_customers().await;
    let by_key = sale("A", &alternate_key("XSTORE_ID", "1"), "2026-01-02", "1.50");
    let first = world.send(&by_key).await.unwrap();
    let (shown, rows) = (world.retrieve("1").await, world.log_rows().await);
    let again = [
        by_key.clone(),
        // The same customer under another name, the same amount written otherwise.
        sale("A", ANA, "2026-01-02", "1.5"),
        by_key.replace("<BusinessDate>2026-01-02", "<BusinessDate>\n2026-01-02Z"),
    ];
    for request in &again {
        assert_eq!(world.send(request).await.unwrap(), first);
    }
    // Nor does it matter that the customer has gone since.
    world.send(&format!("<deleteCustomer>{ANA}</deleteCustomer>")).await.unwrap();
    for request in &again {
        assert_eq!(world.send(request).await.unwrap(), first);
    }
    assert_eq!(world.log_rows().await, rows + 1, "the deletion");
    let sums_of = |shown: &str| shown.split_once("<ActivitySummary>").unwrap().1.to_owned();
    assert_eq!(sums_of(&world.retrieve("1").await), sums_of(&shown));
}

#[tokio::test]
async fn a_transaction_id_with_another_content_is_refused() {
    let world = two_customers().await;
    let good = sale("A", &alternate_key("XSTORE_ID", "1"), "2026-01-02", "1.50");
    record(&world, &good).await;
    let rows = world.log_rows().await;
    let others = [
        good.replace("1.50", "1.51"),
        good.replace("2026-01-02", "2026-01-03"),
        good.replace("<RetailStoreID>17", "<RetailStoreID>18"),
        good.replace("<ItemsSoldCount>1</ItemsSoldCount>", ""),
        good.replace("<SalesAmount>", "<CurrencyCode>EUR</CurrencyCode><SalesAmount>"),
        sale("A", &alternate_key("XSTORE_ID", "2"), "2026-01-02", "1.50"),
        sale("A", &alternate_key("XSTORE_ID", "unknown"), "2026-01-02", "1.50"),
        sale("A", "<CustomerID>2</CustomerID>", "2026-01-02", "1.50"),
        sale("A", "<CustomerID>77</CustomerID>", "2026-01-02", "1.50"),
        sale("A", "<CardNumber>1</CardNumber>", "2026-01-02", "1.50"),
    ];
    for other in others {
        let refusal = world.refused(&other).await;
        assert_code(&refusal, Code::TransactionAlreadyExists);
        assert_eq!(refusal.field.as_deref(), Some("Transaction/TransactionID"));
    }
    assert_eq!(world.log_rows().await, rows);
}

#[tokio::test]
async fn u_1_the_customer_is_found_as_by_an_update() {
    let world = two_customers().await;
    let found = [
        ANA.to_owned(),
        alternate_key("XSTORE_ID", "1"),
        alternate_key("XSTORE_ID", "nobody") + &alternate_key("XSTORE_ID", "1"),
        format!("{ANA}{}", alternate_key("XSTORE_ID", "2")),
        format!("<CardNumber>4711</CardNumber>{}", alternate_key("XSTORE_ID", "1")),
    ];
    for (number, who) in found.iter().enumerate() {
        record(&world, &sale(&format!("F{number}"), who, "2026-01-02", "1")).await;
    }
    assert!(summary(&world, "1").await.contains("<TransactionCount>5"));
    world.send("<deleteCustomer><CustomerID>2</CustomerID></deleteCustomer>").await.unwrap();
    let nobody = [
        String::new(),
        "<CustomerID>77</CustomerID>".to_owned(),
        format!("<CustomerID>77</CustomerID>{}", alternate_key("XSTORE_ID", "1")),
        "<CustomerID>one</CustomerID>".to_owned(),
        "<CustomerID>2</CustomerID>".to_owned(),
        alternate_key("XSTORE_ID", "2"),
        "<CardNumber>4711</CardNumber>".to_owned(),
    ];
    for (number, who) in nobody.iter().enumerate() {
        let refusal = world.refused(&sale(&format!("N{number}"), who, "2026-01-02", "1")).await;
        assert_code(&refusal, Code::CustomerNotFound);
    }
    let bo = world.add(&named("Bo", "Lie", "3")).await;
    let two = alternate_key("XSTORE_ID", "1") + &alternate_key("XSTORE_ID", "3");
    assert_code(&world.refused(&sale("T", &two, "2026-01-02", "1")).await, Code::CustomerNotFound);
    assert_eq!(summary(&world, &bo).await, "");
}

/// The refusals of a request, one `code path` each.
#[track_caller]
fn check_refused(world: &World, request: &str, expected: &[&str]) {
    let refusal = futures_now(world.refused(request));
    let told: Vec<_> = refusal
        .violations
        .iter()
        .map(|violation| format!("{} {}", violation.code, violation.field))
        .collect();
    assert_eq!(told, expected, "{request}");
}

/// On a store in memory nothing waits.
fn futures_now<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

#[test]
fn v_18_what_is_missing_or_unreadable_is_told_with_its_place() {
    let world = futures_now(two_customers());
    let good = sale("A", ANA, "2026-01-02", "1");
    check_refused(
        &world,
        &request(""),
        &[
            "INVALID_ATTRIBUTE_VALUE Transaction/TransactionID",
            "INVALID_ATTRIBUTE_VALUE Transaction/RetailStoreID",
            "INVALID_ATTRIBUTE_VALUE Transaction/BusinessDate",
        ],
    );
    check_refused(
        &world,
        "<recordTransaction/>",
        &[
            "INVALID_ATTRIBUTE_VALUE Transaction/TransactionID",
            "INVALID_ATTRIBUTE_VALUE Transaction/RetailStoreID",
            "INVALID_ATTRIBUTE_VALUE Transaction/BusinessDate",
        ],
    );
    let bad = good
        .replace("<SalesAmount>1<", "<ItemsReturnedCount>-1</ItemsReturnedCount><SalesAmount>-1<")
        .replace("2026-01-02", "02.01.2026")
        .replace("<RetailStoreID>", "<CurrencyCode>euro</CurrencyCode><RetailStoreID>");
    check_refused(
        &world,
        &bad.replace("<TransactionID>A", &format!("<TransactionID>{}", "A".repeat(61))),
        &[
            "ATTRIBUTE_VALUE_TOO_LARGE Transaction/TransactionID",
            "INVALID_DATE_FORMAT Transaction/BusinessDate",
            "INVALID_ATTRIBUTE_VALUE Transaction/CurrencyCode",
            "INVALID_ATTRIBUTE_VALUE Transaction/SalesAmount",
            "INVALID_ATTRIBUTE_VALUE Transaction/ItemsReturnedCount",
        ],
    );
    check_refused(
        &world,
        &sale("A", "<AlternateKey><AlternateID>1</AlternateID></AlternateKey>", "2026-01-02", "1"),
        &["ALTERNATE_KEY_TYPECODE_UNSPECIFIED Transaction/AlternateKey[1]/@TypeCode"],
    );
    assert_eq!(futures_now(world.log_rows()), 2);
}

/// The first row has everything wrong at once, each further row repairs one thing, and the next must be told.
#[test]
fn the_order_of_checks() {
    let world = futures_now(two_customers());
    futures_now(record(&world, &sale("A", ANA, "2026-01-02", "1")));
    let unreadable = "<SalesAmount>much</SalesAmount>";
    let incomplete = "<AlternateKey><AlternateID>1</AlternateID></AlternateKey>";
    let (taken, complete) = ("<TransactionID>A</TransactionID>", "<RetailStoreID>17</RetailStoreID>");
    let (day, nobody) = ("<BusinessDate>2026-01-02</BusinessDate>", "<CustomerID>77</CustomerID>");
    let rows = [
        (vec![unreadable, incomplete, taken, day], "INVALID_ATTRIBUTE_VALUE Transaction/SalesAmount"),
        (vec![incomplete, taken, day], "INVALID_ATTRIBUTE_VALUE Transaction/RetailStoreID"),
        (
            vec![incomplete, taken, day, complete],
            "ALTERNATE_KEY_TYPECODE_UNSPECIFIED Transaction/AlternateKey[1]/@TypeCode",
        ),
        (vec![taken, day, complete], "CUSTOMER_NOT_FOUND "),
        (vec![nobody, taken, day, complete], "TRANSACTION_ALREADY_EXISTS Transaction/TransactionID"),
        (vec![nobody, "<TransactionID>B</TransactionID>", day, complete], "CUSTOMER_NOT_FOUND "),
    ];
    for (content, expected) in rows {
        let refusal = futures_now(world.refused(&request(&content.concat())));
        let told = format!("{} {}", refusal.code, refusal.field.unwrap_or_default());
        assert_eq!(told, expected, "{content:?}");
    }
    let good = [ANA, "<TransactionID>B</TransactionID>", day, complete].concat();
    futures_now(record(&world, &request(&good)));
}

#[tokio::test]
async fn a_sale_neither_changes_the_customers_record_nor_grows_with_the_customers_history() {
    let store = MemoryStore::new();
    let world = filled(World::on(Arc::new(store.clone()))).await;
    let version = |key: crate::store::Key| {
        let store = store.clone();
        async move { crate::store::Reads::get(&store, &key).await.unwrap().map(|record| record.version) }
    };
    let before = version(key::customer(CustomerId(1))).await;
    let mut sizes = Vec::new();
    for number in 100..400 {
        record(&world, &sale(&format!("T{number}"), ANA, "2026-01-02", "10")).await;
        let newest = store.health().await.last_commit;
        let rows = store.read_log(newest, 9).await.unwrap();
        sizes.push(rows.iter().map(|row| row.body.len()).sum::<usize>());
    }
    assert_eq!(version(key::customer(CustomerId(1))).await, before);
    assert!(sizes.iter().all(|size| *size <= sizes[0] + 4), "the rows of the log grow: {sizes:?}");
    // Written once: each transaction still has the version of its own commit.
    let first = version(key::transaction(CustomerId(1), 1)).await.unwrap();
    assert_eq!(version(key::transaction(CustomerId(1), 300)).await, Some(first + 299));
}

/// Whatever commit fails, and however: afterwards the transaction is there as a whole or not at all, and the same
/// request brings it to its end with one effect.
#[tokio::test]
async fn a_failing_commit_leaves_all_or_nothing_and_a_retry_counts_once() {
    let sales: Vec<_> = (1..=3).map(|n| sale(&format!("T{n}"), ANA, "2026-01-02", "1.10")).collect();
    for fault in [Fault::Refused, Fault::AnswerLost] {
        for nth in 0..sales.len() as u64 {
            for message in [None, Some("m")] {
                let memory = MemoryStore::new();
                let store = Arc::new(FaultyStore::new(memory.clone()));
                let world = filled(World::on(store.clone())).await;
                store.fail_commit(store.commit_count() + nth + 1, fault);
                let mut failed = 0;
                for (number, sale) in sales.iter().enumerate() {
                    let message = message.map(|message| format!("{message}{number}"));
                    if let Err(refusal) = world.send_as(sale, message.as_deref()).await {
                        assert!(refusal.code.retryable(), "{refusal:?}");
                        failed += 1;
                        let there = memory.keys(Collection::Transaction, &prefix_range(&[]), 9).len();
                        let ids = memory.keys(Collection::TransactionId, &prefix_range(&[]), 9).len();
                        let counted =
                            summary(&world, "1").await.contains(&format!("<TransactionCount>{there}<"));
                        assert_eq!((ids, counted), (there, there > 0), "half a transaction");
                        world.send_as(sale, message.as_deref()).await.unwrap();
                    }
                }
                assert_eq!((failed, world.log_rows().await), (1, 2 + 3), "{fault:?} at {nth}");
                let three = ["3.30", "0.00", "3", "3", "0"];
                assert_eq!(summary(&world, "1").await, sums(three, three, "2026-01-02", "2026-01-02"));
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sales_and_updates_of_one_customer_at_once_are_all_kept() {
    let world = Arc::new(two_customers().await);
    let one = |number: usize| {
        let world = Arc::clone(&world);
        let note = format!("{ANA}<CustomerNotes><CustomerNote>n{number}</CustomerNote></CustomerNotes>");
        tokio::spawn(async move {
            record(&world, &sale(&format!("T{number}"), ANA, "2026-01-02", "0.10")).await;
            world.send(&customer_request("addOrUpdateCustomer", &note)).await.unwrap();
        })
    };
    for handle in (0..64).map(one).collect::<Vec<_>>() {
        handle.await.unwrap();
    }
    let all = ["6.40", "0.00", "64", "64", "0"];
    assert_eq!(summary(&world, "1").await, sums(all, all, "2026-01-02", "2026-01-02"));
    assert_eq!(world.retrieve("1").await.matches("<CustomerNote ").count(), 64);
}
