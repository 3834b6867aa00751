//! The rules of SOAP 1.1 and 1.2, WS-I Basic Profile and WS-Addressing, one test a line, over HTTP against the program.
//!
//! `docs/CONFORMANCE.md` lists the lines with the test that proves each, or why it does not apply. All tests share a
//! server; a row adds a customer of its own, which has to be there afterwards exactly if the answer is a good one. Every
//! answer, whatever it is asked for, is held to the rules of all answers ([`shape`]). Deliberately absent: framing, limits
//! and deadlines, which the tests of the HTTP server prove.

mod addressing;
mod description;
mod envelope;
mod lines;
mod matching;
mod media;
mod messages;
mod repeated;
mod shape;
mod soap_11;
mod soap_12;
mod transport;
mod trouble;

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use castile::wire::soap::Version;

use super::support::{Answer, Server, fault, run, soap};

/// The address of the SOAP 1.2 port.
const PATH_12: &str = "/services/CRMProcessor/soap12";
const CARDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/reference/cards.toml");
/// A card of that file, which any number of customers can have.
const CARD: &str = "6006490000000001";
/// The port of each version, and both.
const PATHS: [&str; 2] = [soap::PATH, PATH_12];

/// The server that the tests share: started by the first, stopped by the last.
struct Running {
    server: Option<Server>,
    // Removed once the server is gone.
    _folder: tempfile::TempDir,
}

impl Drop for Running {
    fn drop(&mut self) {
        match self.server.take() {
            Some(server) if !std::thread::panicking() => drop(server.stop()),
            server => drop(server),
        }
    }
}

static SHARED: Mutex<Weak<Running>> = Mutex::new(Weak::new());

/// A test's hold on the server.
struct Scene(Arc<Running>);

impl Scene {
    fn shared() -> Self {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = shared.upgrade() {
            return Scene(running);
        }
        let folder = tempfile::tempdir().unwrap();
        let loaded = run(folder.path(), &["load", CARDS]);
        assert!(loaded.status.success(), "{loaded:?}");
        let server = Some(Server::start(folder.path()));
        let running = Arc::new(Running { server, _folder: folder });
        *shared = Arc::downgrade(&running);
        Scene(running)
    }

    fn server(&self) -> &Server {
        self.0.server.as_ref().unwrap()
    }

    /// Sends a request on a connection of its own; the answer keeps the rules of all answers.
    #[track_caller]
    fn exchange(
        &self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Answer {
        let answer = self.server().client().exchange(method, target, headers, body);
        if method != "HEAD" {
            shape::check(&answer);
        }
        answer
    }

    /// Sends a message as its version has it. `@ns` stands for the namespace of the envelope, `@add` for the addition of
    /// a customer, who is looked for afterwards.
    #[track_caller]
    fn check(&self, version: Version, template: &str, expected: &str) -> Answer {
        self.check_with(&[("Content-Type", version.content_type())], version, template, expected)
    }

    /// The same with these headers alone.
    #[track_caller]
    fn check_with(
        &self,
        headers: &[(&str, &str)],
        version: Version,
        template: &str,
        expected: &str,
    ) -> Answer {
        self.check_encoded(headers, version, template, |message| message.as_bytes().to_vec(), expected)
    }

    /// The same, with the message turned into bytes in a way of its own.
    #[track_caller]
    fn check_encoded(
        &self,
        headers: &[(&str, &str)],
        version: Version,
        template: &str,
        encode: impl Fn(&str) -> Vec<u8>,
        expected: &str,
    ) -> Answer {
        let key = fresh("row");
        let message = template.replace("@ns", version.namespace()).replace("@add", &add(&key));
        let answer = self.exchange("POST", soap::PATH, headers, encode(&message));
        assert_eq!(told(&answer), expected, "{version:?} {message}: {}", answer.body);
        let done = expected.starts_with("20") && template.contains("@add");
        assert_eq!(self.is_stored(&key), done, "{version:?} {message}");
        answer
    }

    /// The same message in both versions.
    #[track_caller]
    fn check_both(&self, template: &str, expected_11: &str, expected_12: &str) {
        self.check(Version::V11, template, expected_11);
        self.check(Version::V12, template, expected_12);
    }

    /// The key of a new customer, as an element.
    #[track_caller]
    fn fresh_customer(&self) -> String {
        let key = soap::key("XSTORE_ID", &fresh("again"));
        let add = soap::envelope(&soap::customer("addCustomer", &key));
        assert_eq!(self.server().client().post(&add).status, 200);
        key
    }

    /// The id of the customer that is made of these.
    #[track_caller]
    fn merged(&self, keys: &[&str]) -> String {
        let answer = self.server().client().post(&soap::envelope(&soap::merge("", keys)));
        answer.text("CustomerID").to_owned()
    }

    /// Whether there is a customer with this key.
    #[track_caller]
    fn is_stored(&self, key: &str) -> bool {
        let retrieve = soap::envelope(&soap::retrieve(&soap::key("XSTORE_ID", key)));
        let answer = self.server().client().post(&retrieve);
        let told = told(&answer);
        assert!(matches!(told.as_str(), "200" | "500 Client CUSTOMER_NOT_FOUND"), "{told}: {}", answer.body);
        answer.status == 200
    }
}

/// A name that nothing else in this run has.
fn fresh(start: &str) -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    format!("{start}-{}", COUNT.fetch_add(1, Relaxed))
}

