//! One request: from its head to its answer.
//!
//! Order of checks: is the server full, declared size, coding, size as it arrives, room for the bytes, time, size
//! unpacked, a place. Nothing of a body that is refused is kept. Deliberately absent: logging of answers, which the handler does, for only
//! it knows operation and code.

use std::convert::Infallible;
use std::future::Future;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use hyper::header::{CONNECTION, HeaderName, HeaderValue, TRANSFER_ENCODING};
use tokio::time::{Instant, timeout_at};

use super::arriving::Arriving;
use super::coding::{self, Coding};
use super::pulse::Pulse;
use super::{Body, BodyError, Handler, Head, HttpLimits, Peer, Refusal, Request, RequestId, Response};

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// How long after its deadline a handler may still answer by itself; never longer than it had to begin with.
const OVERDUE_GRACE_MAX: Duration = Duration::from_secs(2);
/// A body of declared length gets its room at once, up to this; beyond, room grows with what has arrived.
const ROOM_AT_ONCE_BYTES: u64 = 256 * 1024;

/// What all connections of a server share.
pub(super) struct Shared {
    pub(super) handler: Arc<dyn Handler>,
    pub(super) limits: HttpLimits,
    pub(super) in_flight: AtomicUsize,
    pub(super) bodies_bytes: AtomicU64,
}

/// What all requests of a connection share.
pub(super) struct Caller {
    pub(super) shared: Arc<Shared>,
    pub(super) peer: Peer,
    pub(super) pulse: Arc<Pulse>,
    /// The connection is one too many: it gets an answer, but only a refusal.
    pub(super) refused: bool,
}

