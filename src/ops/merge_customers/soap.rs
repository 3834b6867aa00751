//! The SOAP codec of mergeCustomers, and the reader of what a request and a record share.

use super::{Answer, MergeCustomers, Named, Request};
use crate::domain::error::{Code, Error};
use crate::domain::identity::CustomerId;
use crate::domain::value;
use crate::ops::SoapFace;
use crate::ops::identifiers::Identifiers;
use crate::wire::SERVICE_NAMESPACE;
use crate::wire::customer::{Fields, Path, Selection, known_children, size, write_customer};
use crate::wire::xml::{Element, Writer};

impl SoapFace for MergeCustomers {
    fn decode(element: Element<'_>) -> Result<Request, Error> {
        read(element, &Path::ROOT)
    }

    fn encode(answer: &Answer) -> Result<Vec<u8>, Error> {
        let mut writer = Writer::with_capacity(1_024);
        writer.start("mergeCustomersResponse").namespace("", SERVICE_NAMESPACE);
        match answer {
            Answer::Merged { id, members, left_out: _ } => {
                writer.element("CustomerID", &id.to_string());
                write_members(&mut writer, members);
            }
            Answer::Preview { merged, cards } => {
                write_members(&mut writer, &merged.customer.members);
                let summary = merged.activity.as_ref();
                let (customer, notes) = (&merged.customer, &merged.notes);
                write_customer(&mut writer, customer, notes, summary, cards, Selection::Active);
            }
        }
        writer.end();
        Ok(writer.into_bytes())
    }
}

fn write_members(writer: &mut Writer, members: &[CustomerId]) {
    for member in members {
        writer.element("MergedCustomerID", &member.to_string());
    }
}

/// Reads who is to be merged out of the children of what stands at `path`. Who has no identifier counts as not sent
/// (V-19).
pub(super) fn read(element: Element<'_>, path: &Path<'_>) -> Result<Request, Error> {
    let mut reader = Reader::default();
    for child in known_children(element) {
        reader.child(child, path);
    }
    reader.into_request()
}

/// What was read so far.
#[derive(Default)]
struct Reader {
    request: Request,
    fields: Fields,
    sources: usize,
    targets: usize,
}

impl Reader {
    fn child(&mut self, child: Element<'_>, path: &Path<'_>) {
        match child.local() {
            "MergeSource" => self.source(child, path),
            "MergeTargetSet" => {
                let path = &path.element("MergeTargetSet");
                for target in known_children(child).filter(|target| target.local() == "MergeTarget") {
                    self.targets += 1;
                    let named = self.named(target, &path.item("MergeTarget", self.targets));
                    self.request.targets.extend(named);
                }
            }
            "Preview" => {
                let sent = self.fields.value(child, &path.element("Preview"), size::OTHER, value::boolean);
                self.request.preview = sent.unwrap_or(self.request.preview);
            }
            _ => {}
        }
    }

    /// A second source would make it a matter of luck whose values survive.
    fn source(&mut self, child: Element<'_>, path: &Path<'_>) {
        self.sources += 1;
        if self.sources == 1 {
            self.request.source = self.named(child, &path.element("MergeSource"));
        } else {
            let place = path.item("MergeSource", self.sources);
            self.fields.refuse(Code::InvalidAttributeValue, &place, "expected one MergeSource at most");
        }
    }

    fn named(&mut self, element: Element<'_>, path: &Path<'_>) -> Option<Named> {
        let mut identifiers = Identifiers::default();
        for child in known_children(element).filter(|child| child.local() != "CardNumber") {
            identifiers.read(child, path, &mut self.fields);
        }
        let named = Named { identifiers, path: path.to_string() };
        (!named.identifiers.name_nobody()).then_some(named)
    }

    fn into_request(self) -> Result<Request, Error> {
        self.fields.into_result()?;
        let mut request = self.request;
        for named in request.source.iter_mut().chain(&mut request.targets) {
            named.identifiers.check()?;
        }
        Ok(request)
    }
}
