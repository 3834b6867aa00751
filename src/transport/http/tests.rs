//! The server over real sockets, byte by byte.

use std::sync::Mutex;
use std::time::Duration;

use bytes::Bytes;
use hyper::Method;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use super::*;
use crate::config::Limits;
use crate::transport::shutdown::Stage;
use std::sync::Arc;

/// Longer than any test should take: a socket that stays open fails the test instead of hanging it.
const PATIENCE: Duration = Duration::from_secs(20);

/// Answers what was asked: `/echo` the body, `/wait` after being released, `/panic` never, else the path.
#[derive(Default)]
struct Echo {
    entered: Notify,
    release: Notify,
    sender: Mutex<Option<BodySender>>,
}

#[async_trait]
impl Handler for Echo {
    async fn handle(&self, request: Request) -> Response {
        match request.head.path() {
            "/echo" => Response::new(Body::from(request.body)),
            "/wait" => {
                self.entered.notify_one();
                self.release.notified().await;
                Response::new(Body::from("waited"))
            }
            "/stream" => {
                let (sender, body) = Body::streamed();
                *self.sender.lock().unwrap() = Some(sender);
                self.entered.notify_one();
                Response::new(body)
            }
            "/panic" => panic!("asked to"),
            "/large" => Response::new(Body::from(Bytes::from(vec![b'x'; 32 << 20]))),
            path => Response::new(Body::from(format!("{} {path}", request.head.method))),
        }
    }
}

struct World {
    address: std::net::SocketAddr,
    order: watch::Sender<Stage>,
    echo: Arc<Echo>,
    server: JoinHandle<Drained>,
}

async fn start(change: impl FnOnce(&mut HttpLimits)) -> World {
    let mut limits = HttpLimits::from(&Limits::default());
    change(&mut limits);
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (order, stage) = watch::channel(Stage::Running);
    let echo = Arc::new(Echo::default());
    let server = tokio::spawn(serve(listener, Arc::clone(&echo) as Arc<dyn Handler>, limits, stage));
    World { address, order, echo, server }
}

impl World {
    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// Sends bytes on a new connection and reads until the server closes it.
    async fn exchange(&self, bytes: impl AsRef<[u8]>) -> String {
        let mut stream = self.connect().await;
        stream.write_all(bytes.as_ref()).await.unwrap();
        read_to_end(&mut stream).await
    }

    /// Nothing is left behind: the server ends by itself, at once.
    async fn end(self) {
        self.order.send_replace(Stage::Draining);
        let drained = tokio::time::timeout(PATIENCE, self.server).await.unwrap().unwrap();
        assert_eq!(drained, Drained { cut_off: 0 });
    }
}

async fn read_to_end(stream: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("closed in time").unwrap();
    String::from_utf8(answer).unwrap()
}

async fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut text = String::new();
    while !text.ends_with(end) {
        let byte = tokio::time::timeout(PATIENCE, stream.read_u8()).await.expect("answered in time").unwrap();
        text.push(byte.into());
    }
    text
}

fn statuses(answer: &str) -> Vec<&str> {
    answer.split("HTTP/1.").skip(1).map(|answer| &answer[2..5]).collect()
}

async fn check(change: impl FnOnce(&mut HttpLimits), bytes: impl AsRef<[u8]>, expected: &[&str]) -> String {
    let world = start(change).await;
    let answer = world.exchange(bytes).await;
    assert_eq!(statuses(&answer), expected, "{answer}");
    world.end().await;
    answer
}

#[tokio::test]
async fn keep_alive_and_pipelining_answer_in_order_until_close() {
    let two = "GET /one HTTP/1.1\r\nHost: x\r\n\r\nPOST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello\
               GET /three HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let answer = check(|_| {}, two, &["200", "200", "200"]).await;
    let places =
        ["GET /one", "hello", "GET /three", "connection: close"].map(|part| answer.find(part).unwrap());
    assert!(places[0] < places[1] && places[1] < places[2], "{answer}");
}

