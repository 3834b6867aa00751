//! The SOAP codec of deleteCustomer.

use super::{Answer, DeleteCustomer};
use crate::domain::error::Error;
use crate::ops::SoapFace;
use crate::ops::identifiers::Identifiers;
use crate::wire::SERVICE_NAMESPACE;
use crate::wire::customer::Path;
use crate::wire::xml::{Element, Writer};

impl SoapFace for DeleteCustomer {
    fn decode(element: Element<'_>) -> Result<Identifiers, Error> {
        Identifiers::of(element, &Path::ROOT)
    }

    fn encode(answer: &Answer) -> Result<Vec<u8>, Error> {
        let mut writer = Writer::with_capacity(256);
        writer.start("deleteCustomerResponse").namespace("", SERVICE_NAMESPACE);
        writer.element("CustomerID", &answer.id.to_string());
        writer.element("Outcome", answer.outcome.as_str());
        writer.end();
        Ok(writer.into_bytes())
    }
}
