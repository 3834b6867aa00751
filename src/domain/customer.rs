//! A customer as it is stored.
//!
//! Everything that a request can bring, plus what the gateway keeps about it. Notes live beside it
//! ([`super::note`]). Whether it is anonymous or valid is derived, never stored.

use jiff::Timestamp;
use jiff::civil::Date;

use super::contact_point::{Address, ContactPoint, EMail, Telephone};
use super::identity::{AlternateKey, CustomerId};
use super::value::{ContactType, DateOrTime, EducationLevel};

/// A stored customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Customer<S = String> {
    /// Its id, also when the record is read apart from its key.
    pub id: CustomerId,
    /// `false` after a delete (D-1) or merge (M-2).
    pub active: bool,
    /// When it was added.
    pub create_date: Timestamp,
    /// From when it counts.
    pub effective_date: Option<Timestamp>,
    /// Until when it counts.
    pub expiry_date: Option<Timestamp>,
    /// Who sent the last change, as the request says.
    pub update_user_id: Option<S>,
    /// When, as the request says, else local time then.
    pub update_date: Option<DateOrTime>,
    /// What was said about the customer as such.
    pub profile: Profile<S>,
    /// The person.
    pub individual: Individual<S>,
    /// Addresses by sequence, inactive ones too.
    pub addresses: Vec<ContactPoint<Address<S>, S>>,
    /// E-mails by sequence, inactive ones too.
    pub emails: Vec<ContactPoint<EMail<S>, S>>,
    /// Telephones by sequence, inactive ones too.
    pub telephones: Vec<ContactPoint<Telephone<S>, S>>,
    /// Permissions, one for a channel, in order of arrival.
    pub contact_preferences: Vec<(ContactType, bool)>,
    /// Keys in order of arrival, inactive ones too.
    pub alternate_keys: Vec<HeldKey<S>>,
    /// Custom attributes in order of arrival, each with at least one value.
    pub attributes: Vec<Attribute<S>>,
    /// What validation finds wrong now, at most one for a [`Subject`], in its order. Inactive contact points have none.
    pub validation_errors: Vec<ValidationError<S>>,
    /// The highest note sequence ever used; the next note gets one more.
    pub last_note_sequence: u32,
    /// How many cards were ever linked to it or to those that it was merged from; without one, links need not be looked
    /// for.
    pub card_count: u32,
    /// M-2: the customer that it was merged into; it is inactive then, and its alternate keys find that one.
    pub merged_into: Option<CustomerId>,
    /// M-2: whom it was merged from, the source first; each of them was merged into this one.
    pub members: Vec<CustomerId>,
}

/// What a request says about the customer as such.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Profile<S = String> {
    /// The sign-up location.
    pub retail_store_id: Option<S>,
    /// When the customer signed up.
    pub signup_date: Option<DateOrTime>,
    /// The retailer's number.
    pub customer_number: Option<S>,
    /// The retailer's reference.
    pub customer_reference: Option<S>,
    /// Name of the organisation.
    pub org_name: Option<S>,
    /// Type of the organisation.
    pub cust_org_typcode: Option<S>,
    /// Employee id.
    pub employee_id: Option<S>,
    /// The home location.
    pub home_location: Option<S>,
    /// Is a prospect.
    pub prospect: Option<bool>,
    /// Where the customer came from.
    pub source: Option<S>,
    /// Name of the business.
    pub business_name: Option<S>,
    /// Class of the customer.
    pub customer_class: Option<S>,
}

/// The person: name, personal summary, socio-economic profile.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Individual<S = String> {
    /// Normalised by V-5.
    pub suffix: Option<S>,
    /// Normalised by V-4.
    pub salutation: Option<S>,
    /// Nickname.
    pub nickname: Option<S>,
    /// Normalised by V-1, like the other names.
    pub first_name: Option<S>,
    /// Where second names are switched on (V-17).
    pub first_name_2: Option<S>,
    /// Sent, or taken out of the first or last name (V-2).
    pub middle_name: Option<S>,
    /// Last name.
    pub last_name: Option<S>,
    /// Where second names are switched on (V-17).
    pub last_name_2: Option<S>,
    /// `M`, `F`, or as sent (V-6).
    pub gender: Option<S>,
    /// Birth date.
    pub birth_date: Option<Date>,
    /// Marital status.
    pub marital_status_code: Option<S>,
    /// Ethnic background.
    pub ethnicity: Option<S>,
    /// Is on a rented list.
    pub rent: Option<bool>,
    /// Preferred language.
    pub language_code: Option<S>,
    /// Education.
    pub education_level: Option<EducationLevel>,
    /// Yearly income.
    pub annual_income: Option<u64>,
    /// Net worth.
    pub net_worth: Option<u64>,
}

/// An alternate key of a customer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldKey<S = String> {
    /// The key.
    pub key: AlternateKey<S>,
    /// `false`: kept for the history; it finds nobody and may belong to somebody else.
    pub active: bool,
}

/// A custom attribute with its values, as sent (their form was checked, C-3) but for Logical: `Yes` or `No`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute<S = String> {
    /// The name of its type.
    pub name: S,
    /// At least one.
    pub values: Vec<S>,
}

/// Something that validation found wrong and that still holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidationError<S = String> {
    /// Which rule failed.
    pub code: ValidationCode,
    /// What it is wrong with.
    pub subject: Subject,
    /// The value that failed; empty if there was none.
    pub value: S,
    /// When it was found first; judging the same value wrong again does not move it.
    pub time: Timestamp,
}

