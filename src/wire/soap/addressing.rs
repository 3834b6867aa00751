//! WS-Addressing 1.0 on requests, and SOAPAction, which says the same in HTTP.
//!
//! Addressing is used when any of its headers is there; then Action is required (D1), so that a terminal
//! which sends a MessageID to make its retries safe has to send Action too. Answers go back on the same
//! connection or nowhere: another address is refused, because calling it would let a sender make the
//! gateway call whom it likes (D7). Deliberately absent: reference parameters, sessions, relations of requests.

use std::borrow::Cow;

use crate::domain::error::Code;
use crate::wire::xml::{Document, Element, QName};

use super::{Envelope, Fault, FaultCode, Problem};

/// The namespace of WS-Addressing 1.0.
pub const ADDRESSING_NAMESPACE: &str = "http://www.w3.org/2005/08/addressing";
/// The address of the connection that the request came on.
pub(super) const ANONYMOUS: &str = "http://www.w3.org/2005/08/addressing/anonymous";
const NOWHERE: &str = "http://www.w3.org/2005/08/addressing/none";

const fn name(local: &'static str) -> QName {
    QName::fixed(ADDRESSING_NAMESPACE, local)
}

const HEADER_NAMES: [&str; 7] = ["Action", "MessageID", "To", "ReplyTo", "FaultTo", "From", "RelatesTo"];
const ACTION: usize = 0;
const MESSAGE_ID: usize = 1;
const TO: usize = 2;
const REPLY_TO: usize = 3;
const FAULT_TO: usize = 4;
const RELATES_TO: usize = 6;

/// The headers that an endpoint with addressing understands.
pub const ADDRESSING_HEADERS: [QName; HEADER_NAMES.len()] = {
    let [action, message_id, to, reply_to, fault_to, from, relates_to] = HEADER_NAMES;
    [name(action), name(message_id), name(to), name(reply_to), name(fault_to), name(from), name(relates_to)]
};

/// Where an answer goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Destination {
    /// Back on the same connection.
    #[default]
    Anonymous,
    /// Nowhere: the transport answers 202 without a body.
    Nowhere,
}

/// The addressing of a request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Addressing<'d> {
    /// What the sender calls the operation.
    pub action: Option<Cow<'d, str>>,
    /// By which a repeated message is recognised.
    pub message_id: Option<Cow<'d, str>>,
    /// Whom the sender meant; not judged, for proxies change addresses.
    pub to: Option<Cow<'d, str>>,
    /// Where the answer goes.
    pub reply_to: Destination,
    /// Where a fault goes.
    pub fault_to: Destination,
}

/// The header blocks by name, before they are judged.
#[derive(Default)]
struct Blocks<'d> {
    found: [Option<Element<'d>>; HEADER_NAMES.len()],
    /// A header that stands twice and may not.
    twice: Option<usize>,
}

impl<'d> Blocks<'d> {
    fn of(headers: impl Iterator<Item = Element<'d>>) -> Self {
        let mut blocks = Blocks::default();
        for block in headers {
            let known =
                ADDRESSING_HEADERS.iter().position(|name| block.is(ADDRESSING_NAMESPACE, &name.local));
            let Some(index) = known else { continue };
            if blocks.found[index].replace(block).is_some() && index != RELATES_TO {
                blocks.twice = Some(index);
            }
        }
        blocks
    }

    fn text(&self, index: usize) -> Option<Cow<'d, str>> {
        let text = self.found[index].map(|block| trimmed(block.text()));
        text.filter(|text| !text.is_empty())
    }
}

impl<'d> Addressing<'d> {
    /// The addressing of a request; `None` if it uses none.
    pub fn read(envelope: &Envelope<'d>) -> Result<Option<Addressing<'d>>, Fault> {
        let blocks = Blocks::of(envelope.header_blocks());
        if let Some(index) = blocks.twice {
            return Err(invalid("InvalidCardinality", index, "a WS-Addressing header stands twice"));
        }
        if blocks.found.iter().all(Option::is_none) {
            return Ok(None);
        }
        let reply_to = destination(&blocks, REPLY_TO)?;
        let fault_to = destination(&blocks, FAULT_TO)?;
        let action = blocks.text(ACTION).ok_or_else(action_missing)?;
        let reply_to = reply_to.unwrap_or_default();
        Ok(Some(Addressing {
            action: Some(action),
            message_id: blocks.text(MESSAGE_ID),
            to: blocks.text(TO),
            reply_to,
            fault_to: fault_to.unwrap_or(reply_to),
        }))
    }

    /// What the fault for a request that could not be accepted can refer to: nothing is judged, and the
    /// answer goes back on the connection. `None` if there is no addressing to be found.
    pub fn of_refused(document: &'d Document<'d>) -> Option<Addressing<'d>> {
        let blocks = Blocks::of(Envelope::header_blocks_of(document));
        let used = blocks.found.iter().any(Option::is_some);
        let message_id = blocks.text(MESSAGE_ID).filter(|_| blocks.twice != Some(MESSAGE_ID));
        used.then(|| Addressing { message_id, ..Addressing::default() })
    }

