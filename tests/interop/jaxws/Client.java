import crm.CRMProcessor;
import crm.CRMProcessorPortType;
import java.net.URL;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.xml.ws.WebServiceFeature;
import javax.xml.ws.soap.AddressingFeature;

/**
 * A JAX-WS client whose proxy wsimport made from the WSDL of a running server.
 *
 * Promises: every operation that the WSDL declares is called through the proxy, over SOAP 1.1 and 1.2, with and without
 * WS-Addressing, and the values of the answers are compared; faults are read as the typed object that the WSDL
 * declares. Cases whose operation the WSDL does not declare are skipped aloud, a group of them counting as one. The last
 * line is "N passed, N failed, N skipped", the exit code is 1 if anything failed. Deliberately absent: hostile or
 * hand-written messages.
 */
public final class Client {
    /** The classes of cases, and the operation without which a class can't be compiled. */
    private static final Map<String, String> GROUPS = new LinkedHashMap<>();

    static {
        GROUPS.put("CustomerCases", "addCustomer");
        GROUPS.put("SearchCases", "searchCustomers");
        GROUPS.put("DocumentCases", "processCustomers");
        GROUPS.put("TransactionCases", "recordTransaction");
        GROUPS.put("CardCases", "associateCardToCustomer");
        GROUPS.put("MergeCases", "mergeCustomers");
        GROUPS.put("BatchCases", "submitBatch");
    }

    private static int passed;
    private static int failed;
    private static int skipped;

    private Client() {
    }

    public static void main(String[] arguments) throws Exception {
        CRMProcessor service = new CRMProcessor(new URL(arguments[0]));
        // The client itself checks that the answer has the addressing headers, and that they relate to the request.
        WebServiceFeature[] none = {};
        WebServiceFeature[] addressing = {new AddressingFeature(true, true)};
        for (WebServiceFeature[] features : List.of(none, addressing)) {
            String suffix = features.length == 0 ? "" : " with addressing";
            runAll(service.getCRMProcessorSoap11(features), "SOAP 1.1" + suffix);
            runAll(service.getCRMProcessorSoap12(features), "SOAP 1.2" + suffix);
        }
        System.out.println(passed + " passed, " + failed + " failed, " + skipped + " skipped");
        System.exit(failed == 0 && passed > 0 ? 0 : 1);
    }

    private static void runAll(CRMProcessorPortType port, String name) throws ReflectiveOperationException {
        for (Map.Entry<String, String> group : GROUPS.entrySet()) {
            Class<?> found;
            try {
                found = Class.forName(group.getKey());
            } catch (ClassNotFoundException absent) {
                skipped++;
                System.out.println("skipped jaxws, " + name + ": " + group.getKey()
                    + ": the WSDL declares no " + group.getValue());
                continue;
            }
            Cases cases = (Cases) found.getDeclaredConstructor(CRMProcessorPortType.class, String.class)
                .newInstance(port, name);
            cases.all().forEach((caseName, body) -> check("jaxws, " + name + ": " + caseName, body));
        }
    }

    private static void check(String name, Cases.Case body) {
        try {
            body.run();
            passed++;
            System.out.println("ok     " + name);
        } catch (AssertionError error) {
            failed++;
            System.out.println("FAILED " + name + ": " + error.getMessage());
        } catch (Exception error) {
            failed++;
            System.out.println("FAILED " + name + ": " + error);
            error.printStackTrace(System.out);
        }
    }
}
