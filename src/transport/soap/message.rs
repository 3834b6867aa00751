//! One SOAP message: read, dispatched by the element in its Body, answered in its sender's version.
//!
//! The order of checks: media type, XML, envelope and headers, operation, action, then everything that the operation
//! itself checks. SOAPAction never decides; one that names another operation is refused. Deliberately absent: what the
//! operations do.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use hyper::StatusCode;
use hyper::header::{HeaderValue, RETRY_AFTER};
use sha2::{Digest, Sha256};
use tokio::time::Instant;
use uuid::Uuid;

use super::media_type::{MediaType, fallback};
use super::soap_response;
use crate::domain::error::{Code, Error};
use crate::ops::{Call, Gateway, MESSAGE_ID_BYTES_MAX, MessageKey, SoapOperation};
use crate::transport::http::{Body, Head, Request, Response};
use crate::transport::outcome::Outcome;
use crate::wire::SERVICE_NAMESPACE;
use crate::wire::soap::wsdl::{OperationDescription, ServiceDescription};
use crate::wire::soap::{
    ADDRESSING_HEADERS, Addressing, AnswerHeaders, Destination, Envelope, Fault, Version, check_soap_actions,
    refuse_references, soap_action, write_answer, write_fault,
};
use crate::wire::xml::{Document, Element, Limits};

/// Who everybody is while no users are configured.
const ANONYMOUS_USER: &str = "anonymous";

/// The operations by their request element, and what all messages are held to.
pub(super) struct Dispatch {
    gateway: Arc<Gateway>,
    operations: HashMap<String, Entry>,
    limits: Limits,
    retry_after_s: u32,
}

struct Entry {
    operation: &'static dyn SoapOperation,
    description: OperationDescription,
}

/// The WSDL and the registry disagree.
#[derive(Debug, thiserror::Error)]
pub enum DispatchError {
    /// Declared, but there is nothing behind it.
    #[error("the WSDL declares the operation {0}, which the registry does not have")]
    NotRegistered(String),
    /// There, but nobody could know.
    #[error("the registry has the operation {0}, which the WSDL does not declare")]
    NotDeclared(String),
}

