"""What the zeep client does with batch files, a function a case.

Promises: a case waits for its run to end by asking for it, and looks at what became of it through the proxy alone.
Deliberately absent: the choice of the cases, which client.py makes.
"""

import time

from proxy import equal

# A file of a few records ends long before.
PATIENCE_S = 60
ENDED = {"Completed", "CompletedWithFailures", "Broken", "Refused", "Cancelled"}


def ended_run(proxy, run_id, **rest):
    """The run once it has ended."""
    end = time.monotonic() + PATIENCE_S
    while True:
        run = proxy.service.getBatchStatus(RunID=run_id, **rest)
        if run.State in ENDED:
            return run
        assert time.monotonic() < end, f"run {run_id} is still {run.State}"
        time.sleep(0.05)


def submitted_file(proxy):
    """A file is carried out; its run tells the counts, and page by page the records that failed."""
    key = proxy.key("batch")["AlternateID"]
    record = '<Customer Action="{}"><Source/><AlternateKey TypeCode="XSTORE_ID"><AlternateID>{}</AlternateID></AlternateKey></Customer>'
    records = [("Add", key), ("Update", f"{key}-nobody"), ("Add", key)]
    file = "<Customers>" + "".join(record.format(*each) for each in records) + "</Customers>"
    # zeep writes bytes as base64.
    run_id = proxy.service.submitBatch(Fileset="interop", FileName="people.xml", Content=file.encode())
    run = ended_run(proxy, run_id)
    equal("the run", (run.RunID, run.Fileset, run.FileName, run.State),
          (run_id, "interop", "people.xml", "CompletedWithFailures"))
    equal("counts", (run.RecordCount, run.SucceededCount, run.FailedCount), (3, 1, 2))
    equal("are there warnings", run.WarningCount > 0, True)
    equal("is the end behind the start", run.EndTime >= run.StartTime, True)
    codes = [(failure.Index, failure.Line, failure.Code) for failure in run.Failure]
    equal("failures", codes, [(2, 1, "CUSTOMER_NOT_FOUND"), (3, 1, "CUSTOMER_ALREADY_EXISTS")])
    keys = [(k.TypeCode, k.AlternateID) for k in run.Failure[0].AlternateKey]
    equal("keys of the first failure", keys, [("XSTORE_ID", f"{key}-nobody")])
    equal("NextPageToken", run.NextPageToken, None)

    first = proxy.service.getBatchStatus(RunID=run_id, MaxResults=1)
    second = proxy.service.getBatchStatus(RunID=run_id, MaxResults=1, PageToken=first.NextPageToken)
    equal("pages", [page.Failure[0].Index for page in (first, second)], [2, 3])
    equal("NextPageToken of the last page", second.NextPageToken, None)
    found = proxy.service.retrieveCustomer(AlternateKey=[proxy.key("batch")])
    equal("is the customer active", found.Active, True)


def refused_file(proxy):
    """A name that leads elsewhere and a run that nobody knows are typed faults."""
    _, detail = proxy.fault(proxy.service.submitBatch, Fileset="../x", FileName="a.xml", Content=b"<Customers/>")
    equal("Code and Field", (detail.Code, detail.Field), ("INVALID_ATTRIBUTE_VALUE", "Fileset"))
    _, detail = proxy.fault(proxy.service.getBatchStatus, RunID="4711000")
    equal("Code of an unknown run", detail.Code, "BATCH_RUN_NOT_FOUND")
