//! Random histories: the server says and keeps what a small model of the rules does, whoever asks it.
//!
//! One history is told to three fresh servers: by SOAP 1.1, by SOAP 1.2, and in documents of several records. Every
//! answer has the model's outcome or code, and in the end every customer is the model's, inactive parts too. A document
//! is sent twice under its `wsa:MessageID`, so that the second one must change nothing. The seed is printed; the
//! variable that it is printed with repeats the history. Deliberately absent: several callers at once.

mod expected;
mod history;

use castile::wire::soap::Version;

use self::expected::{Expected, Model, Person};
use self::history::{Action, Request};
use super::second_decoder::{self, Body};
use super::support::{Answer, Client, Random, Server, fault, soap};

/// How many requests a history has.
const REQUESTS: usize = 600;
/// The longest document.
const RECORDS_MAX: usize = 12;
/// An id that nobody has.
const NOBODY: &str = "999999";

/// A request and what the model makes of it.
struct Step {
    request: Request,
    expected: Expected,
    /// Of whoever was found, afterwards.
    shown: Option<Person>,
}

fn history(random: &mut Random) -> (Vec<Step>, Model) {
    let mut model = Model::default();
    let mut last: Option<Request> = None;
    let step = |_| {
        // Said twice, a request has another outcome.
        let again = last.take().filter(|_| random.once_in(8));
        let request = again.unwrap_or_else(|| Request::random(random, model.people.len()));
        last = Some(request.clone());
        let expected = model.run(&request);
        let shown = expected.as_ref().ok().map(|(person, _)| model.people[*person].clone());
        Step { request, expected, shown }
    };
    let steps = (0..REQUESTS).map(step).collect();
    (steps, model)
}

#[test]
fn random_histories_have_the_same_end_by_every_way_in_as_in_the_model() {
    let (steps, model) = history(&mut Random::new("random histories against a model"));
    check_variety(&steps);
    for speak in [speak_soap_11, speak_soap_12, speak_documents] {
        let folder = tempfile::tempdir().unwrap();
        let server = Server::start(folder.path());
        let mut caller = Caller { client: server.client(), ids: Vec::new(), documents: 0 };
        speak(&mut caller, &steps);
        assert_eq!(caller.ids.len(), model.people.len());
        for (number, person) in model.people.iter().enumerate() {
            assert_eq!(&caller.shown(number), person, "customer {number} after the history");
        }
    }
}

/// A history in which little happens proves little.
fn check_variety(steps: &[Step]) {
    let words = ["Added", "Updated", "Unchanged", "Deleted", "Shown"];
    let codes = [
        "CUSTOMER_NOT_FOUND",
        "CUSTOMER_ALREADY_EXISTS",
        "INVALID_ATTRIBUTE_VALUE",
        "ALTERNATE_KEY_VALUE_UNSPECIFIED",
    ];
    for word in words.into_iter().chain(codes) {
        let count =
            steps.iter().filter(|step| step.expected.as_ref().map_or_else(|code| *code, |ok| ok.1) == word);
        assert_ne!(count.count(), 0, "{word}");
    }
}

/// Who tells a history, and which id each of the model's people has on this server.
struct Caller {
    client: Client,
    ids: Vec<String>,
    /// How many documents were sent.
    documents: usize,
}

fn speak_soap_11(caller: &mut Caller, steps: &[Step]) {
    steps.iter().for_each(|step| caller.ask(step, Version::V11));
}

fn speak_soap_12(caller: &mut Caller, steps: &[Step]) {
    steps.iter().for_each(|step| caller.ask(step, Version::V12));
}

/// What follows the addition of somebody whom it names by id waits for the answer.
fn speak_documents(caller: &mut Caller, steps: &[Step]) {
    let mut waiting: Vec<&Step> = Vec::new();
    for step in steps {
        let is_full = waiting.len() == RECORDS_MAX || step.request.action == Action::Retrieve;
        let names_somebody_new =
            step.request.customer.is_some_and(|number| number != usize::MAX && number >= caller.ids.len());
        if is_full || names_somebody_new {
            caller.send_document(&std::mem::take(&mut waiting));
        }
        match step.request.action {
            Action::Retrieve => caller.ask(step, Version::V11),
            _ => waiting.push(step),
        }
    }
    caller.send_document(&waiting);
}

