"""What the service makes of a MessageID that it has seen before.

Promises: the same answer and one effect, for every writing operation that has a case here. Deliberately absent:
requests without a MessageID, which zeep never sends.
"""

import uuid

from proxy import NAMESPACE, equal


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
