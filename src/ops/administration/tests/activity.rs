//! Transactions and sums through export, import and check.

use super::*;
use crate::store::record::{decode_sums, encode_sums};

/// A sale of customer `who`.
fn sale(who: u64, id: &str, day: &str) -> String {
    format!(
        "<recordTransaction><Transaction><TransactionID>{id}</TransactionID><CustomerID>{who}</CustomerID>\
         <RetailStoreID>17</RetailStoreID><BusinessDate>{day}</BusinessDate><CurrencyCode>EUR</CurrencyCode>\
         <SalesAmount>1.25</SalesAmount><ItemsSoldCount>2</ItemsSoldCount></Transaction></recordTransaction>"
    )
}

/// The customers of [`filled`]; customer 2 has three transactions, customer 4 has 150.
async fn selling() -> House {
    let house = filled().await;
    for day in ["2025-12-31", "2026-02-01", "2025-06-01"] {
        house.world.send(&sale(2, &format!("two {day}"), day)).await.unwrap();
    }
    for number in 1..=150 {
        house.world.send(&sale(4, &format!("four {number}"), "2026-02-28")).await.unwrap();
    }
    house
}

/// What `castile history` tells of a customer: operation and commit time.
async fn told(house: &House, customer: &str) -> Vec<String> {
    let mut history = crate::ops::history::find(house.world.gateway.store.clone(), customer).await.unwrap();
    let mut told = Vec::new();
    while let Some(step) = history.next().await.unwrap() {
        let crate::ops::history::Step::Change(change) = step else { panic!("the log is whole") };
        told.push(format!("{} {}", change.operation, change.fields.len()));
    }
    told
}

#[tokio::test]
async fn transactions_are_carried_with_their_history_and_again_change_nothing() {
    let (from, to) = (selling().await, House::new());
    let file = from.export().await;
    assert_eq!(file.matches("{\"transactions\":").count(), 2, "150 transactions are on three lines");
    let mut rows = Vec::new();
    for _ in 0..2 {
        to.import_whole(&file).await;
        for id in ["1", "2", "3", "4"] {
            assert_eq!(to.world.retrieve(id).await, from.world.retrieve(id).await);
        }
        assert_eq!(to.findings().await, [""; 0]);
        rows.push(to.world.log_rows().await);
    }
    assert_eq!(rows[0], rows[1], "the second time changes nothing");
    // What the imports themselves wrote comes on top, newest first.
    let of_import = |line: &String| !line.starts_with("import");
    for customer in ["2", "4"] {
        let mut carried = told(&to, customer).await;
        carried.retain(of_import);
        assert_eq!(carried, told(&from, customer).await, "{customer}");
    }
    // A TransactionID that was carried is known.
    to.world.send(&sale(4, "four 77", "2026-02-28")).await.unwrap();
    assert_eq!(to.world.log_rows().await, rows[0]);
    assert!(to.world.send(&sale(4, "four 77", "2026-03-01")).await.is_err());
    to.world.send(&sale(4, "new", "2026-03-01")).await.unwrap();
    assert!(to.world.retrieve("4").await.contains("<TransactionCount>151<"));
    assert_eq!(to.findings().await, [""; 0]);
    let imported = to.import(&file).await;
    let [(_, first), ..] = &imported.refused[..] else { panic!("{imported:?}") };
    assert_eq!(first, "the sums of customer 4 are stored already, and differ");
}

#[tokio::test]
async fn a_transaction_whose_row_the_log_no_longer_holds_is_told_of_by_the_import() {
    let (from, to) = (selling().await, House::new());
    let mut lines: Vec<Value> =
        from.export().await.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let two = lines.iter_mut().find(|line| line["customer"]["record"]["head"]["id"] == 2).unwrap();
    for entry in two["customer"]["activity"]["transactions"].as_array_mut().unwrap() {
        assert!(entry.as_object_mut().unwrap().remove("history").is_some());
    }
    to.import_whole(&text(&lines)).await;
    let carried = told(&to, "2").await;
    assert!(!carried.iter().any(|line| line.starts_with("recordTransaction")), "{carried:?}");
    assert_eq!(carried.iter().filter(|line| line.starts_with("import")).count(), 2, "{carried:?}");
}

