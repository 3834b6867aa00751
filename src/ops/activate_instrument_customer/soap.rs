//! The SOAP codec of activateInstrumentCustomer: the document's records one after the other, and the answer.

use super::{ActivateInstrumentCustomer, NAME, task};
use crate::domain::error::Code;
use crate::ops::soap::Answering;
use crate::ops::{Call, Gateway, Record, SoapOperation, documents, results};
use crate::wire::customer::known_children;
use crate::wire::xml::Element;

impl SoapOperation for ActivateInstrumentCustomer {
    fn name(&self) -> &'static str {
        NAME
    }

    fn call<'c>(&self, gateway: &'c Gateway, call: &'c Call<'c>, request: Element<'c>) -> Answering<'c> {
        let records = known_children(request).filter(|child| child.local() == "Instrument").map(Record::new);
        let tasks = records.map(task);
        Box::pin(async move {
            let outcome = documents::run(gateway, call, NAME, tasks).await?;
            let name = "ActivateInstrumentCustomerResponse";
            Ok(results::encode(name, &outcome, call.request_id, Code::as_card_document_str))
        })
    }
}
