//! Version 1 of the sections of a stored customer, and of a stored note.
//!
//! Never change a struct here: fields are stored by position. A change is a new struct under a new tag.

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::RecordError;
use super::stored::{Stored, Text, Word, stored_struct};
use crate::domain::contact_point::{Address, ContactPoint, EMail, Telephone};
use crate::domain::customer::{
    Attribute, CustomerField, HeldKey, Individual, Profile, Subject, ValidationCode, ValidationError,
};
use crate::domain::identity::AlternateKey;
use crate::domain::note::Note;
use crate::domain::value::ContactType;

/// Identity and state of a customer.
#[derive(Default, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadV1 {
    pub id: u64,
    pub active: bool,
    pub create_date: Timestamp,
    pub effective_date: Option<Timestamp>,
    pub expiry_date: Option<Timestamp>,
    pub last_note_sequence: u32,
}

/// How many cards were ever linked to the customer; the links stand under keys of their own.
#[derive(Default, Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardsV1 {
    pub count: u32,
}

impl CardsV1 {
    pub(super) fn is_empty(&self) -> bool {
        self.count == 0
    }
}

/// LastUpdateInfo.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub struct UpdateV1<'a> {
    pub user_id: Option<Text<'a>>,
    pub date: Option<Word<'a>>,
}

stored_struct! {
    #[derive(Default)]
    /// What was said about the customer as such.
    ProfileV1<'a> = Profile {
        retail_store_id: Option<Text<'a>>,
        signup_date: Option<Word<'a>>,
        customer_number: Option<Text<'a>>,
        customer_reference: Option<Text<'a>>,
        org_name: Option<Text<'a>>,
        cust_org_typcode: Option<Text<'a>>,
        employee_id: Option<Text<'a>>,
        home_location: Option<Text<'a>>,
        prospect: Option<bool>,
        source: Option<Text<'a>>,
        business_name: Option<Text<'a>>,
        customer_class: Option<Text<'a>>,
    }
}

stored_struct! {
    #[derive(Default)]
    /// The person.
    IndividualV1<'a> = Individual {
        suffix: Option<Text<'a>>,
        salutation: Option<Text<'a>>,
        nickname: Option<Text<'a>>,
        first_name: Option<Text<'a>>,
        first_name_2: Option<Text<'a>>,
        middle_name: Option<Text<'a>>,
        last_name: Option<Text<'a>>,
        last_name_2: Option<Text<'a>>,
        gender: Option<Text<'a>>,
        birth_date: Option<Date>,
        marital_status_code: Option<Text<'a>>,
        ethnicity: Option<Text<'a>>,
        rent: Option<bool>,
        language_code: Option<Text<'a>>,
        education_level: Option<Word<'a>>,
        annual_income: Option<u64>,
        net_worth: Option<u64>,
    }
}

stored_struct! {
    /// A postal address.
    AddressV1<'a> = Address {
        country: Option<Text<'a>>,
        lines: [Option<Text<'a>>; 4],
        apartment_number: Option<Text<'a>>,
        city: Option<Text<'a>>,
        territory: Option<Text<'a>>,
        postal_code: Option<Text<'a>>,
        county: Option<Text<'a>>,
    }
}

stored_struct! {
    /// An e-mail address.
    EMailV1<'a> = EMail { address: Text<'a> }
}

stored_struct! {
    /// A telephone number.
    TelephoneV1<'a> = Telephone { number: Text<'a>, extension: Option<Text<'a>> }
}

/// A contact point of any kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a, V: Deserialize<'de>"))]
pub struct PointV1<'a, V> {
    pub sequence: u32,
    pub type_code: Option<Text<'a>>,
    pub label: Option<Text<'a>>,
    pub contact_preference_code: Option<Text<'a>>,
    pub active: bool,
    pub primary: bool,
    pub valid: bool,
    pub value: V,
}

impl<'a, V: 'a, P: Stored<'a, V>, S: 'a> Stored<'a, ContactPoint<V, S>> for PointV1<'a, P>
where
    Text<'a>: Stored<'a, S>,
{
    fn of(point: &'a ContactPoint<V, S>) -> Self {
        PointV1 {
            sequence: point.sequence,
            type_code: Stored::of(&point.type_code),
            label: Stored::of(&point.label),
            contact_preference_code: Stored::of(&point.contact_preference_code),
            active: point.active,
            primary: point.primary,
            valid: point.valid,
            value: P::of(&point.value),
        }
    }

    fn back(self) -> Result<ContactPoint<V, S>, RecordError> {
        Ok(ContactPoint {
            sequence: self.sequence,
            type_code: self.type_code.back()?,
            label: self.label.back()?,
            contact_preference_code: self.contact_preference_code.back()?,
            active: self.active,
            primary: self.primary,
            valid: self.valid,
            value: self.value.back()?,
        })
    }
}

