//! The client's end of the socket, for commands that find the data folder in use.
//!
//! Deliberately absent: timeouts; an export takes as long as it takes, and the person who waits can stop it.

use std::path::Path;

use bytes::Bytes;
use http_body_util::Full;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper::header::{HOST, HeaderValue};
use hyper::{Method, Request, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;

use super::{Answer, place};
use crate::failure::{Exit, Failure};

/// A connection to the server that holds a data folder.
#[derive(Debug)]
pub struct AdminClient {
    sender: SendRequest<Full<Bytes>>,
}

impl AdminClient {
    /// Connects to the server that holds `data_dir`.
    pub async fn connect(data_dir: &Path) -> std::io::Result<Self> {
        let stream = UnixStream::connect(place::find(&data_dir.canonicalize()?)?).await?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await.map_err(std::io::Error::other)?;
        // Errors of the connection come out where a request or an answer is waited for.
        tokio::spawn(async move { drop(connection.await) });
        Ok(AdminClient { sender })
    }

    /// Sends a request and returns its answer as soon as that begins.
    pub async fn request(&mut self, method: Method, target: &str, body: Bytes) -> Result<Answer, Failure> {
        let broken = |error: hyper::Error| {
            Failure::new(Exit::Unavailable, format!("the running server did not answer: {error}"))
        };
        let target =
            target.parse::<Uri>().map_err(|error| Failure::new(Exit::Internal, error.to_string()))?;
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = method;
        *request.uri_mut() = target;
        request.headers_mut().insert(HOST, HeaderValue::from_static("localhost"));
        self.sender.ready().await.map_err(broken)?;
        let response = self.sender.send_request(request).await.map_err(broken)?;
        Ok(Answer::new(response))
    }
}
