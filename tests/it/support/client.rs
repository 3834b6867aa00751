//! An HTTP client that sends exactly what it is given.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

use flate2::bufread::GzDecoder;

/// Nothing that a test waits for takes longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A connection that is kept alive.
pub(crate) struct Client {
    stream: BufReader<TcpStream>,
}

/// An answer.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    /// Unpacked, if it came with gzip.
    pub(crate) body: String,
}

impl Answer {
    /// The first header of this name (in lower case).
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The text of the first element of this name, whatever its prefix or attributes.
    #[track_caller]
    pub(crate) fn text(&self, name: &str) -> &str {
        self.find_text(name).unwrap_or_else(|| panic!("no {name} in {}", self.body))
    }

    /// The same, if there is one.
    pub(crate) fn find_text(&self, name: &str) -> Option<&str> {
        let starts = [format!("<{name}>"), format!(":{name}>"), format!("<{name} ")];
        let at = starts.iter().filter_map(|start| self.body.find(start.as_str())).min()?;
        let (_, rest) = self.body[at..].split_once('>')?;
        rest.split_once('<').map(|(text, _)| text)
    }
}

impl Client {
    pub(crate) fn connect(address: &str) -> Self {
        Client::try_connect(address).unwrap()
    }

    /// The same where the server may be gone.
    pub(crate) fn try_connect(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        Ok(Client { stream: BufReader::new(stream) })
    }

    /// With less patience: an answer that takes longer is an error.
    pub(crate) fn within(self, patience: Duration) -> Self {
        self.stream.get_ref().set_read_timeout(Some(patience)).unwrap();
        self
    }

    /// Sends a SOAP 1.1 message to the service.
    pub(crate) fn post(&mut self, envelope: &str) -> Answer {
        self.try_post(envelope).unwrap()
    }

    /// The same where the server may be killed meanwhile.
    pub(crate) fn try_post(&mut self, envelope: &str) -> io::Result<Answer> {
        self.try_send(envelope)?;
        self.receive()
    }

    /// Only the first half of that: `receive` gets the answer.
    pub(crate) fn try_send(&mut self, envelope: &str) -> io::Result<()> {
        let headers = [("Content-Type", "text/xml; charset=utf-8")];
        self.send(&request("POST", super::soap::PATH, &headers, envelope.as_bytes()))
    }

    /// Sends a request with these headers besides Host and Content-Length.
    pub(crate) fn exchange(
        &mut self,
        method: &str,
        target: &str,
        headers: &[(&str, &str)],
        body: impl AsRef<[u8]>,
    ) -> Answer {
        self.send(&request(method, target, headers, body.as_ref())).unwrap();
        if method == "HEAD" { self.receive_head().unwrap().0 } else { self.receive().unwrap() }
    }

    /// Sends bytes.
    pub(crate) fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.stream.get_mut().write_all(bytes)
    }

    /// Reads one answer.
    pub(crate) fn receive(&mut self) -> io::Result<Answer> {
        let (mut answer, length) = self.receive_head()?;
        let mut body = vec![0; length];
        self.stream.read_exact(&mut body)?;
        answer.body = match answer.header("content-encoding") {
            Some("gzip") => io::read_to_string(GzDecoder::new(&body[..]))?,
            _ => String::from_utf8(body).unwrap(),
        };
        Ok(answer)
    }

    /// Nothing more will be sent from here.
    pub(crate) fn shut_down_sending(&mut self) {
        self.stream.get_ref().shutdown(Shutdown::Write).unwrap();
    }

    /// Reads what still comes until the server closes the connection.
    #[track_caller]
    pub(crate) fn rest(&mut self) -> String {
        let mut rest = Vec::new();
        match self.stream.read_to_end(&mut rest) {
            Ok(_) => {}
            // Closed while something that was sent had not been read.
            Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {}
            Err(error) => panic!("the server did not close the connection: {error}"),
        }
        String::from_utf8_lossy(&rest).into_owned()
    }

    fn receive_head(&mut self) -> io::Result<(Answer, usize)> {
        let status_line = self.line()?;
        let status = status_line.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap();
        let mut headers = Vec::new();
        loop {
            let line = self.line()?;
            if line.is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').unwrap();
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let answer = Answer { status, headers, body: String::new() };
        let length = answer.header("content-length").map_or(0, |length| length.parse().unwrap());
        Ok((answer, length))
    }

    fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        self.stream.read_line(&mut line)?;
        // Also where a server was killed in the middle of a line.
        if !line.ends_with('\n') {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok(line.trim_end().to_owned())
    }
}

/// The bytes of a request with these headers besides Host and Content-Length.
pub(crate) fn request(method: &str, target: &str, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut request = format!("{method} {target} HTTP/1.1\r\n");
    if !headers.iter().any(|(name, _)| *name == "Host") {
        request.push_str("Host: localhost\r\n");
    }
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    if !body.is_empty() || method == "POST" {
        request.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    request.push_str("\r\n");
    let mut request = request.into_bytes();
    request.extend_from_slice(body);
    request
}
