//! What an operation checks, in its order: a request with everything wrong, repaired row by row.
//!
//! The parts of a request stand in the reverse of the schema's order, so that only the schema can have put them right.

use super::{batch, cards};
use crate::support::soap;

/// Whether the row of this name is wrong.
pub(super) type Wrong<'w> = dyn Fn(&str) -> bool + 'w;

/// One thing that is wrong.
pub(super) struct Row {
    /// What `build` knows it by.
    name: &'static str,
    /// Code and field.
    pub(super) expected: &'static str,
}

impl Row {
    /// The same where the request is a record: its path begins with the record.
    pub(super) fn of_a_record(&self) -> String {
        match self.expected.split_once(' ') {
            Some((code, field)) if !field.starts_with("Customer/") => format!("{code} Customer/{field}"),
            _ => self.expected.to_owned(),
        }
    }
}

pub(super) const fn row(name: &'static str, expected: &'static str) -> Row {
    Row { name, expected }
}

/// An operation's rows.
pub(super) struct Table {
    pub(super) operation: &'static str,
    pub(super) writes: bool,
    /// Whether the content stands in an element `Customer`.
    pub(super) in_customer: bool,
    pub(super) rows: &'static [Row],
    pub(super) build: fn(&Wrong<'_>) -> String,
}

impl Table {
    /// What stands in the request element with everything from this row on wrong. `@new` is a name that has to be new.
    pub(super) fn content(&self, first: usize) -> String {
        let content = self.record(first);
        if self.in_customer { format!("<Customer>{content}</Customer>") } else { content }
    }

