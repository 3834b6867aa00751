"""A zeep client whose proxy is made from the WSDL of a running server.

Promises: every operation is called through the proxy, over SOAP 1.1 and 1.2, and the values of the answers are
compared; faults are read as the typed object that the WSDL declares. The last line is `N passed, N failed`, the exit
code is 1 if anything failed. Deliberately absent: hostile or hand-written messages.

Usage: client.py WSDL_URL
"""

import sys
import traceback
import uuid

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

    def key(self, name):
        """An alternate key that no other version of this client uses."""
        return {"AlternateID": f"zeep-{self.version}-{name}", "TypeCode": "XSTORE_ID"}

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


def added_customer(proxy):
    """What is added comes back by its alternate key, normalised, with what the server wrote."""
    key = proxy.key("added")
    note = {"_value_1": "Zoë asked for \"blue\" & <green>", "type": "DELIVERY"}
    customer = person(
        "maría x.", "o'neil",
        Prospect=True,
        contact={
            "Address": [home("1 Mill Lane", "bad"), dict(home("2 Mill Lane", "04101"), TypeCode="BUSINESS")],
            "EMail": [{"EMailAddress": "maria#mail.example.net", "TypeCode": "HOME", "PrimaryFlag": True}],
            "Telephone": [{"PhoneNumber": "1 (207) 555-0143 x21", "TypeCode": "HOME"}],
        },
        AlternateKey=[key],
        CustomAttribute=[{"name": "Favorite Department", "AttributeValue": ["Timber", "Garden"]}],
        CustomerNotes={"CustomerNote": [note]},
    )
    answer = proxy.service.addCustomer(Customer=customer)
    equal("Outcome", answer.Outcome, "Added")
    equal("validation errors", [error.Code for error in answer.ValidationError], ["POSTAL_CODE_INVALID"])
    equal("Value of the validation error", answer.ValidationError[0].Value, "bad")
    equal("warnings", answer.Warning, [])

    found = proxy.service.retrieveCustomer(AlternateKey=[key])
    equal("CustomerID", found.CustomerID, answer.CustomerID)
    equal("Prospect", found.Prospect, True)
    equal("Active, Anonymous, ValidFlag", (found.Active, found.Anonymous, found.ValidFlag), (True, False, True))
    person_found = found.EntityInformation.Individual
    names = [(name.Location, name._value_1) for name in person_found.Name.Name]
    equal("names", names, [("First", "María"), ("Middle", "X"), ("Last", "O'neil")])
    points = person_found.ContactInformation
    addresses = [(point.AddressLine1, point.TypeCode, point.ValidFlag) for point in points.Address]
    equal("addresses", addresses, [("1 Mill Lane", "HOME", False), ("2 Mill Lane", "BUSINESS", True)])
    equal("e-mail", (points.EMail[0].EMailAddress, points.EMail[0].PrimaryFlag), ("maria@mail.example.net", True))
    phone = points.Telephone[0]
    equal("telephone", (phone.PhoneNumber, phone.Extension, phone.AreaCode), ("2075550143", "21", "207"))
    equal("alternate keys", [(k.TypeCode, k.AlternateID, k.ActiveFlag) for k in found.AlternateKey],
          [("XSTORE_ID", key["AlternateID"], True)])
    attributes = {attribute.name: attribute.AttributeValue for attribute in found.CustomAttribute}
    equal("attributes", attributes, {"Favorite Department": ["Timber", "Garden"]})
    notes = [(n._value_1, n.type, n.sequence) for n in found.CustomerNotes.CustomerNote]
    equal("notes", notes, [(note["_value_1"], "DELIVERY", 1)])
    assert found.CreateDate.tzinfo is not None, "CreateDate has no zone"


