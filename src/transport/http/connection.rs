//! One connection: its stream, its deadlines, its end.
//!
//! A connection ends when its caller or its last request says so, when a deadline of its [`Pulse`] passes, or,
//! between requests, when the order to stop comes and nothing has arrived that was not read yet. Deliberately absent: reading of bytes as HTTP (hyper).

use std::future::{Future, poll_fn};
use std::os::fd::AsFd;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Poll, ready};

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::{Instant, sleep_until};

use super::Peer;
use super::pulse::{Pulse, Watched};
use super::service::{Caller, Shared, answer};
use crate::transport::shutdown::{Stage, reached};

/// The largest head, and the most that is read ahead of a request that is being answered.
const HEAD_BYTES_MAX: usize = 64 * 1024;

/// Serves a connection until it ends. `refused`: it is one too many, so that its request is only refused.
pub(super) async fn connection<S>(
    stream: S,
    peer: Peer,
    shared: Arc<Shared>,
    refused: bool,
    mut stage: watch::Receiver<Stage>,
) where
    S: AsyncRead + AsyncWrite + AsFd + Unpin + Send + 'static,
{
    let idle_timeout = shared.limits.idle_timeout;
    let pulse = Arc::new(Pulse::new(&shared.limits));
    let stream = TokioIo::new(Watched::new(stream, Arc::clone(&pulse)));
    let caller = Arc::new(Caller { shared, peer, pulse: Arc::clone(&pulse), refused });
    let service = service_fn(move |request| answer(Arc::clone(&caller), request));
    let mut served = pin!(builder().serve_connection(stream, service));
    let mut stopping = pin!(reached(&mut stage, Stage::Draining));
    // The order to stop has come; hyper knows.
    let (mut stopped, mut told) = (false, false);
    let mut timer = pin!(sleep_until(Instant::now() + idle_timeout));

    poll_fn(|context| {
        if !stopped && stopping.as_mut().poll(context).is_ready() {
            stopped = true;
            pulse.end_when_idle();
        }
        // Twice, for a request that arrived as the last one may be there, or even answered, after the first time.
        for _ in 0..=u8::from(stopped && !told) {
            // Not while it waits: hyper would throw away a request that has arrived and was not read yet.
            if stopped && !told && pulse.is_answering() {
                told = true;
                served.as_mut().graceful_shutdown();
            }
            if let Poll::Ready(outcome) = served.as_mut().poll(context) {
                if let Err(error) = outcome {
                    tracing::debug!(%error, "connection broke");
                }
                return Poll::Ready(());
            }
        }
        loop {
            let due = pulse.due();
            if due.is_some_and(|due| due < timer.deadline()) {
                timer.as_mut().reset(due.unwrap_or_else(Instant::now));
            }
            ready!(timer.as_mut().poll(context));
            let now = Instant::now();
            match due {
                Some(due) if due <= now => {
                    tracing::debug!("connection timed out");
                    return Poll::Ready(());
                }
                Some(due) => timer.as_mut().reset(due),
                None => timer.as_mut().reset(now + idle_timeout),
            }
        }
    })
    .await;
}

fn builder() -> http1::Builder {
    let mut builder = http1::Builder::new();
    // A caller that closes its sending half after the request (`nc -N`) still gets its answer.
    builder
        .half_close(true)
        .max_buf_size(HEAD_BYTES_MAX)
        .max_header_size(HEAD_BYTES_MAX)
        .header_read_timeout(None);
    builder
}
