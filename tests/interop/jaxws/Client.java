import crm.AddressType;
import crm.AlternateKeyType;
import crm.CRMProcessor;
import crm.CRMProcessorException;
import crm.CRMProcessorFaultType;
import crm.CRMProcessorPortType;
import crm.ContactInformationType;
import crm.CustomAttributeType;
import crm.CustomerNoteType;
import crm.CustomerNotesType;
import crm.CustomerType;
import crm.EntityInformationType;
import crm.IndividualType;
import crm.NameType;
import crm.NamesType;
import crm.ValidationErrorType;
import crm.WarningType;
import java.net.URL;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import javax.xml.ws.Holder;
import javax.xml.ws.WebServiceFeature;
import javax.xml.ws.soap.AddressingFeature;

/**
 * A JAX-WS client whose proxy wsimport made from the WSDL of a running server.
 *
 * Promises: every operation is called through the proxy, over SOAP 1.1 and 1.2, with and without WS-Addressing, and
 * the values of the answers are compared; faults are read as the typed object that the WSDL declares. The last line
 * is "N passed, N failed", the exit code is 1 if anything failed. Deliberately absent: hostile or hand-written
 * messages.
 */
public final class Client {
    private interface Case {
        void run() throws Exception;
    }

    private interface Writing {
        void call(CustomerType customer, Holder<String> id, Holder<String> outcome,
                  Holder<List<ValidationErrorType>> errors, Holder<List<WarningType>> warnings)
            throws CRMProcessorException;
    }

    /** The answer of a writing operation. */
    private static final class Written {
        private final Holder<String> id = new Holder<>();
        private final Holder<String> outcome = new Holder<>();
        private final Holder<List<ValidationErrorType>> errors = new Holder<>();
        private final Holder<List<WarningType>> warnings = new Holder<>();

        private static Written by(Writing operation, CustomerType customer) throws CRMProcessorException {
            Written written = new Written();
            operation.call(customer, written.id, written.outcome, written.errors, written.warnings);
            return written;
        }
    }

    private static int passed;
    private static int failed;

    private final CRMProcessorPortType port;
    private final String name;

    private Client(CRMProcessorPortType port, String name) {
        this.port = port;
        this.name = name;
    }

    public static void main(String[] arguments) throws Exception {
        CRMProcessor service = new CRMProcessor(new URL(arguments[0]));
        // The client itself checks that the answer has the addressing headers, and that they relate to the request.
        WebServiceFeature[] none = {};
        WebServiceFeature[] addressing = {new AddressingFeature(true, true)};
        for (WebServiceFeature[] features : List.of(none, addressing)) {
            String suffix = features.length == 0 ? "" : " with addressing";
            new Client(service.getCRMProcessorSoap11(features), "SOAP 1.1" + suffix).runAll();
            new Client(service.getCRMProcessorSoap12(features), "SOAP 1.2" + suffix).runAll();
        }
        System.out.println(passed + " passed, " + failed + " failed");
        System.exit(failed == 0 && passed > 0 ? 0 : 1);
    }

    private void runAll() {
        check("addedCustomer", this::addedCustomer);
        check("updatedCustomer", this::updatedCustomer);
        check("warning", this::warning);
        check("notFound", this::notFound);
        check("alreadyExists", this::alreadyExists);
        check("violations", this::violations);
    }

