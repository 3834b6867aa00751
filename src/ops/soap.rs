//! The SOAP face of the operations: how a request element becomes a request and an answer an element.
//!
//! Deliberately absent: the envelope, headers and faults, which are the same for all of them.

use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use super::{Call, Gateway, Operation, execute};
use crate::domain::error::Error;
use crate::wire::xml::Element;

/// The codec that an operation has for SOAP.
pub trait SoapFace: Operation {
    /// Reads the request element; every violation found is in the error.
    fn decode(element: Element<'_>) -> Result<Self::Request, Error>;
    /// Writes the answer element. Fails only where the answer shows a stored record that can't be read.
    fn encode(answer: &Self::Answer) -> Result<Vec<u8>, Error>;
}

/// An operation with a SOAP face, whatever its types.
pub trait SoapOperation: Send + Sync {
    /// See [`Operation::NAME`].
    fn name(&self) -> &'static str;

    /// Decodes the request element and runs the operation.
    fn call<'c>(&self, gateway: &'c Gateway, call: &'c Call<'c>, request: Element<'c>) -> Answering<'c>;
}

/// An answer on its way: the encoded answer element, or the refusal.
pub(super) type Answering<'c> = Pin<Box<dyn Future<Output = Result<Vec<u8>, Error>> + Send + 'c>>;

/// Makes a [`SoapOperation`] of an operation's types.
pub(super) struct Face<O>(PhantomData<fn() -> O>);

impl<O> Face<O> {
    pub(super) const NEW: Self = Face(PhantomData);
}

impl<O: SoapFace> SoapOperation for Face<O> {
    fn name(&self) -> &'static str {
        O::NAME
    }

    fn call<'c>(&self, gateway: &'c Gateway, call: &'c Call<'c>, request: Element<'c>) -> Answering<'c> {
        let request = O::decode(request);
        Box::pin(async move { execute::<O>(gateway, call, &request?, O::encode).await })
    }
}
