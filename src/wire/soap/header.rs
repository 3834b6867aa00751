//! Header blocks: which are meant for this node, and which of those it has to understand.
//!
//! A block for another actor or role is none of our business, whatever it demands. Attributes count only on
//! the block itself and only in the envelope's own namespace (B9, B10).

use crate::wire::xml::{Element, QName};

use super::{Fault, FaultCode, Version};

/// The namespace of the WS-Security header.
pub const SECURITY_NAMESPACE: &str =
    "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
/// The WS-Security header, understood only where users are configured.
pub const SECURITY_HEADER: QName = QName::fixed(SECURITY_NAMESPACE, "Security");

const NEXT_11: &str = "http://schemas.xmlsoap.org/soap/actor/next";
const NEXT_12: &str = "http://www.w3.org/2003/05/soap-envelope/role/next";
const ULTIMATE_RECEIVER: &str = "http://www.w3.org/2003/05/soap-envelope/role/ultimateReceiver";

/// Whether a header block is meant for this node, the ultimate receiver.
fn is_for_us(block: Element<'_>, version: Version) -> bool {
    let attribute = match version {
        Version::V11 => "actor",
        Version::V12 => "role",
    };
    let target = block.attribute_ns(version.namespace(), attribute).unwrap_or_default();
    match (version, target.trim()) {
        (_, "") => true,
        (Version::V11, target) => target == NEXT_11,
        (Version::V12, target) => target == NEXT_12 || target == ULTIMATE_RECEIVER,
    }
}

/// The blocks of a header that are meant for this node, in order.
pub(super) fn blocks_for_us(
    header: Option<Element<'_>>,
    version: Version,
) -> impl Iterator<Item = Element<'_>> {
    let blocks = header.into_iter().flat_map(Element::children);
    blocks.filter(move |block| is_for_us(*block, version))
}

/// Refuses with MustUnderstand for every block that is not in `understood`, and only then with Client for a
/// `mustUnderstand` that is no boolean (A9, B8).
pub(super) fn check_must_understand(
    header: Element<'_>,
    version: Version,
    understood: &[QName],
) -> Result<(), Fault> {
    let mut not_understood = Vec::new();
    let mut invalid = false;
    for block in blocks_for_us(Some(header), version) {
        match must_understand(block, version) {
            Some(false) => {}
            Some(true) => {
                let known = |name: &QName| {
                    name.local == block.local() && name.namespace.as_deref() == block.namespace()
                };
                if !understood.iter().any(known) {
                    not_understood.push(block.qname());
                }
            }
            None => invalid = true,
        }
    }
    if !not_understood.is_empty() {
        return Err(Fault { not_understood, ..Fault::new(FaultCode::MustUnderstand, NOT_UNDERSTOOD) });
    }
    match invalid {
        true => Err(Fault::new(FaultCode::Client, "mustUnderstand has to be 0, 1, true or false")),
        false => Ok(()),
    }
}

const NOT_UNDERSTOOD: &str = "a header that has to be understood is not understood";

/// `None`: not a boolean. The Note allows 0 and 1 only; `true` is taken as 1, as SOAP 1.2 does.
fn must_understand(block: Element<'_>, version: Version) -> Option<bool> {
    match block.attribute_ns(version.namespace(), "mustUnderstand") {
        None => Some(false),
        Some(value) => match value.trim() {
            "1" | "true" => Some(true),
            "0" | "false" => Some(false),
            _ => None,
        },
    }
}
