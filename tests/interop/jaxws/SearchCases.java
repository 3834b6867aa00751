import crm.AlternateKeySearchTermType;
import crm.AlternateKeyType;
import crm.CRMProcessorException;
import crm.CRMProcessorPortType;
import crm.CustomerType;
import crm.SearchTermType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.xml.ws.Holder;

/**
 * What the client searches for. Compiled where the WSDL declares searchCustomers.
 *
 * Promises: only customers that the case itself added match. Deliberately absent: most kinds of criteria; here it is
 * about what the proxy sends and reads.
 */
final class SearchCases extends Cases {
    SearchCases(CRMProcessorPortType port, String name) {
        super(port, name);
    }

    @Override
    Map<String, Case> all() {
        Map<String, Case> all = new LinkedHashMap<>();
        all.put("foundCustomers", this::foundCustomers);
        all.put("searchWithoutCriteria", this::searchWithoutCriteria);
        return all;
    }

    /** What is searched for; null is left out. */
    private static final class Criteria {
        private SearchTermType lastName;
        private SearchTermType firstName;
        private SearchTermType eMailAddress;
        private AlternateKeySearchTermType alternateKey;
        private Long resultsMax;
    }

    /** Criteria are joined, pages follow each other in the order of names, and nothing found is no fault. */
    private void foundCustomers() throws CRMProcessorException {
        String[][] people = {{"Ida", "Holm"}, {"Åse", "Holm"}, {"Otto", "Brandt"}};
        for (int number = 0; number < people.length; number++) {
            CustomerType customer = person(people[number][0], people[number][1], null, key("searched " + number));
            customer.getEntityInformation().getIndividual().getContactInformation().getEMail()
                .add(eMail("person" + number + ".n@" + mailHost(), null));
            Written.by(port::addCustomer, customer);
        }
        Criteria pageOfTwo = everybody();
        pageOfTwo.resultsMax = 2L;
        List<List<String>> pages = pages(pageOfTwo);
        List<String> all = pages.stream().flatMap(List::stream).collect(Collectors.toList());
        equal("everybody", all, List.of("First=Otto Last=Brandt", "First=Åse Last=Holm", "First=Ida Last=Holm"));
        equal("most of a page", pages.stream().mapToInt(List::size).max().getAsInt(), 2);

        Criteria family = everybody();
        // Without a SearchType: StartsWith.
        family.lastName = term("hol", null);
        equal("those of a family", pages(family), List.of(List.of("First=Åse Last=Holm", "First=Ida Last=Holm")));
        Criteria keyed = new Criteria();
        keyed.alternateKey = keyTerm(key("searched 2"));
        equal("who has a key", pages(keyed), List.of(List.of("First=Otto Last=Brandt")));
        Criteria nobody = everybody();
        nobody.firstName = term("Hol", "Exact");
        equal("nobody", pages(nobody), List.of(List.of()));
    }

    /** A search has to say for whom. */
    private void searchWithoutCriteria() {
        equal("Code", fault(() -> pages(new Criteria())).getCode(), "CUSTOMER_SEARCH_REQUIRED_PARAMETERS");
    }

    private Criteria everybody() {
        Criteria criteria = new Criteria();
        criteria.eMailAddress = term("n@" + mailHost(), "EndsWith");
        return criteria;
    }

    /** The names of the customers that were found, page by page. */
    private List<List<String>> pages(Criteria criteria) throws CRMProcessorException {
        List<List<String>> pages = new ArrayList<>();
        String token = null;
        do {
            Holder<List<CustomerType>> found = new Holder<>();
            Holder<String> next = new Holder<>();
            port.searchCustomers(criteria.lastName, criteria.firstName, null, criteria.eMailAddress, null, null, null,
                null, null, criteria.alternateKey, null, null, criteria.resultsMax, token, found, next);
            pages.add(found.value.stream()
                .map(customer -> String.join(" ", names(customer))).collect(Collectors.toList()));
            token = next.value;
        } while (token != null);
        return pages;
    }

    private static SearchTermType term(String text, String searchType) {
        SearchTermType term = new SearchTermType();
        term.setValue(text);
        term.setSearchType(searchType);
        return term;
    }

    private static AlternateKeySearchTermType keyTerm(AlternateKeyType key) {
        AlternateKeySearchTermType term = new AlternateKeySearchTermType();
        term.setAlternateID(key.getAlternateID());
        term.setTypeCode(key.getTypeCode());
        term.setSearchType("Exact");
        return term;
    }
}
