//! A batch file in which every record can be counted afterwards: whether it was done once, twice or not at all.
//!
//! Deliberately absent: when the server dies, and how the file gets to it but for a message.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::{Client, soap};
use crate::second_decoder::{Run, decode};

/// Where the files of the tests go.
pub(crate) const FILESET: &str = "nightly";

/// A file of customers. Of ten records one fails, one changes a customer, one adds a customer that a second time would
/// add again, one merges two that a second time would be one, and the others add customers that a second time would be
/// refused. Each that is carried out leaves a note or, the merge, two copies of notes.
#[derive(Debug)]
pub(crate) struct Filed {
    name: String,
    records: u64,
    /// The run, once it was acknowledged.
    run: Option<String>,
}

/// What a file leaves in the store.
#[derive(Debug, Default, PartialEq, Eq)]
struct Left {
    customers: u64,
    /// Of the history.
    rows: u64,
    /// How often each stands there, by the number of its record.
    notes: BTreeMap<u64, u64>,
}

impl Filed {
    /// `name` tells its records from those of other files.
    pub(crate) fn new(name: &str, records: u64) -> Self {
        Filed { name: name.to_owned(), records, run: None }
    }

    /// The name of the file.
    pub(crate) fn file_name(&self) -> String {
        format!("{}.xml", self.name)
    }

    fn key(&self, number: u64) -> String {
        soap::key("XSTORE_ID", &format!("{}-{number}", self.name))
    }

    fn record(&self, number: u64) -> String {
        let note = format!(
            "<CustomerNotes><CustomerNote>{} note {number}</CustomerNote></CustomerNotes>",
            self.name
        );
        let (action, content) = match number % 10 {
            0 => ("Nothing", self.key(number)),
            3 => ("Add", soap::name("Ana", "Keyless") + &note),
            5 => ("Update", self.key(number - 1) + &note),
            8 => {
                let [source, target] = [1, 2].map(|before| self.key(number - before));
                let targets = format!("<MergeTargetSet><MergeTarget>{target}</MergeTarget></MergeTargetSet>");
                ("Merge", format!("<MergeSource>{source}</MergeSource>{targets}"))
            }
            _ => ("Add", soap::name("Ana", "Keyed") + &self.key(number) + &note),
        };
        format!("<Customer Action=\"{action}\">{content}</Customer>")
    }

    /// The whole file, a record on a line.
    pub(crate) fn content(&self) -> String {
        let records: Vec<String> = (1..=self.records).map(|number| self.record(number)).collect();
        format!("<Customers xmlns=\"{}\">\n{}\n</Customers>\n", soap::NAMESPACE, records.join("\n"))
    }

    /// Sends it, to a server that may be gone before it answers.
    pub(crate) fn submit(&mut self, address: &str) {
        let sent = Client::try_connect(address).and_then(|mut client| client.try_post(&self.message()));
        if let Ok(answer) = sent {
            assert_eq!(answer.status, 200, "{}", answer.body);
            self.run = Some(answer.text("RunID").to_owned());
        }
    }

    /// How many records are done, if the run was acknowledged; that it was must be known.
    pub(crate) fn done(&self, client: &mut Client) -> Option<u64> {
        let told = Self::told(client, self.run.as_ref()?);
        told.record_count.map(|count| count.parse().unwrap())
    }

    #[track_caller]
    fn told(client: &mut Client, run: &str) -> Run {
        let answer = client.post(&soap::envelope(&soap::run(run)));
        assert_eq!(answer.status, 200, "run {run} is lost: {}", answer.body);
        decode(&answer.body).unwrap().get_batch_status_response.unwrap().run.unwrap()
    }

    fn message(&self) -> String {
        let body = soap::batch(FILESET, &self.file_name(), &self.content());
        soap::repeatable(&format!("urn:file:{}", self.name), "submitBatch", &body)
    }

    /// Sends it again, which must not make another run, waits until everything is carried out, and proves that the run
    /// tells so.
    pub(crate) fn settle(&mut self, client: &mut Client) {
        let answer = client.post(&self.message());
        assert_eq!(answer.status, 200, "{}", answer.body);
        let run = answer.text("RunID").to_owned();
        assert_eq!(self.run.get_or_insert(run.clone()), &run, "the same message made another run");
        assert_eq!(soap::wait_for_run(client, &run), "CompletedWithFailures");
        let told = Self::told(client, &run);
        let failed = self.records / 10;
        let expected = [self.records, self.records - failed, failed].map(|count| Some(count.to_string()));
        assert_eq!([told.record_count, told.succeeded_count, told.failed_count], expected, "{}", self.name);
    }

    /// The file is in its place, and so are its failed records; nothing of it is left where it ran.
    pub(crate) fn verify_files(&self, folder: &Path) {
        let archived = complete(folder, "archived").join(self.file_name());
        assert_eq!(fs::read_to_string(archived).unwrap(), self.content());
        let failures = complete(folder, "failed").join(format!("{}_failures.xml", self.name));
        let failures = fs::read_to_string(failures).unwrap();
        let found: Vec<&str> = failures.lines().filter(|line| line.starts_with("<Customer ")).collect();
        let expected: Vec<String> = (1..=self.records / 10).map(|ten| self.record(ten * 10)).collect();
        assert_eq!(found, expected);
        let running = folder.join("castile-data/batch/running/gateway-1").join(FILESET);
        let left: Vec<_> = fs::read_dir(running).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert!(left.is_empty(), "{left:?}");
    }

    /// Every record was carried out just once, which customers, rows of the history and notes in an export tell.
    pub(crate) fn verify_export(&self, export: &str) {
        let mut found = Left::default();
        for line in export.lines() {
            let line: Value = serde_json::from_str(line).unwrap();
            let Some(customer) = line.get("customer") else { continue };
            let texts =
                customer["notes"].as_array().unwrap().iter().map(|note| note["text"].as_str().unwrap());
            let own = texts.filter_map(|text| text.strip_prefix(&format!("{} note ", self.name)));
            let own: Vec<u64> = own.map(|number| number.parse().unwrap()).collect();
            if !own.is_empty() {
                found.customers += 1;
                found.rows += customer["history"].as_array().unwrap().len() as u64;
                own.into_iter().for_each(|number| *found.notes.entry(number).or_default() += 1);
            }
        }
        assert_eq!(found, self.left(), "{}", self.name);
    }

    fn left(&self) -> Left {
        let mut left = Left::default();
        for number in 1..=self.records {
            let (customers, rows, notes) = match number % 10 {
                0 => (0, 0, 0),
                5 => (0, 1, 1),
                8 => (1, 3, 0),
                // Merged by the next record but one or two: the result has it too.
                6 | 7 => (1, 1, 1 + u64::from(number - number % 10 + 8 <= self.records)),
                _ => (1, 1, 1),
            };
            left.customers += customers;
            left.rows += rows;
            if notes > 0 {
                left.notes.insert(number, notes);
            }
        }
        left
    }
}

/// The folder where files of the fileset lie when their run has ended.
pub(crate) fn complete(folder: &Path, which: &str) -> PathBuf {
    folder.join("castile-data/batch/complete").join(FILESET).join(which)
}
