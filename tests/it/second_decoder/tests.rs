//! The second decoder reads what the schema declares, all of it.

use castile::wire::soap::wsdl::{ContentDescription, ServiceDescription, TypeDescription};

use super::{Body, Customer, decode};

const ADD: &str = include_str!("../../../examples/requests/add-customer.xml");
const ADD_OR_UPDATE: &str = include_str!("../../../examples/requests/add-or-update-customer.xml");
const UPDATE: &str = include_str!("../../../examples/requests/update-customer.xml");
const HOME_LOCATION: &str = include_str!("../../../examples/requests/home-location.xml");
const DELETE: &str = include_str!("../../../examples/requests/delete-customer.xml");
const DOCUMENT: &str = include_str!("../../../examples/requests/customers-document.xml");
const RETRIEVE: &str = include_str!("../../../examples/requests/retrieve-customer.xml");

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn added() -> Customer {
    let body = decode(ADD).expect("the example decodes");
    body.add_customer.and_then(|wrapper| wrapper.customer).expect("a customer")
}

#[test]
fn the_add_example_is_read_down_to_names_and_notes() {
    let customer = added();
    assert_eq!(customer.customer_number, some("C-88213"));
    assert_eq!(customer.affiliation.and_then(|affiliation| affiliation.action), some("Add"));
    let individual = customer.entity_information.and_then(|entity| entity.individual).expect("an individual");
    let names = individual.name.expect("names").names;
    let names: Vec<_> = names.iter().map(|name| (name.location.as_deref(), name.text.as_deref())).collect();
    assert_eq!(names, [(Some("First"), Some("edmund T.")), (Some("Last"), Some("whitlock"))]);
    let contact = individual.contact_information.expect("contact points");
    assert_eq!((contact.addresses.len(), contact.emails.len(), contact.telephones.len()), (2, 2, 2));
    assert_eq!(contact.addresses[1].valid_flag, some("true"));
    assert_eq!(contact.telephones[1].extension, some("21"));
    assert_eq!(customer.personal_preferences.expect("preferences").contact_preferences.len(), 4);
    assert_eq!(customer.custom_attributes[0].attribute_values, ["Timber", "Garden"]);
    let notes = customer.customer_notes.expect("notes").customer_notes;
    assert_eq!(notes[0].text, some("Ring twice, the workshop is at the back."));
    assert_eq!((notes[0].note_type.clone(), notes[1].note_type.clone()), (some("DELIVERY"), None));
}

#[test]
fn the_other_examples_are_read() {
    let body = decode(ADD_OR_UPDATE).expect("the example decodes");
    let customer = body.add_or_update_customer.and_then(|wrapper| wrapper.customer).expect("a customer");
    let keys: Vec<_> = customer.alternate_keys.iter().map(|key| key.type_code.as_deref()).collect();
    assert_eq!(keys, [Some("XSTORE_ID"), Some("TWCUSTID")]);
    for update in [UPDATE, HOME_LOCATION] {
        let body = decode(update).expect("the example decodes");
        let customer = body.update_customer.and_then(|wrapper| wrapper.customer).expect("a customer");
        assert_eq!(customer.affiliation.and_then(|affiliation| affiliation.retail_store_id), some("1211"));
    }
    let delete = decode(DELETE).expect("the example decodes").delete_customer.expect("a delete");
    assert_eq!(delete.alternate_keys[0].alternate_id, some("1204-000317"));
    let retrieve = decode(RETRIEVE).expect("the example decodes").retrieve_customer.expect("a retrieve");
    assert_eq!(retrieve.alternate_keys[0].alternate_id, some("1204-000317"));
    assert_eq!(retrieve.include_inactive, some("true"));
    let document = decode(DOCUMENT).expect("the example decodes").customers.expect("a document");
    let actions: Vec<_> = document.customers.iter().map(|customer| customer.action.as_deref()).collect();
    assert_eq!(actions, [Some("Add"), Some("AddorUpdate"), Some("Update"), Some("Delete")]);
}

