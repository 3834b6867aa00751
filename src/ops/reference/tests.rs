//! Files, right and wrong, and what they leave in the store.

use std::sync::Arc;

use super::file::read;
use super::*;
use crate::domain::error::Code;
use crate::domain::reference::Kind;
use crate::ops::testing::{World, alternate_key, assert_code, customer_request};
use crate::store::{Fault, FaultyStore, MemoryStore, Store};

const KEY_TYPE: &str = "[[alternate_key_type]]\ncode = \"LOYALTY\"\ndescription = \"Club card\"\n";
const LOCATION: &str = "[[retail_location]]\nid = \"17\"\nname = \"Harbour\"\n";
const LIST: &str =
    "[[attribute_type]]\nname = \"Shoe Size\"\ntype = \"List\"\nvalues = [\"41\", \"42\"]\nunique = true\n";

const NORMAL: LoadOptions = LoadOptions { dry_run: false, keep_going: false };
const DRY_RUN: LoadOptions = LoadOptions { dry_run: true, keep_going: false };
const KEEP_GOING: LoadOptions = LoadOptions { dry_run: false, keep_going: true };

/// The problems of a file, and the codes of the entries that are right.
fn check(text: &str, problems: &[&str], codes: &[&str]) {
    let file = read(text);
    let found: Vec<_> = file.problems.iter().map(ToString::to_string).collect();
    assert_eq!(found.len(), problems.len(), "{text}\n{found:#?}");
    for (found, expected) in found.iter().zip(problems) {
        for part in expected.split('…') {
            assert!(found.contains(part), "{part:?} is missing in {found:?}");
        }
    }
    let mut left: Vec<_> = file.entries.iter().map(|(code, _)| code.as_str()).collect();
    left.sort_unstable();
    assert_eq!(left, codes, "{text}");
}

#[test]
fn a_3_a_fresh_store_knows_five_key_types() {
    let reference = parse(DEFAULT_REFERENCE).unwrap();
    let codes: Vec<_> = reference.alternate_key_types.keys().map(String::as_str).collect();
    assert_eq!(codes, ["EMAIL", "PHONE", "TWCUSTID", "XSTORE_CUST_ID", "XSTORE_ID"]);
}

#[test]
fn v_13_a_code_is_as_long_as_a_request_can_bring_it() {
    use crate::wire::customer::size;
    assert_eq!(entry::CODE_CHARACTERS_MAX, size::CODE);
    assert_eq!(entry::NAME_CHARACTERS_MAX, size::NAME);
    assert_eq!(entry::TEXT_CHARACTERS_MAX, size::OTHER);
}

#[test]
fn example_files_are_right() {
    let shop = parse(include_str!("../../../examples/reference/shop.toml")).unwrap();
    assert!(!shop.alternate_key_types.is_empty() && !shop.attribute_types.is_empty());
    assert!(!shop.retail_locations.is_empty());
}

#[test]
fn a_mistake_is_named_with_line_and_column_and_spoils_its_entry_only() {
    let attribute = |rest: &str| format!("{LOCATION}[[attribute_type]]\nname = \"Size\"\n{rest}\n");
    for (rest, problem) in [
        ("type = \"Tree\"", "line 6, column 8: …Tree…Text"),
        ("type = \"List\"", "line 6, column 8: a List needs `values`"),
        ("type = \"List\"\nvalues = []", "line 7, column 10: expected 1 to 1000 values"),
        ("type = \"List\"\nvalues = [\"a\", \"a\"]", "line 7, column 16: …twice"),
        ("type = \"List\"\nvalues = [\"a\", \" b\"]", "line 7, column 16: expected 1 to 250 characters"),
        ("type = \"Text\"\nvalues = [\"a\"]", "line 7, column 10: only a List"),
        ("type = \"Text\"\ncolour = 1", "line 7, column 1: …colour…editable"),
        ("type = \"Text\"\nunique = 'yes'", "line 7, column 10: …boolean"),
        ("unique = true", "line 4, column 1: missing field `type`"),
        ("type = \"Text\"\ntype = \"Text\"", "line 7, column 1: duplicate key"),
    ] {
        check(&attribute(rest), &[problem], &["17"]);
    }
    let long = "x".repeat(61);
    check(&format!("[[retail_location]]\nid = \"{long}\""), &["line 2, column 6: expected 1 to 60"], &[]);
    check("[[retail_location]]\nid = ''", &["line 2, column 6: expected 1 to 60"], &[]);
    check("[[retail_location]]\nid = \"a\\u0000b\"", &["line 2, column 6: …control"], &[]);
    check("[[retail_location]]\nid = 17", &["line 2, column 6: …string"], &[]);
    check(
        "[[retail_location]]\nid = 'ä'\nname = 'ö' #\n[[retail_location]]\nid = 'ä'",
        &["line 5, column 6: …line 2"],
        &["ä"],
    );
    check("[retail_location]\nid = '1'", &["line 1, column 2: expected [[retail_location]]"], &[]);
    check("retail_location = [1]", &["line 1, column 20: "], &[]);
    check("", &[], &[]);
}