    /// The same as it stands in a record of a document.
    pub(super) fn record(&self, first: usize) -> String {
        (self.build)(&|name| {
            let at = self.rows.iter().position(|row| row.name == name);
            at.unwrap_or_else(|| panic!("{} has no row {name}", self.operation)) >= first
        })
    }
}

const SIGNUP: Row = row("signup", "INVALID_DATE_FORMAT Customer/SignupDate");
const SEQUENCE: Row =
    row("sequence", "INVALID_ATTRIBUTE_VALUE Customer/CustomerNotes/CustomerNote[1]/@sequence");
const TYPE_CODE: Row =
    row("type code", "ALTERNATE_KEY_TYPECODE_UNSPECIFIED Customer/AlternateKey[1]/@TypeCode");
const ID: Row = row("id", "ALTERNATE_KEY_VALUE_UNSPECIFIED Customer/AlternateKey[2]/AlternateID");
const UNDEFINED: Row = row("undefined", "INVALID_ATTRIBUTE_VALUE Customer/AlternateKey[3]/@TypeCode");
pub(super) const NOBODY: Row = row("nobody", "CUSTOMER_NOT_FOUND");
const TAKEN: Row = row("taken", "CUSTOMER_ALREADY_EXISTS");
const ATTRIBUTE: Row = row("attribute", "UNKNOWN_ATTRIBUTE_TYPE Customer/CustomAttribute[1]/@name");
const LISTED: Row = row(
    "listed",
    "VALUE_NOT_IN_ENUMERATED_ATTRIBUTE_TYPE_VALUES Customer/CustomAttribute[2]/AttributeValue[1]",
);
const UNIQUE: Row = row("unique", "MULTIPLE_VALUES_ON_UNIQUE_ATTRIBUTE_TYPE Customer/CustomAttribute[3]");
const NOTE: Row = row("note", "CUSTOMER_NOTE_EMPTY Customer/CustomerNotes/CustomerNote[2]");
const SIZE: Row = row("size", "ATTRIBUTE_VALUE_TOO_LARGE");

pub(super) const TABLES: &[Table] = &[
    Table {
        operation: "addCustomer",
        writes: true,
        in_customer: true,
        rows: &[SIGNUP, SEQUENCE, TYPE_CODE, ID, UNDEFINED, TAKEN, ATTRIBUTE, LISTED, UNIQUE, NOTE, SIZE],
        build: |has| customer(has, ""),
    },
    Table {
        operation: "addOrUpdateCustomer",
        writes: true,
        in_customer: true,
        rows: &[SIGNUP, SEQUENCE, TYPE_CODE, ID, UNDEFINED, TAKEN, ATTRIBUTE, LISTED, UNIQUE, NOTE, SIZE],
        // Known under the one, claimed under the other: two customers.
        build: |has| {
            let known = if has("taken") { soap::key("XSTORE_CUST_ID", "first") } else { String::new() };
            format!("{}{known}", customer(has, ""))
        },
    },
    Table {
        operation: "updateCustomer",
        writes: true,
        in_customer: true,
        rows: &[
            SIGNUP, SEQUENCE, TYPE_CODE, ID, UNDEFINED, NOBODY, TAKEN, ATTRIBUTE, LISTED, UNIQUE, NOTE, SIZE,
        ],
        build: |has| {
            let id = if has("nobody") { "999999" } else { "1" };
            format!("{}<CustomerID>{id}</CustomerID>", customer(has, "UpdateType='New'"))
        },
    },
    Table {
        operation: "deleteCustomer",
        writes: true,
        in_customer: false,
        rows: &[
            row("long", "ATTRIBUTE_VALUE_TOO_LARGE CustomerID"),
            row("type code", "ALTERNATE_KEY_TYPECODE_UNSPECIFIED AlternateKey[1]/@TypeCode"),
            row("id", "ALTERNATE_KEY_VALUE_UNSPECIFIED AlternateKey[2]/AlternateID"),
            NOBODY,
        ],
        build: |has| {
            let last = if has("nobody") { "nobody" } else { "delete-@new" };
            format!("{}{}{}", broken_keys(has), soap::key("XSTORE_CUST_ID", last), long_id(has))
        },
    },
    Table {
        operation: "mergeCustomers",
        writes: true,
        in_customer: false,
        rows: &[
            row("long", "ATTRIBUTE_VALUE_TOO_LARGE MergeSource/CustomerID"),
            row("flag", "INVALID_ATTRIBUTE_VALUE Preview"),
            row("type code", "ALTERNATE_KEY_TYPECODE_UNSPECIFIED MergeSource/AlternateKey[1]/@TypeCode"),
            row("id", "ALTERNATE_KEY_VALUE_UNSPECIFIED MergeSource/AlternateKey[2]/AlternateID"),
            row("few", "MERGE_CUSTOMER_CREATION_EXCEPTION"),
            row("many", "MERGE_CUSTOMER_CREATION_EXCEPTION"),
            row("nobody", "CUSTOMER_NOT_FOUND MergeTargetSet/MergeTarget[2]"),
            row("same", "MERGE_CUSTOMER_CREATION_EXCEPTION"),
        ],
        build: merge,
    },
    Table {
        operation: "unmergeCustomers",
        writes: true,
        in_customer: false,
        rows: &[
            row("long", "ATTRIBUTE_VALUE_TOO_LARGE CustomerID"),
            NOBODY,
            row("never merged", "MERGE_CUSTOMER_CREATION_EXCEPTION"),
        ],
        build: |has| match (has("long"), has("nobody"), has("never merged")) {
            (true, _, _) => long_id(has),
            (false, true, _) => "<CustomerID>999999</CustomerID>".to_owned(),
            (false, false, true) => "<CustomerID>1</CustomerID>".to_owned(),
            (false, false, false) => "<CustomerID>@merged</CustomerID>".to_owned(),
        },
    },
    Table {
        operation: "retrieveCustomer",
        writes: false,
        in_customer: false,
        rows: &[
            row("long", "ATTRIBUTE_VALUE_TOO_LARGE CustomerID"),
            row("flag", "INVALID_ATTRIBUTE_VALUE IncludeInactive"),
            row("type code", "ALTERNATE_KEY_TYPECODE_UNSPECIFIED AlternateKey[1]/@TypeCode"),
            row("id", "ALTERNATE_KEY_VALUE_UNSPECIFIED AlternateKey[2]/AlternateID"),
            NOBODY,
        ],
        build: |has| {
            let flag = if has("flag") { "perhaps" } else { "true" };
            let last = if has("nobody") { "nobody" } else { "first" };
            format!(
                "<IncludeInactive>{flag}</IncludeInactive>{}{}{}",
                broken_keys(has),
                soap::key("XSTORE_CUST_ID", last),
                long_id(has)
            )
        },
    },
    Table {
        operation: "searchCustomers",
        writes: false,
        in_customer: false,
        rows: &[
            row("search type", "INVALID_ATTRIBUTE_VALUE LastName/@SearchType"),
            row("key", "ALTERNATE_KEY_VALUE_UNSPECIFIED AlternateKey/AlternateID"),
            row("flag", "INVALID_ATTRIBUTE_VALUE IncludeInactive"),
            row("max", "INVALID_ATTRIBUTE_VALUE MaxResults"),
            row("none", "CUSTOMER_SEARCH_REQUIRED_PARAMETERS"),
            row("token", "INVALID_ATTRIBUTE_VALUE PageToken"),
        ],
        build: search,
    },
    Table {
        operation: "recordTransaction",
        writes: true,
        in_customer: false,
        rows: &[
            row("long", "ATTRIBUTE_VALUE_TOO_LARGE Transaction/CustomerID"),
            row("date", "INVALID_DATE_FORMAT Transaction/BusinessDate"),
            row("amount", "INVALID_ATTRIBUTE_VALUE Transaction/SalesAmount"),
            row("store", "INVALID_ATTRIBUTE_VALUE Transaction/RetailStoreID"),
            row("type code", "ALTERNATE_KEY_TYPECODE_UNSPECIFIED Transaction/AlternateKey[1]/@TypeCode"),
            row("id", "ALTERNATE_KEY_VALUE_UNSPECIFIED Transaction/AlternateKey[2]/AlternateID"),
            NOBODY,
        ],
        build: transaction,
    },
    cards::ASSOCIATION,
    cards::RETRIEVAL,
    batch::SUBMISSION,
    batch::STATUS,
];

fn transaction(has: &Wrong<'_>) -> String {
    let choose = |name: &str, wrong: &'static str, right: &'static str| if has(name) { wrong } else { right };
    let last = choose("nobody", "nobody", "first");
    let amount = choose("amount", "much", "9.95");
    let date = choose("date", "soon", "2024-05-18");
    let store = choose("store", "", "<RetailStoreID>1204</RetailStoreID>");
    format!(
        "<Transaction><SalesAmount>{amount}</SalesAmount><BusinessDate>{date}</BusinessDate>{store}{}{}{}\
         <TransactionID>@new</TransactionID></Transaction>",
        broken_keys(has),
        soap::key("XSTORE_CUST_ID", last),
        long_id(has)
    )
}

fn merge(has: &Wrong<'_>) -> String {
    let target =
        |type_code: &str, id: &str| format!("<MergeTarget>{}</MergeTarget>", soap::key(type_code, id));
    let taken = target("XSTORE_ID", "taken");
    let targets = match (has("few"), has("many"), has("nobody"), has("same")) {
        (true, ..) => String::new(),
        (_, true, ..) => taken.repeat(10),
        (_, _, true, _) => format!("{taken}{}", target("XSTORE_CUST_ID", "nobody")),
        (_, _, _, true) => target("XSTORE_CUST_ID", "delete-@new"),
        (_, _, _, false) => taken,
    };
    let flag = if has("flag") { "perhaps" } else { "false" };
    let source =
        format!("{}{}{}", broken_keys(has), soap::key("XSTORE_CUST_ID", "delete-@new"), long_id(has));
    format!(
        "<Preview>{flag}</Preview><MergeTargetSet>{targets}</MergeTargetSet><MergeSource>{source}</MergeSource>"
    )
}

fn search(has: &Wrong<'_>) -> String {
    let choose = |name: &str, wrong: &'static str, right: &'static str| if has(name) { wrong } else { right };
    let token = choose("token", "<PageToken>none</PageToken>", "");
    let max = choose("max", "201", "200");
    let flag = choose("flag", "perhaps", "false");
    let key = choose("key", "<AlternateKey TypeCode='EMAIL'/>", "");
    let name = match (has("search type"), has("none")) {
        (true, _) => "<LastName SearchType='None'>a</LastName>",
        // No criterion at all.
        (false, true) => "",
        (false, false) => "<LastName>a</LastName>",
    };
    format!("{token}<MaxResults>{max}</MaxResults><IncludeInactive>{flag}</IncludeInactive>{key}{name}")
}

pub(super) fn long_id(has: &Wrong<'_>) -> String {
    if has("long") { format!("<CustomerID>{}</CustomerID>", "1".repeat(61)) } else { String::new() }
}

/// Keys that only identify; repaired, they lead to nobody.
pub(super) fn broken_keys(has: &Wrong<'_>) -> String {
    let type_code = if has("type code") { "" } else { "TypeCode='EMAIL'" };
    let id = if has("id") { "" } else { "<AlternateID>unknown</AlternateID>" };
    format!(
        "<AlternateKey {type_code}><AlternateID>unknown</AlternateID></AlternateKey>\
         <AlternateKey TypeCode='PHONE'>{id}</AlternateKey>"
    )
}

/// The content of a `Customer`; `update` are attributes of its keys.
fn customer(has: &Wrong<'_>, update: &str) -> String {
    let choose = |name: &str, wrong: &'static str, right: &'static str| if has(name) { wrong } else { right };
    let sequence = choose("sequence", "first", "1");
    let empty = choose("note", "<CustomerNote type='VISIT'/>", "");
    let attribute = choose("attribute", "Nothing", "Delivery Hint");
    let tier = choose("listed", "None", "Plus");
    let second = choose("unique", "<AttributeValue>3</AttributeValue>", "");
    let (type_code, id) = (choose("type code", "", "TypeCode='EMAIL'"), choose("id", "", "@new"));
    let undefined = choose("undefined", "NOSUCH", "TWCUSTID");
    let taken = choose("taken", "taken", "@new");
    let signup = choose("signup", "soon", "2024-01-31");
    format!(
        "<CustomerNotes><CustomerNote sequence='{sequence}'>n</CustomerNote>{empty}</CustomerNotes>\
         <CustomAttribute name='{attribute}'><AttributeValue>1</AttributeValue></CustomAttribute>\
         <CustomAttribute name='Service Tier'><AttributeValue>{tier}</AttributeValue></CustomAttribute>\
         <CustomAttribute name='Household Size'><AttributeValue>2</AttributeValue>{second}</CustomAttribute>\
         <AlternateKey {type_code} {update}><AlternateID>@new</AlternateID></AlternateKey>\
         <AlternateKey TypeCode='PHONE' {update}><AlternateID>{id}</AlternateID></AlternateKey>\
         <AlternateKey TypeCode='{undefined}' {update}><AlternateID>@new</AlternateID></AlternateKey>\
         <AlternateKey TypeCode='XSTORE_ID' {update}><AlternateID>{taken}</AlternateID></AlternateKey>\
         <SignupDate>{signup}</SignupDate>{}",
        too_much(has("size"))
    )
}

/// More than a customer may hold, though every part of it is small enough.
fn too_much(wanted: bool) -> String {
    const ADDRESSES: usize = 400;
    if !wanted {
        return String::new();
    }
    let line = "l".repeat(250);
    let address = |number: usize| {
        let lines = (1..=4).map(|at| format!("<AddressLine{at}>{number}{line}</AddressLine{at}>"));
        format!("<Address>{}</Address>", lines.collect::<String>())
    };
    let addresses: String = (0..ADDRESSES).map(address).collect();
    format!(
        "<EntityInformation><Individual><ContactInformation>{addresses}</ContactInformation></Individual></EntityInformation>"
    )
}
