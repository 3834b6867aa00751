//! What is read with GET: the WSDL, its schema, the list of services.
//!
//! Every document has a strong ETag and may be kept, but is asked for again each time, so that a client never builds
//! its proxy from yesterday's address.

use std::net::SocketAddr;

use hyper::StatusCode;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH, VARY};
use quick_xml::escape::escape;

use super::base_url::BaseUrl;
use crate::config::Config;
use crate::transport::http::{Body, Head, Response, problem};
use crate::wire::soap::wsdl::{Publication, ServiceDescription, strong_etag};

const XML: &str = "text/xml; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";

/// The published documents.
pub(super) struct Documents {
    publication: Publication,
    description: ServiceDescription,
    base_url: BaseUrl,
}

impl Documents {
    pub(super) fn new(
        publication: Publication,
        description: ServiceDescription,
        config: &Config,
        address: SocketAddr,
    ) -> Self {
        Documents { publication, description, base_url: BaseUrl::new(config.clone(), address) }
    }

    /// The document that the query asks for; `None` if it asks for none.
    pub(super) fn answer(&self, head: &Head) -> Option<Response> {
        let query = head.query()?;
        let first = query.split('&').next().unwrap_or_default();
        let (name, value) = first.split_once('=').unwrap_or((first, ""));
        match name.to_ascii_lowercase().as_str() {
            "wsdl" | "singlewsdl" => {
                let wsdl = self.publication.wsdl(&self.base_url.of(head));
                Some(document(head, XML, wsdl.into_bytes(), self.base_url.depends_on()))
            }
            "xsd" => Some(match self.publication.schema(value) {
                Some(schema) => document(head, XML, schema.as_bytes().to_vec(), None),
                None => problem(StatusCode::NOT_FOUND, "there is no schema file of this name"),
            }),
            _ => None,
        }
    }

    /// The list of services, for a person with a browser.
    pub(super) fn list(&self, head: &Head) -> Response {
        let base_url = escape(self.base_url.of(head)).into_owned();
        let mut html = String::from(
            "<!DOCTYPE html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Services</title></head><body><h1>Services</h1>",
        );
        html.push_str(&format!("<h2>{}</h2><p>Description:", self.description.name));
        if let Some(port) = self.description.ports.first() {
            html.push_str(&format!(" <a href=\"{base_url}{0}?wsdl\">{base_url}{0}?wsdl</a>", port.path));
        }
        html.push_str("</p><h3>Addresses</h3><ul>");
        for port in &self.description.ports {
            html.push_str(&format!("<li>{}: {base_url}{}</li>", port.name, port.path));
        }
        html.push_str("</ul><h3>Operations</h3><ul>");
        for operation in &self.description.operations {
            html.push_str(&format!("<li>{}</li>", operation.name));
        }
        html.push_str("</ul></body></html>\n");
        document(head, HTML, html.into_bytes(), self.base_url.depends_on())
    }
}

/// A document whose text depends on these headers of the request.
fn document(
    head: &Head,
    content_type: &'static str,
    body: Vec<u8>,
    depends_on: Option<&'static str>,
) -> Response {
    let etag = strong_etag(&body);
    let known = head.headers.get_all(IF_NONE_MATCH).iter().any(|value| names(value, &etag));
    let mut response = Response::new(if known { Body::empty() } else { Body::from(body) });
    if known {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
    }
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    if let Some(depends_on) = depends_on {
        headers.insert(VARY, HeaderValue::from_static(depends_on));
    }
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        headers.insert(ETAG, etag);
    }
    response
}

/// Does If-None-Match name this tag?
fn names(value: &HeaderValue, etag: &str) -> bool {
    let tags = value.to_str().unwrap_or_default().split(',').map(str::trim);
    tags.map(|tag| tag.strip_prefix("W/").unwrap_or(tag)).any(|tag| tag == "*" || tag == etag)
}
