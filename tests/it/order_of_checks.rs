//! The order of checks is a contract: the first row has everything wrong at once, each further row repairs one thing, and
//! the next one must be told. `docs/ERRORS.md` lists the same order.
//!
//! Deliberately absent: size and framing, which come before all of this, and Contention, which comes behind all of it and
//! is provoked beside the operations.

use super::support::{Server, fault, soap};

/// What is wrong with the request, in the order of checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Flaw {
    MediaType,
    NotWellFormed,
    EnvelopeVersion,
    MustUnderstand,
    EnvelopeStructure,
    Addressing,
    Operation,
    SoapAction,
    AddressingAction,
    EarlyField,
    LateField,
    KeyWithoutTypeCode,
    KeyWithoutId,
    UndefinedTypeCode,
    KeyOfAnother,
    UnknownAttribute,
    EmptyNote,
}

const ORDER: &[(Flaw, &str)] = &[
    (Flaw::MediaType, "415 Client MALFORMED_MESSAGE"),
    (Flaw::NotWellFormed, "400 Client MALFORMED_MESSAGE 1:1"),
    (Flaw::EnvelopeVersion, "500 VersionMismatch"),
    (Flaw::MustUnderstand, "500 MustUnderstand"),
    (Flaw::EnvelopeStructure, "500 Client MALFORMED_MESSAGE 2:1"),
    (Flaw::Addressing, "500 OnlyAnonymousAddressSupported"),
    (Flaw::Operation, "500 Client UNKNOWN_OPERATION 1:1"),
    (Flaw::SoapAction, "500 Client UNKNOWN_OPERATION"),
    (Flaw::AddressingAction, "500 ActionNotSupported"),
    (Flaw::EarlyField, "500 Client INVALID_DATE_FORMAT Customer/SignupDate"),
    (Flaw::LateField, "500 Client INVALID_ATTRIBUTE_VALUE Customer/CustomerNotes/CustomerNote[1]/@sequence"),
    (
        Flaw::KeyWithoutTypeCode,
        "500 Client ALTERNATE_KEY_TYPECODE_UNSPECIFIED Customer/AlternateKey[1]/@TypeCode",
    ),
    (Flaw::KeyWithoutId, "500 Client ALTERNATE_KEY_VALUE_UNSPECIFIED Customer/AlternateKey[1]/AlternateID"),
    (Flaw::UndefinedTypeCode, "500 Client INVALID_ATTRIBUTE_VALUE Customer/AlternateKey[1]/@TypeCode"),
    (Flaw::KeyOfAnother, "500 Client CUSTOMER_ALREADY_EXISTS"),
    (Flaw::UnknownAttribute, "500 Client UNKNOWN_ATTRIBUTE_TYPE Customer/CustomAttribute[1]/@name"),
    (Flaw::EmptyNote, "500 Client CUSTOMER_NOTE_EMPTY Customer/CustomerNotes/CustomerNote[2]"),
];

/// A message with all flaws from this one on; `None` has none.
struct Message(Option<Flaw>);

impl Message {
    fn has(&self, flaw: Flaw) -> bool {
        self.0.is_some_and(|first| first <= flaw)
    }

    fn choose<'t>(&self, flaw: Flaw, wrong: &'t str, right: &'t str) -> &'t str {
        if self.has(flaw) { wrong } else { right }
    }

    fn headers(&self) -> Vec<(&'static str, &'static str)> {
        let content_type =
            if self.has(Flaw::MediaType) { "application/json" } else { "text/xml; charset=utf-8" };
        let mut headers = vec![("Content-Type", content_type)];
        if self.has(Flaw::SoapAction) {
            headers.push(("SOAPAction", "\"urn:castile:crm:v1:retrieveCustomer\""));
        }
        headers
    }

    fn envelope(&self, operation: &str) -> String {
        let namespace =
            self.choose(Flaw::EnvelopeVersion, "urn:old", "http://schemas.xmlsoap.org/soap/envelope/");
        let start = self.choose(Flaw::NotWellFormed, "text", "");
        let understand = self.choose(Flaw::MustUnderstand, "<own xmlns='urn:own' e:mustUnderstand='1'/>", "");
        let trailer = self.choose(Flaw::EnvelopeStructure, "\n<more/>", "");
        let reply_to = self.choose(
            Flaw::Addressing,
            "http://127.0.0.1:1/",
            "http://www.w3.org/2005/08/addressing/anonymous",
        );
        let action = if self.has(Flaw::AddressingAction) { "retrieveCustomer" } else { operation };
        let request = if self.has(Flaw::Operation) { "eraseCustomer" } else { operation };
        format!(
            "{start}<e:Envelope xmlns:e='{namespace}'><e:Header xmlns:wsa='http://www.w3.org/2005/08/addressing'>{understand}\
             <wsa:Action>urn:castile:crm:v1:{action}</wsa:Action>\
             <wsa:ReplyTo><wsa:Address>{reply_to}</wsa:Address></wsa:ReplyTo></e:Header><e:Body>{}</e:Body>{trailer}</e:Envelope>",
            soap::customer(request, &self.customer())
        )
    }