#[test]
fn a_file_is_utf_8_with_or_without_a_mark() {
    check(&format!("\u{feff}{LOCATION}"), &[], &["17"]);
    let file = super::file::read_bytes(b"[[retail_location]]\nid = 'caf\xe9'\n");
    assert_eq!(
        file.problems[0].to_string(),
        "line 2, column 10: expected UTF-8; save the file in that encoding"
    );
    assert!(file.entries.is_empty());
}

#[test]
fn kinds_that_are_not_known_are_refused_with_those_that_are() {
    let text = format!("{LOCATION}[[shelf]]\nid = \"P\"\n[[shelf]]\nid = \"Q\"\n{KEY_TYPE}\n");
    let expected =
        "line 4, column 3: \"shelf\" is no kind…alternate_key_type, attribute_type, retail_location";
    check(&text, &[expected], &["17", "LOYALTY"]);
    check("size = 1", &["line 1, column 1: \"size\" is no kind"], &[]);
}

#[test]
fn a_line_that_is_no_toml_spoils_the_entry_it_stands_in() {
    let broken = "[[retail_location]]\nid = \"18\nname = \"x\"\n";
    check(&format!("{KEY_TYPE}{broken}{LOCATION}"), &["line 5, column 9: "], &["17", "LOYALTY"]);
    check(
        &format!("{KEY_TYPE}[[retail_location]]\nid = \n{LOCATION}"),
        &["line 5, column "],
        &["17", "LOYALTY"],
    );
    let file = read(&format!("{KEY_TYPE}[[retail_location]\nid = \"18\"\n{LOCATION}"));
    assert!(!file.problems.is_empty());
    assert!(file.problems[0].line == 4 && file.entries.iter().all(|(code, _)| code != "18"), "{file:?}");
}

/// `added retail_location 17`, and how many were there already.
fn told(loaded: &Loaded) -> (Vec<String>, usize) {
    let told = |change: &EntryChange| {
        let fields: Vec<_> = change.fields.iter().map(|field| field.field.as_str()).collect();
        format!("{:?} {} {} {}", change.change, change.kind, change.code, fields.join(" "))
            .trim_end()
            .to_owned()
    };
    let mut changes: Vec<_> = loaded.changes.iter().map(told).collect();
    changes.sort();
    (changes, loaded.unchanged)
}

async fn load_into(world: &World, text: &str, options: LoadOptions) -> (Vec<String>, usize) {
    told(&load(&world.gateway, text.as_bytes(), options).await.unwrap())
}

fn lines(lines: &[&str]) -> Vec<String> {
    lines.iter().map(|line| line.to_string()).collect()
}

#[tokio::test]
async fn what_is_new_is_added_what_differs_is_updated_the_same_again_changes_nothing() {
    let world = World::new();
    let text = format!("{KEY_TYPE}{LIST}{LOCATION}");
    let all =
        ["Added alternate_key_type LOYALTY", "Added attribute_type Shoe Size", "Added retail_location 17"];
    assert_eq!(load_into(&world, &text, NORMAL).await, (lines(&all), 0));
    let commit = world.gateway.store.health().await.last_commit;
    assert_eq!(load_into(&world, &text, NORMAL).await, (vec![], 3));
    assert_eq!(world.gateway.store.health().await.last_commit, commit);
    let changed =
        text.replace("\"42\"", "\"43\"").replace("unique = true", "").replace("Harbour", "Old Harbour");
    let updated = ["Updated attribute_type Shoe Size unique values[2]", "Updated retail_location 17 name"];
    assert_eq!(load_into(&world, &changed, NORMAL).await, (lines(&updated), 1));
    let name = &world.gateway.reference.get().retail_locations["17"];
    assert_eq!(name, "Old Harbour");
}

#[tokio::test]
async fn a_dry_run_tells_the_same_and_stores_nothing() {
    let world = World::new();
    load(&world.gateway, LOCATION.as_bytes(), NORMAL).await.unwrap();
    let (before, commit) = (world.gateway.reference.get(), world.gateway.store.health().await.last_commit);
    let text = format!("{KEY_TYPE}{}", LOCATION.replace("Harbour", "Old Harbour"));
    let dry = load(&world.gateway, text.as_bytes(), DRY_RUN).await.unwrap();
    assert_eq!(world.gateway.store.health().await.last_commit, commit);
    assert_eq!(world.gateway.reference.get(), before);
    assert_eq!(load(&world.gateway, text.as_bytes(), NORMAL).await.unwrap(), dry);
    assert_ne!(world.gateway.reference.get(), before);
}

