//! An answer, line by line, whether it came over the socket or from a handler in this process.
//!
//! Deliberately absent: what the lines mean.

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::StatusCode;
use hyper::body::Body as HttpBody;

use crate::transport::http::{BodyError, Response};

/// Longer lines are no data of ours.
const LINE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// An answer that is being read.
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    body: UnsyncBoxBody<Bytes, BodyError>,
    read: BytesMut,
    /// So much of `read` holds no line break.
    searched: usize,
}

impl Answer {
    pub(super) fn new<B>(response: hyper::Response<B>) -> Self
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BodyError>,
    {
        let status = response.status();
        let body = response.into_body().map_err(Into::into).boxed_unsync();
        Answer { status, body, read: BytesMut::new(), searched: 0 }
    }

    /// The next line without its line break; `None` at the end. An answer that broke off is an error.
    pub async fn next_line(&mut self) -> Result<Option<Bytes>, BodyError> {
        loop {
            if let Some(length) = memchr::memchr(b'\n', &self.read[self.searched..]) {
                let line = self.read.split_to(self.searched + length + 1).freeze();
                self.searched = 0;
                return Ok(Some(line.slice(..line.len() - 1)));
            }
            self.searched = self.read.len();
            if self.searched > LINE_BYTES_MAX {
                return Err("a line of the answer is too long".into());
            }
            match self.body.frame().await {
                Some(frame) => self.read.extend(frame?.into_data()),
                None if self.read.is_empty() => return Ok(None),
                None => {
                    self.searched = 0;
                    return Ok(Some(self.read.split().freeze()));
                }
            }
        }
    }
}

/// An answer of a handler in this process.
impl From<Response> for Answer {
    fn from(response: Response) -> Self {
        Answer::new(response)
    }
}
