//! The SOAP codec of retrieveCustomer.

use super::{Answer, Request, RetrieveCustomer};
use crate::domain::error::{Code, Error};
use crate::domain::identity::AlternateKey;
use crate::domain::value;
use crate::ops::SoapFace;
use crate::wire::SERVICE_NAMESPACE;
use crate::wire::customer::{Fields, Path, Selection, alternate_key, known_children, size, write_customer};
use crate::wire::xml::{Element, Writer};

impl SoapFace for RetrieveCustomer {
    fn decode(element: Element<'_>) -> Result<Request, Error> {
        let (mut fields, mut incomplete) = (Fields::default(), Fields::default());
        let mut request = Request { customer_id: None, alternate_keys: Vec::new(), include_inactive: false };
        let mut keys = 0;
        for child in known_children(element) {
            let path = &Path::ROOT.element(child.local());
            match child.local() {
                "CustomerID" | "CustomerId" => request.customer_id = fields.text(child, path, size::CODE),
                "AlternateKey" => {
                    keys += 1;
                    request.alternate_keys.extend(key(child, keys, &mut fields, &mut incomplete));
                }
                "IncludeInactive" => {
                    if let Some(sent) = fields.value(child, path, size::OTHER, value::boolean) {
                        request.include_inactive = sent;
                    }
                }
                _ => {}
            }
        }
        fields.into_result()?;
        incomplete.into_result().map(|()| request)
    }

    fn encode(answer: &Answer) -> Vec<u8> {
        let mut writer = Writer::with_capacity(4_096);
        writer.start("retrieveCustomerResponse").namespace("", SERVICE_NAMESPACE);
        let selection = if answer.include_inactive { Selection::All } else { Selection::Active };
        write_customer(&mut writer, &answer.found.customer, &answer.found.notes, selection);
        writer.end();
        writer.into_bytes()
    }
}

/// A-3 holds here too, behind the syntax of all fields: a key has both its parts.
fn key(
    element: Element<'_>,
    index: usize,
    fields: &mut Fields,
    incomplete: &mut Fields,
) -> Option<AlternateKey> {
    let path = &Path::ROOT.item("AlternateKey", index);
    let sent = alternate_key(element, index, path, fields)?;
    if sent.type_code.is_none() {
        let code = Code::AlternateKeyTypecodeUnspecified;
        incomplete.refuse(code, &path.attribute("TypeCode"), "the alternate key has no TypeCode");
    }
    if sent.alternate_id.is_none() {
        let code = Code::AlternateKeyValueUnspecified;
        incomplete.refuse(code, &path.element("AlternateID"), "the alternate key has no AlternateID");
    }
    Some(AlternateKey { type_code: sent.type_code?, alternate_id: sent.alternate_id? })
}
