//! The typed values of a customer and how each is read from text.
//!
//! A reader gives the value or a [`Reject`]: the code and a text that says what was expected and never repeats
//! what was sent. Where the value stood is known to the codec alone, which adds the path. Input is trimmed before
//! it comes here, and is not empty (V-19).

use std::fmt;

use super::error::Code;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

/// Why a value was not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reject {
    /// The code of the refusal.
    pub code: Code,
    /// What is expected, without the value that was sent.
    pub expected: &'static str,
}

impl Reject {
    pub(super) const fn invalid(expected: &'static str) -> Self {
        Reject { code: Code::InvalidAttributeValue, expected }
    }
}

/// Reads `true`, `false`, `1` or `0`, in any case.
pub fn boolean(text: &str) -> Result<bool, Reject> {
    match text {
        "1" => Ok(true),
        "0" => Ok(false),
        _ if text.eq_ignore_ascii_case("true") => Ok(true),
        _ if text.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(Reject::invalid("expected true or false")),
    }
}

/// The largest AnnualIncomeAmount (V-15).
pub const ANNUAL_INCOME_MAX: u64 = 100_000_000;
/// The largest NetWorth (V-15).
pub const NET_WORTH_MAX: u64 = 1_000_000_000_000;

/// V-15: a whole number from 0 to [`ANNUAL_INCOME_MAX`].
pub fn annual_income(text: &str) -> Result<u64, Reject> {
    whole_number(text, ANNUAL_INCOME_MAX, "expected a whole number from 0 to 100,000,000, digits only")
}

/// V-15: a whole number from 0 to [`NET_WORTH_MAX`].
pub fn net_worth(text: &str) -> Result<u64, Reject> {
    whole_number(text, NET_WORTH_MAX, "expected a whole number from 0 to 1,000,000,000,000, digits only")
}

/// A note's sequence number: 1 to 4,294,967,295.
pub fn note_sequence(text: &str) -> Result<u32, Reject> {
    const EXPECTED: &str = "expected a whole number from 1 to 4294967295";
    let number = whole_number(text, u64::from(u32::MAX), EXPECTED)?;
    u32::try_from(number).ok().filter(|number| *number > 0).ok_or(Reject::invalid(EXPECTED))
}

/// The most customers of a page of search results.
pub const RESULTS_MAX: usize = 200;

/// MaxResults: a whole number from 1 to [`RESULTS_MAX`].
pub fn results_max(text: &str) -> Result<usize, Reject> {
    const EXPECTED: &str = "expected a whole number from 1 to 200, digits only";
    let number = whole_number(text, RESULTS_MAX as u64, EXPECTED)?;
    usize::try_from(number).ok().filter(|number| *number > 0).ok_or(Reject::invalid(EXPECTED))
}

fn whole_number(text: &str, max: u64, expected: &'static str) -> Result<u64, Reject> {
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let number = if digits { text.parse().ok() } else { None };
    number.filter(|number| *number <= max).ok_or(Reject::invalid(expected))
}

/// Declares a closed set of words: the enum, its wire spelling and its reader.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $code:expr, $expected:literal, $($(#[$vdoc:meta])* $variant:ident = $text:literal),+ $(,)?) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$vdoc])* $variant),+ }

        impl $name {
            /// Reads the word as it is spelled, in any case.
            pub fn parse(text: &str) -> Result<Self, Reject> {
                $(if text.eq_ignore_ascii_case($text) { return Ok($name::$variant); })+
                Err(Reject { code: $code, expected: $expected })
            }

            /// The word on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text),+ }
            }
        }
    };
}

words! {
    /// Which part of a name an element holds (V-17).
    NameLocation, Code::NamePositionInvalid, "expected First, First2, Middle, Last or Last2",
    /// The first name.
    First = "First",
    /// A second first name, where second names are switched on.
    First2 = "First2",
    /// The middle name.
    Middle = "Middle",
    /// The last name.
    Last = "Last",
    /// A second last name, where second names are switched on.
    Last2 = "Last2",
}

