//! The customer and its frame, for the second decoder.
//!
//! One struct for each type of the schema, each value as the text that was sent. Nothing is normalised or judged.

use yaserde::YaDeserialize;

use super::contact::ContactInformation;
use super::details::{
    ActivitySummary, AlternateKey, CustomAttribute, CustomerNotes, PersonalPreferences, PersonalSummary,
    SocioEconomicProfile, ValidationError,
};

/// `CustomerType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct Customer {
    #[yaserde(attribute = true, rename = "Action")]
    pub(crate) action: Option<String>,
    #[yaserde(prefix = "crm", rename = "CustomerID")]
    pub(crate) customer_id: Option<String>,
    #[yaserde(prefix = "crm", rename = "LastUpdateInfo")]
    pub(crate) last_update_info: Option<LastUpdateInfo>,
    #[yaserde(prefix = "crm", rename = "RetailStoreID")]
    pub(crate) retail_store_id: Option<String>,
    #[yaserde(prefix = "crm", rename = "SignupDate")]
    pub(crate) signup_date: Option<String>,
    #[yaserde(prefix = "crm", rename = "CustomerNumber")]
    pub(crate) customer_number: Option<String>,
    #[yaserde(prefix = "crm", rename = "CustomerReference")]
    pub(crate) customer_reference: Option<String>,
    #[yaserde(prefix = "crm", rename = "OrgName")]
    pub(crate) org_name: Option<String>,
    #[yaserde(prefix = "crm", rename = "CustOrgTypcode")]
    pub(crate) cust_org_typcode: Option<String>,
    #[yaserde(prefix = "crm", rename = "EmployeeID")]
    pub(crate) employee_id: Option<String>,
    #[yaserde(prefix = "crm", rename = "Affiliation")]
    pub(crate) affiliation: Option<Affiliation>,
    #[yaserde(prefix = "crm", rename = "Prospect")]
    pub(crate) prospect: Option<String>,
    #[yaserde(prefix = "crm", rename = "Source")]
    pub(crate) source: Option<String>,
    #[yaserde(prefix = "crm", rename = "BusinessName")]
    pub(crate) business_name: Option<String>,
    #[yaserde(prefix = "crm", rename = "CustomerClass")]
    pub(crate) customer_class: Option<String>,
    #[yaserde(prefix = "crm", rename = "EntityInformation")]
    pub(crate) entity_information: Option<EntityInformation>,
    #[yaserde(prefix = "crm", rename = "PersonalPreferences")]
    pub(crate) personal_preferences: Option<PersonalPreferences>,
    #[yaserde(prefix = "crm", rename = "AlternateKey")]
    pub(crate) alternate_keys: Vec<AlternateKey>,
    #[yaserde(prefix = "crm", rename = "CustomAttribute")]
    pub(crate) custom_attributes: Vec<CustomAttribute>,
    #[yaserde(prefix = "crm", rename = "CustomerNotes")]
    pub(crate) customer_notes: Option<CustomerNotes>,
    #[yaserde(prefix = "crm", rename = "Active")]
    pub(crate) active: Option<String>,
    #[yaserde(prefix = "crm", rename = "Anonymous")]
    pub(crate) anonymous: Option<String>,
    #[yaserde(prefix = "crm", rename = "ValidFlag")]
    pub(crate) valid_flag: Option<String>,
    #[yaserde(prefix = "crm", rename = "ValidationError")]
    pub(crate) validation_errors: Vec<ValidationError>,
    #[yaserde(prefix = "crm", rename = "CreateDate")]
    pub(crate) create_date: Option<String>,
    #[yaserde(prefix = "crm", rename = "EffectiveDate")]
    pub(crate) effective_date: Option<String>,
    #[yaserde(prefix = "crm", rename = "ExpiryDate")]
    pub(crate) expiry_date: Option<String>,
    #[yaserde(prefix = "crm", rename = "ActivitySummary")]
    pub(crate) activity_summary: Option<ActivitySummary>,
    #[yaserde(prefix = "crm", rename = "CardNumber")]
    pub(crate) card_numbers: Vec<String>,
    #[yaserde(prefix = "crm", rename = "MergedInto")]
    pub(crate) merged_into: Option<String>,
    #[yaserde(prefix = "crm", rename = "MergeSource")]
    pub(crate) merge_source: Option<CustomerIdentifier>,
    #[yaserde(prefix = "crm", rename = "MergeTargetSet")]
    pub(crate) merge_target_set: Option<MergeTargetSet>,
}

/// `LastUpdateInfoType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct LastUpdateInfo {
    #[yaserde(prefix = "crm", rename = "UpdateUserID")]
    pub(crate) update_user_id: Option<String>,
    #[yaserde(prefix = "crm", rename = "UpdateDate")]
    pub(crate) update_date: Option<String>,
}

/// `AffiliationType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct Affiliation {
    #[yaserde(attribute = true, rename = "Action")]
    pub(crate) action: Option<String>,
    #[yaserde(attribute = true, rename = "UpdateType")]
    pub(crate) update_type: Option<String>,
    #[yaserde(prefix = "crm", rename = "RetailStoreID")]
    pub(crate) retail_store_id: Option<String>,
}

/// `EntityInformationType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct EntityInformation {
    #[yaserde(prefix = "crm", rename = "Individual")]
    pub(crate) individual: Option<Individual>,
}

/// `IndividualType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct Individual {
    #[yaserde(prefix = "crm", rename = "Suffix")]
    pub(crate) suffix: Option<String>,
    #[yaserde(prefix = "crm", rename = "Salutation")]
    pub(crate) salutation: Option<String>,
    #[yaserde(prefix = "crm", rename = "NickName")]
    pub(crate) nick_name: Option<String>,
    #[yaserde(prefix = "crm", rename = "Name")]
    pub(crate) name: Option<Names>,
    #[yaserde(prefix = "crm", rename = "ContactInformation")]
    pub(crate) contact_information: Option<ContactInformation>,
    #[yaserde(prefix = "crm", rename = "PersonalSummary")]
    pub(crate) personal_summary: Option<PersonalSummary>,
    #[yaserde(prefix = "crm", rename = "SocioEconomicProfile")]
    pub(crate) socio_economic_profile: Option<SocioEconomicProfile>,
}

/// `NamesType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct Names {
    #[yaserde(prefix = "crm", rename = "Name")]
    pub(crate) names: Vec<Name>,
}

/// `NameType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
pub(crate) struct Name {
    #[yaserde(attribute = true, rename = "Location")]
    pub(crate) location: Option<String>,
    #[yaserde(text = true)]
    pub(crate) text: Option<String>,
}

/// `CustomerIdentifierType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct CustomerIdentifier {
    #[yaserde(prefix = "crm", rename = "CustomerID")]
    pub(crate) customer_id: Option<String>,
    #[yaserde(prefix = "crm", rename = "AlternateKey")]
    pub(crate) alternate_keys: Vec<AlternateKey>,
}

/// `MergeTargetSetType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct MergeTargetSet {
    #[yaserde(prefix = "crm", rename = "MergeTarget")]
    pub(crate) merge_targets: Vec<CustomerIdentifier>,
}