def updated_customer(proxy):
    """addOrUpdate adds, then updates by key: the old address is deactivated and kept; the third time nothing changes."""
    key = proxy.key("updated")
    first = person("Ida", "Holm", contact={"Address": [home("1 Mill Lane", "04101")]}, AlternateKey=[key])
    second = person("Ida", "Holm", contact={"Address": [home("9 Quay Street", "04401")]}, AlternateKey=[key])
    answers = [proxy.service.addOrUpdateCustomer(Customer=sent) for sent in (first, second, second)]
    equal("outcomes", [answer.Outcome for answer in answers], ["Added", "Updated", "Unchanged"])
    equal("number of customers", len({answer.CustomerID for answer in answers}), 1)

    def addresses(**arguments):
        found = proxy.service.retrieveCustomer(AlternateKey=[key], **arguments)
        points = found.EntityInformation.Individual.ContactInformation.Address
        return sorted((point.AddressLine1, point.ActiveFlag) for point in points)

    equal("active addresses", addresses(), [("9 Quay Street", True)])
    equal("all addresses", addresses(IncludeInactive=True), [("1 Mill Lane", False), ("9 Quay Street", True)])
    by_id = proxy.service.retrieveCustomer(CustomerID=answers[0].CustomerID)
    equal("key found by CustomerID", by_id.AlternateKey[0].AlternateID, key["AlternateID"])


def warning(proxy):
    """What is left aside comes back as a typed warning."""
    key = proxy.key("warned")

    def sent(date):
        return {"AlternateKey": [key], "CustomAttribute": [{"name": "Club Member Since", "AttributeValue": [date]}]}

    proxy.service.addCustomer(Customer=sent("09-30-2019"))
    answer = proxy.service.addOrUpdateCustomer(Customer=sent("10-01-2020"))
    equal("warnings", [(w.Code, w.Field) for w in answer.Warning],
          [("ATTRIBUTE_NOT_EDITABLE", "Customer/CustomAttribute[1]")])
    equal("message of the warning", bool(answer.Warning[0].Message), True)


def not_found(proxy):
    """A key that nobody has is a typed CUSTOMER_NOT_FOUND."""
    fault, detail = proxy.fault(proxy.service.retrieveCustomer, AlternateKey=[proxy.key("nobody")])
    equal("Code", detail.Code, "CUSTOMER_NOT_FOUND")
    equal("Message", detail.Message, fault.message)
    equal("Retryable", detail.Retryable, False)
    equal("violations", detail.Violation, [])
    assert detail.RequestID, "RequestID is empty"


def already_exists(proxy):
    """A second add with the same key is a typed CUSTOMER_ALREADY_EXISTS, and changes nothing."""
    key = proxy.key("taken")
    proxy.service.addCustomer(Customer=person("Ida", "Holm", AlternateKey=[key]))
    _, detail = proxy.fault(proxy.service.addCustomer, Customer=person("Otto", "Holm", AlternateKey=[key]))
    equal("Code", detail.Code, "CUSTOMER_ALREADY_EXISTS")
    equal("Retryable", detail.Retryable, False)
    found = proxy.service.retrieveCustomer(AlternateKey=[key])
    equal("first name", found.EntityInformation.Individual.Name.Name[0]._value_1, "Ida")


def violations(proxy):
    """All the attributes that are wrong are reported at once, each with its place."""
    attributes = [
        {"name": "Household Size", "AttributeValue": ["many"]},
        {"name": "No Such Attribute", "AttributeValue": ["1"]},
    ]
    sent = {"AlternateKey": [proxy.key("odd")], "CustomAttribute": attributes}
    _, detail = proxy.fault(proxy.service.addCustomer, Customer=sent)
    equal("violations", [(v.Code, v.Field) for v in detail.Violation], [
        ("INVALID_ATTRIBUTE_VALUE", "Customer/CustomAttribute[1]/AttributeValue[1]"),
        ("UNKNOWN_ATTRIBUTE_TYPE", "Customer/CustomAttribute[2]/@name"),
    ])
    first = detail.Violation[0]
    equal("Code, Field and Message", (detail.Code, detail.Field, detail.Message),
          (first.Code, first.Field, first.Message))
    assert all(violation.Message for violation in detail.Violation), "a violation has no message"