/// What a transaction says of a sale to the customer with this key.
fn sale(key: &str) -> String {
    format!(
        "<TransactionID>{}</TransactionID>{key}<RetailStoreID>1204</RetailStoreID>\
         <BusinessDate>2024-05-18</BusinessDate><SalesAmount>9.95</SalesAmount>",
        fresh("sale")
    )
}

/// The addition of a customer with this key.
fn add(key: &str) -> String {
    soap::customer("addCustomer", &soap::key("XSTORE_ID", key))
}

/// An envelope around these header blocks and this content of Body.
fn framed(header: &str, body: &str) -> String {
    soap::envelope_in("@ns", header, body)
}

/// The summary of an answer without a place in the message.
#[track_caller]
fn told(answer: &Answer) -> String {
    let summary = fault::summary(answer);
    let is_place =
        |word: &str| word.contains(':') && word.bytes().all(|byte| byte == b':' || byte.is_ascii_digit());
    match summary.rsplit_once(' ') {
        Some((words, place)) if is_place(place) => words.to_owned(),
        _ => summary,
    }
}

/// The refusals that a message can earn by itself, of every kind: template, then what is told in each version.
const REFUSALS: &[(&str, &str, &str)] = &[
    ("text", "400 Client MALFORMED_MESSAGE", "400 Sender MALFORMED_MESSAGE"),
    ("<e:Envelope xmlns:e='@ns'><e:Body>", "400 Client MALFORMED_MESSAGE", "400 Sender MALFORMED_MESSAGE"),
    (
        "<!DOCTYPE e><e:Envelope xmlns:e='@ns'><e:Body>@add</e:Body></e:Envelope>",
        "500 Client MALFORMED_MESSAGE",
        "400 Sender MALFORMED_MESSAGE",
    ),
    (
        "<e:Envelope xmlns:e='urn:other'><e:Body>@add</e:Body></e:Envelope>",
        "500 VersionMismatch",
        "500 VersionMismatch",
    ),
    ("@add", "500 VersionMismatch", "500 VersionMismatch"),
    (
        "<e:Envelope xmlns:e='@ns'><e:Header><own xmlns='urn:own' e:mustUnderstand='1'/></e:Header><e:Body>@add</e:Body></e:Envelope>",
        "500 MustUnderstand",
        "500 MustUnderstand",
    ),
    (
        "<e:Envelope xmlns:e='@ns'><e:Header><own xmlns='urn:own' e:mustUnderstand='9'/></e:Header><e:Body>@add</e:Body></e:Envelope>",
        "500 Client",
        "400 Sender",
    ),
    ("<e:Envelope xmlns:e='@ns'/>", "500 Client MALFORMED_MESSAGE", "400 Sender MALFORMED_MESSAGE"),
    (
        "<e:Envelope xmlns:e='@ns'><e:Body>@add</e:Body><more/></e:Envelope>",
        "500 Client MALFORMED_MESSAGE",
        "400 Sender MALFORMED_MESSAGE",
    ),
    (
        "<e:Envelope xmlns:e='@ns'><e:Body>@add@add</e:Body></e:Envelope>",
        "500 Client MALFORMED_MESSAGE",
        "400 Sender MALFORMED_MESSAGE",
    ),
    (
        "<e:Envelope xmlns:e='@ns'><e:Header><To xmlns='http://www.w3.org/2005/08/addressing'>urn:a</To></e:Header><e:Body>@add</e:Body></e:Envelope>",
        "500 MessageAddressingHeaderRequired",
        "400 Sender MessageAddressingHeaderRequired",
    ),
    (
        "<e:Envelope xmlns:e='@ns'><e:Body/></e:Envelope>",
        "500 Client UNKNOWN_OPERATION",
        "400 Sender ProcedureNotPresent UNKNOWN_OPERATION",
    ),
    (
        "<e:Envelope xmlns:e='@ns'><e:Body><eraseCustomer xmlns='urn:castile:crm:v1'/></e:Body></e:Envelope>",
        "500 Client UNKNOWN_OPERATION",
        "400 Sender ProcedureNotPresent UNKNOWN_OPERATION",
    ),
    (
        "<e:Envelope xmlns:e='@ns'><e:Body><addCustomer xmlns='urn:castile:crm:v1'><Customer><Prospect>x</Prospect></Customer></addCustomer></e:Body></e:Envelope>",
        "500 Client INVALID_ATTRIBUTE_VALUE Customer/Prospect",
        "400 Sender INVALID_ATTRIBUTE_VALUE Customer/Prospect",
    ),
    (
        "<e:Envelope xmlns:e='@ns'><e:Body><deleteCustomer xmlns='urn:castile:crm:v1'><CustomerID>none</CustomerID></deleteCustomer></e:Body></e:Envelope>",
        "500 Client CUSTOMER_NOT_FOUND",
        "400 Sender CUSTOMER_NOT_FOUND",
    ),
];
