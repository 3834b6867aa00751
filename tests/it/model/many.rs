//! A history as records of documents and of batch files. What can't be a record is asked for in between.
//!
//! Deliberately absent: cards as records, which other tests have.

use castile::wire::soap::Version;
use serde_json::Value;

use super::Step;
use super::caller::Caller;
use super::expected::Expected;
use super::history::NOBODY;
use crate::second_decoder;
use crate::support::{Answer, check, run, soap};

/// The longest document.
const DOCUMENT_RECORDS_MAX: usize = 12;
/// The longest file: all failures of one are told on a page.
const FILE_RECORDS_MAX: usize = 25;

type Send = fn(&mut Caller, &[&Step]);

pub(super) fn speak_documents(caller: &mut Caller, steps: &[Step]) {
    speak(caller, steps, DOCUMENT_RECORDS_MAX, Caller::send_document);
}

pub(super) fn speak_files(caller: &mut Caller, steps: &[Step]) {
    speak(caller, steps, FILE_RECORDS_MAX, Caller::send_file);
}

/// What names somebody new by an id waits until it is known.
fn speak(caller: &mut Caller, steps: &[Step], records_max: usize, send: Send) {
    let mut waiting: Vec<&Step> = Vec::new();
    for step in steps {
        let names_somebody_new =
            step.request.customers().any(|person| person != NOBODY && person >= caller.ids.len());
        if waiting.len() == records_max || names_somebody_new || !step.request.is_record() {
            send(caller, &std::mem::take(&mut waiting));
        }
        if step.request.is_record() {
            waiting.push(step);
        } else {
            caller.ask(step, Version::V11);
        }
    }
    send(caller, &waiting);
}

impl Caller {
    fn customers(&self, steps: &[&Step]) -> String {
        let records = steps.iter().map(|step| step.request.record(|person| self.id(person)));
        let records: Vec<_> = records.collect();
        format!("<Customers xmlns=\"{}\">\n{}\n</Customers>", soap::NAMESPACE, records.join("\n"))
    }

    /// Sends requests as one document, twice.
    fn send_document(&mut self, steps: &[&Step]) {
        let document = self.customers(steps);
        self.sent += 1;
        let message_id = format!("urn:example:document-{}", self.sent);
        let message = soap::repeatable(&message_id, "processCustomers", &document);
        let answer = self.client.post(&message);
        assert_eq!(answer.status, 200, "{document}: {}", answer.body);
        let read =
            |answer: &Answer| second_decoder::decode(&answer.body).unwrap().customers_response.unwrap();
        let told = read(&answer);
        assert_eq!(read(&self.client.post(&message)), told, "the second time");
        assert_eq!(told.results.len(), steps.len());
        assert_eq!(told.failed_count, Some(failures(steps).len().to_string()), "{document}: {}", answer.body);
        for (step, result) in steps.iter().zip(told.results) {
            let code = step.expected.as_ref().err().copied();
            assert_eq!(result.code.as_deref(), code, "{}", step.request);
            if let Ok(done) = &step.expected {
                let id = result.customer_id.unwrap();
                self.learn(done, id.clone());
                assert_eq!(id, self.ids[done.person.unwrap()], "{}", step.request);
            }
        }
    }

    /// Sends requests as one file, and waits for its end.
    fn send_file(&mut self, steps: &[&Step]) {
        if steps.is_empty() {
            return;
        }
        let file = self.customers(steps);
        self.sent += 1;
        let submit = soap::batch("history", &format!("{}.xml", self.sent), &file);
        let answer = self.client.post(&soap::envelope(&submit));
        assert_eq!(answer.status, 200, "{}", answer.body);
        let id = answer.text("RunID").to_owned();
        soap::wait_for_run(&mut self.client, &id);
        let answer = self.client.post(&soap::envelope(&soap::run(&id)));
        let told = second_decoder::decode(&answer.body).unwrap().get_batch_status_response.unwrap();
        let told = told.run.unwrap();
        assert_eq!(told.record_count, Some(steps.len().to_string()), "{file}: {}", answer.body);
        let failed = told.failures.into_iter().map(|failure| (failure.index.unwrap(), failure.code.unwrap()));
        let failed: Vec<_> = failed.collect();
        assert_eq!(failed, failures(steps), "{file}: {}", answer.body);
        self.learn_ids(steps);
    }

    /// A run tells no ids; those who are new have the newest, in the order of their records.
    fn learn_ids(&mut self, steps: &[&Step]) {
        let known = self.ids.len();
        let is_new = |expected: &Expected| {
            expected.as_ref().is_ok_and(|done| done.person.is_some_and(|person| person >= known))
        };
        if !steps.iter().any(|step| is_new(&step.expected)) {
            return;
        }
        let export = check(&run(&self.folder, &["export"]), 0, &[]);
        let lines = export.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let ids = lines.filter_map(|line| line["customer"]["record"]["head"]["id"].as_u64());
        let mut ids: Vec<u64> = ids.filter(|id| !self.ids.contains(&id.to_string())).collect();
        ids.sort_unstable();
        self.ids.extend(ids.iter().map(u64::to_string));
    }
}

/// Place from 1 and code of every refusal.
fn failures(steps: &[&Step]) -> Vec<(String, String)> {
    let numbered = steps.iter().zip(1..);
    let code = |(step, number): (&&Step, usize)| {
        step.expected.as_ref().err().map(|code| (number.to_string(), (*code).to_owned()))
    };
    numbered.filter_map(code).collect()
}