def answered_in_its_version(proxy):
    """The answer speaks the version of the request."""
    proxy.service.addCustomer(Customer=person("Ida", "Holm"))
    equal("envelope", proxy.answers.envelope.tag, f"{{{ENVELOPES[proxy.version]}}}Envelope")
    media_type = proxy.answers.headers["Content-Type"].partition(";")[0]
    equal("Content-Type", media_type, {"1.1": "text/xml", "1.2": "application/soap+xml"}[proxy.version])


def retry(proxy):
    """A MessageID sent again: the same answer, and one effect; a new MessageID is a new request."""
    key = proxy.key("retried")
    customer = {"AlternateKey": [key], "CustomerNotes": {"CustomerNote": [{"_value_1": "Call back."}]}}
    proxy.message_id.value = f"urn:uuid:{uuid.uuid4()}"
    first = proxy.service.addOrUpdateCustomer(Customer=customer)
    equal("MessageID in RelatesTo", proxy.answers.header("RelatesTo"), proxy.message_id.value)
    equal("Action", proxy.answers.header("Action"), f"{NAMESPACE}:addOrUpdateCustomerResponse")
    again = proxy.service.addOrUpdateCustomer(Customer=customer)
    equal("the answers", (first.Outcome, again.Outcome, again), ("Added", "Added", first))

    proxy.message_id.value = None
    equal("Outcome of a new MessageID", proxy.service.addOrUpdateCustomer(Customer=customer).Outcome, "Unchanged")
    _, detail = proxy.fault(proxy.service.addCustomer, Customer=customer)
    equal("Code of adding with a new MessageID", detail.Code, "CUSTOMER_ALREADY_EXISTS")
    found = proxy.service.retrieveCustomer(AlternateKey=[key])
    equal("CustomerID", found.CustomerID, first.CustomerID)
    equal("number of notes", len(found.CustomerNotes.CustomerNote), 1)


def retry_of_an_add(proxy):
    """An add sent twice with one MessageID is not refused for its own key; another body under it is."""
    key, other = proxy.key("added-twice"), proxy.key("not-added")
    proxy.message_id.value = f"urn:uuid:{uuid.uuid4()}"
    answers = [proxy.service.addCustomer(Customer={"AlternateKey": [key]}) for _ in range(2)]
    equal("the answers", answers[1], answers[0])
    equal("Outcome", answers[0].Outcome, "Added")
    _, detail = proxy.fault(proxy.service.addCustomer, Customer={"AlternateKey": [other]})
    equal("Code for another body", detail.Code, "MALFORMED_MESSAGE")

    proxy.message_id.value = None
    _, detail = proxy.fault(proxy.service.retrieveCustomer, AlternateKey=[other])
    equal("Code of retrieving the other", detail.Code, "CUSTOMER_NOT_FOUND")


CASES = [
    added_customer,
    updated_customer,
    warning,
    not_found,
    already_exists,
    violations,
    answered_in_its_version,
    retry,
    retry_of_an_add,
]


def main(wsdl_url):
    """Runs everything over both versions; the number of failures decides the exit code."""
    passed = failed = 0
    for version in PORTS:
        proxy = Proxy(wsdl_url, version)
        for case in CASES:
            name = f"zeep, SOAP {version}: {case.__name__}"
            try:
                case(proxy)
            except Exception as error:  # a failure of any kind fails this case alone
                failed += 1
                print(f"FAILED {name}: {error or type(error).__name__}", flush=True)
                if not isinstance(error, AssertionError):
                    traceback.print_exc(file=sys.stdout)
            else:
                passed += 1
                print(f"ok     {name}", flush=True)
            proxy.message_id.value = None
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
