//! The world of the operations' tests: a gateway on a memory store, a clock that stands still, requests as XML.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use super::reference::{self, LoadOptions};
use super::runs::{self, NewRun};
use super::{
    BatchFiles, Call, DEFAULT_REFERENCE, Gateway, MessageKey, NewFile, PinKeys, PlacedFile, REGISTRY,
    parse_reference,
};
use crate::clock::FixedClock;
use crate::domain::Settings;
use crate::domain::card::pin::PinKey;
use crate::domain::error::{Code, Error};
use crate::search::{Options, Place, Search};
use crate::store::record::batch::BatchRun;
use crate::store::{MemoryStore, Store};
use crate::wire::xml::{Document, Limits};

/// When everything happens, unless the clock is moved.
pub(super) const NOW: &str = "2026-03-01T08:30:00Z";

/// A gateway with its store and clock.
pub(super) struct World {
    pub(super) gateway: Arc<Gateway>,
    pub(super) clock: Arc<FixedClock>,
}

impl World {
    pub(super) fn new() -> Self {
        World::on(Arc::new(MemoryStore::default()))
    }

    pub(super) fn on(store: Arc<dyn Store>) -> Self {
        World::with_settings(store, Settings::default())
    }

    pub(super) fn with_settings(store: Arc<dyn Store>, settings: Settings) -> Self {
        let clock = Arc::new(FixedClock::at(NOW.parse().unwrap()));
        let reference = parse_reference(DEFAULT_REFERENCE).unwrap();
        let search = Arc::new(Search::new(store.clone(), Options::new(Place::Memory)));
        let gateway = Gateway::new(store, search, settings, reference, clock.clone(), TimeZone::UTC);
        let gateway =
            gateway.with_pin_keys(Arc::new(TestKey)).with_batch_files(Arc::new(TestFiles::default()));
        World { gateway: Arc::new(gateway), clock }
    }

    /// Loads reference data with which nothing is wrong.
    pub(super) async fn load(&self, file: &str) {
        let loaded = reference::load(&self.gateway, file.as_bytes(), LoadOptions::default()).await.unwrap();
        assert_eq!(loaded.problems, []);
    }

    /// Sends the request element.
    pub(super) async fn send(&self, request: &str) -> Result<String, Error> {
        self.send_as(request, None).await
    }

    /// Sends the request element under a `wsa:MessageID`.
    pub(super) async fn send_as(&self, request: &str, message_id: Option<&str>) -> Result<String, Error> {
        self.send_until(request, message_id, None).await
    }

    /// The same with a time by which it is to be answered.
    pub(super) async fn send_until(
        &self,
        request: &str,
        message_id: Option<&str>,
        deadline: Option<Instant>,
    ) -> Result<String, Error> {
        let document = Document::parse(request.as_bytes(), &Limits::default()).unwrap();
        let name = match document.root().local() {
            "Customers" => "processCustomers",
            "ActivateInstrumentCustomerRequest" => "activateInstrumentCustomer",
            name => name,
        };
        let operation = REGISTRY.iter().find(|operation| operation.name() == name).expect("an operation");
        let message = message_id.map(|message_id| MessageKey {
            message_id: message_id.to_owned(),
            body_sha256: Sha256::digest(request).into(),
            record: None,
        });
        let call = Call { request_id: "test", caller: "anonymous", message, deadline };
        let answer = operation.call(&self.gateway, &call, document.root()).await?;
        Ok(String::from_utf8(answer).unwrap())
    }

    /// Sends a request that must be refused.
    #[track_caller]
    pub(super) fn refused(&self, request: &str) -> impl Future<Output = Error> {
        let caller = std::panic::Location::caller();
        async move {
            match self.send(request).await {
                Err(error) => error,
                Ok(answer) => panic!("{caller}: expected a refusal, got {answer}"),
            }
        }
    }

    /// Adds a customer of this content; its id.
    pub(super) async fn add(&self, content: &str) -> String {
        let answer = self.send(&customer_request("addCustomer", content)).await.unwrap();
        inner(&answer, "CustomerID").to_owned()
    }

    /// What retrieveCustomer shows of a customer, inactive parts too.
    pub(super) async fn retrieve(&self, id: &str) -> String {
        let request = format!(
            "<retrieveCustomer><CustomerID>{id}</CustomerID><IncludeInactive>true</IncludeInactive></retrieveCustomer>"
        );
        self.send(&request).await.unwrap()
    }

