//! V-8: the forms of postal codes, built in and configured.
//!
//! A country without a pattern is not judged. Countries are compared as they are sent, in any case; no list of
//! country names or aliases is kept here: who sends `USA` configures `USA`.

use std::collections::BTreeMap;

/// The forms that hold for US, CA and an address without country.
pub const BUILT_IN_FORMS: &str = "99999|99999-9999|A9A9A9|A9A 9A9|A9A-9A9";

/// The countries that the built-in forms hold for.
const BUILT_IN_COUNTRIES: [&str; 2] = ["US", "CA"];

/// One place of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Digit,
    Letter,
    Literal(char),
}

impl Place {
    fn literal(symbol: char) -> Result<Self, String> {
        match symbol {
            _ if is_kept(symbol) => Ok(Place::Literal(symbol.to_ascii_uppercase())),
            _ => Err(format!(
                "`{symbol}` can't stand in a postal code: only letters, digits, `-`, `.` and spaces are kept"
            )),
        }
    }

    fn accepts(self, symbol: char) -> bool {
        match self {
            Place::Digit => symbol.is_ascii_digit(),
            Place::Letter => symbol.is_ascii_alphabetic(),
            Place::Literal(literal) => symbol.to_ascii_uppercase() == literal,
        }
    }
}

/// The forms of one country: `9` is a digit, `A` a letter, any other character itself, as is the one behind a `\`; `|`
/// joins alternatives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostalCodePattern {
    forms: Vec<Vec<Place>>,
}

impl PostalCodePattern {
    /// Reads `99999|99999-9999`; the error says what is wrong, for the person who configures.
    pub fn parse(text: &str) -> Result<Self, String> {
        let forms = text.split('|').map(|form| Self::form(form.trim())).collect::<Result<_, _>>()?;
        Ok(PostalCodePattern { forms })
    }

    fn form(text: &str) -> Result<Vec<Place>, String> {
        if text.is_empty() {
            return Err("a form between two `|` is empty".to_owned());
        }
        let mut places = Vec::new();
        let mut symbols = text.chars();
        while let Some(symbol) = symbols.next() {
            places.push(match symbol {
                '9' => Place::Digit,
                'A' => Place::Letter,
                '\\' => Place::literal(symbols.next().ok_or("nothing stands behind `\\`")?)?,
                literal => Place::literal(literal)?,
            });
        }
        Ok(places)
    }

    /// Has the text one of the forms, in upper or lower case?
    pub fn accepts(&self, text: &str) -> bool {
        self.forms.iter().any(|form| {
            form.len() == text.chars().count()
                && form.iter().zip(text.chars()).all(|(place, symbol)| place.accepts(symbol))
        })
    }
}

/// Which pattern holds for which country.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostalCodePatterns {
    no_country: PostalCodePattern,
    countries: BTreeMap<String, PostalCodePattern>,
}

impl Default for PostalCodePatterns {
    fn default() -> Self {
        #[expect(clippy::expect_used, reason = "a constant, read by every test of this file")]
        let built_in = PostalCodePattern::parse(BUILT_IN_FORMS).expect("the built-in forms are a pattern");
        let countries = BUILT_IN_COUNTRIES.map(|country| (country.to_owned(), built_in.clone()));
        PostalCodePatterns { no_country: built_in, countries: countries.into() }
    }
}

impl PostalCodePatterns {
    /// Sets the pattern of a country, over the built-in one where there is one.
    pub fn set(&mut self, country: &str, pattern: PostalCodePattern) {
        self.countries.insert(folded(country), pattern);
    }

    /// The pattern that judges an address; `None`: it is not judged.
    pub fn of(&self, country: Option<&str>) -> Option<&PostalCodePattern> {
        match country {
            None => Some(&self.no_country),
            Some(country) => self.countries.get(&folded(country)),
        }
    }
}

fn folded(country: &str) -> String {
    country.trim().to_uppercase()
}

