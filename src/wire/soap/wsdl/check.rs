//! From the two documents to a [`ServiceDescription`], refusing whatever disagrees.
//!
//! What is checked: port type and bindings have the same operations (R2718); no operation is overloaded (R2304), no two
//! share a body element (R2710) or a soapAction; every message has one part, by element, that the schema defines; every
//! binding gives an operation the same soapAction, and that is its input's `wsam:Action`; a 1.1 binding names the
//! faults of the port type (R2718, R2754).

use std::collections::BTreeMap;

use super::definitions::{Binding, BindingOperation, Definitions, Message, MessageUse, Operation, Port};
use super::description::{
    OperationDescription, PortDescription, PortVersion, ServiceDescription, TypeDescription,
};
use super::error::DescriptionError;
use super::schema::Schema;
use super::types::{required, single, target_name, unique};

impl ServiceDescription {
    /// The description that is part of this program.
    pub fn load() -> Result<Self, DescriptionError> {
        Self::read(super::WSDL, super::XSD)
    }

    /// The description in a WSDL and the schema that it imports.
    pub fn read(wsdl: &str, xsd: &str) -> Result<Self, DescriptionError> {
        let definitions: Definitions = parse("WSDL", wsdl)?;
        let schema: Schema = parse("XSD", xsd)?;
        describe(&definitions, &schema)
    }
}

/// A document as the structs of its shape.
pub(super) fn parse<T: yaserde::YaDeserialize>(
    document: &'static str,
    text: &str,
) -> Result<T, DescriptionError> {
    yaserde::de::from_str(text)
        .map_err(|error| DescriptionError::Unreadable { document, reason: error.to_string() })
}

/// The checked description of parsed documents.
pub(super) fn describe(
    definitions: &Definitions,
    schema: &Schema,
) -> Result<ServiceDescription, DescriptionError> {
    let target_namespace = target_namespace(definitions, schema)?;
    let (elements, types) = super::types::describe(schema)?;
    let messages = message_elements(&definitions.messages, &elements)?;
    let port_type = single(&definitions.port_types, "the WSDL", "portType")?;
    let service = single(&definitions.services, "the WSDL", "service")?;
    let bindings = bindings(definitions, required(&port_type.name, "the portType", "name")?)?;

    let operations =
        port_type.operations.iter().map(|operation| describe_operation(operation, &messages, &bindings));
    let operations = operations.collect::<Result<Vec<_>, _>>()?;
    unique("operation", operations.iter().map(|operation| operation.name.as_str()))?;
    refuse_shared(&operations)?;
    refuse_unknown(&operations, &bindings)?;

    let ports = service.ports.iter().map(|port| describe_port(port, &bindings));
    let ports = ports.collect::<Result<Vec<_>, _>>()?;
    let name = required(&service.name, "the service", "name")?.to_owned();
    Ok(ServiceDescription { target_namespace, name, operations, ports, elements, types })
}

fn target_namespace(definitions: &Definitions, schema: &Schema) -> Result<String, DescriptionError> {
    let wsdl = required(&definitions.target_namespace, "the WSDL", "targetNamespace")?.to_owned();
    let schema = required(&schema.target_namespace, "the schema", "targetNamespace")?.to_owned();
    if wsdl == schema { Ok(wsdl) } else { Err(DescriptionError::Namespaces { wsdl, schema }) }
}

/// From the name of each message to its one element.
fn message_elements(
    messages: &[Message],
    elements: &[TypeDescription],
) -> Result<BTreeMap<String, String>, DescriptionError> {
    let mut by_name = BTreeMap::new();
    for message in messages {
        let name = required(&message.name, "a message", "name")?;
        let at = format!("the message {name}");
        let part = single(&message.parts, &at, "part")?;
        let element = target_name(required(&part.element, &at, "element")?, &at)?;
        if !elements.iter().any(|candidate| candidate.name == element) {
            return Err(DescriptionError::Dangling { at, kind: "element", name: element });
        }
        if by_name.insert(name.to_owned(), element).is_some() {
            return Err(DescriptionError::SameName { kind: "message", name: name.to_owned() });
        }
    }
    Ok(by_name)
}

