//! A document that the server dies in: sent again, it goes on behind the last record that was done.
//!
//! Deliberately absent: what records do (the goldens and the model), and every single way a commit can fail.

use super::second_decoder;
use super::support::{Server, soap};

/// Long enough that the server does not get through it before it is killed.
const RECORDS: usize = 2_000;
/// So many records are done before that.
const DONE_AT_LEAST: usize = 40;

fn key(number: usize) -> String {
    soap::key("XSTORE_ID", &format!("D-{number}"))
}

fn document() -> String {
    let add = |number| format!("<Customer Action=\"Add\">{}</Customer>", key(number));
    let records: String = (1..=RECORDS).map(add).collect();
    let document = format!("<Customers xmlns=\"{}\">{records}</Customers>", soap::NAMESPACE);
    soap::repeatable("urn:example:long-document", "processCustomers", &document)
}

/// A second addition of a record would fail, for its key is taken.
#[test]
fn a_document_sent_again_after_a_kill_does_every_record_once() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let (mut sender, mut reader) = (server.client(), server.client());
    let mut is_there = |number| reader.post(&soap::envelope(&soap::retrieve(&key(number)))).status == 200;
    sender.try_send(&document()).unwrap();
    while !is_there(DONE_AT_LEAST) {}
    assert!(!is_there(RECORDS), "the document was over before the server was killed");
    server.kill();

    let server = Server::start(folder.path());
    let mut client = server.client();
    let [first, again] = [(); 2].map(|()| {
        let answer = client.post(&document());
        second_decoder::decode(&answer.body).unwrap().customers_response.unwrap()
    });
    let counts = (first.record_count.clone(), first.succeeded_count.clone());
    assert_eq!(counts, (Some(RECORDS.to_string()), Some(RECORDS.to_string())));
    assert_eq!(first, again);
    server.stop();
}
