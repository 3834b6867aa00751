//! The SOAP codec of retrieveCustomer.

use super::{Answer, Request, RetrieveCustomer};
use crate::domain::error::Error;
use crate::domain::value;
use crate::ops::SoapFace;
use crate::ops::identifiers::Identifiers;
use crate::wire::SERVICE_NAMESPACE;
use crate::wire::customer::{Fields, Path, Selection, known_children, size, write_customer};
use crate::wire::xml::{Element, Writer};

impl SoapFace for RetrieveCustomer {
    fn decode(element: Element<'_>) -> Result<Request, Error> {
        let mut fields = Fields::default();
        let mut request = Request { identifiers: Identifiers::default(), include_inactive: false };
        for child in known_children(element) {
            request.identifiers.read(child, &mut fields);
            if child.local() == "IncludeInactive" {
                let path = &Path::ROOT.element(child.local());
                if let Some(sent) = fields.value(child, path, size::OTHER, value::boolean) {
                    request.include_inactive = sent;
                }
            }
        }
        fields.into_result()?;
        request.identifiers.check().map(|()| request)
    }

    fn encode(answer: &Answer) -> Vec<u8> {
        let mut writer = Writer::with_capacity(8_192);
        writer.start("retrieveCustomerResponse").namespace("", SERVICE_NAMESPACE);
        let selection = if answer.include_inactive { Selection::All } else { Selection::Active };
        write_customer(&mut writer, &answer.found.customer, &answer.found.notes, selection);
        writer.end();
        writer.into_bytes()
    }
}
