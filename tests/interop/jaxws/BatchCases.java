import crm.AlternateKeyType;
import crm.BatchFailureType;
import crm.BatchRunType;
import crm.CRMProcessorException;
import crm.CRMProcessorFaultType;
import crm.CRMProcessorPortType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What the client does with batch files. Compiled where the WSDL declares submitBatch.
 *
 * Promises: a case waits for its run to end by asking for it, for a bounded time. Deliberately absent: what a file may
 * hold, and pages of failures, which other clients read.
 */
final class BatchCases extends Cases {
    private static final Set<String> ENDED =
        Set.of("Completed", "CompletedWithFailures", "Broken", "Refused", "Cancelled");
    /** A file of two records ends long before. */
    private static final long PATIENCE_NANOS = 30_000_000_000L;
    private static final long PAUSE_MILLIS = 50;

    BatchCases(CRMProcessorPortType port, String name) {
        super(port, name);
    }

    @Override
    Map<String, Case> all() {
        return Map.of("submittedFile", this::submittedFile, "refusedFile", this::refusedFile);
    }

    /** A file is carried out; its run tells the counts and the record that failed. */
    private void submittedFile() throws CRMProcessorException, InterruptedException {
        AlternateKeyType key = key("batch");
        String file = "<Customers>" + record("Add", key) + record("Update", key("batch, nobody")) + "</Customers>";
        String id = port.submitBatch("interop", "people.xml", file.getBytes(StandardCharsets.UTF_8));
        BatchRunType run = endedRun(id);
        equal("run", List.of(run.getRunID(), run.getFileset(), run.getFileName(), run.getState()),
              List.of(id, "interop", "people.xml", "CompletedWithFailures"));
        equal("counts", List.of(run.getRecordCount(), run.getSucceededCount(), run.getFailedCount()),
              List.of(2L, 1L, 1L));
        equal("number of failures", run.getFailure().size(), 1);
        BatchFailureType failure = run.getFailure().get(0);
        equal("failure", List.of(failure.getIndex(), failure.getLine(), failure.getAction(), failure.getCode()),
              List.of(2L, 1L, "Update", "CUSTOMER_NOT_FOUND"));
        equal("is the Message empty", failure.getMessage().isEmpty(), false);
        List<String> keys = failure.getAlternateKey().stream()
            .map(found -> found.getTypeCode() + " " + found.getAlternateID()).collect(Collectors.toList());
        equal("its keys", keys, List.of("XSTORE_ID " + keyText("batch, nobody")));
        equal("NextPageToken", run.getNextPageToken(), null);
        equal("is the customer active", retrieve(key, null).isActive(), true);
    }

    /** A name that leads elsewhere and a run that nobody knows are typed faults. */
    private void refusedFile() {
        byte[] file = "<Customers/>".getBytes(StandardCharsets.UTF_8);
        CRMProcessorFaultType fault = fault(() -> port.submitBatch("../x", "a.xml", file));
        equal("Code and Field", fault.getCode() + " " + fault.getField(), "INVALID_ATTRIBUTE_VALUE Fileset");
        equal("Code of an unknown run", fault(() -> port.getBatchStatus("4711000", null, null)).getCode(),
              "BATCH_RUN_NOT_FOUND");
    }

    /** The run once it has ended. */
    private BatchRunType endedRun(String id) throws CRMProcessorException, InterruptedException {
        long start = System.nanoTime();
        while (true) {
            BatchRunType run = port.getBatchStatus(id, null, null);
            if (ENDED.contains(run.getState())) {
                return run;
            }
            if (System.nanoTime() - start > PATIENCE_NANOS) {
                throw new AssertionError("run " + id + " is still " + run.getState());
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    private static String record(String action, AlternateKeyType key) {
        return "<Customer Action=\"" + action + "\"><Source/><AlternateKey TypeCode=\"" + key.getTypeCode()
            + "\"><AlternateID>" + key.getAlternateID() + "</AlternateID></AlternateKey></Customer>";
    }
}
