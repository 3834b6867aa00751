//! The shape of a WSDL 1.1 document, as far as ours goes: one struct for each element, filled by yaserde.
//!
//! The types are absent: they stand in the schema, which is read by itself. Nothing is judged here. Attributes that have to be there are options all the same, so that the check can name what is
//! missing and where.

use yaserde::YaDeserialize;

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(
    rename = "definitions",
    prefix = "wsdl",
    namespaces = { "wsdl" = "http://schemas.xmlsoap.org/wsdl/" }
)]
pub(super) struct Definitions {
    #[yaserde(attribute = true, rename = "targetNamespace")]
    pub(super) target_namespace: Option<String>,
    #[yaserde(prefix = "wsdl", rename = "message")]
    pub(super) messages: Vec<Message>,
    #[yaserde(prefix = "wsdl", rename = "portType")]
    pub(super) port_types: Vec<PortType>,
    #[yaserde(prefix = "wsdl", rename = "binding")]
    pub(super) bindings: Vec<Binding>,
    #[yaserde(prefix = "wsdl", rename = "service")]
    pub(super) services: Vec<Service>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "message", prefix = "wsdl", namespaces = { "wsdl" = "http://schemas.xmlsoap.org/wsdl/" })]
pub(super) struct Message {
    #[yaserde(attribute = true)]
    pub(super) name: Option<String>,
    #[yaserde(prefix = "wsdl", rename = "part")]
    pub(super) parts: Vec<Part>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "part")]
pub(super) struct Part {
    #[yaserde(attribute = true)]
    pub(super) element: Option<String>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "portType", prefix = "wsdl", namespaces = { "wsdl" = "http://schemas.xmlsoap.org/wsdl/" })]
pub(super) struct PortType {
    #[yaserde(attribute = true)]
    pub(super) name: Option<String>,
    #[yaserde(prefix = "wsdl", rename = "operation")]
    pub(super) operations: Vec<Operation>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "operation", prefix = "wsdl", namespaces = { "wsdl" = "http://schemas.xmlsoap.org/wsdl/" })]
pub(super) struct Operation {
    #[yaserde(attribute = true)]
    pub(super) name: Option<String>,
    #[yaserde(prefix = "wsdl", rename = "input")]
    pub(super) inputs: Vec<MessageUse>,
    #[yaserde(prefix = "wsdl", rename = "output")]
    pub(super) outputs: Vec<MessageUse>,
    #[yaserde(prefix = "wsdl", rename = "fault")]
    pub(super) faults: Vec<MessageUse>,
}

#[derive(Debug, Default, YaDeserialize)]
pub(super) struct MessageUse {
    #[yaserde(attribute = true)]
    pub(super) name: Option<String>,
    #[yaserde(attribute = true)]
    pub(super) message: Option<String>,
    /// `wsam:Action`.
    #[yaserde(attribute = true, rename = "Action")]
    pub(super) action: Option<String>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(
    rename = "binding",
    prefix = "wsdl",
    namespaces = {
        "wsdl" = "http://schemas.xmlsoap.org/wsdl/",
        "soap" = "http://schemas.xmlsoap.org/wsdl/soap/",
        "soap12" = "http://schemas.xmlsoap.org/wsdl/soap12/"
    }
)]
pub(super) struct Binding {
    #[yaserde(attribute = true)]
    pub(super) name: Option<String>,
    #[yaserde(attribute = true, rename = "type")]
    pub(super) port_type: Option<String>,
    #[yaserde(prefix = "soap", rename = "binding")]
    pub(super) soap11: Vec<Empty>,
    #[yaserde(prefix = "soap12", rename = "binding")]
    pub(super) soap12: Vec<Empty>,
    #[yaserde(prefix = "wsdl", rename = "operation")]
    pub(super) operations: Vec<BindingOperation>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(
    rename = "operation",
    prefix = "wsdl",
    namespaces = {
        "wsdl" = "http://schemas.xmlsoap.org/wsdl/",
        "soap" = "http://schemas.xmlsoap.org/wsdl/soap/",
        "soap12" = "http://schemas.xmlsoap.org/wsdl/soap12/"
    }
)]
pub(super) struct BindingOperation {
    #[yaserde(attribute = true)]
    pub(super) name: Option<String>,
    #[yaserde(prefix = "soap", rename = "operation")]
    pub(super) soap11: Vec<SoapOperation>,
    #[yaserde(prefix = "soap12", rename = "operation")]
    pub(super) soap12: Vec<SoapOperation>,
    #[yaserde(prefix = "wsdl", rename = "fault")]
    pub(super) faults: Vec<MessageUse>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "operation")]
pub(super) struct SoapOperation {
    #[yaserde(attribute = true, rename = "soapAction")]
    pub(super) soap_action: Option<String>,
}

/// An element of which only the presence counts.
#[derive(Debug, Default, YaDeserialize)]
pub(super) struct Empty {}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "service", prefix = "wsdl", namespaces = { "wsdl" = "http://schemas.xmlsoap.org/wsdl/" })]
pub(super) struct Service {
    #[yaserde(attribute = true)]
    pub(super) name: Option<String>,
    #[yaserde(prefix = "wsdl", rename = "port")]
    pub(super) ports: Vec<Port>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(
    rename = "port",
    prefix = "wsdl",
    namespaces = {
        "wsdl" = "http://schemas.xmlsoap.org/wsdl/",
        "soap" = "http://schemas.xmlsoap.org/wsdl/soap/",
        "soap12" = "http://schemas.xmlsoap.org/wsdl/soap12/"
    }
)]
pub(super) struct Port {
    #[yaserde(attribute = true)]
    pub(super) name: Option<String>,
    #[yaserde(attribute = true)]
    pub(super) binding: Option<String>,
    #[yaserde(prefix = "soap", rename = "address")]
    pub(super) soap11: Vec<Address>,
    #[yaserde(prefix = "soap12", rename = "address")]
    pub(super) soap12: Vec<Address>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "address")]
pub(super) struct Address {
    #[yaserde(attribute = true)]
    pub(super) location: Option<String>,
}