/// Changes the line of customer 2; it must be refused with these words, and leave nothing behind.
async fn check_line_refused(how: impl FnOnce(&mut Value), words: &str) {
    let mut lines: Vec<Value> =
        selling().await.export().await.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    lines.retain(|line| line["customer"].is_null() || line["customer"]["record"]["head"]["id"] == 2);
    lines.retain(|line| line["notes"].is_null() && line["transactions"].is_null());
    lines.truncate(3);
    how(&mut lines[2]["customer"]["activity"]);
    let house = House::new();
    let imported = house.import(&text(&lines)).await;
    let [(3, why)] = &imported.refused[..] else { panic!("{words}: {imported:?}") };
    assert!(why.contains(words) && !why.contains("two 20"), "{words}: {why}");
    for collection in Collection::ALL {
        assert_eq!(house.store.keys(*collection, &prefix_range(&[]), 9), [], "{words}");
    }
}

#[tokio::test]
async fn what_breaks_the_form_is_refused_with_the_whole_customer() {
    check_line_refused(|a| a["transactions"][0]["number"] = 4.into(), "count from 1").await;
    check_line_refused(|a| a["transactions"][0]["number"] = 2.into(), "count from 1").await;
    check_line_refused(|a| a["transactions"][0]["record"]["transaction_id"] = "".into(), "TransactionID")
        .await;
    check_line_refused(|a| a["transactions"][0]["record"]["sales_amount"] = "-1".into(), "an amount").await;
    check_line_refused(|a| a["transactions"][0]["record"]["more"] = 1.into(), "no document").await;
    check_line_refused(|a| a["sums"]["lifetime"]["sales_amount"] = "SECRET".into(), "an amount").await;
    check_line_refused(|a| a["transactions"][0]["history"] = "CQkJ".into(), "does not know").await;
    check_line_refused(|a| a["sums"]["last_number"] = u64::MAX.into(), "above the number").await;
    check_line_refused(|a| a["sums"]["last_transaction_date"] = "2000-01-01".into(), "behind its last").await;
    let twice = |a: &mut Value| {
        a["transactions"][0]["record"]["transaction_id"] =
            a["transactions"][1]["record"]["transaction_id"].clone();
    };
    check_line_refused(twice, "same TransactionID").await;
}

#[tokio::test]
async fn a_transaction_id_that_another_has_refuses_the_line() {
    let file = selling().await.export().await;
    let to = House::new();
    to.world.add("<Source>web</Source>").await;
    to.world.send(&sale(1, "two 2026-02-01", "2026-02-01")).await.unwrap();
    let imported = to.import(&file).await;
    let refused: Vec<_> = imported.refused.iter().map(|(_, why)| why.as_str()).collect();
    let expected = [
        "customer 1 is stored already, and differs",
        "transaction 2 of customer 2 has a TransactionID that another transaction has",
    ];
    assert_eq!(refused, expected);
    assert_eq!(to.findings().await, [""; 0]);
}

