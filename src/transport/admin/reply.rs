//! What the routes for reference data and history have in common: their bodies, lines and refusals.
//!
//! Identifiers of customers stand in bodies, never in targets, for targets are logged.

use hyper::StatusCode;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::error::{Class, Code, Error};
use crate::transport::http::{Body, Response, problem};

const JSON_LINES: HeaderValue = HeaderValue::from_static("application/jsonl");

/// The body of a request.
pub(super) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(body)
        .map_err(|_| Error::new(Code::MalformedMessage, "the body is not of this route's form"))
}

/// An answer of lines.
pub(super) fn lines(body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    response.headers_mut().insert(CONTENT_TYPE, JSON_LINES);
    response
}

/// Appends a line of data.
pub(super) fn push_line(lines: &mut Vec<u8>, data: &impl Serialize) {
    // Texts and numbers always have a JSON form, and writing to memory does not fail.
    let _ = serde_json::to_writer(&mut *lines, data);
    lines.push(b'\n');
}

/// The answer to a request that failed.
pub(super) fn refused(error: &Error) -> Response {
    problem(status(error.code.class()), &told(error))
}

/// An administrator is shown the cause too: that is who would look it up in the log.
pub(super) fn told(error: &Error) -> String {
    match std::error::Error::source(error) {
        Some(source) => format!("{}: {source}", error.message),
        None => error.message.clone(),
    }
}

fn status(class: Class) -> StatusCode {
    match class {
        Class::Malformed | Class::Invalid | Class::RuleViolated => StatusCode::BAD_REQUEST,
        Class::NotFound | Class::UnknownOperation => StatusCode::NOT_FOUND,
        Class::AlreadyExists => StatusCode::CONFLICT,
        Class::Unauthenticated => StatusCode::UNAUTHORIZED,
        Class::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Class::Contention | Class::Timeout | Class::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Class::Internal | Class::CorruptRecord => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
