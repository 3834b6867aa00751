//! Who tells a history to a server, request by request, and compares what it says with what the model makes of it.
//!
//! Deliberately absent: documents and files of many records (`super::many`).

use std::path::{Path, PathBuf};

use castile::wire::soap::Version;

use super::expected::{Done, Model, Person};
use super::history::NOBODY;
use super::{Step, shown};
use crate::second_decoder::{self, Body};
use crate::support::{Answer, Client, fault, soap};

/// An id that nobody has.
const NOBODYS_ID: &str = "999999";

/// Who tells a history, and which id each of the model's people has on this server.
pub(super) struct Caller {
    pub(super) client: Client,
    /// Where the server's data is.
    pub(super) folder: PathBuf,
    pub(super) ids: Vec<String>,
    /// How many documents and files were sent.
    pub(super) sent: usize,
}

pub(super) fn speak_soap_11(caller: &mut Caller, steps: &[Step]) {
    steps.iter().for_each(|step| caller.ask(step, Version::V11));
}

pub(super) fn speak_soap_12(caller: &mut Caller, steps: &[Step]) {
    steps.iter().for_each(|step| caller.ask(step, Version::V12));
}

/// What a server says that it has done.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    word: String,
    id: Option<String>,
    others: Vec<String>,
}

impl Caller {
    pub(super) fn new(client: Client, folder: &Path) -> Self {
        Caller { client, folder: folder.to_owned(), ids: Vec::new(), sent: 0 }
    }

    pub(super) fn id(&self, person: usize) -> &str {
        if person == NOBODY { NOBODYS_ID } else { &self.ids[person] }
    }

    fn post(&mut self, version: Version, body: &str) -> Answer {
        let envelope = soap::envelope_in(version.namespace(), "", body);
        self.client.exchange("POST", soap::PATH, &[("Content-Type", version.content_type())], &*envelope)
    }

    /// Sends a request as an operation of its own.
    pub(super) fn ask(&mut self, step: &Step, version: Version) {
        let request = step.request.operation(|person| self.id(person));
        let answer = self.post(version, &request);
        if answer.status != 200 {
            let summary = fault::summary(&answer);
            let Err(code) = &step.expected else { panic!("{request}: {summary}, not {:?}", step.expected) };
            assert!(summary.contains(code), "{request}: {summary}, not {code}");
            return;
        }
        let body = second_decoder::decode(&answer.body).unwrap();
        let done = step.expected.as_ref();
        let done = done.unwrap_or_else(|code| panic!("{request}: {}, not {code}", answer.body));
        match body.retrieve_customer_response {
            Some(found) => {
                let found = shown::person(found.customer.unwrap(), &self.ids);
                assert_eq!(&found, step.shown.as_ref().unwrap(), "{request}");
            }
            None => {
                let told = told(body);
                if let Some(id) = &told.id {
                    self.learn(done, id.clone());
                }
                assert_eq!(told, self.expected(done), "{request}");
            }
        }
    }

    fn expected(&self, done: &Done) -> Told {
        let id = |person: &usize| self.ids[*person].clone();
        let (word, others) = (done.word.to_owned(), done.others.iter().map(id).collect());
        Told { word, id: done.person.as_ref().map(id), others }
    }

    /// Somebody new gets the id that was told; of everybody else it is known.
    pub(super) fn learn(&mut self, done: &Done, id: String) {
        if done.person == Some(self.ids.len()) {
            self.ids.push(id);
        }
    }

    /// Everybody is what the model says.
    pub(super) fn check_all(&mut self, model: &Model) {
        assert_eq!(self.ids.len(), model.people.len());
        for person in 0..self.ids.len() {
            assert_eq!(self.shown(person), model.shown(person), "#{person} after the history");
        }
    }

    fn shown(&mut self, person: usize) -> Person {
        let answer = self.post(Version::V11, &soap::retrieve(&soap::id(&self.ids[person])));
        let found = second_decoder::decode(&answer.body).unwrap().retrieve_customer_response.unwrap();
        shown::person(found.customer.unwrap(), &self.ids)
    }
}

/// What the answer to anything but a retrieval says.
fn told(body: Body) -> Told {
    let word = |word: &str, id, others| Told { word: word.to_owned(), id, others };
    if let Some(merged) = body.merge_customers_response {
        return word("Merged", merged.customer_id, merged.merged_customer_ids);
    }
    if let Some(restored) = body.unmerge_customers_response {
        return word("Unmerged", None, restored.customer_ids);
    }
    if let Some(associated) = body.associate_card_to_customer_response {
        return word("Given", associated.customer_id, Vec::new());
    }
    if let Some(found) = body.retrieve_instrument_response {
        return word("CardShown", None, found.instrument.unwrap().customer_ids);
    }
    if body.record_transaction_response.is_some() {
        return word("Recorded", None, Vec::new());
    }
    let outcomes = [
        body.add_customer_response,
        body.add_or_update_customer_response,
        body.update_customer_response,
        body.delete_customer_response,
    ];
    let outcome = outcomes.into_iter().flatten().next().unwrap();
    word(&outcome.outcome.unwrap(), outcome.customer_id, Vec::new())
}
