//! The record codec of addCustomer.

use super::AddCustomer;
use crate::domain::error::Error;
use crate::domain::message::CustomerMessage;
use crate::domain::{Rules, check_added};
use crate::ops::written::Written;
use crate::ops::{BatchFace, RecordOutcome};
use crate::wire::customer;
use crate::wire::xml::Element;

impl BatchFace for AddCustomer {
    fn decode(record: Element<'_>) -> Result<CustomerMessage, Error> {
        customer::customer_record(record)
    }

    fn check(request: &CustomerMessage, rules: &Rules<'_>) -> Result<(), Error> {
        check_added(request, rules)
    }

    fn outcome(answer: &Written) -> RecordOutcome {
        answer.into()
    }
}
