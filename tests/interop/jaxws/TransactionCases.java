import crm.ActivitySummaryType;
import crm.AlternateKeyType;
import crm.CRMProcessorException;
import crm.CRMProcessorFaultType;
import crm.CRMProcessorPortType;
import crm.TransactionType;
import java.math.BigDecimal;
import java.util.List;
import java.util.Map;
import javax.xml.datatype.DatatypeConfigurationException;
import javax.xml.datatype.DatatypeFactory;

/**
 * What the client does with transactions. Compiled where the WSDL declares recordTransaction.
 *
 * Promises: TransactionIDs are of this port alone. Deliberately absent: the sums of a year, which other clients read.
 */
final class TransactionCases extends Cases {
    TransactionCases(CRMProcessorPortType port, String name) {
        super(port, name);
    }

    @Override
    Map<String, Case> all() {
        return Map.of("recordedTransactions", this::recordedTransactions);
    }

    /** Transactions add up in the customer's summary, a repeated one once, and another content is a typed fault. */
    private void recordedTransactions() throws CRMProcessorException, DatatypeConfigurationException {
        AlternateKeyType key = key("buying");
        Written.by(port::addCustomer, person("Ida", "Holm", null, key));
        TransactionType first = transaction("1", key, "2024-05-18", "129.90");
        TransactionType second = transaction("2", key, "2024-05-21", "20.10");
        for (TransactionType sent : List.of(first, second, first)) {
            equal("TransactionID", port.recordTransaction(sent), sent.getTransactionID());
        }
        ActivitySummaryType summary = retrieve(key, null).getActivitySummary();
        equal("sales", summary.getLifetime().getSalesAmount(), new BigDecimal("150.00"));
        equal("number of transactions", summary.getLifetime().getTransactionCount(), 2L);
        equal("dates", summary.getFirstTransactionDate() + " " + summary.getLastTransactionDate(),
              "2024-05-18 2024-05-21");
        TransactionType other = transaction("1", key, "2024-05-18", "129.91");
        CRMProcessorFaultType fault = fault(() -> port.recordTransaction(other));
        equal("Code and Field", fault.getCode() + " " + fault.getField(),
              "TRANSACTION_ALREADY_EXISTS Transaction/TransactionID");
    }

    private TransactionType transaction(String id, AlternateKeyType key, String date, String sales)
        throws DatatypeConfigurationException {
        TransactionType transaction = new TransactionType();
        transaction.setTransactionID(keyText(id));
        transaction.getAlternateKey().add(key);
        transaction.setRetailStoreID("17");
        transaction.setBusinessDate(DatatypeFactory.newInstance().newXMLGregorianCalendar(date));
        transaction.setSalesAmount(new BigDecimal(sales));
        return transaction;
    }
}