#[tokio::test]
async fn every_answer_has_its_own_request_id() {
    let twice = "GET /a HTTP/1.1\r\nHost: x\r\n\r\nGET /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let answer = check(|_| {}, twice, &["200", "200"]).await;
    let ids: Vec<&str> = answer.split("x-request-id: ").skip(1).map(|rest| &rest[..32]).collect();
    assert!(ids.len() == 2 && ids[0] != ids[1], "{answer}");
    assert!(ids.iter().all(|id| id.bytes().all(|byte| byte.is_ascii_hexdigit())), "{answer}");
}

#[tokio::test]
async fn http_1_0_is_answered_and_closed() {
    let answer = check(|_| {}, "POST /echo HTTP/1.0\r\nContent-Length: 2\r\n\r\nok", &["200"]).await;
    assert!(answer.starts_with("HTTP/1.0") && answer.ends_with("ok"), "{answer}");
}

#[tokio::test]
async fn expect_continue_is_answered_before_the_body() {
    let world = start(|_| {}).await;
    let mut stream = world.connect().await;
    let head = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    assert!(read_until(&mut stream, "\r\n\r\n").await.starts_with("HTTP/1.1 100"));
    stream.write_all(b"ok").await.unwrap();
    assert!(read_to_end(&mut stream).await.ends_with("ok"));
    world.end().await;
}

#[tokio::test]
async fn a_declared_size_over_the_limit_is_refused_before_the_body() {
    let head = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\nExpect: 100-continue\r\n\r\n";
    let world = start(|limits| limits.message_bytes_max = 100).await;
    let mut stream = world.connect().await;
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = read_until(&mut stream, "}").await;
    assert_eq!(statuses(&answer), ["413"], "{answer}");
    assert!(answer.contains("connection: close") && answer.contains("100 bytes"), "{answer}");
    drop(stream);
    world.end().await;
}

#[tokio::test]
async fn a_refused_caller_that_goes_on_sending_still_gets_its_answer() {
    let size = 8 << 20;
    let mut message =
        format!("POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n").into_bytes();
    message.resize(message.len() + size, b'x');
    let world = start(|limits| limits.message_bytes_max = 100).await;
    let mut stream = world.connect().await;
    stream.write_all(&message).await.unwrap();
    stream.shutdown().await.unwrap();
    let answer = read_to_end(&mut stream).await;
    assert_eq!(statuses(&answer), ["413"], "{answer}");
    world.end().await;
}

#[tokio::test]
async fn a_refused_caller_that_never_closes_is_cut_off() {
    let short = Duration::from_millis(30);
    for bytes in ["POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n", "no HTTP\r\n\r\n"] {
        let world = start(|limits| (limits.message_bytes_max, limits.idle_timeout) = (100, short)).await;
        let mut stream = world.connect().await;
        stream.write_all(bytes.as_bytes()).await.unwrap();
        assert_eq!(statuses(&read_to_end(&mut stream).await).len(), 1);
        // The server's end of the connection is gone although this one is open.
        world.end().await;
        drop(stream);
    }
}

#[tokio::test]
async fn a_chunked_body_is_joined_counted_and_keeps_the_connection() {
    let chunked = |chunks: &str| {
        format!("POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}")
    };
    let last = "GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let small = chunked("2\r\nab\r\n1\r\nc\r\n2\r\nde\r\n0\r\n\r\n") + last;
    let answer = check(|limits| limits.message_bytes_max = 5, small, &["200", "200"]).await;
    assert!(answer.contains("abcde"), "{answer}");
    let large = chunked("2\r\nab\r\n4\r\nabcd\r\n0\r\n\r\n");
    check(|limits| limits.message_bytes_max = 5, large, &["413"]).await;
    check(|_| {}, chunked("zz\r\nab\r\n"), &["400"]).await;
}

#[tokio::test]
async fn a_message_that_could_be_read_two_ways_is_the_last_one() {
    for pair in
        ["Content-Length: 3\r\nTransfer-Encoding: chunked", "Transfer-Encoding: chunked\r\nContent-Length: 3"]
    {
        let smuggled = format!(
            "POST /echo HTTP/1.1\r\nHost: x\r\n{pair}\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
        );
        let answer = check(|_| {}, smuggled, &["200"]).await;
        assert!(answer.contains("connection: close") && !answer.contains("/smuggled"), "{answer}");
    }
    check(
        |_| {},
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        &["400"],
    )
    .await;
    check(|_| {}, "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", &["400"]).await;
}

