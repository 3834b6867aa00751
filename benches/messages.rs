//! The requests that are sent, without indentation, each for a customer of its own: one contact point of each kind, a
//! key, an attribute of three values and a note, as the full sample of the customer requests has them.

use crate::Outcome;

const CUSTOMER: &str = include_str!("customer.xml");

/// The path of the service.
const PATH: &str = "/services/CRMProcessor";
/// A prime, and a factor that scatters numbers over it without meeting one twice.
const KEYS: u64 = 9_999_991;
const SCATTER: u64 = 7_368_787;

/// An addOrUpdateCustomer of a customer that no other number names.
pub(crate) fn add_or_update(number: u64) -> String {
    let key = number * SCATTER % KEYS;
    compact(CUSTOMER)
        .replace("1204-000317", &format!("1204-{key:07}"))
        .replace("ned.whitlock@", &format!("n{key:07}.whitlock@"))
}

/// The same as a record of a batch file that binds the prefix `crm`.
pub(crate) fn record(number: u64) -> Outcome<String> {
    let message = add_or_update(number);
    let inside =
        message.split_once("<crm:Customer>").and_then(|(_, rest)| rest.split_once("</crm:Customer>"));
    let (content, _) = inside.ok_or("a message without a customer")?;
    Ok(format!("<crm:Customer Action=\"AddorUpdate\">{content}</crm:Customer>\n"))
}

/// A recordTransaction of the customer with this id, with a TransactionID that no other number makes.
pub(crate) fn transaction(number: u64, customer: u64) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:crm=\"urn:castile:crm:v1\">\
         <soapenv:Body><crm:recordTransaction><crm:Transaction>\
         <crm:TransactionID>1204-03-20240518-{number:09}</crm:TransactionID><crm:CustomerID>{customer}</crm:CustomerID>\
         <crm:RetailStoreID>1204</crm:RetailStoreID><crm:BusinessDate>2024-05-18</crm:BusinessDate>\
         <crm:CurrencyCode>USD</crm:CurrencyCode><crm:SalesAmount>84.97</crm:SalesAmount>\
         <crm:ReturnsAmount>12.50</crm:ReturnsAmount><crm:ItemsSoldCount>3</crm:ItemsSoldCount>\
         <crm:ItemsReturnedCount>1</crm:ItemsReturnedCount></crm:Transaction></crm:recordTransaction>\
         </soapenv:Body></soapenv:Envelope>"
    )
}

/// An associateCardToCustomer of the card with this number and the customer with this id.
pub(crate) fn association(card: u64, customer: u64) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:crm=\"urn:castile:crm:v1\">\
         <soapenv:Body><crm:associateCardToCustomer><crm:Instrument><crm:UserName>till-07</crm:UserName>\
         <crm:CardNumber>60064{card:011}</crm:CardNumber><crm:RTPTransaction><crm:LocationID>1204</crm:LocationID>\
         </crm:RTPTransaction><crm:Customer><crm:CustomerID>{customer}</crm:CustomerID></crm:Customer>\
         </crm:Instrument></crm:associateCardToCustomer></soapenv:Body></soapenv:Envelope>"
    )
}

/// The line of a file that loads that card.
pub(crate) fn card_line(card: u64) -> String {
    format!("60064{card:011},SN-{card:011},SEASON,,,,\n")
}

/// A retrieveCustomer by id; ids have as many digits as `id` here.
pub(crate) fn retrieve(id: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:crm=\"urn:castile:crm:v1\">\
         <soapenv:Body><crm:retrieveCustomer><crm:CustomerID>{id}</crm:CustomerID></crm:retrieveCustomer>\
         </soapenv:Body></soapenv:Envelope>"
    )
}

/// A mergeCustomers of these customers, the source first.
pub(crate) fn merge(members: &[u64]) -> String {
    let named = |id: &u64| format!("<crm:CustomerID>{id}</crm:CustomerID>");
    let (source, targets) = members.split_at(1);
    let source: String = source.iter().map(named).collect();
    let targets = targets.iter().map(|id| format!("<crm:MergeTarget>{}</crm:MergeTarget>", named(id)));
    let targets: String = targets.collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\
         <soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" xmlns:crm=\"urn:castile:crm:v1\">\
         <soapenv:Body><crm:mergeCustomers><crm:MergeSource>{source}</crm:MergeSource><crm:MergeTargetSet>{targets}\
         </crm:MergeTargetSet></crm:mergeCustomers></soapenv:Body></soapenv:Envelope>"
    )
}

/// The message as an HTTP/1.1 request.
pub(crate) fn http(operation: &str, message: &str) -> Vec<u8> {
    format!(
        "POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: text/xml; charset=utf-8\r\n\
         SOAPAction: \"urn:castile:crm:v1:{operation}\"\r\nContent-Length: {}\r\n\r\n{message}",
        message.len()
    )
    .into_bytes()
}

/// Where `id` stands in a request.
pub(crate) fn place_of(request: &[u8], id: &str) -> Outcome<std::ops::Range<usize>> {
    let start = memchr::memmem::find(request, id.as_bytes()).ok_or("the id is not in the request")?;
    Ok(start..start + id.len())
}

/// Programs send no indentation.
fn compact(document: &str) -> String {
    let mut out = String::with_capacity(document.len());
    for line in document.lines().map(str::trim) {
        if !out.is_empty() && !out.ends_with('>') {
            out.push(' ');
        }
        out.push_str(line);
    }
    out
}
