//! The record face of the operations: how one `Customer` of a document becomes a request, and what is told of it.
//!
//! A document names no operation; each of its records does, by its `Action`, which
//! [`ACTIONS`] leads to the operation. So whoever runs a document's records names none either.
//! Deliberately absent: the documents themselves, and which record comes next.

use std::borrow::Cow;
use std::future::Future;
use std::marker::PhantomData;
use std::pin::Pin;

use super::execute::decide;
use super::{ACTIONS, Call, Context, Decision, Gateway, Operation, execute};
use crate::domain::error::{Code, Error};
use crate::domain::identity::CustomerId;
use crate::domain::{Rules, Warning};
use crate::store::record::idempotency::{RecordAnswer, decode_record_answer, encode_record_answer};
use crate::store::{Change, Reads};
use crate::wire::customer::Path;
use crate::wire::xml::Element;

/// The codec that an operation has for a record of a document.
pub trait BatchFace: Operation {
    /// Reads the record; every violation found is in the error, its path beginning with the record's element.
    fn decode(record: Element<'_>) -> Result<Self::Request, Error>;
    /// What the record would be refused for whatever is stored.
    fn check(_request: &Self::Request, _rules: &Rules<'_>) -> Result<(), Error> {
        Ok(())
    }
    /// What is told of a record that was carried out.
    fn outcome(answer: &Self::Answer) -> RecordOutcome;
}

/// What became of a record that was carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordOutcome {
    /// The customer that the record was about.
    pub customer_id: CustomerId,
    /// What of the record was not heeded.
    pub warnings: Vec<RecordWarning>,
}

/// A [`Warning`] as it is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordWarning {
    /// The public name of the code.
    pub code: String,
    /// Where.
    pub field: String,
    /// For a person.
    pub message: String,
}

impl From<&Warning> for RecordWarning {
    fn from(warning: &Warning) -> Self {
        RecordWarning {
            code: warning.code.as_str().to_owned(),
            field: warning.field.clone(),
            message: warning.message.to_owned(),
        }
    }
}

/// An operation with a record face, whatever its types.
pub trait RecordOperation: Send + Sync {
    /// Decodes the record and runs the operation, in a commit of its own.
    fn call<'c>(&self, gateway: &'c Gateway, call: &'c Call<'c>, record: Record<'c>) -> Recording<'c>;

    /// Decodes the record, to be decided later and committed together with others.
    fn prepare(&self, record: Record<'_>) -> Result<Box<dyn PreparedRecord>, Error>;

    /// What the record would be refused for whatever is stored; nothing is looked up and nothing stored.
    fn check(&self, gateway: &Gateway, record: Record<'_>) -> Result<(), Error>;
}

/// A decoded record of an operation, whatever its types.
pub trait PreparedRecord: Send + Sync {
    /// Decides the record on what `reads` shows; commits nothing.
    fn decide<'d>(&'d self, reads: &'d dyn Reads, context: &'d Context<'d>) -> Deciding<'d>;
}

/// What a record leads to: what to store, and what is told of it. A refusal may leave something behind all the same.
pub(super) type RecordDecision = (Change, Result<RecordOutcome, Error>);

/// A decision on its way. Fails only where what a refusal leaves behind can't be told.
pub(super) type Deciding<'d> = Pin<Box<dyn Future<Output = Result<RecordDecision, Error>> + Send + 'd>>;

/// A record on its way: what became of it, or the refusal.
pub(super) type Recording<'c> = Pin<Box<dyn Future<Output = Result<RecordOutcome, Error>> + Send + 'c>>;

/// Makes a [`RecordOperation`] of an operation's types.
pub(super) struct Face<O>(PhantomData<fn() -> O>);

impl<O> Face<O> {
    pub(super) const NEW: Self = Face(PhantomData);
}

impl<O: BatchFace> RecordOperation for Face<O> {
    fn call<'c>(&self, gateway: &'c Gateway, call: &'c Call<'c>, record: Record<'c>) -> Recording<'c> {
        let request = O::decode(record.0);
        Box::pin(async move {
            let answer =
                execute::<O>(gateway, call, &request?, |answer| remembered(&O::outcome(answer))).await?;
            recalled(&answer)
        })
    }

    fn prepare(&self, record: Record<'_>) -> Result<Box<dyn PreparedRecord>, Error> {
        Ok(Box::new(Prepared::<O>(O::decode(record.0)?)))
    }

    fn check(&self, gateway: &Gateway, record: Record<'_>) -> Result<(), Error> {
        let reference = gateway.reference.get();
        O::check(&O::decode(record.0)?, &Rules { settings: &gateway.settings, reference: &reference })
    }
}

/// The request that a record is.
struct Prepared<O: Operation>(O::Request);

impl<O: BatchFace> PreparedRecord for Prepared<O> {
    fn decide<'d>(&'d self, reads: &'d dyn Reads, context: &'d Context<'d>) -> Deciding<'d> {
        Box::pin(async move {
            match decide::<O>(reads, &self.0, context).await {
                Ok(Decision { change, answer }) => Ok((change, Ok(O::outcome(&answer)))),
                Err(refusal) => Ok((O::left_behind(reads, &self.0, context, &refusal).await?, Err(refusal))),
            }
        })
    }
}

fn remembered(outcome: &RecordOutcome) -> Result<Vec<u8>, Error> {
    let warning = |warning: &'_ RecordWarning| {
        (warning.code.clone().into(), warning.field.clone().into(), warning.message.clone().into())
    };
    let warnings = outcome.warnings.iter().map(warning).collect();
    Ok(encode_record_answer(&RecordAnswer { customer_id: outcome.customer_id.0, warnings })?)
}

fn recalled(answer: &[u8]) -> Result<RecordOutcome, Error> {
    let RecordAnswer { customer_id, warnings } = decode_record_answer(answer)?;
    let warning = |(code, field, message): (Cow<'_, str>, Cow<'_, str>, Cow<'_, str>)| RecordWarning {
        code: code.into_owned(),
        field: field.into_owned(),
        message: message.into_owned(),
    };
    let warnings = warnings.into_iter().map(warning).collect();
    Ok(RecordOutcome { customer_id: CustomerId(customer_id), warnings })
}

/// One line of [`ACTIONS`].
pub struct Action {
    /// As documents spell it, whatever the case.
    pub name: &'static str,
    /// Who does it.
    pub operation: &'static dyn RecordOperation,
}

/// A `Customer` of a document.
#[derive(Debug, Clone, Copy)]
pub struct Record<'d>(Element<'d>);

impl<'d> Record<'d> {
    /// The record that an element is.
    pub fn new(element: Element<'d>) -> Self {
        Record(element)
    }

    /// What the record asks for, if that is one of [`ACTIONS`].
    pub fn action(self) -> Option<&'static Action> {
        let sent = self.0.attribute("Action")?;
        ACTIONS.iter().find(|action| action.name.eq_ignore_ascii_case(sent.trim()))
    }
}

impl Action {
    /// Who does what the `index`th record of a document asks for, from 1. `INVALID_ATTRIBUTE_VALUE` if it asks for
    /// nothing that is known (V-18).
    pub fn operation(action: Option<&Action>, index: u64) -> Result<&'static dyn RecordOperation, Error> {
        action.map(|action| action.operation).ok_or_else(|| {
            let index = usize::try_from(index).unwrap_or(usize::MAX);
            let path = Path::ROOT.item("Customer", index).attribute("Action").to_string();
            let expected = "expected Add, AddorUpdate, Update, Delete or Merge";
            Error::at(Code::InvalidAttributeValue, path, expected)
        })
    }
}
