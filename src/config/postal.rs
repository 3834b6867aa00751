//! The forms of a country's postal codes (V-8) as the configuration holds them: the text, and the pattern it is.
//!
//! What a pattern means is a rule and stands with the rules ([`PostalCodePattern`]).

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, de};

use super::values::text_in_serde;
use crate::domain::postal_code::PostalCodePattern;

/// The longest country, as in an address.
const COUNTRY_CHARS_MAX: usize = 250;

/// One or more forms of a postal code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PostalPattern {
    text: String,
    pattern: PostalCodePattern,
}

impl PostalPattern {
    /// The pattern for the rules.
    pub fn pattern(&self) -> &PostalCodePattern {
        &self.pattern
    }
}

impl FromStr for PostalPattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let pattern = PostalCodePattern::parse(text)?;
        Ok(PostalPattern { text: text.to_owned(), pattern })
    }
}

impl fmt::Display for PostalPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

text_in_serde!(PostalPattern);

/// Countries stand as addresses write them, in either case, kept in upper case.
pub(super) fn by_country<'de, D>(deserializer: D) -> Result<BTreeMap<String, PostalPattern>, D::Error>
where
    D: Deserializer<'de>,
{
    let sent = BTreeMap::<String, PostalPattern>::deserialize(deserializer)?;
    let sized = |country: &String| (1..=COUNTRY_CHARS_MAX).contains(&country.trim().chars().count());
    match sent.keys().find(|country| !sized(country)) {
        Some(_) => Err(de::Error::custom(
            "a country is written as addresses write it, like GB; one is empty or too long",
        )),
        None => Ok(sent.into_iter().map(|(country, form)| (country.trim().to_uppercase(), form)).collect()),
    }
}