/// Answers one request.
pub(super) async fn answer(
    caller: Arc<Caller>,
    request: hyper::Request<Incoming>,
) -> Result<hyper::Response<Outgoing>, Infallible> {
    caller.pulse.busy();
    let (parts, mut body) = request.into_parts();
    let head = Arc::new(Head {
        method: parts.method,
        target: parts.uri,
        version: parts.version,
        headers: parts.headers,
        peer: caller.peer,
        request_id: RequestId::random(),
    });
    let read_two_ways = caller.pulse.length_seen() && head.headers.contains_key(TRANSFER_ENCODING);
    let mut turn = Turn { caller: Arc::clone(&caller), placed: false };
    let (response, unread) = if caller.shared.handler.streams(&head) {
        streamed(&caller, &head, &mut turn, body).await
    } else {
        match turn.take_in(&head, &mut body).await {
            Ok((bytes, room)) => (run(&caller, &head, bytes, room).await, false),
            Err(refusal) => (refuse(&caller, &head, refusal), !body.is_end_stream()),
        }
    };
    let mut response = coding::pack(&head, response, &caller.shared.limits);
    let headers = response.headers_mut();
    headers.extend(head.request_id.header_value().map(|value| (X_REQUEST_ID, value)));
    if unread {
        caller.pulse.linger_at_close();
    }
    if unread || read_two_ways || caller.refused {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    Ok(response.map(|body| Outgoing { body, _turn: turn }))
}

async fn run(caller: &Caller, head: &Arc<Head>, body: Bytes, room: Room) -> Response {
    let limits = &caller.shared.limits;
    let deadline = Instant::now() + limits.request_timeout;
    let _held_while_it_runs = room;
    let handled = caller.shared.handler.handle(Request { head: Arc::clone(head), body, deadline });
    let overdue = deadline + limits.request_timeout.min(OVERDUE_GRACE_MAX);
    match timeout_at(overdue, Guarded(handled)).await {
        Ok(Ok(response)) => response,
        Ok(Err(Panicked)) => refuse(caller, head, Refusal::Failed),
        Err(_) => refuse(caller, head, Refusal::Overdue { retry_after_s: limits.retry_after_s }),
    }
}

/// Hands the body over while it arrives; the answer, and whether some of the body was not read.
async fn streamed(caller: &Caller, head: &Arc<Head>, turn: &mut Turn, body: Incoming) -> (Response, bool) {
    let body = Arriving::new(body, caller.shared.limits.body_timeout);
    let ended = body.ended();
    let response = match turn.take_place() {
        Ok(()) => {
            let handled = caller.shared.handler.take(Arc::clone(head), body);
            Guarded(handled).await.unwrap_or_else(|Panicked| refuse(caller, head, Refusal::Failed))
        }
        Err(refusal) => refuse(caller, head, refusal),
    };
    (response, !ended.load(Relaxed))
}

fn refuse(caller: &Caller, head: &Head, refusal: Refusal) -> Response {
    tracing::trace!(request = %head.request_id, ?refusal, "request refused");
    let mut response = caller.shared.handler.refuse(head, refusal);
    refusal.add_headers(response.headers_mut());
    response
}

/// A request's stay in the server; it ends when the answer's body has been handed over.
struct Turn {
    caller: Arc<Caller>,
    /// It has a place among the requests in flight.
    placed: bool,
}

impl Turn {
    /// Takes a place at once, for a body that is read while the request runs.
    fn take_place(&mut self) -> Result<(), Refusal> {
        let limits = &self.caller.shared.limits;
        let overloaded = Refusal::Overloaded { retry_after_s: limits.retry_after_s };
        if self.caller.refused {
            return Err(overloaded);
        }
        self.placed = true;
        let in_flight = self.caller.shared.in_flight.fetch_add(1, Relaxed) + 1;
        if in_flight > limits.requests_in_flight_max { Err(overloaded) } else { Ok(()) }
    }

    /// Reads the body and takes a place, or says why not. A place is taken only once the body is there, so that
    /// callers who send slowly keep no others out; a full server refuses before the body all the same.
    async fn take_in(&mut self, head: &Head, body: &mut Incoming) -> Result<(Bytes, Room), Refusal> {
        let shared = Arc::clone(&self.caller.shared);
        let limits = &shared.limits;
        let overloaded = Refusal::Overloaded { retry_after_s: limits.retry_after_s };
        if self.caller.refused || shared.in_flight.load(Relaxed) >= limits.requests_in_flight_max {
            return Err(overloaded);
        }
        let limit_bytes = limits.message_bytes_max;
        if body.size_hint().lower() > limit_bytes {
            return Err(Refusal::TooLarge { limit_bytes });
        }
        let mut room = Room { shared: Arc::clone(&shared), bytes: 0 };
        let mut bytes = Bytes::new();
        if !body.is_end_stream() {
            let coding = coding::of_request(&head.headers)?;
            let deadline = Instant::now() + limits.body_timeout;
            let collected = timeout_at(deadline, collect(body, limit_bytes, &mut room, overloaded));
            bytes = collected.await.map_err(|_| Refusal::BodyTimeout)??;
            if let Some(coding) = coding {
                bytes = unpacked(coding, &bytes, &mut room, limits)?;
            }
        }
        tracing::trace!(request = %head.request_id, bytes = bytes.len(), "request read");
        self.placed = true;
        let in_flight = shared.in_flight.fetch_add(1, Relaxed) + 1;
        if in_flight > limits.requests_in_flight_max { Err(overloaded) } else { Ok((bytes, room)) }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if self.placed {
            self.caller.shared.in_flight.fetch_sub(1, Relaxed);
        }
        self.caller.pulse.idle();
    }
}

/// The bytes of bodies that this request holds, counted against the server's total.
struct Room {
    shared: Arc<Shared>,
    bytes: u64,
}

impl Room {
    fn grow(&mut self, bytes: usize) -> bool {
        let bytes = bytes as u64;
        self.bytes += bytes;
        self.shared.bodies_bytes.fetch_add(bytes, Relaxed) + bytes <= self.shared.limits.bodies_bytes_max
    }
}

impl Drop for Room {
    fn drop(&mut self) {
        self.shared.bodies_bytes.fetch_sub(self.bytes, Relaxed);
    }
}

/// Reads a body piece by piece; one that comes in one piece is not copied.
async fn collect(
    body: &mut Incoming,
    limit_bytes: u64,
    room: &mut Room,
    overloaded: Refusal,
) -> Result<Bytes, Refusal> {
    let declared_bytes = body.size_hint().exact().unwrap_or(0).min(ROOM_AT_ONCE_BYTES);
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    while let Some(frame) = next_frame(body).await {
        let Ok(data) = frame.map_err(|_| Refusal::BodyBroken)?.into_data() else { continue };
        if room.bytes + data.len() as u64 > limit_bytes {
            return Err(Refusal::TooLarge { limit_bytes });
        }
        if !room.grow(data.len()) {
            return Err(overloaded);
        }
        if first.is_empty() && rest.is_empty() {
            first = data;
            continue;
        }
        if rest.is_empty() {
            rest.reserve((first.len() + data.len()).max(declared_bytes as usize));
            rest.extend_from_slice(&first);
        }
        rest.extend_from_slice(&data);
    }
    Ok(if rest.is_empty() { first } else { rest.freeze() })
}

/// Both forms count as held until the request has ended. Unpacking waits for nothing, so no more of it goes on at once,
/// uncounted, than there are threads.
fn unpacked(coding: Coding, packed: &Bytes, room: &mut Room, limits: &HttpLimits) -> Result<Bytes, Refusal> {
    if packed.is_empty() {
        return Ok(Bytes::new());
    }
    let body = coding::unpack(coding, packed, limits)?;
    match room.grow(body.len()) {
        true => Ok(Bytes::from(body)),
        false => Err(Refusal::Overloaded { retry_after_s: limits.retry_after_s }),
    }
}

async fn next_frame(body: &mut Incoming) -> Option<Result<Frame<Bytes>, hyper::Error>> {
    std::future::poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await
}

struct Panicked;

/// A handler whose panic becomes an answer: one bad request must not take its connection's neighbours along.
struct Guarded<F>(F);

impl<F: Future + Unpin> Future for Guarded<F> {
    type Output = Result<F::Output, Panicked>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match catch_unwind(AssertUnwindSafe(|| Pin::new(&mut self.0).poll(context))) {
            Ok(outcome) => outcome.map(Ok),
            Err(_) => Poll::Ready(Err(Panicked)),
        }
    }
}

/// The answer's body on its way out, and the request's place in flight.
pub(super) struct Outgoing {
    body: Body,
    _turn: Turn,
}

impl HttpBody for Outgoing {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
