//! A SoapUI project: an interface for each binding of the WSDL, with the requests of each operation.
//!
//! SoapUI reads types and bindings from the WSDL of the running server. Deliberately absent: a copy of the WSDL in the
//! project, which would grow old.

use castile::wire::soap::Version;
use castile::wire::soap::wsdl::{OperationDescription, ServiceDescription};
use castile::wire::xml::{Document, Element, Limits};

use super::requests::{id_of, port};
use super::{BASE_URL, Example, Sent, VERSIONS};

const NAMESPACE: &str = "http://eviware.com/soapui/config";

/// The file's text.
pub(super) fn project(description: &ServiceDescription, examples: &[Example]) -> String {
    let mut xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <con:soapui-project id=\"{}\" name=\"Castile\" activeEnvironment=\"Default\" resourceRoot=\"\" \
         soapui-version=\"5.7.2\" abortOnError=\"false\" runType=\"SEQUENTIAL\" xmlns:con=\"{NAMESPACE}\">\n\
         <con:description>Every operation in both SOAP versions. Send the additions first; one that is sent again is \
         refused.</con:description>\n<con:settings/>\n",
        id_of("soapui project")
    );
    for version in VERSIONS {
        xml.push_str(&interface(description, examples, version));
    }
    xml.push_str("<con:properties/>\n<con:wssContainer/>\n</con:soapui-project>\n");
    xml
}

fn interface(description: &ServiceDescription, examples: &[Example], version: Version) -> String {
    let (path, version_name) = (&port(description, version).path, version_name(version));
    let binding = format!("{}Binding", port(description, version).name);
    let wsdl = format!("{BASE_URL}{}?wsdl", port(description, Version::V11).path);
    let mut xml = format!(
        "<con:interface xsi:type=\"con:WsdlInterface\" id=\"{}\" name=\"{binding}\" type=\"wsdl\" \
         bindingName=\"{{{}}}{binding}\" soapVersion=\"{version_name}\" wsaVersion=\"NONE\" anonymous=\"optional\" \
         definition=\"{wsdl}\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n<con:settings/>\n\
         <con:endpoints>\n<con:endpoint>{BASE_URL}{path}</con:endpoint>\n</con:endpoints>\n",
        id_of(&binding),
        description.target_namespace,
    );
    for operation in &description.operations {
        let calls = examples.iter().filter(|example| example.operation.name == operation.name);
        let calls: String = calls.map(|example| call(example, version, path)).collect();
        xml.push_str(&operation_element(operation, version_name, &calls));
    }
    xml.push_str("</con:interface>\n");
    xml
}

fn operation_element(operation: &OperationDescription, version_name: &str, calls: &str) -> String {
    format!(
        "<con:operation id=\"{}\" name=\"{name}\" bindingOperationName=\"{name}\" action=\"{}\" isOneWay=\"false\" \
         type=\"Request-Response\" inputName=\"\" outputName=\"\" receivesAttachments=\"false\" sendsAttachments=\"false\" \
         anonymous=\"optional\">\n<con:settings/>\n{calls}</con:operation>\n",
        id_of(&format!("{version_name} {}", operation.name)),
        operation.soap_action,
        name = operation.name,
    )
}

fn call(example: &Example, version: Version, path: &str) -> String {
    let envelope = example.in_version(version);
    assert!(!envelope.contains("]]>"), "{}", example.name);
    format!(
        "<con:call id=\"{}\" name=\"{}\">\n<con:settings/>\n<con:encoding>UTF-8</con:encoding>\n\
         <con:endpoint>{BASE_URL}{path}</con:endpoint>\n<con:request><![CDATA[{envelope}]]></con:request>\n\
         <con:wsaConfig mustUnderstand=\"NONE\" version=\"200508\" action=\"{}\"/>\n</con:call>\n",
        id_of(&format!("{} {}", version_name(version), example.name)),
        example.name,
        example.operation.soap_action,
    )
}

fn version_name(version: Version) -> &'static str {
    match version {
        Version::V11 => "1_1",
        Version::V12 => "1_2",
    }
}

/// What SoapUI would send, read from the file.
pub(super) fn sent(text: &str) -> Vec<Sent> {
    let document = Document::parse(text.as_bytes(), &Limits::default()).unwrap();
    let mut found = Vec::new();
    for interface in named(document.root(), "interface") {
        let version = interface.attribute("soapVersion").unwrap();
        let version = VERSIONS.into_iter().find(|known| version_name(*known) == version).unwrap();
        for operation in named(interface, "operation") {
            for call in named(operation, "call") {
                let text = |name| named(call, name).next().unwrap().text().into_owned();
                found.push(Sent {
                    version,
                    name: call.attribute("name").unwrap().into_owned(),
                    operation: operation.attribute("name").unwrap().into_owned(),
                    path: text("endpoint").strip_prefix(BASE_URL).unwrap().to_owned(),
                    envelope: text("request"),
                });
            }
        }
    }
    found
}

fn named<'d>(parent: Element<'d>, name: &'static str) -> impl Iterator<Item = Element<'d>> {
    parent.children().filter(move |child| child.local() == name)
}
