//! Many callers at the same time: what may happen once happens once, and nothing gets lost between them.
//!
//! Deliberately absent: crashes.

use std::collections::BTreeSet;
use std::sync::Barrier;
use std::thread;

use super::support::writer::{body_of, note_texts, retrieve};
use super::support::{Answer, Server, soap};

const CALLERS: usize = 64;
const TWINS: usize = 16;
const TIMES: usize = 10;

/// A server on an empty store.
fn server() -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    (folder, server)
}

/// Sends the messages at once, each on a connection of its own, and answers in their order.
pub(crate) fn at_once(server: &Server, messages: &[String]) -> Vec<Answer> {
    let barrier = Barrier::new(messages.len());
    thread::scope(|scope| {
        let send = |message| {
            let mut client = server.client();
            barrier.wait();
            client.post(message)
        };
        let sent: Vec<_> = messages.iter().map(|message| scope.spawn(move || send(message))).collect();
        sent.into_iter().map(|sent| sent.join().unwrap()).collect()
    })
}

fn is_fault(answer: &Answer, fault_code: &str, code: &str) -> bool {
    let said = answer.find_text("faultcode").unwrap_or_default();
    answer.status == 500 && said.ends_with(fault_code) && answer.find_text("Code") == Some(code)
}

fn addition(key: &str, last: &str) -> String {
    soap::customer("addCustomer", &(soap::key("XSTORE_ID", key) + &soap::name("Ida", last)))
}

fn note(key: &str, text: &str) -> String {
    let note = format!("<CustomerNotes><CustomerNote>{text}</CustomerNote></CustomerNotes>");
    soap::customer("addOrUpdateCustomer", &(soap::key("XSTORE_ID", key) + &note))
}

