//! Batch files as people and callers meet them: `castile batch` alone and beside a running server, and over SOAP.
//!
//! Deliberately absent: folders, crashes and gateways side by side, which the tests of the runner prove.

use std::fs;
use std::path::Path;
use std::process::Stdio;

use rustix::process::{Pid, Signal, kill_process};

use super::support::{Server, alone_and_beside, castile, check, run, soap};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/batch/customers.xml");
/// More records than a server carries out before somebody can pause it.
const MANY: usize = 4_000;
/// More records than are carried out before somebody can interrupt a command, which has to ask the run that it carries out itself.
const MANY_ALONE: usize = 20_000;

#[track_caller]
fn check_run(folder: &Path, arguments: &[&str], code: i32, words: &[&str]) -> String {
    check(&run(folder, arguments), code, words)
}

/// The file `name` in `folder` with these records.
fn file(folder: &Path, name: &str, records: &str) {
    fs::write(folder.join(name), format!("<Customers>\n{records}</Customers>\n")).unwrap();
}

/// A record on a line of its own.
fn record(action: &str, content: &str) -> String {
    format!("<Customer Action=\"{action}\">{content}</Customer>\n")
}

/// Adds many customers.
fn many(records: usize) -> String {
    (1..=records).map(|number| record("Add", &soap::key("XSTORE_ID", &format!("many-{number}")))).collect()
}

/// One record that is carried out with a warning, and two that fail.
fn mixed() -> String {
    let found = soap::key("XSTORE_ID", "first");
    let unknown = soap::key("TWCUSTID", "nobody");
    record("Add", &format!("{found}<Source/>"))
        + &record("Add", &format!("<SignupDate>soon</SignupDate><CustomerID>47\"11</CustomerID>{unknown}"))
        + &record("Update", &format!("{unknown}<Source>web</Source>"))
}

#[track_caller]
fn holds(text: &str, words: &[&str]) {
    words.iter().for_each(|word| assert!(text.contains(word), "{word:?} is missing in:\n{text}"));
}

#[test]
fn a_file_whose_records_are_all_carried_out_ends_with_0() {
    alone_and_beside(|folder| {
        check_run(folder, &["batch", "list"], 0, &["no batch file was run yet", "castile batch run"]);
        let shown = check_run(folder, &["batch", "run", EXAMPLE], 0, &[]);
        holds(
            &shown,
            &["Completed\n", "3 read, 3 done, 0 failed", "manual\n", "customers.xml\n", "records/s"],
        );
        let again = check_run(folder, &["batch", "show", "1"], 0, &[]);
        assert_eq!(again, shown);
        let history = check_run(folder, &["history", "XSTORE_ID:1204-000801"], 0, &[]);
        holds(&history, &["customer_class", "Trade"]);
    });
}

#[test]
fn b_4_what_failed_is_reviewed_with_place_code_field_and_identifiers() {
    alone_and_beside(|folder| {
        file(folder, "mixed.xml", &mixed());
        let shown = check_run(
            folder,
            &["batch", "run", "mixed.xml", "--fileset", "f-1"],
            1,
            &["2 records failed", "review 1"],
        );
        holds(
            &shown,
            &["CompletedWithFailures\n", "3 read, 1 done, 2 failed", "f-1\n", "mixed_failures.xml\n"],
        );
        let told = check_run(folder, &["batch", "review", "1"], 0, &[]);
        holds(
            &told,
            &[
                "run 1, mixed.xml (CompletedWithFailures): 3 records read, 1 done, 2 failed\n",
                "record 2 (Add), line 3, byte ",
                ": INVALID_DATE_FORMAT at Customer/SignupDate\n",
                "    CustomerID 47\"11, TWCUSTID nobody\n",
                "record 3 (Update), line 4, byte ",
                ": CUSTOMER_NOT_FOUND\n",
                "1 warning\n",
                "record 1, line 2: EMPTY_ELEMENT Customer/Source: ",
            ],
        );
        let table = check_run(folder, &["batch", "review", "1", "--csv"], 0, &[]);
        check_csv(&table, &fs::read(folder.join("mixed.xml")).unwrap());
    });
}

