//! The record codec of addCustomer.

use super::AddCustomer;
use crate::domain::error::Error;
use crate::domain::message::CustomerMessage;
use crate::ops::written::Written;
use crate::ops::{BatchFace, RecordOutcome};
use crate::wire::customer;
use crate::wire::xml::Element;

impl BatchFace for AddCustomer {
    fn decode(record: Element<'_>) -> Result<CustomerMessage, Error> {
        customer::customer_record(record)
    }

    fn outcome(answer: &Written) -> RecordOutcome {
        answer.into()
    }
}
