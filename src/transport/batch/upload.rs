//! `PUT /batch/<fileset>/<name>`: a file is written while it arrives, and is a run once it is whole.
//!
//! Order of checks: names, checksum header, coding, range, declared size, whether the name is free (where asked for),
//! room for one more, size as it arrives, checksum. A file that is refused, or whose caller goes away, leaves nothing
//! behind. `If-None-Match: *` is fulfilled while no file of the name is there that was not run to its end: a name may come
//! again, each time as a run of its own. It is looked at before the body, and again when the run comes about, so that of two
//! who send the same name at the same time one is refused. Deliberately absent: appending to a file, and content codings; a packed file is sent as it is.

use hyper::StatusCode;
use hyper::header::{CONTENT_ENCODING, CONTENT_RANGE, HeaderValue, IF_NONE_MATCH, LOCATION};
use serde_json::json;
use tokio::time::timeout;

use super::path::decoded;
use super::{BatchService, digest, error_of, runs};
use crate::domain::error::{Code, Error};
use crate::jobs::batch;
use crate::transport::http::{Arriving, Head, Refusal, Response, problem, refused};

/// Whose files these are while no users are known.
const WHO: &str = "anonymous";

/// Why a file was not taken.
enum NotTaken {
    Refused(Error),
    /// Where there is no code.
    Status(StatusCode, &'static str),
    /// The body did not come.
    Body(Refusal),
}

impl From<batch::Refusal> for NotTaken {
    fn from(refusal: batch::Refusal) -> Self {
        match refusal {
            batch::Refusal::NameTaken => NotTaken::Status(
                StatusCode::PRECONDITION_FAILED,
                "a file of this name was not run to its end yet",
            ),
            other => NotTaken::Refused(error_of(other)),
        }
    }
}

impl From<Error> for NotTaken {
    fn from(error: Error) -> Self {
        NotTaken::Refused(error)
    }
}

impl BatchService {
    pub(super) async fn upload(&self, head: &Head, fileset: &str, name: &str, body: Arriving) -> Response {
        match self.take_file(head, fileset, name, body).await {
            Ok(id) => created(id),
            Err(NotTaken::Refused(error)) => self.refused(&error, head),
            Err(NotTaken::Status(status, why)) => problem(status, why),
            Err(NotTaken::Body(refusal)) => refused(refusal),
        }
    }

    async fn take_file(
        &self,
        head: &Head,
        fileset: &str,
        name: &str,
        mut body: Arriving,
    ) -> Result<u64, NotTaken> {
        let (fileset, name) = (name_of(fileset, "fileset")?, name_of(name, "name of the file")?);
        let sha256 =
            digest::expected(&head.headers).map_err(|why| Error::new(Code::MalformedMessage, why))?;
        check_headers(head)?;
        self.check_size(body.declared_bytes().unwrap_or(0))?;
        let only_if_free = head.headers.get(IF_NONE_MATCH).is_some_and(|value| value == "*");
        if only_if_free {
            self.batches.check_free(&fileset, &name).await?;
        }
        let overloaded = Refusal::Overloaded { retry_after_s: self.retry_after_s };
        let _room = self.uploads.try_acquire().map_err(|_| NotTaken::Body(overloaded))?;
        let mut submission = self.batches.submit(&fileset, &name, WHO).await?.only_if_free(only_if_free);
        let mut bytes = 0;
        while let Some(piece) = body.next().await.map_err(NotTaken::Body)? {
            bytes += piece.len() as u64;
            self.check_size(bytes)?;
            submission.write(&piece).await?;
        }
        match timeout(self.request_timeout, submission.finish(sha256)).await {
            Ok(outcome) => Ok(outcome?),
            Err(_) => {
                let message =
                    "no answer in time; whether the file was taken is not known, the list of runs tells";
                Err(Error::new(Code::Timeout, message).into())
            }
        }
    }

    fn check_size(&self, bytes: u64) -> Result<(), Error> {
        let limit = self.upload_bytes_max;
        let message = || format!("the file is over the limit limits.upload_bytes_max of {limit}");
        if bytes > limit { Err(Error::new(Code::MessageTooLarge, message())) } else { Ok(()) }
    }
}

fn name_of(step: &str, what: &'static str) -> Result<String, Error> {
    let message = format!("the {what} in the path is not UTF-8, percent-encoded");
    decoded(step).ok_or_else(|| Error::at(Code::InvalidAttributeValue, what, message))
}

fn check_headers(head: &Head) -> Result<(), NotTaken> {
    let coding = head.headers.get(CONTENT_ENCODING);
    if coding.is_some_and(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        let why = "a file is sent as it is, without Content-Encoding; one packed with gzip is called .xml.gz";
        return Err(NotTaken::Status(StatusCode::UNSUPPORTED_MEDIA_TYPE, why));
    }
    if head.headers.contains_key(CONTENT_RANGE) {
        return Err(NotTaken::Status(StatusCode::BAD_REQUEST, "a file is sent whole, without Content-Range"));
    }
    Ok(())
}

fn created(id: u64) -> Response {
    let location = format!("{}/{id}", runs::PATH);
    let mut response = runs::json_response(&json!({ "run": id, "location": location }));
    *response.status_mut() = StatusCode::CREATED;
    response.headers_mut().extend(HeaderValue::from_str(&location).map(|value| (LOCATION, value)));
    response
}
