//! What one connection is doing, and by when it must have done it.
//!
//! The connection's task, its stream and its requests share a [`Pulse`]; they all run on that one task, so
//! relaxed atomics do. Setting a deadline is a store: the one timer of a connection looks only when it fires or
//! when a deadline came nearer. Deliberately absent: the deadlines of a body and of a request, which have
//! answers and so live where the answers are made.

use std::io::{self, IoSlice};
use std::os::fd::AsFd;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering::Relaxed};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use rustix::io::ioctl_fionread;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

use super::HttpLimits;

/// How long, and for how many bytes, a refused caller may go on sending before it is cut off: long enough for
/// it to read the refusal, which a reset connection would throw away; never longer than a connection may be idle.
const LINGER_MAX: Duration = Duration::from_secs(5);
const LINGER_BYTES_MAX: u64 = 64 * 1024 * 1024;
const LINGER_BUFFER_BYTES: usize = 16 * 1024;
const CONTENT_LENGTH: &[u8] = b"content-length";

const IDLE: u8 = 0;
const HEAD: u8 = 1;
const BUSY: u8 = 2;
const LINGERING: u8 = 3;

/// "No deadline" in [`Pulse::phase_due_ms`] and [`Pulse::write_due_ms`].
const NEVER: u64 = u64::MAX;

#[derive(Debug)]
pub(super) struct Pulse {
    start: Instant,
    header_timeout: Duration,
    idle_timeout: Duration,
    write_timeout: Duration,
    phase: AtomicU8,
    phase_due_ms: AtomicU64,
    write_due_ms: AtomicU64,
    linger: AtomicBool,
    length_seen: AtomicBool,
    ends_when_idle: AtomicBool,
}

impl Pulse {
    pub(super) fn new(limits: &HttpLimits) -> Self {
        let pulse = Pulse {
            start: Instant::now(),
            header_timeout: limits.header_timeout,
            idle_timeout: limits.idle_timeout,
            write_timeout: limits.write_timeout,
            phase: AtomicU8::new(IDLE),
            phase_due_ms: AtomicU64::new(NEVER),
            write_due_ms: AtomicU64::new(NEVER),
            linger: AtomicBool::new(false),
            length_seen: AtomicBool::new(false),
            ends_when_idle: AtomicBool::new(false),
        };
        pulse.idle();
        pulse
    }

    /// The answer is written out or in the buffer: now a next request may come.
    pub(super) fn idle(&self) {
        self.enter(IDLE, self.in_ms(self.idle_timeout));
    }

    /// A request has its own deadlines from here.
    pub(super) fn busy(&self) {
        self.enter(BUSY, NEVER);
    }

    /// No request is waited for any more.
    pub(super) fn end_when_idle(&self) {
        self.ends_when_idle.store(true, Relaxed);
    }

    /// Has a request been read whose answer is not written out?
    pub(super) fn is_answering(&self) -> bool {
        self.phase.load(Relaxed) == BUSY || self.write_due_ms.load(Relaxed) != NEVER
    }

    fn ends(&self) -> bool {
        self.ends_when_idle.load(Relaxed) && self.phase.load(Relaxed) == IDLE && !self.is_answering()
    }

    /// The refused caller may be sending still: read on a while before closing.
    pub(super) fn linger_at_close(&self) {
        self.linger.store(true, Relaxed);
    }

    /// A connection that ends in a head was refused by hyper (400, 414, 431): there too more may be coming.
    fn lingers(&self) -> bool {
        self.linger.load(Relaxed) || matches!(self.phase.load(Relaxed), HEAD | LINGERING)
    }

    /// Has a Content-Length been seen on this connection, perhaps beside a Transfer-Encoding?
    pub(super) fn length_seen(&self) -> bool {
        self.length_seen.load(Relaxed)
    }

    /// The nearest deadline.
    pub(super) fn due(&self) -> Option<Instant> {
        let due_ms = self.phase_due_ms.load(Relaxed).min(self.write_due_ms.load(Relaxed));
        (due_ms != NEVER).then(|| self.start + Duration::from_millis(due_ms))
    }

    fn enter(&self, phase: u8, due_ms: u64) {
        self.phase.store(phase, Relaxed);
        self.phase_due_ms.store(due_ms, Relaxed);
    }

    fn in_ms(&self, span: Duration) -> u64 {
        u64::try_from((self.start.elapsed() + span).as_millis()).unwrap_or(NEVER)
    }

    fn bytes_read(&self) {
        if self.phase.load(Relaxed) == IDLE {
            self.enter(HEAD, self.in_ms(self.header_timeout));
        }
    }

    fn write_waits(&self) {
        if self.write_due_ms.load(Relaxed) == NEVER {
            self.write_due_ms.store(self.in_ms(self.write_timeout), Relaxed);
        }
    }

    fn wrote(&self) {
        self.write_due_ms.store(NEVER, Relaxed);
    }
}

