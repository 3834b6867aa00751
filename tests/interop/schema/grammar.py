"""Holds every variant of the published description to the grammars of WSDL 1.1 and of its SOAP bindings.

Promises: what the server hands out is valid under each of its names and for each name of the server; the grammars are no
empty ones, for each of the mistakes below is refused. Deliberately absent: what no grammar can say, such as which message
a QName means, which the program and tests/it/conformance check.
"""

from pathlib import Path

from tools import Failed, get, xmllint

GRAMMAR = Path(__file__).resolve().parent / "wsdl-1.1.xsd"
PATHS = ["", "/soap12"]
QUERIES = ["wsdl", "WSDL", "wsdl=", "wsdl=1", "wsdl&x=1", "singleWsdl"]
HOSTS = [None, "crm.example.com", "crm.example.com:8443", "[2001:db8::1]:8080"]
# What is wrong, a text of the description, what takes its place.
MISTAKES = [
    ("definitions without a targetNamespace", ' targetNamespace="urn:castile:crm:v1"\n                  xmlns', " xmlns"),
    ("a message without a name", '<wsdl:message name="addCustomerRequest">', "<wsdl:message>"),
    ("two messages of one name", 'message name="addCustomerResponse"', 'message name="addCustomerRequest"'),
    ("a part without a name", '<wsdl:part name="parameters" ', "<wsdl:part "),
    ("a part with another attribute", '<wsdl:part name="parameters" ', '<wsdl:part name="parameters" kind="a" '),
    ("an element that is none of WSDL", "<wsdl:portType ", "<wsdl:extra/><wsdl:portType "),
    ("an element of nobody's", "<wsdl:portType ", '<own xmlns="urn:own"/><wsdl:portType '),
    ("a message behind the service", "</wsdl:definitions>", '<wsdl:message name="late"/></wsdl:definitions>'),
    ("types behind the messages", "<wsdl:portType ", "<wsdl:types/><wsdl:portType "),
    ("an input without a message", 'input message="tns:addCustomerRequest"', "input"),
    ("an input with a name that is none", 'input message="tns:addCustomerRequest"', 'input name="a b" message="tns:addCustomerRequest"'),
    ("an empty action", 'wsam:Action="urn:castile:crm:v1:addCustomer"', 'wsam:Action=""'),
    ("a fault without a name", '<wsdl:fault name="CRMProcessorFault" message', "<wsdl:fault message"),
    ("two operations of one name", 'operation name="updateCustomer"', 'operation name="addCustomer"'),
    ("a binding without a type", '<wsdl:binding name="CRMProcessorSoap11Binding" type="tns:CRMProcessorPortType">',
     '<wsdl:binding name="CRMProcessorSoap11Binding">'),
    ("a binding of no protocol", '<soap:binding style="document" transport="http://schemas.xmlsoap.org/soap/http"/>', ""),
    ("a binding without a transport", ' transport="http://schemas.xmlsoap.org/soap/http"', ""),
    ("a style that is none", '<soap:binding style="document"', '<soap:binding style="documents"'),
    ("an operation without its SOAP operation", '<soap:operation soapAction="urn:castile:crm:v1:addCustomer" style="document"/>', ""),
    ("a misspelt SOAP element", '<soap:body use="literal"/>', '<soap:bodies use="literal"/>'),
    ("a use that is none", '<soap:body use="literal"/>', '<soap:body use="literally"/>'),
    ("an attribute of SOAP 1.2 in SOAP 1.1", "<soap:operation ", '<soap:operation soapActionRequired="true" '),
    ("a SOAP fault without a name", '<soap:fault name="CRMProcessorFault" ', "<soap:fault "),
    ("a SOAP 1.2 body that is misspelt", '<soap12:body use="literal"/>', '<soap12:body uses="literal"/>'),
    ("a port without a binding", ' binding="tns:CRMProcessorSoap12Binding"', ""),
    ("two ports of one name", 'port name="CRMProcessorSoap12"', 'port name="CRMProcessorSoap11"'),
    ("an address without a location", "<soap12:address location=", "<soap12:address place="),
]


def r2028_r2029_every_variant_is_valid(service_url, build):
    """The description is valid, by whatever name it and the server are asked for."""
    described = build / "described.wsdl"
    for path in PATHS:
        for query in QUERIES:
            for host in HOSTS:
                status, wsdl = get(f"{service_url}{path}?{query}", host=host)
                if status != 200 or host and f"http://{host}/".encode() not in wsdl:
                    raise Failed(f"{path}?{query} for {host}: status {status}, or another address")
                described.write_bytes(wsdl)
                xmllint("--noout", "--schema", GRAMMAR, described)


def r2028_r2029_the_grammars_refuse_mistakes(service_url, build):
    """Each of the mistakes is found, and is what the grammar complains about."""
    _, wsdl = get(f"{service_url}?wsdl")
    text = wsdl.decode()
    for what, right, wrong in MISTAKES:
        if right not in text:
            raise Failed(f"the description has no {right!r}")
        mistaken = build / "mistaken.wsdl"
        mistaken.write_text(text.replace(right, wrong, 1), encoding="utf-8")
        xmllint("--noout", mistaken)
        try:
            xmllint("--noout", "--schema", GRAMMAR, mistaken)
        except Failed as error:
            if "Schemas validity error" in str(error):
                continue
            raise
        raise Failed(f"{what} is valid")
