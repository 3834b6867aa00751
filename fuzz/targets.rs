//! What the fuzz targets do with an input, whatever it is: nothing may panic, and what must always hold is asserted.
//!
//! One place for both who runs it: the binaries under `fuzz_targets`, which look for new inputs, and the test
//! `fuzz_replay`, which goes through the kept ones. So nothing here may depend on what ran before, on time or on chance.
//! Deliberately absent: sockets and files.

use std::io::Read;
use std::sync::{Arc, LazyLock};

use castile::clock::FixedClock;
use castile::domain::error::{Code, Error};
use castile::domain::identity::CustomerId;
use castile::domain::message::CustomerMessage;
use castile::domain::reference::Reference;
use castile::domain::{Decided, Now, Rules, Settings, add};
use castile::ops::{Call, DEFAULT_REFERENCE, Gateway, REGISTRY, parse_reference};
use castile::search::{Options, Place, Search};
use castile::store::MemoryStore;
use castile::store::record::{decode_customer, encode_customer};
use castile::wire::SERVICE_NAMESPACE;
use castile::wire::batch::{BatchLimits, FailureWriter, RecordReader};
use castile::wire::customer::{Selection, customer_of, customer_record, known_children, write_customer};
use castile::wire::soap::wsdl::{Publication, ServiceDescription};
use castile::wire::soap::{
    ADDRESSING_HEADERS, Addressing, AnswerHeaders, Envelope, Fault, Version, write_answer, write_fault,
};
use castile::wire::xml::compare::canonical;
use castile::wire::xml::{Charset, Document, Element, Limits, Writer};
use jiff::tz::TimeZone;
use quick_xml::Reader;
use quick_xml::events::Event;

/// What one target does with an input.
pub(crate) type Target = fn(&[u8]);

/// Every target by its name, which is also that of its binary and of its folder under `corpus`.
pub(crate) const TARGETS: &[(&str, Target)] = &[
    ("envelope", envelope),
    ("customer", customer),
    ("documents", documents),
    ("description", description),
    ("round_trip", round_trip),
    ("batch", batch),
];

/// Larger inputs find nothing that smaller ones do not.
const INPUT_BYTES_MAX: usize = 64 * 1024;
const WSDL: &str = include_str!("../wsdl/CRMProcessor.wsdl");
const XSD: &str = include_str!("../xsd/CRMProcessor.xsd");

static REFERENCE: LazyLock<Reference> =
    LazyLock::new(|| parse_reference(DEFAULT_REFERENCE).expect("the reference data of a fresh store"));
