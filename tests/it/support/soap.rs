//! SOAP messages of the tests.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::Client;

/// The address of the service.
pub(crate) const PATH: &str = "/services/CRMProcessor";
/// The namespace of the service.
pub(crate) const NAMESPACE: &str = "urn:castile:crm:v1";

/// A SOAP 1.1 envelope around this body.
pub(crate) fn envelope(body: &str) -> String {
    envelope_in("http://schemas.xmlsoap.org/soap/envelope/", "", body)
}

/// A SOAP 1.2 envelope around this body.
pub(crate) fn envelope_12(body: &str) -> String {
    envelope_in("http://www.w3.org/2003/05/soap-envelope", "", body)
}

/// An envelope of any version with these header blocks.
pub(crate) fn envelope_in(namespace: &str, header: &str, body: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><e:Envelope xmlns:e=\"{namespace}\"><e:Header>{header}</e:Header>\
         <e:Body>{body}</e:Body></e:Envelope>"
    )
}

/// A SOAP 1.1 message that may be sent again: with a `wsa:MessageID` and its Action.
pub(crate) fn repeatable(message_id: &str, operation: &str, body: &str) -> String {
    let header = format!(
        "<wsa:MessageID xmlns:wsa=\"http://www.w3.org/2005/08/addressing\">{message_id}</wsa:MessageID>\
         <wsa:Action xmlns:wsa=\"http://www.w3.org/2005/08/addressing\">{NAMESPACE}:{operation}</wsa:Action>"
    );
    envelope_in("http://schemas.xmlsoap.org/soap/envelope/", &header, body)
}

/// The request element of an operation that takes a `Customer` of this content.
pub(crate) fn customer(operation: &str, content: &str) -> String {
    format!("<{operation} xmlns=\"{NAMESPACE}\"><Customer>{content}</Customer></{operation}>")
}

/// The request element that records a transaction of this content.
pub(crate) fn transaction(content: &str) -> String {
    format!(
        "<recordTransaction xmlns=\"{NAMESPACE}\"><Transaction>{content}</Transaction></recordTransaction>"
    )
}

/// The request element that gives the card of this number to the customer whom the identifier names.
pub(crate) fn association(card: &str, identifier: &str) -> String {
    let instrument = instrument_record(card, identifier);
    format!("<associateCardToCustomer xmlns=\"{NAMESPACE}\">{instrument}</associateCardToCustomer>")
}

/// The same as a record of a document.
pub(crate) fn instrument_record(card: &str, identifier: &str) -> String {
    format!("<Instrument><CardNumber>{card}</CardNumber><Customer>{identifier}</Customer></Instrument>")
}

/// The document of such records.
pub(crate) fn instruments(records: &str) -> String {
    format!(
        "<ActivateInstrumentCustomerRequest xmlns=\"{NAMESPACE}\">{records}</ActivateInstrumentCustomerRequest>"
    )
}

/// The request element that retrieves the card of this number.
pub(crate) fn instrument(card: &str) -> String {
    format!("<retrieveInstrument xmlns=\"{NAMESPACE}\"><CardNumber>{card}</CardNumber></retrieveInstrument>")
}

/// A request that merges customers, each named by its identifiers.
pub(crate) fn merge(source: &str, targets: &[&str]) -> String {
    let source =
        if source.is_empty() { String::new() } else { format!("<MergeSource>{source}</MergeSource>") };
    let targets: String =
        targets.iter().map(|target| format!("<MergeTarget>{target}</MergeTarget>")).collect();
    format!(
        "<mergeCustomers xmlns=\"{NAMESPACE}\">{source}<MergeTargetSet>{targets}</MergeTargetSet></mergeCustomers>"
    )
}

/// A request that takes back the merge that made this customer.
pub(crate) fn unmerge(id: &str) -> String {
    format!("<unmergeCustomers xmlns=\"{NAMESPACE}\"><CustomerID>{id}</CustomerID></unmergeCustomers>")
}

/// A CustomerID.
pub(crate) fn id(id: &str) -> String {
    format!("<CustomerID>{id}</CustomerID>")
}

/// An alternate key.
pub(crate) fn key(type_code: &str, id: &str) -> String {
    format!("<AlternateKey TypeCode=\"{type_code}\"><AlternateID>{id}</AlternateID></AlternateKey>")
}

/// A person's name.
pub(crate) fn name(first: &str, last: &str) -> String {
    format!(
        "<EntityInformation><Individual><Name><Name Location=\"First\">{first}</Name>\
         <Name Location=\"Last\">{last}</Name></Name></Individual></EntityInformation>"
    )
}

/// The request element that retrieves by this identifier, inactive parts too.
pub(crate) fn retrieve(identifier: &str) -> String {
    format!(
        "<retrieveCustomer xmlns=\"{NAMESPACE}\">{identifier}<IncludeInactive>true</IncludeInactive></retrieveCustomer>"
    )
}

/// The request element that retrieves the active customer whom this identifier leads to, active parts alone.
pub(crate) fn retrieve_active(identifier: &str) -> String {
    format!("<retrieveCustomer xmlns=\"{NAMESPACE}\">{identifier}</retrieveCustomer>")
}

/// The request element that submits a batch file.
pub(crate) fn batch(fileset: &str, file_name: &str, file: &str) -> String {
    let content = STANDARD.encode(file);
    format!(
        "<submitBatch xmlns=\"{NAMESPACE}\"><Fileset>{fileset}</Fileset><FileName>{file_name}</FileName>\
         <Content>{content}</Content></submitBatch>"
    )
}

/// The request element that asks for a run.
pub(crate) fn run(id: &str) -> String {
    format!("<getBatchStatus xmlns=\"{NAMESPACE}\"><RunID>{id}</RunID></getBatchStatus>")
}

/// Asks for a run until it has ended; its last state.
pub(crate) fn wait_for_run(client: &mut Client, id: &str) -> String {
    loop {
        let answer = client.post(&envelope(&run(id)));
        assert_eq!(answer.status, 200, "{}", answer.body);
        if answer.find_text("EndTime").is_some() {
            return answer.text("State").to_owned();
        }
    }
}
