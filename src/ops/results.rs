//! The answer to a document: a result for every record, and the counts.

use super::RecordOutcome;
use super::documents::RecordResult;
use crate::domain::error::{Class, Code, Error};
use crate::wire::SERVICE_NAMESPACE;
use crate::wire::xml::Writer;

/// How a document calls a code.
type Spelling = fn(Code) -> &'static str;

/// Writes the answer as the element `name`.
pub(super) fn encode(name: &str, results: &[RecordResult], request_id: &str, spelling: Spelling) -> Vec<u8> {
    let mut writer = Writer::with_capacity(256 + 128 * results.len());
    writer.start(name).namespace("", SERVICE_NAMESPACE);
    for result in results {
        encode_result(&mut writer, result, request_id, spelling);
    }
    let succeeded = results.iter().filter(|result| result.outcome.is_ok()).count();
    writer.element("RecordCount", &results.len().to_string());
    writer.element("SucceededCount", &succeeded.to_string());
    writer.element("FailedCount", &(results.len() - succeeded).to_string());
    writer.end();
    writer.into_bytes()
}

fn encode_result(writer: &mut Writer, result: &RecordResult, request_id: &str, spelling: Spelling) {
    writer.start("Result").attribute("Index", &result.index.to_string());
    if let Some(action) = result.action {
        writer.attribute("Action", action);
    }
    writer.attribute("Status", if result.outcome.is_ok() { "Succeeded" } else { "Failed" });
    match &result.outcome {
        Ok(outcome) => encode_outcome(writer, outcome),
        Err(refusal) => encode_refusal(writer, refusal, request_id, spelling),
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
fn encode_refusal(writer: &mut Writer, refusal: &Error, request_id: &str, spelling: Spelling) {
    writer.element("Code", spelling(refusal.code));
    if matches!(refusal.code.class(), Class::Internal | Class::CorruptRecord) {
        writer.element("Message", &format!("the server failed; it knows the request as {request_id}"));
        return;
    }
    writer.element("Message", &refusal.message).optional("Field", refusal.field.as_deref());
}
