//! What the Basic Profile and the client stacks that were tried ask of the published description, rule by rule.
//!
//! That every variant of it is valid against the grammars of WSDL 1.1 and its SOAP bindings is checked with xmllint
//! (`tests/interop/schema`); that all its names lead to one document, in [`crate::http`].

use std::collections::BTreeSet;

use super::Scene;
use crate::support::soap;
use crate::support::tree::Node;

const WSDL_NAMESPACE: &str = "http://schemas.xmlsoap.org/wsdl/";
const SOAP11_NAMESPACE: &str = "http://schemas.xmlsoap.org/wsdl/soap/";
const SOAP12_NAMESPACE: &str = "http://schemas.xmlsoap.org/wsdl/soap12/";
const SCHEMA_NAMESPACE: &str = "http://www.w3.org/2001/XMLSchema";
const SERVICE_NAMESPACE: &str = "urn:castile:crm:v1";

/// The description as the server hands it out.
fn text() -> String {
    let answer = Scene::shared().exchange("GET", &format!("{}?wsdl", soap::PATH), &[], "");
    assert_eq!(answer.status, 200);
    answer.body
}

fn document() -> Node {
    Node::parse(&text())
}

fn schema() -> Node {
    let root = document();
    let types = root.all("types").next().unwrap();
    types.children[0].clone()
}

/// All elements of that namespace and local name.
fn elements(namespace: &str, name: &str) -> Vec<Node> {
    let matches = |node: &&Node| node.namespace == namespace && node.name == name;
    let found: Vec<_> = document().walk().into_iter().filter(matches).cloned().collect();
    assert!(!found.is_empty(), "no {name}");
    found
}

fn port_type_operations() -> Vec<Node> {
    elements(WSDL_NAMESPACE, "portType").remove(0).all("operation").cloned().collect()
}

fn names(nodes: &[Node]) -> Vec<String> {
    nodes.iter().map(|node| node.attribute("name").to_owned()).collect()
}

/// Both SOAP extension namespaces.
fn soap_elements(name: &str) -> Vec<Node> {
    let mut found = elements(SOAP11_NAMESPACE, name);
    found.extend(elements(SOAP12_NAMESPACE, name));
    found
}

#[test]
fn r2001_r2002_r2003_r2007_nothing_is_imported() {
    assert!(document().walk().iter().all(|node| node.name != "import" && node.name != "include"));
}

#[test]
fn r2022_r2023_sections_stand_in_the_order_of_the_specification() {
    let order = ["documentation", "types", "message", "portType", "binding", "service"];
    let root = document();
    let seen: Vec<_> =
        root.children.iter().map(|child| order.iter().position(|name| *name == child.name)).collect();
    assert!(seen.iter().all(Option::is_some), "{seen:?}");
    assert!(seen.is_sorted(), "{seen:?}");
}

#[test]
fn r2028_wsdl_elements_hold_only_what_the_specification_lists() {
    let allowed = |name: &str| -> &[&str] {
        match name {
            "definitions" => &["name", "targetNamespace"],
            "message" | "portType" | "service" => &["name"],
            "part" => &["name", "element"],
            "operation" => &["name"],
            "input" | "output" => &["message", "wsam:Action"],
            "fault" => &["name", "message", "wsam:Action"],
            "binding" => &["name", "type"],
            "port" => &["name", "binding"],
            "types" | "documentation" => &[],
            other => panic!("no element of WSDL: {other}"),
        }
    };
    for node in document().walk().into_iter().filter(|node| node.namespace == WSDL_NAMESPACE) {
        let unknown = node.attributes.keys().find(|key| !allowed(&node.name).contains(&key.as_str()));
        assert_eq!(unknown, None, "on {}", node.name);
    }
}