#[tokio::test]
async fn a_file_with_a_problem_loads_nothing_unless_the_rest_is_asked_for() {
    let world = World::new();
    let text = format!("{LOCATION}[[retail_location]]\nname = \"x\"\n{KEY_TYPE}");
    let before = world.gateway.reference.get();
    let refused = load(&world.gateway, text.as_bytes(), NORMAL).await.unwrap();
    assert_eq!((told(&refused), refused.problems.len()), ((vec![], 0), 1));
    assert_eq!(world.gateway.reference.get(), before);
    let rest = load(&world.gateway, text.as_bytes(), KEEP_GOING).await.unwrap();
    let added = lines(&["Added alternate_key_type LOYALTY", "Added retail_location 17"]);
    assert_eq!((told(&rest), rest.problems), ((added, 0), refused.problems));
}

#[tokio::test]
async fn requests_are_judged_by_loaded_data_at_once_and_after_a_restart() {
    let store = Arc::new(MemoryStore::default());
    let world = World::on(store.clone());
    let request = customer_request("addCustomer", &alternate_key("LOYALTY", "5"));
    assert_code(&world.refused(&request).await, Code::InvalidAttributeValue);
    load(&world.gateway, KEY_TYPE.as_bytes(), NORMAL).await.unwrap();
    world.send(&request).await.unwrap();
    let reopened = open(&*store).await.unwrap();
    assert_eq!(reopened, *world.gateway.reference.get());
    assert!(reopened.alternate_key_types.contains_key("XSTORE_ID"));
}

#[tokio::test]
async fn a_fresh_store_is_given_its_reference_data_once() {
    let store = MemoryStore::default();
    let first = open(&store).await.unwrap();
    assert_eq!(first, parse(DEFAULT_REFERENCE).unwrap());
    let commit = store.health().await.last_commit;
    assert_eq!(open(&store).await.unwrap(), first);
    assert_eq!(store.health().await.last_commit, commit);
    assert!(store.read_log(0, 1).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_store_that_takes_no_writes_starts_all_the_same_and_is_given_them_later() {
    let store = Arc::new(FaultyStore::new(MemoryStore::default()));
    store.fail_commit(1, Fault::Refused);
    assert_eq!(open(&*store).await.unwrap(), parse(DEFAULT_REFERENCE).unwrap());
    let world = World::on(store.clone());
    load(&world.gateway, LOCATION.as_bytes(), NORMAL).await.unwrap();
    let stored = open(&*store).await.unwrap();
    assert!(stored.retail_locations.contains_key("17") && stored.alternate_key_types.contains_key("EMAIL"));
}

#[tokio::test]
async fn a_large_file_takes_several_commits_and_goes_on_after_a_failure() {
    let store = Arc::new(FaultyStore::new(MemoryStore::default()));
    let world = World::on(store.clone());
    open(&*store).await.unwrap();
    let text: String = (0..20_001).map(|id| format!("[[retail_location]]\nid = \"{id}\"\n")).collect();
    store.fail_commit(3, Fault::Refused);
    assert_code(&load(&world.gateway, text.as_bytes(), NORMAL).await.unwrap_err(), Code::ServiceUnavailable);
    assert_eq!(world.gateway.reference.get().retail_locations.len(), 10_000);
    let rest = load(&world.gateway, text.as_bytes(), NORMAL).await.unwrap();
    assert_eq!((rest.changes.len(), rest.unchanged), (10_001, 10_000));
    assert_eq!(open(&*store).await.unwrap().retail_locations.len(), 20_001);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn files_loaded_at_the_same_time_are_all_there_in_the_end() {
    let world = Arc::new(World::new());
    let one = |number| {
        let world = Arc::clone(&world);
        let text = LOCATION.replace("Harbour", &format!("Name {number}"));
        let own = format!("[[retail_location]]\nid = \"own {number}\"\n");
        tokio::spawn(async move { load(&world.gateway, (text + &own).as_bytes(), NORMAL).await.unwrap() })
    };
    let tasks: Vec<_> = (0..16).map(one).collect();
    for task in tasks {
        task.await.unwrap();
    }
    let current = world.gateway.reference.get();
    assert_eq!(current.retail_locations.len(), 17);
    assert_eq!(*current, open(&*world.gateway.store).await.unwrap());
}

#[test]
fn entries_are_shown_in_the_words_of_a_file() {
    let reference = parse(&format!("{KEY_TYPE}{LIST}{LOCATION}")).unwrap();
    let shown = |kind, code| serde_json::to_string(&show::entries(&reference, kind, code)).unwrap();
    assert_eq!(
        shown(Kind::AlternateKeyType, None),
        r#"[{"kind":"alternate_key_type","code":"LOYALTY","description":"Club card"}]"#
    );
    assert_eq!(
        shown(Kind::AttributeType, Some("Shoe Size")),
        r#"[{"kind":"attribute_type","name":"Shoe Size","type":"List","values":["41","42"],"unique":true,"editable":true}]"#
    );
    assert_eq!(
        shown(Kind::RetailLocation, None),
        r#"[{"kind":"retail_location","id":"17","name":"Harbour"}]"#
    );
    assert_eq!(shown(Kind::RetailLocation, Some("18")), "[]");
}
