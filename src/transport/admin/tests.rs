//! Server and client over a real socket.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use hyper::Method;
use tokio::sync::watch;

use super::*;
use crate::config::Limits;
use crate::data_dir::DataDir;
use crate::transport::http::{Body, Handler, HttpLimits, Peer, Request, Response, serve};
use crate::transport::shutdown::Stage;

struct Lines;

#[async_trait]
impl Handler for Lines {
    async fn handle(&self, request: Request) -> Response {
        let Peer::Unix { uid } = request.head.peer else { panic!("a peer of the socket") };
        let (sender, body) = Body::streamed();
        tokio::spawn(async move {
            let text = format!("{uid} {} {}", request.head.method, request.head.target);
            sender.send(format!("{text}\nhalf ")).await.unwrap();
            sender.send("line\n\n").await.unwrap();
            sender.send(request.body).await.unwrap();
        });
        Response::new(body)
    }
}

/// A request and its answer through the socket of a data folder; the socket is gone afterwards.
async fn check_round_trip(folder: &Path) {
    let data_dir = DataDir::open(folder, "test").unwrap();
    let socket = AdminSocket::bind(&data_dir).unwrap();
    let path = socket.path().to_owned();
    assert_eq!(path.metadata().unwrap().mode() & 0o777, 0o700);
    let (order, stage) = watch::channel(Stage::Running);
    let server = tokio::spawn(serve(socket, Arc::new(Lines), HttpLimits::from(&Limits::default()), stage));

    let mut client = AdminClient::connect(folder).await.unwrap();
    for _ in 0..2 {
        let mut answer = client.request(Method::POST, "/x?y=1", Bytes::from("last")).await.unwrap();
        let own = rustix::process::geteuid().as_raw();
        for expected in [format!("{own} POST /x?y=1").as_str(), "half line", "", "last"] {
            assert_eq!(answer.next_line().await.unwrap().unwrap(), expected);
        }
        assert_eq!(answer.next_line().await.unwrap(), None);
    }
    order.send_replace(Stage::Draining);
    server.await.unwrap();
    assert!(!path.exists() && !folder.join("admin.path").exists());
    assert!(AdminClient::connect(folder).await.is_err());
}

#[tokio::test]
async fn requests_travel_over_the_socket() {
    check_round_trip(tempfile::tempdir().unwrap().path()).await;
}

#[tokio::test]
async fn a_long_path_leads_to_a_short_socket() {
    let outer = tempfile::tempdir().unwrap();
    let folder = outer.path().join("long".repeat(30));
    check_round_trip(&folder).await;
}

#[tokio::test]
async fn a_socket_that_was_left_is_replaced() {
    for name in ["short".to_owned(), "long".repeat(30)] {
        let outer = tempfile::tempdir().unwrap();
        let folder = outer.path().join(name);
        let data_dir = DataDir::open(&folder, "test").unwrap();
        let left = AdminSocket::bind(&data_dir).unwrap();
        let left_at = left.path().to_owned();
        std::mem::forget(left);
        drop(data_dir);
        assert!(left_at.exists());
        check_round_trip(&folder).await;
        assert!(!left_at.exists());
    }
}
