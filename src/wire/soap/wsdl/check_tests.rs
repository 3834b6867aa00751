//! A description that disagrees with itself is refused, and the refusal says what disagrees.

use super::description::ContentDescription;
use super::{PortVersion, ServiceDescription, WSDL, XSD};

fn load() -> ServiceDescription {
    ServiceDescription::load().expect("the embedded files are sound")
}

/// Replaces the first of `from` in the WSDL and expects the refusal's text.
fn check(from: &str, to: &str, expected: &str) {
    check_documents(&replaced(WSDL, from, to), XSD, expected);
}

/// Replaces the first of `from` in the schema and expects the refusal's text.
fn check_schema(from: &str, to: &str, expected: &str) {
    check_documents(WSDL, &replaced(XSD, from, to), expected);
}

fn replaced(document: &str, from: &str, to: &str) -> String {
    assert!(document.contains(from), "nothing to replace: {from}");
    document.replacen(from, to, 1)
}

fn check_documents(wsdl: &str, xsd: &str, expected: &str) {
    let error = ServiceDescription::read(wsdl, xsd).expect_err("it has to be refused");
    assert_eq!(error.to_string(), expected);
}

#[test]
fn operations_come_with_elements_and_actions() {
    let description = load();
    let names: Vec<_> = description.operations.iter().map(|operation| operation.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "addCustomer",
            "addOrUpdateCustomer",
            "updateCustomer",
            "deleteCustomer",
            "retrieveCustomer",
            "mergeCustomers",
            "unmergeCustomers",
            "processCustomers",
            "searchCustomers",
            "recordTransaction",
            "associateCardToCustomer",
            "activateInstrumentCustomer",
            "retrieveInstrument",
            "submitBatch",
            "getBatchStatus",
        ]
    );
    let document = description.operation_of("Customers").expect("found by its document");
    assert_eq!(
        (document.name.as_str(), document.response_element.as_str()),
        ("processCustomers", "CustomersResponse")
    );
    let operation = description.operation_of("retrieveCustomer").expect("found by its body element");
    assert_eq!(operation.response_element, "retrieveCustomerResponse");
    assert_eq!(operation.fault_element, "CRMProcessorFault");
    assert_eq!(operation.soap_action, "urn:castile:crm:v1:retrieveCustomer");
    assert_eq!(operation.input_action, operation.soap_action);
    assert_eq!(operation.output_action, "urn:castile:crm:v1:retrieveCustomerResponse");
    assert_eq!(operation.fault_action, "urn:castile:crm:v1:retrieveCustomerFault");
    assert_eq!(description.operation_of("retrieveCustomerResponse"), None);
}

#[test]
fn ports_come_with_version_and_path() {
    let ports = load().ports;
    let seen: Vec<_> =
        ports.iter().map(|port| (port.name.as_str(), port.version, port.path.as_str())).collect();
    let expected = [
        ("CRMProcessorSoap11", PortVersion::Soap11, "/services/CRMProcessor"),
        ("CRMProcessorSoap12", PortVersion::Soap12, "/services/CRMProcessor/soap12"),
    ];
    assert_eq!(seen, expected);
}

#[test]
fn types_come_with_children_in_order_and_sizes() {
    let description = load();
    let address = description.type_named("AddressType").expect("a type");
    let children: Vec<_> = address.child_elements().iter().map(|child| child.name.as_str()).collect();
    assert_eq!(children[..2], ["AddressLine1", "AddressLine2"]);
    assert_eq!(children.last(), Some(&"Country"));
    assert_eq!(address.attributes[0].type_name, "xs:boolean");
    let line = &description.type_named(&address.child_elements()[0].type_name).expect("a type").content;
    assert_eq!(*line, ContentDescription::Text { base: "xs:string".to_owned(), chars_max: Some(254) });
    let fault = &description.element_named("CRMProcessorFault").expect("an element").content;
    assert_eq!(*fault, ContentDescription::Type("CRMProcessorFaultType".to_owned()));
}

#[test]
fn what_cannot_be_read_is_refused() {
    let error = ServiceDescription::read("<wsdl", XSD).expect_err("not well-formed").to_string();
    assert!(error.starts_with("the WSDL cannot be read: "), "{error}");
    let error = ServiceDescription::read(XSD, XSD).expect_err("not a WSDL").to_string();
    assert!(error.starts_with("the WSDL cannot be read: "), "{error}");
}

#[test]
fn port_type_and_bindings_have_to_agree() {
    check(
        "type=\"tns:CRMProcessorPortType\">\n    <soap:binding style=\"document\" transport=\"http://schemas.xmlsoap.org/soap/http\"/>\n    <wsdl:operation name=\"addCustomer\">",
        "type=\"tns:CRMProcessorPortType\">\n    <soap:binding/>\n    <wsdl:operation name=\"addCostumer\">",
        "the operation addCustomer has no binding in CRMProcessorSoap11Binding",
    );
    check(
        "  <wsdl:service",
        "  <wsdl:binding name=\"extra\" type=\"tns:OtherPortType\"><soap:binding/></wsdl:binding>\n  <wsdl:service",
        "the binding extra names the portType OtherPortType, which does not exist",
    );
    check(
        "<soap12:binding style=\"document\" transport=\"http://schemas.xmlsoap.org/soap/http\"/>",
        "<soap12:binding/><wsdl:operation name=\"more\"/>",
        "the binding CRMProcessorSoap12Binding has the operation more, which the port type does not have",
    );
    check(
        "<soap12:binding style=\"document\" transport=\"http://schemas.xmlsoap.org/soap/http\"/>",
        "",
        "the binding CRMProcessorSoap12Binding has no SOAP binding",
    );
    check(
        "      <wsdl:fault name=\"CRMProcessorFault\"><soap:fault",
        "      <wsdl:fault name=\"OtherFault\"><soap:fault",
        "the fault of the operation addCustomer in the binding CRMProcessorSoap11Binding is OtherFault, but that of the \
         port type is CRMProcessorFault",
    );
}

