//! The SOAP codec of deleteCustomer.

use super::{Answer, DeleteCustomer};
use crate::domain::error::Error;
use crate::ops::SoapFace;
use crate::ops::identifiers::Identifiers;
use crate::wire::SERVICE_NAMESPACE;
use crate::wire::customer::{Fields, known_children};
use crate::wire::xml::{Element, Writer};

impl SoapFace for DeleteCustomer {
    fn decode(element: Element<'_>) -> Result<Identifiers, Error> {
        let mut fields = Fields::default();
        let mut identifiers = Identifiers::default();
        known_children(element).for_each(|child| identifiers.read(child, &mut fields));
        fields.into_result()?;
        identifiers.check().map(|()| identifiers)
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
