//! SOAP 1.1 and 1.2: reading an envelope, refusing it properly, writing an answer around an encoded body.
//!
//! The way of a message: [`Envelope::read`] checks version, then mustUnderstand, then structure (A13);
//! [`Addressing::read`] checks the WS-Addressing headers; the caller finds the operation by
//! [`Envelope::request`] and lets [`check_soap_actions`] and [`Addressing::check_action`] compare what the
//! sender called it; [`refuse_references`] looks for what documents can't say. [`write_answer`] and [`write_fault`] are the only two ways out.
//! Deliberately absent: HTTP, attachments, signatures, intermediaries, calling anybody back.

mod addressing;
#[cfg(test)]
mod addressing_tests;
mod answer;
mod envelope;
#[cfg(test)]
mod envelope_tests;
mod fault;
#[cfg(test)]
mod fault_tests;
mod header;
mod reference;
mod version;
pub mod wsdl;

pub use addressing::{
    ADDRESSING_HEADERS, ADDRESSING_NAMESPACE, Addressing, Destination, check_soap_actions, soap_action,
};
pub use answer::{AnswerHeaders, write_answer, write_fault};
pub use envelope::Envelope;
pub use fault::{Fault, FaultCode, FaultDetail, Problem};
pub use header::{SECURITY_HEADER, SECURITY_NAMESPACE};
pub use reference::refuse_references;
pub use version::Version;
