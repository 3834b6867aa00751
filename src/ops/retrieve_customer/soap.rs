//! The SOAP codec of retrieveCustomer.

use super::{Answer, Request, RetrieveCustomer};
use crate::domain::error::Error;
use crate::domain::value;
use crate::ops::SoapFace;
use crate::ops::customers::Belongings;
use crate::ops::identifiers::Identifiers;
use crate::store::record::{decode_sums, view_customer, view_note};
use crate::wire::SERVICE_NAMESPACE;
use crate::wire::customer::{Fields, Path, Selection, known_children, size, write_customer};
use crate::wire::xml::{Element, Writer};

/// Room for most answers.
const ANSWER_BYTES: usize = 4_096;

impl SoapFace for RetrieveCustomer {
    fn decode(element: Element<'_>) -> Result<Request, Error> {
        let mut fields = Fields::default();
        let mut request = Request { identifiers: Identifiers::default(), include_inactive: false };
        for child in known_children(element) {
            request.identifiers.read(child, &Path::ROOT, &mut fields);
            let path = &Path::ROOT.element(child.local());
            if child.local() == "IncludeInactive"
                && let Some(sent) = fields.value(child, path, size::OTHER, value::boolean)
            {
                request.include_inactive = sent;
            }
        }
        fields.into_result()?;
        request.identifiers.check().map(|()| request)
    }

    /// Straight from the stored bytes: a customer is some sixty texts, which are not copied to be written once.
    fn encode(answer: &Answer) -> Result<Vec<u8>, Error> {
        let customer = view_customer(&answer.record.body)?;
        let Belongings { notes, activity } = &answer.belongings;
        let notes: Vec<_> = notes.iter().map(|note| view_note(&note.body)).collect::<Result<_, _>>()?;
        let summary = activity.as_ref().map(|record| decode_sums(&record.body)).transpose()?;
        let summary = summary.as_ref().map(|activity| &activity.summary);
        let mut writer = Writer::with_capacity(ANSWER_BYTES);
        writer.start("retrieveCustomerResponse").namespace("", SERVICE_NAMESPACE);
        let selection = if answer.include_inactive { Selection::All } else { Selection::Active };
        write_customer(&mut writer, &customer, &notes, summary, &answer.cards, selection);
        writer.end();
        Ok(writer.into_bytes())
    }
}
