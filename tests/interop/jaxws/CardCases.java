import crm.AccountActivityType;
import crm.ActivateInstrumentCustomerRequest;
import crm.ActivateInstrumentCustomerResponse;
import crm.AlternateKeyType;
import crm.AssociatedAccountType;
import crm.CRMProcessorException;
import crm.CRMProcessorFaultType;
import crm.CRMProcessorPortType;
import crm.CouponType;
import crm.CustomerIdentifierType;
import crm.CustomerType;
import crm.InstrumentType;
import crm.RTPAmountType;
import crm.RTPTransactionType;
import crm.RetrievedInstrumentType;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.xml.ws.Holder;

/**
 * What the client does with cards. Compiled where the WSDL declares associateCardToCustomer.
 *
 * Promises: each case has a card of its own on each port, of ../cards.csv. Deliberately absent: every refusal but that of
 * a wrong PIN.
 */
final class CardCases extends Cases {
    private static final List<String> PORTS =
        List.of("SOAP 1.1", "SOAP 1.2", "SOAP 1.1 with addressing", "SOAP 1.2 with addressing");
    private static final String PIN = "2718";
    private static final String UNKNOWN_CARD = "6006497700000999";

    /** The last digit of this port's cards. */
    private final int place;

    CardCases(CRMProcessorPortType port, String name) {
        super(port, name);
        place = PORTS.indexOf(name) + 1;
    }

    @Override
    Map<String, Case> all() {
        return Map.of("associatedCard", this::associatedCard, "cardsDocument", this::cardsDocument);
    }

    /** The answer of an association. */
    private final class Associated {
        final Holder<String> id = new Holder<>();
        final Holder<String> card = new Holder<>();
        final Holder<List<AssociatedAccountType>> accounts = new Holder<>();
        final Holder<List<CouponType>> coupons = new Holder<>();

        Associated(InstrumentType instrument) throws CRMProcessorException {
            port.associateCardToCustomer(instrument, id, card, accounts, coupons);
        }
    }

    /** A card that is given to a customer is seen through it and through the customer. */
    private void associatedCard() throws CRMProcessorException {
        String number = "600649770000000" + place;
        String masked = "************000" + place;
        AlternateKeyType key = key("card");
        String id = Written.by(port::addCustomer, person("Ida", "Holm", null, key)).id.value;
        CRMProcessorFaultType fault = fault(() -> new Associated(instrument(number, "0000", key)));
        equal("Code and Field of a wrong PIN", fault.getCode() + " " + fault.getField(), "CARD_NOT_FOUND null");
        Associated answer = new Associated(instrument(number, PIN, key));
        equal("answer", List.of(answer.id.value, answer.card.value), List.of(id, masked));
        List<String> accounts = answer.accounts.value.stream()
            .map(account -> account.getType() + " " + account.isActivated()).collect(Collectors.toList());
        equal("accounts", accounts, List.of("Tender true", "Loyalty true"));
        equal("coupons", couponNames(answer.coupons.value), List.of("FIRST VISIT"));
        equal("coupons of the second time", couponNames(new Associated(instrument(number, PIN, key)).coupons.value),
              List.of());

        RetrievedInstrumentType found = port.retrieveInstrument(number, PIN);
        equal("card", found.getCardNumber() + " " + found.getInstrumentID() + " " + found.isActive() + " "
              + found.getExpiryDate(), masked + " INTEROP-" + place + " true 2099-12-31");
        equal("its customers", found.getCustomerID(), List.of(id));
        equal("its coupons", couponNames(found.getCoupon()), List.of("FIRST VISIT"));
        List<AccountActivityType> activities = found.getAccount().get(0).getActivity();
        equal("number of activities", activities.size(), 1);
        AccountActivityType activity = activities.get(0);
        equal("activity", activity.getType() + " " + activity.getAmount() + " " + activity.getCurrencyID() + " "
              + activity.getLocationID(), "Activation 25.50 EUR 17");

        CustomerType holder = port.retrieveCustomer(null, null, number, null);
        equal("customer of the card", holder.getCustomerID(), id);
        equal("card of the customer", holder.getCardNumber(), List.of(masked));
    }

    /** The records of a document of cards succeed or fail each alone. */
    private void cardsDocument() throws CRMProcessorException {
        String number = "600649770000010" + place;
        AlternateKeyType key = key("card in a document");
        String id = Written.by(port::addCustomer, person("Otto", "Holm", null, key)).id.value;
        ActivateInstrumentCustomerRequest document = new ActivateInstrumentCustomerRequest();
        document.getInstrument().add(instrument(UNKNOWN_CARD, PIN, key));
        document.getInstrument().add(instrument(number, PIN, key));
        ActivateInstrumentCustomerResponse answer = port.activateInstrumentCustomer(document);
        equal("counts", List.of(answer.getRecordCount(), answer.getSucceededCount(), answer.getFailedCount()),
              List.of(2L, 1L, 1L));
        List<String> told = answer.getResult().stream()
            .map(result -> result.getIndex() + " " + result.getStatus() + " " + result.getCode())
            .collect(Collectors.toList());
        equal("results", told, List.of("1 Failed CARD_NOT_FOUND", "2 Succeeded null"));
        equal("customers of the card", port.retrieveInstrument(number, PIN).getCustomerID(), List.of(id));
    }

    private static InstrumentType instrument(String number, String pin, AlternateKeyType key) {
        RTPAmountType amount = new RTPAmountType();
        amount.setAmount(new BigDecimal("25.50"));
        amount.setCurrencyID("EUR");
        RTPTransactionType transaction = new RTPTransactionType();
        transaction.setLocationID("17");
        transaction.setRTPAmount(amount);
        CustomerIdentifierType customer = new CustomerIdentifierType();
        customer.getAlternateKey().add(key);
        InstrumentType instrument = new InstrumentType();
        instrument.setUserName("till-7");
        instrument.setCardNumber(number);
        instrument.setAuthenticationData(pin);
        instrument.setRTPTransaction(transaction);
        instrument.setCustomer(customer);
        return instrument;
    }

    private static List<String> couponNames(List<CouponType> coupons) {
        return coupons.stream().map(CouponType::getName).collect(Collectors.toList());
    }
}
