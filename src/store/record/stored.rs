//! The bridge between a domain type and its stored twin.
//!
//! Domain types know no serialisation, so each stored version has its own structs. `of` borrows what it can, so that
//! writing copies no text; `back` gives the domain value, or says why the bytes can't be one.

use std::borrow::Cow;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Deserializer, Serialize, de};

use super::RecordError;
use crate::domain::value::DateOrTime;

/// A stored form of `D`.
pub(super) trait Stored<'a, D: 'a>: Sized {
    /// The stored form.
    fn of(value: &'a D) -> Self;
    /// The domain value.
    fn back(self) -> Result<D, RecordError>;
}

/// Text that is borrowed where its bytes stand as they are: from the domain value on the way out, from the record on the
/// way in.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[serde(transparent)]
pub struct Text<'a>(pub Cow<'a, str>);

/// The text of something that is no text in the domain: a date, a word of a closed set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent, bound(deserialize = "'de: 'a"))]
pub struct Word<'a>(pub(super) Text<'a>);

impl Text<'_> {
    /// The same, borrowing nothing.
    pub(super) fn into_owned(self) -> Text<'static> {
        Text(Cow::Owned(self.0.into_owned()))
    }
}

impl Word<'_> {
    /// The same, borrowing nothing.
    pub(super) fn into_owned(self) -> Word<'static> {
        Word(self.0.into_owned())
    }
}

/// serde's own `Cow` never borrows inside an `Option` or a list.
impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Cow<'de, str>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text")
            }
            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Cow::Borrowed(text))
            }
            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Cow::Owned(text.to_owned()))
            }
        }
        deserializer.deserialize_str(Visitor).map(Text)
    }
}

impl<'a> Stored<'a, String> for Text<'a> {
    fn of(value: &'a String) -> Self {
        Text(Cow::Borrowed(value))
    }
    fn back(self) -> Result<String, RecordError> {
        Ok(self.0.into_owned())
    }
}

impl<'a> Stored<'a, Cow<'a, str>> for Text<'a> {
    fn of(value: &'a Cow<'a, str>) -> Self {
        Text(Cow::Borrowed(value))
    }
    fn back(self) -> Result<Cow<'a, str>, RecordError> {
        Ok(self.0)
    }
}

/// V-14 values are kept in the form in which they were sent.
impl<'a> Stored<'a, DateOrTime> for Word<'a> {
    fn of(value: &'a DateOrTime) -> Self {
        Word(Text(Cow::Owned(value.to_string())))
    }
    fn back(self) -> Result<DateOrTime, RecordError> {
        DateOrTime::parse(&self.0.0).map_err(|reject| RecordError::Unreadable(reject.expected.to_owned()))
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

impl<'a, D: 'a, S: Stored<'a, D>> Stored<'a, [D; 4]> for [S; 4] {
    fn of(value: &'a [D; 4]) -> Self {
        value.each_ref().map(S::of)
    }
    fn back(self) -> Result<[D; 4], RecordError> {
        let [first, second, third, fourth] = self;
        Ok([first.back()?, second.back()?, third.back()?, fourth.back()?])
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
        impl<'a> Stored<'a, $type> for Word<'a> {
            fn of(value: &'a $type) -> Self {
                Word(Text(Cow::Borrowed(value.as_str())))
            }
            fn back(self) -> Result<$type, RecordError> {
                <$type>::parse(&self.0.0).map_err(|reject| RecordError::Unreadable(reject.expected.to_owned()))
            }
        }
    )+};
}

stored_as_word!(crate::domain::value::EducationLevel, crate::domain::value::ContactType);

/// Declares a stored struct and its bridge to a domain struct with the same field names, whatever its text is.
macro_rules! stored_struct {
    ($(#[$doc:meta])* $name:ident<'a> = $domain:ident { $($field:ident: $type:ty),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields, bound(deserialize = "'de: 'a"))]
        pub struct $name<'a> { $(pub $field: $type),+ }

        impl<'a, S: 'a> Stored<'a, $domain<S>> for $name<'a>
        where
            Text<'a>: Stored<'a, S>,
        {
            fn of(value: &'a $domain<S>) -> Self {
                $name { $($field: Stored::of(&value.$field)),+ }
            }
            fn back(self) -> Result<$domain<S>, RecordError> {
                Ok($domain { $($field: self.$field.back()?),+ })
            }
        }
    };
}

pub(super) use stored_struct;
