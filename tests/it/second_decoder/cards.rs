//! Cards, read a second time.

use yaserde::YaDeserialize;

/// The answer of `associateCardToCustomer`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct Associated {
    #[yaserde(prefix = "crm", rename = "CustomerID")]
    pub(crate) customer_id: Option<String>,
    #[yaserde(prefix = "crm", rename = "CardNumber")]
    pub(crate) card_number: Option<String>,
    #[yaserde(prefix = "crm", rename = "Account")]
    pub(crate) accounts: Vec<Account>,
    #[yaserde(prefix = "crm", rename = "Coupon")]
    pub(crate) coupons: Vec<Coupon>,
}

/// The answer of `retrieveInstrument`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct InstrumentWrapper {
    #[yaserde(prefix = "crm", rename = "Instrument")]
    pub(crate) instrument: Option<Instrument>,
}

/// `RetrievedInstrumentType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct Instrument {
    #[yaserde(prefix = "crm", rename = "CardNumber")]
    pub(crate) card_number: Option<String>,
    #[yaserde(prefix = "crm", rename = "InstrumentID")]
    pub(crate) instrument_id: Option<String>,
    #[yaserde(prefix = "crm", rename = "Active")]
    pub(crate) active: Option<String>,
    #[yaserde(prefix = "crm", rename = "ExpiryDate")]
    pub(crate) expiry_date: Option<String>,
    #[yaserde(prefix = "crm", rename = "Account")]
    pub(crate) accounts: Vec<Account>,
    #[yaserde(prefix = "crm", rename = "Coupon")]
    pub(crate) coupons: Vec<Coupon>,
    #[yaserde(prefix = "crm", rename = "CustomerID")]
    pub(crate) customer_ids: Vec<String>,
}

/// `AssociatedAccountType` and `RetrievedAccountType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct Account {
    #[yaserde(prefix = "crm", rename = "AccountID")]
    pub(crate) account_id: Option<String>,
    #[yaserde(prefix = "crm", rename = "Type")]
    pub(crate) account_type: Option<String>,
    #[yaserde(prefix = "crm", rename = "Status")]
    pub(crate) status: Option<String>,
    #[yaserde(prefix = "crm", rename = "Activated")]
    pub(crate) activated: Option<String>,
    #[yaserde(prefix = "crm", rename = "ExpiryDate")]
    pub(crate) expiry_date: Option<String>,
    #[yaserde(prefix = "crm", rename = "Activity")]
    pub(crate) activities: Vec<Activity>,
}

/// `AccountActivityType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct Activity {
    #[yaserde(prefix = "crm", rename = "Time")]
    pub(crate) time: Option<String>,
    #[yaserde(prefix = "crm", rename = "Type")]
    pub(crate) activity_type: Option<String>,
    #[yaserde(prefix = "crm", rename = "Amount")]
    pub(crate) amount: Option<String>,
    #[yaserde(prefix = "crm", rename = "CurrencyID")]
    pub(crate) currency_id: Option<String>,
    #[yaserde(prefix = "crm", rename = "LocationID")]
    pub(crate) location_id: Option<String>,
}

/// `CouponType`.
#[derive(Debug, Default, Clone, PartialEq, Eq, YaDeserialize)]
#[yaserde(prefix = "crm", namespaces = { "crm" = "urn:castile:crm:v1" })]
pub(crate) struct Coupon {
    #[yaserde(prefix = "crm", rename = "CouponID")]
    pub(crate) coupon_id: Option<String>,
    #[yaserde(prefix = "crm", rename = "Name")]
    pub(crate) name: Option<String>,
    #[yaserde(prefix = "crm", rename = "ExpiryDate")]
    pub(crate) expiry_date: Option<String>,
}