#[tokio::test]
async fn a_store_that_fails_stops_the_import_of_transactions_and_the_next_completes_it() {
    let file = selling().await.export().await;
    for nth in 1..=10 {
        for fault in [Fault::Refused, Fault::AnswerLost] {
            let house = completed(&file, nth, fault).await;
            assert!(house.world.retrieve("4").await.contains("<SalesAmount>187.50<"));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sums_in_the_file_are_those_of_its_transactions_whoever_sells_meanwhile() {
    let house = Arc::new(House::new());
    house.world.add(&named("Al", "Berg", "busy")).await;
    let seller = {
        let house = Arc::clone(&house);
        tokio::spawn(async move {
            for number in 0..200 {
                house.world.send(&sale(1, &format!("T{number}"), "2026-01-02")).await.unwrap();
                tokio::task::yield_now().await;
            }
        })
    };
    let mut seen = 0;
    while seen < 200 {
        let (file, findings) = (house.export().await, house.findings().await);
        assert_eq!(findings, [""; 0]);
        let to = House::new();
        to.import_whole(&file).await;
        assert_eq!(to.findings().await, [""; 0]);
        seen = to.store.keys(Collection::Transaction, &prefix_range(&[]), 999).len();
        tokio::task::yield_now().await;
    }
    seller.await.unwrap();
}

/// Puts something wrong into a store that sells; `check` must find exactly this.
async fn check_finds(how: impl FnOnce(&mut Change) -> &mut Change, expected: &[&str]) {
    let house = selling().await;
    house
        .commit(|change| {
            how(change);
        })
        .await;
    let findings = house.findings().await;
    assert_eq!(findings.len(), expected.len(), "{findings:?}");
    for (finding, words) in findings.iter().zip(expected) {
        assert!(finding.contains(words) && !finding.contains("two 20"), "{words:?} is not in {finding:?}");
    }
}

#[tokio::test]
async fn transactions_and_sums_that_do_not_fit_together_are_found() {
    let (two, four) = (CustomerId(2), CustomerId(4));
    let house = selling().await;
    let get = |key: Key| {
        let store = house.store.clone();
        async move { store.get(&key).await.unwrap().unwrap().body }
    };
    let (activity, first) = (get(key::sums(two)).await, get(key::transaction(two, 1)).await);
    check_finds(|c| c, &[]).await;
    check_finds(
        |c| c.delete(key::transaction(two, 2)),
        &[
            "leads to transaction 2 of customer 2, which is not stored",
            "ActivitySums 2: transaction 2 is missing",
        ],
    )
    .await;
    check_finds(
        |c| c.delete(key::transaction_id("two 2025-12-31")),
        &["Transaction 2/1: is not found by its TransactionID"],
    )
    .await;
    check_finds(
        |c| c.put(key::transaction_id("other"), key::transaction(two, 1).id.to_vec()),
        &["leads to transaction 1 of customer 2, which has another"],
    )
    .await;
    check_finds(|c| c.put(key::transaction_id("other"), vec![1]), &["16 bytes"]).await;
    check_finds(
        |c| c.put(key::transaction(two, 4), first.clone()),
        &["Transaction 2/4: is not found by its TransactionID"],
    )
    .await;
    check_finds(|c| c.put(key::transaction(four, 9), vec![1]), &["Transaction 4/9: "]).await;
    check_finds(|c| c.put(key::sums(two), vec![1]), &["ActivitySums 2: "]).await;
    check_finds(
        |c| c.put(key::sums(CustomerId(88)), activity.clone()),
        &["ActivitySums 88: belongs to a customer who is not stored"],
    )
    .await;
    let mut wrong = decode_sums(&activity).unwrap();
    wrong.summary.lifetime.items_sold_count += 1;
    let body = encode_sums(&wrong).unwrap();
    check_finds(|c| c.put(key::sums(two), body), &["ActivitySums 2: are not the sums"]).await;
    wrong.last_number = 2;
    let body = encode_sums(&wrong).unwrap();
    check_finds(
        |c| c.put(key::sums(two), body),
        &["Transaction 2/3: is not counted in the customer's sums", "ActivitySums 2: are not the sums"],
    )
    .await;
}

#[tokio::test]
async fn damaged_transactions_are_left_out_of_an_export_aloud() {
    let house = selling().await;
    house
        .commit(|change| {
            change.put(key::transaction(CustomerId(4), 70), vec![7]);
            change.put(key::sums(CustomerId(2)), vec![7]);
        })
        .await;
    let told = Told::default();
    house.administration.export(&told).await.unwrap();
    let findings = told.findings();
    assert_eq!(findings.len(), 2, "{findings:?}");
    assert!(findings[0].contains("ActivitySums 2 is left out"), "{findings:?}");
    assert!(findings[1].contains("Transaction 4/70 is left out"), "{findings:?}");
}
