//! `castile export`, `import` and `check` through the real program, alone and beside a running server.
//!
//! Deliberately absent: every way in which a store can be damaged, which stands beside the engine and the check.

use std::fs;
use std::path::Path;
use std::process::Output;

use castile::domain::identity::AlternateKey;
use castile::store::record::key as stored_key;
use castile::store::{Change, SledOptions, SledStore, Store};
use tempfile::{TempDir, tempdir};

use super::support::{Server, run, soap};

const CUSTOMERS: usize = 30;
const MESSAGE: &str = "urn:uuid:6f0d2c1e-2a53-4a5b-9a55-0d6c8f6f7a11";

/// Adds customers of some variety over SOAP, one of them twice changed, one with many notes.
fn fill(server: &Server) {
    let mut client = server.client();
    for number in 0..CUSTOMERS {
        let notes: String = (0..number * 7)
            .map(|note| format!("<CustomerNote>note {note} &lt;é&gt;</CustomerNote>"))
            .collect();
        let content = format!(
            "{}{}<CustomerNotes>{notes}</CustomerNotes>",
            soap::key("XSTORE_ID", &format!("K{number}")),
            soap::name("Ana", &format!("Last{number}"))
        );
        let answer = client.post(&soap::envelope(&soap::customer("addCustomer", &content)));
        assert_eq!(answer.text("Outcome"), "Added");
    }
    for source in ["web", "till"] {
        let content = format!("<CustomerID>2</CustomerID><Source>{source}</Source>");
        let answer = client.post(&soap::envelope(&soap::customer("addOrUpdateCustomer", &content)));
        assert_eq!(answer.text("Outcome"), "Updated");
    }
    // Customer 20 has more than one line of an export bears.
    for (who, count) in [(2, 1), (20, 70)] {
        for number in 0..count {
            let content = format!(
                "<TransactionID>{who}/{number}</TransactionID><CustomerID>{who}</CustomerID>\
                 <RetailStoreID>17</RetailStoreID><BusinessDate>2024-05-18</BusinessDate><SalesAmount>1.25</SalesAmount>"
            );
            assert_eq!(client.post(&soap::envelope(&soap::transaction(&content))).status, 200);
        }
    }
    client.post(&repeated());
}

fn repeated() -> String {
    let content = format!("<CustomerID>3</CustomerID>{}", soap::key("XSTORE_ID", "EXTRA"));
    soap::repeatable(MESSAGE, "addOrUpdateCustomer", &soap::customer("addOrUpdateCustomer", &content))
}

/// What retrieveCustomer answers for each customer, by id and by key.
fn retrieve_all(server: &Server) -> Vec<String> {
    let mut client = server.client();
    let mut retrieve = |identifier: &str| client.post(&soap::envelope(&soap::retrieve(identifier))).body;
    let mut answers = vec![retrieve(&soap::key("XSTORE_ID", "EXTRA"))];
    for number in 0..CUSTOMERS {
        answers.push(retrieve(&format!("<CustomerID>{}</CustomerID>", number + 1)));
        // The key of customer 3 was replaced; its refusal would name the request.
        if number != 2 {
            answers.push(retrieve(&soap::key("XSTORE_ID", &format!("K{number}"))));
        }
    }
    answers
}

#[track_caller]
fn ended(output: &Output, code: i32) -> (String, String) {
    let [stdout, stderr] =
        [&output.stdout, &output.stderr].map(|text| String::from_utf8_lossy(text).into_owned());
    assert_eq!(output.status.code(), Some(code), "{stdout}\n{stderr}");
    (stdout, stderr)
}

/// Runs a command that must succeed and find nothing; its stdout.
#[track_caller]
fn succeed(folder: &Path, arguments: &[&str]) -> String {
    ended(&run(folder, arguments), 0).0
}

/// The lines of an export but for the header, which holds the time.
fn documents(export: &str) -> Vec<&str> {
    export.lines().skip(1).collect()
}

/// A folder with a filled store, what a server answers from it, and its export.
fn filled() -> (TempDir, Vec<String>, String) {
    let folder = tempdir().unwrap();
    let server = Server::start(folder.path());
    fill(&server);
    let answers = retrieve_all(&server);
    let beside = succeed(folder.path(), &["export"]);
    assert_eq!(succeed(folder.path(), &["check"]), "");
    server.stop();
    let alone = succeed(folder.path(), &["export"]);
    assert_eq!(documents(&beside), documents(&alone));
    succeed(folder.path(), &["export", "--output", "all.jsonl"]);
    let file = fs::read_to_string(folder.path().join("all.jsonl")).unwrap();
    assert_eq!(documents(&file), documents(&alone));
    assert!(file.ends_with("}}\n"));
    ended(&run(folder.path(), &["export", "--output", "all.jsonl"]), 74);
    (folder, answers, file)
}