#[track_caller]
fn check_csv(table: &str, file: &[u8]) {
    let mut reader = csv::Reader::from_reader(table.as_bytes());
    let head = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let cell = |row: usize, name: &str| &rows[row][head.iter().position(|column| column == name).unwrap()];
    let kinds: Vec<_> = (0..rows.len()).map(|row| (cell(row, "kind"), cell(row, "record"))).collect();
    assert_eq!(kinds, [("failure", "2"), ("failure", "3"), ("warning", "1")]);
    let failed = (cell(0, "code"), cell(0, "field"), cell(0, "customer_id"), cell(0, "alternate_keys"));
    assert_eq!(failed, ("INVALID_DATE_FORMAT", "Customer/SignupDate", "47\"11", "TWCUSTID:nobody"));
    assert_eq!((cell(1, "run"), cell(1, "file"), cell(1, "line")), ("1", "mixed.xml", "4"));
    for row in [0, 1] {
        let offset: usize = cell(row, "byte_offset").parse().unwrap();
        assert!(file[offset..].starts_with(b"<Customer Action="), "{offset}");
    }
}

#[test]
fn b_3_failures_are_tried_again_as_a_run_of_their_own() {
    alone_and_beside(|folder| {
        file(folder, "mixed.xml", &mixed());
        check_run(folder, &["batch", "run", "mixed.xml"], 1, &[]);
        let shown =
            check_run(folder, &["batch", "retry", "1"], 1, &["run 2 tries the failures of run 1 again"]);
        holds(&shown, &["mixed_failures.xml\n", "2 read, 0 done, 2 failed", "the failures of run 1\n"]);
        file(folder, "nobody.xml", &record("Add", &soap::key("TWCUSTID", "nobody")));
        check_run(folder, &["batch", "run", "nobody.xml"], 0, &[]);
        // Now the update finds its customer, and the addition is refused for its date as before.
        let shown = check_run(folder, &["batch", "retry", "2"], 1, &[]);
        holds(&shown, &["2 read, 1 done, 1 failed"]);
        let list = check_run(folder, &["batch", "list"], 0, &[]);
        let states: Vec<_> =
            list.lines().map(|line| line.split_whitespace().take(5).collect::<Vec<_>>()).collect();
        assert_eq!(states[0][..4], ["RUN", "FILESET", "FILE", "STATE"]);
        let of_runs = states[1..].iter().map(|line| (line[0], line[3]));
        let expected = [
            ("4", "CompletedWithFailures"),
            ("3", "Completed"),
            ("2", "CompletedWithFailures"),
            ("1", "CompletedWithFailures"),
        ];
        assert_eq!(of_runs.collect::<Vec<_>>(), expected);
        check_run(folder, &["batch", "retry", "3"], 2, &["Completed"]);
    });
}

#[test]
fn wrong_input_is_refused_with_advice() {
    alone_and_beside(|folder| {
        fs::write(folder.join("text.xml"), "no XML at all").unwrap();
        fs::write(folder.join("other.xml"), "<Orders><Order/></Orders>").unwrap();
        fs::write(folder.join("people.csv"), "a,b").unwrap();
        fs::create_dir(folder.join("inner.xml")).unwrap();
        check_run(folder, &["batch", "run", "missing.xml"], 2, &["missing.xml can't be read"]);
        check_run(folder, &["batch", "run", "people.csv"], 2, &["people.csv", ".xml.gz"]);
        check_run(folder, &["batch", "run", "inner.xml"], 2, &["inner.xml", "folder"]);
        check_run(
            folder,
            &["batch", "run", EXAMPLE, "--fileset", "../x"],
            2,
            &["was not run", "fileset", "letters"],
        );
        check_run(folder, &["batch", "run", "text.xml"], 2, &["nothing was carried out", "line 1"]);
        check_run(folder, &["batch", "run", "other.xml"], 2, &["nothing was carried out", "Customers"]);
        check_run(folder, &["batch", "run"], 64, &["FILE"]);
        for command in ["show", "review", "cancel", "pause", "resume"] {
            let words = ["run 99: there is no run with this id", "castile batch list"];
            check_run(folder, &["batch", command, "99"], 65, &words);
        }
        check_run(folder, &["batch", "retry", "99"], 2, &["run 99", "castile batch list"]);
        check_run(folder, &["batch", "show", "x"], 64, &["RUN"]);
        check_run(folder, &["batch", "cancel", "1"], 65, &["Refused", "has ended"]);
        check_run(folder, &["batch", "resume", "1"], 65, &["Refused"]);
    });
}