#[test]
fn both_soap_versions_are_read_alike() {
    let soap12 =
        ADD.replace("http://schemas.xmlsoap.org/soap/envelope/", "http://www.w3.org/2003/05/soap-envelope");
    assert_ne!(soap12, ADD);
    assert_eq!(decode(&soap12).expect("1.2 decodes"), decode(ADD).expect("1.1 decodes"));
}

#[test]
fn a_truncated_message_is_an_error() {
    assert!(decode(&ADD[..ADD.len() / 2]).is_err());
}

#[test]
fn another_namespace_is_not_ours() {
    let body = decode(&ADD.replace("urn:castile:crm:v1", "urn:other")).expect("an envelope all the same");
    assert_eq!(body, Body::default());
}

/// Writes one of everything that the schema lets stand, each value unlike all others.
struct Everything {
    description: ServiceDescription,
    document: String,
    values: Vec<String>,
}

impl Everything {
    fn of(element: &str) -> Self {
        let description = ServiceDescription::load().expect("the embedded files");
        let root = description.element_named(element).expect("a global element").clone();
        let mut everything = Everything { description, document: String::new(), values: Vec::new() };
        everything.write(element, &root);
        everything
    }

    fn fresh(&mut self) -> String {
        self.values.push(format!("value-{:04}", self.values.len()));
        self.values[self.values.len() - 1].clone()
    }

    fn write(&mut self, name: &str, described: &TypeDescription) {
        self.document.push_str(&format!("<{name}"));
        for attribute in &described.attributes {
            let value = self.fresh();
            self.document.push_str(&format!(" {}=\"{value}\"", attribute.name));
        }
        self.document.push('>');
        match &described.content {
            ContentDescription::Elements(children) => {
                for child in children {
                    self.write_child(&child.name, &child.type_name);
                }
            }
            ContentDescription::Text { .. } => {
                let value = self.fresh();
                self.document.push_str(&value);
            }
            ContentDescription::Type(_) => panic!("no wrapper has a named type"),
        }
        self.document.push_str(&format!("</{name}>"));
    }

    fn write_child(&mut self, name: &str, type_name: &str) {
        match self.description.type_named(type_name).cloned() {
            Some(described) => self.write(name, &described),
            None => {
                let value = self.fresh();
                self.document.push_str(&format!("<{name}>{value}</{name}>"));
            }
        }
    }

    fn message(&self) -> String {
        let document = self.document.replacen('>', " xmlns=\"urn:castile:crm:v1\">", 1);
        format!(
            "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\"><s:Body>{document}</s:Body></s:Envelope>"
        )
    }
}

/// Every value of a message of that kind arrives somewhere.
fn check(element: &str, values_min: usize) {
    let everything = Everything::of(element);
    let seen = format!("{:?}", decode(&everything.message()).expect("it decodes"));
    assert!(everything.values.len() >= values_min, "only {} values", everything.values.len());
    for value in &everything.values {
        assert_eq!(seen.matches(&format!("{value:?}")).count(), 1, "{value} of {}", everything.document);
    }
}

#[test]
fn everything_that_the_schema_declares_is_read() {
    check("addCustomer", 120);
    check("addCustomerResponse", 10);
    check("addOrUpdateCustomer", 120);
    check("addOrUpdateCustomerResponse", 10);
    check("updateCustomer", 120);
    check("updateCustomerResponse", 10);
    check("deleteCustomer", 5);
    check("deleteCustomerResponse", 2);
    check("mergeCustomers", 9);
    check("mergeCustomersResponse", 120);
    check("unmergeCustomers", 1);
    check("unmergeCustomersResponse", 1);
    check("retrieveCustomer", 7);
    check("retrieveCustomerResponse", 120);
    check("Customers", 120);
    check("CustomersResponse", 13);
}