    /// The parts stand in the reverse of the schema's order, so that only the schema can have put them right.
    fn customer(&self) -> String {
        let sequence = self.choose(Flaw::LateField, "first", "1");
        let empty = self.choose(Flaw::EmptyNote, "<CustomerNote type='VISIT'/>", "");
        let attribute = self.choose(Flaw::UnknownAttribute, "Nothing", "Delivery Hint");
        let signup = self.choose(Flaw::EarlyField, "soon", "2024-01-31");
        format!(
            "<CustomerNotes><CustomerNote sequence='{sequence}'>n</CustomerNote>{empty}</CustomerNotes>\
             <CustomAttribute name='{attribute}'><AttributeValue>1</AttributeValue></CustomAttribute>{}\
             <SignupDate>{signup}</SignupDate>",
            self.keys()
        )
    }

    fn keys(&self) -> String {
        // One flaw at a time in the first key: they exclude each other.
        let first = match self.0 {
            Some(flaw) if flaw <= Flaw::KeyWithoutTypeCode => {
                "<AlternateKey><AlternateID>1</AlternateID></AlternateKey>".to_owned()
            }
            Some(Flaw::KeyWithoutId) => "<AlternateKey TypeCode='EMAIL'/>".to_owned(),
            Some(Flaw::UndefinedTypeCode) => soap::key("NOSUCH", "1"),
            _ => String::new(),
        };
        let id = self.choose(Flaw::KeyOfAnother, "taken", "free");
        format!("{first}{}{}", soap::key("EMAIL", "row"), soap::key("XSTORE_ID", id))
    }
}

/// Both operations that write a customer. The customer that the first one adds in the end, and that of the taken key, are
/// the two customers that the second one finds.
#[test]
fn each_repair_brings_the_next_check() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let mut client = server.client();
    let taken = soap::customer("addCustomer", &soap::key("XSTORE_ID", "taken"));
    assert_eq!(client.post(&soap::envelope(&taken)).status, 200);
    for operation in ["addCustomer", "addOrUpdateCustomer"] {
        for (flaw, expected) in ORDER {
            let message = Message(Some(*flaw));
            let envelope = message.envelope(operation);
            let answer = server.client().exchange("POST", soap::PATH, &message.headers(), &envelope);
            let expected = placed(expected, &envelope);
            assert_eq!(fault::summary(&answer), expected, "{operation} {flaw:?}: {}", answer.body);
        }
        let good = Message(None);
        let answer = client.exchange("POST", soap::PATH, &good.headers(), good.envelope(operation));
        assert_eq!(fault::summary(&answer), "200", "{}", answer.body);
    }
    server.stop();
}

/// The row of an unknown operation has its place where the request element starts.
fn placed(expected: &str, envelope: &str) -> String {
    match envelope.find("<eraseCustomer") {
        Some(at) if expected.contains("UNKNOWN_OPERATION 1:1") => {
            expected.replace("1:1", &format!("1:{}", at + 1))
        }
        _ => expected.to_owned(),
    }
}

#[test]
fn all_violations_of_one_stage_are_told_in_the_order_of_the_schema() {
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let tell = |first: Flaw| {
        let message = Message(Some(first));
        let envelope = message.envelope("addCustomer");
        fault::violations(&server.client().exchange("POST", soap::PATH, &message.headers(), envelope))
    };
    let fields = [
        "INVALID_DATE_FORMAT Customer/SignupDate",
        "INVALID_ATTRIBUTE_VALUE Customer/CustomerNotes/CustomerNote[1]/@sequence",
    ];
    assert_eq!(tell(Flaw::EarlyField), fields);
    let rules = [
        "UNKNOWN_ATTRIBUTE_TYPE Customer/CustomAttribute[1]/@name",
        "CUSTOMER_NOTE_EMPTY Customer/CustomerNotes/CustomerNote[2]",
    ];
    assert_eq!(tell(Flaw::UnknownAttribute), rules);
    server.stop();
}

#[test]
fn every_flaw_has_its_row() {
    let in_order = ORDER.windows(2).all(|pair| pair[0].0 < pair[1].0);
    assert!(in_order && ORDER.len() == Flaw::EmptyNote as usize + 1);
}
