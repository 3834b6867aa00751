//! The caller's place in a distributed trace: the header `traceparent` of W3C Trace Context.
//!
//! It is checked, stands in the log, and goes back in the answer. Deliberately absent: `tracestate`, spans of our own, and
//! any sending of traces; a header that is not well formed is as if it were not there, as the recommendation has it.

use hyper::HeaderMap;
use hyper::header::{HeaderName, HeaderValue};

/// The header, in requests and answers.
pub(super) const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");

/// `00-` trace id `-` parent id `-` flags.
const LENGTH: usize = 55;
/// A later version may append to that; more than this nobody reads.
const LENGTH_MAX: usize = 512;
const VERSION: &[u8] = b"00";
const VERSION_FORBIDDEN: &[u8] = b"ff";

/// A well-formed `traceparent`, in the form of version 00.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TraceParent([u8; LENGTH]);

impl TraceParent {
    /// That of a request; `None` if there is none, more than one, or one that is not well formed.
    pub(super) fn of(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(TRACEPARENT).iter();
        let value = values.next()?;
        if values.next().is_some() { None } else { TraceParent::parse(value.as_bytes()) }
    }

    fn parse(value: &[u8]) -> Option<Self> {
        let form: &[u8; LENGTH] = value.first_chunk()?;
        let parts = [&form[..2], &form[3..35], &form[36..52], &form[53..]];
        let dashes = [form[2], form[35], form[52]].iter().all(|byte| *byte == b'-');
        let zero = |part: &[u8]| part.iter().all(|byte| *byte == b'0');
        if !dashes || !parts.iter().all(|part| is_hex(part)) || zero(parts[1]) || zero(parts[2]) {
            return None;
        }
        let known = parts[0] == VERSION;
        let appended = value.get(LENGTH).is_some_and(|byte| *byte == b'-') && value.len() <= LENGTH_MAX;
        if parts[0] == VERSION_FORBIDDEN || (value.len() > LENGTH && (known || !appended)) {
            return None;
        }
        let mut own = *form;
        own[..VERSION.len()].copy_from_slice(VERSION);
        Some(TraceParent(own))
    }

    /// The 32 hexadecimal digits that name the trace.
    pub(super) fn trace_id(&self) -> &str {
        std::str::from_utf8(&self.0[3..35]).unwrap_or_default()
    }

    /// For the answer.
    pub(super) fn header_value(self) -> Option<HeaderValue> {
        HeaderValue::from_bytes(&self.0).ok()
    }
}

fn is_hex(part: &[u8]) -> bool {
    part.iter().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[track_caller]
    fn check(values: &[&str], expected: Option<&str>) {
        let headers = values.iter().map(|value| (TRACEPARENT, HeaderValue::from_str(value).unwrap()));
        let mut map = HeaderMap::new();
        headers.for_each(|(name, value)| _ = map.append(name, value));
        let found = TraceParent::of(&map).and_then(TraceParent::header_value);
        assert_eq!(found.as_ref().map(|value| value.to_str().unwrap()), expected, "{values:?}");
    }

    #[test]
    fn what_is_well_formed_is_passed_on() {
        check(&[GOOD], Some(GOOD));
        let later = format!("cc{}", &GOOD[2..]);
        check(&[&later], Some(GOOD));
        check(&[&format!("{later}-what-the-future-brings")], Some(GOOD));
        let headers = HeaderMap::from_iter([(TRACEPARENT, HeaderValue::from_static(GOOD))]);
        assert_eq!(TraceParent::of(&headers).unwrap().trace_id(), "4bf92f3577b34da6a3ce929d0e0e4736");
    }

    #[test]
    fn what_is_not_well_formed_is_as_if_it_were_not_there() {
        check(&[], None);
        check(&[GOOD, GOOD], None);
        let wrong = [
            String::new(),
            GOOD[..54].to_owned(),
            format!("{GOOD}-more"),
            GOOD.replace("4bf9", "4BF9"),
            GOOD.replace("4bf9", "4bg9"),
            GOOD.replace("00-4bf", "ff-4bf"),
            GOOD.replace("-00f0", "_00f0"),
            format!("00-{}-00f067aa0ba902b7-01", "0".repeat(32)),
            format!("00-4bf92f3577b34da6a3ce929d0e0e4736-{}-01", "0".repeat(16)),
            format!("cc{}more", &GOOD[2..]),
            format!("cc{}-{}", &GOOD[2..], "x".repeat(LENGTH_MAX)),
        ];
        wrong.iter().for_each(|value| check(&[value], None));
    }
}