#[test]
fn an_export_imported_elsewhere_answers_byte_for_byte_as_before() {
    let (from, answers, _file) = filled();
    let file = from.path().join("all.jsonl");
    let file = file.to_str().unwrap();
    for beside_a_server in [false, true] {
        let folder = tempdir().unwrap();
        let server = beside_a_server.then(|| Server::start(folder.path()));
        succeed(folder.path(), &["import", file]);
        let once = succeed(folder.path(), &["export"]);
        succeed(folder.path(), &["import", file]);
        assert_eq!(documents(&succeed(folder.path(), &["export"])), documents(&once));
        assert_eq!(succeed(folder.path(), &["check"]), "");

        let server = server.unwrap_or_else(|| Server::start(folder.path()));
        for (answer, before) in retrieve_all(&server).iter().zip(&answers) {
            assert_eq!(answer, before);
            assert!(answer.contains("<CustomerID>"));
        }
        let mut client = server.client();
        let again = client.post(&repeated());
        assert_eq!((again.status, again.text("Outcome")), (200, "Updated"), "remembered, not run again");
        let new = client.post(&soap::envelope(&soap::customer("addCustomer", "<Source>web</Source>")));
        assert!(new.text("CustomerID").parse::<usize>().unwrap() > CUSTOMERS, "{}", new.body);
        server.stop();
        assert_eq!(succeed(folder.path(), &["check"]), "");
    }
}

#[test]
fn wrong_files_are_told_by_line_and_never_by_content() {
    let (_from, _answers, file) = filled();
    let mut lines: Vec<String> = file.lines().map(str::to_owned).collect();
    let whole = lines.clone();
    lines[4] = "{\"customer\":{\"record\":SECRET".to_owned();
    lines[6] = "{\"loyalty_card\":{\"number\":\"SECRET\"}}".to_owned();
    let broken = lines.join("\n") + "\n";
    let mut other_format = whole.clone();
    other_format[0] = "{\"export\":{\"format\":2,\"owner\":\"SECRET\"}}".to_owned();
    let mut shortened = whole.clone();
    shortened.remove(10);
    // Half of it, give or take a byte: times are of any length, and names hold more than ASCII.
    let half = (0..=file.len() / 2).rev().find(|at| file.is_char_boundary(*at)).unwrap();
    let cut = &file[..half];
    let customers = CUSTOMERS.to_string();
    let cases: [(&str, &str, i32, &[&str]); 7] = [
        (
            "a broken and an unknown line",
            &broken,
            1,
            &["line 5: is no JSON", "line 7: is no document", "2 records"],
        ),
        ("another format", &other_format.join("\n"), 65, &["line 1", "format 2", "format 1"]),
        ("a line taken out", &shortened.join("\n"), 65, &["its end line says", "changed"]),
        ("cut in the middle of a line", cut, 65, &["ends early", "cut short"]),
        ("empty", "", 65, &["cut short"]),
        ("no export", "SECRET\n", 65, &["line 1", "no JSON"]),
        ("whole", &file, 0, &["0 refused"]),
    ];
    for beside_a_server in [false, true] {
        let folder = tempdir().unwrap();
        let server = beside_a_server.then(|| Server::start(folder.path()));
        for (name, content, code, words) in &cases {
            fs::write(folder.path().join("in.jsonl"), content).unwrap();
            let (stdout, stderr) = ended(&run(folder.path(), &["import", "in.jsonl"]), *code);
            for word in *words {
                assert!(stderr.contains(word), "{name}: {word:?} is missing in {stderr}");
            }
            assert!(!(stderr + &stdout).contains("SECRET"), "{name}");
            assert_eq!(succeed(folder.path(), &["check"]), "", "{name}");
        }
        let export = succeed(folder.path(), &["export"]);
        let count = export.lines().filter(|line| line.starts_with("{\"customer\"")).count();
        assert_eq!(count.to_string(), customers, "the last file completed what the others began");
        drop(server);
    }
}

#[test]
fn a_check_names_what_is_wrong_and_exits_with_1() {
    let (folder, ..) = filled();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let store = SledStore::open(SledOptions::new(folder.path().join("castile-data/store"))).unwrap();
    let lost = AlternateKey { type_code: "XSTORE_ID".to_owned(), alternate_id: "K0".to_owned() };
    let mut change = Change::new();
    change.delete(stored_key::alternate(&lost));
    runtime.block_on(store.commit(change)).unwrap();
    drop(store);
    for beside_a_server in [false, true] {
        let server = beside_a_server.then(|| Server::start(folder.path()));
        let (findings, stderr) = ended(&run(folder.path(), &["check"]), 1);
        assert!(findings.starts_with("Customer 1: its AlternateKey #"), "{findings}");
        assert!(!findings.contains("K0") && stderr.contains("1 things are wrong"), "{stderr}");
        drop(server);
    }
}
