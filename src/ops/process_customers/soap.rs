//! The SOAP codec of processCustomers: the document's records one after the other, and the answer.

use super::{NAME, ProcessCustomers, task};
use crate::domain::error::Code;
use crate::ops::soap::Answering;
use crate::ops::{Call, Gateway, Record, SoapOperation, documents, results};
use crate::wire::customer::known_children;
use crate::wire::xml::Element;

impl SoapOperation for ProcessCustomers {
    fn name(&self) -> &'static str {
        NAME
    }

    fn call<'c>(&self, gateway: &'c Gateway, call: &'c Call<'c>, request: Element<'c>) -> Answering<'c> {
        // A record is decoded when its turn comes, so that a long document takes no more memory than it has bytes.
        let records = known_children(request).filter(|child| child.local() == "Customer").map(Record::new);
        let tasks = (1..).zip(records).map(|(index, record)| task(index, record));
        Box::pin(async move {
            let outcome = documents::run(gateway, call, NAME, tasks).await?;
            Ok(results::encode("CustomersResponse", &outcome, call.request_id, Code::as_str))
        })
    }
}