/// What a validation error is wrong with; the order is that in which errors are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A field of the customer itself.
    Customer(CustomerField),
    /// The address with this sequence.
    Address(u32),
    /// The e-mail with this sequence.
    EMail(u32),
    /// The telephone with this sequence.
    Telephone(u32),
}

/// A field of the customer that validation judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CustomerField {
    /// The first name.
    FirstName,
    /// The last name.
    LastName,
    /// The salutation.
    Salutation,
    /// The suffix.
    Suffix,
    /// The gender.
    Gender,
    /// The birth date.
    BirthDate,
}

/// The codes of validation errors (rules V).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ValidationCode {
    /// V-3
    NameMissing,
    /// V-4
    PrefixInvalid,
    /// V-5
    SuffixInvalid,
    /// V-6
    GenderInvalid,
    /// V-8
    PostalCodeInvalid,
    /// V-9
    EmailInvalid,
    /// V-10
    PhoneInvalid,
    /// V-14
    BirthDateInvalid,
}

impl ValidationCode {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            ValidationCode::NameMissing => "NAME_MISSING",
            ValidationCode::PrefixInvalid => "PREFIX_INVALID",
            ValidationCode::SuffixInvalid => "SUFFIX_INVALID",
            ValidationCode::GenderInvalid => "GENDER_INVALID",
            ValidationCode::PostalCodeInvalid => "POSTAL_CODE_INVALID",
            ValidationCode::EmailInvalid => "EMAIL_INVALID",
            ValidationCode::PhoneInvalid => "PHONE_INVALID",
            ValidationCode::BirthDateInvalid => "BIRTH_DATE_INVALID",
        }
    }

    /// What is wrong, for a person.
    pub const fn message(self) -> &'static str {
        match self {
            ValidationCode::NameMissing => "the name is missing",
            ValidationCode::PrefixInvalid => "the salutation is none of the known ones",
            ValidationCode::SuffixInvalid => "the suffix is none of the known ones",
            ValidationCode::GenderInvalid => "the gender does not start with M, 1, F, W or 0",
            ValidationCode::PostalCodeInvalid => "the postal code does not have a form of its country",
            ValidationCode::EmailInvalid => {
                "the e-mail address does not have the form account@sub-domain.domain"
            }
            ValidationCode::PhoneInvalid => "the telephone number is empty or starts with 0",
            ValidationCode::BirthDateInvalid => {
                "the birth date is not a date of the form YYYY-MM-DD and was not stored"
            }
        }
    }
}

impl Subject {
    /// Where, from the customer: `Name[First]`, `Address[2]/PostalCode` (the number is its SequenceNumber).
    pub fn field(self) -> String {
        match self {
            Subject::Customer(CustomerField::FirstName) => "Name[First]".to_owned(),
            Subject::Customer(CustomerField::LastName) => "Name[Last]".to_owned(),
            Subject::Customer(CustomerField::Salutation) => "Salutation".to_owned(),
            Subject::Customer(CustomerField::Suffix) => "Suffix".to_owned(),
            Subject::Customer(CustomerField::Gender) => "GenderType".to_owned(),
            Subject::Customer(CustomerField::BirthDate) => "BirthDate".to_owned(),
            Subject::Address(sequence) => format!("Address[{sequence}]/PostalCode"),
            Subject::EMail(sequence) => format!("EMail[{sequence}]/EMailAddress"),
            Subject::Telephone(sequence) => format!("Telephone[{sequence}]/PhoneNumber"),
        }
    }
}

impl<S> Individual<S> {
    /// Has a part of a personal name (a nickname or salutation is none).
    pub fn has_name(&self) -> bool {
        let parts =
            [&self.first_name, &self.first_name_2, &self.middle_name, &self.last_name, &self.last_name_2];
        parts.iter().any(|part| part.is_some())
    }
}

impl Customer {
    /// An active customer of whom nothing is known yet.
    pub fn new(id: CustomerId, create_date: Timestamp) -> Self {
        Customer {
            id,
            active: true,
            create_date,
            effective_date: None,
            expiry_date: None,
            update_user_id: None,
            update_date: None,
            profile: Profile::default(),
            individual: Individual::default(),
            addresses: Vec::new(),
            emails: Vec::new(),
            telephones: Vec::new(),
            contact_preferences: Vec::new(),
            alternate_keys: Vec::new(),
            attributes: Vec::new(),
            validation_errors: Vec::new(),
            last_note_sequence: 0,
            card_count: 0,
            merged_into: None,
            members: Vec::new(),
        }
    }
}

impl<S> Customer<S> {
    /// The keys that find it, as long as it is active itself.
    pub fn active_keys(&self) -> impl Iterator<Item = &AlternateKey<S>> {
        self.alternate_keys.iter().filter(|held| held.active).map(|held| &held.key)
    }

    /// known by an alternate key alone.
    pub fn anonymous(&self) -> bool {
        let nameless = !self.individual.has_name() && !self.has_organisation_name();
        let unreachable = self.addresses.is_empty() && self.emails.is_empty() && self.telephones.is_empty();
        nameless && unreachable && !self.alternate_keys.is_empty()
    }

    /// V-3: has an OrgName or BusinessName.
    pub fn has_organisation_name(&self) -> bool {
        self.profile.org_name.is_some() || self.profile.business_name.is_some()
    }

    /// No validation error concerns the customer itself; contact points have their own flag.
    pub fn valid(&self) -> bool {
        !self.validation_errors.iter().any(|error| matches!(error.subject, Subject::Customer(_)))
    }
}
