//! The terms under which a customer stands in the index, and those that a query needs.
//!
//! Every search type comes down to terms that must all be there, so that no part of the dictionary is ever walked:
//! a beginning is its first characters (up to three) and the trigrams behind them, an end likewise, a part is its
//! trigrams. Terms find too much rather than too little; the predicate on the record decides. A term is the field,
//! the kind, the text. Deliberately absent: whether a value is active, save for the customer itself.

use super::projection::Projection;
use super::query::{Criterion, Query};
use super::sound::sounds;
use crate::domain::value::SearchType;

/// Characters of a trigram, and of the longest beginning and end that has a term of its own.
const GRAM: usize = 3;

/// The kinds of terms. They stand in the index: never renumber, only add.
mod kind {
    pub(super) const WHOLE: u8 = b'=';
    pub(super) const BEGINNING: u8 = b'<';
    pub(super) const END: u8 = b'>';
    pub(super) const PART: u8 = b'*';
    pub(super) const SOUND: u8 = b'~';
    pub(super) const TYPE_CODE: u8 = b':';
}

/// The term of every inactive customer. They are few, so that leaving them out costs less than asking for the others.
const INACTIVE: &[u8] = b"!inactive";

/// A term.
pub(super) type Term = Vec<u8>;

/// What must hold of an index entry.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) enum Needed {
    /// It has this term.
    Term(Term),
    /// It has one of these.
    OneOf(Vec<Term>),
    /// It does not have this term.
    Not(Term),
}

/// Tells the terms of a customer, some more than once.
pub(super) fn each_of_customer(projection: &Projection, mut tell: impl FnMut(&[u8])) {
    if !projection.active {
        tell(INACTIVE);
    }
    // Some 150 terms a customer: one buffer for all of them.
    let mut buffer = Vec::with_capacity(64);
    for value in &projection.values {
        let mut tell = |kind: u8, text: &str| {
            buffer.clear();
            buffer.extend_from_slice(&[value.field as u8, kind]);
            buffer.extend_from_slice(text.as_bytes());
            tell(&buffer);
        };
        let text = value.folded.as_str();
        let bounds = bounds(text);
        tell(kind::WHOLE, text);
        for length in 1..=GRAM.min(bounds.len() - 1) {
            tell(kind::BEGINNING, &text[..bounds[length]]);
            tell(kind::END, &text[bounds[bounds.len() - 1 - length]..]);
        }
        grams(text, &bounds).for_each(|gram| tell(kind::PART, gram));
        let sounds = sounds(text);
        sounds.iter().flat_map(|sound| sound.codes()).for_each(|code| tell(kind::SOUND, code));
        value.type_code.iter().for_each(|type_code| tell(kind::TYPE_CODE, type_code));
    }
}

/// What a customer that matches must have.
pub(super) fn of_query(query: &Query) -> Vec<Needed> {
    let mut needed = Vec::new();
    if !query.include_inactive {
        needed.push(Needed::Not(INACTIVE.to_vec()));
    }
    for criterion in &query.criteria {
        of_criterion(criterion, &mut needed);
    }
    needed
}

fn of_criterion(criterion: &Criterion, needed: &mut Vec<Needed>) {
    let text = criterion.folded.as_str();
    let bounds = bounds(text);
    let edge = GRAM.min(bounds.len() - 1);
    let term = |kind: u8, text: &str| term(criterion.field as u8, kind, text);
    let parts = || grams(text, &bounds).map(|gram| Needed::Term(term(kind::PART, gram)));
    match criterion.search_type {
        SearchType::Exact => needed.push(Needed::Term(term(kind::WHOLE, text))),
        SearchType::StartsWith => {
            needed.push(Needed::Term(term(kind::BEGINNING, &text[..bounds[edge]])));
            needed.extend(parts().skip(1));
        }
        SearchType::EndsWith => {
            needed.push(Needed::Term(term(kind::END, &text[bounds[bounds.len() - 1 - edge]..])));
            // The last trigram is the end itself.
            let inner = (bounds.len() - 1).saturating_sub(GRAM);
            needed.extend(parts().take(inner));
        }
        SearchType::Contains => needed.extend(parts()),
        SearchType::SoundsLike => {
            let sounds = sounds(text);
            // A text without words sounds like nothing, which a list of no terms says.
            if sounds.is_empty() {
                needed.push(Needed::OneOf(Vec::new()));
            }
            let codes = sounds.iter().map(|sound| sound.codes().map(|code| term(kind::SOUND, code)));
            needed.extend(codes.map(|codes| Needed::OneOf(codes.collect())));
        }
    }
    needed.extend(criterion.type_code.iter().map(|code| Needed::Term(term(kind::TYPE_CODE, code))));
}

fn term(field: u8, kind: u8, text: &str) -> Term {
    [&[field, kind], text.as_bytes()].concat()
}

/// Where characters begin, and the end.
fn bounds(text: &str) -> Vec<usize> {
    text.char_indices().map(|(at, _)| at).chain([text.len()]).collect()
}

fn grams<'t>(text: &'t str, bounds: &'t [usize]) -> impl Iterator<Item = &'t str> {
    bounds.windows(GRAM + 1).map(|window| &text[window[0]..window[GRAM]])
}

#[cfg(test)]
mod tests {
    use super::super::query::Field;
    use super::*;

    fn check(search_type: SearchType, text: &str, expected: &[&str]) {
        let criterion = Criterion::new(Field::City, search_type, text).unwrap();
        let query = Query::new(vec![criterion], true).unwrap();
        let show = |needed: Needed| match needed {
            Needed::Term(term) => String::from_utf8(term).unwrap(),
            Needed::Not(term) => String::from_utf8(term).unwrap(),
            Needed::OneOf(terms) => String::from_utf8(terms.join(&b'|')).unwrap(),
        };
        let shown: Vec<_> = of_query(&query).into_iter().map(show).collect();
        assert_eq!(shown, expected, "{search_type:?} {text}");
    }

    #[test]
    fn every_search_type_comes_down_to_terms() {
        check(SearchType::Exact, "Köln", &["g=koln"]);
        check(SearchType::StartsWith, "K", &["g<k"]);
        check(SearchType::StartsWith, "Köln", &["g<kol", "g*oln"]);
        check(SearchType::EndsWith, "n", &["g>n"]);
        check(SearchType::EndsWith, "öln", &["g>oln"]);
        check(SearchType::EndsWith, "Köln", &["g>oln", "g*kol"]);
        check(SearchType::Contains, "Köln", &["g*kol", "g*oln"]);
        check(SearchType::SoundsLike, "Smith 7", &["g~SM0|g~XMT", "g~7"]);
    }
}
