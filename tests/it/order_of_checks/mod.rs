//! The order of checks is a contract: the first row of a table has everything wrong at once, each further row repairs one
//! thing, and the next one must be told. `docs/ERRORS.md` lists the same order.
//!
//! Two tables, one behind the other: the message ([`message`]), the same for every operation, and what an operation
//! checks ([`content`]). Deliberately absent: room on the server, arrival in time and content codings, which the tests of the
//! HTTP server prove, and other writers, whom the tests beside the operations provoke.

mod batch;
mod cards;
mod content;
mod message;

use castile::wire::soap::Version;
use castile::wire::soap::wsdl::ServiceDescription;

use self::content::{TABLES, Table};
use self::message::{FLAWS, Message};
use super::support::{Server, castile, fault, run, soap};

/// Small enough that going over it is quick, large enough for a customer that is larger than a customer may be.
const MESSAGE_BYTES_MAX: usize = 1_000_000;

/// A server on the data in `folder`.
fn start(folder: &std::path::Path, more: &[(&str, &str)]) -> Server {
    let limit = MESSAGE_BYTES_MAX.to_string();
    let mut command = castile::<&str>(folder, &["--listen", "127.0.0.1:0"]);
    let variables = [("CASTILE_LIMITS__MESSAGE_BYTES_MAX", limit.as_str())];
    Server::spawn(command.envs(variables).envs(more.iter().copied()))
}

/// A folder with a server that holds the cards of [`cards::FILE`], customer 1, the one with the key `taken`, some to be
/// deleted or merged, 11 and 12, who were made by merges, and run 1.
fn with_customer() -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("cards.toml"), cards::FILE).unwrap();
    let loaded = run(folder.path(), &["load", "cards.toml"]);
    assert!(loaded.status.success(), "{loaded:?}");
    let server = start(folder.path(), &[]);
    let keys = [
        ("XSTORE_CUST_ID", "first"),
        ("XSTORE_ID", "taken"),
        ("XSTORE_CUST_ID", "delete-new-1"),
        ("XSTORE_CUST_ID", "delete-new-2"),
        ("XSTORE_CUST_ID", "delete-new-Delete"),
        ("XSTORE_CUST_ID", "delete-new-Merge"),
        ("PHONE", "a"),
        ("PHONE", "b"),
        ("PHONE", "c"),
        ("PHONE", "d"),
    ];
    for (index, (type_code, id)) in keys.iter().enumerate() {
        let add = soap::customer("addCustomer", &soap::key(type_code, id));
        let added = server.client().post(&soap::envelope(&add));
        assert_eq!(added.text("CustomerID"), (index + 1).to_string());
    }
    let submitted =
        server.client().post(&soap::envelope(&soap::batch("checks", "first.xml", "<Customers/>")));
    assert_eq!(submitted.text("RunID"), "1");
    for (index, [one, other]) in [["a", "b"], ["c", "d"]].into_iter().enumerate() {
        let merge = soap::merge(&soap::key("PHONE", one), &[&soap::key("PHONE", other)]);
        let merged = server.client().post(&soap::envelope(&merge));
        assert_eq!(merged.text("CustomerID"), (index + keys.len() + 1).to_string());
    }
    (folder, server)
}

/// Sends the message and gives its summary without a place in it.
fn told(server: &Server, message: &Message<'_>) -> String {
    let headers = message.headers();
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let answer = server.client().exchange(message.method(), message.path(), &headers, message.envelope());
    let summary = fault::summary(&answer);
    let is_place = |word: &&str| word.contains(':') && word.bytes().all(|b| b == b':' || b.is_ascii_digit());
    summary.split(' ').filter(|word| !is_place(word)).collect::<Vec<_>>().join(" ")
}

/// Every operation that is declared, one by one, so that one that is added later is held to the order too.
#[test]
fn the_message_is_checked_before_the_operation_whatever_the_operation() {
    let (_folder, server) = with_customer();
    for operation in &ServiceDescription::load().unwrap().operations {
        let table = TABLES.iter().find(|table| table.operation == operation.name);
        let content = table.map(|table| table.content(0)).unwrap_or_default();
        for version in Version::ALL {
            for (flaw, in_11, in_12) in FLAWS {
                let Some(expected) = (if version == Version::V11 { *in_11 } else { *in_12 }) else {
                    continue;
                };
                let message = Message { version, operation, content: &content, flaw: Some(*flaw) };
                assert_eq!(told(&server, &message), expected, "{} {flaw:?}", operation.name);
            }
            let message = Message { version, operation, content: &content, flaw: None };
            let of_the_operation = told(&server, &message);
            let of_the_message =
                ["MALFORMED_MESSAGE", "UNKNOWN_OPERATION", "MustUnderstand", "Address", "415"];
            assert!(
                !of_the_message.iter().any(|word| of_the_operation.contains(word)),
                "{}: {of_the_operation}",
                operation.name
            );
        }
    }
    server.stop();
}