    /// Refuses an Action that a SOAPAction contradicts (D3), or that is not the operation's (D4).
    pub fn check_action(&self, soap_actions: &[&str], expected: &str) -> Result<(), Fault> {
        let Some(action) = self.action.as_deref() else { return Ok(()) };
        if soap_actions.iter().any(|soap_action| *soap_action != action) {
            return Err(invalid("ActionMismatch", ACTION, "SOAPAction and wsa:Action differ"));
        }
        if action != expected {
            let reason = "wsa:Action is not the action of the operation in the body";
            return Err(Fault {
                problem: Some(Problem::Action),
                ..subcoded(&["ActionNotSupported"], reason)
            });
        }
        Ok(())
    }

    /// The refusal of a MessageID that cannot be remembered.
    pub fn message_id_too_long(bytes_max: usize) -> Fault {
        let problem = Some(Problem::Header(HEADER_NAMES[MESSAGE_ID]));
        let reason = format!("wsa:MessageID is over {bytes_max} bytes");
        Fault { problem, ..subcoded(&["InvalidAddressingHeader"], &reason) }
    }
}

/// `None` for a header that is not there.
fn destination(blocks: &Blocks<'_>, index: usize) -> Result<Option<Destination>, Fault> {
    let Some(block) = blocks.found[index] else { return Ok(None) };
    let Some(address) = block.child(ADDRESSING_NAMESPACE, "Address") else {
        return Err(invalid("MissingAddressInEPR", index, "a WS-Addressing endpoint has no Address"));
    };
    match trimmed(address.text()).as_ref() {
        ANONYMOUS => Ok(Some(Destination::Anonymous)),
        NOWHERE => Ok(Some(Destination::Nowhere)),
        _ => {
            let reason = "answers go back on the same connection: the address has to be anonymous or none";
            Err(invalid("OnlyAnonymousAddressSupported", index, reason))
        }
    }
}

fn action_missing() -> Fault {
    let reason = "wsa:Action is required when a WS-Addressing header is used";
    Fault {
        problem: Some(Problem::Header(HEADER_NAMES[ACTION])),
        ..subcoded(&["MessageAddressingHeaderRequired"], reason)
    }
}

fn invalid(subcode: &'static str, header: usize, reason: &str) -> Fault {
    let problem = Some(Problem::Header(HEADER_NAMES[header]));
    Fault { problem, ..subcoded(&["InvalidAddressingHeader", subcode], reason) }
}

fn subcoded(subcodes: &[&'static str], reason: &str) -> Fault {
    let subcodes = subcodes.iter().map(|local| name(local)).collect();
    Fault { subcodes, ..Fault::new(FaultCode::Client, reason) }
}

fn trimmed(text: Cow<'_, str>) -> Cow<'_, str> {
    match text {
        Cow::Borrowed(text) => Cow::Borrowed(text.trim()),
        Cow::Owned(text) => Cow::Owned(text.trim().to_owned()),
    }
}

/// The action that a SOAPAction header or an `action` parameter names, in whatever quotes; `None` if it names
/// none (A10).
pub fn soap_action(value: &str) -> Option<&str> {
    let value = value.trim();
    let unquoted = ['"', '\''].into_iter().find_map(|quote| value.strip_prefix(quote)?.strip_suffix(quote));
    Some(unquoted.unwrap_or(value).trim()).filter(|action| !action.is_empty())
}

/// Refuses a SOAPAction that names another operation than the body (A11); one that names no operation at all
/// is ignored, for some clients send a constant.
pub fn check_soap_actions(
    soap_actions: &[&str],
    expected: &str,
    names_operation: impl Fn(&str) -> bool,
) -> Result<(), Fault> {
    if soap_actions.iter().any(|action| *action != expected && names_operation(action)) {
        let reason = "SOAPAction names another operation than the body";
        return Err(Fault::new(FaultCode::Client, reason).with_code(Code::UnknownOperation));
    }
    Ok(())
}