/// V-8: what a postal code keeps.
fn is_kept(symbol: char) -> bool {
    symbol.is_alphanumeric() || matches!(symbol, '-' | ' ' | '.')
}

/// A postal code after V-8.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostalCode {
    /// What is stored: upper case where it has a form of its country; the text as sent if nothing was kept of it.
    pub text: String,
    /// Has a form of its country, or the country is not judged.
    pub valid: bool,
}

/// V-8: drops what is no part of a postal code and compares the rest with the forms of the country.
pub fn judge(text: &str, country: Option<&str>, patterns: &PostalCodePatterns) -> PostalCode {
    let kept: String = text.chars().filter(|symbol| is_kept(*symbol)).collect();
    let kept = kept.trim();
    if kept.is_empty() {
        let valid = patterns.of(country).is_none();
        return PostalCode { text: text.to_owned(), valid };
    }
    match patterns.of(country) {
        Some(pattern) if pattern.accepts(kept) => PostalCode { text: kept.to_ascii_uppercase(), valid: true },
        Some(_) => PostalCode { text: kept.to_owned(), valid: false },
        None => PostalCode { text: kept.to_owned(), valid: true },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(country: Option<&str>, sent: &str, stored: &str, valid: bool) {
        let result = judge(sent, country, &PostalCodePatterns::default());
        assert_eq!(result, PostalCode { text: stored.to_owned(), valid }, "{sent} in {country:?}");
    }

    #[test]
    fn v_8_built_in_forms_hold_for_us_ca_and_no_country() {
        for country in [None, Some("US"), Some("us"), Some("CA"), Some("Ca")] {
            check(country, "49136", "49136", true);
            check(country, "49136-0001", "49136-0001", true);
            check(country, "k1a0b1", "K1A0B1", true);
            check(country, "K1A 0b1", "K1A 0B1", true);
            check(country, "K1A-0B1", "K1A-0B1", true);
            check(country, "4913", "4913", false);
            check(country, "491360001", "491360001", false);
            check(country, "K1A  0B1", "K1A  0B1", false);
            check(country, "k1a0b", "k1a0b", false);
            check(country, "١٢٣٤٥", "١٢٣٤٥", false);
        }
    }

    #[test]
    fn v_8_drops_all_but_letters_digits_and_three_marks() {
        check(None, "#49136!", "49136", true);
        check(None, "(49136)_-(0001)", "49136-0001", true);
        check(None, " K1A/0B1 ", "K1A0B1", true);
        check(None, "4.9136", "4.9136", false);
        check(None, "###", "###", false);
    }

    #[test]
    fn v_8_a_country_without_a_pattern_is_not_judged() {
        check(Some("JP"), "〒100-0001", "100-0001", true);
        check(Some("USA"), "whatever", "whatever", true);
        check(Some("JP"), "###", "###", true);
    }

    #[test]
    fn v_8_a_configured_country_is_judged_by_its_own_pattern() {
        let mut patterns = PostalCodePatterns::default();
        patterns.set("Lv", PostalCodePattern::parse("LV-9999").unwrap());
        patterns.set("US", PostalCodePattern::parse("99999").unwrap());
        let valid = |country, text| judge(text, Some(country), &patterns).valid;
        assert!(valid("LV", "lv-1001"));
        assert_eq!(judge("lv-1001", Some("LV"), &patterns).text, "LV-1001");
        assert!(!valid("lv", "1001"));
        assert!(valid("US", "49136"));
        assert!(!valid("US", "49136-0001"), "a configured pattern replaces the built-in forms");
        assert!(valid("CA", "K1A0B1"));
    }

    #[test]
    fn v_8_patterns_that_can_match_nothing_are_refused() {
        for text in ["", "99999|", "|", "99/99", "9_9"] {
            assert!(PostalCodePattern::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn v_8_judging_twice_is_judging_once(sent in ".{0,12}") {
            let patterns = PostalCodePatterns::default();
            let once = judge(&sent, None, &patterns);
            prop_assert_eq!(judge(&once.text, None, &patterns), once);
        }
    }
}
