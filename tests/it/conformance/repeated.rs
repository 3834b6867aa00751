//! Line D10: a message that is sent again is answered again and carried out once.

use castile::wire::soap::Version::{self, V11, V12};
use castile::wire::xml::{Document, Limits};

use super::{CARD, Running, Scene, add, fresh, sale};
use crate::support::{Answer, Server, soap};
use std::sync::Arc;

fn send(scene: &Scene, version: Version, message: &str) -> Answer {
    let message = message.replace("http://schemas.xmlsoap.org/soap/envelope/", version.namespace());
    scene.exchange("POST", soap::PATH, &[("Content-Type", version.content_type())], message)
}

/// What stands in the Body, for the headers of an answer are new each time.
fn body(answer: &Answer) -> String {
    let document = Document::parse(answer.body.as_bytes(), &Limits::default()).unwrap();
    let body = document.root().children().last().unwrap();
    String::from_utf8(body.children().next().unwrap().source().to_vec()).unwrap()
}

/// The same but for what differs between two faults for one refusal.
fn told_again(answer: &Answer) -> String {
    let request_id = answer.header("x-request-id").unwrap();
    body(answer).replace(request_id, "")
}

/// A request of every writing operation on a customer of its own, a refused one and a document.
fn writes(scene: &Scene) -> Vec<(&'static str, String)> {
    let customer = || scene.fresh_customer();
    let record = |action: &str, key: &str| format!("<Customer Action='{action}'>{key}</Customer>");
    let new = || soap::key("XSTORE_ID", &fresh("again"));
    let document = format!(
        "<Customers xmlns='{}'>{}{}{}</Customers>",
        soap::NAMESPACE,
        record("Add", &new()),
        record("Delete", &customer()),
        record("Add", &customer()),
    );
    vec![
        ("addCustomer", soap::customer("addCustomer", &new())),
        ("addCustomer", soap::customer("addCustomer", "<Source>without a key</Source>")),
        ("addCustomer", soap::customer("addCustomer", &customer())),
        ("addOrUpdateCustomer", soap::customer("addOrUpdateCustomer", &new())),
        ("updateCustomer", soap::customer("updateCustomer", &format!("{}<Source>web</Source>", customer()))),
        (
            "deleteCustomer",
            format!("<deleteCustomer xmlns='{}'>{}</deleteCustomer>", soap::NAMESPACE, customer()),
        ),
        ("mergeCustomers", soap::merge(&customer(), &[&customer(), &customer()])),
        ("unmergeCustomers", soap::unmerge(&scene.merged(&[&customer(), &customer()]))),
        ("recordTransaction", soap::transaction(&sale(&customer()))),
        ("associateCardToCustomer", soap::association(CARD, &customer())),
        ("activateInstrumentCustomer", soap::instruments(&soap::instrument_record(CARD, &customer()))),
        ("processCustomers", document),
        ("submitBatch", soap::batch("again", "again.xml", "<Customers/>")),
        ("submitBatch", soap::batch("a/b", "again.xml", "<Customers/>")),
    ]
}

#[test]
fn d_10_a_message_sent_again_gets_the_stored_answer_and_is_carried_out_once() {
    let scene = Scene::shared();
    for (operation, request) in writes(&scene) {
        let message_id = fresh("urn:again");
        let message = soap::repeatable(&message_id, operation, &request);
        let first = send(&scene, V11, &message);
        for _ in 0..2 {
            let again = send(&scene, V11, &message);
            assert_eq!((again.status, told_again(&again)), (first.status, told_again(&first)), "{operation}");
            assert_eq!(again.find_text("RelatesTo"), Some(message_id.as_str()));
            assert_ne!(
                again.find_text("MessageID"),
                first.find_text("MessageID"),
                "an answer has an id of its own"
            );
        }
    }
}

#[test]
fn d_10_a_message_is_known_across_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let message =
        soap::repeatable("urn:restart", "addCustomer", &soap::customer("addCustomer", "<Source>a</Source>"));
    let server = Server::start(folder.path());
    let first = server.client().post(&message);
    server.stop();
    let server = Some(Server::start(folder.path()));
    let scene = Scene(Arc::new(Running { server, _folder: folder }));
    let again = send(&scene, V11, &message);
    assert_eq!((again.status, body(&again)), (200, body(&first)));
    let search = format!(
        "<retrieveCustomer xmlns='{}'><CustomerID>2</CustomerID></retrieveCustomer>",
        soap::NAMESPACE
    );
    assert_eq!(
        scene.server().client().post(&soap::envelope(&search)).status,
        500,
        "a second customer was added"
    );
}

/// Only Body tells messages apart; the envelope may be of the other version, with other headers.
#[test]
fn d_10_the_same_body_in_another_envelope_is_the_same_message() {
    let scene = Scene::shared();
    let message = soap::repeatable(&fresh("urn:versions"), "addCustomer", &soap::customer("addCustomer", ""));
    let first = send(&scene, V11, &message);
    let more = message.replacen("<e:Header>", "<e:Header><own xmlns='urn:own'/>", 1);
    for again in [send(&scene, V12, &message), send(&scene, V11, &more)] {
        assert_eq!((again.status, body(&again)), (200, body(&first)));
    }
}

#[test]
fn d_10_a_message_id_with_another_body_is_a_client_fault() {
    let scene = Scene::shared();
    let message_id = fresh("urn:other");
    let key = fresh("other");
    let first = soap::repeatable(&message_id, "addCustomer", &add(&fresh("first")));
    assert_eq!(send(&scene, V11, &first).status, 200);
    let other = soap::repeatable(&message_id, "addCustomer", &add(&key));
    for (version, expected) in [(V11, "500 Client MALFORMED_MESSAGE"), (V12, "400 Sender MALFORMED_MESSAGE")]
    {
        assert_eq!(super::told(&send(&scene, version, &other)), expected);
    }
    assert!(!scene.is_stored(&key));
}
