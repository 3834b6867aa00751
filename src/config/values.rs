//! Values of the configuration that have a form of their own, checked while they are read.
//!
//! Deliberately absent: values with rules that involve several keys; see [`super::Config::check_listen`].

use std::fmt::{self, Display};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};

/// How a line of the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// The least severe lines that are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogLevel {
    /// Something failed that needs a person.
    Error,
    /// Something is odd.
    Warn,
    /// Start, stop and what happens seldom.
    Info,
    /// Every request.
    Debug,
    /// Everything.
    Trace,
}

/// An `http` or `https` URL without query and without a trailing `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    /// The URL, ready to have a path that starts with `/` appended.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let expected = "expected an http or https URL like https://crm.example.com/gateway, without a query";
        let uri = text.parse::<hyper::Uri>().map_err(|_| expected.to_owned())?;
        let scheme_fits = matches!(uri.scheme_str(), Some("http" | "https"));
        if !scheme_fits || uri.host().is_none_or(str::is_empty) || uri.query().is_some() {
            return Err(expected.to_owned());
        }
        Ok(PublicUrl(text.trim_end_matches('/').to_owned()))
    }
}

impl Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A time zone that this machine knows, UTC by default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TimeZone(jiff::tz::TimeZone);

impl TimeZone {
    /// The zone, for arithmetic.
    pub fn zone(&self) -> &jiff::tz::TimeZone {
        &self.0
    }
}

impl Default for TimeZone {
    fn default() -> Self {
        TimeZone(jiff::tz::TimeZone::UTC)
    }
}

impl FromStr for TimeZone {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.eq_ignore_ascii_case("UTC") {
            return Ok(TimeZone::default());
        }
        jiff::tz::TimeZone::get(text).map(TimeZone).map_err(|_| {
            "expected UTC or a name of the IANA time zone database like Europe/Berlin; names other than UTC \
             need the system package tzdata"
                .to_owned()
        })
    }
}

impl Display for TimeZone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.iana_name().unwrap_or("UTC"))
    }
}

/// Reads and writes a type as the text that it parses from and prints as.
macro_rules! text_in_serde {
    ($($type:ty),+) => { $(
        impl<'de> serde::Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::config::values::from_text(deserializer)
            }
        }

        impl serde::Serialize for $type {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }
    )+ };
}
pub(super) use text_in_serde;

text_in_serde!(PublicUrl, TimeZone);

pub(super) fn from_text<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err = String>,
{
    String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
}

/// A number that must not be 0: none of the limits means "none" by 0.
pub(super) fn at_least_one<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<i64>,
{
    let number = i64::deserialize(deserializer)?;
    let positive = if number >= 1 { T::try_from(number).ok() } else { None };
    positive.ok_or_else(|| de::Error::custom("expected a whole number, 1 or more"))
}

/// The name of a folder that leads nowhere else.
pub(super) fn plain_name<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let name = String::deserialize(deserializer)?;
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let fits = (1..=60).contains(&name.len()) && !name.starts_with('.') && name.bytes().all(plain);
    let expected = "expected 1 to 60 letters, digits, '-', '_' or '.', not beginning with '.'";
    if fits { Ok(name) } else { Err(de::Error::custom(expected)) }
}