#[test]
fn a_2_one_key_sent_by_many_at_once_makes_one_customer() {
    let (_folder, server) = server();
    for time in 0..TIMES {
        let key = format!("same-{time}");
        let answers = at_once(&server, &vec![soap::envelope(&addition(&key, "Sander")); CALLERS]);
        let (added, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        assert_eq!((added.len(), refused.len()), (1, CALLERS - 1));
        for answer in refused {
            assert!(is_fault(answer, "Client", "CUSTOMER_ALREADY_EXISTS"), "{}", answer.body);
        }
        let found = retrieve(&mut server.client(), &("XSTORE_ID", key)).unwrap();
        assert_eq!(found.customer_id.as_deref(), Some(added[0].text("CustomerID")));
    }
    eprintln!("concurrency: {TIMES} times {CALLERS} callers, one customer each time");
}

#[test]
fn au_1_an_unknown_key_sent_by_many_at_once_is_added_by_one() {
    let (_folder, server) = server();
    let content = soap::key("XSTORE_ID", "upsert") + &soap::name("Ida", "Sander");
    let message = soap::envelope(&soap::customer("addOrUpdateCustomer", &content));
    let answers = at_once(&server, &vec![message; CALLERS]);
    let ids: BTreeSet<_> = answers.iter().map(|answer| answer.text("CustomerID")).collect();
    let added = answers.iter().filter(|answer| answer.text("Outcome") == "Added").count();
    assert_eq!((ids.len(), added), (1, 1));
}

#[test]
fn au_4_notes_of_many_callers_at_once_are_all_kept() {
    let (_folder, server) = server();
    assert_eq!(server.client().post(&soap::envelope(&addition("noted", "Sander"))).status, 200);
    let texts: BTreeSet<_> = (0..CALLERS).map(|number| format!("note {number}")).collect();
    let messages: Vec<_> = texts.iter().map(|text| soap::envelope(&note("noted", text))).collect();
    for answer in at_once(&server, &messages) {
        assert_eq!((answer.status, answer.text("Outcome")), (200, "Updated"), "{}", answer.body);
    }
    let found = retrieve(&mut server.client(), &("XSTORE_ID", "noted".to_owned())).unwrap();
    let kept = note_texts(&found);
    assert_eq!((kept.len(), kept.into_iter().collect()), (CALLERS, texts));
}

/// The sums of a customer without transactions of an older year.
#[track_caller]
fn check_sums(server: &Server, key: &str, count: usize, amount: &str) {
    let found = retrieve(&mut server.client(), &("XSTORE_ID", key.to_owned())).unwrap();
    let summary = found.activity_summary.unwrap();
    assert_eq!(summary.lifetime, summary.year_to_date);
    let totals = summary.lifetime.unwrap();
    let pieces = (count * 3).to_string();
    assert_eq!(totals.transaction_count.as_deref(), Some(count.to_string().as_str()));
    assert_eq!(totals.sales_amount.as_deref(), Some(amount));
    assert_eq!(totals.items_sold_count.as_deref(), Some(pieces.as_str()));
}

/// Every caller sends its share, the first half of which another caller sends too.
#[test]
fn a_thousand_transactions_of_one_customer_by_many_at_once_add_up_exactly() {
    const TRANSACTIONS: usize = 1_024;
    let (_folder, server) = server();
    for key in ["busy", "quiet"] {
        assert_eq!(server.client().post(&soap::envelope(&addition(key, "Sander"))).status, 200);
    }
    let sale = |number: usize| {
        let content = format!(
            "<TransactionID>T{number}</TransactionID>{}<RetailStoreID>17</RetailStoreID>\
             <BusinessDate>2024-05-{:02}</BusinessDate><SalesAmount>{}.1001</SalesAmount>\
             <ItemsSoldCount>3</ItemsSoldCount>",
            soap::key("XSTORE_ID", "busy"),
            number % 28 + 1,
            number
        );
        soap::envelope(&soap::transaction(&content))
    };
    let share = TRANSACTIONS / CALLERS;
    let began = std::time::Instant::now();
    thread::scope(|scope| {
        for caller in 0..CALLERS {
            let (server, sale) = (&server, &sale);
            scope.spawn(move || {
                let mut client = server.client();
                let neighbours = (caller + 1) % CALLERS * share;
                let mine = caller * share..(caller + 1) * share;
                for number in mine.chain(neighbours..neighbours + share / 2) {
                    let answer = client.post(&sale(number));
                    assert_eq!((answer.status, answer.text("TransactionID")), (200, &*format!("T{number}")));
                }
            });
        }
    });
    let took = began.elapsed();
    // 0 + 1 + … + 1023, and 1024 times 0.1001.
    check_sums(&server, "busy", TRANSACTIONS, "523878.5024");
    let quiet = retrieve(&mut server.client(), &("XSTORE_ID", "quiet".to_owned())).unwrap();
    assert_eq!(quiet.activity_summary, None);
    eprintln!("concurrency: {TRANSACTIONS} transactions of one customer by {CALLERS} callers in {took:.1?}");
}

#[test]
fn one_message_id_sent_by_many_at_once_has_one_effect_and_one_answer() {
    let (_folder, server) = server();
    for time in 0..TIMES {
        let key = format!("twin-{time}");
        let message = soap::repeatable(&format!("urn:twin:{time}"), "addCustomer", &addition(&key, "Sander"));
        let answers = at_once(&server, &vec![message; TWINS]);
        for answer in &answers {
            assert_eq!((answer.status, body_of(answer)), (200, body_of(&answers[0])));
        }
        let found = retrieve(&mut server.client(), &("XSTORE_ID", key)).unwrap();
        assert_eq!(found.customer_id.as_deref(), Some(answers[0].text("CustomerID")));
    }
    eprintln!("concurrency: {TIMES} times {TWINS} twins, one answer each time");
}

#[test]
fn two_bodies_under_one_message_id_at_once_are_one_effect_and_one_client_fault() {
    let (_folder, server) = server();
    let mut wins = [0, 0];
    for time in 0..CALLERS {
        let names = ["Sander", "Tander"].map(|last| (format!("{last}-{time}"), last));
        let messages = names.each_ref().map(|(key, last)| {
            soap::repeatable(&format!("urn:rivals:{time}"), "addCustomer", &addition(key, last))
        });
        let answers = at_once(&server, &messages);
        let winner = answers.iter().position(|answer| answer.status == 200).unwrap();
        let loser = &answers[1 - winner];
        assert!(is_fault(loser, "Client", "MALFORMED_MESSAGE"), "{}", loser.body);
        let mut client = server.client();
        let found = names.each_ref().map(|(key, _)| retrieve(&mut client, &("XSTORE_ID", key.clone())));
        assert_eq!(found.map(|found| found.is_some()), [winner == 0, winner == 1]);
        wins[winner] += 1;
    }
    eprintln!("concurrency: {CALLERS} pairs of rivals, won {} to {}", wins[0], wins[1]);
}
