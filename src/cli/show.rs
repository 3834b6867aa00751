//! `castile show`: the reference data in the store.

use bytes::Bytes;
use clap::Args;
use hyper::Method;
use serde_json::{Map, Value, json};

use super::outcome::{bar, read};
use super::text::{line, plain, tell};
use crate::config::Config;
use crate::failure::{Exit, Failure};

/// Between two columns.
const GAP: &str = "  ";

/// Shows reference data: alternate_key_type, attribute_type, retail_location, program, card_program, coupon or
/// promotion; or the card of a number, which is masked but for its last four characters.
///
/// Works while the server runs and while it does not. Examples: castile show attribute_type, castile
/// show card 6006491286999911267
#[derive(Debug, Args)]
pub(super) struct Show {
    /// Which kind
    #[arg(value_name = "KIND")]
    kind: String,
    /// Only the entry of this code, name or id
    #[arg(value_name = "CODE")]
    code: Option<String>,
    /// One JSON object a line instead of a table
    #[arg(long)]
    json: bool,
}

impl Show {
    pub(super) async fn run(self, config: &Config) -> Result<(), Failure> {
        let mut access = super::open(config, "show").await?;
        let wanted = json!({"kind": self.kind, "code": self.code}).to_string();
        let answer = access.request(Method::POST, "/show", wanted.into()).await?;
        let mut rows = Vec::new();
        let keep = |data: &Bytes| {
            if self.json {
                return line(&String::from_utf8_lossy(data));
            }
            let row: Map<String, Value> = serde_json::from_slice(data)
                .map_err(|error| Failure::new(Exit::Internal, format!("a line of the answer: {error}")))?;
            rows.push(row);
            Ok(())
        };
        let done = read(answer, &bar("reading"), keep, |_| Ok(())).await?;
        let lines = if self.kind == "card" { card(&rows) } else { table(columns(&self.kind), &rows) };
        lines.iter().try_for_each(|text| line(text))?;
        if done.records == 0 {
            tell("there is none; castile load brings some");
        }
        Ok(())
    }
}

/// What a person sees of a kind.
fn columns(kind: &str) -> &'static [&'static str] {
    match kind {
        "alternate_key_type" => &["code", "description"],
        "attribute_type" => &["name", "type", "unique", "editable", "values"],
        "program" => &[
            "id",
            "type",
            "active",
            "effective",
            "expiry",
            "initial_balance",
            "minimum_activation_amount",
            "account_expiry_days",
        ],
        "card_program" => &["id", "programs", "pin_required", "issue_when_associated"],
        "coupon" => &["name", "valid_days"],
        "promotion" => &["id", "targets", "responses"],
        _ => &["id", "name"],
    }
}

/// The lines of a card: a field each, its accounts and coupons below.
fn card(rows: &[Map<String, Value>]) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, value) in rows.iter().flatten() {
        match value {
            Value::Array(items) if items.iter().any(Value::is_object) => {
                let items = items.iter().filter_map(Value::as_object).map(|item| {
                    let fields = item.iter().filter(|(_, value)| !value.is_null());
                    fields.map(|(name, value)| format!("{name} {}", cell(Some(value)))).collect::<Vec<_>>()
                });
                lines.extend(items.map(|fields| format!("{name}: {}", fields.join(", "))));
            }
            Value::Null => {}
            value => lines.push(format!("{name}: {}", cell(Some(value)))),
        }
    }
    lines
}

/// The lines of a table with its head; none without rows.
fn table(columns: &[&str], rows: &[Map<String, Value>]) -> Vec<String> {
    if rows.is_empty() {
        return Vec::new();
    }
    let head = columns.iter().map(|column| column.to_uppercase()).collect();
    let cells = rows.iter().map(|row| columns.iter().map(|column| cell(row.get(*column))).collect());
    let lines: Vec<Vec<String>> = std::iter::once(head).chain(cells).collect();
    let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let padded = |line: &Vec<String>| {
        let cells = line.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join(GAP).trim_end().to_owned()
    };
    lines.iter().map(padded).collect()
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => plain(text),
        Some(Value::Bool(flag)) => if *flag { "yes" } else { "no" }.to_owned(),
        Some(Value::Array(values)) => {
            values.iter().map(|value| cell(Some(value))).collect::<Vec<_>>().join(" | ")
        }
        Some(other) => plain(&other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_their_widest_cell() {
        let row = |value: Value| value.as_object().unwrap().clone();
        let rows = [
            row(
                json!({"kind": "attribute_type", "name": "Größe", "type": "Number", "unique": true, "editable": false}),
            ),
            row(
                json!({"name": "Tier", "type": "List", "values": ["A", "B"], "unique": false, "editable": true}),
            ),
        ];
        assert_eq!(
            table(columns("attribute_type"), &rows),
            [
                "NAME   TYPE    UNIQUE  EDITABLE  VALUES",
                "Größe  Number  yes     no",
                "Tier   List    no      yes       A | B",
            ]
        );
        assert!(table(columns("retail_location"), &[]).is_empty());
    }
}