    private void check(String caseName, Case body) {
        String full = "jaxws, " + name + ": " + caseName;
        try {
            body.run();
            passed++;
            System.out.println("ok     " + full);
        } catch (AssertionError error) {
            failed++;
            System.out.println("FAILED " + full + ": " + error.getMessage());
        } catch (Exception error) {
            failed++;
            System.out.println("FAILED " + full + ": " + error);
            error.printStackTrace(System.out);
        }
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
    private void updatedCustomer() throws CRMProcessorException {
        CustomerType first = person("Ida", "Holm", address("1 Mill Lane", "04101"), key("updated"));
        CustomerType second = person("Ida", "Holm", address("9 Quay Street", "04401"), key("updated"));
        Written added = Written.by(port::addOrUpdateCustomer, first);
        Written updated = Written.by(port::addOrUpdateCustomer, second);
        Written unchanged = Written.by(port::addOrUpdateCustomer, second);
        equal("outcomes", List.of(added.outcome.value, updated.outcome.value, unchanged.outcome.value),
              List.of("Added", "Updated", "Unchanged"));
        equal("CustomerIDs", List.of(updated.id.value, unchanged.id.value), List.of(added.id.value, added.id.value));

        equal("active addresses", addresses(retrieve(key("updated"), null)),
              List.of("9 Quay Street, HOME, active true, valid true"));
        equal("all addresses", addresses(retrieve(key("updated"), true)),
              List.of("1 Mill Lane, HOME, active false, valid true", "9 Quay Street, HOME, active true, valid true"));
        CustomerType byId = port.retrieveCustomer(added.id.value, null, null, null);
        equal("key found by CustomerID", byId.getAlternateKey().get(0).getAlternateID(), keyText("updated"));
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

    private static CRMProcessorFaultType fault(Case body) {
        try {
            body.run();
        } catch (CRMProcessorException fault) {
            equal("fault string", fault.getMessage(), fault.getFaultInfo().getMessage());
            return fault.getFaultInfo();
        } catch (Exception error) {
            throw new AssertionError("a typed fault was expected, there is " + error, error);
        }
        throw new AssertionError("a fault was expected, there is an answer");
    }

    private static void equal(String what, Object found, Object expected) {
        if (!Objects.equals(found, expected)) {
            throw new AssertionError(what + " is " + found + ", expected " + expected);
        }
    }

    private CustomerType retrieve(AlternateKeyType key, Boolean includeInactive) throws CRMProcessorException {
        return port.retrieveCustomer(null, List.of(key), null, includeInactive);
    }

    private String keyText(String of) {
        return "jaxws, " + name + ", " + of;
    }

    /** An alternate key that no other port of this client uses. */
    private AlternateKeyType key(String of) {
        AlternateKeyType key = new AlternateKeyType();
        key.setTypeCode("XSTORE_ID");
        key.setAlternateID(keyText(of));
        return key;
    }

    private static CustomAttributeType attribute(String name, String value) {
        CustomAttributeType attribute = new CustomAttributeType();
        attribute.setName(name);
        attribute.getAttributeValue().add(value);
        return attribute;
    }

    private static AddressType address(String line, String postalCode) {
        AddressType address = new AddressType();
        address.setAddressLine1(line);
        address.setPostalCode(postalCode);
        address.setCountry("US");
        address.setTypeCode("HOME");
        return address;
    }

    private static CustomerType person(String first, String last, AddressType address, AlternateKeyType key) {
        NamesType names = new NamesType();
        names.getName().add(nameAt("First", first));
        names.getName().add(nameAt("Last", last));
        IndividualType individual = new IndividualType();
        individual.setName(names);
        if (address != null) {
            ContactInformationType points = new ContactInformationType();
            points.getAddress().add(address);
            individual.setContactInformation(points);
        }
        EntityInformationType entity = new EntityInformationType();
        entity.setIndividual(individual);
        CustomerType customer = new CustomerType();
        customer.setEntityInformation(entity);
        customer.getAlternateKey().add(key);
        return customer;
    }

    private static NameType nameAt(String location, String text) {
        NameType name = new NameType();
        name.setLocation(location);
        name.setValue(text);
        return name;
    }

    private static List<String> names(CustomerType customer) {
        return customer.getEntityInformation().getIndividual().getName().getName().stream()
            .map(name -> name.getLocation() + "=" + name.getValue()).collect(Collectors.toList());
    }

    private static List<String> addresses(CustomerType customer) {
        return customer.getEntityInformation().getIndividual().getContactInformation().getAddress().stream()
            .map(point -> point.getAddressLine1() + ", " + point.getTypeCode() + ", active " + point.isActiveFlag()
                + ", valid " + point.isValidFlag())
            .sorted().collect(Collectors.toList());
    }
}
