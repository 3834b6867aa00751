"""What the zeep client does with the service, a function a case.

Promises: a case needs nothing that another case left behind, and uses keys of its own. Deliberately absent: the choice
of the cases and of the proxies, which client.py makes, and what a repeated MessageID does, which retries.py holds.
"""

from datetime import date
from decimal import Decimal

from proxy import ENVELOPES, e_mail, equal, home, names, person


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


def added_or_updated_customer(proxy):
    """addOrUpdate adds, then updates by key: the old address is deactivated and kept; the third time nothing changes."""
    key = proxy.key("updated by key")
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


def updated_customer(proxy):
    """An update puts one e-mail address in the place of another and adds nobody where nobody is found."""
    key, old, new = proxy.key("updated"), f"old@{proxy.mail_host}", f"new@{proxy.mail_host}"
    sent = person("Ida", "Holm", contact={"EMail": [e_mail(old)]}, AlternateKey=[key])
    added = proxy.service.addCustomer(Customer=sent)
    points = {"EMail": [e_mail(old, UpdateType="Old"), e_mail(new, UpdateType="New")]}
    changed = {
        "Source": "Desk",
        "EntityInformation": {"Individual": {"ContactInformation": points}},
        "AlternateKey": [key],
    }
    updated = proxy.service.updateCustomer(Customer=changed)
    equal("the answer", (updated.CustomerID, updated.Outcome), (added.CustomerID, "Updated"))
    found = proxy.service.retrieveCustomer(AlternateKey=[key])
    equal("Source", found.Source, "Desk")
    equal("names", names(found), {"First": "Ida", "Last": "Holm"})
    points = found.EntityInformation.Individual.ContactInformation.EMail
    equal("active addresses", [point.EMailAddress for point in points], [new])

    again = proxy.service.updateCustomer(Customer={"CustomerID": added.CustomerID, "Source": "Desk"})
    equal("Outcome of the second time", again.Outcome, "Unchanged")
    nobody = [proxy.key("nobody")]
    _, detail = proxy.fault(proxy.service.updateCustomer, Customer={"Source": "Desk", "AlternateKey": nobody})
    equal("Code of an update", detail.Code, "CUSTOMER_NOT_FOUND")
    _, detail = proxy.fault(proxy.service.retrieveCustomer, AlternateKey=nobody)
    equal("Code of retrieving", detail.Code, "CUSTOMER_NOT_FOUND")


def deleted_customer(proxy):
    """A deleted customer is not found any more, is kept, and leaves its key to others."""
    key = proxy.key("deleted")
    customer = person("Ida", "Holm", AlternateKey=[key])
    customer_id = proxy.service.addCustomer(Customer=customer).CustomerID
    deleted = proxy.service.deleteCustomer(AlternateKey=[key])
    equal("the answer", (deleted.CustomerID, deleted.Outcome), (customer_id, "Deleted"))
    for operation in ("retrieveCustomer", "deleteCustomer"):
        for identifier in ({"AlternateKey": [key]}, {"CustomerID": customer_id}):
            _, detail = proxy.fault(proxy.service[operation], **identifier)
            equal(f"Code of {operation}", detail.Code, "CUSTOMER_NOT_FOUND")
    kept = proxy.service.retrieveCustomer(CustomerID=customer_id, IncludeInactive=True)
    equal("Active and the name", (kept.Active, names(kept)["Last"]), (False, "Holm"))
    other = proxy.service.addCustomer(Customer=customer)
    equal("Outcome of adding anew", other.Outcome, "Added")
    equal("is the CustomerID the old one", other.CustomerID == customer_id, False)


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


