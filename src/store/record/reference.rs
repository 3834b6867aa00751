//! An entry of the reference data: one section, whose tag says of which kind and stored version it is.
//!
//! Deliberately absent: its code, which is the key's.

use std::borrow::Cow;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{FORMAT, RecordError, push_section, read_section, sections};
use crate::domain::amount::Amount;
use crate::domain::program::{CardProgram, CouponDefinition, Program, ProgramKind, Promotion};
use crate::domain::reference::{AttributeKind, AttributeType, Definition};

/// Tags are stored: never renumber, only add.
mod tag {
    pub(super) const ALTERNATE_KEY_TYPE_V1: u8 = 1;
    pub(super) const ATTRIBUTE_TYPE_V1: u8 = 2;
    pub(super) const RETAIL_LOCATION_V1: u8 = 3;
    pub(super) const PROGRAM_V1: u8 = 4;
    pub(super) const CARD_PROGRAM_V1: u8 = 5;
    pub(super) const COUPON_V1: u8 = 6;
    pub(super) const PROMOTION_V1: u8 = 7;
    pub(super) const PROMOTION_RESPONSES_V1: u8 = 8;
}

#[derive(Serialize, Deserialize)]
struct AlternateKeyTypeV1<'a> {
    description: Cow<'a, str>,
}

#[derive(Serialize, Deserialize)]
struct AttributeTypeV1<'a> {
    kind: AttributeKindV1<'a>,
    unique: bool,
    editable: bool,
}

/// Variants are stored by position: only add behind the last.
#[derive(Serialize, Deserialize)]
enum AttributeKindV1<'a> {
    Text,
    Number,
    Date,
    Logical,
    List(Vec<Cow<'a, str>>),
}

#[derive(Serialize, Deserialize)]
struct RetailLocationV1<'a> {
    name: Cow<'a, str>,
}

#[derive(Serialize, Deserialize)]
struct ProgramV1<'a> {
    kind: Cow<'a, str>,
    active: bool,
    effective: Option<Date>,
    expiry: Option<Date>,
    initial_balance: Cow<'a, str>,
    minimum_activation_amount: Cow<'a, str>,
    account_expiry_days: Option<u32>,
}

#[derive(Serialize, Deserialize)]
struct CardProgramV1<'a> {
    programs: Vec<Cow<'a, str>>,
    pin_required: bool,
    issue_when_associated: Option<Cow<'a, str>>,
}

#[derive(Serialize, Deserialize)]
struct CouponV1 {
    valid_days: Option<u32>,
}

#[derive(Serialize, Deserialize)]
struct PromotionV1 {
    targets: Vec<u64>,
}

/// Writes an entry.
pub fn encode_definition(definition: &Definition) -> Result<Vec<u8>, RecordError> {
    let mut body = vec![FORMAT];
    match definition {
        Definition::AlternateKeyType { description } => {
            let section = AlternateKeyTypeV1 { description: description.into() };
            push_section(&mut body, tag::ALTERNATE_KEY_TYPE_V1, &section)?;
        }
        Definition::AttributeType(AttributeType { kind, unique, editable }) => {
            let section = AttributeTypeV1 { kind: kind_of(kind), unique: *unique, editable: *editable };
            push_section(&mut body, tag::ATTRIBUTE_TYPE_V1, &section)?;
        }
        Definition::RetailLocation { name } => {
            push_section(&mut body, tag::RETAIL_LOCATION_V1, &RetailLocationV1 { name: name.into() })?;
        }
        Definition::Program(program) => push_section(&mut body, tag::PROGRAM_V1, &stored_program(program))?,
        Definition::CardProgram(card_program) => {
            let section = CardProgramV1 {
                programs: card_program.programs.iter().map(Cow::from).collect(),
                pin_required: card_program.pin_required,
                issue_when_associated: card_program.issue_when_associated.as_deref().map(Cow::from),
            };
            push_section(&mut body, tag::CARD_PROGRAM_V1, &section)?;
        }
        Definition::Coupon(CouponDefinition { valid_days }) => {
            push_section(&mut body, tag::COUPON_V1, &CouponV1 { valid_days: *valid_days })?;
        }
        Definition::Promotion(Promotion { targets, responses }) => {
            push_section(
                &mut body,
                tag::PROMOTION_V1,
                &PromotionV1 { targets: targets.iter().copied().collect() },
            )?;
            if !responses.is_empty() {
                push_section(&mut body, tag::PROMOTION_RESPONSES_V1, responses)?;
            }
        }
    }
    Ok(body)
}

