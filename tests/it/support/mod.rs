//! What the integration tests share: the program in a process of its own, and a client that sends exact bytes.

mod client;
pub(crate) mod fault;
pub(crate) mod schema;
mod server;
pub(crate) mod soap;

pub(crate) use client::{Answer, Client};
pub(crate) use server::{Server, castile, run};
