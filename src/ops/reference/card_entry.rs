//! A card as it stands in a file, `[[card]]` of TOML or a line of CSV, and what must hold of it.
//!
//! Texts here never repeat what stands in the file: it is a card's. Deliberately absent: the store.

use std::io;

use serde::Deserialize;
use toml::{Spanned, Value};

use super::file::Wrong;
use super::program_entry::date;
use crate::domain::card::pin::{PIN_CHARACTERS_MAX, Pin, PinDigest};
use crate::domain::card::{AccountEntry, AccountStatus, CardEntry, CardNumber, NUMBER_CHARACTERS_MAX};
use crate::domain::reference::Reference;

/// `[[card]]`. Every field is any value, because the reader's own texts would repeat a wrong one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CardTable {
    number: Spanned<Value>,
    card_program: Spanned<Value>,
    serial: Option<Spanned<Value>>,
    pin: Option<Spanned<Value>>,
    expiry: Option<Spanned<Value>>,
    eligible_from: Option<Spanned<Value>>,
    accounts: Option<Spanned<Value>>,
}

/// A card of a file, well formed; whether what it names is defined is not known yet.
#[derive(Debug, Clone)]
pub(super) struct CardLine {
    pub(super) number: CardNumber,
    serial: Option<String>,
    card_program: String,
    pin: Option<Pin>,
    expiry: Option<jiff::civil::Date>,
    eligible_from: Option<jiff::civil::Date>,
    /// Empty: one never activated account for each program.
    accounts: Vec<(String, AccountEntry)>,
}

/// What makes the digest of a PIN.
pub(super) type Digest<'d> = &'d mut dyn FnMut(&CardNumber, &Pin) -> io::Result<PinDigest>;

const NUMBER_EXPECTED: &str = "expected a number of 1 to 60 characters without white space";
const PIN_EXPECTED: &str = "expected a PIN of 1 to 60 characters";
const SERIAL_EXPECTED: &str = "expected a serial number of 1 to 60 characters without white space around it";

impl CardTable {
    pub(super) fn read(self) -> Result<CardLine, Wrong> {
        let text = |value: &Spanned<Value>, expected: &'static str| match value.get_ref() {
            Value::String(text) => Ok(text.clone()),
            _ => Err(Wrong { span: Some(value.span()), text: format!("{expected}, in quotes") }),
        };
        let wrong = |value: &Spanned<Value>, expected: &str| Wrong {
            span: Some(value.span()),
            text: expected.to_owned(),
        };
        let number = CardNumber::parse(&text(&self.number, NUMBER_EXPECTED)?)
            .ok_or_else(|| wrong(&self.number, NUMBER_EXPECTED))?;
        let card_program = text(&self.card_program, "expected the id of a card program")?;
        let serial = match &self.serial {
            Some(value) => Some(serial(&text(value, SERIAL_EXPECTED)?).map_err(|why| wrong(value, why))?),
            None => None,
        };
        let pin = match &self.pin {
            Some(value) => Some(pin(&text(value, PIN_EXPECTED)?).map_err(|why| wrong(value, why))?),
            None => None,
        };
        let accounts = match &self.accounts {
            Some(value) => accounts_of_table(value)?,
            None => Vec::new(),
        };
        let (expiry, eligible_from) = (date(self.expiry.as_ref())?, date(self.eligible_from.as_ref())?);
        Ok(CardLine { number, serial, card_program, pin, expiry, eligible_from, accounts })
    }
}

fn serial(text: &str) -> Result<String, &'static str> {
    let sized = (1..=NUMBER_CHARACTERS_MAX).contains(&text.chars().count());
    let clean = text.trim() == text && !text.chars().any(char::is_control);
    if sized && clean { Ok(text.to_owned()) } else { Err(SERIAL_EXPECTED) }
}

fn pin(text: &str) -> Result<Pin, &'static str> {
    let sized = (1..=PIN_CHARACTERS_MAX).contains(&text.chars().count());
    // A request's PIN comes without white space around it.
    if sized && text.trim() == text { Ok(text.to_owned().into()) } else { Err(PIN_EXPECTED) }
}

fn accounts_of_table(value: &Spanned<Value>) -> Result<Vec<(String, AccountEntry)>, Wrong> {
    let wrong = |text: &str| Wrong { span: Some(value.span()), text: text.to_owned() };
    let Value::Table(programs) = value.get_ref() else {
        return Err(wrong("expected a table of accounts by program"));
    };
    let mut accounts = Vec::new();
    for (program, account) in programs {
        let Value::Table(fields) = account else {
            return Err(wrong("expected a table of status, activated and expiry for each program"));
        };
        let mut entry = AccountEntry::default();
        for (name, field) in fields {
            let spanned = Spanned::new(value.span(), field.clone());
            match (name.as_str(), field) {
                ("status", Value::String(status)) => {
                    entry.status = AccountStatus::parse(status).map_err(|reject| wrong(reject.expected))?;
                }
                ("activated", _) => entry.activated = date(Some(&spanned))?,
                ("expiry", _) => entry.expiry = date(Some(&spanned))?,
                _ => return Err(wrong("an account has status, activated and expiry")),
            }
        }
        accounts.push((program.clone(), entry));
    }
    Ok(accounts)
}

/// The columns of a CSV file, by their names; the order is that of the file.
pub(super) struct Columns {
    count: usize,
    places: [Option<usize>; COLUMN_NAMES.len()],
}

