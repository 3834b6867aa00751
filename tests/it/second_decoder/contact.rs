//! Contact points, for the second decoder.
//!
//! One struct for each type of the schema, each value as the text that was sent. Nothing is normalised or judged.

use yaserde::YaDeserialize;

/// `ContactInformationType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct ContactInformation {
    #[yaserde(prefix = "crm", rename = "Address")]
    pub(crate) addresses: Vec<Address>,
    #[yaserde(prefix = "crm", rename = "EMail")]
    pub(crate) emails: Vec<Email>,
    #[yaserde(prefix = "crm", rename = "Telephone")]
    pub(crate) telephones: Vec<Telephone>,
}

/// `AddressType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct Address {
    #[yaserde(attribute = true, rename = "PrimaryFlag")]
    pub(crate) primary_flag: Option<String>,
    #[yaserde(attribute = true, rename = "ValidFlag")]
    pub(crate) valid_flag: Option<String>,
    #[yaserde(attribute = true, rename = "TypeCode")]
    pub(crate) type_code: Option<String>,
    #[yaserde(attribute = true, rename = "ContactPreferenceCode")]
    pub(crate) contact_preference_code: Option<String>,
    #[yaserde(attribute = true, rename = "Label")]
    pub(crate) label: Option<String>,
    #[yaserde(attribute = true, rename = "UpdateType")]
    pub(crate) update_type: Option<String>,
    #[yaserde(attribute = true, rename = "ActiveFlag")]
    pub(crate) active_flag: Option<String>,
    #[yaserde(attribute = true, rename = "SequenceNumber")]
    pub(crate) sequence_number: Option<String>,
    #[yaserde(prefix = "crm", rename = "AddressLine1")]
    pub(crate) address_line1: Option<String>,
    #[yaserde(prefix = "crm", rename = "AddressLine2")]
    pub(crate) address_line2: Option<String>,
    #[yaserde(prefix = "crm", rename = "AddressLine3")]
    pub(crate) address_line3: Option<String>,
    #[yaserde(prefix = "crm", rename = "AddressLine4")]
    pub(crate) address_line4: Option<String>,
    #[yaserde(prefix = "crm", rename = "ApartmentNumber")]
    pub(crate) apartment_number: Option<String>,
    #[yaserde(prefix = "crm", rename = "City")]
    pub(crate) city: Option<String>,
    #[yaserde(prefix = "crm", rename = "Territory")]
    pub(crate) territory: Option<String>,
    #[yaserde(prefix = "crm", rename = "PostalCode")]
    pub(crate) postal_code: Option<String>,
    #[yaserde(prefix = "crm", rename = "County")]
    pub(crate) county: Option<String>,
    #[yaserde(prefix = "crm", rename = "Country")]
    pub(crate) country: Option<String>,
}

/// `EMailType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct Email {
    #[yaserde(attribute = true, rename = "PrimaryFlag")]
    pub(crate) primary_flag: Option<String>,
    #[yaserde(attribute = true, rename = "ValidFlag")]
    pub(crate) valid_flag: Option<String>,
    #[yaserde(attribute = true, rename = "TypeCode")]
    pub(crate) type_code: Option<String>,
    #[yaserde(attribute = true, rename = "ContactPreferenceCode")]
    pub(crate) contact_preference_code: Option<String>,
    #[yaserde(attribute = true, rename = "Label")]
    pub(crate) label: Option<String>,
    #[yaserde(attribute = true, rename = "UpdateType")]
    pub(crate) update_type: Option<String>,
    #[yaserde(attribute = true, rename = "ActiveFlag")]
    pub(crate) active_flag: Option<String>,
    #[yaserde(attribute = true, rename = "SequenceNumber")]
    pub(crate) sequence_number: Option<String>,
    #[yaserde(prefix = "crm", rename = "EMailAddress")]
    pub(crate) email_address: Option<String>,
}

/// `TelephoneType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct Telephone {
    #[yaserde(attribute = true, rename = "PrimaryFlag")]
    pub(crate) primary_flag: Option<String>,
    #[yaserde(attribute = true, rename = "ValidFlag")]
    pub(crate) valid_flag: Option<String>,
    #[yaserde(attribute = true, rename = "TypeCode")]
    pub(crate) type_code: Option<String>,
    #[yaserde(attribute = true, rename = "ContactPreferenceCode")]
    pub(crate) contact_preference_code: Option<String>,
    #[yaserde(attribute = true, rename = "Label")]
    pub(crate) label: Option<String>,
    #[yaserde(attribute = true, rename = "UpdateType")]
    pub(crate) update_type: Option<String>,
    #[yaserde(attribute = true, rename = "ActiveFlag")]
    pub(crate) active_flag: Option<String>,
    #[yaserde(attribute = true, rename = "SequenceNumber")]
    pub(crate) sequence_number: Option<String>,
    #[yaserde(prefix = "crm", rename = "PhoneNumber")]
    pub(crate) phone_number: Option<String>,
    #[yaserde(prefix = "crm", rename = "Extension")]
    pub(crate) extension: Option<String>,
    #[yaserde(prefix = "crm", rename = "AreaCode")]
    pub(crate) area_code: Option<String>,
}