impl Caller {
    fn id(&self, number: Option<usize>) -> Option<&str> {
        number.map(|number| self.ids.get(number).map_or(NOBODY, String::as_str))
    }

    fn post(&mut self, version: Version, body: &str) -> Answer {
        let envelope = soap::envelope_in(version.namespace(), "", body);
        self.client.exchange("POST", soap::PATH, &[("Content-Type", version.content_type())], &*envelope)
    }

    /// Sends a request as an operation of its own.
    fn ask(&mut self, step: &Step, version: Version) {
        let request = step.request.operation(self.id(step.request.customer));
        let answer = self.post(version, &request);
        if answer.status != 200 {
            let summary = fault::summary(&answer);
            let Err(code) = step.expected else { panic!("{request}: {summary}") };
            assert!(summary.contains(code), "{request}: {summary}, not {code}");
            return;
        }
        let body = second_decoder::decode(&answer.body).unwrap();
        let (number, expected) =
            step.expected.unwrap_or_else(|code| panic!("{request}: {code}: {}", answer.body));
        match written(&body) {
            Some((id, outcome)) => {
                assert_eq!(outcome, expected, "{request}");
                self.learn(step, number, id);
            }
            None => assert_eq!(shown(body), *step.shown.as_ref().unwrap(), "{request}"),
        }
    }

    /// Sends requests as one document, twice.
    fn send_document(&mut self, steps: &[&Step]) {
        let records: String =
            steps.iter().map(|step| step.request.record(self.id(step.request.customer))).collect();
        let document = format!("<Customers xmlns=\"{}\">{records}</Customers>", soap::NAMESPACE);
        self.documents += 1;
        let message_id = format!("urn:example:document-{}", self.documents);
        let message = soap::repeatable(&message_id, "processCustomers", &document);
        let answer = self.client.post(&message);
        assert_eq!(answer.status, 200, "{document}: {}", answer.body);
        let read =
            |answer: &Answer| second_decoder::decode(&answer.body).unwrap().customers_response.unwrap();
        let told = read(&answer);
        assert_eq!(read(&self.client.post(&message)), told, "the second time");
        assert_eq!(told.results.len(), steps.len());
        let failed = steps.iter().filter(|step| step.expected.is_err()).count();
        assert_eq!(told.failed_count, Some(failed.to_string()), "{document}: {}", answer.body);
        for (step, result) in steps.iter().zip(&told.results) {
            match step.expected {
                Err(code) => assert_eq!(result.code.as_deref(), Some(code), "{:?}", step.request),
                Ok((number, _)) => self.learn(step, number, result.customer_id.clone().unwrap()),
            }
        }
    }

    /// Somebody new gets the id that was told; of everybody else it is known.
    fn learn(&mut self, step: &Step, number: usize, id: String) {
        if number == self.ids.len() {
            self.ids.push(id);
        } else {
            assert_eq!(self.ids[number], id, "{:?}", step.request);
        }
    }

    fn shown(&mut self, number: usize) -> Person {
        let request = soap::retrieve(&format!("<CustomerID>{}</CustomerID>", self.ids[number]));
        shown(second_decoder::decode(&self.post(Version::V11, &request).body).unwrap())
    }
}

/// CustomerID and Outcome of the answer to a write.
fn written(body: &Body) -> Option<(String, String)> {
    let outcomes = [
        &body.add_customer_response,
        &body.add_or_update_customer_response,
        &body.update_customer_response,
        &body.delete_customer_response,
    ];
    let outcome = outcomes.into_iter().flatten().next()?;
    Some((outcome.customer_id.clone().unwrap(), outcome.outcome.clone().unwrap()))
}

fn shown(body: Body) -> Person {
    Person::from(body.retrieve_customer_response.unwrap().customer.unwrap())
}
