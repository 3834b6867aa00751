//! Whether what the entries of a file name is defined, in the file or in the store.
//!
//! Deliberately absent: cards, which are many and are held against the reference data when their turn comes.

use super::file::{Problem, ReferenceFile};
use crate::domain::program::{CardProgram, ProgramKind};
use crate::domain::reference::{Definition, Kind, Reference};

/// Takes the entries out of a file that name what is not defined, and tells them as problems.
pub(super) fn check(file: &mut ReferenceFile, stored: &Reference) {
    let mut merged = stored.clone();
    for (code, definition) in &file.entries {
        merged.define(code.clone(), definition.clone());
    }
    let mut problems = Vec::new();
    file.entries.retain(|(code, definition)| {
        let problem = match definition {
            Definition::CardProgram(card_program) => of_card_program(card_program, &merged),
            Definition::Program(program) => match stored.programs.get(code) {
                Some(known) if known.kind != program.kind => {
                    Some(format!("the program is of the kind {} already", known.kind.as_str()))
                }
                _ => None,
            },
            Definition::AlternateKeyType { .. }
            | Definition::AttributeType(_)
            | Definition::RetailLocation { .. }
            | Definition::Coupon(_)
            | Definition::Promotion(_) => None,
        };
        let Some(text) = problem else { return true };
        let line = file.lines.get(&(definition.kind(), code.clone())).copied().unwrap_or(1);
        problems.push(Problem { line, column: 1, text });
        false
    });
    file.problems.extend(problems);
    file.problems.sort();
}

fn of_card_program(card_program: &CardProgram, known: &Reference) -> Option<String> {
    let mut tenders = 0;
    for id in &card_program.programs {
        let Some(program) = known.programs.get(id) else {
            return Some(format!("{} {id:?} is not defined", Kind::Program.as_str()));
        };
        tenders += usize::from(program.kind == ProgramKind::Tender);
    }
    let coupon = card_program.issue_when_associated.as_ref();
    match coupon.filter(|coupon| !known.coupons.contains_key(*coupon)) {
        Some(coupon) => Some(format!("{} {coupon:?} is not defined", Kind::Coupon.as_str())),
        None if tenders > 1 => Some("a card program has one tender program at most".to_owned()),
        None => None,
    }
}
