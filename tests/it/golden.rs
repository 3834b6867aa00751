//! Whole answers to whole requests, kept under `tests/golden/OPERATION/NAME.request.xml` and `NAME.answer.xml`.
//!
//! The steps of [`STORY`] run one after the other against a fresh server, once in SOAP 1.1 and once in SOAP 1.2, and
//! leave the same customers behind. Requests are kept in SOAP 1.1; for 1.2 only the envelope's namespace is another.
//! So is that of an answer; faults differ in more, and have a second answer, `NAME.answer-1.2.xml`. `UPDATE_GOLDEN=1`
//! writes the answers anew. Every answer is checked against the schema and read by the second decoder too.

use std::fs;
use std::path::PathBuf;

use castile::wire::soap::Version;
use castile::wire::soap::wsdl::ServiceDescription;
use castile::wire::xml::{Document, Element, Limits, compare};
use quick_xml::events::{BytesText, Event};

use super::second_decoder;
use super::support::{Answer, Client, Server, fault, run, schema, soap};

/// The steps, `OPERATION/NAME`. The first customer gets the id 1; a refused add may use up an id.
const STORY: &[&str] = &[
    "addCustomer/full",
    "addCustomer/minimal",
    "addCustomer/anonymous",
    "addCustomer/validation-errors",
    "addCustomer/warnings",
    "addCustomer/business",
    "addCustomer/refused-many-violations",
    "addCustomer/refused-rules",
    "addCustomer/refused-exists",
    "addOrUpdateCustomer/added",
    "addOrUpdateCustomer/updated",
    "addOrUpdateCustomer/unchanged",
    "addOrUpdateCustomer/warnings",
    "addOrUpdateCustomer/refused-two-customers",
    "updateCustomer/updated",
    "updateCustomer/old-and-new",
    "updateCustomer/unchanged",
    "updateCustomer/refused-not-found",
    "deleteCustomer/deleted",
    "deleteCustomer/refused-not-found",
    "processCustomers/legacy-add",
    "processCustomers/legacy-add-or-update",
    "processCustomers/legacy-update",
    "processCustomers/legacy-home-location",
    "processCustomers/legacy-delete",
    "processCustomers/mixed",
    "processCustomers/no-records",
    "processCustomers/remembered",
    "processCustomers/remembered-again",
    "processCustomers/refused-other-body",
    "retrieveCustomer/active",
    "retrieveCustomer/all",
    "retrieveCustomer/by-key",
    "retrieveCustomer/validation-errors",
    "retrieveCustomer/addressed",
    "retrieveCustomer/of-legacy-documents",
    "retrieveCustomer/deleted-by-document",
    "retrieveCustomer/refused-not-found",
    "recordTransaction/sale",
    "recordTransaction/same-again",
    "recordTransaction/return-in-a-new-year",
    "recordTransaction/refused-exists",
    "recordTransaction/refused-not-found",
    "recordTransaction/refused-values",
    "retrieveCustomer/with-activity",
    "searchCustomers/found",
    "searchCustomers/inactive",
    "searchCustomers/nothing",
    "searchCustomers/refused-no-criterion",
    "searchCustomers/refused-values",
    "associateCardToCustomer/associated",
    "associateCardToCustomer/again",
    "associateCardToCustomer/amount",
    "associateCardToCustomer/refused-wrong-pin",
    "associateCardToCustomer/refused-blocked",
    "associateCardToCustomer/refused-values",
    "activateInstrumentCustomer/mixed",
    "activateInstrumentCustomer/remembered-again",
    "activateInstrumentCustomer/refused-other-body",
    "retrieveInstrument/associated",
    "retrieveInstrument/tender",
    "retrieveInstrument/never-used",
    "retrieveInstrument/refused-wrong-pin",
    "retrieveCustomer/by-card",
    "searchCustomers/by-card",
    "submitBatch/submitted",
    "submitBatch/refused-values",
    "getBatchStatus/ended",
    "getBatchStatus/first-page",
    "getBatchStatus/refused-not-found",
    "mergeCustomers/preview",
    "mergeCustomers/refused-not-found",
    "mergeCustomers/refused-too-few",
    "mergeCustomers/merged",
    "unmergeCustomers/unmerged",
    "unmergeCustomers/refused-not-merged",
    "mergeCustomers/source-chosen",
    "updateCustomer/of-merged",
    "unmergeCustomers/refused-changed",
    "processCustomers/merge",
];
/// The cards of the story.
const CARDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/reference/cards.toml");
/// More ids than the story can use up.
const IDS: std::ops::Range<u64> = 1..30;

#[test]
fn the_story_has_the_same_end_in_both_versions() {
    let ends = [Version::V11, Version::V12].map(tell);
    assert!(ends[0].iter().filter(|customer| !customer.contains("Fault")).count() >= 7, "{ends:?}");
    assert_eq!(ends[0], ends[1]);
}

