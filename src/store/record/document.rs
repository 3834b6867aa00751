//! A whole customer as its stored sections: what a record is written from and read into, and the shape of
//! `castile export`, one document a line.

use serde::{Deserialize, Serialize};

use super::RecordError;
use super::stored::{Stored, Text};
use super::v1::{
    AddressV1, AttributeV1, CardsV1, EMailV1, HeadV1, HeldKeyV1, IndividualV1, PointV1, PreferenceV1,
    ProfileV1, TelephoneV1, UpdateV1, ValidationErrorV1,
};
use crate::domain::customer::Customer;
use crate::domain::identity::CustomerId;
use crate::domain::value::DateOrTime;

/// A whole customer: the sections of its record side by side.
#[expect(missing_docs, reason = "named after the domain's fields")]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
pub struct CustomerDocument<'a> {
    pub head: HeadV1,
    pub update: UpdateV1<'a>,
    pub profile: ProfileV1<'a>,
    pub individual: IndividualV1<'a>,
    pub addresses: Vec<PointV1<'a, AddressV1<'a>>>,
    pub emails: Vec<PointV1<'a, EMailV1<'a>>>,
    pub telephones: Vec<PointV1<'a, TelephoneV1<'a>>>,
    pub contact_preferences: Vec<PreferenceV1<'a>>,
    pub alternate_keys: Vec<HeldKeyV1<'a>>,
    pub attributes: Vec<AttributeV1<'a>>,
    pub validation_errors: Vec<ValidationErrorV1<'a>>,
    #[serde(default, skip_serializing_if = "CardsV1::is_empty")]
    pub cards: CardsV1,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<u64>,
}

impl<'a> From<&'a Customer> for CustomerDocument<'a> {
    fn from(customer: &'a Customer) -> Self {
        CustomerDocument {
            head: HeadV1 {
                id: customer.id.0,
                active: customer.active,
                create_date: customer.create_date,
                effective_date: customer.effective_date,
                expiry_date: customer.expiry_date,
                last_note_sequence: customer.last_note_sequence,
            },
            update: UpdateV1 {
                user_id: Stored::of(&customer.update_user_id),
                date: Stored::<Option<DateOrTime>>::of(&customer.update_date),
            },
            profile: Stored::of(&customer.profile),
            individual: Stored::of(&customer.individual),
            addresses: Stored::of(&customer.addresses),
            emails: Stored::of(&customer.emails),
            telephones: Stored::of(&customer.telephones),
            contact_preferences: Stored::of(&customer.contact_preferences),
            alternate_keys: Stored::of(&customer.alternate_keys),
            attributes: Stored::of(&customer.attributes),
            validation_errors: Stored::of(&customer.validation_errors),
            cards: CardsV1 { count: customer.card_count },
            merged_into: customer.merged_into.map(|successor| successor.0),
            members: customer.members.iter().map(|member| member.0).collect(),
        }
    }
}

impl<'a, S: 'a> TryFrom<CustomerDocument<'a>> for Customer<S>
where
    Text<'a>: Stored<'a, S>,
{
    type Error = RecordError;

    fn try_from(document: CustomerDocument<'a>) -> Result<Self, RecordError> {
        Ok(Customer {
            id: CustomerId(document.head.id),
            active: document.head.active,
            create_date: document.head.create_date,
            effective_date: document.head.effective_date,
            expiry_date: document.head.expiry_date,
            last_note_sequence: document.head.last_note_sequence,
            update_user_id: document.update.user_id.back()?,
            update_date: document.update.date.back()?,
            profile: document.profile.back()?,
            individual: document.individual.back()?,
            addresses: document.addresses.back()?,
            emails: document.emails.back()?,
            telephones: document.telephones.back()?,
            contact_preferences: document.contact_preferences.back()?,
            alternate_keys: document.alternate_keys.back()?,
            attributes: document.attributes.back()?,
            validation_errors: document.validation_errors.back()?,
            card_count: document.cards.count,
            merged_into: document.merged_into.map(CustomerId),
            members: document.members.into_iter().map(CustomerId).collect(),
        })
    }
}
