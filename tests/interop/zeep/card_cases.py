"""What the zeep client does with cards, a function a case.

Promises: each case has a card of its own for each version, of ../cards.csv. Deliberately absent: the choice of the cases,
which client.py makes.
"""

from datetime import date
from decimal import Decimal

from proxy import equal, person

CARDS = {"1.1": "6006497700000001", "1.2": "6006497700000002"}
DOCUMENT_CARDS = {"1.1": "6006497700000101", "1.2": "6006497700000102"}
UNKNOWN_CARD = "6006497700000999"
PIN = "2718"


def associated_card(proxy):
    """A card that is given to a customer is seen through it and through the customer, and can be bought with."""
    key, number = proxy.key("card"), CARDS[proxy.version]
    masked = "*" * 12 + number[-4:]
    customer_id = proxy.service.addCustomer(Customer=person("Ida", "Holm", AlternateKey=[key])).CustomerID
    _, detail = proxy.fault(proxy.service.retrieveCustomer, CardNumber=number)
    equal("Code before the association", detail.Code, "CUSTOMER_NOT_FOUND")
    money = {"Amount": Decimal("25.50"), "CurrencyID": "EUR"}
    instrument = {
        "UserName": "till-7", "CardNumber": number, "AuthenticationData": PIN,
        "RTPTransaction": {"LocationID": "17", "RTPAmount": money}, "Customer": {"AlternateKey": [key]},
    }
    wrong = dict(instrument, AuthenticationData="0000")
    _, detail = proxy.fault(proxy.service.associateCardToCustomer, Instrument=wrong)
    equal("Code and Field of a wrong PIN", (detail.Code, detail.Field), ("CARD_NOT_FOUND", None))
    answer = proxy.service.associateCardToCustomer(Instrument=instrument)
    equal("the answer", (answer.CustomerID, answer.CardNumber), (customer_id, masked))
    accounts = [(account.Type, account.Activated) for account in answer.Account]
    equal("accounts", accounts, [("Tender", True), ("Loyalty", True)])
    equal("coupons", [coupon.Name for coupon in answer.Coupon], ["FIRST VISIT"])
    again = proxy.service.associateCardToCustomer(Instrument=instrument)
    equal("the second time", (again.CustomerID, again.Coupon), (customer_id, []))

    found = proxy.service.retrieveInstrument(CardNumber=number, AuthenticationData=PIN)
    equal("card", (found.CardNumber, found.InstrumentID, found.Active, found.ExpiryDate),
          (masked, f"INTEROP-{number[-1]}", True, date(2099, 12, 31)))
    equal("its customers", found.CustomerID, [customer_id])
    equal("its coupons", [coupon.CouponID for coupon in found.Coupon], [answer.Coupon[0].CouponID])
    equal("accounts again", [account.AccountID for account in found.Account],
          [account.AccountID for account in answer.Account])
    activities = [(a.Type, a.Amount, a.CurrencyID, a.LocationID) for a in found.Account[0].Activity]
    equal("activities of the tender account", activities, [("Activation", Decimal("25.50"), "EUR", "17")])

    sale = {
        "TransactionID": f"zeep-{proxy.version}-card", "CardNumber": number, "RetailStoreID": "17",
        "BusinessDate": date(2024, 5, 18), "SalesAmount": Decimal("84.97"),
    }
    equal("TransactionID", proxy.service.recordTransaction(Transaction=sale), sale["TransactionID"])
    holder = proxy.service.retrieveCustomer(CardNumber=number)
    equal("customer of the card", (holder.CustomerID, holder.CardNumber), (customer_id, [masked]))
    equal("what was bought", holder.ActivitySummary.Lifetime.SalesAmount, Decimal("84.97"))


def cards_document(proxy):
    """The records of a document of cards succeed or fail each alone."""
    key, number = proxy.key("card in a document"), DOCUMENT_CARDS[proxy.version]
    customer_id = proxy.service.addCustomer(Customer=person("Otto", "Holm", AlternateKey=[key])).CustomerID
    money = {"RTPAmount": {"Amount": Decimal("10")}}
    records = [
        {"CardNumber": sent, "AuthenticationData": PIN, "RTPTransaction": money, "Customer": {"AlternateKey": [key]}}
        for sent in (UNKNOWN_CARD, number)
    ]
    answer = proxy.service.activateInstrumentCustomer(Instrument=records)
    equal("counts", (answer.RecordCount, answer.SucceededCount, answer.FailedCount), (2, 1, 1))
    results = [(result.Index, result.Status, result.Code) for result in answer.Result]
    equal("results", results, [(1, "Failed", "CARD_NOT_FOUND"), (2, "Succeeded", None)])
    found = proxy.service.retrieveInstrument(CardNumber=number, AuthenticationData=PIN)
    equal("customers of the card", found.CustomerID, [customer_id])
