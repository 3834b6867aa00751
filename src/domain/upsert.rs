//! Rules A and AU: what a request makes of a customer, new or stored.

use super::customer::Customer;
use super::decision::Decided;
use super::error::Error;
use super::identity::CustomerId;
use super::message::CustomerMessage;
use super::note::Note;
use super::settings::{Now, Rules};

/// Rules A: the customer that a request makes.
pub fn add(
    _message: &CustomerMessage,
    _id: CustomerId,
    _now: &Now,
    _rules: &Rules,
) -> Result<Decided, Error> {
    todo!()
}

/// Rules AU: what a request makes of the customer it found.
pub fn add_or_update_existing(
    _stored: &Customer,
    _stored_notes: &[Note],
    _message: &CustomerMessage,
    _now: &Now,
    _rules: &Rules,
) -> Result<Decided, Error> {
    todo!()
}
