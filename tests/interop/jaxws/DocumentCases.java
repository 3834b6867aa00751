import crm.AlternateKeyType;
import crm.CRMProcessorException;
import crm.CRMProcessorPortType;
import crm.CustomerType;
import crm.Customers;
import crm.CustomersResponse;
import crm.RecordResultType;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What the client does with documents of records. Compiled where the WSDL declares processCustomers.
 *
 * Promises: a document has records that succeed and one that fails. Deliberately absent: documents that are cut short.
 */
final class DocumentCases extends Cases {
    DocumentCases(CRMProcessorPortType port, String name) {
        super(port, name);
    }

    @Override
    Map<String, Case> all() {
        return Map.of("customersDocument", this::customersDocument);
    }

    /** The records of a document succeed or fail each alone, in their order, and all are reported. */
    private void customersDocument() throws CRMProcessorException {
        AlternateKeyType key = key("documented");
        Customers document = new Customers();
        document.getCustomer().add(record("Add", null, person("Ida", "Holm", null, key)));
        document.getCustomer().add(record("AddorUpdate", "Desk", reachable(key)));
        document.getCustomer().add(record("Update", "Desk", reachable(key("nobody"))));
        document.getCustomer().add(record("Delete", null, reachable(key)));
        CustomersResponse answer = port.processCustomers(document);
        equal("counts", List.of(answer.getRecordCount(), answer.getSucceededCount(), answer.getFailedCount()),
              List.of(4L, 3L, 1L));
        List<RecordResultType> results = answer.getResult();
        List<String> told = results.stream()
            .map(result -> result.getIndex() + " " + result.getAction() + " " + result.getStatus() + " " + result.getCode())
            .collect(Collectors.toList());
        equal("results", told, List.of("1 Add Succeeded null", "2 AddorUpdate Succeeded null",
              "3 Update Failed CUSTOMER_NOT_FOUND", "4 Delete Succeeded null"));
        equal("is the Message empty", results.get(2).getMessage().isEmpty(), false);
        String id = results.get(0).getCustomerID();
        equal("CustomerIDs", List.of(results.get(1).getCustomerID(), results.get(3).getCustomerID()), List.of(id, id));

        equal("Code", fault(() -> retrieve(key, null)).getCode(), "CUSTOMER_NOT_FOUND");
        CustomerType kept = port.retrieveCustomer(id, null, null, true);
        equal("Active and Source", kept.isActive() + kept.getSource(), "falseDesk");
    }

    private static CustomerType record(String action, String source, CustomerType customer) {
        customer.setAction(action);
        customer.setSource(source);
        return customer;
    }
}
