//! mergeCustomers on a memory store: who is merged, what that leaves behind, what is refused.

use std::sync::Arc;

use crate::domain::Settings;
use crate::domain::error::Code;
use crate::domain::identity::CustomerId;
use crate::domain::merge::{MergeSettings, WhenHeld, WhenMissing, WhenNoSource};
use crate::ops::testing::*;
use crate::store::MemoryStore;
use crate::store::record::{decode_customer, decode_sums, key};
use crate::store::successor::successor;

fn id(id: &str) -> String {
    format!("<CustomerID>{id}</CustomerID>")
}

/// A merge of customers, each named by its identifiers.
fn merge(source: &str, targets: &[&str]) -> String {
    let source =
        if source.is_empty() { String::new() } else { format!("<MergeSource>{source}</MergeSource>") };
    let targets: String =
        targets.iter().map(|target| format!("<MergeTarget>{target}</MergeTarget>")).collect();
    format!("<mergeCustomers>{source}<MergeTargetSet>{targets}</MergeTargetSet></mergeCustomers>")
}

fn preview(request: &str) -> String {
    request.replace("</mergeCustomers>", "<Preview>true</Preview></mergeCustomers>")
}

/// Ana, Bo and Cy are 1, 2 and 3, each with the key of that number.
async fn three() -> World {
    three_with(MergeSettings::default()).await
}

async fn three_with(merge: MergeSettings) -> World {
    let world =
        World::with_settings(Arc::new(MemoryStore::default()), Settings { merge, ..Settings::default() });
    for (first, number) in [("Ana", "1"), ("Bo", "2"), ("Cy", "3")] {
        world.add(&named(first, "Ruiz", number)).await;
    }
    world
}

/// The ids that an answer names: the new customer, then the merged ones.
fn ids(answer: &str) -> Vec<&str> {
    let texts = answer.split('<').filter_map(|part| part.split_once("CustomerID>"));
    texts.filter(|(name, _)| !name.starts_with('/')).map(|(_, text)| text).collect()
}

async fn merged(world: &World, source: &str, targets: &[&str]) -> Vec<String> {
    let answer = world.send(&merge(source, targets)).await.unwrap();
    ids(&answer).into_iter().map(str::to_owned).collect()
}

async fn sell(world: &World, id: &str, transaction: &str, amount: &str) {
    let request = format!(
        "<recordTransaction><Transaction><TransactionID>{transaction}</TransactionID><CustomerID>{id}</CustomerID>\
         <RetailStoreID>17</RetailStoreID><BusinessDate>2026-02-0{}</BusinessDate><SalesAmount>{amount}</SalesAmount>\
         </Transaction></recordTransaction>",
        transaction.len() % 9 + 1
    );
    world.send(&request).await.unwrap();
}

#[tokio::test]
async fn m_2_the_result_is_new_and_the_merged_ones_stay() {
    let world = three().await;
    let before = world.retrieve("2").await;
    assert_eq!(
        merged(&world, &id("1"), &[&id("2"), &alternate_key("XSTORE_ID", "3")]).await,
        ["4", "1", "2", "3"]
    );
    let result = world.retrieve("4").await;
    assert!(result.contains(">Ana<") && !result.contains(">Bo<"), "{result}");
    assert_eq!(result.matches("<AlternateKey ").count(), 3);
    let store = &world.gateway.store;
    for member in 1..=3 {
        let record = store.get(&key::customer(CustomerId(member))).await.unwrap().unwrap();
        let customer = decode_customer(&record.body).unwrap();
        assert_eq!((customer.active, customer.merged_into), (false, Some(CustomerId(4))));
        assert_eq!(customer.active_keys().count(), 1, "it keeps what it had");
        let end = successor(&**store, CustomerId(member)).await.unwrap().unwrap();
        assert_eq!(end.id, CustomerId(4));
    }
    let kept = store.get(&key::merged_before(CustomerId(4), CustomerId(2))).await.unwrap().unwrap();
    assert!(decode_customer(&kept.body).unwrap().active);
    assert!(before.contains("<Active>true</Active>"));
    // Three adds, three members, the result.
    assert_eq!(world.log_rows().await, 7);
}

#[tokio::test]
async fn m_2_keys_of_all_find_the_result() {
    let world = three().await;
    merged(&world, &id("1"), &[&id("2")]).await;
    for (number, expected) in [("1", "4"), ("2", "4"), ("3", "3")] {
        let request = format!("<retrieveCustomer>{}</retrieveCustomer>", alternate_key("XSTORE_ID", number));
        let answer = world.send(&request).await.unwrap();
        assert_eq!(inner(&answer, "CustomerID"), expected, "{number}");
    }
    let update = customer_request(
        "updateCustomer",
        &format!("{}<Source>web</Source>", alternate_key("XSTORE_ID", "2")),
    );
    assert_eq!(inner(&world.send(&update).await.unwrap(), "CustomerID"), "4");
    let taken = world.refused(&customer_request("addCustomer", &named("Di", "Poe", "1"))).await;
    assert_code(&taken, Code::CustomerAlreadyExists);
}