#[test]
fn b_6_a_file_that_breaks_off_stands_up_to_there() {
    alone_and_beside(|folder| {
        let whole = format!("<Customers>\n{}", record("Add", &soap::key("XSTORE_ID", "before")));
        fs::write(folder.join("broken.xml"), format!("{whole}<Customer Action='Add'><Source>x</Sauce>"))
            .unwrap();
        let words = ["can't be read to its end", "MALFORMED_MESSAGE", "line 3, column"];
        let shown = check_run(folder, &["batch", "run", "broken.xml"], 1, &words);
        holds(&shown, &["Broken\n", "1 read, 1 done, 0 failed"]);
        check_run(folder, &["history", "XSTORE_ID:before"], 0, &[]);
    });
}

#[test]
fn a_file_is_validated_with_nothing_stored() {
    alone_and_beside(|folder| {
        let shown = check_run(folder, &["batch", "validate", EXAMPLE], 0, &[]);
        holds(&shown, &["customers.xml: 3 records, nothing wrong was found"]);
        file(folder, "mixed.xml", &mixed());
        let shown = check_run(folder, &["batch", "validate", "mixed.xml"], 1, &["1 of 3 records would fail"]);
        holds(
            &shown,
            &["record 2, line 3, byte ", ": INVALID_DATE_FORMAT at Customer/SignupDate: expected a date"],
        );
        fs::write(folder.join("broken.xml"), "<Customers>\n<Customer Action='Add'/>\n<Customer>").unwrap();
        let words = ["can't be read to its end", "only its first 1 record;"];
        holds(
            &check_run(folder, &["batch", "validate", "broken.xml"], 1, &words),
            &["MALFORMED_MESSAGE", "(line 3, column "],
        );
        check_run(folder, &["batch", "validate", "missing.xml"], 66, &["missing.xml can't be read"]);
        check_run(folder, &["batch", "list"], 0, &["no batch file was run yet"]);
        check_run(folder, &["history", "XSTORE_ID:first"], 65, &["no customer"]);
    });
}

