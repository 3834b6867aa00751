//! The bridge between a domain type and its stored twin.
//!
//! Domain types know no serialisation, so each stored version has its own structs. `of` borrows what it can, so that
//! writing copies no text; `back` gives the domain value, or says why the bytes can't be one.

use std::borrow::Cow;

use jiff::Timestamp;
use jiff::civil::Date;

use super::RecordError;
use crate::domain::value::DateOrTime;

/// A stored form of `D`.
pub(super) trait Stored<'a, D: 'a>: Sized {
    /// The stored form.
    fn of(value: &'a D) -> Self;
    /// The domain value.
    fn back(self) -> Result<D, RecordError>;
}

impl<'a> Stored<'a, String> for Cow<'a, str> {
    fn of(value: &'a String) -> Self {
        Cow::Borrowed(value)
    }
    fn back(self) -> Result<String, RecordError> {
        Ok(self.into_owned())
    }
}

/// V-14 values are kept in the form in which they were sent.
impl<'a> Stored<'a, DateOrTime> for Cow<'a, str> {
    fn of(value: &'a DateOrTime) -> Self {
        Cow::Owned(value.to_string())
    }
    fn back(self) -> Result<DateOrTime, RecordError> {
        DateOrTime::parse(&self).map_err(|reject| RecordError::Unreadable(reject.expected.to_owned()))
    }
}

impl<'a, D: 'a, S: Stored<'a, D>> Stored<'a, Option<D>> for Option<S> {
    fn of(value: &'a Option<D>) -> Self {
        value.as_ref().map(S::of)
    }
    fn back(self) -> Result<Option<D>, RecordError> {
        self.map(S::back).transpose()
    }
}

impl<'a, D: 'a, S: Stored<'a, D>> Stored<'a, Vec<D>> for Vec<S> {
    fn of(value: &'a Vec<D>) -> Self {
        value.iter().map(S::of).collect()
    }
    fn back(self) -> Result<Vec<D>, RecordError> {
        self.into_iter().map(S::back).collect()
    }
}

impl<'a> Stored<'a, [Option<String>; 4]> for [Option<Cow<'a, str>>; 4] {
    fn of(value: &'a [Option<String>; 4]) -> Self {
        value.each_ref().map(|line| line.as_deref().map(Cow::Borrowed))
    }
    fn back(self) -> Result<[Option<String>; 4], RecordError> {
        Ok(self.map(|line| line.map(Cow::into_owned)))
    }
}

/// Types that are stored as they are.
macro_rules! stored_as_is {
    ($($type:ty),+) => {$(
        impl<'a> Stored<'a, $type> for $type {
            fn of(value: &'a $type) -> Self {
                *value
            }
            fn back(self) -> Result<$type, RecordError> {
                Ok(self)
            }
        }
    )+};
}

stored_as_is!(bool, u32, u64, Timestamp, Date);

/// Closed sets of words, stored as their wire spelling.
macro_rules! stored_as_word {
    ($($type:ty),+) => {$(
        impl<'a> Stored<'a, $type> for Cow<'a, str> {
            fn of(value: &'a $type) -> Self {
                Cow::Borrowed(value.as_str())
            }
            fn back(self) -> Result<$type, RecordError> {
                <$type>::parse(&self).map_err(|reject| RecordError::Unreadable(reject.expected.to_owned()))
            }
        }
    )+};
}

stored_as_word!(crate::domain::value::EducationLevel, crate::domain::value::ContactType);

/// Declares a stored struct and its bridge to a domain struct with the same field names.
macro_rules! stored_struct {
    ($(#[$doc:meta])* $name:ident $(<$life:lifetime>)? = $domain:ident { $($field:ident: $type:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name $(<$life>)? { $(pub $field: $type),+ }

        impl<'a> Stored<'a, $domain> for $name $(<$life>)? {
            fn of(value: &'a $domain) -> Self {
                $name { $($field: Stored::of(&value.$field)),+ }
            }
            fn back(self) -> Result<$domain, RecordError> {
                Ok($domain { $($field: self.$field.back()?),+ })
            }
        }
    };
}

pub(super) use stored_struct;
