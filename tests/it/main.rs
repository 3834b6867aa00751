//! The one integration test binary.

#![expect(clippy::unwrap_used, reason = "helpers of tests fail like tests")]

mod contract;
mod faults;
mod golden;
mod http;
mod order_of_checks;
mod program;
mod second_decoder;
mod support;
mod tidy;