words! {
    /// What an update does with a contact point or key (U-2, U-5). Add and add-or-update ignore it.
    UpdateType, Code::InvalidAttributeValue, "expected Old, New, Set or (for a key) DELETE",
    /// Names a stored one.
    Old = "Old",
    /// Brings a new one.
    New = "New",
    /// Replaces all of the kind.
    Set = "Set",
    /// Removes a key.
    Delete = "DELETE",
}

words! {
    /// HighestEducationalLevelName (V-15).
    EducationLevel, Code::InvalidAttributeValue, "expected SECONDARY, BACHELORS, GRADUATE or PHD",
    /// Secondary school.
    Secondary = "SECONDARY",
    /// A bachelor's degree.
    Bachelors = "BACHELORS",
    /// A graduate degree.
    Graduate = "GRADUATE",
    /// A doctorate.
    Phd = "PHD",
}

words! {
    /// The channel of a contact preference (V-16).
    ContactType, Code::InvalidAttributeValue, "expected Mail, Email, Phone or Fax",
    /// Letters.
    Mail = "Mail",
    /// E-mail.
    Email = "Email",
    /// Telephone.
    Phone = "Phone",
    /// Fax.
    Fax = "Fax",
}

impl ContactType {
    /// The one SubTypeCode that goes with the channel (V-16).
    pub const fn sub_type_code(self) -> &'static str {
        match self {
            ContactType::Mail | ContactType::Email | ContactType::Phone => "HOME",
            ContactType::Fax => "FAX",
        }
    }
}

words! {
    /// How a search criterion is compared.
    SearchType, Code::InvalidAttributeValue, "expected Exact, StartsWith, EndsWith, Contains or SoundsLike",
    /// The whole value.
    Exact = "Exact",
    /// Its beginning.
    StartsWith = "StartsWith",
    /// Its end.
    EndsWith = "EndsWith",
    /// Any part of it.
    Contains = "Contains",
    /// Its sound.
    SoundsLike = "SoundsLike",
}

words! {
    /// What to do with a note (U-9).
    NoteAction, Code::InvalidAttributeValue, "expected ADD, UPDATE or DELETE",
    /// Add it.
    Add = "ADD",
    /// Overwrite the one with this sequence.
    Update = "UPDATE",
    /// Remove the one with this sequence.
    Delete = "DELETE",
}

/// A date, or a timestamp with or without a zone, in the form in which it was sent (V-14).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DateOrTime {
    /// `2015-07-24`
    Date(Date),
    /// `2015-07-24T15:25:27`, in the configured time zone.
    Local(DateTime),
    /// `2015-07-24T15:25:27-05:00`
    Zoned(DateTime, Offset),
}

impl DateOrTime {
    const REJECT: Reject = Reject {
        code: Code::InvalidDateFormat,
        expected: "expected a date (2015-07-24) or a timestamp (2015-07-24T15:25:27, with or without a zone)",
    };

    /// V-14: reads a date or a timestamp.
    pub fn parse(text: &str) -> Result<Self, Reject> {
        if let Ok(date) = Self::date(text) {
            return Ok(DateOrTime::Date(date));
        }
        Self::timestamp(text).ok_or(Self::REJECT)
    }

    /// Reads `YYYY-MM-DD` and nothing else.
    pub fn date(text: &str) -> Result<Date, Reject> {
        let form = text.len() == 10
            && text.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if form { text.parse().map_err(|_| Self::REJECT) } else { Err(Self::REJECT) }
    }

    fn timestamp(text: &str) -> Option<Self> {
        // The separator is checked here because the library also reads a space or a compact form.
        Self::date(text.get(..10)?).ok()?;
        let time = text.get(10..)?.strip_prefix('T')?;
        let zone_at = time.find(['Z', '+', '-']).unwrap_or(time.len());
        let civil: DateTime = text.get(..11 + zone_at)?.parse().ok()?;
        match &time[zone_at..] {
            "" => Some(DateOrTime::Local(civil)),
            "Z" => Some(DateOrTime::Zoned(civil, Offset::UTC)),
            zone => Some(DateOrTime::Zoned(civil, offset(zone)?)),
        }
    }
}

