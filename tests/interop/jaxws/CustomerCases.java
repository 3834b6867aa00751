import crm.AlternateKeyType;
import crm.CRMProcessorException;
import crm.CRMProcessorFaultType;
import crm.CRMProcessorPortType;
import crm.CustomerNoteType;
import crm.CustomerNotesType;
import crm.CustomerType;
import crm.EMailType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.xml.ws.Holder;

/**
 * What the client does with one customer.
 *
 * Promises: a case needs nothing that another case left behind. Deliberately absent: searches, documents, transactions
 * and cards, which have files of their own, compiled where the WSDL declares them.
 */
final class CustomerCases extends Cases {
    CustomerCases(CRMProcessorPortType port, String name) {
        super(port, name);
    }

    @Override
    Map<String, Case> all() {
        Map<String, Case> all = new LinkedHashMap<>();
        all.put("addedCustomer", this::addedCustomer);
        all.put("addedOrUpdatedCustomer", this::addedOrUpdatedCustomer);
        all.put("updatedCustomer", this::updatedCustomer);
        all.put("deletedCustomer", this::deletedCustomer);
        all.put("warning", this::warning);
        all.put("notFound", this::notFound);
        all.put("alreadyExists", this::alreadyExists);
        all.put("violations", this::violations);
        return all;
    }

    /** What is added comes back by its alternate key, normalised, with what the server wrote. */
    private void addedCustomer() throws CRMProcessorException {
        CustomerType customer = person("maría x.", "o'neil", address("1 Mill Lane", "bad"), key("added"));
        customer.setProspect(true);
        CustomerNoteType note = new CustomerNoteType();
        note.setValue("Zoë asked for \"blue\" & <green>");
        note.setType("DELIVERY");
        CustomerNotesType notes = new CustomerNotesType();
        notes.getCustomerNote().add(note);
        customer.setCustomerNotes(notes);
        Written written = Written.by(port::addCustomer, customer);
        equal("Outcome", written.outcome.value, "Added");
        equal("number of validation errors", written.errors.value.size(), 1);
        equal("Code of the validation error", written.errors.value.get(0).getCode(), "POSTAL_CODE_INVALID");
        equal("Value of the validation error", written.errors.value.get(0).getValue(), "bad");

        CustomerType found = retrieve(key("added"), null);
        equal("CustomerID", found.getCustomerID(), written.id.value);
        equal("Prospect", found.isProspect(), true);
        equal("Active", found.isActive(), true);
        equal("Anonymous", found.isAnonymous(), false);
        equal("names", names(found), List.of("First=María", "Middle=X", "Last=O'neil"));
        equal("addresses", addresses(found), List.of("1 Mill Lane, HOME, active true, valid false"));
        AlternateKeyType keyFound = found.getAlternateKey().get(0);
        equal("key", keyFound.getTypeCode() + " " + keyFound.getAlternateID(), "XSTORE_ID " + keyText("added"));
        CustomerNoteType noteFound = found.getCustomerNotes().getCustomerNote().get(0);
        equal("note", noteFound.getValue(), note.getValue());
        equal("type and sequence of the note", noteFound.getType() + noteFound.getSequence(), "DELIVERY1");
        equal("year of CreateDate is known", found.getCreateDate().getYear() > 2000, true);
    }

    /** addOrUpdate adds, then updates by key: the old address is deactivated and kept; the third time nothing changes. */
    private void addedOrUpdatedCustomer() throws CRMProcessorException {
        CustomerType first = person("Ida", "Holm", address("1 Mill Lane", "04101"), key("updated by key"));
        CustomerType second = person("Ida", "Holm", address("9 Quay Street", "04401"), key("updated by key"));
        Written added = Written.by(port::addOrUpdateCustomer, first);
        Written updated = Written.by(port::addOrUpdateCustomer, second);
        Written unchanged = Written.by(port::addOrUpdateCustomer, second);
        equal("outcomes", List.of(added.outcome.value, updated.outcome.value, unchanged.outcome.value),
              List.of("Added", "Updated", "Unchanged"));
        equal("CustomerIDs", List.of(updated.id.value, unchanged.id.value), List.of(added.id.value, added.id.value));

        equal("active addresses", addresses(retrieve(key("updated by key"), null)),
              List.of("9 Quay Street, HOME, active true, valid true"));
        equal("all addresses", addresses(retrieve(key("updated by key"), true)),
              List.of("1 Mill Lane, HOME, active false, valid true", "9 Quay Street, HOME, active true, valid true"));
        CustomerType byId = port.retrieveCustomer(added.id.value, null, null, null);
        equal("key found by CustomerID", byId.getAlternateKey().get(0).getAlternateID(), keyText("updated by key"));
    }

