//! The record codec of addOrUpdateCustomer.

use super::AddOrUpdateCustomer;
use crate::domain::error::Error;
use crate::domain::message::CustomerMessage;
use crate::domain::{Rules, check_added};
use crate::ops::written::Written;
use crate::ops::{BatchFace, RecordOutcome};
use crate::wire::customer;
use crate::wire::xml::Element;

impl BatchFace for AddOrUpdateCustomer {
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
