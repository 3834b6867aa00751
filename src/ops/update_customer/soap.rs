//! The SOAP codec of updateCustomer.

use super::UpdateCustomer;
use crate::domain::error::Error;
use crate::domain::message::CustomerMessage;
use crate::ops::SoapFace;
use crate::ops::written::{self, Written};
use crate::wire::customer;
use crate::wire::xml::Element;

impl SoapFace for UpdateCustomer {
    fn decode(element: Element<'_>) -> Result<CustomerMessage, Error> {
        customer::customer_of(element)
    }

    fn encode(answer: &Written) -> Result<Vec<u8>, Error> {
        Ok(written::encode("updateCustomerResponse", answer))
    }
}