/// Who is named in more than one way is one customer; who was merged stands for the successor.
#[tokio::test]
async fn m_1_nobody_is_merged_twice() {
    let [key_1, key_2] = ["1", "2"].map(|number| alternate_key("XSTORE_ID", number));
    let (one, two) = (id("1"), id("2"));
    let cases: [(&str, &[&str], &[&str]); 5] = [
        (&one, &[&two, &two], &["4", "1", "2"]),
        (&one, &[&two, &key_2], &["4", "1", "2"]),
        (&one, &[&one, &two], &["4", "1", "2"]),
        (&key_1, &[&one, &two, &key_1], &["4", "1", "2"]),
        ("", &[&two, &two, &one], &["4", "2", "1"]),
    ];
    for (source, targets, expected) in cases {
        let world = three().await;
        assert_eq!(merged(&world, source, targets).await, expected, "{source} {targets:?}");
    }
}

#[tokio::test]
async fn m_1_a_merged_customer_stands_for_its_successor() {
    let world = three().await;
    merged(&world, &id("1"), &[&id("2")]).await;
    let refusal = world.refused(&merge(&id("1"), &[&id("2"), &id("4")])).await;
    assert_code(&refusal, Code::MergeCustomerCreationException);
    assert_eq!(merged(&world, &id("2"), &[&id("3"), &id("1")]).await, ["5", "4", "3"]);
    let end = successor(&*world.gateway.store, CustomerId(1)).await.unwrap().unwrap();
    assert_eq!((end.id, end.state.active), (CustomerId(5), true));
}

#[tokio::test]
async fn m_1_a_customer_id_wins_over_a_key() {
    let world = three().await;
    let both = format!("{}{}", id("3"), alternate_key("XSTORE_ID", "2"));
    assert_eq!(merged(&world, &id("1"), &[&both]).await, ["4", "1", "3"]);
}

#[tokio::test]
async fn m_7_too_few_or_too_many_are_refused_before_anybody_is_looked_for() {
    let world = three_with(MergeSettings { records_max: 3, ..MergeSettings::default() }).await;
    let (one, two, three, nobody) = (id("1"), id("2"), id("3"), id("99"));
    let cases: [(&str, &[&str]); 8] = [
        ("", &[]),
        (&one, &[]),
        (&nobody, &[]),
        ("", &[&one]),
        ("", &[&nobody]),
        (&one, &["", "<CustomerID/>", "<AlternateKey/>"]),
        (&one, &[&two, &three, &nobody]),
        (&one, &[&one, &one]),
    ];
    for (source, targets) in cases {
        let refusal = world.refused(&merge(source, targets)).await;
        assert_code(&refusal, Code::MergeCustomerCreationException);
    }
    assert_eq!(world.log_rows().await, 3);
    assert_eq!(merged(&world, &one, &[&two, &three]).await.len(), 4);
}

#[tokio::test]
async fn m_7_everybody_who_is_not_found_is_named() {
    let world = three().await;
    world.send(&format!("<deleteCustomer>{}</deleteCustomer>", id("3"))).await.unwrap();
    let two_customers = alternate_key("XSTORE_ID", "1") + &alternate_key("XSTORE_ID", "2");
    let targets = [id("1"), id("99"), id("3"), alternate_key("XSTORE_ID", "3"), two_customers, id("one")];
    let targets: Vec<_> = targets.iter().map(String::as_str).collect();
    let refusal = world.refused(&merge(&id("77"), &targets)).await;
    assert_code(&refusal, Code::CustomerNotFound);
    let fields: Vec<_> = refusal.violations.iter().map(|violation| violation.field.as_str()).collect();
    let target = |number: u32| format!("MergeTargetSet/MergeTarget[{number}]");
    assert_eq!(fields, ["MergeSource".to_owned(), target(2), target(3), target(4), target(5), target(6)]);
    assert_eq!(world.log_rows().await, 4);
}

#[tokio::test]
async fn m_1_there_is_one_source_and_an_empty_one_is_none() {
    let world = three().await;
    let twice = merge(&id("1"), &[&id("2")]).replace("<MergeTargetSet>", "<MergeSource/><MergeTargetSet>");
    let refusal = world.refused(&twice).await;
    assert_code(&refusal, Code::InvalidAttributeValue);
    assert_eq!(refusal.field.as_deref(), Some("MergeSource[2]"));
    assert_eq!(merged(&world, "<CustomerID/>", &[&id("3"), &id("2")]).await, ["4", "3", "2"]);
}