#[test]
fn actions_have_to_agree() {
    check(
        "soapAction=\"urn:castile:crm:v1:addCustomer\"",
        "soapAction=\"urn:castile:crm:v1:add\"",
        "the soapAction of the operation addCustomer in the binding CRMProcessorSoap11Binding is \
         urn:castile:crm:v1:add, but the wsam:Action of its input is urn:castile:crm:v1:addCustomer",
    );
    check(
        "<wsdl:input message=\"tns:addCustomerRequest\" wsam:Action=\"urn:castile:crm:v1:addCustomer\"/>",
        "<wsdl:input message=\"tns:addCustomerRequest\"/>",
        "the input of the operation addCustomer has no wsam:Action",
    );
    let wsdl = WSDL.replace("urn:castile:crm:v1:retrieveCustomer\"", "urn:castile:crm:v1:addCustomer\"");
    check_documents(
        &wsdl,
        XSD,
        "the operations addCustomer and retrieveCustomer share the soapAction urn:castile:crm:v1:addCustomer",
    );
}

#[test]
fn r2710_two_operations_cannot_share_a_body_element() {
    check(
        "element=\"tns:retrieveCustomer\"",
        "element=\"tns:addCustomer\"",
        "the operations addCustomer and retrieveCustomer share the body element addCustomer",
    );
}

#[test]
fn r2304_an_operation_cannot_be_overloaded() {
    check(
        "    <wsdl:operation name=\"addOrUpdateCustomer\">",
        "    <wsdl:operation name=\"addCustomer\">",
        "the soapAction of the operation addCustomer in the binding CRMProcessorSoap11Binding is \
         urn:castile:crm:v1:addCustomer, but the wsam:Action of its input is urn:castile:crm:v1:addOrUpdateCustomer",
    );
    let start = WSDL.find("    <wsdl:operation name=\"addCustomer\">").expect("an operation");
    let end =
        start + WSDL[start..].find("</wsdl:operation>\n").expect("its end") + "</wsdl:operation>\n".len();
    let twice = format!("{}{}{}", &WSDL[..end], &WSDL[start..end], &WSDL[end..]);
    check_documents(&twice, XSD, "there are two of the operation addCustomer");
}

#[test]
fn messages_have_to_exist_with_one_part_and_an_element_of_the_schema() {
    check(
        "message=\"tns:addCustomerResponse\"",
        "message=\"tns:nothing\"",
        "the output of the operation addCustomer names the message nothing, which does not exist",
    );
    check(
        "element=\"tns:addCustomerResponse\"",
        "element=\"tns:nothing\"",
        "the message addCustomerResponse names the element nothing, which does not exist",
    );
    check(
        "<wsdl:part name=\"parameters\" element=\"tns:addCustomer\"/>",
        "<wsdl:part name=\"parameters\" type=\"tns:CustomerType\"/>",
        "the message addCustomerRequest has no element",
    );
    check(
        "<wsdl:part name=\"parameters\" element=\"tns:addCustomer\"/>",
        "<wsdl:part element=\"tns:addCustomer\"/><wsdl:part element=\"tns:addCustomer\"/>",
        "the message addCustomerRequest has more than one part",
    );
    check(
        "element=\"tns:addCustomer\"",
        "element=\"other:addCustomer\"",
        "the message addCustomerRequest names other:addCustomer, whose prefix is neither tns nor xs",
    );
}

#[test]
fn ports_have_to_name_a_binding_and_a_path() {
    check(
        "binding=\"tns:CRMProcessorSoap12Binding\"",
        "binding=\"tns:nothing\"",
        "the port CRMProcessorSoap12 names the binding nothing, which does not exist",
    );
    check(
        "<soap:address location=\"http://127.0.0.1:8080/services/CRMProcessor\"/>",
        "<soap:address location=\"http://127.0.0.1:8080\"/>",
        "the address of the port CRMProcessorSoap11 has no path",
    );
}

#[test]
fn the_schema_has_to_define_what_it_names() {
    check_schema(
        "targetNamespace=\"urn:castile:crm:v1\"",
        "targetNamespace=\"urn:other\"",
        "the WSDL is about the namespace urn:castile:crm:v1, the schema about urn:other",
    );
    check_schema(
        "type=\"tns:CustomerType\"",
        "type=\"tns:Nobody\"",
        "addCustomer names the type Nobody, which does not exist",
    );
    check_schema(
        "<xs:complexType name=\"NamesType\">",
        "<xs:complexType name=\"NameType\">",
        "there are two of the type NameType",
    );
    check_schema(
        "<xs:element name=\"addCustomer\">",
        "<xs:element name=\"retrieveCustomer\">",
        "there are two of the global element retrieveCustomer",
    );
    check_schema("<xs:maxLength value=\"20\"/>", "", "the type PostalCodeText has no maxLength");
}