const COLUMN_NAMES: [&str; 7] =
    ["number", "serial", "card_program", "pin", "expiry", "eligible_from", "accounts"];

impl Columns {
    /// Reads the first line.
    pub(super) fn read(line: &[u8]) -> Result<Self, String> {
        let fields = fields(line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line))?;
        let mut columns = Columns { count: fields.len(), places: [None; COLUMN_NAMES.len()] };
        let known = || format!("the first line names the columns, of {}", COLUMN_NAMES.join(", "));
        for (at, field) in fields.iter().enumerate() {
            let column = COLUMN_NAMES.iter().position(|name| *name == field.trim()).ok_or_else(known)?;
            if columns.places[column].replace(at).is_some() {
                return Err(format!("the column {} stands in the first line twice", COLUMN_NAMES[column]));
            }
        }
        match (columns.places[0], columns.places[2]) {
            (Some(_), Some(_)) => Ok(columns),
            _ => Err("the first line has to name the columns number and card_program".to_owned()),
        }
    }

    /// Reads a card's line.
    pub(super) fn card(&self, line: &[u8]) -> Result<CardLine, String> {
        let fields = fields(line)?;
        if fields.len() != self.count {
            return Err(format!("expected {} fields, found {}", self.count, fields.len()));
        }
        let field = |column: usize| {
            let text = self.places[column].and_then(|at| fields.get(at)).map_or("", |text| text.trim());
            Some(text).filter(|text| !text.is_empty())
        };
        let date = |column: usize| field(column).map(|text| day(text, COLUMN_NAMES[column])).transpose();
        Ok(CardLine {
            number: field(0).and_then(CardNumber::parse).ok_or(NUMBER_EXPECTED)?,
            serial: field(1).map(serial).transpose()?,
            card_program: field(2).ok_or("expected the id of a card program")?.to_owned(),
            pin: field(3).map(pin).transpose()?,
            expiry: date(4)?,
            eligible_from: date(5)?,
            accounts: accounts_of_text(field(6).unwrap_or_default())?,
        })
    }
}

/// One line is one record, so that a stray quote spoils no other.
fn fields(line: &[u8]) -> Result<Vec<String>, String> {
    let text = std::str::from_utf8(line).map_err(|_| "expected UTF-8".to_owned())?;
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .buffer_capacity(line.len().clamp(64, 4_096))
        .from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    match reader.read_record(&mut record) {
        Ok(true) => Ok(record.iter().map(str::to_owned).collect()),
        Ok(false) => Ok(Vec::new()),
        Err(_) => Err("the line is no CSV".to_owned()),
    }
}

fn day(text: &str, what: &str) -> Result<jiff::civil::Date, String> {
    text.parse().map_err(|_| format!("{what}: expected a date, such as 2027-12-31"))
}

/// `program:status:activated:expiry`, several joined by `;`. What is left out at the end is as if it were empty.
fn accounts_of_text(text: &str) -> Result<Vec<(String, AccountEntry)>, String> {
    let account = |text: &str| {
        let mut parts = text.split(':').map(str::trim);
        let program = parts.next().filter(|program| !program.is_empty());
        let program = program.ok_or("accounts: expected program:status:activated:expiry")?.to_owned();
        let mut part = || parts.next().filter(|part| !part.is_empty());
        let status = part().map_or(Ok(AccountStatus::Normal), AccountStatus::parse);
        let entry = AccountEntry {
            status: status.map_err(|reject| format!("accounts: {}", reject.expected))?,
            activated: part().map(|text| day(text, "accounts")).transpose()?,
            expiry: part().map(|text| day(text, "accounts")).transpose()?,
        };
        match parts.next() {
            None => Ok((program, entry)),
            Some(_) => Err("accounts: expected program:status:activated:expiry".to_owned()),
        }
    };
    text.split(';').map(str::trim).filter(|text| !text.is_empty()).map(account).collect()
}

impl CardLine {
    /// The entry that this line stands for, with everything it names defined.
    pub(super) fn resolve(self, reference: &Reference, digest: Digest<'_>) -> Result<CardEntry, String> {
        let card_program = reference.card_programs.get(&self.card_program);
        let card_program = card_program.ok_or("no card program has this id")?;
        if card_program.pin_required && self.pin.is_none() {
            return Err("cards of this card program need a PIN".to_owned());
        }
        let mut accounts: Vec<(String, AccountEntry)> =
            card_program.programs.iter().map(|program| (program.clone(), AccountEntry::default())).collect();
        let mut seen: Vec<&str> = Vec::new();
        for (program, entry) in &self.accounts {
            let account = accounts.iter_mut().find(|(known, _)| known == program);
            let account = account.ok_or("an account's program is none of the card program's")?;
            if seen.contains(&program.as_str()) {
                return Err("two accounts are of the same program".to_owned());
            }
            seen.push(program);
            account.1 = *entry;
        }
        let pin = self.pin.as_ref().map(|pin| digest(&self.number, pin)).transpose();
        let pin = pin.map_err(|error| format!("the key of PINs can't be used: {error}"))?;
        Ok(CardEntry {
            number: self.number,
            serial: self.serial,
            card_program: self.card_program,
            pin,
            expiry: self.expiry,
            eligible_from: self.eligible_from,
            accounts,
        })
    }
}