/// A binding and what it says of each operation.
struct Bound<'a> {
    name: &'a str,
    version: PortVersion,
    operations: Vec<(&'a str, &'a BindingOperation)>,
}

fn bindings<'a>(definitions: &'a Definitions, port_type: &str) -> Result<Vec<Bound<'a>>, DescriptionError> {
    let bound = definitions.bindings.iter().map(|binding| bound(binding, port_type));
    let bound = bound.collect::<Result<Vec<_>, _>>()?;
    unique("binding", bound.iter().map(|binding| binding.name))?;
    Ok(bound)
}

fn bound<'a>(binding: &'a Binding, port_type: &str) -> Result<Bound<'a>, DescriptionError> {
    let name = required(&binding.name, "a binding", "name")?;
    let at = format!("the binding {name}");
    let bound_type = target_name(required(&binding.port_type, &at, "type")?, &at)?;
    if bound_type != port_type {
        return Err(DescriptionError::Dangling { at, kind: "portType", name: bound_type });
    }
    let version = version(&at, "SOAP binding", binding.soap11.len(), binding.soap12.len())?;
    let named = binding.operations.iter().map(|operation| {
        let name = required(&operation.name, &format!("an operation of {at}"), "name")?;
        Ok((name, operation))
    });
    let operations = named.collect::<Result<Vec<_>, DescriptionError>>()?;
    unique("bound operation", operations.iter().map(|(name, _)| *name))?;
    Ok(Bound { name, version, operations })
}

/// Which of the two SOAP extensions an element carries; exactly one of them, once.
fn version(
    at: &str,
    what: &'static str,
    soap11: usize,
    soap12: usize,
) -> Result<PortVersion, DescriptionError> {
    match (soap11, soap12) {
        (1, 0) => Ok(PortVersion::Soap11),
        (0, 1) => Ok(PortVersion::Soap12),
        (0, 0) => Err(DescriptionError::Missing { at: at.to_owned(), what }),
        _ => Err(DescriptionError::Repeated { at: at.to_owned(), what }),
    }
}