def found_customers(proxy):
    """Criteria are joined, pages follow each other in the order of names, and nothing found is no fault."""
    people = [("Ida", "Holm"), ("Åse", "Holm"), ("Otto", "Brandt")]
    for number, (first, last) in enumerate(people):
        points = {"EMail": [e_mail(f"person{number}.n@{proxy.mail_host}")]}
        key = proxy.key(f"searched {number}")
        proxy.service.addCustomer(Customer=person(first, last, contact=points, AlternateKey=[key]))
    everybody = {"EMailAddress": {"_value_1": f"n@{proxy.mail_host}", "SearchType": "EndsWith"}}
    pages = found_pages(proxy, MaxResults=2, **everybody)
    equal("everybody", sum(pages, []), ["Otto Brandt", "Åse Holm", "Ida Holm"])
    equal("most of a page", max(map(len, pages)), 2)
    # Without a SearchType: StartsWith.
    family = found_pages(proxy, LastName={"_value_1": "hol"}, **everybody)
    equal("those of a family", family, [["Åse Holm", "Ida Holm"]])
    key = {**proxy.key("searched 2"), "SearchType": "Exact"}
    equal("who has a key", found_pages(proxy, AlternateKey=key), [["Otto Brandt"]])
    first_name = {"_value_1": "Hol", "SearchType": "Exact"}
    equal("nobody", found_pages(proxy, FirstName=first_name, **everybody), [[]])


def found_pages(proxy, **criteria):
    """The names of the customers that were found, page by page."""
    pages, token = [], None
    while token is not None or not pages:
        answer = proxy.service.searchCustomers(PageToken=token, **criteria)
        found = [names(customer) for customer in answer.Customer]
        pages.append([f"{name['First']} {name['Last']}" for name in found])
        token = answer.NextPageToken
    return pages


def search_without_criteria(proxy):
    """A search has to say for whom."""
    _, detail = proxy.fault(proxy.service.searchCustomers, MaxResults=2)
    equal("Code", detail.Code, "CUSTOMER_SEARCH_REQUIRED_PARAMETERS")


def customers_document(proxy):
    """The records of a document succeed or fail each alone, in their order, and all are reported."""
    key = proxy.key("documented")
    answer = proxy.service.processCustomers(Customer=[
        person("Ida", "Holm", Action="Add", AlternateKey=[key]),
        {"Action": "AddorUpdate", "Source": "Desk", "AlternateKey": [key]},
        {"Action": "Update", "Source": "Desk", "AlternateKey": [proxy.key("nobody")]},
        {"Action": "Delete", "AlternateKey": [key]},
    ])
    equal("counts", (answer.RecordCount, answer.SucceededCount, answer.FailedCount), (4, 3, 1))
    results = [(result.Index, result.Action, result.Status, result.Code) for result in answer.Result]
    equal("results", results, [
        (1, "Add", "Succeeded", None),
        (2, "AddorUpdate", "Succeeded", None),
        (3, "Update", "Failed", "CUSTOMER_NOT_FOUND"),
        (4, "Delete", "Succeeded", None),
    ])
    assert answer.Result[2].Message, "the failure has no Message"
    ids = {answer.Result[index].CustomerID for index in (0, 1, 3)}
    equal("number of customers", len(ids), 1)
    _, detail = proxy.fault(proxy.service.retrieveCustomer, AlternateKey=[key])
    equal("Code", detail.Code, "CUSTOMER_NOT_FOUND")
    kept = proxy.service.retrieveCustomer(CustomerID=ids.pop(), IncludeInactive=True)
    equal("Active and Source", (kept.Active, kept.Source), (False, "Desk"))