/// Reads `+hh:mm` or `-hh:mm`, at most 14 hours (XSD dateTime).
fn offset(text: &str) -> Option<Offset> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    if hours.len() != 2 || minutes.len() != 2 {
        return None;
    }
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let in_range = minutes < 60 && hours * 60 + minutes <= 14 * 60;
    if in_range { Offset::from_seconds(sign * (hours * 3600 + minutes * 60)).ok() } else { None }
}

impl fmt::Display for DateOrTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DateOrTime::Date(date) => write!(f, "{date}"),
            DateOrTime::Local(time) => write!(f, "{time}"),
            DateOrTime::Zoned(time, Offset::UTC) => write!(f, "{time}Z"),
            DateOrTime::Zoned(time, offset) => {
                let minutes = offset.seconds() / 60;
                let sign = if minutes < 0 { '-' } else { '+' };
                write!(f, "{time}{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v_14_dates_and_timestamps_keep_their_form() {
        let forms = [
            "2015-07-24",
            "2015-07-24T15:25:27",
            "2015-07-24T15:25:27.125",
            "2015-07-24T15:25:27Z",
            "2015-07-24T15:25:27-05:00",
            "2015-07-24T15:25:27+14:00",
        ];
        for text in forms {
            assert_eq!(DateOrTime::parse(text).map(|value| value.to_string()), Ok(text.to_owned()));
        }
    }

    #[test]
    fn v_14_anything_else_is_no_date() {
        let forms = [
            "24-07-2015",
            "2015-7-4",
            "2015-02-30",
            "2015-07-24 15:25:27",
            "2015-07-24T",
            "2015-07-24T25:00:00",
            "2015-07-24T15:25:27+1",
            "2015-07-24T15:25:27+15:00",
            "2015-07-24T15:25:27-05:60",
            "20150724",
            "2015-07-24Tü",
            "yesterday",
        ];
        for text in forms {
            assert_eq!(
                DateOrTime::parse(text).map_err(|reject| reject.code),
                Err(Code::InvalidDateFormat),
                "{text}"
            );
        }
    }

    #[test]
    fn v_15_amounts_are_whole_numbers_in_range() {
        assert_eq!(annual_income("0"), Ok(0));
        assert_eq!(annual_income("100000000"), Ok(ANNUAL_INCOME_MAX));
        assert_eq!(net_worth("1000000000000"), Ok(NET_WORTH_MAX));
        for text in ["100000001", "-1", "1.5", "1,000", "+5", "99999999999999999999999", "ten"] {
            assert_eq!(
                annual_income(text).map_err(|reject| reject.code),
                Err(Code::InvalidAttributeValue),
                "{text}"
            );
        }
        assert!(net_worth("1000000000001").is_err());
    }

    #[test]
    fn v_15_education_is_one_of_four_words() {
        assert_eq!(EducationLevel::parse("PHD"), Ok(EducationLevel::Phd));
        assert_eq!(EducationLevel::parse("DOCTOR").map_err(|r| r.code), Err(Code::InvalidAttributeValue));
    }

    #[test]
    fn v_17_location_is_one_of_five_words() {
        assert_eq!(NameLocation::parse("Last2"), Ok(NameLocation::Last2));
        assert_eq!(NameLocation::parse("Third").map_err(|r| r.code), Err(Code::NamePositionInvalid));
    }

    #[test]
    fn v_18_flags_are_true_or_false() {
        for (text, expected) in
            [("true", Some(true)), ("0", Some(false)), ("FALSE", Some(false)), ("yes", None)]
        {
            assert_eq!(boolean(text).ok(), expected, "{text}");
        }
    }
}