    /// Merges customers, the source first; the id of the result.
    pub(super) async fn merge(&self, members: &[&str]) -> String {
        let mut named = members.iter().map(|id| format!("<CustomerID>{id}</CustomerID>"));
        let source = named.next().unwrap();
        let targets: String = named.map(|target| format!("<MergeTarget>{target}</MergeTarget>")).collect();
        let request = format!(
            "<mergeCustomers xmlns='urn:castile:crm:v1'><MergeSource>{source}</MergeSource>\
             <MergeTargetSet>{targets}</MergeTargetSet></mergeCustomers>"
        );
        inner(&self.send(&request).await.unwrap(), "CustomerID").to_owned()
    }

    /// The number of rows in the change log.
    pub(super) async fn log_rows(&self) -> usize {
        self.gateway.store.read_log(0, 10_000).await.unwrap().len()
    }
}

/// A key of PINs that is always there.
struct TestKey;

impl PinKeys for TestKey {
    fn get(&self) -> std::io::Result<Option<PinKey>> {
        Ok(Some(PinKey::new([7; 32])))
    }

    fn get_or_make(&self) -> std::io::Result<PinKey> {
        Ok(PinKey::new([7; 32]))
    }
}

/// A place for batch files that keeps none: of a file only its run is left.
#[derive(Default)]
struct TestFiles(AtomicU64);

#[async_trait]
impl BatchFiles for TestFiles {
    async fn place(&self, file: NewFile<'_>, who: &str) -> Result<PlacedFile, Error> {
        let run = self.0.fetch_add(1, Ordering::Relaxed) + 1;
        let file_bytes = file.content.len() as u64;
        Ok(PlacedFile {
            run,
            new: NewRun { file_bytes, who: who.to_owned(), ..new_run(file.fileset, file.file_name) },
        })
    }
}

/// A file of which nothing but its names is known.
pub(super) fn new_run(fileset: &str, file_name: &str) -> NewRun {
    let (fileset, file_name, who) = (fileset.to_owned(), file_name.to_owned(), "anonymous".to_owned());
    NewRun { fileset, file_name, who, file_bytes: 0, retry_of: None }
}

/// A run that has not begun.
pub(super) fn waiting_run(fileset: &str, file_name: &str) -> BatchRun {
    runs::waiting(new_run(fileset, file_name), NOW.parse().unwrap())
}

/// Cards of every sort, and what they are for.
pub(super) const CARDS: &str = include_str!("../../examples/reference/cards.toml");

/// A request that gives a card to the customer with this id.
pub(super) fn associate(card: &str, id: &str) -> String {
    format!(
        "<associateCardToCustomer xmlns='urn:castile:crm:v1'><Instrument><CardNumber>{card}</CardNumber>\
         <Customer><CustomerID>{id}</CustomerID></Customer></Instrument></associateCardToCustomer>"
    )
}

/// A request of an operation that takes a `Customer`.
pub(super) fn customer_request(operation: &str, content: &str) -> String {
    format!("<{operation} xmlns='urn:castile:crm:v1'><Customer>{content}</Customer></{operation}>")
}

/// A customer named so, with this alternate key.
pub(super) fn named(first: &str, last: &str, key: &str) -> String {
    format!(
        "<EntityInformation><Individual><Name><Name Location='First'>{first}</Name>\
         <Name Location='Last'>{last}</Name></Name></Individual></EntityInformation>{}",
        alternate_key("XSTORE_ID", key)
    )
}

/// An alternate key.
pub(super) fn alternate_key(type_code: &str, id: &str) -> String {
    format!("<AlternateKey TypeCode='{type_code}'><AlternateID>{id}</AlternateID></AlternateKey>")
}

/// The text of the first element of this name.
#[track_caller]
pub(super) fn inner<'x>(xml: &'x str, name: &str) -> &'x str {
    let start = xml.find(&format!("<{name}>")).unwrap_or_else(|| panic!("no {name} in {xml}"));
    let rest = &xml[start + name.len() + 2..];
    &rest[..rest.find("</").unwrap()]
}

/// Asserts the code of a refusal.
#[track_caller]
pub(super) fn assert_code(error: &Error, code: Code) {
    assert_eq!(error.code, code, "{error:?}");
}
