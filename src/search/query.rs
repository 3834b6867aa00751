//! What is searched for: criteria on fields, folded once.
//!
//! Deliberately absent: where a criterion stood in the request, which its caller knows.

use sha2::{Digest, Sha256};

use crate::domain::fold;
use crate::domain::value::SearchType;

/// Contains needs so many characters.
pub const CONTAINS_CHARACTERS_MIN: usize = 3;

/// A field that can be searched. The number stands in the index: never renumber, only add.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Field {
    /// Last name, the second one too.
    LastName = b'a',
    /// First name, the second one too.
    FirstName = b'b',
    /// Name of the business.
    BusinessName = b'c',
    /// E-mail address.
    EMailAddress = b'd',
    /// Telephone number: its digits, without leading ones.
    PhoneNumber = b'e',
    /// First line of an address.
    AddressLine1 = b'f',
    /// City of an address.
    City = b'g',
    /// Territory of an address.
    Territory = b'h',
    /// Postal code of an address: its letters and digits.
    PostalCode = b'i',
    /// Id of an alternate key.
    AlternateKey = b'j',
    /// Number of a card that stands for the customer.
    CardNumber = b'k',
}

impl Field {
    /// Every field.
    pub const ALL: &'static [Field] = &[
        Field::LastName,
        Field::FirstName,
        Field::BusinessName,
        Field::EMailAddress,
        Field::PhoneNumber,
        Field::AddressLine1,
        Field::City,
        Field::Territory,
        Field::PostalCode,
        Field::AlternateKey,
        Field::CardNumber,
    ];

    /// Criteria on these have to hold on one address together.
    pub(super) const fn of_address(self) -> bool {
        match self {
            Field::AddressLine1 | Field::City | Field::Territory | Field::PostalCode => true,
            Field::LastName
            | Field::FirstName
            | Field::BusinessName
            | Field::EMailAddress
            | Field::PhoneNumber
            | Field::AlternateKey
            | Field::CardNumber => false,
        }
    }

    /// A stored value as it is compared.
    pub(super) fn fold_stored(self, text: &str) -> String {
        match self {
            Field::PhoneNumber => fold::without_leading_ones(&fold::digits(text)).to_owned(),
            _ => self.fold(text),
        }
    }

    /// A searched value as it is compared. The beginning of a telephone number loses leading ones like the stored one.
    fn fold_searched(self, text: &str, search_type: SearchType) -> String {
        match search_type {
            SearchType::Exact | SearchType::StartsWith | SearchType::SoundsLike => self.fold_stored(text),
            SearchType::EndsWith | SearchType::Contains => self.fold(text),
        }
    }

    fn fold(self, text: &str) -> String {
        match self {
            Field::PhoneNumber => fold::digits(text),
            Field::PostalCode => fold::code(text),
            Field::LastName
            | Field::FirstName
            | Field::BusinessName
            | Field::EMailAddress
            | Field::AddressLine1
            | Field::City
            | Field::Territory
            | Field::AlternateKey
            | Field::CardNumber => fold::fold(text),
        }
    }
}

/// Why a text is no criterion.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mistake {
    /// Contains with fewer than [`CONTAINS_CHARACTERS_MIN`] characters.
    TooShort,
    /// Nothing is left that could be compared: a telephone number without digits, marks alone.
    Nothing,
}

impl Mistake {
    /// What is expected instead.
    pub const fn expected(self) -> &'static str {
        match self {
            Mistake::TooShort => "Contains needs at least three characters",
            Mistake::Nothing => {
                "expected something to compare: digits for a telephone number, else letters or digits"
            }
        }
    }
}

/// One criterion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criterion {
    pub(super) field: Field,
    pub(super) search_type: SearchType,
    pub(super) folded: String,
    /// The TypeCode that an alternate key has to have, compared exactly.
    pub(super) type_code: Option<String>,
}

impl Criterion {
    /// A criterion on a field; `text` is trimmed and not empty.
    pub fn new(field: Field, search_type: SearchType, text: &str) -> Result<Self, Mistake> {
        let folded = field.fold_searched(text, search_type);
        if folded.is_empty() {
            return Err(Mistake::Nothing);
        }
        if search_type == SearchType::Contains && folded.chars().count() < CONTAINS_CHARACTERS_MIN {
            return Err(Mistake::TooShort);
        }
        Ok(Criterion { field, search_type, folded, type_code: None })
    }

    /// The field that it is on.
    pub fn field(&self) -> Field {
        self.field
    }

    /// Only alternate keys of this type count.
    pub fn of_type(mut self, type_code: impl Into<String>) -> Self {
        self.type_code = Some(type_code.into());
        self
    }
}

/// Criteria joined by AND, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    pub(super) criteria: Vec<Criterion>,
    pub(super) include_inactive: bool,
}

impl Query {
    /// `None` without any criterion.
    pub fn new(criteria: Vec<Criterion>, include_inactive: bool) -> Option<Self> {
        (!criteria.is_empty()).then_some(Query { criteria, include_inactive })
    }

    /// Is there a criterion on this field?
    pub(super) fn asks_for(&self, field: Field) -> bool {
        self.criteria.iter().any(|criterion| criterion.field == field)
    }

    /// The same for the same criteria in any order, whatever the machine.
    pub(super) fn fingerprint(&self) -> [u8; 8] {
        let mut lines: Vec<_> = self.criteria.iter().map(Criterion::line).collect();
        lines.sort_unstable();
        let mut hash = Sha256::new();
        hash.update([u8::from(self.include_inactive)]);
        for line in lines {
            hash.update((line.len() as u64).to_be_bytes());
            hash.update(line);
        }
        let digest: [u8; 32] = hash.finalize().into();
        let [a, b, c, d, e, f, g, h, ..] = digest;
        [a, b, c, d, e, f, g, h]
    }
}

impl Criterion {
    fn line(&self) -> Vec<u8> {
        let type_code = self.type_code.as_deref().unwrap_or_default();
        let search_type = self.search_type.as_str();
        [
            &[self.field as u8],
            search_type.as_bytes(),
            &[0],
            type_code.as_bytes(),
            &[0],
            self.folded.as_bytes(),
        ]
        .concat()
    }
}