/// A stream that tells its [`Pulse`] what passes.
#[derive(Debug)]
pub(super) struct Watched<S> {
    stream: S,
    pulse: Arc<Pulse>,
    /// The end of what was read, in case `content-length` is cut in two.
    tail: Vec<u8>,
    lingered_bytes: u64,
    write_half_closed: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Watched<S> {
    pub(super) fn new(stream: S, pulse: Arc<Pulse>) -> Self {
        Watched { stream, pulse, tail: Vec::new(), lingered_bytes: 0, write_half_closed: false }
    }

    /// hyper reads a message with both Content-Length and Transfer-Encoding by its chunks and drops the
    /// Content-Length without a trace; RFC 9112 (6.1) asks for the connection to be closed after it. So the
    /// bytes are searched until a Content-Length has been seen once: on most connections in the first read.
    fn look_for_length(&mut self, read: &[u8]) {
        if self.pulse.length_seen() {
            return;
        }
        let joint = CONTENT_LENGTH.len() - 1;
        self.tail.extend_from_slice(&read[..read.len().min(joint)]);
        if holds_length(&self.tail) || holds_length(read) {
            self.pulse.length_seen.store(true, Relaxed);
        }
        let end = &read[read.len().saturating_sub(joint)..];
        self.tail.extend_from_slice(if read.len() > joint { end } else { &[] });
        self.tail.drain(..self.tail.len().saturating_sub(joint));
    }

    /// Reads and forgets what a refused caller still sends.
    fn poll_linger(&mut self, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // Once: it is polled again when its time is up.
        if self.pulse.phase.load(Relaxed) != LINGERING {
            self.pulse.enter(LINGERING, self.pulse.in_ms(self.pulse.idle_timeout.min(LINGER_MAX)));
        }
        let mut buffer = [0; LINGER_BUFFER_BYTES];
        loop {
            let mut read = ReadBuf::new(&mut buffer);
            ready!(Pin::new(&mut self.stream).poll_read(context, &mut read))?;
            self.lingered_bytes += read.filled().len() as u64;
            if read.filled().is_empty() || self.lingered_bytes > LINGER_BYTES_MAX {
                return Poll::Ready(Ok(()));
            }
        }
    }

    fn after_write<T>(&self, outcome: Poll<T>) -> Poll<T> {
        if outcome.is_pending() {
            self.pulse.write_waits()
        } else {
            self.pulse.wrote()
        }
        outcome
    }
}

fn holds_length(bytes: &[u8]) -> bool {
    memchr::memchr2_iter(b'c', b'C', bytes).any(|at| {
        bytes.get(at..at + CONTENT_LENGTH.len()).is_some_and(|word| word.eq_ignore_ascii_case(CONTENT_LENGTH))
    })
}

impl<S: AsyncRead + AsyncWrite + AsFd + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        if Pin::new(&mut self.stream).poll_read(context, buffer)?.is_pending() {
            // What the system has received already may be a request; the runtime tells of it in a moment.
            let nothing_arrived = || ioctl_fionread(&self.stream).is_ok_and(|bytes| bytes == 0);
            return if self.pulse.ends() && nothing_arrived() { Poll::Ready(Ok(())) } else { Poll::Pending };
        }
        let read = &buffer.filled()[before..];
        if !read.is_empty() {
            self.pulse.bytes_read();
            self.look_for_length(read);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write(context, bytes);
        self.after_write(outcome)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let outcome = Pin::new(&mut self.stream).poll_write_vectored(context, slices);
        self.after_write(outcome)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        if !self.write_half_closed {
            ready!(Pin::new(&mut self.stream).poll_shutdown(context))?;
            self.write_half_closed = true;
        }
        if self.pulse.lingers() { self.poll_linger(context) } else { Poll::Ready(Ok(())) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(reads: &[&str], expected: bool) {
        let limits = HttpLimits::from(&crate::config::Limits::default());
        let pulse = Arc::new(Pulse::new(&limits));
        let mut watched = Watched::new(tokio::io::empty(), Arc::clone(&pulse));
        reads.iter().for_each(|read| watched.look_for_length(read.as_bytes()));
        assert_eq!(pulse.length_seen(), expected, "{reads:?}");
    }

    #[test]
    fn content_length_is_seen_however_it_is_cut() {
        check(&["GET / HTTP/1.1\r\nHost: c\r\n\r\n"], false);
        check(&["POST / HTTP/1.1\r\nCONTENT-Length: 5\r\n\r\n"], true);
        check(&["x\r\ncontent", "-length: 5"], true);
        check(&["x\r\nc", "ontent-lengt", "h: 5"], true);
        check(&["content-typ", "e-length"], false);
        let text = "content-length";
        let single: Vec<&str> = (0..text.len()).map(|at| &text[at..=at]).collect();
        check(&single, true);
        check(&single[1..], false);
    }
}