/// The permission of one channel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub struct PreferenceV1<'a> {
    pub contact_type: Word<'a>,
    pub permission: bool,
}

impl<'a> Stored<'a, (ContactType, bool)> for PreferenceV1<'a> {
    fn of((contact_type, permission): &'a (ContactType, bool)) -> Self {
        PreferenceV1 { contact_type: Stored::of(contact_type), permission: *permission }
    }
    fn back(self) -> Result<(ContactType, bool), RecordError> {
        Ok((self.contact_type.back()?, self.permission))
    }
}

/// An alternate key.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub struct HeldKeyV1<'a> {
    pub type_code: Text<'a>,
    pub alternate_id: Text<'a>,
    pub active: bool,
}

impl<'a, S: 'a> Stored<'a, HeldKey<S>> for HeldKeyV1<'a>
where
    Text<'a>: Stored<'a, S>,
{
    fn of(held: &'a HeldKey<S>) -> Self {
        HeldKeyV1 {
            type_code: Stored::of(&held.key.type_code),
            alternate_id: Stored::of(&held.key.alternate_id),
            active: held.active,
        }
    }
    fn back(self) -> Result<HeldKey<S>, RecordError> {
        let key = AlternateKey { type_code: self.type_code.back()?, alternate_id: self.alternate_id.back()? };
        Ok(HeldKey { key, active: self.active })
    }
}

stored_struct! {
    /// A custom attribute.
    AttributeV1<'a> = Attribute { name: Text<'a>, values: Vec<Text<'a>> }
}

/// Declares a stored enum with the same variants as a domain enum.
macro_rules! stored_enum {
    ($(#[$doc:meta])* $name:ident = $domain:ident { $($variant:ident),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum $name { $($variant),+ }

        impl<'a> Stored<'a, $domain> for $name {
            fn of(value: &'a $domain) -> Self {
                match value { $($domain::$variant => $name::$variant),+ }
            }
            fn back(self) -> Result<$domain, RecordError> {
                Ok(match self { $($name::$variant => $domain::$variant),+ })
            }
        }
    };
}

stored_enum! {
    /// Which rule failed.
    ValidationCodeV1 = ValidationCode {
        NameMissing, PrefixInvalid, SuffixInvalid, GenderInvalid, PostalCodeInvalid, EmailInvalid, PhoneInvalid,
        BirthDateInvalid,
    }
}

stored_enum! {
    /// Which field of the customer.
    CustomerFieldV1 = CustomerField { FirstName, LastName, Salutation, Suffix, Gender, BirthDate }
}

/// What a validation error is wrong with.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectV1 {
    Customer(CustomerFieldV1),
    Address(u32),
    EMail(u32),
    Telephone(u32),
}

impl<'a> Stored<'a, Subject> for SubjectV1 {
    fn of(subject: &'a Subject) -> Self {
        match subject {
            Subject::Customer(field) => SubjectV1::Customer(Stored::of(field)),
            Subject::Address(sequence) => SubjectV1::Address(*sequence),
            Subject::EMail(sequence) => SubjectV1::EMail(*sequence),
            Subject::Telephone(sequence) => SubjectV1::Telephone(*sequence),
        }
    }
    fn back(self) -> Result<Subject, RecordError> {
        Ok(match self {
            SubjectV1::Customer(field) => Subject::Customer(field.back()?),
            SubjectV1::Address(sequence) => Subject::Address(sequence),
            SubjectV1::EMail(sequence) => Subject::EMail(sequence),
            SubjectV1::Telephone(sequence) => Subject::Telephone(sequence),
        })
    }
}

stored_struct! {
    /// Something that validation found wrong.
    ValidationErrorV1<'a> = ValidationError {
        code: ValidationCodeV1,
        subject: SubjectV1,
        value: Text<'a>,
        time: Timestamp,
    }
}

stored_struct! {
    #[expect(missing_docs, reason = "named after the domain's fields")]
    /// A note.
    NoteDocument<'a> = Note {
        sequence: u32,
        note_type: Text<'a>,
        create_date: Option<Word<'a>>,
        create_user: Option<Text<'a>>,
        location: Option<Text<'a>>,
        private: bool,
        text: Text<'a>,
    }
}

impl<'a> From<&'a Note> for NoteDocument<'a> {
    fn from(note: &'a Note) -> Self {
        Stored::of(note)
    }
}

impl<'a, S: 'a> TryFrom<NoteDocument<'a>> for Note<S>
where
    Text<'a>: Stored<'a, S>,
{
    type Error = RecordError;

    fn try_from(document: NoteDocument<'a>) -> Result<Self, RecordError> {
        document.back()
    }
}
