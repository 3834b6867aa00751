"""The service as zeep sees it.

Promises: the proxy is made from the WSDL alone; a fault is checked for its version's code before its detail is handed
on as the object that the WSDL declares. Deliberately absent: what is done with the service, which cases.py holds.
"""

from zeep import Client, Plugin, Settings
from zeep.exceptions import Fault

NAMESPACE = "urn:castile:crm:v1"
PORTS = {"1.1": "CRMProcessorSoap11", "1.2": "CRMProcessorSoap12"}
ENVELOPES = {
    "1.1": "http://schemas.xmlsoap.org/soap/envelope/",
    "1.2": "http://www.w3.org/2003/05/soap-envelope",
}
# Who is at fault when the caller is, in the words of each version.
CALLER = {"1.1": "Client", "1.2": "Sender"}
ADDRESSING = "http://www.w3.org/2005/08/addressing"


class Answers(Plugin):
    """Keeps the last answer and the HTTP header that came with it."""

    def __init__(self):
        self.envelope = None
        self.headers = {}

    def ingress(self, envelope, http_headers, operation):
        self.envelope, self.headers = envelope, http_headers
        return envelope, http_headers

    def header(self, name):
        """The text of an addressing header."""
        return self.envelope.findtext(f"*/{{{ADDRESSING}}}{name}")


class MessageId(Plugin):
    """Sets the MessageID, so that it can be sent again; without a value it stays the new one of each message.

    zeep sends addressing headers by itself, because the WSDL names the actions; its WsAddressingPlugin would add
    them a second time.
    """

    value = None

    def egress(self, envelope, http_headers, operation, binding_options):
        if self.value is not None:
            envelope.find(f"*/{{{ADDRESSING}}}MessageID").text = self.value
        return envelope, http_headers


class Proxy:
    """The service over one SOAP version."""

    def __init__(self, wsdl_url, version):
        self.version, self.answers, self.message_id = version, Answers(), MessageId()
        plugins = [self.answers, self.message_id]
        self.client = Client(wsdl_url, plugins=plugins, settings=Settings(strict=True))
        self.service = self.client.bind("CRMProcessor", PORTS[version])

    def declares(self, operation):
        """Does the WSDL declare this operation?"""
        return operation in self.service._operations

    def key(self, name):
        """An alternate key that no other version of this client uses."""
        return {"AlternateID": f"zeep-{self.version}-{name}", "TypeCode": "XSTORE_ID"}

    @property
    def mail_host(self):
        """A host of e-mail addresses that no other version of this client uses."""
        return f"zeep-{self.version.replace('.', '-')}.example.net"

    def fault(self, call, **arguments):
        """Calls and returns the fault with its detail as the object that the WSDL declares."""
        try:
            answer = call(**arguments)
        except Fault as fault:
            equal("faultcode", str(fault.code).rsplit(":")[-1], CALLER[self.version])
            equal("number of details", len(fault.detail), 1)
            element = self.client.get_element(f"{{{NAMESPACE}}}CRMProcessorFault")
            return fault, element.parse(fault.detail[0], self.client.wsdl.types)
        raise AssertionError(f"a fault was expected, the answer is {answer}")


def equal(what, found, expected):
    """Fails unless both are equal."""
    assert found == expected, f"{what} is {found!r}, expected {expected!r}"


def person(first, last, **rest):
    """A customer with a name, contact points and whatever else is given."""
    individual = {
        "Name": {"Name": [{"_value_1": first, "Location": "First"}, {"_value_1": last, "Location": "Last"}]},
        "ContactInformation": rest.pop("contact", None),
    }
    return {"EntityInformation": {"Individual": individual}, **rest}


def home(line, postal_code):
    """A home address."""
    return {"AddressLine1": line, "PostalCode": postal_code, "Country": "US", "TypeCode": "HOME"}


def e_mail(address, **attributes):
    """An e-mail address of the home."""
    return {"EMailAddress": address, "TypeCode": "HOME", **attributes}


def names(customer):
    """Location => text of the names of a customer."""
    return {name.Location: name._value_1 for name in customer.EntityInformation.Individual.Name.Name}
