"""A zeep client whose proxy is made from the WSDL of a running server.

Promises: every operation that the WSDL declares is called through the proxy, over SOAP 1.1 and 1.2, and the values of
the answers are compared; faults are read as the typed object that the WSDL declares. A case whose operation the WSDL
does not declare is skipped aloud. The last line is `N passed, N failed, N skipped`, the exit code is 1 if anything
failed. Deliberately absent: hostile or hand-written messages.

Usage: client.py WSDL_URL
"""

import sys
import traceback

import batch_cases
import card_cases
import cases
import retries
from proxy import PORTS, Proxy

# Each case, and the operation without which there is no such case.
CASES = [
    (cases.added_customer, "addCustomer"),
    (cases.added_or_updated_customer, "addOrUpdateCustomer"),
    (cases.updated_customer, "updateCustomer"),
    (cases.deleted_customer, "deleteCustomer"),
    (cases.warning, "addOrUpdateCustomer"),
    (cases.not_found, "retrieveCustomer"),
    (cases.already_exists, "addCustomer"),
    (cases.violations, "addCustomer"),
    (cases.answered_in_its_version, "addCustomer"),
    (cases.found_customers, "searchCustomers"),
    (cases.search_without_criteria, "searchCustomers"),
    (cases.customers_document, "processCustomers"),
    (cases.recorded_transactions, "recordTransaction"),
    (cases.merged_customers, "mergeCustomers"),
    (card_cases.associated_card, "associateCardToCustomer"),
    (card_cases.cards_document, "activateInstrumentCustomer"),
    (batch_cases.submitted_file, "submitBatch"),
    (batch_cases.refused_file, "getBatchStatus"),
    (retries.retry, "addOrUpdateCustomer"),
    (retries.retry_of_an_add, "addCustomer"),
]


def outcome(proxy, case, operation):
    """Runs one case: passed, failed or skipped."""
    name = f"zeep, SOAP {proxy.version}: {case.__name__}"
    if not proxy.declares(operation):
        print(f"skipped {name}: the WSDL declares no {operation}", flush=True)
        return "skipped"
    try:
        case(proxy)
    except Exception as error:  # a failure of any kind fails this case alone
        print(f"FAILED {name}: {error or type(error).__name__}", flush=True)
        if not isinstance(error, AssertionError):
            traceback.print_exc(file=sys.stdout)
        return "failed"
    finally:
        proxy.message_id.value = None
    print(f"ok     {name}", flush=True)
    return "passed"


def main(wsdl_url):
    """Runs everything over both versions; the number of failures decides the exit code."""
    count = {"passed": 0, "failed": 0, "skipped": 0}
    for version in PORTS:
        proxy = Proxy(wsdl_url, version)
        for case, operation in CASES:
            count[outcome(proxy, case, operation)] += 1
    print(", ".join(f"{number} {word}" for word, number in count.items()))
    return 1 if count["failed"] or not count["passed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