fn stored_program(program: &Program) -> ProgramV1<'_> {
    ProgramV1 {
        kind: program.kind.as_str().into(),
        active: program.active,
        effective: program.effective,
        expiry: program.expiry,
        initial_balance: program.initial_balance.to_string().into(),
        minimum_activation_amount: program.minimum_activation_amount.to_string().into(),
        account_expiry_days: program.account_expiry_days,
    }
}

fn program_back(program: ProgramV1<'_>) -> Result<Program, RecordError> {
    let unreadable = |what: &str| RecordError::Unreadable(what.to_owned());
    let amount = |text: &str| Amount::read(text).ok_or_else(|| unreadable("an amount is none"));
    Ok(Program {
        kind: ProgramKind::parse(&program.kind).map_err(|reject| unreadable(reject.expected))?,
        active: program.active,
        effective: program.effective,
        expiry: program.expiry,
        initial_balance: amount(&program.initial_balance)?,
        minimum_activation_amount: amount(&program.minimum_activation_amount)?,
        account_expiry_days: program.account_expiry_days,
    })
}

fn kind_of(kind: &AttributeKind) -> AttributeKindV1<'_> {
    match kind {
        AttributeKind::Text => AttributeKindV1::Text,
        AttributeKind::Number => AttributeKindV1::Number,
        AttributeKind::Date => AttributeKindV1::Date,
        AttributeKind::Logical => AttributeKindV1::Logical,
        AttributeKind::List(values) => AttributeKindV1::List(values.iter().map(Cow::from).collect()),
    }
}

