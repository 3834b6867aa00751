//! `castile history`: who changed a customer when, by which operation, and what.
//!
//! Customer data is shown on purpose: it is what the command is for. None of it is logged.

use bytes::Bytes;
use clap::Args;
use hyper::Method;
use serde_json::json;

use super::outcome::{bar, read};
use super::text::{difference, line, plain};
use crate::config::Config;
use crate::failure::{Exit, Failure};
use crate::ops::history::{CustomerChange, Step};

/// Shows who changed a customer when, by which operation, and what, newest first.
///
/// Shows customer data. Works while the server runs and while it does not. Example: castile history 4711
#[derive(Debug, Args)]
pub(super) struct History {
    /// A CustomerID, or TypeCode:AlternateID of an active alternate key
    #[arg(value_name = "CUSTOMER")]
    customer: String,
    /// Only the last N changes
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    last: Option<u64>,
    /// One JSON object a line instead of text
    #[arg(long)]
    json: bool,
}

impl History {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let mut access = super::open(config, "history").await?;
        let wanted = json!({"customer": self.customer, "last": self.last}).to_string();
        let answer = access.request(Method::POST, "/history", wanted.into()).await?;
        let show = |data: &Bytes| {
            if self.json {
                return line(&String::from_utf8_lossy(data));
            }
            let step: Step = serde_json::from_slice(data)
                .map_err(|error| Failure::new(Exit::Internal, format!("a line of the answer: {error}")))?;
            told(&step).iter().try_for_each(|text| line(text))
        };
        read(answer, &bar("reading"), show, |_| Ok(())).await.map(drop)
    }
}

/// The lines of a step.
fn told(step: &Step) -> Vec<String> {
    match step {
        Step::Change(change) => {
            let fields = change.fields.iter().map(|found| format!("    {}", difference(found)));
            std::iter::once(headline(change)).chain(fields).collect()
        }
        Step::NotInLog { number } => {
            vec![format!(
                "the change log does not reach back any more (to commit {number}); there were older changes"
            )]
        }
    }
}

fn headline(change: &CustomerChange) -> String {
    let [time, operation, who, request] =
        [&change.time, &change.operation, &change.who, &change.request_id].map(|text| plain(text));
    format!(
        "{time}  {operation} by {who}, customer {}, request {request}, commit {}",
        change.customer, change.number
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_a_headline_and_a_line_for_each_field() {
        let step = r#"{"change":{"commit":7,"time":"2026-03-01T08:30:00Z","who":"till\u001b-3","operation":"addCustomer",
            "request_id":"ab","customer":4711,"fields":[{"field":"notes[1].text","after":"Ring\ntwice"}]}}"#;
        assert_eq!(
            told(&serde_json::from_str(step).unwrap()),
            [
                "2026-03-01T08:30:00Z  addCustomer by till\\u{1b}-3, customer 4711, request ab, commit 7",
                "    notes[1].text: (nothing) -> \"Ring\\ntwice\"",
            ]
        );
        let end: Step = serde_json::from_str(r#"{"not_in_log":{"commit":3}}"#).unwrap();
        assert!(told(&end)[0].contains("does not reach back"));
    }
}
