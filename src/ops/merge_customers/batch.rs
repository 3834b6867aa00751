//! The record codec of mergeCustomers.

use super::{Answer, MergeCustomers, Request, soap};
use crate::domain::error::{Code, Error};
use crate::domain::identity::CustomerId;
use crate::ops::{BatchFace, RecordOutcome, RecordWarning};
use crate::wire::customer::Path;
use crate::wire::xml::Element;

impl BatchFace for MergeCustomers {
    /// A preview would be lost: of a record only its id is told.
    fn decode(record: Element<'_>) -> Result<Request, Error> {
        let request = soap::read(record, &Path::ROOT.element("Customer"))?;
        if request.preview {
            let text = "a record of a document can't ask for a preview";
            return Err(Error::at(Code::InvalidAttributeValue, "Customer/Preview", text));
        }
        Ok(request)
    }

    fn outcome(answer: &Answer) -> RecordOutcome {
        match answer {
            Answer::Merged { id, left_out, .. } => RecordOutcome {
                customer_id: *id,
                warnings: left_out.iter().map(RecordWarning::from).collect(),
            },
            Answer::Preview { .. } => RecordOutcome { customer_id: CustomerId::NOBODY, warnings: Vec::new() },
        }
    }
}
