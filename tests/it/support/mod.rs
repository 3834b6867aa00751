//! What the integration tests share: the program in a process of its own, and a client that sends exact bytes.

use std::io::Write;

mod client;
pub(crate) mod fault;
pub(crate) mod filed;
pub(crate) mod image;
mod load;
mod random;
pub(crate) mod schema;
mod server;
pub(crate) mod soap;
/// The tree by which the unit tests look at documents.
#[path = "../../../src/wire/soap/wsdl/tree.rs"]
pub(crate) mod tree;
pub(crate) mod writer;

pub(crate) use client::{Answer, Client, request};
pub(crate) use filed::Filed;
pub(crate) use load::{Load, Progress, StopAtEnd};
pub(crate) use random::Random;
pub(crate) use server::{Server, alone_and_beside, castile, check, run};

/// Says aloud that something could not be tried here; where skipping is not accepted, that fails.
#[track_caller]
pub(crate) fn skipped(what: &str, why: &str) {
    // Not `eprintln`, which a passing test keeps to itself.
    let _ = writeln!(std::io::stderr(), "SKIPPED: {what}: {why}");
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "{what} may not be skipped: {why}");
}
