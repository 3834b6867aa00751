//! What the HTTP server refuses by itself, and the plain answer for callers that speak no SOAP.
//!
//! Deliberately absent: heads that are no HTTP or don't arrive in time. There the caller's language is not
//! known: the former gets a bare 400, 414 or 431, the latter a closed connection.

use async_trait::async_trait;
use hyper::header::{ACCEPT_ENCODING, CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use hyper::{HeaderMap, StatusCode};

use super::coding::ACCEPTED;
use super::{Body, Handler, Head, Request, Response};
use crate::domain::error::Error;
use crate::wire;

/// Why a request did not get through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The body is larger than the limit: declared, sent or unpacked.
    TooLarge {
        /// The limit.
        limit_bytes: u64,
    },
    /// The body comes to too many times the bytes that were sent.
    InflatesTooFar {
        /// The limit.
        ratio_max: u64,
    },
    /// The Content-Encoding is none that is known, or there are several.
    UnknownCoding,
    /// The body is not what its Content-Encoding says.
    CodingBroken,
    /// The body did not arrive in time.
    BodyTimeout,
    /// The body's framing is broken, or it ended early.
    BodyBroken,
    /// Too many connections, requests or bytes at once.
    Overloaded {
        /// What Retry-After says.
        retry_after_s: u32,
    },
    /// The handler gave no answer in time; whether the request had an effect is not known.
    Overdue {
        /// What Retry-After says.
        retry_after_s: u32,
    },
    /// The handler failed; a fault of ours.
    Failed,
}

impl Refusal {
    /// The status that the answer has where no other rule of the caller's protocol holds.
    pub fn status(self) -> StatusCode {
        match self {
            Refusal::TooLarge { .. } | Refusal::InflatesTooFar { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Refusal::UnknownCoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Refusal::BodyTimeout => StatusCode::REQUEST_TIMEOUT,
            Refusal::BodyBroken | Refusal::CodingBroken => StatusCode::BAD_REQUEST,
            Refusal::Overloaded { .. } | Refusal::Overdue { .. } => StatusCode::SERVICE_UNAVAILABLE,
            Refusal::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The public text.
    pub fn message(self) -> String {
        match self {
            Refusal::TooLarge { limit_bytes } => {
                format!("the message is larger than the limit of {limit_bytes} bytes")
            }
            Refusal::InflatesTooFar { ratio_max } => {
                format!("the message unpacked is larger than the limit of {ratio_max} times what was sent")
            }
            Refusal::UnknownCoding => {
                "this Content-Encoding is not supported; send gzip, deflate or no encoding".to_owned()
            }
            Refusal::CodingBroken => {
                "the message is not whole in its Content-Encoding, or there is more behind its end".to_owned()
            }
            Refusal::BodyTimeout => "the message did not arrive completely in time".to_owned(),
            Refusal::BodyBroken => "the message ended early or its transfer coding is broken".to_owned(),
            Refusal::Overloaded { .. } => "the server is busy, try again later".to_owned(),
            Refusal::Overdue { .. } => {
                "no answer in time; whether the request had an effect is not known".to_owned()
            }
            Refusal::Failed => "an internal error occurred".to_owned(),
        }
    }

    /// Seconds to wait before the next try, where trying again makes sense.
    fn retry_after_s(self) -> Option<u32> {
        match self {
            Refusal::Overloaded { retry_after_s } | Refusal::Overdue { retry_after_s } => Some(retry_after_s),
            Refusal::TooLarge { .. }
            | Refusal::InflatesTooFar { .. }
            | Refusal::UnknownCoding
            | Refusal::CodingBroken
            | Refusal::BodyTimeout
            | Refusal::BodyBroken
            | Refusal::Failed => None,
        }
    }

    /// What its answer has to say beside status and text, in whatever language it is.
    pub(super) fn add_headers(self, headers: &mut HeaderMap) {
        if let Some(seconds) = self.retry_after_s() {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self == Refusal::UnknownCoding {
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(ACCEPTED));
        }
    }
}

/// A refusal as `application/problem+json`.
pub fn refused(refusal: Refusal) -> Response {
    problem(refusal.status(), &refusal.message())
}

/// A status and its reason as `application/problem+json` (RFC 9457).
pub fn problem(status: StatusCode, detail: &str) -> Response {
    problem_response(status, wire::problem::plain(status.as_u16(), status.canonical_reason(), detail))
}

/// An error as `application/problem+json`, with the members of the fault detail.
pub fn problem_of(error: &Error, head: &Head) -> Response {
    let status = wire::problem::status(error.code.class());
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let request_id = head.request_id.to_string();
    problem_response(status, wire::problem::of_error(error, status.canonical_reason(), &request_id))
}

fn problem_response(status: StatusCode, text: String) -> Response {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(wire::problem::MEDIA_TYPE));
    response
}

/// The handler of an address that has nothing behind it.
#[derive(Debug, Clone, Copy)]
pub struct Unrouted;

#[async_trait]
impl Handler for Unrouted {
    async fn handle(&self, _: Request) -> Response {
        problem(StatusCode::NOT_FOUND, "there is nothing at this path")
    }
}
