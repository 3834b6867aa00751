//! Errors as `application/problem+json` (RFC 9457), with the members of a fault's detail.
//!
//! | member | |
//! | --- | --- |
//! | `title`, `status`, `detail` | as the RFC has them; `detail` is the public message |
//! | `code`, `field`, `requestID`, `retryable` | as in a fault |
//! | `violations` | each with `code`, `field`, `message` |
//!
//! `type` is left out, which means `about:blank`: the code says what it is. Deliberately absent: headers.

use serde_json::{Map, Value, json};

use crate::domain::error::{Class, Error, Violation};

/// What such a body is announced as.
pub const MEDIA_TYPE: &str = "application/problem+json";
/// For a fault of ours, of which the caller is told no more.
const INTERNAL: &str = "an internal error occurred; the log tells more under the request id";

/// The HTTP status of a class of errors.
pub fn status(class: Class) -> u16 {
    match class {
        Class::Malformed => 400,
        Class::Unauthenticated => 401,
        Class::NotFound | Class::UnknownOperation => 404,
        Class::AlreadyExists => 409,
        Class::TooLarge => 413,
        Class::Invalid | Class::RuleViolated => 422,
        Class::Internal | Class::CorruptRecord => 500,
        Class::Contention | Class::Timeout | Class::Unavailable => 503,
    }
}

/// A status and why, where there is no code.
pub fn plain(status: u16, title: Option<&str>, detail: &str) -> String {
    Value::Object(head(status, title, detail)).to_string()
}

/// An error.
pub fn of_error(error: &Error, title: Option<&str>, request_id: &str) -> String {
    let class = error.code.class();
    let ours = matches!(class, Class::Internal | Class::CorruptRecord);
    let mut members = head(status(class), title, if ours { INTERNAL } else { &error.message });
    members.insert("code".to_owned(), json!(error.code.as_str()));
    if let Some(field) = &error.field {
        members.insert("field".to_owned(), json!(field));
    }
    members.insert("requestID".to_owned(), json!(request_id));
    members.insert("retryable".to_owned(), json!(error.code.retryable()));
    if !error.violations.is_empty() {
        let told = |Violation { code, field, message }: &Violation| json!({ "code": code.as_str(), "field": field, "message": message });
        members.insert("violations".to_owned(), error.violations.iter().map(told).collect());
    }
    Value::Object(members).to_string()
}

fn head(status: u16, title: Option<&str>, detail: &str) -> Map<String, Value> {
    let mut members = Map::new();
    members.insert("title".to_owned(), json!(title));
    members.insert("status".to_owned(), json!(status));
    members.insert("detail".to_owned(), json!(detail));
    members
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::error::Code;

    #[track_caller]
    fn check(error: &Error, expected: Value) {
        assert_eq!(serde_json::from_str::<Value>(&of_error(error, Some("T"), "r1")).unwrap(), expected);
    }

    #[test]
    fn an_error_has_the_members_of_a_fault() {
        let violation = json!({ "code": "INVALID_DATE_FORMAT", "field": "a/b", "message": "m" });
        check(
            &Error::at(Code::InvalidDateFormat, "a/b", "m"),
            json!({ "title": "T", "status": 422, "detail": "m", "code": "INVALID_DATE_FORMAT", "field": "a/b",
                    "requestID": "r1", "retryable": false, "violations": [violation] }),
        );
        check(
            &Error::new(Code::ServiceUnavailable, "later"),
            json!({ "title": "T", "status": 503, "detail": "later", "code": "SERVICE_UNAVAILABLE",
                    "requestID": "r1", "retryable": true }),
        );
    }

    #[test]
    fn a_fault_of_ours_tells_the_request_id_alone() {
        let mut error = Error::internal("the disk of somebody");
        error.message = "secret".to_owned();
        let text = of_error(&error, None, "r1");
        assert!(!text.contains("secret") && !text.contains("disk of") && text.contains("r1"), "{text}");
    }

    #[test]
    fn every_class_has_a_status_of_errors() {
        for code in Code::ALL {
            assert!((400..600).contains(&status(code.class())), "{code}");
        }
    }
}
