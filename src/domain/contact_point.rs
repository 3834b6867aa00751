//! Addresses, e-mails and telephones as they are stored.
//!
//! One shape for the three kinds, so that the rules on them (P, AU-2, AU-3, U-2) are written once. Nothing is
//! overwritten silently: an old contact point is deactivated and kept. Text is a `String` wherever something is decided;
//! what is only shown may borrow it.

/// An address, e-mail or telephone of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactPoint<V, S = String> {
    /// Unique among the customer's contact points of this kind, from 1, in order of arrival.
    pub sequence: u32,
    /// What it is used for (`HOME`, `BUSINESS`); part of its identity (AU-2).
    pub type_code: Option<S>,
    /// Free text of the caller.
    pub label: Option<S>,
    /// Free text of the caller.
    pub contact_preference_code: Option<S>,
    /// `false`: kept for the history only.
    pub active: bool,
    /// At most one of a kind is primary (P-1).
    pub primary: bool,
    /// Passed validation (V-8 to V-10), or the caller said so (V-12).
    pub valid: bool,
    /// The value; with `type_code` it decides what is equal (AU-2).
    pub value: V,
}

/// A postal address; it may be partial (V-7), but never empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Address<S = String> {
    /// Country code or name.
    pub country: Option<S>,
    /// AddressLine1 to AddressLine4.
    pub lines: [Option<S>; 4],
    /// Apartment number.
    pub apartment_number: Option<S>,
    /// City.
    pub city: Option<S>,
    /// State or province.
    pub territory: Option<S>,
    /// Normalised by V-8.
    pub postal_code: Option<S>,
    /// County or parish.
    pub county: Option<S>,
}

/// An e-mail address, normalised by V-9.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct EMail<S = String> {
    /// The address.
    pub address: S,
}

/// A telephone number, normalised by V-10.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct Telephone<S = String> {
    /// The number, without its extension.
    pub number: S,
    /// The extension.
    pub extension: Option<S>,
}

impl<S: AsRef<str>> Telephone<S> {
    /// V-11: the area code, derived from the digits of the number.
    pub fn area_code(&self) -> Option<String> {
        let digits: String = self.number.as_ref().chars().filter(char::is_ascii_digit).collect();
        match digits.len() {
            10 => Some(digits[..3].to_owned()),
            11 if digits.starts_with('1') => Some(digits[1..4].to_owned()),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v_11_area_code_is_derived_from_the_digits() {
        let cases = [
            ("4405550100", Some("440")),
            ("(440) 555-0100", Some("440")),
            ("14405550100", Some("440")),
            ("24405550100", None),
            ("5550100", None),
            ("", None),
        ];
        for (number, expected) in cases {
            let telephone = Telephone { number: number.to_owned(), extension: None };
            assert_eq!(telephone.area_code().as_deref(), expected, "{number}");
        }
    }
}
