//! What hangs on a customer beside name and contact points, for the second decoder.
//!
//! One struct for each type of the schema, each value as the text that was sent. Nothing is normalised or judged.

use yaserde::YaDeserialize;

/// `PersonalSummaryType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct PersonalSummary {
    #[yaserde(prefix = "crm", rename = "GenderType")]
    pub(crate) gender_type: Option<String>,
    #[yaserde(prefix = "crm", rename = "BirthDate")]
    pub(crate) birth_date: Option<String>,
    #[yaserde(prefix = "crm", rename = "MaritalStatusCode")]
    pub(crate) marital_status_code: Option<String>,
    #[yaserde(prefix = "crm", rename = "Ethnicity")]
    pub(crate) ethnicity: Option<String>,
    #[yaserde(prefix = "crm", rename = "Rent")]
    pub(crate) rent: Option<String>,
    #[yaserde(prefix = "crm", rename = "LanguageCode")]
    pub(crate) language_code: Option<String>,
}

/// `SocioEconomicProfileType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct SocioEconomicProfile {
    #[yaserde(prefix = "crm", rename = "HighestEducationalLevelName")]
    pub(crate) highest_educational_level_name: Option<String>,
    #[yaserde(prefix = "crm", rename = "AnnualIncomeAmount")]
    pub(crate) annual_income_amount: Option<String>,
    #[yaserde(prefix = "crm", rename = "NetWorth")]
    pub(crate) net_worth: Option<String>,
}

/// `PersonalPreferencesType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct PersonalPreferences {
    #[yaserde(prefix = "crm", rename = "ContactPreference")]
    pub(crate) contact_preferences: Vec<ContactPreference>,
}

/// `ContactPreferenceType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
pub(crate) struct ContactPreference {
    #[yaserde(attribute = true, rename = "ContactType")]
    pub(crate) contact_type: Option<String>,
    #[yaserde(attribute = true, rename = "SubTypeCode")]
    pub(crate) sub_type_code: Option<String>,
    #[yaserde(attribute = true, rename = "Permission")]
    pub(crate) permission: Option<String>,
    #[yaserde(text = true)]
    pub(crate) text: Option<String>,
}

/// `AlternateKeyType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct AlternateKey {
    #[yaserde(attribute = true, rename = "TypeCode")]
    pub(crate) type_code: Option<String>,
    #[yaserde(attribute = true, rename = "UpdateType")]
    pub(crate) update_type: Option<String>,
    #[yaserde(attribute = true, rename = "ActiveFlag")]
    pub(crate) active_flag: Option<String>,
    #[yaserde(prefix = "crm", rename = "AlternateID")]
    pub(crate) alternate_id: Option<String>,
}

/// `CustomAttributeType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct CustomAttribute {
    #[yaserde(attribute = true, rename = "name")]
    pub(crate) name: Option<String>,
    #[yaserde(prefix = "crm", rename = "AttributeValue")]
    pub(crate) attribute_values: Vec<String>,
}

/// `CustomerNotesType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct CustomerNotes {
    #[yaserde(prefix = "crm", rename = "CustomerNote")]
    pub(crate) customer_notes: Vec<CustomerNote>,
}

/// `CustomerNoteType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
pub(crate) struct CustomerNote {
    #[yaserde(attribute = true, rename = "type")]
    pub(crate) note_type: Option<String>,
    #[yaserde(attribute = true, rename = "createDate")]
    pub(crate) create_date: Option<String>,
    #[yaserde(attribute = true, rename = "createUser")]
    pub(crate) create_user: Option<String>,
    #[yaserde(attribute = true, rename = "location")]
    pub(crate) location: Option<String>,
    #[yaserde(attribute = true, rename = "action")]
    pub(crate) action: Option<String>,
    #[yaserde(attribute = true, rename = "sequence")]
    pub(crate) sequence: Option<String>,
    #[yaserde(attribute = true, rename = "privateFlag")]
    pub(crate) private_flag: Option<String>,
    #[yaserde(text = true)]
    pub(crate) text: Option<String>,
}

/// `ValidationErrorType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct ValidationError {
    #[yaserde(prefix = "crm", rename = "Code")]
    pub(crate) code: Option<String>,
    #[yaserde(prefix = "crm", rename = "Field")]
    pub(crate) field: Option<String>,
    #[yaserde(prefix = "crm", rename = "Value")]
    pub(crate) value: Option<String>,
    #[yaserde(prefix = "crm", rename = "Message")]
    pub(crate) message: Option<String>,
    #[yaserde(prefix = "crm", rename = "Time")]
    pub(crate) time: Option<String>,
}

/// `WarningType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct Warning {
    #[yaserde(prefix = "crm", rename = "Code")]
    pub(crate) code: Option<String>,
    #[yaserde(prefix = "crm", rename = "Field")]
    pub(crate) field: Option<String>,
    #[yaserde(prefix = "crm", rename = "Message")]
    pub(crate) message: Option<String>,
}

/// `ActivitySummaryType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct ActivitySummary {
    #[yaserde(prefix = "crm", rename = "Lifetime")]
    pub(crate) lifetime: Option<ActivityTotals>,
    #[yaserde(prefix = "crm", rename = "YearToDate")]
    pub(crate) year_to_date: Option<ActivityTotals>,
    #[yaserde(prefix = "crm", rename = "FirstTransactionDate")]
    pub(crate) first_transaction_date: Option<String>,
    #[yaserde(prefix = "crm", rename = "LastTransactionDate")]
    pub(crate) last_transaction_date: Option<String>,
}

/// `ActivityTotalsType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct ActivityTotals {
    #[yaserde(prefix = "crm", rename = "SalesAmount")]
    pub(crate) sales_amount: Option<String>,
    #[yaserde(prefix = "crm", rename = "ReturnsAmount")]
    pub(crate) returns_amount: Option<String>,
    #[yaserde(prefix = "crm", rename = "TransactionCount")]
    pub(crate) transaction_count: Option<String>,
    #[yaserde(prefix = "crm", rename = "ItemsSoldCount")]
    pub(crate) items_sold_count: Option<String>,
    #[yaserde(prefix = "crm", rename = "ItemsReturnedCount")]
    pub(crate) items_returned_count: Option<String>,
}
