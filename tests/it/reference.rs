//! `castile load`, `show` and `history` as a user meets them, alone and beside a running server.
//!
//! Deliberately absent: every mistake that a file can have, which unit tests list.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use super::support::{Client, Server, alone_and_beside, castile, check, run, soap};

const SHOP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/reference/shop.toml");

#[track_caller]
fn check_run(folder: &Path, arguments: &[&str], code: i32, words: &[&str]) -> String {
    check(&run(folder, arguments), code, words)
}

fn add(client: &mut Client, content: &str) -> super::support::Answer {
    client.post(&soap::envelope(&soap::customer("addCustomer", content)))
}

#[test]
fn a_file_is_loaded_shown_and_loaded_again_without_a_change() {
    alone_and_beside(|folder| {
        let planned = check_run(
            folder,
            &["load", "--dry-run", SHOP],
            0,
            &["9 would be added, 0 would be updated, 0 unchanged"],
        );
        assert!(planned.contains("would add attribute_type Boat Length\n"), "{planned}");
        check_run(folder, &["show", "retail_location"], 0, &["there is none"]);
        check_run(folder, &["load", SHOP], 0, &["shop.toml: 9 added, 0 updated, 0 unchanged"]);
        check_run(folder, &["load", SHOP], 0, &["0 added, 0 updated, 9 unchanged"]);
        let shown = check_run(folder, &["show", "retail_location"], 0, &[]);
        assert_eq!(shown, "ID    NAME\n0301  Pier shop\n0302  Lighthouse shop\nWEB   Web shop\n");
        let shown = check_run(folder, &["show", "attribute_type", "Boat Length", "--json"], 0, &[]);
        let expected =
            r#"{"kind":"attribute_type","name":"Boat Length","type":"Number","unique":true,"editable":true}"#;
        assert_eq!(shown.trim_end(), expected);
        let changed = std::fs::read_to_string(SHOP).unwrap().replace("Pier shop", "Old pier");
        std::fs::write(folder.join("shop.toml"), changed).unwrap();
        let planned =
            check_run(folder, &["load", "--dry-run", "shop.toml"], 0, &["1 would be updated, 8 unchanged"]);
        assert_eq!(planned, "would update retail_location 0301\n    name: \"Pier shop\" -> \"Old pier\"\n");
        check_run(folder, &["load", "shop.toml"], 0, &["0 added, 1 updated, 8 unchanged"]);
        assert!(check_run(folder, &["show", "retail_location", "0301"], 0, &[]).contains("Old pier"));
    });
}

#[test]
fn a_bad_line_is_named_and_loads_nothing_unless_the_rest_is_asked_for() {
    alone_and_beside(|folder| {
        let text = "[[retail_location]]\nid = \"1\"\n[[retail_location]]\nid = 2\n[[vessel]]\nid = \"P\"\n";
        std::fs::write(folder.join("bad.toml"), text).unwrap();
        let mistakes = [
            "bad.toml: line 4, column 6: ",
            "bad.toml: line 5, column 3: \"vessel\" is no kind",
            "retail_location",
        ];
        let refused = [&mistakes[..], &["nothing of bad.toml was loaded", "--keep-going"]].concat();
        check_run(folder, &["load", "bad.toml"], 65, &refused);
        check_run(folder, &["show", "retail_location"], 0, &["there is none"]);
        let rest = [&mistakes[..], &["1 added", "left out"]].concat();
        check_run(folder, &["load", "--keep-going", "bad.toml"], 1, &rest);
        assert_eq!(check_run(folder, &["show", "retail_location"], 0, &[]), "ID  NAME\n1\n");
    });
}

#[test]
fn wrong_input_is_refused_with_advice() {
    alone_and_beside(|folder| {
        check_run(folder, &["load", "missing.toml"], 66, &["missing.toml"]);
        check_run(folder, &["load"], 64, &["FILE"]);
        check_run(folder, &["show", "vessel"], 65, &["\"vessel\"", "alternate_key_type"]);
        check_run(folder, &["show", "retail_location", "9"], 65, &["there is no retail_location \"9\""]);
        check_run(folder, &["history", "4711"], 65, &["no customer"]);
        check_run(folder, &["history", "TWCUSTID:1"], 65, &["no customer"]);
        check_run(folder, &["history", "1", "--last", "0"], 64, &["--last"]);
        std::fs::write(folder.join("latin.toml"), b"# caf\xe9\n").unwrap();
        check_run(folder, &["load", "latin.toml"], 65, &["latin.toml: line 1, column 6: expected UTF-8"]);
        let large = std::fs::File::create(folder.join("large.toml")).unwrap();
        large.set_len(16 * 1024 * 1024 + 1).unwrap();
        check_run(folder, &["load", "large.toml"], 65, &["large.toml", "split"]);
    });
}

