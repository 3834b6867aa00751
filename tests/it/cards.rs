//! Cards as a till and an administrator meet them: loaded, shown, given to a customer and bought with.
//!
//! Deliberately absent: every mistake that a line can have, each refusal of an association and PINs, which unit tests list.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use super::support::{self, Answer, Client, Server, run, soap};

const TOML: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/reference/cards.toml");
const CSV: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/reference/cards.csv");
/// A card of the TOML file without a PIN, and one with the PIN 4711.
const CARD: &str = "6006490000000001";
const CARD_WITH_PIN: &str = "6006490000000002";

/// stdout of a command that must end with this code and these words on stderr, where no card number ever stands.
#[track_caller]
fn check(folder: &Path, arguments: &[&str], code: i32, words: &[&str]) -> String {
    let output = run(folder, arguments);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(!stderr.contains("600649"), "{stderr}");
    support::check(&output, code, words)
}

/// As [`support::alone_and_beside`]; neither a card number nor a PIN stands in the server's log.
fn alone_and_beside(test: impl Fn(&Path)) {
    let log = support::alone_and_beside(test);
    assert!(!log.contains("600649") && !log.contains("4711"), "{log}");
}

#[test]
fn k_8_cards_of_both_files_are_loaded_once_and_shown_masked() {
    alone_and_beside(|folder| {
        check(folder, &["load", TOML], 0, &["cards.toml: 11 added, 0 updated, 0 unchanged"]);
        check(folder, &["load", "--dry-run", CSV], 0, &["cards.csv: 3 cards would be added"]);
        let first = "cards.csv: 3 cards added, 0 updated, 0 unchanged, 0 lines left out";
        check(folder, &["load", CSV], 0, &[first]);
        let shown = check(folder, &["show", "card", CARD_WITH_PIN], 0, &[]);
        check(folder, &["load", TOML], 0, &["cards.toml: 0 added, 0 updated, 11 unchanged"]);
        let again = "cards.csv: 0 cards added, 0 updated, 3 unchanged, 0 lines left out";
        check(folder, &["load", CSV], 0, &[again]);
        assert_eq!(check(folder, &["show", "card", CARD_WITH_PIN], 0, &[]), shown);
        for line in ["number: ************0002\n", "serial: SC-0002\n", "pin: yes\n", "expiry: 2099-12-31\n"]
        {
            assert!(shown.contains(line), "{line:?} is missing in {shown}");
        }
        let json = check(folder, &["show", "card", CARD_WITH_PIN, "--json"], 0, &[]);
        for shown in [shown, json] {
            assert!(!shown.contains(CARD_WITH_PIN) && !shown.contains("4711"), "{shown}");
        }
        check(folder, &["show", "card", "6006490000000009"], 65, &["no card with this number"]);
    });
}

#[test]
fn k_8_a_bad_line_is_named_and_does_not_stop_the_rest() {
    alone_and_beside(|folder| {
        check(folder, &["load", TOML], 0, &[]);
        let text = "number,card_program,pin,expiry\n6006490000000011,SEASON,,\n6006490000000012,SEASON,,soon\n\
                    6006490000000013,NO SUCH,,\n6006490000000014,SEASON,0815,2099-12-31\n";
        std::fs::write(folder.join("bad.csv"), text).unwrap();
        let told = ["bad.csv: line 3: expiry: expected a date", "bad.csv: line 4: no card program"];
        let rest = [&told[..], &["2 cards added, 0 updated, 0 unchanged, 2 lines left out"]].concat();
        check(folder, &["load", "bad.csv"], 1, &rest);
        let again = [&told[..], &["0 cards added, 0 updated, 2 unchanged, 2 lines left out"]].concat();
        check(folder, &["load", "bad.csv"], 1, &again);
        for (number, code) in [("11", 0), ("12", 65), ("13", 65), ("14", 0)] {
            check(folder, &["show", "card", &format!("60064900000000{number}")], code, &[]);
        }
    });
}

#[track_caller]
fn send(client: &mut Client, request: &str) -> Answer {
    let answer = client.post(&soap::envelope(request));
    assert_eq!(answer.status, 200, "{request}: {}", answer.body);
    assert!(!answer.body.contains("600649"), "a card number is told: {}", answer.body);
    answer
}

