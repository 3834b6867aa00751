import crm.AddressType;
import crm.AlternateKeyType;
import crm.CRMProcessorException;
import crm.CRMProcessorFaultType;
import crm.CRMProcessorPortType;
import crm.ContactInformationType;
import crm.CustomAttributeType;
import crm.CustomerType;
import crm.EMailType;
import crm.EntityInformationType;
import crm.IndividualType;
import crm.NameType;
import crm.NamesType;
import crm.ValidationErrorType;
import crm.WarningType;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import javax.xml.ws.Holder;

/**
 * Cases that are run on one port, and what they need to call it and to look at its answers.
 *
 * Promises: keys and e-mail hosts are of this port alone. Deliberately absent: the cases themselves.
 */
abstract class Cases {
    interface Case {
        void run() throws Exception;
    }

    interface Writing {
        void call(CustomerType customer, Holder<String> id, Holder<String> outcome,
                  Holder<List<ValidationErrorType>> errors, Holder<List<WarningType>> warnings)
            throws CRMProcessorException;
    }

    /** The answer of a writing operation. */
    static final class Written {
        final Holder<String> id = new Holder<>();
        final Holder<String> outcome = new Holder<>();
        final Holder<List<ValidationErrorType>> errors = new Holder<>();
        final Holder<List<WarningType>> warnings = new Holder<>();

        static Written by(Writing operation, CustomerType customer) throws CRMProcessorException {
            Written written = new Written();
            operation.call(customer, written.id, written.outcome, written.errors, written.warnings);
            return written;
        }
    }

    final CRMProcessorPortType port;
    private final String name;

    Cases(CRMProcessorPortType port, String name) {
        this.port = port;
        this.name = name;
    }

    /** The cases by their names, in the order in which they are run. */
    abstract Map<String, Case> all();

    /** Runs what has to end in a fault, and returns its detail. */
    static CRMProcessorFaultType fault(Case body) {
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

    /** Fails unless both are equal. */
    static void equal(String what, Object found, Object expected) {
        if (!Objects.equals(found, expected)) {
            throw new AssertionError(what + " is " + found + ", expected " + expected);
        }
    }

    CustomerType retrieve(AlternateKeyType key, Boolean includeInactive) throws CRMProcessorException {
        return port.retrieveCustomer(null, List.of(key), null, includeInactive);
    }

    String keyText(String of) {
        return "jaxws, " + name + ", " + of;
    }

    /** A host of e-mail addresses that no other port of this client uses. */
    String mailHost() {
        return "jaxws-" + name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-") + ".example.net";
    }

    /** An alternate key that no other port of this client uses. */
    AlternateKeyType key(String of) {
        AlternateKeyType key = new AlternateKeyType();
        key.setTypeCode("XSTORE_ID");
        key.setAlternateID(keyText(of));
        return key;
    }

    static CustomAttributeType attribute(String name, String value) {
        CustomAttributeType attribute = new CustomAttributeType();
        attribute.setName(name);
        attribute.getAttributeValue().add(value);
        return attribute;
    }

    static AddressType address(String line, String postalCode) {
        AddressType address = new AddressType();
        address.setAddressLine1(line);
        address.setPostalCode(postalCode);
        address.setCountry("US");
        address.setTypeCode("HOME");
        return address;
    }

    static EMailType eMail(String text, String updateType) {
        EMailType eMail = new EMailType();
        eMail.setEMailAddress(text);
        eMail.setTypeCode("HOME");
        eMail.setUpdateType(updateType);
        return eMail;
    }

    /** A customer without a name, with e-mail addresses. */
    static CustomerType reachable(AlternateKeyType key, EMailType... eMails) {
        ContactInformationType points = new ContactInformationType();
        points.getEMail().addAll(List.of(eMails));
        IndividualType individual = new IndividualType();
        individual.setContactInformation(points);
        EntityInformationType entity = new EntityInformationType();
        entity.setIndividual(individual);
        CustomerType customer = new CustomerType();
        customer.setEntityInformation(entity);
        customer.getAlternateKey().add(key);
        return customer;
    }

    /** A customer with a name and, where they are given, an address and a key. */
    static CustomerType person(String first, String last, AddressType address, AlternateKeyType key) {
        CustomerType customer = reachable(key);
        NamesType names = new NamesType();
        names.getName().add(nameAt("First", first));
        names.getName().add(nameAt("Last", last));
        IndividualType individual = customer.getEntityInformation().getIndividual();
        individual.setName(names);
        if (address != null) {
            individual.getContactInformation().getAddress().add(address);
        }
        return customer;
    }

    static NameType nameAt(String location, String text) {
        NameType name = new NameType();
        name.setLocation(location);
        name.setValue(text);
        return name;
    }

    static List<String> names(CustomerType customer) {
        return customer.getEntityInformation().getIndividual().getName().getName().stream()
            .map(name -> name.getLocation() + "=" + name.getValue()).collect(Collectors.toList());
    }

    static List<String> addresses(CustomerType customer) {
        return customer.getEntityInformation().getIndividual().getContactInformation().getAddress().stream()
            .map(point -> point.getAddressLine1() + ", " + point.getTypeCode() + ", active " + point.isActiveFlag()
                + ", valid " + point.isValidFlag())
            .sorted().collect(Collectors.toList());
    }
}
