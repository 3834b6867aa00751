//! Random histories: the server says and keeps what a small model of the rules does, whoever asks it.
//!
//! One history is told to four fresh servers: by SOAP 1.1, by SOAP 1.2, in documents of several records, and in batch
//! files. Every answer has the model's outcome or code, and in the end every customer is the model's, inactive parts
//! too. A document is sent twice under its `wsa:MessageID`, so that the second one must change nothing. The seed is
//! printed; the variable that it is printed with repeats the history. A history that fails is made as short as it goes
//! and told. Deliberately absent: several callers at once.

mod caller;
mod expected;
mod history;
mod many;
mod shop;
mod shown;
mod shrink;
mod together;

use std::panic::{AssertUnwindSafe, catch_unwind};

use self::caller::Caller;
use self::expected::{Expected, Model, Person};
use self::history::{Action, Request};
use super::support::{Random, Server, check, run};

/// How many requests a history has.
const REQUESTS: usize = 800;
/// A history that is told in full where it fails.
const TOLD_MAX: usize = 60;

/// A request, with the places of customers, and what the model makes of it.
struct Step {
    request: Request,
    expected: Expected,
    /// Whoever is to be shown.
    shown: Option<Person>,
}

/// One way to tell a history.
type Way = fn(&mut Caller, &[Step]);

const WAYS: [(&str, Way); 4] = [
    ("SOAP 1.1", caller::speak_soap_11),
    ("SOAP 1.2", caller::speak_soap_12),
    ("documents", many::speak_documents),
    ("batch files", many::speak_files),
];

/// What comes of requests, which name customers by the requests that made them.
fn steps(requests: &[Request]) -> (Vec<Step>, Model) {
    let mut model = Model::default();
    let steps = requests.iter().map(|request| step(&mut model, request)).collect();
    (steps, model)
}

fn step(model: &mut Model, request: &Request) -> Step {
    let request = request.resolved(&model.born);
    let expected = model.run(&request);
    let person = expected.as_ref().ok().and_then(|done| done.person);
    let shown = person.and_then(|person| match request.action {
        Action::Retrieve => Some(model.shown(person)),
        Action::Find => Some(model.shown(person).active_part()),
        _ => None,
    });
    Step { request, expected, shown }
}

fn history(random: &mut Random) -> Vec<Request> {
    let mut model = Model::default();
    let mut requests: Vec<Request> = Vec::new();
    for number in 0..REQUESTS {
        let last = requests.last().filter(|_| random.once_in(8)).cloned();
        // Said twice, a request has another outcome.
        let again = last.map(|request| Request { number, ..request });
        let request = again.unwrap_or_else(|| Request::random(random, number, &model));
        step(&mut model, &request);
        requests.push(request);
    }
    requests
}

#[test]
fn random_histories_have_the_same_end_by_every_way_in_as_in_the_model() {
    let mut random = Random::new("random histories against a model");
    let requests = loop {
        let requests = history(&mut random);
        match missing(&steps(&requests).0) {
            None => break requests,
            Some(word) => eprintln!("a history without {word} proves too little"),
        }
    };
    for (name, way) in WAYS {
        let fails = |requests: &[Request]| catch_unwind(AssertUnwindSafe(|| tell(way, requests))).is_err();
        if fails(&requests) {
            // What fails by chance can't be made shorter.
            let few = if fails(&requests) { shrink::shrink(&requests, fails) } else { requests };
            tell(way, &few);
            panic!("{name}: it fails, but not always, with {} requests", few.len());
        }
    }
}

/// Tells it to a server of its own.
fn tell(way: Way, requests: &[Request]) {
    let (steps, model) = steps(requests);
    let listing = PrintOnPanic(requests);
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    shop::CARD_FILES.iter().for_each(|file| drop(check(&run(folder.path(), &["load", file]), 0, &[])));
    let mut caller = Caller::new(server.client(), folder.path());
    way(&mut caller, &steps);
    caller.check_all(&model);
    server.stop();
    check(&run(folder.path(), &["check"]), 0, &[]);
    drop(listing);
}

/// The history, if it fails.
struct PrintOnPanic<'r>(&'r [Request]);

impl Drop for PrintOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() && self.0.len() <= TOLD_MAX {
            eprintln!("this fails:\n{}", told(self.0));
        }
    }
}

/// A request on a line, with what has to become of it. Customers are told by their order.
fn told(requests: &[Request]) -> String {
    let line = |step: &Step| match &step.expected {
        Ok(done) => format!("{} -> {} {:?} {:?}\n", step.request, done.word, done.person, done.others),
        Err(code) => format!("{} -> {code}\n", step.request),
    };
    steps(requests).0.iter().map(line).collect()
}

/// What never happens in a history, which proves little then.
fn missing(steps: &[Step]) -> Option<&'static str> {
    let words = [
        "Added",
        "Updated",
        "Unchanged",
        "Deleted",
        "Shown",
        "Merged",
        "Unmerged",
        "Recorded",
        "Given",
        "CardShown",
        "CUSTOMER_NOT_FOUND",
        "CUSTOMER_ALREADY_EXISTS",
        "INVALID_ATTRIBUTE_VALUE",
        "ALTERNATE_KEY_VALUE_UNSPECIFIED",
        "MERGE_CUSTOMER_CREATION_EXCEPTION",
        "TRANSACTION_ALREADY_EXISTS",
        "CARD_NOT_FOUND",
        "ACCOUNT_BLOCKED",
        "MIN_ACTIVATION_AMT_NOT_MET",
    ];
    let said = |step: &Step| step.expected.as_ref().map_or_else(|code| *code, |done| done.word);
    words.into_iter().find(|word| steps.iter().all(|step| said(step) != *word))
}
