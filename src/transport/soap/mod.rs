//! The callers' side: which path means what.
//!
//! | path | GET, HEAD | POST |
//! | --- | --- | --- |
//! | `/services` | the list of services | – |
//! | `/services/CRMProcessor`, `/services/CRMProcessor/soap12` | `?wsdl`, `?singleWsdl`, `?xsd=FILE` | a SOAP message of either version |
//!
//! Deliberately absent: what a message means ([`message`]), and everything below HTTP.

mod base_url;
mod documents;
mod media_type;
mod message;

use std::net::SocketAddr;
use std::sync::Arc;

use async_trait::async_trait;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::{Method, StatusCode};

use self::documents::Documents;
use self::media_type::MediaType;
use self::message::Dispatch;
use crate::config::Config;
use crate::domain::error::Code;
use crate::ops::{Gateway, REGISTRY};
use crate::transport::http::{Body, Handler, Head, Refusal, Request, Response, problem, refused};
use crate::transport::outcome::Outcome;
use crate::wire::soap::wsdl::{DescriptionError, Publication, ServiceDescription};
use crate::wire::soap::{Fault, FaultCode, Version, write_fault};
use crate::wire::xml::Limits;

pub use message::DispatchError;

/// The path of the service; the WSDL declares it too.
pub const SERVICE_PATH: &str = "/services/CRMProcessor";
/// The path of the list of services.
const SERVICES_PATH: &str = "/services";

/// Everything behind the callers' address.
pub struct SoapService {
    dispatch: Dispatch,
    documents: Documents,
    paths: Vec<String>,
}

/// Why the service can't be offered.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// The WSDL or its schema is wrong.
    #[error(transparent)]
    Description(#[from] DescriptionError),
    /// The WSDL and the registry disagree.
    #[error(transparent)]
    Dispatch(#[from] DispatchError),
}

impl SoapService {
    /// Builds the dispatch table from the WSDL; refuses to if it and the registry disagree.
    pub fn new(gateway: Arc<Gateway>, config: &Config, address: SocketAddr) -> Result<Self, ServiceError> {
        let description = ServiceDescription::load()?;
        let paths = description.ports.iter().map(|port| port.path.clone()).collect();
        let limits = xml_limits(&config.limits);
        let retry_after_s = config.limits.retry_after_s;
        let dispatch = Dispatch::new(gateway, &description, REGISTRY, limits, retry_after_s)?;
        let documents = Documents::new(Publication::load()?, description, config, address);
        Ok(SoapService { dispatch, documents, paths })
    }

    fn is_service(&self, head: &Head) -> bool {
        self.paths.iter().any(|path| path == head.path())
    }

    async fn service(&self, request: Request) -> Response {
        match request.head.method {
            Method::POST => self.dispatch.answer(request).await,
            Method::GET | Method::HEAD => match self.documents.answer(&request.head) {
                Some(response) => response,
                None => not_allowed("POST", "messages are sent with POST; the description is at ?wsdl"),
            },
            _ => not_allowed("GET, HEAD, POST", "messages are sent with POST; the description is at ?wsdl"),
        }
    }
}

#[async_trait]
impl Handler for SoapService {
    async fn handle(&self, request: Request) -> Response {
        if self.is_service(&request.head) {
            return self.service(request).await;
        }
        match (request.head.path(), &request.head.method) {
            (SERVICES_PATH | "/services/", &Method::GET | &Method::HEAD) => {
                self.documents.list(&request.head)
            }
            (SERVICES_PATH | "/services/", _) => {
                not_allowed("GET, HEAD", "the list of services is read with GET")
            }
            _ => problem(
                StatusCode::NOT_FOUND,
                "there is nothing at this path; the services are listed at /services",
            ),
        }
    }

    /// In the caller's SOAP version, if it speaks SOAP.
    fn refuse(&self, head: &Head, refusal: Refusal) -> Response {
        if !self.is_service(head) || head.method != Method::POST {
            return refused(refusal);
        }
        let told = Outcome::refused(Some(code_of(refusal)));
        let announced = MediaType::of(&head.headers).ok().and_then(|media_type| media_type.version);
        let Some(version) = announced else { return told.tell(refused(refusal)) };
        let fault = fault_of(refusal);
        let body = write_fault(version, &fault, None, &head.request_id.to_string());
        told.tell(soap_response(version, refusal.status(), body))
    }
}

fn code_of(refusal: Refusal) -> Code {
    match refusal {
        Refusal::TooLarge { .. } | Refusal::InflatesTooFar { .. } => Code::MessageTooLarge,
        Refusal::UnknownCoding | Refusal::CodingBroken | Refusal::BodyTimeout | Refusal::BodyBroken => {
            Code::MalformedMessage
        }
        Refusal::Overloaded { .. } => Code::ServiceUnavailable,
        Refusal::Overdue { .. } => Code::Timeout,
        Refusal::Failed => Code::UnexpectedError,
    }
}

fn fault_of(refusal: Refusal) -> Fault {
    let fault_code = match refusal {
        Refusal::TooLarge { .. }
        | Refusal::InflatesTooFar { .. }
        | Refusal::UnknownCoding
        | Refusal::CodingBroken
        | Refusal::BodyTimeout
        | Refusal::BodyBroken => FaultCode::Client,
        Refusal::Overloaded { .. } | Refusal::Overdue { .. } | Refusal::Failed => FaultCode::Server,
    };
    Fault::new(fault_code, refusal.message()).with_code(code_of(refusal))
}

fn soap_response(version: Version, status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(version.content_type()));
    response
}

fn not_allowed(methods: &'static str, detail: &str) -> Response {
    let mut response = problem(StatusCode::METHOD_NOT_ALLOWED, detail);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(methods));
    response
}

/// The limits of a message, as the configuration has them.
pub fn xml_limits(limits: &crate::config::Limits) -> Limits {
    Limits {
        message_bytes_max: usize::try_from(limits.message_bytes_max).unwrap_or(usize::MAX),
        depth_max: limits.depth_max,
        children_max: limits.children_max,
        attributes_max: limits.attributes_max,
        attribute_value_bytes_max: limits.attribute_value_bytes_max,
        name_bytes_max: limits.name_bytes_max,
        elements_max: limits.elements_max,
        ..Limits::default()
    }
}
