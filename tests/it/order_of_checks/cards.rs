//! What the operations on cards check, in its order, on cards of [`FILE`], each with one thing less wrong than the one before.
//!
//! Deliberately absent: PINs, whose wrong ones are told as cards that do not exist.

use super::content::{NOBODY, Row, Table, Wrong, broken_keys, long_id, row};
use crate::support::soap;

/// The cards; each is named after the first thing that is wrong with it.
pub(super) const FILE: &str = r#"
[[program]]
id = "MONEY"
kind = "tender"
minimum_activation_amount = 5
[[program]]
id = "OFF"
kind = "loyalty"
active = false
[[program]]
id = "POINTS"
kind = "loyalty"
[[program]]
id = "PAST"
kind = "award"
expiry = 2020-01-31
[[program]]
id = "COMING"
kind = "award"
effective = 2999-01-01
[[card_program]]
id = "FIVE"
programs = ["MONEY", "OFF", "POINTS", "PAST", "COMING"]
[[card_program]]
id = "FOUR"
programs = ["MONEY", "POINTS", "PAST", "COMING"]
[[card_program]]
id = "THREE"
programs = ["MONEY", "POINTS", "COMING"]
[[card_program]]
id = "TWO"
programs = ["MONEY", "POINTS"]
[[card]]
number = "expired"
card_program = "FIVE"
expiry = 2020-01-31
eligible_from = 2999-01-01
accounts = { MONEY = { status = "blocked" }, POINTS = { activated = 2019-01-01, expiry = 2020-01-31 } }
[[card]]
number = "early"
card_program = "FIVE"
eligible_from = 2999-01-01
accounts = { MONEY = { status = "blocked" }, POINTS = { activated = 2019-01-01, expiry = 2020-01-31 } }
[[card]]
number = "inactive"
card_program = "FIVE"
accounts = { MONEY = { status = "blocked" }, POINTS = { activated = 2019-01-01, expiry = 2020-01-31 } }
[[card]]
number = "blocked"
card_program = "FOUR"
accounts = { MONEY = { status = "blocked" }, POINTS = { activated = 2019-01-01, expiry = 2020-01-31 } }
[[card]]
number = "account"
card_program = "FOUR"
accounts = { POINTS = { activated = 2019-01-01, expiry = 2020-01-31 } }
[[card]]
number = "program"
card_program = "FOUR"
[[card]]
number = "coming"
card_program = "THREE"
[[card]]
number = "good"
card_program = "TWO"
"#;

/// K-10.
pub(super) const ASSOCIATION: Table = Table {
    operation: "associateCardToCustomer",
    writes: true,
    in_customer: false,
    rows: &[
        row("user", "ATTRIBUTE_VALUE_TOO_LARGE Instrument/UserName"),
        row("amount", "INVALID_ATTRIBUTE_VALUE Instrument/RTPTransaction/RTPAmount/Amount"),
        row("long", "ATTRIBUTE_VALUE_TOO_LARGE Instrument/Customer/CustomerID"),
        row("type code", "ALTERNATE_KEY_TYPECODE_UNSPECIFIED Instrument/Customer/AlternateKey[1]/@TypeCode"),
        row("id", "ALTERNATE_KEY_VALUE_UNSPECIFIED Instrument/Customer/AlternateKey[2]/AlternateID"),
        NO_CARD,
        NOBODY,
        row("expired", "CARD_EXPIRED"),
        row("early", "ACTIVATION_DATE_DOES_NOT_MEET_CARD_EXPIRATION_DATE"),
        row("inactive", "PROGRAM_INACTIVE"),
        row("blocked", "ACCOUNT_BLOCKED"),
        row("account", "ACCOUNT_EXPIRED"),
        row("program", "AWARD_PROGRAM_EXPIRED"),
        row("coming", "AWARD_PROGRAM_NOT_EFFECTIVE"),
        row("minimum", "MIN_ACTIVATION_AMT_NOT_MET"),
    ],
    build: association,
};

pub(super) const RETRIEVAL: Table = Table {
    operation: "retrieveInstrument",
    writes: false,
    in_customer: false,
    rows: &[row("long", "ATTRIBUTE_VALUE_TOO_LARGE CardNumber"), NO_CARD],
    build: |has| {
        let number = match (has("long"), has("no card")) {
            (true, _) => &"1".repeat(61),
            (false, true) => "unknown",
            (false, false) => "good",
        };
        // The card has no PIN, so one that is sent does not count.
        format!("<AuthenticationData>any</AuthenticationData><CardNumber>{number}</CardNumber>")
    },
};

const NO_CARD: Row = row("no card", "CARD_NOT_FOUND");

fn association(has: &Wrong<'_>) -> String {
    let kinds = ["expired", "early", "inactive", "blocked", "account", "program", "coming"];
    let wrong = kinds.into_iter().find(|kind| has(kind)).unwrap_or("good");
    let number = if has("no card") { "unknown" } else { wrong };
    let amount = match (has("amount"), has("minimum")) {
        (true, _) => "much",
        (false, true) => "4.99",
        (false, false) => "5",
    };
    let last = if has("nobody") { "nobody" } else { "delete-@new" };
    let user = if has("user") { "u".repeat(61) } else { "till".to_owned() };
    format!(
        "<Instrument><Customer>{}{}{}</Customer><RTPTransaction><RTPAmount><Amount>{amount}</Amount></RTPAmount>\
         </RTPTransaction><CardNumber>{number}</CardNumber><UserName>{user}</UserName></Instrument>",
        broken_keys(has),
        soap::key("XSTORE_CUST_ID", last),
        long_id(has)
    )
}