#[test]
fn a_run_that_was_interrupted_goes_on_where_it_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    file(folder, "many.xml", &many(MANY_ALONE));
    let mut command = castile(folder, &["batch", "run", "many.xml"]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let claimed = folder.join("castile-data/batch/running/gateway-1/manual/1~many.xml");
    while !claimed.exists() {
        std::thread::yield_now();
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let output = child.wait_with_output().unwrap();
    let (told, shown) = (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
    // 2 where it was stopped before its first record.
    assert!(matches!(output.status.code(), Some(1 | 2)), "{told}");
    holds(&told, &["stopped behind record", "castile batch resume 1"]);
    holds(&shown, &["Paused\n"]);
    let shown = check_run(folder, &["batch", "resume", "1"], 0, &[]);
    holds(&shown, &["Completed\n", "20,000 read, 20,000 done, 0 failed"]);
    check_run(folder, &["history", "XSTORE_ID:many-20000"], 0, &[]);
}

#[test]
fn a_run_of_a_server_is_paused_resumed_and_cancelled() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let folder = folder.path();
    let submit = soap::batch("nightly", "many.xml", &format!("<Customers>{}</Customers>", many(MANY)));
    let submitted = server.client().post(&soap::envelope(&submit));
    assert_eq!(submitted.text("RunID"), "1");
    let paused = check_run(folder, &["batch", "pause", "1"], 0, &[]);
    holds(&paused, &["run 1 is Paused"]);
    let behind = server.client().post(&soap::envelope(&soap::batch("nightly", "b.xml", "<Customers/>")));
    holds(&check_run(folder, &["batch", "show", behind.text("RunID")], 0, &[]), &["Waiting\n"]);
    check_run(folder, &["batch", "resume", "1"], 0, &[]);
    let cancelled = check_run(folder, &["batch", "cancel", "1"], 0, &[]);
    holds(&cancelled, &["run 1 is Cancelled"]);
    assert_eq!(soap::wait_for_run(&mut server.client(), behind.text("RunID")), "Completed");
    check_run(folder, &["batch", "resume", "1"], 65, &["Cancelled"]);
    server.stop();
}

#[test]
fn a_submitted_file_outlives_a_kill_and_runs_once_however_often_it_is_sent() {
    let folder = tempfile::tempdir().unwrap();
    let records = record("Add", &soap::key("XSTORE_ID", "submitted"));
    let submit = soap::batch("nightly", "a.xml", &format!("<Customers>{records}</Customers>"));
    let message = soap::repeatable("urn:submitted", "submitBatch", &submit);
    let server = Server::start(folder.path());
    let first = server.client().post(&message);
    assert_eq!(first.text("RunID"), "1");
    server.kill();
    let server = Server::start(folder.path());
    let again = server.client().post(&message);
    assert_eq!(again.text("RunID"), "1");
    assert_eq!(soap::wait_for_run(&mut server.client(), "1"), "Completed");
    let list = check_run(folder.path(), &["batch", "list", "--json"], 0, &[]);
    assert_eq!(list.lines().count(), 1, "{list}");
    holds(&list, &["\"done\":1", "\"failed\":0", "\"who\":\"anonymous\""]);
    server.stop();
}

/// B-4: the card that a failed record named is told masked, wherever failures are told.
#[test]
fn b_4_the_card_of_a_failed_record_is_told_masked() {
    alone_and_beside(|folder| {
        let card = "<CardNumber>6006490000009999</CardNumber><InstrumentID>SC-9</InstrumentID>";
        let record = format!("<Instrument>{card}<Customer>{}</Customer></Instrument>", soap::id("7"));
        fs::write(folder.join("cards.xml"), soap::instruments(&record)).unwrap();
        check_run(folder, &["batch", "run", "cards.xml"], 1, &["1 records failed"]);
        let told = check_run(folder, &["batch", "review", "1"], 0, &[]);
        holds(&told, &["    CustomerID 7, CardNumber ************9999, InstrumentID SC-9\n"]);
        let table = check_run(folder, &["batch", "review", "1", "--csv"], 0, &[]);
        holds(&table, &["alternate_keys,card_number,instrument_id\n", ",7,,************9999,SC-9\n"]);
        assert!(!(told + &table).contains("600649"));
    });
}

#[test]
fn b_4_get_batch_status_tells_the_card_of_a_failed_record() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let record = soap::instrument_record("6006490000009999", &soap::id("7"));
    let submit = soap::batch("nightly", "cards.xml", &soap::instruments(&record));
    let mut client = server.client();
    assert_eq!(client.post(&soap::envelope(&submit)).text("RunID"), "1");
    assert_eq!(soap::wait_for_run(&mut client, "1"), "CompletedWithFailures");
    let answer = client.post(&soap::envelope(&soap::run("1")));
    assert_eq!((answer.text("CardNumber"), answer.find_text("InstrumentID")), ("************9999", None));
    let failures = client.exchange("GET", "/batch/runs/1/failures", &[], "").body;
    assert!(failures.contains("\"card_number\":\"************9999\"") && !failures.contains("600649"));
    server.stop();
}