#[tokio::test]
async fn what_is_not_http_is_answered_and_closed() {
    check(|_| {}, "<Envelope/>\r\n\r\n", &["400"]).await;
    let head = format!("GET / HTTP/1.1\r\nHost: x\r\nX: {}\r\n\r\n", "x".repeat(200 * 1024));
    check(|_| {}, head, &["431"]).await;
}

#[tokio::test]
async fn slow_heads_bodies_and_idle_connections_end_in_time() {
    let short = Duration::from_millis(30);
    check(|limits| limits.header_timeout = short, "GET / HTTP/1.1\r\nHo", &[]).await;
    let partial = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nhalf";
    check(|limits| limits.body_timeout = short, partial, &["408"]).await;
    check(|limits| limits.idle_timeout = short, "", &[]).await;
    check(|limits| limits.idle_timeout = short, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", &["200"]).await;
}

#[tokio::test]
async fn a_caller_that_stops_reading_is_cut_off() {
    let world = start(|limits| limits.write_timeout = Duration::from_millis(30)).await;
    let mut stream = world.connect().await;
    stream.write_all(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    // The server's connection ends although nothing is read here, so that it can drain without cutting off.
    world.end().await;
    drop(stream);
}

#[tokio::test]
async fn a_handler_that_gives_no_answer_is_answered_for() {
    let world = start(|limits| limits.request_timeout = Duration::from_millis(1)).await;
    let answer = world.exchange("GET /wait HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await;
    assert_eq!(statuses(&answer), ["503"], "{answer}");
    assert!(answer.contains("retry-after: 1") && answer.contains("not known"), "{answer}");
    world.end().await;
}

#[tokio::test]
async fn a_handler_that_panics_costs_one_request() {
    let both =
        "GET /panic HTTP/1.1\r\nHost: x\r\n\r\nGET /next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    check(|_| {}, both, &["500", "200"]).await;
}

#[tokio::test]
async fn requests_over_the_limit_are_asked_to_come_back() {
    let world = start(|limits| limits.requests_in_flight_max = 1).await;
    let mut first = world.connect().await;
    first.write_all(b"GET /wait HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    world.echo.entered.notified().await;
    let post = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nok";
    let answer = world.exchange(post).await;
    assert_eq!(statuses(&answer), ["503"], "{answer}");
    assert!(answer.contains("retry-after: 1"), "{answer}");
    world.echo.release.notify_one();
    assert!(read_to_end(&mut first).await.ends_with("waited"));
    let answer = world.exchange("GET /now HTTP/1.0\r\n\r\n").await;
    assert_eq!(statuses(&answer), ["200"], "{answer}");
    world.end().await;
}

#[tokio::test]
async fn callers_who_send_slowly_keep_no_others_out() {
    let world = start(|limits| limits.requests_in_flight_max = 1).await;
    let mut slow = world.connect().await;
    let head = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n";
    slow.write_all(head.as_bytes()).await.unwrap();
    read_until(&mut slow, "100 Continue\r\n\r\n").await;
    let answer = world.exchange("GET /now HTTP/1.0\r\n\r\n").await;
    assert_eq!(statuses(&answer), ["200"], "{answer}");
    slow.write_all(b"slow").await.unwrap();
    assert!(read_to_end(&mut slow).await.ends_with("slow"));
    world.end().await;
}

#[tokio::test]
async fn bodies_over_the_common_limit_are_asked_to_come_back() {
    let post = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
    check(|limits| limits.bodies_bytes_max = 4, post, &["503"]).await;
    let world = start(|limits| limits.bodies_bytes_max = 5).await;
    for _ in 0..3 {
        assert_eq!(statuses(&world.exchange(post).await), ["200"]);
    }
    world.end().await;
}

#[tokio::test]
async fn connections_over_the_limit_are_refused_in_words() {
    let world = start(|limits| limits.connections_max = 1).await;
    let mut first = world.connect().await;
    first.write_all(b"GET /first HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    read_until(&mut first, "GET /first").await;
    let answer = world.exchange("GET /second HTTP/1.1\r\nHost: x\r\n\r\n").await;
    assert_eq!(statuses(&answer), ["503"], "{answer}");
    assert!(answer.contains("connection: close"), "{answer}");
    world.end().await;
}

#[tokio::test]
async fn a_caller_that_closes_its_half_still_gets_its_answer() {
    let world = start(|_| {}).await;
    let mut stream = world.connect().await;
    stream.write_all(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    stream.shutdown().await.unwrap();
    world.echo.entered.notified().await;
    world.echo.release.notify_one();
    assert!(read_to_end(&mut stream).await.ends_with("waited"));
    world.end().await;
}

#[tokio::test]
async fn streamed_answers_arrive_while_they_are_made() {
    let world = start(|_| {}).await;
    let mut stream = world.connect().await;
    stream.write_all(b"GET /stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await.unwrap();
    world.echo.entered.notified().await;
    let sender = world.echo.sender.lock().unwrap().take().unwrap();
    sender.send("one\n").await.unwrap();
    read_until(&mut stream, "one\n").await;
    sender.send("two\n").await.unwrap();
    drop(sender);
    assert!(read_to_end(&mut stream).await.ends_with("0\r\n\r\n"));

    let mut stream = world.connect().await;
    stream.write_all(b"GET /stream HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    world.echo.entered.notified().await;
    let sender = world.echo.sender.lock().unwrap().take().unwrap();
    sender.fail("the disk is gone".into()).await;
    assert!(
        !read_to_end(&mut stream).await.ends_with("0\r\n\r\n"),
        "an answer that broke off must not look whole"
    );
    world.end().await;
}

#[tokio::test]
async fn draining_closes_idle_connections_and_finishes_requests() {
    let world = start(|_| {}).await;
    let mut idle = world.connect().await;
    idle.write_all(b"GET /idle HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    read_until(&mut idle, "GET /idle").await;
    let mut busy = world.connect().await;
    busy.write_all(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
    world.echo.entered.notified().await;

    world.order.send_replace(Stage::Draining);
    assert_eq!(read_to_end(&mut idle).await, "");
    world.echo.release.notify_one();
    let answer = read_to_end(&mut busy).await;
    assert!(answer.contains("connection: close") && answer.ends_with("waited"), "{answer}");
    let address = world.address;
    world.end().await;
    TcpStream::connect(address).await.unwrap_err();
}

#[tokio::test]
async fn what_does_not_finish_is_cut_off_and_counted() {
    for (drain_ms, stage) in [(30, Stage::Draining), (3_600_000, Stage::AtOnce)] {
        let world = start(|limits| limits.drain_timeout = Duration::from_millis(drain_ms)).await;
        let mut busy = world.connect().await;
        busy.write_all(b"GET /wait HTTP/1.1\r\nHost: x\r\n\r\n").await.unwrap();
        world.echo.entered.notified().await;
        world.order.send_replace(stage);
        let drained = tokio::time::timeout(PATIENCE, world.server).await.unwrap().unwrap();
        assert_eq!(drained, Drained { cut_off: 1 });
        assert_eq!(read_to_end(&mut busy).await, "");
    }
}

#[tokio::test]
async fn the_handler_sees_method_target_peer_and_headers_as_sent() {
    struct Look;
    #[async_trait]
    impl Handler for Look {
        async fn handle(&self, request: Request) -> Response {
            let head = &request.head;
            assert_eq!((head.path(), head.query()), ("/services/X", Some("wsdl&a=%20b")));
            assert_eq!(head.method, Method::from_bytes(b"PATCH").unwrap());
            assert!(matches!(head.peer, Peer::Tcp(address) if address.ip().is_loopback()));
            assert_eq!(head.headers.get_all("x-two").iter().count(), 2);
            assert!(request.deadline > tokio::time::Instant::now());
            Response::new(Body::from("seen"))
        }
    }
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (order, stage) = watch::channel(Stage::Running);
    let server = tokio::spawn(serve(listener, Arc::new(Look), HttpLimits::from(&Limits::default()), stage));
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = "PATCH /services/X?wsdl&a=%20b HTTP/1.1\r\nHost: x\r\nX-Two: 1\r\nx-two: 2\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    assert!(read_to_end(&mut stream).await.ends_with("seen"));
    order.send_replace(Stage::Draining);
    server.await.unwrap();
}
