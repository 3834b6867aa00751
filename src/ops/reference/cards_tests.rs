//! Cards out of TOML and CSV files, and what they leave in the store.

use bytes::Bytes;

use super::*;
use crate::domain::error::Code;
use crate::ops::testing::{CARDS, World, assert_code, associate, named};
use crate::store::{Collection, Fault, FaultyStore, MemoryStore, prefix_range};

const HEADER: &str = "number,serial,card_program,pin,expiry,eligible_from,accounts\n";

async fn shop() -> World {
    let world = World::new();
    world.load(CARDS).await;
    world
}

/// Added, updated, unchanged, and what is wrong.
async fn csv(world: &World, text: &str) -> ((u64, u64, u64), Vec<String>) {
    let loaded = load_cards(&world.gateway, 2, &Bytes::from(text.to_owned()), false).await.unwrap();
    let CardCounts { added, updated, unchanged } = loaded.counts;
    let problems = loaded.problems.iter().map(|problem| format!("{} {}", problem.line, problem.text));
    ((added, updated, unchanged), problems.collect())
}

#[tokio::test]
async fn k_8_the_same_file_again_changes_nothing_in_either_form() {
    let world = shop().await;
    let text = include_str!("../../../examples/reference/cards.csv");
    assert_eq!(csv(&world, text).await, ((3, 0, 0), vec![]));
    world.add(&named("Ana", "Ruiz", "1")).await;
    for card in ["6006490000000001", "6006490000000003"] {
        world.send(&associate(card, "1")).await.unwrap();
    }
    let commit = world.gateway.store.health().await.last_commit;
    assert_eq!(csv(&world, text).await, ((0, 0, 3), vec![]));
    world.load(CARDS).await;
    assert_eq!(world.gateway.store.health().await.last_commit, commit);
}

#[tokio::test]
async fn k_8_a_changed_line_updates_its_card_and_its_serial_number() {
    let world = shop().await;
    let line = |serial: &str, expiry: &str| format!("{HEADER}7001,{serial},GIFT CARD,,{expiry},,\n");
    assert_eq!(csv(&world, &line("X-1", "")).await.0, (1, 0, 0));
    assert_eq!(csv(&world, &line("X-2", "2030-01-01")).await.0, (0, 1, 0));
    let shown = show_card(&*world.gateway.store, "7001").await.unwrap();
    assert_eq!((shown.number.as_str(), shown.serial.as_deref()), ("****", Some("X-2")));
    assert_eq!(shown.expiry.as_deref(), Some("2030-01-01"));
    // The old serial number is free again.
    let other = format!("{HEADER}7002,X-1,GIFT CARD,,,,\n7003,X-2,GIFT CARD,,,,\n");
    let expected = vec!["3 another card has this serial number".to_owned()];
    assert_eq!(csv(&world, &other).await, ((1, 0, 0), expected));
}

#[tokio::test]
async fn k_8_a_bad_line_is_told_with_its_number_and_stops_no_other() {
    let cases = [
        ("7001", "expected 7 fields, found 1"),
        (",,SEASON,,,,", "expected a number of 1 to 60 characters"),
        ("70 01,,SEASON,,,,", "expected a number of 1 to 60 characters"),
        ("7001,,,,,,", "expected the id of a card program"),
        ("7001,,BOAT,,,,", "no card program has this id"),
        ("7001,,SEASON,,soon,,", "expiry: expected a date"),
        ("7001,,SEASON,,,2024-13-01,", "eligible_from: expected a date"),
        ("7001,,SEASON,,,,GIFT:normal", "an account's program is none of the card program's"),
        ("7001,,SEASON,,,,POINTS:closed", "accounts: expected normal or blocked"),
        ("7001,,SEASON,,,,POINTS:normal::2030-01-01:x", "accounts: expected program:status"),
        ("7001,,SEASON,,,,POINTS;POINTS", "two accounts are of the same program"),
        ("7001,,SEASON,12345678901234567890123456789012345678901234567890123456789012,,,", "expected a PIN"),
        ("\"7001,,SEASON,,,,", "expected 7 fields, found 1"),
        ("7009,,SEASON,,,,", "this card or its serial number stands on an earlier line too"),
    ];
    for (line, expected) in cases {
        let world = shop().await;
        let text = format!("{HEADER}7009,,SEASON,,,,\r\n{line}\n\n7010,,GIFT CARD,0815,,,");
        let (counts, problems) = csv(&world, &text).await;
        assert_eq!((counts.0, problems.len()), (2, 1), "{line}: {problems:?}");
        assert!(problems[0].starts_with(&format!("3 {expected}")), "{problems:?}");
        assert!(!problems[0].contains("7001") && !problems[0].contains("1234"), "{problems:?}");
    }
}

#[tokio::test]
async fn the_first_line_names_the_columns_in_any_order() {
    let world = shop().await;
    assert_eq!(csv(&world, "card_program,number\nSEASON,7001\n").await.0, (1, 0, 0));
    assert_eq!(csv(&world, "\u{feff}\"card_program\", number \n\"SEASON\",\"7001\"\n").await.0, (0, 0, 1));
    for header in ["", "number", "number,card_program,colour", "number,card_program,number"] {
        let portion = Bytes::from(format!("{header}\n"));
        let refusal = load_cards(&world.gateway, 2, &portion, false).await.unwrap_err();
        assert_code(&refusal, Code::InvalidAttributeValue);
        assert!(refusal.message.starts_with("line 1: "), "{}", refusal.message);
    }
}

