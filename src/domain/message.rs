//! A customer as a request brings it: every value readable, nothing judged yet.
//!
//! `None` and an empty list mean *not sent* (V-19: an empty element counts as not sent). Values are trimmed and
//! within their field's size (V-13). What depends on settings, reference data or the stored customer is judged by
//! the rules, not here.

use super::note::NoteMessage;
use super::value::{ContactType, DateOrTime, EducationLevel, NameLocation, UpdateType};

pub use super::contact_point::{Address, EMail, Telephone};

/// The `Customer` element of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomerMessage {
    /// As sent; a text that is no [`super::identity::CustomerId`] names nobody.
    pub customer_id: Option<String>,
    /// LastUpdateInfo/UpdateUserID.
    pub update_user_id: Option<String>,
    /// LastUpdateInfo/UpdateDate.
    pub update_date: Option<DateOrTime>,
    /// The sign-up location.
    pub retail_store_id: Option<String>,
    /// When the customer signed up.
    pub signup_date: Option<DateOrTime>,
    /// The retailer's number.
    pub customer_number: Option<String>,
    /// The retailer's reference.
    pub customer_reference: Option<String>,
    /// Name of the organisation.
    pub org_name: Option<String>,
    /// Type of the organisation.
    pub cust_org_typcode: Option<String>,
    /// Employee id.
    pub employee_id: Option<String>,
    /// Affiliation/RetailStoreID: the home location.
    pub home_location: Option<String>,
    /// An Affiliation was sent, with a store or with an attribute only (U-6).
    pub affiliation_sent: bool,
    /// Is a prospect.
    pub prospect: Option<bool>,
    /// Where the customer came from.
    pub source: Option<String>,
    /// Name of the business.
    pub business_name: Option<String>,
    /// Class of the customer.
    pub customer_class: Option<String>,
    /// Suffix, as sent (V-5 judges it).
    pub suffix: Option<String>,
    /// Salutation, as sent (V-4 judges it).
    pub salutation: Option<String>,
    /// Nickname.
    pub nickname: Option<String>,
    /// Parts of the name, in the order sent; the last of a location counts.
    pub names: Vec<(NameLocation, String)>,
    /// Addresses, in the order sent.
    pub addresses: Vec<ContactPointMessage<Address>>,
    /// E-mails, in the order sent.
    pub emails: Vec<ContactPointMessage<EMail>>,
    /// Telephones, in the order sent.
    pub telephones: Vec<ContactPointMessage<Telephone>>,
    /// Gender, as sent (V-6 judges it).
    pub gender: Option<String>,
    /// Birth date, as sent (V-14 judges it).
    pub birth_date: Option<String>,
    /// Marital status.
    pub marital_status_code: Option<String>,
    /// Ethnic background.
    pub ethnicity: Option<String>,
    /// Is on a rented list.
    pub rent: Option<bool>,
    /// Preferred language.
    pub language_code: Option<String>,
    /// Education (V-15).
    pub education_level: Option<EducationLevel>,
    /// Yearly income (V-15).
    pub annual_income: Option<u64>,
    /// Net worth (V-15).
    pub net_worth: Option<u64>,
    /// Permissions by channel (V-16); the last of a channel counts.
    pub contact_preferences: Vec<(ContactType, bool)>,
    /// Alternate keys, in the order sent.
    pub alternate_keys: Vec<AlternateKeyMessage>,
    /// Custom attributes, in the order sent.
    pub attributes: Vec<AttributeMessage>,
    /// Notes, in the order sent.
    pub notes: Vec<NoteMessage>,
}

/// An address, e-mail or telephone of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ContactPointMessage<V> {
    /// 1-based position among the request's elements of this kind, for paths.
    pub index: usize,
    /// See [`super::contact_point::ContactPoint`].
    pub type_code: Option<String>,
    /// See [`super::contact_point::ContactPoint`].
    pub label: Option<String>,
    /// See [`super::contact_point::ContactPoint`].
    pub contact_preference_code: Option<String>,
    /// P-4: `None` = false on something new.
    pub primary: Option<bool>,
    /// V-12: `Some(true)` makes it valid whatever validation says.
    pub valid: Option<bool>,
    /// U-2; only an update heeds it.
    pub update_type: Option<UpdateType>,
    /// As sent, not normalised.
    pub value: V,
}

/// An alternate key of a request; A-3 judges whether it is whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlternateKeyMessage {
    /// 1-based position among the request's keys, for paths.
    pub index: usize,
    /// `@TypeCode`.
    pub type_code: Option<String>,
    /// `AlternateID`.
    pub alternate_id: Option<String>,
    /// U-5; only an update heeds it.
    pub update_type: Option<UpdateType>,
}

/// A custom attribute of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttributeMessage {
    /// 1-based position among the request's attributes, for paths.
    pub index: usize,
    /// `@name`; `None` is refused as unknown (C-7).
    pub name: Option<String>,
    /// The values in the order sent; empty ones stand as empty text, for one of them deletes all values (C-2).
    pub values: Vec<String>,
}