/// The documents of older systems have no namespace; in the service's they say the same.
#[test]
fn documents_have_the_same_end_in_the_namespace_and_in_none() {
    let ends = ["<Customers>", "<Customers xmlns=\"urn:castile:crm:v1\">"].map(|start| {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(folder.path());
        let mut client = server.client();
        let documents = STORY.iter().filter(|step| step.starts_with("processCustomers/legacy-"));
        let answers: Vec<_> = documents
            .map(|step| {
                let request = fs::read_to_string(file(step, "request.xml")).unwrap();
                assert!(request.contains("<Customers>"), "{step}");
                client.post(&request.replace("<Customers>", start)).body
            })
            .collect();
        (answers, shown(&mut client))
    });
    assert_eq!(ends[0], ends[1]);
    assert_eq!(ends[0].0.len(), 5);
    assert!(ends[0].0.iter().all(|answer| answer.contains("<FailedCount>0<")), "{ends:?}");
}

/// Runs the story; what retrieveCustomer then shows of every id.
fn tell(version: Version) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let loaded = run(folder.path(), &["load", CARDS]);
    assert!(loaded.status.success(), "{loaded:?}");
    let server = Server::start(folder.path());
    let mut client = server.client();
    STORY.iter().for_each(|step| check(step, version, &mut client));
    shown(&mut client)
}

/// What retrieveCustomer shows of every id.
fn shown(client: &mut Client) -> Vec<String> {
    let shown = |id: u64| {
        let answer = client.post(&soap::envelope(&soap::retrieve(&format!("<CustomerID>{id}</CustomerID>"))));
        compare::canonical(masked(&answer.body).as_bytes()).unwrap()
    };
    IDS.map(shown).collect()
}

#[track_caller]
fn check(step: &str, version: Version, client: &mut Client) {
    let request = fs::read_to_string(file(step, "request.xml")).unwrap();
    if step == "getBatchStatus/ended" {
        soap::wait_for_run(client, "1");
    }
    let answer = send(client, version, &in_version(&request, Version::V11, version));
    let is_fault = answer.status != 200;
    assert_eq!(is_fault, step.contains("/refused-"), "{step}: {}", answer.body);
    if is_fault {
        fault::summary(&answer);
    }
    check_content(step, &answer.body, is_fault);
    let name = if is_fault && version == Version::V12 { "answer-1.2.xml" } else { "answer.xml" };
    let actual = masked(&answer.body);
    let actual = if is_fault { actual } else { in_version(&actual, version, Version::V11) };
    if update() && (is_fault || version == Version::V11) {
        fs::write(file(step, name), &actual).unwrap();
    }
    let expected = fs::read(file(step, name)).unwrap_or_else(|error| panic!("{step}.{name}: {error}"));
    if let Some(difference) = compare::difference(&expected, actual.as_bytes()) {
        panic!("{step}.{name} in {version:?}: {difference}");
    }
}

fn send(client: &mut Client, version: Version, envelope: &str) -> Answer {
    client.exchange("POST", soap::PATH, &[("Content-Type", version.content_type())], envelope)
}

fn in_version(message: &str, from: Version, to: Version) -> String {
    message.replace(from.namespace(), to.namespace())
}

fn file(step: &str, ending: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(format!("{step}.{ending}"))
}

/// Whether answers are to be written anew; never where nobody looks at what was written.
fn update() -> bool {
    let asked = std::env::var_os("UPDATE_GOLDEN").is_some_and(|value| value == "1");
    assert!(!asked || std::env::var_os("CI").is_none(), "UPDATE_GOLDEN is refused where CI is set");
    asked
}

/// The answer holds what the schema declares, in its order, and the second decoder loses nothing of it.
fn check_content(step: &str, answer: &str, is_fault: bool) {
    let document = Document::parse(answer.as_bytes(), &Limits::default()).unwrap();
    let body = fault::descendant(document.root(), "Body").unwrap();
    let content =
        if is_fault { fault::descendant(body, "CRMProcessorFault") } else { body.children().next() };
    let content = content.unwrap();
    let error = schema::first_error(&ServiceDescription::load().unwrap(), content);
    assert_eq!(error, None, "{step}: {answer}");
    if !is_fault {
        let mut written = Vec::new();
        values(content, &mut written);
        written.sort();
        let mut read = texts(&format!("{:?}", second_decoder::decode(answer).unwrap()));
        read.sort();
        assert_eq!(written, read, "{step}");
    }
}

/// Every value in an element, as Rust writes it.
fn values(element: Element<'_>, found: &mut Vec<String>) {
    let ours = element.attributes().filter(|attribute| attribute.namespace().is_none());
    found.extend(ours.map(|attribute| format!("{:?}", attribute.value())));
    if element.children().next().is_none() && !element.text().is_empty() {
        found.push(format!("{:?}", element.text()));
    }
    element.children().for_each(|child| values(child, found));
}

