//! `castile batch review`: every record of a run that failed, and what of the others was not heeded (B-4).
//!
//! Shows identifiers of customers on purpose: they are what a person looks the record up by. None of it is logged.

use std::io::{Write, stdout};

use bytes::Bytes;
use clap::Args;
use csv::Writer;
use hyper::Method;

use super::{Access, ask, run_of, table};
use crate::cli::text::{line, not_written, plain};
use crate::config::Config;
use crate::failure::{Exit, Failure};
use crate::transport::admin::{FailureTold, RunTold, WarningTold};

/// Shows the records of a run that failed, with place, code, field and the identifiers that they carried, and the warnings.
///
/// Example: castile batch review 7 --csv > failures.csv
#[derive(Debug, Args)]
pub(super) struct Review {
    /// The run
    #[arg(value_name = "RUN")]
    run: u64,
    /// Everything as CSV, a line for each failure and each warning that is listed
    #[arg(long)]
    csv: bool,
}

/// The columns of the CSV.
const COLUMNS: [&str; 14] = [
    "run",
    "file",
    "kind",
    "record",
    "line",
    "byte_offset",
    "action",
    "code",
    "message",
    "field",
    "customer_id",
    "alternate_keys",
    "card_number",
    "instrument_id",
];

impl Review {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let mut access = crate::cli::open(config, "batch review").await?;
        let run = run_of(&mut access, self.run).await?;
        if self.csv { csv(&mut access, &run).await } else { text(&mut access, &run).await }
    }
}

/// A paragraph for each failure, a line for each warning; nothing is held back, so that any number of them can be shown.
async fn text(access: &mut Access, run: &RunTold) -> Result<(), Failure> {
    let counts = (table::counted(run.read, "record"), table::count(run.done), table::count(run.failed));
    let head = format!("run {}, {} ({})", run.run, plain(&run.file_name), run.state.as_str());
    line(&format!("{head}: {} read, {} done, {} failed", counts.0, counts.1, counts.2))?;
    if let Some(problem) = &run.problem {
        line(&table::problem(problem))?;
    }
    failures(access, run, |failure| told(&failure).iter().try_for_each(|text| line(text))).await?;
    if run.warnings > 0 {
        let listed = match run.warnings - run.warnings_listed.min(run.warnings) {
            0 => String::new(),
            _ => format!(", the first {}:", table::count(run.warnings_listed)),
        };
        line("")?;
        line(&format!("{}{listed}", table::counted(run.warnings, "warning")))?;
    }
    warnings(access, run, |warning| {
        let WarningTold { record, line: at, code, field, message } = &warning;
        line(&format!("record {record}, line {at}: {code} {}: {}", plain(field), plain(message)))
    })
    .await
}

/// The lines of a failure.
fn told(failure: &FailureTold) -> Vec<String> {
    let action = failure.action.as_deref().map(|action| format!(" ({})", plain(action))).unwrap_or_default();
    let place = format!("line {}, byte {}", failure.line, failure.byte_offset);
    let field = failure.field.as_deref().map(|field| format!(" at {}", plain(field))).unwrap_or_default();
    let mut lines = vec![
        String::new(),
        format!("record {}{action}, {place}: {}{field}", failure.record, failure.code),
        format!("    {}", plain(&failure.message)),
    ];
    let id = failure.customer_id.iter().map(|id| format!("CustomerID {}", plain(id)));
    let keys = failure.alternate_keys.iter().map(|(code, id)| format!("{} {}", plain(code), plain(id)));
    let card = failure.card_number.iter().map(|number| format!("CardNumber {}", plain(number)));
    let instrument = failure.instrument_id.iter().map(|id| format!("InstrumentID {}", plain(id)));
    let carried: Vec<_> = id.chain(keys).chain(card).chain(instrument).collect();
    if !carried.is_empty() {
        lines.push(format!("    {}", carried.join(", ")));
    }
    lines
}

async fn csv(access: &mut Access, run: &RunTold) -> Result<(), Failure> {
    let mut writer = Writer::from_writer(stdout().lock());
    write(&mut writer, COLUMNS.map(str::to_owned))?;
    let head = |kind: &str| [run.run.to_string(), run.file_name.clone(), kind.to_owned()];
    failures(access, run, |failure| {
        let keys = failure.alternate_keys.iter().map(|(code, id)| format!("{code}:{id}"));
        let [id, file, kind] = head("failure");
        write(
            &mut writer,
            [
                id,
                file,
                kind,
                failure.record.to_string(),
                failure.line.to_string(),
                failure.byte_offset.to_string(),
                failure.action.unwrap_or_default(),
                failure.code,
                failure.message,
                failure.field.unwrap_or_default(),
                failure.customer_id.unwrap_or_default(),
                keys.collect::<Vec<_>>().join(" "),
                failure.card_number.unwrap_or_default(),
                failure.instrument_id.unwrap_or_default(),
            ],
        )
    })
    .await?;
    warnings(access, run, |warning| {
        let [id, file, kind] = head("warning");
        let WarningTold { record, line, code, field, message } = warning;
        let nothing = String::new;
        let place = [record.to_string(), line.to_string(), nothing(), nothing()];
        let [record, line, byte_offset, action] = place;
        let [customer, keys, card, instrument] = [nothing(), nothing(), nothing(), nothing()];
        write(
            &mut writer,
            [
                id,
                file,
                kind,
                record,
                line,
                byte_offset,
                action,
                code,
                message,
                field,
                customer,
                keys,
                card,
                instrument,
            ],
        )
    })
    .await?;
    writer.flush().map_err(|error| not_written(&error))
}

fn write(writer: &mut Writer<impl Write>, cells: [String; COLUMNS.len()]) -> Result<(), Failure> {
    writer.write_record(&cells).map_err(|error| match error.into_kind() {
        csv::ErrorKind::Io(error) => not_written(&error),
        other => Failure::new(Exit::Internal, format!("a line of the table: {other:?}")),
    })
}

async fn failures(
    access: &mut Access,
    run: &RunTold,
    each: impl FnMut(FailureTold) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let target = format!("/batch/runs/{}/failures", run.run);
    ask(access, Method::GET, &target, Bytes::new(), each).await.map(drop)
}

async fn warnings(
    access: &mut Access,
    run: &RunTold,
    each: impl FnMut(WarningTold) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let target = format!("/batch/runs/{}/warnings", run.run);
    ask(access, Method::GET, &target, Bytes::new(), each).await.map(drop)
}