#[test]
fn r2101_r2102_every_qname_has_a_namespace_that_is_at_hand() {
    let defining = ["element", "type", "base", "message", "binding"];
    let mut seen = 0;
    for node in document().walk() {
        assert!(!node.namespace.is_empty(), "{} has no namespace", node.name);
        for attribute in defining {
            let Some((prefix, _)) = node.attribute(attribute).split_once(':') else { continue };
            let namespace = node.scope.get(prefix).map(String::as_str);
            assert!(
                matches!(namespace, Some(SCHEMA_NAMESPACE | SERVICE_NAMESPACE)),
                "{prefix} on {}",
                node.name
            );
            seen += 1;
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn r2105_the_inline_schema_has_a_target_namespace_and_qualified_elements() {
    let schema = schema();
    assert_eq!(schema.attribute("targetNamespace"), SERVICE_NAMESPACE);
    assert_eq!(schema.attribute("elementFormDefault"), "qualified");
    assert_eq!(elements(SCHEMA_NAMESPACE, "schema").len(), 1);
}

#[test]
fn r2110_r2111_r2112_no_soap_arrays() {
    let text = text();
    assert!(!text.contains("ArrayOf") && !text.contains("arrayType") && !text.contains("encoding/"));
}

#[test]
fn r2201_r2204_r2205_r2206_r2210_r2306_each_message_has_one_part_by_element() {
    for message in elements(WSDL_NAMESPACE, "message") {
        let parts: Vec<_> = message.all("part").collect();
        assert_eq!(parts.len(), 1, "{}", message.attribute("name"));
        assert!(parts[0].attribute("element").starts_with("tns:"));
        assert_eq!(parts[0].attribute("type"), "");
    }
}

#[test]
fn wrapped_style_the_wrapper_is_named_like_the_operation_and_the_part_parameters() {
    // Operations that take a document as it is have the document's element for a wrapper.
    let documents = [
        ("processCustomers", "Customers", "CustomersResponse"),
        (
            "activateInstrumentCustomer",
            "ActivateInstrumentCustomerRequest",
            "ActivateInstrumentCustomerResponse",
        ),
    ];
    let messages = elements(WSDL_NAMESPACE, "message");
    let part = |direction: &Node| {
        let name = direction.attribute("message").trim_start_matches("tns:").to_owned();
        let message = messages.iter().find(|message| message.attribute("name") == name).unwrap();
        message.children[0].clone()
    };
    for operation in port_type_operations() {
        let name = operation.attribute("name");
        let response = format!("{name}Response");
        let document = documents.iter().find(|(known, ..)| *known == name);
        let (request, response) =
            document.map_or((name, &*response), |(_, request, response)| (request, response));
        let (input, output) =
            (part(operation.all("input").next().unwrap()), part(operation.all("output").next().unwrap()));
        assert_eq!(input.attribute("element"), format!("tns:{request}"));
        assert_eq!(output.attribute("element"), format!("tns:{response}"));
        assert_eq!((input.attribute("name"), output.attribute("name")), ("parameters", "parameters"));
    }
}

#[test]
fn r2303_every_operation_is_request_then_response() {
    for operation in port_type_operations() {
        let children: Vec<_> = operation.children.iter().map(|child| child.name.as_str()).collect();
        assert_eq!(children, ["documentation", "input", "output", "fault"]);
    }
}

#[test]
fn r2304_no_operation_is_overloaded() {
    let names = names(&port_type_operations());
    assert_eq!(names.iter().collect::<BTreeSet<_>>().len(), names.len());
}

#[test]
fn r2401_r2701_r2702_both_bindings_are_soap_over_http() {
    let bindings = soap_elements("binding");
    assert_eq!(bindings.len(), 2);
    for binding in bindings {
        assert_eq!(binding.attribute("transport"), "http://schemas.xmlsoap.org/soap/http");
    }
}

#[test]
fn r2705_r2706_everything_is_document_and_literal() {
    for node in soap_elements("binding").iter().chain(&soap_elements("operation")) {
        assert_eq!(node.attribute("style"), "document");
    }
    for node in soap_elements("body").iter().chain(&elements(SOAP11_NAMESPACE, "fault")) {
        assert_eq!(node.attribute("use"), "literal");
    }
}

#[test]
fn r2711_ports_have_addresses_of_their_own() {
    let addresses = soap_elements("address");
    let distinct: BTreeSet<_> = addresses.iter().map(|address| address.attribute("location")).collect();
    assert_eq!((addresses.len(), distinct.len()), (2, 2));
}

#[test]
fn r2716_r2726_no_namespace_attribute_in_document_style() {
    for node in soap_elements("body").iter().chain(&elements(SOAP11_NAMESPACE, "fault")) {
        assert!(!node.attributes.contains_key("namespace"));
    }
}

#[test]
fn r2718_bindings_have_the_operations_of_the_port_type() {
    let expected = names(&port_type_operations());
    for binding in elements(WSDL_NAMESPACE, "binding") {
        let bound: Vec<_> = binding.all("operation").cloned().collect();
        assert_eq!(names(&bound), expected, "{}", binding.attribute("name"));
    }
}

/// There are no header elements, so that none can name its parts wrongly.
#[test]
fn r2720_r2749_no_header_is_bound() {
    assert!(document().walk().iter().all(|node| !matches!(node.name.as_str(), "header" | "headerfault")));
}

#[test]
fn r2721_r2754_a_soap_fault_is_named_like_its_wsdl_fault() {
    let declared: BTreeSet<_> = port_type_operations()
        .iter()
        .flat_map(|operation| names(&operation.all("fault").cloned().collect::<Vec<_>>()))
        .collect();
    for soap_fault in elements(SOAP11_NAMESPACE, "fault") {
        assert!(declared.contains(soap_fault.attribute("name")));
    }
}

#[test]
fn r2744_soap_actions_are_unique_and_not_empty() {
    for namespace in [SOAP11_NAMESPACE, SOAP12_NAMESPACE] {
        let operations = elements(namespace, "operation");
        let actions: BTreeSet<_> =
            operations.iter().map(|operation| operation.attribute("soapAction")).collect();
        assert_eq!(actions.len(), operations.len());
        assert!(!actions.contains(""));
    }
}

#[test]
fn r4002_r4003_r4004_the_description_is_xml_1_0_in_utf_8() {
    let text = text();
    assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"UTF-8\"?>"));
    assert!(text.len() < 1_000_000);
}

#[test]
fn lesson_1_faults_are_bound_for_soap_1_1_only() {
    for binding in elements(WSDL_NAMESPACE, "binding") {
        let is_soap11 = binding.children[0].namespace == SOAP11_NAMESPACE;
        for operation in binding.all("operation") {
            assert_eq!(operation.all("fault").count(), usize::from(is_soap11));
        }
    }
}

#[test]
fn lesson_2_only_wrappers_have_anonymous_types() {
    for node in schema().walk() {
        if matches!(node.name.as_str(), "complexType" | "simpleType") {
            continue;
        }
        let anonymous = node
            .children
            .iter()
            .filter(|child| child.name.ends_with("Type") && child.attribute("name").is_empty());
        let wrapper =
            node.name == "element" && schema().children.contains(node) && node.attribute("type").is_empty();
        assert_eq!(anonymous.count(), usize::from(wrapper), "{} {}", node.name, node.attribute("name"));
    }
}

#[test]
fn lesson_3_facets_stand_on_nested_elements_only() {
    let schema = schema();
    let simple: BTreeSet<_> =
        schema.all("simpleType").map(|node| format!("tns:{}", node.attribute("name"))).collect();
    for wrapper in schema.all("element") {
        for child in wrapper.walk() {
            assert!(
                !simple.contains(child.attribute("type")),
                "{} in {}",
                child.attribute("name"),
                wrapper.attribute("name")
            );
        }
    }
    for node in schema.walk() {
        let plain = match node.name.as_str() {
            "attribute" => node.attribute("type").starts_with("xs:"),
            "extension" => node.attribute("base") == "xs:string",
            _ => true,
        };
        assert!(plain, "{} {}", node.name, node.attribute("name"));
    }
}

#[test]
fn lesson_4_nothing_that_generators_stumble_over() {
    let banned = [
        "choice",
        "any",
        "all",
        "anyAttribute",
        "group",
        "attributeGroup",
        "complexContent",
        "union",
        "list",
        "import",
    ];
    for node in schema().walk() {
        assert!(!banned.contains(&node.name.as_str()), "{}", node.name);
        assert!(!node.attributes.contains_key("ref") && !node.attributes.contains_key("nillable"));
    }
}

#[test]
fn every_element_of_the_document_is_prefixed() {
    for node in document().walk() {
        assert!(!node.prefix.is_empty(), "{}", node.name);
        assert!(!node.scope.contains_key(""), "a default namespace on {}", node.name);
    }
}

#[test]
fn every_operation_publishes_its_addressing_actions() {
    for operation in port_type_operations() {
        let name = operation.attribute("name");
        for (child, suffix) in [("input", ""), ("output", "Response"), ("fault", "Fault")] {
            let direction = operation.all(child).next().unwrap();
            assert_eq!(direction.attribute("wsam:Action"), format!("{SERVICE_NAMESPACE}:{name}{suffix}"));
        }
    }
}
