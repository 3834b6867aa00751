//! How a customer is named: by our CustomerID or by an alternate key.
//!
//! Outside, a CustomerID is a short decimal number; any other text in its place is a well-formed request for a
//! customer that does not exist, so parsing gives an `Option`, never an error.

use std::fmt;

/// The number that the store gave a customer; it never changes and is never given out again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CustomerId(pub u64);

impl CustomerId {
    /// The id of no customer: of one that is only shown.
    pub const NOBODY: CustomerId = CustomerId(0);

    /// Reads the decimal form, without sign, spaces or leading zeros.
    pub fn parse(text: &str) -> Option<Self> {
        let canonical =
            !text.is_empty() && !text.starts_with('0') && text.bytes().all(|b| b.is_ascii_digit());
        if canonical { text.parse().ok().map(CustomerId) } else { None }
    }
}

impl fmt::Display for CustomerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A name for a customer that the retailer gave; an active one belongs to one active customer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlternateKey<S = String> {
    /// A TypeCode of the reference data, not empty.
    pub type_code: S,
    /// Compared exactly, not empty.
    pub alternate_id: S,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn customer_id_reads_only_its_canonical_form() {
        let cases = [("1", Some(1)), ("18446744073709551615", Some(u64::MAX)), ("0", None), ("01", None)];
        for (text, expected) in cases {
            assert_eq!(CustomerId::parse(text), expected.map(CustomerId), "{text}");
        }
        for text in ["", " 1", "+1", "1.0", "18446744073709551616", "abc", "١"] {
            assert_eq!(CustomerId::parse(text), None, "{text}");
        }
    }
}
