//! The forms of a country's postal codes (V-8), as people write them: `AA99 9AA|A9 9AA`.
//!
//! `9` stands for a digit, `A` for an ASCII letter of either case, `\` takes the next character as it is,
//! `|` parts alternatives, and every other character stands for itself. Deliberately absent: repetition and
//! classes; a form is as long as the codes that it describes, so matching takes one pass.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};

use super::values::text_in_serde;

/// One or more forms of a postal code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostalPattern {
    text: String,
    alternatives: Vec<Vec<Symbol>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Symbol {
    Digit,
    Letter,
    Literal(char),
}

impl Symbol {
    fn matches(self, character: char) -> bool {
        match self {
            Symbol::Digit => character.is_ascii_digit(),
            Symbol::Letter => character.is_ascii_alphabetic(),
            Symbol::Literal(literal) => character == literal,
        }
    }
}

impl PostalPattern {
    /// Does the whole code have one of the forms?
    pub fn matches(&self, code: &str) -> bool {
        self.alternatives.iter().any(|form| {
            let mut characters = code.chars();
            form.iter().all(|symbol| characters.next().is_some_and(|character| symbol.matches(character)))
                && characters.next().is_none()
        })
    }
}

impl FromStr for PostalPattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut alternatives = Vec::new();
        let mut form = Vec::new();
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            match character {
                '9' => form.push(Symbol::Digit),
                'A' => form.push(Symbol::Letter),
                '\\' => form.push(Symbol::Literal(characters.next().ok_or("nothing stands behind \\")?)),
                '|' => alternatives.push(std::mem::take(&mut form)),
                literal => form.push(Symbol::Literal(literal)),
            }
        }
        alternatives.push(form);
        if alternatives.iter().any(Vec::is_empty) {
            return Err(
                "expected forms like 99999|99999-9999 (9 a digit, A a letter), none of them empty".into()
            );
        }
        Ok(PostalPattern { text: text.to_owned(), alternatives })
    }
}

impl fmt::Display for PostalPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

text_in_serde!(PostalPattern);

/// Countries are two-letter codes in either case, kept in upper case.
pub(super) fn by_country<'de, D>(deserializer: D) -> Result<BTreeMap<String, PostalPattern>, D::Error>
where
    D: Deserializer<'de>,
{
    let sent = BTreeMap::<String, PostalPattern>::deserialize(deserializer)?;
    let two_letters =
        |country: &String| country.len() == 2 && country.bytes().all(|b| b.is_ascii_alphabetic());
    match sent.keys().find(|country| !two_letters(country)) {
        Some(country) => Err(de::Error::custom(format!("`{country}` is no two-letter country code like GB"))),
        None => Ok(sent.into_iter().map(|(country, form)| (country.to_ascii_uppercase(), form)).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, code: &str, expected: bool) {
        let pattern: PostalPattern = pattern.parse().unwrap();
        assert_eq!(pattern.matches(code), expected, "{pattern} {code}");
    }

    #[test]
    fn v_8_patterns_match_the_whole_code() {
        check("99999", "12345", true);
        check("99999", "1234", false);
        check("99999", "123456", false);
        check("99999|99999-9999", "12345-6789", true);
        check("99999|99999-9999", "12345-", false);
        check("A9 9AA", "m1 1ae", true);
        check("A9 9AA", "M11AE", false);
        check(r"\AD999", "AD500", true);
        check(r"\AD999", "BD500", false);
        check("99999", "\u{661}2345", false);
    }

    #[test]
    fn v_8_patterns_without_a_form_are_refused() {
        for text in ["", "|", "99|", "99||A9", "\\"] {
            assert!(text.parse::<PostalPattern>().is_err(), "{text}");
        }
    }
}