/// The string literals in what Debug wrote.
fn texts(debug: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = debug;
    while let Some(start) = rest.find('"') {
        let mut escaped = false;
        let is_end = |character: char| {
            let ends = character == '"' && !escaped;
            escaped = character == '\\' && !escaped;
            ends
        };
        let end = start + 2 + rest[start + 1..].find(is_end).unwrap();
        found.push(rest[start..end].to_owned());
        rest = &rest[end..];
    }
    found.retain(|text| text != "\"\"");
    found
}

/// A value that differs from run to run: the element it stands in, and its form. Everything else is compared.
struct Volatile {
    name: &'static str,
    elements: &'static [&'static str],
    has_form: fn(&str) -> bool,
}

const VOLATILE: &[Volatile] = &[
    Volatile {
        name: "TIME-OF-THE-SERVER",
        elements: &["CreateDate", "EffectiveDate", "EndTime", "StartTime", "Time", "UpdateDate"],
        has_form: is_time_of_the_server,
    },
    Volatile { name: "REQUEST-ID", elements: &["RequestID"], has_form: is_request_id },
    Volatile { name: "MESSAGE-ID", elements: &["MessageID"], has_form: is_message_id },
];

/// A time later than all that the requests send.
fn is_time_of_the_server(text: &str) -> bool {
    let is_time = text.parse::<jiff::Timestamp>().is_ok() || text.parse::<jiff::civil::DateTime>().is_ok();
    is_time && text > "2025"
}

fn is_request_id(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_message_id(text: &str) -> bool {
    text.starts_with("urn:uuid:") && text.len() == 45
}

/// A message with an element a line, its volatile values replaced by the name of their rule.
fn masked(message: &str) -> String {
    let mut reader = quick_xml::Reader::from_str(message);
    let mut writer = quick_xml::Writer::new_with_indent(Vec::new(), b' ', 2);
    let (mut element, mut text) = (String::new(), String::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Text(piece) => text.push_str(&piece),
            Event::GeneralRef(reference) => text.push_str(&format!("&{};", &*reference)),
            event => {
                if !text.is_empty() {
                    let shown = BytesText::from_escaped(masked_value(&element, &text));
                    writer.write_event(Event::Text(shown)).unwrap();
                    text.clear();
                }
                if let Event::Start(start) = &event {
                    element = start.local_name().as_ref().to_owned();
                }
                writer.write_event(event).unwrap();
            }
        }
    }
    let mut text = String::from_utf8(writer.into_inner()).unwrap();
    text.push('\n');
    text
}

fn masked_value<'t>(element: &str, text: &'t str) -> &'t str {
    let volatile = |rule: &&Volatile| rule.elements.contains(&element) && (rule.has_form)(text);
    VOLATILE.iter().find(volatile).map_or(text, |rule| rule.name)
}

#[test]
fn only_volatile_values_are_masked() {
    let kept = [
        "<UpdateDate>2024-05-18T10:42:31</UpdateDate>",
        "<SignupDate>2026-05-18T10:42:31</SignupDate>",
        "<CreateDate>soon</CreateDate>",
        "<CustomerID>0123456789abcdef0123456789abcdef</CustomerID>",
        "<RequestID>1</RequestID>",
        "<Source>a &lt;b&gt;</Source>",
    ];
    for message in kept {
        assert_eq!(masked(message).trim(), message);
    }
    let time = masked("<UpdateDate>2026-05-18T10:42:31</UpdateDate>");
    assert_eq!(time.trim(), "<UpdateDate>TIME-OF-THE-SERVER</UpdateDate>");
}

#[test]
fn the_comparison_notices_what_is_missing_and_what_moved() {
    let whole = fs::read(file("addCustomer/full", "request.xml")).unwrap();
    let cut = (1..whole.len() - 2).step_by(97).map(|end| &whole[..end]);
    for truncated in cut {
        assert!(compare::difference(&whole, truncated).is_some(), "{} bytes", truncated.len());
    }
    let text = String::from_utf8(whole.clone()).unwrap();
    let moved = text.replace("CustomerClass", "Moved").replace("BusinessName", "CustomerClass");
    assert!(compare::difference(&whole, moved.replace("Moved", "BusinessName").as_bytes()).is_some());
    assert_eq!(compare::difference(&whole, text.replace("\n", "\r\n").as_bytes()), None);
}

#[test]
fn every_request_under_golden_is_part_of_the_story() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden");
    let mut found = Vec::new();
    for operation in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        for file in fs::read_dir(operation.path()).unwrap().map(Result::unwrap) {
            let (operation, name) = (operation.file_name(), file.file_name());
            let (operation, name) = (operation.to_str().unwrap(), name.to_str().unwrap());
            found.extend(name.strip_suffix(".request.xml").map(|name| format!("{operation}/{name}")));
        }
    }
    found.sort();
    let mut told: Vec<_> = STORY.iter().map(|step| (*step).to_owned()).collect();
    told.sort();
    assert_eq!(found, told);
}

#[test]
fn the_second_decoders_texts_are_found() {
    assert_eq!(texts(r#"A { b: Some("x \"y\" \\"), c: None, d: "" }"#), [r#""x \"y\" \\""#]);
}