    /** An update puts one e-mail address in the place of another and adds nobody where nobody is found. */
    private void updatedCustomer() throws CRMProcessorException {
        String old = "old@" + mailHost();
        String fresh = "new@" + mailHost();
        CustomerType customer = person("Ida", "Holm", null, key("updated"));
        customer.getEntityInformation().getIndividual().getContactInformation().getEMail().add(eMail(old, null));
        Written added = Written.by(port::addCustomer, customer);
        CustomerType changed = reachable(key("updated"), eMail(old, "Old"), eMail(fresh, "New"));
        changed.setSource("Desk");
        Written updated = Written.by(port::updateCustomer, changed);
        equal("answer", updated.id.value + updated.outcome.value, added.id.value + "Updated");
        CustomerType found = retrieve(key("updated"), null);
        equal("Source", found.getSource(), "Desk");
        equal("names", names(found), List.of("First=Ida", "Last=Holm"));
        List<String> points = found.getEntityInformation().getIndividual().getContactInformation().getEMail().stream()
            .map(EMailType::getEMailAddress).collect(Collectors.toList());
        equal("active addresses", points, List.of(fresh));

        CustomerType same = new CustomerType();
        same.setCustomerID(added.id.value);
        same.setSource("Desk");
        equal("Outcome of the second time", Written.by(port::updateCustomer, same).outcome.value, "Unchanged");
        CustomerType nobody = reachable(key("nobody"));
        equal("Code", fault(() -> Written.by(port::updateCustomer, nobody)).getCode(), "CUSTOMER_NOT_FOUND");
        equal("Code", fault(() -> retrieve(key("nobody"), null)).getCode(), "CUSTOMER_NOT_FOUND");
    }

    /** A deleted customer is not found any more, is kept, and leaves its key to others. */
    private void deletedCustomer() throws CRMProcessorException {
        AlternateKeyType key = key("deleted");
        Written added = Written.by(port::addCustomer, person("Ida", "Holm", null, key));
        Holder<String> id = new Holder<>();
        Holder<String> outcome = new Holder<>();
        port.deleteCustomer(id, List.of(key), outcome);
        equal("answer", id.value + outcome.value, added.id.value + "Deleted");

        List<Case> later = List.of(
            () -> retrieve(key, null),
            () -> port.retrieveCustomer(added.id.value, null, null, null),
            () -> port.deleteCustomer(new Holder<>(), List.of(key), new Holder<>()),
            () -> port.deleteCustomer(new Holder<>(added.id.value), null, new Holder<>()));
        for (Case call : later) {
            equal("Code", fault(call).getCode(), "CUSTOMER_NOT_FOUND");
        }
        CustomerType kept = port.retrieveCustomer(added.id.value, null, null, true);
        equal("Active", kept.isActive(), false);
        equal("names", names(kept), List.of("First=Ida", "Last=Holm"));
        Written other = Written.by(port::addCustomer, person("Ida", "Holm", null, key));
        equal("Outcome of adding anew", other.outcome.value, "Added");
        equal("is the CustomerID the old one", other.id.value.equals(added.id.value), false);
    }

    /** What is left aside comes back as a typed warning. */
    private void warning() throws CRMProcessorException {
        Written.by(port::addCustomer, attributed("09-30-2019"));
        Written written = Written.by(port::addOrUpdateCustomer, attributed("10-01-2020"));
        equal("number of warnings", written.warnings.value.size(), 1);
        equal("Code", written.warnings.value.get(0).getCode(), "ATTRIBUTE_NOT_EDITABLE");
        equal("Field", written.warnings.value.get(0).getField(), "Customer/CustomAttribute[1]");
    }

    private CustomerType attributed(String date) {
        CustomerType customer = new CustomerType();
        customer.getAlternateKey().add(key("warned"));
        customer.getCustomAttribute().add(attribute("Club Member Since", date));
        return customer;
    }

    /** A key that nobody has is a typed CUSTOMER_NOT_FOUND. */
    private void notFound() {
        CRMProcessorFaultType fault = fault(() -> retrieve(key("nobody"), null));
        equal("Code", fault.getCode(), "CUSTOMER_NOT_FOUND");
        equal("Retryable", fault.isRetryable(), false);
        equal("number of violations", fault.getViolation().size(), 0);
        equal("RequestID is there", fault.getRequestID().isEmpty(), false);
    }

    /** A second add with the same key is a typed CUSTOMER_ALREADY_EXISTS, and changes nothing. */
    private void alreadyExists() throws CRMProcessorException {
        Written.by(port::addCustomer, person("Ida", "Holm", null, key("taken")));
        CustomerType second = person("Otto", "Holm", null, key("taken"));
        CRMProcessorFaultType fault = fault(() -> Written.by(port::addCustomer, second));
        equal("Code", fault.getCode(), "CUSTOMER_ALREADY_EXISTS");
        equal("Retryable", fault.isRetryable(), false);
        equal("names", names(retrieve(key("taken"), null)), List.of("First=Ida", "Last=Holm"));
    }

    /** All the attributes that are wrong are reported at once, each with its place. */
    private void violations() {
        CustomerType customer = new CustomerType();
        customer.getAlternateKey().add(key("odd"));
        customer.getCustomAttribute().add(attribute("Household Size", "many"));
        customer.getCustomAttribute().add(attribute("No Such Attribute", "1"));
        CRMProcessorFaultType fault = fault(() -> Written.by(port::addCustomer, customer));
        List<String> found = fault.getViolation().stream()
            .map(violation -> violation.getCode() + " " + violation.getField()).collect(Collectors.toList());
        equal("violations", found, List.of(
            "INVALID_ATTRIBUTE_VALUE Customer/CustomAttribute[1]/AttributeValue[1]",
            "UNKNOWN_ATTRIBUTE_TYPE Customer/CustomAttribute[2]/@name"));
        equal("Code and Field", fault.getCode() + " " + fault.getField(), found.get(0));
        equal("Message", fault.getMessage(), fault.getViolation().get(0).getMessage());
    }
}