def recorded_transactions(proxy):
    """Transactions add up in the customer's summary, a repeated one once, and another content is a typed fault."""
    key = proxy.key("buying")
    proxy.service.addCustomer(Customer=person("Ida", "Holm", AlternateKey=[key]))
    found = proxy.service.retrieveCustomer(AlternateKey=[key])
    equal("summary before the first", found.ActivitySummary, None)
    first = {
        "TransactionID": f"zeep-{proxy.version}-1", "AlternateKey": [key], "RetailStoreID": "17",
        "BusinessDate": date(2023, 12, 30), "CurrencyCode": "NOK", "SalesAmount": Decimal("129.90"), "ItemsSoldCount": 4,
    }
    second = {
        "TransactionID": f"zeep-{proxy.version}-2", "CustomerID": found.CustomerID, "RetailStoreID": "17",
        "BusinessDate": date(2024, 1, 3), "ReturnsAmount": Decimal("49.95"), "ItemsReturnedCount": 1,
    }
    for sent in (first, second, first):
        equal("the answer", proxy.service.recordTransaction(Transaction=sent), sent["TransactionID"])
    summary = proxy.service.retrieveCustomer(AlternateKey=[key]).ActivitySummary
    equal("lifetime", totals(summary.Lifetime), (Decimal("129.90"), Decimal("49.95"), 2, 4, 1))
    equal("year to date", totals(summary.YearToDate), (Decimal("0.00"), Decimal("49.95"), 1, 0, 1))
    dates = (summary.FirstTransactionDate, summary.LastTransactionDate)
    equal("dates", dates, (date(2023, 12, 30), date(2024, 1, 3)))
    other = dict(first, SalesAmount=Decimal("129.91"))
    _, detail = proxy.fault(proxy.service.recordTransaction, Transaction=other)
    equal("Code and Field", (detail.Code, detail.Field), ("TRANSACTION_ALREADY_EXISTS", "Transaction/TransactionID"))
    nobody = dict(first, TransactionID=f"zeep-{proxy.version}-3", AlternateKey=[proxy.key("nobody")])
    _, detail = proxy.fault(proxy.service.recordTransaction, Transaction=nobody)
    equal("Code of a stranger", detail.Code, "CUSTOMER_NOT_FOUND")


def totals(found):
    """The five figures of sums."""
    return (found.SalesAmount, found.ReturnsAmount, found.TransactionCount, found.ItemsSoldCount, found.ItemsReturnedCount)


def merged_customers(proxy):
    """A merge leads old ids and keys to the new customer; the old one names it; taken back, all is as before."""
    keys = [proxy.key(f"merged {number}") for number in (1, 2)]
    ids = [
        proxy.service.addCustomer(Customer=person(first, "Voss", AlternateKey=[key])).CustomerID
        for first, key in zip(("Ida", "Otto"), keys)
    ]
    source, targets = {"CustomerID": ids[0]}, {"MergeTarget": [{"AlternateKey": [keys[1]]}]}
    seen = proxy.service.mergeCustomers(MergeSource=source, MergeTargetSet=targets, Preview=True)
    equal("names of the preview", names(seen.Customer), {"First": "Ida", "Last": "Voss"})
    answer = proxy.service.mergeCustomers(MergeSource=source, MergeTargetSet=targets)
    equal("merged customers", answer.MergedCustomerID, ids)
    for named in ({"CustomerID": ids[0]}, {"CustomerID": ids[1]}, {"AlternateKey": [keys[0]]}, {"AlternateKey": [keys[1]]}):
        found = proxy.service.retrieveCustomer(**named)
        equal("CustomerID", (found.CustomerID, found.MergedInto), (answer.CustomerID, None))
    old = proxy.service.retrieveCustomer(CustomerID=ids[1], IncludeInactive=True)
    equal("the old customer", (old.CustomerID, old.Active, old.MergedInto), (ids[1], False, answer.CustomerID))
    _, detail = proxy.fault(proxy.service.deleteCustomer, CustomerID=ids[0])
    equal("Code of a delete by an old id", detail.Code, "CUSTOMER_NOT_FOUND")
    equal("restored customers", proxy.service.unmergeCustomers(CustomerID=answer.CustomerID), ids)
    found = proxy.service.retrieveCustomer(AlternateKey=[keys[1]])
    equal("after the unmerge", (found.CustomerID, found.MergedInto), (ids[1], None))
    _, detail = proxy.fault(proxy.service.unmergeCustomers, CustomerID=ids[0])
    equal("Code of an unmerge of nothing", detail.Code, "MERGE_CUSTOMER_CREATION_EXCEPTION")
