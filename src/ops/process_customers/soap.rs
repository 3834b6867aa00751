//! The SOAP codec of processCustomers: the document's records one after the other, and the answer.

use super::{NAME, ProcessCustomers, RecordResult, run};
use crate::domain::error::{Class, Error};
use crate::ops::soap::Answering;
use crate::ops::{Call, Gateway, Record, RecordOutcome, SoapOperation};
use crate::wire::SERVICE_NAMESPACE;
use crate::wire::customer::known_children;
use crate::wire::xml::{Element, Writer};

impl SoapOperation for ProcessCustomers {
    fn name(&self) -> &'static str {
        NAME
    }

    fn call<'c>(&self, gateway: &'c Gateway, call: &'c Call<'c>, request: Element<'c>) -> Answering<'c> {
        // A record is decoded when its turn comes, so that a long document takes no more memory than it has bytes.
        let records = known_children(request).filter(|child| child.local() == "Customer").map(Record::new);
        Box::pin(async move { Ok(encode(&run(gateway, call, records).await?, call.request_id)) })
    }
}

fn encode(results: &[RecordResult], request_id: &str) -> Vec<u8> {
    let mut writer = Writer::with_capacity(256 + 128 * results.len());
    writer.start("CustomersResponse").namespace("", SERVICE_NAMESPACE);
    for result in results {
        encode_result(&mut writer, result, request_id);
    }
    let succeeded = results.iter().filter(|result| result.outcome.is_ok()).count();
    writer.element("RecordCount", &results.len().to_string());
    writer.element("SucceededCount", &succeeded.to_string());
    writer.element("FailedCount", &(results.len() - succeeded).to_string());
    writer.end();
    writer.into_bytes()
}

fn encode_result(writer: &mut Writer, result: &RecordResult, request_id: &str) {
    writer.start("Result").attribute("Index", &result.index.to_string());
    if let Some(action) = result.action {
        writer.attribute("Action", action);
    }
    writer.attribute("Status", if result.outcome.is_ok() { "Succeeded" } else { "Failed" });
    match &result.outcome {
        Ok(outcome) => encode_outcome(writer, outcome),
        Err(refusal) => encode_refusal(writer, refusal, request_id),
    }
    writer.end();
}

fn encode_outcome(writer: &mut Writer, outcome: &RecordOutcome) {
    writer.element("CustomerID", &outcome.customer_id.to_string());
    for warning in &outcome.warnings {
        writer.start("Warning").element("Code", &warning.code);
        writer.element("Field", &warning.field).element("Message", &warning.message).end();
    }
}

/// Of a failure of ours only the request id is told.
fn encode_refusal(writer: &mut Writer, refusal: &Error, request_id: &str) {
    writer.element("Code", refusal.code.as_str());
    if matches!(refusal.code.class(), Class::Internal | Class::CorruptRecord) {
        writer.element("Message", &format!("the server failed; it knows the request as {request_id}"));
        return;
    }
    writer.element("Message", &refusal.message).optional("Field", refusal.field.as_deref());
}