/// Reads an entry of any stored version.
pub fn decode_definition(body: &[u8]) -> Result<Definition, RecordError> {
    match sections(body)?.as_slice() {
        [(tag::ALTERNATE_KEY_TYPE_V1, bytes)] => {
            let section: AlternateKeyTypeV1<'_> = read_section(bytes)?;
            Ok(Definition::AlternateKeyType { description: section.description.into_owned() })
        }
        [(tag::ATTRIBUTE_TYPE_V1, bytes)] => {
            let AttributeTypeV1 { kind, unique, editable } = read_section(bytes)?;
            let kind = match kind {
                AttributeKindV1::Text => AttributeKind::Text,
                AttributeKindV1::Number => AttributeKind::Number,
                AttributeKindV1::Date => AttributeKind::Date,
                AttributeKindV1::Logical => AttributeKind::Logical,
                AttributeKindV1::List(values) => {
                    AttributeKind::List(values.into_iter().map(Cow::into_owned).collect())
                }
            };
            Ok(Definition::AttributeType(AttributeType { kind, unique, editable }))
        }
        [(tag::RETAIL_LOCATION_V1, bytes)] => {
            let section: RetailLocationV1<'_> = read_section(bytes)?;
            Ok(Definition::RetailLocation { name: section.name.into_owned() })
        }
        [(tag::PROGRAM_V1, bytes)] => Ok(Definition::Program(program_back(read_section(bytes)?)?)),
        [(tag::CARD_PROGRAM_V1, bytes)] => {
            let section: CardProgramV1<'_> = read_section(bytes)?;
            Ok(Definition::CardProgram(CardProgram {
                programs: section.programs.into_iter().map(Cow::into_owned).collect(),
                pin_required: section.pin_required,
                issue_when_associated: section.issue_when_associated.map(Cow::into_owned),
            }))
        }
        [(tag::COUPON_V1, bytes)] => {
            let CouponV1 { valid_days } = read_section(bytes)?;
            Ok(Definition::Coupon(CouponDefinition { valid_days }))
        }
        [(tag::PROMOTION_V1, bytes)] => {
            let PromotionV1 { targets } = read_section(bytes)?;
            let targets = targets.into_iter().collect();
            Ok(Definition::Promotion(Promotion { targets, ..Promotion::default() }))
        }
        [(tag::PROMOTION_V1, bytes), (tag::PROMOTION_RESPONSES_V1, responses)] => {
            let PromotionV1 { targets } = read_section(bytes)?;
            let (targets, responses) = (targets.into_iter().collect(), read_section(responses)?);
            Ok(Definition::Promotion(Promotion { targets, responses }))
        }
        [(tag, _), ..] => Err(RecordError::Newer(*tag)),
        [] => Err(RecordError::Unreadable("an empty entry of the reference data".to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(kind: AttributeKind) -> Definition {
        Definition::AttributeType(AttributeType { kind, unique: true, editable: false })
    }

    fn program() -> Definition {
        Definition::Program(Program {
            kind: ProgramKind::Tender,
            active: true,
            effective: None,
            expiry: Some("2030-12-31".parse().unwrap()),
            initial_balance: Amount::read("5.00").unwrap(),
            minimum_activation_amount: Amount::read("1").unwrap(),
            account_expiry_days: Some(365),
        })
    }

    fn card_program() -> Definition {
        Definition::CardProgram(CardProgram {
            programs: vec!["GIFT".to_owned(), "POINTS".to_owned()],
            pin_required: true,
            issue_when_associated: Some("WELCOME".to_owned()),
        })
    }

    fn all() -> Vec<Definition> {
        let colours = ["Red", "Blåtoner"].map(str::to_owned).to_vec();
        let kinds = [AttributeKind::Number, AttributeKind::Date, AttributeKind::Logical];
        let mut all = vec![
            Definition::AlternateKeyType { description: "Number of a till".to_owned() },
            Definition::RetailLocation { name: "Harbour".to_owned() },
            attribute(AttributeKind::Text),
            attribute(AttributeKind::List(colours)),
        ];
        all.extend(kinds.map(attribute));
        all.extend([program(), card_program()]);
        all.push(Definition::Coupon(CouponDefinition { valid_days: Some(30) }));
        let targets = [7, 4711].into();
        all.push(Definition::Promotion(Promotion { targets, ..Promotion::default() }));
        all.push(Definition::Promotion(Promotion { targets: [7].into(), responses: [3, 258].into() }));
        all
    }

    #[test]
    fn an_entry_reads_as_it_was_written() {
        for definition in all() {
            assert_eq!(decode_definition(&encode_definition(&definition).unwrap()).unwrap(), definition);
        }
    }

    /// What version 1 wrote is readable for ever; these bytes never change.
    #[test]
    fn stored_versions_stay_readable() {
        let cases: [(&[u8], Definition); 8] = [
            (
                b"\x01\x07\x02\0\0\0\x01\x07\x08\x04\0\0\0\x02\x03\x82\x02",
                Definition::Promotion(Promotion { targets: [7].into(), responses: [3, 258].into() }),
            ),
            (b"\x01\x04\x22\0\0\0\x06tender\x01\0\x01\x0a2030-12-31\x045.00\x041.00\x01\xed\x02", program()),
            (b"\x01\x05\x17\0\0\0\x02\x04GIFT\x06POINTS\x01\x01\x07WELCOME", card_program()),
            (b"\x01\x06\x02\0\0\0\x01\x1e", Definition::Coupon(CouponDefinition { valid_days: Some(30) })),
            (
                b"\x01\x07\x04\0\0\0\x02\x07\xe7\x24",
                Definition::Promotion(Promotion { targets: [7, 4711].into(), ..Promotion::default() }),
            ),
            (b"\x01\x01\x05\0\0\0\x04Till", Definition::AlternateKeyType { description: "Till".into() }),
            (b"\x01\x03\x04\0\0\0\x03Sea", Definition::RetailLocation { name: "Sea".into() }),
            (b"\x01\x02\x07\0\0\0\x04\x01\x02XL\x01\0", attribute(AttributeKind::List(vec!["XL".into()]))),
        ];
        for (bytes, expected) in cases {
            assert_eq!(decode_definition(bytes).unwrap(), expected);
            assert_eq!(encode_definition(&expected).unwrap(), bytes);
        }
        let bare_amount = b"\x01\x04\x1f\0\0\0\x06tender\x01\0\x01\x0a2030-12-31\x045.00\x011\x01\xed\x02";
        assert_eq!(decode_definition(bare_amount).unwrap(), program());
    }

    #[test]
    fn what_is_not_known_or_damaged_is_refused() {
        assert!(matches!(decode_definition(b"\x01\xc8\0\0\0\0"), Err(RecordError::Newer(200))));
        for body in [&b""[..], b"\x01", b"\x01\x01\x09\0\0\0\x04Till", b"\x01\x01\x06\0\0\0\x04Till!"] {
            assert!(decode_definition(body).is_err(), "{body:?}");
        }
    }
}
