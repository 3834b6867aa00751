//! What the operations of batch files check, in its order.

use super::content::{Table, Wrong, row};

pub(super) const SUBMISSION: Table = Table {
    operation: "submitBatch",
    writes: true,
    in_customer: false,
    rows: &[
        row("fileset", "INVALID_ATTRIBUTE_VALUE Fileset"),
        row("name", "INVALID_ATTRIBUTE_VALUE FileName"),
        row("none", "INVALID_ATTRIBUTE_VALUE Content"),
        row("content", "INVALID_ATTRIBUTE_VALUE Content"),
    ],
    build: submission,
};

pub(super) const STATUS: Table = Table {
    operation: "getBatchStatus",
    writes: false,
    in_customer: false,
    rows: &[
        row("long", "ATTRIBUTE_VALUE_TOO_LARGE RunID"),
        row("max", "INVALID_ATTRIBUTE_VALUE MaxResults"),
        row("nobody", "BATCH_RUN_NOT_FOUND"),
        row("token", "INVALID_ATTRIBUTE_VALUE PageToken"),
    ],
    build: status,
};

/// `<Customers/>`
const FILE: &str = "<Content>PEN1c3RvbWVycy8+</Content>";

fn submission(has: &Wrong<'_>) -> String {
    let content = match (has("none"), has("content")) {
        (true, _) => "",
        (false, true) => "<Content>PEN1c3RvbWVycy8</Content>",
        (false, false) => FILE,
    };
    let name = if has("name") { "people.txt" } else { "people.xml" };
    let fileset = if has("fileset") { "../checks" } else { "checks" };
    format!("{content}<FileName>{name}</FileName><Fileset>{fileset}</Fileset>")
}

fn status(has: &Wrong<'_>) -> String {
    let token = if has("token") { "<PageToken>none</PageToken>" } else { "" };
    let max = if has("max") { "0" } else { "200" };
    let id = match (has("long"), has("nobody")) {
        (true, _) => &"1".repeat(61),
        (false, true) => "4711",
        (false, false) => "1",
    };
    format!("{token}<MaxResults>{max}</MaxResults><RunID>{id}</RunID>")
}