#[tokio::test]
async fn m_8_a_preview_shows_the_customer_and_stores_nothing() {
    let world = three().await;
    sell(&world, "2", "t", "5").await;
    let commits = world.gateway.store.health().await.last_commit;
    let request = merge(&id("1"), &[&id("2")]);
    let shown = world.send(&preview(&request)).await.unwrap();
    assert_eq!(ids(&shown), ["1", "2"]);
    assert_eq!(world.gateway.store.health().await.last_commit, commits);
    let again = world.send(&preview(&request)).await.unwrap();
    assert_eq!(again, shown);
    // No id was used, and the merge makes what was shown.
    assert_eq!(merged(&world, &id("1"), &[&id("2")]).await, ["4", "1", "2"]);
    let customer = world.send(&format!("<retrieveCustomer>{}</retrieveCustomer>", id("4"))).await.unwrap();
    let stored = &customer[customer.find("<Customer>").unwrap()..customer.find("</retrieve").unwrap()];
    let shown = &shown[shown.find("<Customer>").unwrap()..shown.find("</mergeCustomersResponse").unwrap()];
    assert_eq!(shown, stored.replace("<CustomerID>4</CustomerID>", ""));
    assert!(shown.contains("<SalesAmount>5.00</SalesAmount>"), "{shown}");
}

#[tokio::test]
async fn m_4_sums_go_on_from_those_of_all() {
    let world = three().await;
    sell(&world, "1", "a", "5").await;
    sell(&world, "2", "b", "7.50").await;
    merged(&world, &id("1"), &[&id("2"), &id("3")]).await;
    sell(&world, "4", "c", "1").await;
    let record = world.gateway.store.get(&key::sums(CustomerId(4))).await.unwrap().unwrap();
    let sums = decode_sums(&record.body).unwrap();
    assert_eq!(sums.last_number, 1);
    assert_eq!(sums.base.unwrap().lifetime.sales_amount.to_string(), "12.50");
    assert_eq!(sums.summary.lifetime.sales_amount.to_string(), "13.50");
    assert_eq!(sums.summary.lifetime.transaction_count, 3);
    assert!(world.retrieve("4").await.contains("<SalesAmount>13.50</SalesAmount>"));
}

/// Each override rule with each of its values: who is merged, or the code.
#[tokio::test]
async fn m_6_override_rules_leave_out_or_refuse() {
    use WhenHeld::{LeaveOut, Merge, Refuse};
    let default = MergeSettings::default;
    let sold = |rule| MergeSettings { has_transactions: rule, ..default() };
    let carded = |rule| MergeSettings { has_cards: rule, ..default() };
    let responded = |rule| MergeSettings { has_promotion_responses: rule, ..default() };
    let missing = |rule| MergeSettings { not_found: rule, ..default() };
    let choose = |settings| MergeSettings { source_unmergeable: WhenNoSource::Choose, ..settings };
    let refused = &["MERGE_CUSTOMER_CREATION_EXCEPTION"][..];
    let nobody = &["CUSTOMER_NOT_FOUND"][..];
    // 2 has transactions, 3 has a card, 1 has responded to a promotion, 99 is nobody.
    let cases: [(MergeSettings, &str, &[&str], &[&str]); 21] = [
        (responded(Merge), "2", &["1", "3"], &["4", "2", "1", "3"]),
        (responded(LeaveOut), "2", &["1", "3"], &["4", "2", "3"]),
        (responded(LeaveOut), "1", &["2", "3"], refused),
        (responded(Refuse), "2", &["1", "3"], refused),
        (sold(Merge), "1", &["2", "3"], &["4", "1", "2", "3"]),
        (sold(LeaveOut), "1", &["2", "3"], &["4", "1", "3"]),
        (sold(LeaveOut), "1", &["2"], refused),
        (sold(LeaveOut), "2", &["1", "3"], refused),
        (choose(sold(LeaveOut)), "2", &["1", "3"], &["4", "3", "1"]),
        (sold(Refuse), "1", &["2", "3"], refused),
        (choose(sold(Refuse)), "2", &["1", "3"], refused),
        (carded(Merge), "1", &["2", "3"], &["4", "1", "2", "3"]),
        (carded(LeaveOut), "1", &["2", "3"], &["4", "1", "2"]),
        (carded(LeaveOut), "3", &["1", "2"], refused),
        (choose(carded(LeaveOut)), "3", &["1", "2"], &["4", "2", "1"]),
        (carded(Refuse), "1", &["2", "3"], refused),
        (missing(WhenMissing::Refuse), "1", &["2", "99"], nobody),
        (missing(WhenMissing::LeaveOut), "1", &["2", "99"], &["4", "1", "2"]),
        (missing(WhenMissing::LeaveOut), "99", &["2", "1"], nobody),
        (choose(missing(WhenMissing::LeaveOut)), "99", &["1", "2"], &["4", "2", "1"]),
        (choose(missing(WhenMissing::LeaveOut)), "99", &["1"], refused),
    ];
    for (settings, source, targets, expected) in cases {
        let world = three_with(settings.clone()).await;
        sell(&world, "2", "t", "5").await;
        world.load(CARDS).await;
        world.load("[[promotion]]\nid = 'TIDE'\nresponses = [1]\n").await;
        world.send(&associate("6006490000000001", "3")).await.unwrap();
        let targets: Vec<_> = targets.iter().map(|target| id(target)).collect();
        let targets: Vec<_> = targets.iter().map(String::as_str).collect();
        let told = match world.send(&merge(&id(source), &targets)).await {
            Ok(answer) => ids(&answer).into_iter().map(str::to_owned).collect(),
            Err(refusal) => vec![refusal.code.as_str().to_owned()],
        };
        assert_eq!(told, expected, "{settings:?} {source} {targets:?}");
    }
}