fn describe_operation(
    operation: &Operation,
    messages: &BTreeMap<String, String>,
    bindings: &[Bound<'_>],
) -> Result<OperationDescription, DescriptionError> {
    let name = required(&operation.name, "an operation", "name")?;
    let at = format!("the operation {name}");
    let (request_element, input_action) = message_use(&operation.inputs, messages, &at, "input")?;
    let (response_element, output_action) = message_use(&operation.outputs, messages, &at, "output")?;
    let (fault_element, fault_action) = message_use(&operation.faults, messages, &at, "fault")?;
    let fault_name = required(&single(&operation.faults, &at, "fault")?.name, &at, "fault name")?;
    let soap_action = input_action.clone();
    for binding in bindings {
        check_bound(binding, name, &soap_action, fault_name)?;
    }
    Ok(OperationDescription {
        name: name.to_owned(),
        request_element,
        response_element,
        fault_element,
        soap_action,
        input_action,
        output_action,
        fault_action,
    })
}

/// The element and the action of an operation's input, output or fault.
fn message_use(
    uses: &[MessageUse],
    messages: &BTreeMap<String, String>,
    at: &str,
    what: &'static str,
) -> Result<(String, String), DescriptionError> {
    let used = single(uses, at, what)?;
    let at = format!("the {what} of {at}");
    let message = target_name(required(&used.message, &at, "message")?, &at)?;
    let action = required(&used.action, &at, "wsam:Action")?.to_owned();
    match messages.get(&message) {
        Some(element) => Ok((element.clone(), action)),
        None => Err(DescriptionError::Dangling { at, kind: "message", name: message }),
    }
}

/// A binding says the same of an operation as the port type does.
fn check_bound(
    binding: &Bound<'_>,
    operation: &str,
    input_action: &str,
    fault: &str,
) -> Result<(), DescriptionError> {
    let Some((_, bound)) = binding.operations.iter().find(|(name, _)| *name == operation) else {
        return Err(DescriptionError::OperationWithoutBinding {
            operation: operation.to_owned(),
            binding: binding.name.to_owned(),
        });
    };
    let at = format!("the operation {operation} in the binding {}", binding.name);
    version(&at, "SOAP operation", bound.soap11.len(), bound.soap12.len())?;
    let soap =
        single(if bound.soap11.is_empty() { &bound.soap12 } else { &bound.soap11 }, &at, "SOAP operation")?;
    let soap_action = required(&soap.soap_action, &at, "soapAction")?;
    same(&format!("the soapAction of {at}"), soap_action, "the wsam:Action of its input", input_action)?;
    match binding.version {
        PortVersion::Soap11 => {
            let bound_fault = required(&single(&bound.faults, &at, "fault")?.name, &at, "fault name")?;
            same(&format!("the fault of {at}"), bound_fault, "that of the port type", fault)
        }
        PortVersion::Soap12 => Ok(()),
    }
}

fn same(at: &str, found: &str, other: &str, expected: &str) -> Result<(), DescriptionError> {
    if found == expected {
        return Ok(());
    }
    let (at, found) = (at.to_owned(), found.to_owned());
    Err(DescriptionError::Differs { at, found, other: other.to_owned(), expected: expected.to_owned() })
}

/// Refuses two operations that a request could not choose between.
fn refuse_shared(operations: &[OperationDescription]) -> Result<(), DescriptionError> {
    let elements =
        operations.iter().map(|operation| (operation.name.as_str(), operation.request_element.as_str()));
    refuse_shared_value("body element", elements)?;
    let actions =
        operations.iter().map(|operation| (operation.name.as_str(), operation.soap_action.as_str()));
    refuse_shared_value("soapAction", actions)
}

fn refuse_shared_value<'a>(
    what: &'static str,
    pairs: impl Iterator<Item = (&'a str, &'a str)>,
) -> Result<(), DescriptionError> {
    let mut seen = BTreeMap::new();
    for (operation, value) in pairs {
        if let Some(first) = seen.insert(value, operation) {
            let (first, second) = (first.to_owned(), operation.to_owned());
            return Err(DescriptionError::Shared { what, value: value.to_owned(), first, second });
        }
    }
    Ok(())
}

/// Refuses a binding with an operation that the port type does not have.
fn refuse_unknown(
    operations: &[OperationDescription],
    bindings: &[Bound<'_>],
) -> Result<(), DescriptionError> {
    for binding in bindings {
        for (name, _) in &binding.operations {
            if !operations.iter().any(|operation| operation.name == *name) {
                return Err(DescriptionError::BindingWithoutOperation {
                    binding: binding.name.to_owned(),
                    operation: (*name).to_owned(),
                });
            }
        }
    }
    Ok(())
}

fn describe_port(port: &Port, bindings: &[Bound<'_>]) -> Result<PortDescription, DescriptionError> {
    let name = required(&port.name, "a port", "name")?;
    let at = format!("the port {name}");
    let binding = target_name(required(&port.binding, &at, "binding")?, &at)?;
    let Some(bound) = bindings.iter().find(|candidate| candidate.name == binding) else {
        return Err(DescriptionError::Dangling { at, kind: "binding", name: binding });
    };
    let addresses = match bound.version {
        PortVersion::Soap11 => &port.soap11,
        PortVersion::Soap12 => &port.soap12,
    };
    let location = required(&single(addresses, &at, "address")?.location, &at, "location")?;
    let without_path = || DescriptionError::AddressWithoutPath { port: name.to_owned() };
    let path = path_of(location).ok_or_else(without_path)?.to_owned();
    Ok(PortDescription { name: name.to_owned(), version: bound.version, path })
}

/// The path of an absolute http or https URL.
pub(super) fn path_of(location: &str) -> Option<&str> {
    let rest = location.strip_prefix("http://").or_else(|| location.strip_prefix("https://"))?;
    rest.find('/').map(|at| &rest[at..])
}