impl Dispatch {
    pub(super) fn new(
        gateway: Arc<Gateway>,
        description: &ServiceDescription,
        registry: &'static [&'static dyn SoapOperation],
        limits: Limits,
        retry_after_s: u32,
    ) -> Result<Self, DispatchError> {
        let mut operations = HashMap::new();
        for declared in &description.operations {
            let operation = registry.iter().find(|operation| operation.name() == declared.name);
            let operation = *operation.ok_or_else(|| DispatchError::NotRegistered(declared.name.clone()))?;
            operations
                .insert(declared.request_element.clone(), Entry { operation, description: declared.clone() });
        }
        let declared: BTreeSet<_> =
            description.operations.iter().map(|operation| operation.name.as_str()).collect();
        match registry.iter().find(|operation| !declared.contains(operation.name())) {
            Some(operation) => Err(DispatchError::NotDeclared(operation.name().to_owned())),
            None => Ok(Dispatch { gateway, operations, limits, retry_after_s }),
        }
    }

    /// Answers a message.
    pub(super) async fn answer(&self, request: Request) -> Response {
        let head = &*request.head;
        let media_type = MediaType::of(&head.headers);
        let announced = fallback(media_type.as_ref().ok());
        let accepted = media_type.and_then(|media_type| Ok((media_type.accepted()?, media_type)));
        let ((_, charset), media_type) = match accepted {
            Ok(accepted) => accepted,
            Err(fault) => return self.refuse(head, announced, &fault, None),
        };
        let document = match Document::parse_as(&request.body, charset, &self.limits) {
            Ok(document) => document,
            Err(error) => {
                let version = Version::of_unreadable(&request.body, announced);
                return self.refuse(head, version, &Fault::from(&error), None);
            }
        };
        let version = Envelope::version_of(&document).unwrap_or(announced);
        match self.exchange(&request, &document, &media_type).await {
            Ok(response) => response,
            Err(fault) => {
                let addressing = Addressing::of_refused(&document);
                self.refuse(head, version, &fault, addressing.as_ref().map(|addressing| (addressing, "")))
            }
        }
    }

    /// Everything from the envelope on. An error is a refusal from before the operation was known.
    async fn exchange(
        &self,
        request: &Request,
        document: &Document<'_>,
        media_type: &MediaType<'_>,
    ) -> Result<Response, Fault> {
        let envelope = Envelope::read(document, &ADDRESSING_HEADERS)?;
        let addressing = Addressing::read(&envelope)?;
        let (entry, element) = self.operation(&envelope)?;
        self.check_action(&request.head, media_type, addressing.as_ref(), entry)?;
        let message = message_key(&envelope, addressing.as_ref())?;
        let request_id = request.head.request_id.to_string();
        let deadline = Some(request.deadline);
        let call = Call { request_id: &request_id, caller: ANONYMOUS_USER, message, deadline };
        let outcome = match refuse_references(document, element) {
            Ok(()) => self.carry_out(entry, &call, element, request.deadline).await,
            Err(refusal) => Err(refusal),
        };
        let told = Outcome::of(entry.operation.name(), &outcome);
        let version = envelope.version();
        let response = match outcome {
            Ok(_) if replies_nowhere(addressing.as_ref(), |addressing| addressing.reply_to) => accepted(),
            Err(_) if replies_nowhere(addressing.as_ref(), |addressing| addressing.fault_to) => accepted(),
            Ok(body) => {
                let message_id = addressing.as_ref().map(|_| message_id()).unwrap_or_default();
                let action = &entry.description.output_action;
                let headers =
                    addressing.as_ref().map(|request| AnswerHeaders::new(request, action, &message_id));
                soap_response(version, StatusCode::OK, write_answer(version, headers, &body))
            }
            Err(error) => {
                let action = entry.description.fault_action.as_str();
                let addressing = addressing.as_ref().map(|addressing| (addressing, action));
                self.refuse(&request.head, version, &Fault::from(&error), addressing)
            }
        };
        Ok(told.tell(response))
    }

    async fn carry_out(
        &self,
        entry: &Entry,
        call: &Call<'_>,
        element: Element<'_>,
        deadline: Instant,
    ) -> Result<Vec<u8>, Error> {
        let running = entry.operation.call(&self.gateway, call, element);
        tokio::time::timeout_at(deadline, running).await.unwrap_or_else(|_| {
            Err(Error::new(Code::Timeout, "no answer in time; whether there was an effect is not known"))
        })
    }

    /// The operation of the Body's child, by its local name, in the service's namespace or in none.
    fn operation<'d>(&self, envelope: &Envelope<'d>) -> Result<(&Entry, Element<'d>), Fault> {
        let unknown = |message: Cow<'static, str>| Fault::from(&Error::new(Code::UnknownOperation, message));
        let element =
            envelope.request().ok_or_else(|| unknown("the Body is empty; it holds the request".into()))?;
        let ours = matches!(element.namespace(), None | Some(SERVICE_NAMESPACE));
        match self.operations.get(element.local()).filter(|_| ours) {
            Some(entry) => Ok((entry, element)),
            None => {
                let (line, column) = element.position();
                let text = format!(
                    "the element in the Body (line {line}, column {column}) is no operation of {SERVICE_NAMESPACE}; \
                     the operations are listed in the WSDL"
                );
                Err(unknown(text.into()))
            }
        }
    }

    /// D3 and D4 for a message with `wsa:Action`, A11 for others. What a sender calls the operation is looked at in every
    /// place where it can stand, so that nobody before us can have chosen by another.
    fn check_action(
        &self,
        head: &Head,
        media_type: &MediaType<'_>,
        addressing: Option<&Addressing<'_>>,
        entry: &Entry,
    ) -> Result<(), Fault> {
        let headers = head.headers.get_all("soapaction").iter().filter_map(|value| value.to_str().ok());
        let actions: Vec<&str> = headers.chain(media_type.action).filter_map(soap_action).collect();
        let names_operation =
            |action: &str| self.operations.values().any(|entry| entry.description.soap_action == action);
        match addressing {
            Some(addressing) => addressing.check_action(&actions, &entry.description.input_action),
            None => check_soap_actions(&actions, &entry.description.soap_action, names_operation),
        }
    }

    fn refuse(
        &self,
        head: &Head,
        version: Version,
        fault: &Fault,
        addressing: Option<(&Addressing<'_>, &str)>,
    ) -> Response {
        let message_id = addressing.map(|_| message_id()).unwrap_or_default();
        let headers = addressing.map(|(request, action)| AnswerHeaders::new(request, action, &message_id));
        let status =
            StatusCode::from_u16(fault.http_status(version)).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = write_fault(version, fault, headers, &head.request_id.to_string());
        let mut response = soap_response(version, status, body);
        if matches!(status, StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS) {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(self.retry_after_s));
        }
        Outcome::refused(fault.detail.as_ref().map(|detail| detail.code)).tell(response)
    }
}

/// What makes a retry recognisable: `wsa:MessageID` and the Body's bytes.
fn message_key(
    envelope: &Envelope<'_>,
    addressing: Option<&Addressing<'_>>,
) -> Result<Option<MessageKey>, Fault> {
    let Some(message_id) = addressing.and_then(|addressing| addressing.message_id.as_deref()) else {
        return Ok(None);
    };
    if message_id.len() > MESSAGE_ID_BYTES_MAX {
        return Err(Addressing::message_id_too_long(MESSAGE_ID_BYTES_MAX));
    }
    let body_sha256 = Sha256::digest(envelope.body().source()).into();
    Ok(Some(MessageKey { message_id: message_id.to_owned(), body_sha256, record: None }))
}

fn replies_nowhere(addressing: Option<&Addressing<'_>>, to: impl Fn(&Addressing<'_>) -> Destination) -> bool {
    addressing.is_some_and(|addressing| to(addressing) == Destination::Nowhere)
}

/// D6: the sender wants no answer.
fn accepted() -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::ACCEPTED;
    response
}

fn message_id() -> String {
    format!("urn:uuid:{}", Uuid::new_v4())
}