#[tokio::test]
async fn m_7_a_result_larger_than_a_customer_may_be_is_refused() {
    let world = World::new();
    for number in 1..=3 {
        let keys: String = (0..800)
            .map(|at| alternate_key("XSTORE_ID", &format!("{number}-{at}-{}", "k".repeat(105))))
            .collect();
        world.add(&keys).await;
    }
    let refusal = world.refused(&merge(&id("1"), &[&id("2"), &id("3")])).await;
    assert_code(&refusal, Code::MergeCustomerCreationException);
    assert_eq!(world.log_rows().await, 3);
}

#[tokio::test]
async fn a_message_sent_again_merges_once_and_is_answered_alike() {
    let world = three().await;
    let request = merge(&id("1"), &[&id("2")]);
    let first = world.send_as(&request, Some("m")).await.unwrap();
    assert_eq!(world.send_as(&request, Some("m")).await.unwrap(), first);
    assert_eq!(world.log_rows().await, 6);
}

#[tokio::test]
async fn b_1_a_record_merges_and_can_ask_for_no_preview() {
    let world = three().await;
    let record = |more: &str| {
        format!(
            "<Customers><Customer Action='MERGE'><MergeSource>{}</MergeSource><MergeTargetSet><MergeTarget>{}\
             </MergeTarget></MergeTargetSet>{more}</Customer></Customers>",
            id("1"),
            id("2")
        )
    };
    let answer = world.send(&record("<Preview>1</Preview>")).await.unwrap();
    assert!(answer.contains("<Field>Customer/Preview</Field>"), "{answer}");
    let answer = world.send(&record("<Preview>0</Preview>")).await.unwrap();
    assert_eq!((inner(&answer, "CustomerID"), inner(&answer, "SucceededCount")), ("4", "1"));
}

/// M-6: who is left out is told where a record has its warnings, with place and reason.
#[tokio::test]
async fn m_6_a_record_tells_who_was_left_out() {
    let settings = MergeSettings {
        has_transactions: WhenHeld::LeaveOut,
        not_found: WhenMissing::LeaveOut,
        source_unmergeable: WhenNoSource::Choose,
        ..MergeSettings::default()
    };
    let world = three_with(settings).await;
    sell(&world, "2", "t", "5").await;
    let request = merge(&id("2"), &[&id("1"), &id("99"), &id("3")]);
    let content = request.replace("mergeCustomers>", "Customer>").replacen("<Customer>", "", 1);
    let record = format!("<Customers><Customer Action='Merge'>{content}</Customers>");
    let answer = world.send_as(&record, Some("m")).await.unwrap();
    let warning = |field: &str, why: &str| {
        format!(
            "<Warning><Code>CUSTOMER_LEFT_OUT</Code><Field>Customer/{field}</Field>\
             <Message>{why}, the others were merged</Message></Warning>"
        )
    };
    let source = warning("MergeSource", "the customer has transactions");
    let target = warning("MergeTargetSet/MergeTarget[2]", "no customer was found with these identifiers");
    assert!(answer.contains(&format!("<CustomerID>4</CustomerID>{source}{target}</Result>")), "{answer}");
    assert_eq!(world.send_as(&record, Some("m")).await.unwrap(), answer, "remembered with its warnings");
}
