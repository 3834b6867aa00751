//! The entries of a reference file that are about cards: programs, card programs, coupons, promotions.
//!
//! Dates are TOML dates or ISO strings, amounts numbers or decimal strings. Deliberately absent: whether what an entry
//! names is defined, which can't be said of one entry alone.

use jiff::civil::Date;
use serde::Deserialize;
use toml::{Spanned, Value};

use super::entry::{CODE_CHARACTERS_MAX, Defined, check};
use super::file::Wrong;
use crate::domain::amount::Amount;
use crate::domain::identity::CustomerId;
use crate::domain::program::{CardProgram, CouponDefinition, Program, ProgramKind, Promotion};
use crate::domain::reference::Definition;

/// The most programs of a card program.
const PROGRAMS_MAX: usize = 50;
/// The most customers that a promotion is meant for, and that respond to it.
const TARGETS_MAX: usize = 100_000;
/// The longest that something made today may hold, in days.
const DAYS_MAX: u32 = 36_500;

/// `[[program]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ProgramTable {
    id: Spanned<String>,
    kind: Spanned<String>,
    #[serde(default = "yes")]
    active: bool,
    effective: Option<Spanned<Value>>,
    expiry: Option<Spanned<Value>>,
    initial_balance: Option<Spanned<Value>>,
    minimum_activation_amount: Option<Spanned<Value>>,
    account_expiry_days: Option<Spanned<u32>>,
}

fn yes() -> bool {
    true
}

/// `[[card_program]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CardProgramTable {
    id: Spanned<String>,
    programs: Spanned<Vec<Spanned<String>>>,
    #[serde(default)]
    pin_required: bool,
    issue_when_associated: Option<Spanned<String>>,
}

/// `[[coupon]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct CouponTable {
    name: Spanned<String>,
    valid_days: Option<Spanned<u32>>,
}

/// `[[promotion]]`
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PromotionTable {
    id: Spanned<String>,
    #[serde(default)]
    targets: Vec<Spanned<Value>>,
    #[serde(default)]
    responses: Vec<Spanned<Value>>,
}

impl ProgramTable {
    pub(super) fn define(self) -> Defined {
        check(&self.id, 1, CODE_CHARACTERS_MAX)?;
        let kind = ProgramKind::parse(self.kind.get_ref())
            .map_err(|reject| Wrong { span: Some(self.kind.span()), text: reject.expected.to_owned() })?;
        let program = Program {
            kind,
            active: self.active,
            effective: date(self.effective.as_ref())?,
            expiry: date(self.expiry.as_ref())?,
            initial_balance: amount(self.initial_balance.as_ref())?,
            minimum_activation_amount: amount(self.minimum_activation_amount.as_ref())?,
            account_expiry_days: days(self.account_expiry_days.as_ref())?,
        };
        Ok((self.id, Definition::Program(program)))
    }
}

impl CardProgramTable {
    pub(super) fn define(self) -> Defined {
        check(&self.id, 1, CODE_CHARACTERS_MAX)?;
        let span = self.programs.span();
        let mut programs = Vec::new();
        for program in self.programs.into_inner() {
            check(&program, 1, CODE_CHARACTERS_MAX)?;
            if programs.contains(program.get_ref()) {
                let text = "this program stands here twice".to_owned();
                return Err(Wrong { span: Some(program.span()), text });
            }
            programs.push(program.into_inner());
        }
        if !(1..=PROGRAMS_MAX).contains(&programs.len()) {
            return Err(Wrong { span: Some(span), text: format!("expected 1 to {PROGRAMS_MAX} programs") });
        }
        programs.sort();
        if let Some(coupon) = &self.issue_when_associated {
            check(coupon, 1, CODE_CHARACTERS_MAX)?;
        }
        let issue_when_associated = self.issue_when_associated.map(Spanned::into_inner);
        let card_program = CardProgram { programs, pin_required: self.pin_required, issue_when_associated };
        Ok((self.id, Definition::CardProgram(card_program)))
    }
}

impl CouponTable {
    pub(super) fn define(self) -> Defined {
        check(&self.name, 1, CODE_CHARACTERS_MAX)?;
        let valid_days = days(self.valid_days.as_ref())?;
        Ok((self.name, Definition::Coupon(CouponDefinition { valid_days })))
    }
}

impl PromotionTable {
    pub(super) fn define(self) -> Defined {
        check(&self.id, 1, CODE_CHARACTERS_MAX)?;
        if self.targets.len().max(self.responses.len()) > TARGETS_MAX {
            let text = format!("expected at most {TARGETS_MAX} targets, and as many responses");
            return Err(Wrong { span: Some(self.id.span()), text });
        }
        let targets = self.targets.iter().map(target).collect::<Result<_, _>>()?;
        let responses = self.responses.iter().map(target).collect::<Result<_, _>>()?;
        Ok((self.id, Definition::Promotion(Promotion { targets, responses })))
    }
}

fn target(value: &Spanned<Value>) -> Result<u64, Wrong> {
    let id = match value.get_ref() {
        Value::Integer(number) => u64::try_from(*number).ok().filter(|number| *number > 0),
        Value::String(text) => CustomerId::parse(text).map(|id| id.0),
        Value::Float(_) | Value::Boolean(_) | Value::Datetime(_) | Value::Array(_) | Value::Table(_) => None,
    };
    id.ok_or_else(|| Wrong { span: Some(value.span()), text: "expected a CustomerID".to_owned() })
}

/// A date; the time of a timestamp does not count.
pub(super) fn date(value: Option<&Spanned<Value>>) -> Result<Option<Date>, Wrong> {
    let Some(value) = value else { return Ok(None) };
    let text = match value.get_ref() {
        Value::Datetime(date) => date.date.map(|date| date.to_string()),
        Value::String(text) => Some(text.clone()),
        Value::Integer(_) | Value::Float(_) | Value::Boolean(_) | Value::Array(_) | Value::Table(_) => None,
    };
    let date = text.and_then(|text| text.trim().parse().ok());
    let wrong = || Wrong { span: Some(value.span()), text: "expected a date, such as 2027-12-31".to_owned() };
    date.map(Some).ok_or_else(wrong)
}

fn amount(value: Option<&Spanned<Value>>) -> Result<Amount, Wrong> {
    let Some(value) = value else { return Ok(Amount::default()) };
    let text = match value.get_ref() {
        Value::Integer(number) => Some(number.to_string()),
        Value::Float(number) => Some(number.to_string()),
        Value::String(text) => Some(text.trim().to_owned()),
        Value::Boolean(_) | Value::Datetime(_) | Value::Array(_) | Value::Table(_) => None,
    };
    let wrong = |text: &str| Wrong { span: Some(value.span()), text: text.to_owned() };
    let text = text.ok_or_else(|| wrong("expected an amount, such as 10.00"))?;
    Amount::parse(&text).map_err(|reject| wrong(reject.expected))
}

fn days(value: Option<&Spanned<u32>>) -> Result<Option<u32>, Wrong> {
    match value {
        Some(days) if *days.get_ref() > DAYS_MAX => {
            Err(Wrong { span: Some(days.span()), text: format!("expected at most {DAYS_MAX} days") })
        }
        days => Ok(days.map(|days| *days.get_ref())),
    }
}
