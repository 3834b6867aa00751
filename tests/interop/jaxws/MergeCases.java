import crm.AlternateKeyType;
import crm.CRMProcessorException;
import crm.CRMProcessorFaultType;
import crm.CRMProcessorPortType;
import crm.CustomerIdentifierType;
import crm.CustomerType;
import crm.MergeTargetSetType;
import java.util.List;
import java.util.Map;
import javax.xml.ws.Holder;

/**
 * What the client does with merges. Compiled where the WSDL declares mergeCustomers.
 *
 * Promises: the customers are of this port alone. Deliberately absent: what survives a merge.
 */
final class MergeCases extends Cases {
    MergeCases(CRMProcessorPortType port, String name) {
        super(port, name);
    }

    @Override
    Map<String, Case> all() {
        return Map.of("mergedCustomers", this::mergedCustomers);
    }

    /** The answer of a merge. */
    private final class Merged {
        final Holder<String> id = new Holder<>();
        final Holder<List<String>> members = new Holder<>();
        final Holder<CustomerType> preview = new Holder<>();

        Merged(String source, AlternateKeyType target, Boolean preview) throws CRMProcessorException {
            CustomerIdentifierType first = new CustomerIdentifierType();
            first.setCustomerID(source);
            CustomerIdentifierType second = new CustomerIdentifierType();
            second.getAlternateKey().add(target);
            MergeTargetSetType targets = new MergeTargetSetType();
            targets.getMergeTarget().add(second);
            port.mergeCustomers(first, targets, preview, id, members, this.preview);
        }
    }

    /** A merge leads old ids and keys to the new customer; the old one names it; taken back, all is as before. */
    private void mergedCustomers() throws CRMProcessorException {
        AlternateKeyType one = key("merged 1");
        AlternateKeyType other = key("merged 2");
        String first = Written.by(port::addCustomer, person("Ida", "Voss", null, one)).id.value;
        String second = Written.by(port::addCustomer, person("Otto", "Voss", null, other)).id.value;
        Merged seen = new Merged(first, other, true);
        equal("names of the preview", names(seen.preview.value), List.of("First=Ida", "Last=Voss"));
        Merged merged = new Merged(first, other, null);
        equal("merged customers", merged.members.value, List.of(first, second));
        for (CustomerType found : List.of(retrieve(one, null), retrieve(other, null), byId(first, null),
                                          byId(second, null))) {
            equal("CustomerID", found.getCustomerID() + " " + found.getMergedInto(), merged.id.value + " null");
        }
        CustomerType old = byId(second, true);
        equal("the old customer", old.getCustomerID() + " " + old.isActive() + " " + old.getMergedInto(),
              second + " false " + merged.id.value);
        CRMProcessorFaultType fault = fault(() -> port.unmergeCustomers(first));
        equal("Code of an unmerge of nothing", fault.getCode(), "MERGE_CUSTOMER_CREATION_EXCEPTION");
        equal("restored customers", port.unmergeCustomers(merged.id.value), List.of(first, second));
        CustomerType restored = retrieve(other, null);
        equal("after the unmerge", restored.getCustomerID() + " " + restored.getMergedInto(), second + " null");
    }

    private CustomerType byId(String id, Boolean includeInactive) throws CRMProcessorException {
        return port.retrieveCustomer(id, null, null, includeInactive);
    }
}
