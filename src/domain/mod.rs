//! The rules of customer requests, pure and synchronous.
//!
//! Nothing here knows a transport, a store, a clock or a source of randomness: time, new ids and
//! settings are arguments. A rule lives in one place and carries the name the rules page gives it (`AU-3`).

pub mod contact_point;
pub mod customer;
pub mod decision;
pub mod error;
pub mod identity;
pub mod message;
pub mod note;
pub mod postal_code;
pub mod reference;
pub mod settings;
pub mod upsert;
pub mod value;

pub use decision::{Decided, Outcome, Warning, WarningCode};
pub use settings::{Now, Rules, Settings};
pub use upsert::{add, add_or_update_existing};