#[test]
fn k_1_a_card_of_a_customer_is_seen_everywhere_and_bought_with() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let mut client = server.client();
    // Loaded beside the server, which knows them at once.
    check(folder.path(), &["load", TOML], 0, &[]);
    let key = soap::key("XSTORE_ID", "1");
    send(&mut client, &soap::customer("addCustomer", &soap::key("XSTORE_ID", "another")));
    let added = send(&mut client, &soap::customer("addCustomer", &(soap::name("Ida", "Moen") + &key)));
    let id = added.text("CustomerID");
    let number = format!("<CardNumber>{CARD}</CardNumber>");

    let associated = send(&mut client, &soap::association(CARD, &key));
    assert_eq!((associated.text("CustomerID"), associated.text("CardNumber")), (id, "************0001"));
    assert_eq!(associated.text("Name"), "WELCOME ABOARD");
    let again = send(&mut client, &soap::association(CARD, &key));
    assert_eq!((again.text("CustomerID"), again.find_text("Name")), (id, None));

    let instrument = send(&mut client, &soap::instrument(CARD));
    assert_eq!((instrument.text("InstrumentID"), instrument.text("Active")), ("SC-0001", "true"));
    assert_eq!((instrument.text("CustomerID"), instrument.text("Name")), (id, "WELCOME ABOARD"));

    let sale = format!(
        "<TransactionID>T-1</TransactionID>{number}<RetailStoreID>0301</RetailStoreID>\
         <BusinessDate>2024-05-18</BusinessDate><SalesAmount>84.97</SalesAmount>"
    );
    assert_eq!(send(&mut client, &soap::transaction(&sale)).text("TransactionID"), "T-1");
    check(folder.path(), &["show", "card", CARD], 0, &[]);
    server.stop();

    let server = Server::start(folder.path());
    for named in [&number, &key] {
        let found = send(&mut server.client(), &soap::retrieve(named));
        assert_eq!((found.text("CustomerID"), found.text("CardNumber")), (id, "************0001"));
        assert_eq!((found.text("SalesAmount"), found.text("TransactionCount")), ("84.97", "1"));
    }
    let shown = check(folder.path(), &["show", "card", CARD], 0, &[]);
    assert!(shown.contains(&format!("customers: {id}\n")) && shown.contains("WELCOME ABOARD"), "{shown}");
    server.stop();
}

/// Retrieves the card that has a PIN, with that PIN.
fn with_pin() -> String {
    let pin = "<AuthenticationData>4711</AuthenticationData></retrieve";
    soap::instrument(CARD_WITH_PIN).replace("</retrieve", pin)
}

/// A server without the key of the PINs does not start, and says which file is wrong and what to do.
#[test]
fn k_4_a_server_without_the_right_pin_key_does_not_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    check(path, &["load", TOML], 0, &[]);
    let file = path.join("castile-data/card-pin.key");
    let key = std::fs::read(&file).unwrap();
    let refused = |words: &[&str]| {
        let words = [&["card-pin.key", "castile-data"], words].concat();
        check(path, &["serve", "--listen", "127.0.0.1:0"], 78, &words);
    };
    std::fs::set_permissions(&file, Permissions::from_mode(0o640)).unwrap();
    refused(&["chmod it to 600"]);
    std::fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    std::fs::write(&file, "short").unwrap();
    refused(&["holds no key", "backup"]);
    std::fs::write(&file, [7; 32]).unwrap();
    refused(&["another key", "backup", "castile load"]);
    std::fs::remove_file(&file).unwrap();
    refused(&["is not there", "backup", "castile load", "allow_wrong_pin_key"]);
    let mut command = support::castile::<&str>(path, &["--listen", "127.0.0.1:0"]);
    let server = Server::spawn(command.env("CASTILE_ALLOW_WRONG_PIN_KEY", "true"));
    send(&mut server.client(), &soap::instrument(CARD));
    assert_eq!(server.client().post(&soap::envelope(&with_pin())).status, 503);
    server.stop();
    // What is promised: the cards again make all well, under a new key.
    check(path, &["load", TOML], 0, &["updated"]);
    assert_ne!(std::fs::read(&file).unwrap(), key);
    Server::start(path).stop();
}

/// A key that goes bad under a running server refuses what brings a PIN, for now.
#[test]
fn k_4_a_pin_key_that_goes_bad_later_is_told_callers_as_not_now() {
    let folder = tempfile::tempdir().unwrap();
    check(folder.path(), &["load", TOML], 0, &[]);
    let server = Server::start(folder.path());
    let file = folder.path().join("castile-data/card-pin.key");
    let key = std::fs::read(&file).unwrap();
    let request = with_pin();
    std::fs::write(&file, [7; 32]).unwrap();
    let refused = server.client().post(&soap::envelope(&request));
    assert_eq!((refused.status, refused.text("Code")), (503, "SERVICE_UNAVAILABLE"), "{}", refused.body);
    assert!(refused.header("retry-after").is_some() && refused.text("faultstring").contains("PINs"));
    assert_eq!(server.client().post(&soap::envelope(&soap::instrument(CARD))).status, 200, "others go on");
    std::fs::write(&file, key).unwrap();
    send(&mut server.client(), &request);
    let log = server.stop();
    assert!(log.contains("under another key") && !log.contains("600649"), "{log}");
}
