//! The Content-Type of a message: which SOAP version it announces, its charset, its action.
//!
//! Read leniently (quotes, case and order don't matter), because clients differ; what is not SOAP at all is 415.

use hyper::HeaderMap;
use hyper::header::CONTENT_TYPE;

use crate::wire::soap::{Fault, Version};
use crate::wire::xml::Charset;

/// What a Content-Type says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MediaType<'h> {
    /// The version announced; `None` if the type is not one of SOAP's.
    pub(super) version: Option<Version>,
    /// `charset`, as sent.
    charset: Option<&'h str>,
    /// `action` of SOAP 1.2, as sent.
    pub(super) action: Option<&'h str>,
}

impl<'h> MediaType<'h> {
    /// Reads the header; a 400 if there are two of them.
    pub(super) fn of(headers: &'h HeaderMap) -> Result<Self, Fault> {
        let mut values = headers.get_all(CONTENT_TYPE).iter();
        let value = values.next().and_then(|value| value.to_str().ok()).unwrap_or_default();
        if values.next().is_some() {
            return Err(Fault::malformed("there are two Content-Type headers").with_status(400));
        }
        let (essence, parameters) = value.split_once(';').unwrap_or((value, ""));
        let mut media_type =
            MediaType { version: Version::from_media_type(essence.trim()), charset: None, action: None };
        for (name, value) in split_parameters(parameters) {
            if name.eq_ignore_ascii_case("charset") {
                media_type.charset = Some(value);
            } else if name.eq_ignore_ascii_case("action") {
                media_type.action = Some(value);
            }
        }
        Ok(media_type)
    }

    /// The version and charset of a message that can be read; a 415 otherwise.
    pub(super) fn accepted(&self) -> Result<(Version, Option<Charset>), Fault> {
        let unsupported = |reason: &str| Fault::malformed(reason).with_status(415);
        let version = self.version.ok_or_else(|| {
            unsupported("the Content-Type must be text/xml (SOAP 1.1) or application/soap+xml (SOAP 1.2)")
        })?;
        let charset = match self.charset {
            None => None,
            Some(label) => {
                let known = Charset::from_label(label);
                Some(known.ok_or_else(|| unsupported("the charset must be UTF-8, UTF-16 or US-ASCII"))?)
            }
        };
        Ok((version, charset))
    }
}

/// The version to refuse in when nothing better is known.
pub(super) fn fallback(media_type: Option<&MediaType<'_>>) -> Version {
    media_type.and_then(|media_type| media_type.version).unwrap_or(Version::V11)
}

/// `name=value` pairs; a value may be quoted, and then hold semicolons.
fn split_parameters(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (name, after) = rest.split_once('=')?;
        let after = after.trim_start();
        let (value, remaining) = match after.strip_prefix('"').and_then(|quoted| quoted.split_once('"')) {
            Some((value, remaining)) => (value, remaining),
            None => after.split_at(after.find(';').unwrap_or(after.len())),
        };
        let name = name.rsplit(';').next().unwrap_or_default().trim();
        rest = remaining;
        Some((name, value.trim().trim_matches('\'')))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderValue;

    fn headers(content_type: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))])
    }

    #[test]
    fn b_2_and_2_6_parameters_are_read_in_any_form() {
        let forms = [
            "application/soap+xml; charset=utf-8; action=\"urn:a;b\"",
            "Application/Soap+XML;action=\"urn:a;b\";charset=\"UTF-8\"",
            "application/soap+xml ; ACTION = \"urn:a;b\" ; charset='utf8'",
        ];
        for form in forms {
            let headers = headers(form);
            let media_type = MediaType::of(&headers).unwrap();
            assert_eq!(media_type.action, Some("urn:a;b"), "{form}");
            assert!(matches!(media_type.accepted(), Ok((Version::V12, Some(_)))), "{form}");
        }
        let headers = headers("application/soap+xml;action=urn:a");
        let unquoted = MediaType::of(&headers).unwrap();
        assert_eq!(unquoted.action, Some("urn:a"));
    }

    #[test]
    fn r1115_other_types_and_charsets_are_415() {
        for form in ["application/json", "text/xml; charset=utf-7", "", "text/plain"] {
            let headers = headers(form);
            let fault = MediaType::of(&headers).unwrap().accepted().unwrap_err();
            assert_eq!(fault.http_status(Version::V11), 415, "{form}");
        }
    }

    #[test]
    fn two_content_types_are_400() {
        let mut twice = headers("text/xml");
        twice.append(CONTENT_TYPE, HeaderValue::from_static("text/xml"));
        assert_eq!(MediaType::of(&twice).unwrap_err().http_status(Version::V11), 400);
    }
}
