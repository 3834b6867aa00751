//! Entries of the reference data in the words of a file, for people and programs.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::Serialize;

use crate::domain::error::Error;
use crate::domain::program::{CardProgram, CouponDefinition, Promotion};
use crate::domain::reference::{AttributeKind, Definition, Kind, Reference};
use crate::ops::context::Gateway;
use crate::ops::promotions;

/// One entry with the field names of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Shown {
    /// `[[alternate_key_type]]`
    #[expect(missing_docs, reason = "named after the fields of a file")]
    AlternateKeyType { code: String, description: String },
    /// `[[attribute_type]]`
    #[expect(missing_docs, reason = "named after the fields of a file")]
    AttributeType {
        name: String,
        #[serde(rename = "type")]
        data_type: &'static str,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        values: Vec<String>,
        unique: bool,
        editable: bool,
    },
    /// `[[retail_location]]`
    #[expect(missing_docs, reason = "named after the fields of a file")]
    RetailLocation { id: String, name: String },
    /// `[[program]]`
    #[expect(missing_docs, reason = "named after the fields of a file")]
    Program {
        id: String,
        #[serde(rename = "type")]
        program_kind: &'static str,
        active: bool,
        effective: Option<Date>,
        expiry: Option<Date>,
        initial_balance: String,
        minimum_activation_amount: String,
        account_expiry_days: Option<u32>,
    },
    /// `[[card_program]]`
    #[expect(missing_docs, reason = "named after the fields of a file")]
    CardProgram {
        id: String,
        programs: Vec<String>,
        pin_required: bool,
        issue_when_associated: Option<String>,
    },
    /// `[[coupon]]`
    #[expect(missing_docs, reason = "named after the fields of a file")]
    Coupon { name: String, valid_days: Option<u32> },
    /// `[[promotion]]`
    #[expect(missing_docs, reason = "named after the fields of a file")]
    Promotion {
        id: String,
        targets: BTreeSet<u64>,
        #[serde(skip_serializing_if = "BTreeSet::is_empty")]
        responses: BTreeSet<u64>,
    },
}

/// The line of an answer: an entry with its kind in front, so that it is taken for nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShownEntry {
    /// Its kind.
    pub kind: &'static str,
    /// The rest.
    #[serde(flatten)]
    pub entry: Shown,
}

/// All entries of a kind by code, or the one with this code; promotions with the targets that merges gave them (M-5).
///
/// # Errors
///
/// Those of the store.
pub async fn show(gateway: &Gateway, kind: Kind, code: Option<&str>) -> Result<Vec<ShownEntry>, Error> {
    let shown = entries(&gateway.reference.get(), kind, code);
    if kind == Kind::Promotion && !shown.is_empty() {
        return promotions::with_gained(&*gateway.store, shown).await;
    }
    Ok(shown)
}

/// The same as files said it.
pub(super) fn entries(reference: &Reference, kind: Kind, code: Option<&str>) -> Vec<ShownEntry> {
    let wanted = |(known, _): &(&str, Definition)| code.is_none_or(|code| code == *known);
    let entries = reference.entries(kind).into_iter().filter(wanted);
    entries.map(|(code, entry)| ShownEntry { kind: kind.as_str(), entry: Shown::new(code, entry) }).collect()
}

impl Shown {
    /// The entry of this code.
    pub(super) fn new(code: &str, definition: Definition) -> Self {
        let code = code.to_owned();
        match definition {
            Definition::AlternateKeyType { description } => Shown::AlternateKeyType { code, description },
            Definition::AttributeType(attribute_type) => {
                let (data_type, values) = match attribute_type.kind {
                    AttributeKind::Text => ("Text", Vec::new()),
                    AttributeKind::Number => ("Number", Vec::new()),
                    AttributeKind::Date => ("Date", Vec::new()),
                    AttributeKind::Logical => ("Logical", Vec::new()),
                    AttributeKind::List(values) => ("List", values),
                };
                let (unique, editable) = (attribute_type.unique, attribute_type.editable);
                Shown::AttributeType { name: code, data_type, values, unique, editable }
            }
            Definition::RetailLocation { name } => Shown::RetailLocation { id: code, name },
            Definition::Program(program) => Shown::Program {
                id: code,
                program_kind: program.kind.as_str(),
                active: program.active,
                effective: program.effective,
                expiry: program.expiry,
                initial_balance: program.initial_balance.to_string(),
                minimum_activation_amount: program.minimum_activation_amount.to_string(),
                account_expiry_days: program.account_expiry_days,
            },
            Definition::CardProgram(CardProgram { programs, pin_required, issue_when_associated }) => {
                Shown::CardProgram { id: code, programs, pin_required, issue_when_associated }
            }
            Definition::Coupon(CouponDefinition { valid_days }) => Shown::Coupon { name: code, valid_days },
            Definition::Promotion(Promotion { targets, responses }) => {
                Shown::Promotion { id: code, targets, responses }
            }
        }
    }
}