#[tokio::test]
async fn a_dry_run_stores_nothing() {
    let world = shop().await;
    let commit = world.gateway.store.health().await.last_commit;
    let portion = Bytes::from(format!("{HEADER}7001,,GIFT CARD,4711,,,\n6006490000000101,,GIFT CARD,,,,\n"));
    let loaded = load_cards(&world.gateway, 2, &portion, true).await.unwrap();
    assert_eq!(loaded.counts, CardCounts { added: 1, updated: 1, unchanged: 0 });
    assert_eq!(world.gateway.store.health().await.last_commit, commit);
}

#[tokio::test]
async fn k_8_a_card_takes_four_keys_at_most_and_no_row_of_the_log() {
    let world = shop().await;
    let count = async || {
        let mut all = 0;
        for collection in Collection::ALL {
            let records = world.gateway.store.scan(*collection, prefix_range(&[]), 100_000);
            all += records.await.unwrap().len();
        }
        all
    };
    let before = count().await;
    let lines: String = (0..1_000).map(|n| format!("7{n:05},S{n},SEASON,{n:04},,,\n")).collect();
    assert_eq!(csv(&world, &format!("{HEADER}{lines}")).await, ((1_000, 0, 0), vec![]));
    assert_eq!(count().await - before, 2_000);
    assert_eq!(world.log_rows().await, 0);
}

#[tokio::test]
async fn a_load_that_was_cut_short_is_taken_up_by_loading_again() {
    let store = std::sync::Arc::new(FaultyStore::new(MemoryStore::default()));
    let world = World::on(store.clone());
    world.load(CARDS).await;
    let lines: String = (0..1_000).map(|n| format!("7{n:05},S{n},SEASON,{n:04},,,\n")).collect();
    let portion = Bytes::from(format!("{HEADER}{lines}"));
    store.fail_commit(store.commit_count() + 3, Fault::Refused);
    let refusal = load_cards(&world.gateway, 2, &portion, false).await.unwrap_err();
    assert_code(&refusal, Code::ServiceUnavailable);
    let again = load_cards(&world.gateway, 2, &portion, false).await.unwrap();
    assert_eq!((again.counts.all(), again.counts.updated), (1_000, 0));
    assert!(again.counts.unchanged >= 250, "{again:?}");
}

#[tokio::test]
async fn toml_entries_are_held_against_what_they_name() {
    let world = shop().await;
    let cases = [
        (
            "[[card_program]]\nid = 'X'\nprograms = ['NONE']",
            "line 2, column 1: program \"NONE\" is not defined",
        ),
        (
            "[[card_program]]\nid = 'X'\nprograms = ['GIFT']\nissue_when_associated = 'Y'",
            "coupon \"Y\" is not defined",
        ),
        (
            "[[program]]\nid = 'G2'\nkind = 'tender'\n[[card_program]]\nid = 'X'\nprograms = ['GIFT', 'G2']",
            "one tender program at most",
        ),
        ("[[program]]\nid = 'GIFT'\nkind = 'award'", "the program is of the kind tender already"),
        ("[[program]]\nid = 'P'\nkind = 'boat'", "line 3, column 8: expected tender, loyalty or award"),
        ("[[program]]\nid = 'P'\nkind = 'award'\nexpiry = 5", "line 4, column 10: expected a date"),
        (
            "[[program]]\nid = 'P'\nkind = 'award'\ninitial_balance = -1",
            "line 4, column 19: expected an amount",
        ),
        ("[[coupon]]\nname = 'C'\nvalid_days = 99999", "line 3, column 14: expected at most"),
        ("[[promotion]]\nid = 'P'\ntargets = ['x']", "line 3, column 12: expected a CustomerID"),
        (
            "[[card]]\nnumber = 7001\ncard_program = 'SEASON'",
            "line 2, column 10: expected a number of 1 to 60",
        ),
        (
            "[[card]]\nnumber = '7001'\ncard_program = 'SEASON'\npin = 4711",
            "line 4, column 7: expected a PIN",
        ),
        ("[[card]]\nnumber = '7001'\ncard_program = 'SEASON'\ncolour = 1", "unknown field `colour`"),
        ("[[card]]\nnumber = '7001'\ncard_program = 'NONE'", "line 1, column 1: no card program has this id"),
    ];
    for (text, expected) in cases {
        let loaded = load(&world.gateway, text.as_bytes(), LoadOptions::default()).await.unwrap();
        let told: Vec<_> = loaded.problems.iter().map(ToString::to_string).collect();
        assert!(told.len() == 1 && told[0].contains(expected), "{text}: {told:?}");
        assert!(loaded.changes.is_empty() && loaded.cards.all() == 0, "{loaded:?}");
        assert!(!told[0].contains("7001") && !told[0].contains("4711"), "{told:?}");
    }
}

#[tokio::test]
async fn cards_and_what_they_are_for_are_shown() {
    let world = shop().await;
    let shown =
        |kind| serde_json::to_string(&show::entries(&world.gateway.reference.get(), kind, None)).unwrap();
    assert!(shown(Kind::Program).contains(r#"{"kind":"program","id":"GIFT","type":"tender","active":true,"#));
    assert!(shown(Kind::CardProgram).contains(r#""programs":["GIFT"],"pin_required":false"#));
    assert_eq!(shown(Kind::Coupon), r#"[{"kind":"coupon","name":"WELCOME ABOARD","valid_days":null}]"#);
    assert_eq!(shown(Kind::Promotion), r#"[{"kind":"promotion","id":"SPRING REGATTA","targets":[]}]"#);
    let card =
        serde_json::to_string(&show_card(&*world.gateway.store, "6006490000000002").await.unwrap()).unwrap();
    assert!(
        card.contains("************0002") && !card.contains("60064900") && !card.contains("4711"),
        "{card}"
    );
}
