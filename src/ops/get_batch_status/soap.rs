//! The SOAP codec of getBatchStatus.

use super::{Answer, GetBatchStatus, Request};
use crate::domain::error::{Code, Error};
use crate::domain::value;
use crate::ops::SoapFace;
use crate::store::batch::StoredRun;
use crate::store::record::batch::{BatchFailure, RunProblem};
use crate::wire::SERVICE_NAMESPACE;
use crate::wire::customer::{Fields, Path, known_children, size};
use crate::wire::xml::{Element, Writer};

/// How many failures a page has if the request does not say.
const RESULTS_DEFAULT: usize = 25;

impl SoapFace for GetBatchStatus {
    fn decode(element: Element<'_>) -> Result<Request, Error> {
        let mut fields = Fields::default();
        let (mut run, mut max, mut page_token) = (None, None, None);
        for child in known_children(element) {
            let path = &Path::ROOT.element(child.local());
            match child.local() {
                "RunID" => run = fields.text(child, path, size::CODE).or(run),
                "MaxResults" => max = fields.value(child, path, size::OTHER, value::results_max).or(max),
                "PageToken" => page_token = fields.text(child, path, size::OTHER).or(page_token),
                _ => {}
            }
        }
        let is_missing = run.is_none() && !known_children(element).any(is_run);
        if is_missing {
            let text = "a run is asked for by its RunID";
            fields.refuse(Code::InvalidAttributeValue, &Path::ROOT.element("RunID"), text);
        }
        fields.into_result()?;
        let run = run.unwrap_or_default();
        Ok(Request { run, failures_max: max.unwrap_or(RESULTS_DEFAULT), page_token })
    }

    fn encode(answer: &Answer) -> Result<Vec<u8>, Error> {
        let mut writer = Writer::with_capacity(512 + 512 * answer.failures.len());
        writer.start("getBatchStatusResponse").namespace("", SERVICE_NAMESPACE).start("Run");
        write_run(&mut writer, &answer.run);
        answer.failures.iter().for_each(|(index, failure)| write_failure(&mut writer, *index, failure));
        writer.optional("NextPageToken", answer.next_page_token.as_deref());
        writer.end().end();
        Ok(writer.into_bytes())
    }
}

/// A RunID that says something, be it readable or not.
fn is_run(child: Element<'_>) -> bool {
    child.local() == "RunID" && !child.text().trim().is_empty()
}

fn write_run(writer: &mut Writer, stored: &StoredRun) {
    let run = &stored.run;
    writer.element("RunID", &stored.id.to_string());
    writer.element("Fileset", &run.fileset).element("FileName", &run.file_name);
    writer.element("State", run.state.as_str());
    for (name, count) in [
        ("RecordCount", run.counts.read),
        ("SucceededCount", run.counts.done),
        ("FailedCount", run.counts.failed),
        ("WarningCount", run.counts.warnings),
    ] {
        writer.element(name, &count.to_string());
    }
    writer.element("StartTime", &run.started.unwrap_or(run.submitted).to_string());
    writer.optional("EndTime", run.ended.map(|time| time.to_string()).as_deref());
    if let Some(problem) = &run.problem {
        writer.element("Code", &problem.code).element("Message", &message(problem));
    }
}

/// With its place in the file, if it has one.
fn message(problem: &RunProblem) -> String {
    match (problem.line, problem.column) {
        (Some(line), Some(column)) => format!("{} (line {line}, column {column})", problem.message),
        (Some(line), None) => format!("{} (line {line})", problem.message),
        (None, _) => problem.message.clone(),
    }
}

fn write_failure(writer: &mut Writer, index: u64, failure: &BatchFailure) {
    writer.start("Failure").element("Index", &index.to_string());
    writer.element("Line", &failure.line.to_string());
    writer.element("ByteOffset", &failure.byte_offset.to_string());
    writer.optional("Action", failure.action.as_deref());
    writer.element("Code", &failure.code).element("Message", &failure.message);
    writer.optional("Field", failure.field.as_deref());
    writer.optional("CustomerID", failure.customer_id.as_deref());
    for (type_code, id) in &failure.alternate_keys {
        writer.start("AlternateKey").attribute("TypeCode", type_code);
        writer.element("AlternateID", id).end();
    }
    writer.optional("CardNumber", failure.card_number.as_deref());
    writer.optional("InstrumentID", failure.instrument_id.as_deref());
    writer.end();
}