#[test]
fn a_file_can_come_through_stdin() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = castile(folder.path(), &["load", "-"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"[[retail_location]]\nid = \"7\"\n[x]\n").unwrap();
    check(&child.wait_with_output().unwrap(), 65, &["stdin: line 3, column 2: "]);
}

#[test]
fn a_running_server_knows_loaded_data_at_once_and_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let mut client = server.client();
    let keyed = |id: &str| soap::key("WEBSHOP", id) + &soap::name("Ida", "Moen");
    let refused = add(&mut client, &keyed("1"));
    assert_eq!((refused.status, refused.text("Code")), (500, "INVALID_ATTRIBUTE_VALUE"));
    check_run(folder.path(), &["load", SHOP], 0, &["9 added"]);
    assert_eq!(add(&mut client, &keyed("1")).text("Outcome"), "Added");
    server.stop();
    let server = Server::start(folder.path());
    assert_eq!(add(&mut server.client(), &keyed("2")).text("Outcome"), "Added");
    server.stop();
}

#[test]
fn retail_locations_are_checked_where_that_is_switched_on() {
    let folder = tempfile::tempdir().unwrap();
    check_run(folder.path(), &["load", SHOP], 0, &[]);
    let located = |signup: &str, home: &str| {
        format!(
            "<RetailStoreID>{signup}</RetailStoreID><Affiliation><RetailStoreID>{home}</RetailStoreID></Affiliation>{}",
            soap::name("Ida", "Moen")
        )
    };
    let server = Server::start(folder.path());
    assert_eq!(add(&mut server.client(), &located("nowhere", "nowhere")).text("Outcome"), "Added");
    server.stop();
    let mut command = castile::<&str>(folder.path(), &[]);
    command.env("CASTILE_RETAIL_LOCATIONS__CHECK", "true").args(["--listen", "127.0.0.1:0"]);
    let server = Server::spawn(&mut command);
    let mut client = server.client();
    assert_eq!(add(&mut client, &located("0301", "WEB")).text("Outcome"), "Added");
    for (signup, home, field) in
        [("nowhere", "WEB", "Customer/RetailStoreID"), ("0301", "0303", "Customer/Affiliation/RetailStoreID")]
    {
        let refused = add(&mut client, &located(signup, home));
        assert_eq!((refused.text("Code"), refused.text("Field")), ("INVALID_ATTRIBUTE_VALUE", field));
        assert!(!refused.body.contains("nowhere") && !refused.body.contains("0303"));
    }
    server.stop();
}

#[test]
fn history_tells_who_changed_what_alone_and_beside_a_server() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let mut client = server.client();
    add(&mut client, &(soap::name("Ola", "Nes") + &soap::key("TWCUSTID", "other")));
    let added = add(&mut client, &(soap::name("Ida", "Moen") + &soap::key("TWCUSTID", "a:7")));
    let id = added.text("CustomerID").to_owned();
    let change = format!(
        "<CustomerID>{id}</CustomerID>{}<CustomerNotes><CustomerNote>Boat\u{9b} in May</CustomerNote></CustomerNotes>",
        soap::name("Ida", "Lund")
    );
    let changed = client.post(&soap::envelope(&soap::customer("addOrUpdateCustomer", &change)));
    let request = changed.header("x-request-id").unwrap().to_owned();

    let beside = check_run(folder.path(), &["history", "TWCUSTID:a:7"], 0, &[]);
    let log = server.stop();
    assert!(!log.contains("Moen") && !log.contains("a:7"), "{log}");
    let alone = check_run(folder.path(), &["history", &id], 0, &[]);
    assert_eq!(alone, beside);
    let headlines: Vec<_> = alone.lines().filter(|line| !line.starts_with(' ')).collect();
    assert_eq!(headlines.len(), 2, "{alone}");
    assert!(
        headlines[0].contains(&format!("addOrUpdateCustomer by anonymous, customer {id}, request {request}"))
    );
    assert!(headlines[1].contains("addCustomer by anonymous"));
    for line in [
        "    individual.last_name: \"Moen\" -> \"Lund\"\n",
        "    individual.last_name: (nothing) -> \"Moen\"\n",
        "    notes[1].text: (nothing) -> \"Boat\\u{9b} in May\"\n",
        "    alternate_keys[TWCUSTID:a:7].active: (nothing) -> true\n",
    ] {
        assert!(alone.contains(line), "{line} is missing in {alone}");
    }
    let last = check_run(folder.path(), &["history", &id, "--last", "1", "--json"], 0, &[]);
    assert_eq!(last.lines().count(), 1);
    assert!(last.starts_with("{\"change\":{\"commit\":") && last.contains(&request), "{last}");
}
