//! The one integration test binary.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod administration;
mod batch;
mod batch_faces;
mod batch_hostile;
mod batch_http;
mod batch_steering;
mod cards;
mod concurrency;
mod conformance;
mod contract;
mod crash;
mod deploy;
mod disk_full;
mod documents;
mod faults;
mod fuzz_replay;
mod golden;
mod hostile;
mod http;
mod merge;
mod model;
mod operators;
mod order_of_checks;
mod output;
mod power_cut;
mod program;
mod reference;
mod search;
mod second_decoder;
mod shutdown;
#[expect(clippy::allow_attributes, reason = "what is used depends on the modules above")]
#[allow(dead_code, unused_imports, reason = "a kit: not every part of it is used at all times")]
mod support;
mod tidy;
mod tools;
