//! The SOAP codec of unmergeCustomers.

use super::{Answer, Request, UnmergeCustomers};
use crate::domain::error::Error;
use crate::ops::SoapFace;
use crate::wire::SERVICE_NAMESPACE;
use crate::wire::customer::{Fields, Path, known_children, size};
use crate::wire::xml::{Element, Writer};

impl SoapFace for UnmergeCustomers {
    fn decode(element: Element<'_>) -> Result<Request, Error> {
        let mut fields = Fields::default();
        let mut request = Request(None);
        for child in known_children(element) {
            if matches!(child.local(), "CustomerID" | "CustomerId") {
                let sent = fields.text(child, &Path::ROOT.element(child.local()), size::CODE);
                request.0 = sent.or(request.0.take());
            }
        }
        fields.into_result()?;
        Ok(request)
    }

    fn encode(answer: &Answer) -> Result<Vec<u8>, Error> {
        let mut writer = Writer::with_capacity(512);
        writer.start("unmergeCustomersResponse").namespace("", SERVICE_NAMESPACE);
        for restored in &answer.0 {
            writer.element("CustomerID", &restored.to_string());
        }
        writer.end();
        Ok(writer.into_bytes())
    }
}