static RUNTIME: LazyLock<tokio::runtime::Runtime> =
    LazyLock::new(|| tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime"));

/// Any bytes as a message: read, its envelope and headers judged, refused or walked through. quick-xml, which finds the
/// rarer pieces only, finds the same elements at the same places.
pub(crate) fn envelope(input: &[u8]) {
    for charset in [None, Some(Charset::Utf8), Some(Charset::Utf16)] {
        match Document::parse_as(input, charset, &Limits::default()) {
            Ok(document) => {
                walk(document.root());
                same_as_quick_xml(document.root());
                read_envelope(&document);
            }
            Err(error) => {
                let version = Version::of_unreadable(input, Version::V12);
                check_fault(version, &Fault::from(&error));
            }
        }
    }
}

fn read_envelope(document: &Document<'_>) {
    let version = Envelope::version_of(document).unwrap_or(Version::V11);
    let addressing = match Envelope::read(document, &ADDRESSING_HEADERS) {
        Ok(envelope) => Addressing::read(&envelope),
        Err(fault) => Err(fault),
    };
    match addressing {
        Ok(Some(addressing)) => {
            let headers = AnswerHeaders::new(&addressing, "urn:a", "urn:b");
            parsed(&write_answer(version, Some(headers), b""));
        }
        Ok(None) => {}
        Err(fault) => check_fault(version, &fault),
    }
    if let Some(addressing) = Addressing::of_refused(document) {
        let headers = AnswerHeaders::new(&addressing, "urn:a", "urn:b");
        parsed(&write_fault(version, &Fault::malformed("refused"), Some(headers), "1"));
    }
}

/// A fault can be read by its receiver, and is not ours.
fn check_fault(version: Version, fault: &Fault) {
    assert!(fault.http_status(version) < 600);
    parsed(&write_fault(version, fault, None, "1"));
}

/// Asks everything that can be asked of an element and of those inside it.
fn walk(element: Element<'_>) {
    element.text();
    element.position();
    let _ = element.qname();
    for attribute in element.attributes() {
        attribute.value();
        assert!(!attribute.local().is_empty());
    }
    let source = std::str::from_utf8(element.source()).expect("what was read is text");
    assert!(source.starts_with('<') && source.ends_with('>'), "an element is from `<` to `>`");
    element.children().for_each(walk);
}

fn same_as_quick_xml(root: Element<'_>) {
    fn collect(element: Element<'_>, root: &[u8], places: &mut Vec<(usize, usize)>) {
        let (source, start) = (element.source(), root.as_ptr() as usize);
        places.push((source.as_ptr() as usize - start, source.len()));
        element.children().for_each(|child| collect(child, root, places));
    }
    let (source, mut here) = (root.source(), Vec::new());
    collect(root, source, &mut here);
    let (mut reader, mut there, mut open) = (Reader::from_reader(source), Vec::new(), Vec::new());
    loop {
        let start = reader.buffer_position() as usize;
        match reader.read_event().expect("what is read is well-formed") {
            Event::Start(_) => {
                open.push(there.len());
                there.push((start, 0));
            }
            Event::Empty(_) => there.push((start, reader.buffer_position() as usize - start)),
            Event::End(_) => {
                let (start, bytes) = &mut there[open.pop().expect("one is open")];
                *bytes = reader.buffer_position() as usize - *start;
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(here, there, "the elements of {}", String::from_utf8_lossy(source));
}

#[track_caller]
fn parsed(message: &[u8]) {
    if let Err(error) = Document::parse(message, &Limits::default()) {
        panic!("what is sent is not well-formed: {error}: {}", String::from_utf8_lossy(message));
    }
}

/// A request element with a `Customer`, or a record of a document: decoded, decided, stored.
pub(crate) fn customer(input: &[u8]) {
    let Ok(document) = Document::parse(input, &Limits::default()) else { return };
    for decoded in [customer_of(document.root()), customer_record(document.root())] {
        match decoded {
            Ok(message) => {
                if let Ok(decided) = added(&message) {
                    let stored = encode_customer(&decided.customer).expect("a customer can be stored");
                    let read = decode_customer(&stored).expect("what is stored can be read");
                    assert_eq!(read, decided.customer);
                }
            }
            Err(error) => check_refusal(&error),
        }
    }
}

/// A refusal names what is wrong and where.
fn check_refusal(error: &Error) {
    assert!(!error.violations.is_empty() || !error.message.is_empty());
    assert!(!matches!(error.code, Code::UnexpectedError), "{error:?}");
    check_fault(Version::V11, &Fault::from(error));
    check_fault(Version::V12, &Fault::from(error));
}

fn added(message: &CustomerMessage) -> Result<Decided, Error> {
    let settings = Settings::default();
    let rules = Rules { settings: &settings, reference: &REFERENCE };
    let timestamp = jiff::Timestamp::constant(1_700_000_000, 0);
    let now = Now { timestamp, local: timestamp.to_zoned(TimeZone::UTC).datetime() };
    add(message, CustomerId(7), &now, &rules)
}

/// A whole message to the operations, documents among them, on an empty store; sent twice, it is answered twice.
pub(crate) fn documents(input: &[u8]) {
    if input.len() > INPUT_BYTES_MAX {
        return;
    }
    let Ok(document) = Document::parse(input, &Limits::default()) else { return };
    let Ok(envelope) = Envelope::read(&document, &ADDRESSING_HEADERS) else { return };
    let Some(request) = envelope.request() else { return };
    let gateway = gateway();
    for _ in 0..2 {
        match RUNTIME.block_on(call(&gateway, request)) {
            Some(Ok(answer)) => parsed(&write_answer(envelope.version(), None, &answer)),
            Some(Err(error)) => check_refusal(&error),
            None => return,
        }
    }
}

async fn call(gateway: &Gateway, request: Element<'_>) -> Option<Result<Vec<u8>, Error>> {
    let name = match request.local() {
        "Customers" => "processCustomers",
        name => name,
    };
    let operation = REGISTRY.iter().find(|operation| operation.name() == name)?;
    let call = Call { request_id: "1", caller: "anonymous", message: None, deadline: None };
    Some(operation.call(gateway, &call, request).await)
}

fn gateway() -> Gateway {
    let store = Arc::new(MemoryStore::default());
    let search = Arc::new(Search::new(store.clone(), Options::new(Place::Memory)));
    let clock = Arc::new(FixedClock::at(jiff::Timestamp::constant(1_700_000_000, 0)));
    Gateway::new(store, search, Settings::default(), REFERENCE.clone(), clock, TimeZone::UTC)
}

/// A WSDL beside the schema in the repository, or the reverse: read, checked, published.
pub(crate) fn description(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if text.len() > INPUT_BYTES_MAX {
        return;
    }
    for (wsdl, xsd) in [(text, XSD), (WSDL, text)] {
        if let Ok(description) = ServiceDescription::read(wsdl, xsd) {
            let found =
                description.operations.first().and_then(|one| description.operation_of(&one.request_element));
            assert_eq!(found, description.operations.first());
        }
        if let Ok(publication) = Publication::of(wsdl, xsd) {
            publication.wsdl("https://crm.example.com");
        }
    }
}

/// What is answered can be sent: a customer that was read, stored and written is read, stored and written the same.
pub(crate) fn round_trip(input: &[u8]) {
    let Ok(document) = Document::parse(input, &Limits::default()) else { return };
    let Ok(message) = customer_of(document.root()) else { return };
    let Ok(first) = added(&message) else { return };
    let written = written(&first);
    let document = Document::parse(&written, &Limits::default()).expect("what is written is well-formed");
    let message = customer_of(document.root());
    let message = message.unwrap_or_else(|error| panic!("{error:?}: {}", String::from_utf8_lossy(&written)));
    let second = added(&message);
    let second = second.unwrap_or_else(|error| panic!("{error:?}: {}", String::from_utf8_lossy(&written)));
    let again = self::written(&second);
    let (expected, found) = (canonical(&written), canonical(&again));
    assert_eq!(expected.expect("well-formed"), found.expect("well-formed"));
}

/// Without what validation found: a birth date that is none is not stored, and so is not found wrong again.
fn written(decided: &Decided) -> Vec<u8> {
    let mut customer = decided.customer.clone();
    customer.validation_errors.clear();
    let mut writer = Writer::new();
    writer.start("addCustomer").namespace("", SERVICE_NAMESPACE);
    write_customer(&mut writer, &customer, &decided.notes_put, None, &[], Selection::All);
    writer.end();
    writer.into_bytes()
}

/// Any bytes as a batch file: read the same however they arrive, and as the reader of whole messages reads them; what is
/// written of the records is read again.
pub(crate) fn batch(input: &[u8]) {
    let (records, whole) = records(input);
    let (dribbled, dribbled_whole) = self::records(Dribble(input));
    assert_eq!(dribbled_whole, whole);
    // A packed one is nothing to that reader, and what comes out before its broken place is up to the unpacking.
    if !input.starts_with(&[0x1F, 0x8B]) {
        assert_eq!(dribbled, records);
        let document = Document::parse(input, &Limits::default());
        assert!(!whole || document.is_ok(), "{document:?}");
        if let Ok(document) = &document {
            let name = if document.root().local() == "Customers" { "Customer" } else { "Instrument" };
            let known = known_children(document.root()).filter(|child| child.local() == name);
            let expected: Vec<_> = known.map(|child| child.source().to_vec()).collect();
            assert!(expected.starts_with(&records) && (!whole || expected == records));
        }
    }
    let Ok(reader) = RecordReader::new(input, BatchLimits::default()) else { return };
    let mut writer = FailureWriter::new(Vec::new(), reader.root()).expect("memory takes everything");
    records.iter().for_each(|record| writer.write(record).expect("memory takes everything"));
    let written = writer.finish().expect("memory takes everything");
    assert_eq!(self::records(written.as_slice()), (records, true));
}

/// The records of a file, and whether it was read to its end.
fn records(source: impl Read) -> (Vec<Vec<u8>>, bool) {
    let mut records = Vec::new();
    let Ok(mut reader) = RecordReader::new(source, BatchLimits::default()) else { return (records, false) };
    loop {
        match reader.next() {
            Ok(Some(record)) => records.push(record.bytes().to_vec()),
            Ok(None) => return (records, true),
            Err(error) => {
                assert!(!error.message.is_empty() && error.line > 0 && error.column > 0);
                return (records, false);
            }
        }
    }
}

/// Gives a byte at a time.
struct Dribble<'a>(&'a [u8]);

impl Read for Dribble<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let bytes = buffer.len().min(1);
        self.0.read(&mut buffer[..bytes])
    }
}