/// Sends the rows of a table; behind the last the request is a good one.
#[track_caller]
fn check_content(server: &Server, table: &Table, good: [&str; 2]) {
    let description = ServiceDescription::load().unwrap();
    let operation =
        description.operations.iter().find(|operation| operation.name == table.operation).unwrap();
    for (version, [client, good]) in
        [(Version::V11, ["500 Client", good[0]]), (Version::V12, ["400 Sender", good[1]])]
    {
        for row in 0..=table.rows.len() {
            let content = table.content(row);
            let content = content.replace("@new", if version == Version::V11 { "new-1" } else { "new-2" });
            let content = content.replace("@merged", if version == Version::V11 { "11" } else { "12" });
            let message = Message { version, operation, content: &content, flaw: None };
            let expected = match table.rows.get(row) {
                Some(told) => format!("{client} {}", told.expected),
                None => good.to_owned(),
            };
            assert_eq!(told(server, &message), expected, "{} row {row}: {content:.2000}", table.operation);
        }
    }
}

#[test]
fn an_operation_checks_fields_then_existence_then_rules() {
    for table in TABLES {
        let (_folder, server) = with_customer();
        check_content(&server, table, ["200", "200"]);
        server.stop();
    }
}

/// The store is asked last: one that takes no writes refuses nothing but what is right in every other way.
#[test]
fn a_store_that_takes_no_writes_is_told_last() {
    for table in TABLES {
        let (folder, server) = with_customer();
        server.stop();
        let server = start(folder.path(), &[("CASTILE_STORE__RESERVE_BYTES", "9223372036854775807")]);
        let good = match table.writes {
            true => ["503 Server SERVICE_UNAVAILABLE", "503 Receiver SERVICE_UNAVAILABLE"],
            false => ["200", "200"],
        };
        check_content(&server, table, good);
        server.stop();
    }
}

/// A record of a document is refused for what the operation would refuse alone.
#[test]
fn a_record_of_a_document_is_checked_in_the_order_of_its_operation() {
    let actions = [
        ("Add", "addCustomer"),
        ("AddorUpdate", "addOrUpdateCustomer"),
        ("Update", "updateCustomer"),
        ("Delete", "deleteCustomer"),
        ("Merge", "mergeCustomers"),
    ];
    let (_folder, server) = with_customer();
    for (action, operation) in actions {
        let table = TABLES.iter().find(|table| table.operation == operation).unwrap();
        let send = |action: &str, row: usize| {
            let content = table.record(row).replace("@new", &format!("new-{action}"));
            let record = format!("<Customer Action='{action}'>{content}</Customer>");
            let document = format!("<Customers xmlns='{}'>{record}</Customers>", soap::NAMESPACE);
            let answer = server.client().post(&soap::envelope(&document));
            let words = ["Code", "Field"].into_iter().filter_map(|name| answer.find_text(name));
            words.collect::<Vec<_>>().join(" ")
        };
        assert_eq!(send("None", 0), "INVALID_ATTRIBUTE_VALUE Customer[1]/@Action");
        for row in 0..=table.rows.len() {
            let expected = table.rows.get(row).map(|row| row.of_a_record()).unwrap_or_default();
            assert_eq!(send(action, row), expected, "{action} row {row}");
        }
    }
    server.stop();
}

/// Behind the syntax of the fields, before everything that depends on what is stored.
#[test]
fn a_message_id_is_looked_up_between_fields_and_keys() {
    let (_folder, server) = with_customer();
    let table = TABLES.iter().find(|table| table.operation == "addCustomer").unwrap();
    let send = |row: usize| {
        let request = soap::customer("addCustomer", &table.record(row).replace("@new", "new"));
        fault::summary(&server.client().post(&soap::repeatable("urn:looked-up", "addCustomer", &request)))
    };
    assert_eq!(send(table.rows.len()), "200");
    let keys = table.rows.iter().position(|row| row.expected.contains("TYPECODE_UNSPECIFIED")).unwrap();
    assert!(keys >= 2);
    for (row, told) in table.rows.iter().enumerate() {
        let expected = if row < keys { told.expected } else { "MALFORMED_MESSAGE" };
        assert_eq!(send(row), format!("500 Client {expected}"), "row {row}");
    }
    server.stop();
}

#[test]
fn all_violations_of_one_stage_are_told_in_the_order_of_the_schema() {
    let (_folder, server) = with_customer();
    let table = TABLES.iter().find(|table| table.operation == "addCustomer").unwrap();
    let tell = |expected: &str| {
        let row = table.rows.iter().position(|row| row.expected == expected).unwrap();
        let request = soap::customer("addCustomer", &table.record(row));
        fault::violations(&server.client().post(&soap::envelope(&request)))
    };
    let fields = [
        "INVALID_DATE_FORMAT Customer/SignupDate",
        "INVALID_ATTRIBUTE_VALUE Customer/CustomerNotes/CustomerNote[1]/@sequence",
    ];
    assert_eq!(tell(fields[0]), fields);
    let rules = [
        "UNKNOWN_ATTRIBUTE_TYPE Customer/CustomAttribute[1]/@name",
        "VALUE_NOT_IN_ENUMERATED_ATTRIBUTE_TYPE_VALUES Customer/CustomAttribute[2]/AttributeValue[1]",
        "MULTIPLE_VALUES_ON_UNIQUE_ATTRIBUTE_TYPE Customer/CustomAttribute[3]",
        "CUSTOMER_NOTE_EMPTY Customer/CustomerNotes/CustomerNote[2]",
    ];
    assert_eq!(tell(rules[0]), rules);
    server.stop();
}
