//! Merged customers as their callers meet them: old ids, keys and cards through every operation, search, an export, the
//! merge taken back, and an association at the same moment.
//!
//! Deliberately absent: what survives a merge, which the rules' own tests say.

use std::path::Path;

use super::concurrency::at_once;
use super::support::{Answer, Client, Server, run, soap};

const CARDS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/reference/cards.toml");
const CARD: &str = "6006490000000001";
const ROUNDS: usize = 40;

/// A server with the cards of the examples.
fn server() -> (tempfile::TempDir, Server) {
    let folder = tempfile::tempdir().unwrap();
    command(folder.path(), &["load", CARDS]);
    let server = Server::start(folder.path());
    (folder, server)
}

/// stdout of a command that must succeed.
#[track_caller]
fn command(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[track_caller]
fn send(client: &mut Client, request: &str) -> Answer {
    let answer = client.post(&soap::envelope(request));
    assert_eq!(answer.status, 200, "{request}: {}", answer.body);
    answer
}

/// The code of a refusal.
#[track_caller]
fn refused(client: &mut Client, request: &str) -> String {
    let answer = client.post(&soap::envelope(request));
    assert_eq!(answer.status, 500, "{request}: {}", answer.body);
    answer.text("Code").to_owned()
}

fn sale(transaction_id: &str, identifier: &str) -> String {
    soap::transaction(&format!(
        "<TransactionID>{transaction_id}</TransactionID>{identifier}<RetailStoreID>17</RetailStoreID>\
         <BusinessDate>2024-05-18</BusinessDate><SalesAmount>10</SalesAmount>"
    ))
}

/// The texts of all elements of this name.
fn texts(answer: &Answer, name: &str) -> Vec<String> {
    let start = format!("<{name}>");
    let rest = answer.body.split(&start).skip(1);
    rest.filter_map(|rest| rest.split_once('<').map(|(text, _)| text.to_owned())).collect()
}

/// Adds a customer with a key, a sale and maybe a card; its id.
fn add(client: &mut Client, key: &str, card: Option<&str>) -> String {
    let content = soap::key("XSTORE_ID", key) + &soap::name("Ida", "Moen");
    let id = send(client, &soap::customer("addCustomer", &content)).text("CustomerID").to_owned();
    send(client, &sale(&format!("T-{key}"), &soap::id(&id)));
    if let Some(card) = card {
        send(client, &soap::association(card, &soap::id(&id)));
    }
    id
}

fn found(client: &mut Client, criteria: &str) -> Vec<String> {
    let request = format!("<searchCustomers xmlns=\"{}\">{criteria}</searchCustomers>", soap::NAMESPACE);
    texts(&send(client, &request), "CustomerID")
}

/// Everything that names the customer now is led there, and nothing else happens to the merged ones.
#[track_caller]
fn check_led_on(client: &mut Client, [first, second, result]: [&str; 3], sales: usize) {
    let names = [
        soap::id(first),
        soap::id(second),
        soap::key("XSTORE_ID", "a"),
        soap::key("XSTORE_ID", "b"),
        format!("<CardNumber>{CARD}</CardNumber>"),
    ];
    for name in &names {
        let found = send(client, &soap::retrieve_active(name));
        assert_eq!((found.text("CustomerID"), found.find_text("MergedInto")), (result, None), "{name}");
        assert_eq!(texts(&found, "CardNumber"), ["************0001"]);
        let again = send(client, &sale("T-a", name));
        assert_eq!(again.text("TransactionID"), "T-a", "{name}");
        let total = format!("{}.00", sales * 10);
        assert_eq!(
            (found.text("SalesAmount"), found.text("TransactionCount")),
            (&*total, &*sales.to_string())
        );
    }
    for operation in ["updateCustomer", "addOrUpdateCustomer"] {
        for name in &names[..4] {
            let content = format!("{name}<Source>{operation} {}</Source>", name.len());
            let answer = send(client, &soap::customer(operation, &content));
            assert_eq!(answer.text("CustomerID"), result, "{operation} {name}");
        }
    }
    for name in &names[..4] {
        assert_eq!(send(client, &soap::association(CARD, name)).text("CustomerID"), result, "{name}");
    }
    assert_eq!(texts(&send(client, &soap::instrument(CARD)), "CustomerID"), [result]);
    for old in [first, second] {
        let delete =
            format!("<deleteCustomer xmlns=\"{}\">{}</deleteCustomer>", soap::NAMESPACE, soap::id(old));
        assert_eq!(refused(client, &delete), "CUSTOMER_NOT_FOUND");
        let shown = send(client, &soap::retrieve(&soap::id(old)));
        assert_eq!((shown.text("CustomerID"), shown.text("MergedInto")), (old, result));
        assert_eq!(shown.text("Active"), "false");
    }
}

#[test]
fn m_2_an_old_id_key_and_card_lead_on_through_every_operation() {
    let (folder, server) = server();
    let mut client = server.client();
    let first = add(&mut client, "a", Some(CARD));
    let second = add(&mut client, "b", None);
    let card = format!("<CardNumber>{CARD}</CardNumber>");
    let by_name = "<LastName>Moen</LastName>";
    let everybody = format!("{by_name}<IncludeInactive>true</IncludeInactive>");
    assert_eq!(found(&mut client, by_name), [&*first, &*second]);
    assert_eq!(found(&mut client, &card), [&*first]);

    let merged = send(&mut client, &soap::merge(&soap::id(&first), &[&soap::key("XSTORE_ID", "b")]));
    let result = merged.text("CustomerID").to_owned();
    assert_eq!(texts(&merged, "MergedCustomerID"), [&*first, &*second]);
    for _ in 0..2 {
        assert_eq!(found(&mut client, by_name), [&*result]);
        assert_eq!(found(&mut client, &card), [&*result]);
        assert_eq!(found(&mut client, &everybody), [&*first, &*second, &*result]);
        // The second time after an index was made anew.
        command(folder.path(), &["search", "rebuild"]);
    }
    check_led_on(&mut client, [&first, &second, &result], 2);
    send(&mut client, &sale("T-new", &soap::id(&first)));
    server.stop();

    let server = Server::start(folder.path());
    let mut client = server.client();
    check_led_on(&mut client, [&first, &second, &result], 3);
    let unmerge = refused(&mut client, &soap::unmerge(&result));
    assert_eq!(unmerge, "MERGE_CUSTOMER_CREATION_EXCEPTION", "it has changed since");
    // Merged once more, an old id leads over both merges.
    let third = add(&mut client, "c", None);
    let merged = send(&mut client, &soap::merge(&soap::id(&third), &[&soap::id(&first)]));
    assert_eq!(texts(&merged, "MergedCustomerID"), [&*third, &*result]);
    let last = merged.text("CustomerID").to_owned();
    check_led_on(&mut client, [&third, &result, &last], 4);
    server.stop();
    command(folder.path(), &["check"]);
    let history = command(folder.path(), &["history", &first]);
    assert!(history.contains("mergeCustomers") && history.contains("merged_into"), "{history}");
}

/// What retrieveCustomer shows of somebody, inactive parts too.
fn shown(client: &mut Client, id: &str) -> String {
    let answer = send(client, &soap::retrieve(&soap::id(id)));
    let start = answer.body.find("<Customer>").unwrap();
    answer.body[start..answer.body.find("</Customer>").unwrap()].to_owned()
}

#[test]
fn m_8_a_merge_is_taken_back_here_and_where_an_export_of_it_was_imported() {
    let (folder, server) = server();
    let mut client = server.client();
    let ids = [add(&mut client, "a", Some(CARD)), add(&mut client, "b", None)];
    let promotion = format!("[[promotion]]\nid = \"SPRING\"\ntargets = [{}]\n", ids[1]);
    std::fs::write(folder.path().join("promotion.toml"), promotion).unwrap();
    command(folder.path(), &["load", "promotion.toml"]);
    let before = ids.each_ref().map(|id| shown(&mut client, id));
    let merge = soap::merge(&soap::id(&ids[0]), &[&soap::id(&ids[1])]);
    let result = send(&mut client, &merge).text("CustomerID").to_owned();
    command(folder.path(), &["export", "--output", "all.jsonl"]);

    let elsewhere = tempfile::tempdir().unwrap();
    let file = folder.path().join("all.jsonl");
    for _ in 0..2 {
        command(elsewhere.path(), &["import", file.to_str().unwrap()]);
    }
    // The key of PINs is in no export.
    let [from, to] = [&folder, &elsewhere].map(|folder| folder.path().join("castile-data/card-pin.key"));
    std::fs::copy(from, to).unwrap();
    let other = Server::start(elsewhere.path());
    for (folder, server) in [(folder.path(), server), (elsewhere.path(), other)] {
        let mut client = server.client();
        let targets = |folder| command(folder, &["show", "promotion", "SPRING", "--json"]);
        let both = format!("\"targets\":[{},{result}]", ids[1]);
        assert!(targets(folder).contains(&both), "M-5: {}", targets(folder));
        let restored = send(&mut client, &soap::unmerge(&result));
        assert_eq!(texts(&restored, "CustomerID"), ids);
        assert_eq!(ids.each_ref().map(|id| shown(&mut client, id)), before);
        assert_eq!(found(&mut client, "<LastName>Moen</LastName>"), ids);
        assert_eq!(found(&mut client, &format!("<CardNumber>{CARD}</CardNumber>")), [&*ids[0]]);
        assert_eq!(refused(&mut client, &soap::retrieve_active(&soap::id(&result))), "CUSTOMER_NOT_FOUND");
        assert!(targets(folder).contains(&format!("\"targets\":[{}]", ids[1])), "{}", targets(folder));
        server.stop();
        command(folder, &["check"]);
    }
}

/// A card and a sale that come for a customer while it is merged are that customer's or its successor's, whole.
#[test]
fn m_2_an_association_and_a_sale_beside_a_merge_are_before_or_behind_it() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let number = |round: usize| format!("70070000000000{round:02}");
    let cards = (0..ROUNDS).map(|round| format!("{},SEASON,,\n", number(round)));
    std::fs::write(
        folder.path().join("cards.csv"),
        cards.fold("number,card_program,pin,expiry\n".to_owned(), |lines, line| lines + &line),
    )
    .unwrap();
    command(folder.path(), &["load", CARDS]);
    command(folder.path(), &["load", "cards.csv"]);
    let mut behind = [0, 0];
    for round in 0..ROUNDS {
        let mut client = server.client();
        let ids = ["x", "y"].map(|key| add(&mut client, &format!("{key}{round}"), None));
        let messages = [
            soap::association(&number(round), &soap::id(&ids[0])),
            sale(&format!("S{round}"), &soap::id(&ids[1])),
            soap::merge(&soap::id(&ids[0]), &[&soap::id(&ids[1])]),
        ];
        let answers = at_once(&server, &messages.map(|message| soap::envelope(&message)));
        answers.iter().for_each(|answer| assert_eq!(answer.status, 200, "{}", answer.body));
        let result = answers[2].text("CustomerID");
        let given_to = answers[0].text("CustomerID");
        assert!([result, &ids[0]].contains(&given_to), "{}", answers[0].body);
        let found = send(&mut client, &soap::retrieve_active(&soap::id(result)));
        assert_eq!(texts(&found, "CardNumber").len(), 1, "{}", found.body);
        assert_eq!((found.text("TransactionCount"), found.text("SalesAmount")), ("3", "30.00"));
        assert_eq!(texts(&send(&mut client, &soap::instrument(&number(round))), "CustomerID"), [result]);
        // Where the card went and where the sale went is told by what the merged ones still show.
        let sold = send(&mut client, &soap::retrieve(&soap::id(&ids[1])));
        let carded = send(&mut client, &soap::retrieve(&soap::id(&ids[0])));
        assert_eq!(texts(&carded, "CardNumber").is_empty(), given_to == result, "{}", carded.body);
        behind[0] += usize::from(given_to == result);
        behind[1] += usize::from(sold.text("TransactionCount") == "1");
    }
    server.stop();
    command(folder.path(), &["check"]);
    eprintln!(
        "merge: of {ROUNDS} associations {} came behind the merge, of the sales {}",
        behind[0], behind[1]
    );
}
