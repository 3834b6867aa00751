//! The order in which violations are told: that of the schema, whatever order the request has.
//!
//! Elements that stand beside each other anywhere in the schema stand in the same order in one list, so one list does
//! for all of them but those of a transaction; a test holds the lists to the schema. An element's attributes come before what it contains.

/// Every element that a request may be refused for, sisters in the order of the schema.
const ELEMENTS: &[&str] = &[
    "CustomerID",
    "CustomerId",
    "LastUpdateInfo",
    "UpdateUserID",
    "UpdateDate",
    "RetailStoreID",
    "SignupDate",
    "CustomerNumber",
    "CustomerReference",
    "OrgName",
    "CustOrgTypcode",
    "EmployeeID",
    "Affiliation",
    "Prospect",
    "Source",
    "LastName",
    "FirstName",
    "BusinessName",
    "CustomerClass",
    "EntityInformation",
    "Individual",
    "Suffix",
    "Salutation",
    "NickName",
    "Nickname",
    "Name",
    "ContactInformation",
    "Address",
    "EMailAddress",
    "PhoneNumber",
    "AddressLine1",
    "AddressLine2",
    "AddressLine3",
    "AddressLine4",
    "ApartmentNumber",
    "City",
    "Territory",
    "PostalCode",
    "County",
    "Country",
    "EMail",
    "Telephone",
    "Extension",
    "PersonalSummary",
    "GenderType",
    "BirthDate",
    "MaritalStatusCode",
    "Ethnicity",
    "Rent",
    "LanguageCode",
    "SocioEconomicProfile",
    "HighestEducationalLevelName",
    "AnnualIncomeAmount",
    "NetWorth",
    "PersonalPreferences",
    "ContactPreference",
    "AlternateKey",
    "AlternateID",
    "CustomAttribute",
    "AttributeValue",
    "CustomerNotes",
    "CustomerNote",
    "Instrument",
    "UserName",
    "InstrumentID",
    "CardNumber",
    "RTPTransaction",
    "LocationID",
    "RTPAmount",
    "Amount",
    "CurrencyID",
    "Customer",
    "Fileset",
    "FileName",
    "Content",
    "RunID",
    "IncludeInactive",
    "MaxResults",
    "PageToken",
    "MergeSource",
    "MergeTargetSet",
    "MergeTarget",
    "Preview",
];

/// The elements of a `Transaction`, which stand in an order of their own.
const OF_A_TRANSACTION: &[&str] = &[
    "Transaction",
    "TransactionID",
    "CustomerID",
    "CustomerId",
    "AlternateKey",
    "AlternateID",
    "CardNumber",
    "RetailStoreID",
    "BusinessDate",
    "CurrencyCode",
    "SalesAmount",
    "ReturnsAmount",
    "ItemsSoldCount",
    "ItemsReturnedCount",
];

/// The same for attributes.
const ATTRIBUTES: &[&str] = &[
    "Location",
    "PrimaryFlag",
    "ValidFlag",
    "TypeCode",
    "SearchType",
    "ContactPreferenceCode",
    "Label",
    "UpdateType",
    "ContactType",
    "SubTypeCode",
    "Permission",
    "name",
    "type",
    "createDate",
    "createUser",
    "location",
    "action",
    "sequence",
    "privateFlag",
];

/// Where one step of a path sorts among its sisters: attributes first, then by the schema, then by number.
type Step = (bool, usize, usize);

/// Where a path sorts.
pub(super) fn rank(path: &str) -> Vec<Step> {
    let elements = elements(path.split('/').next().unwrap_or_default());
    path.split('/').map(|name| step(elements, name)).collect()
}

/// The list that holds for what this element contains.
fn elements(root: &str) -> &'static [&'static str] {
    match root {
        "Transaction" => OF_A_TRANSACTION,
        _ => ELEMENTS,
    }
}

fn step(elements: &[&str], step: &str) -> Step {
    if let Some(attribute) = step.strip_prefix('@') {
        return (false, place(ATTRIBUTES, attribute), 0);
    }
    let (name, index) = step.split_once('[').unwrap_or((step, ""));
    (true, place(elements, name), index.trim_end_matches(']').parse().unwrap_or(0))
}

/// What is not listed comes last.
fn place(names: &[&str], name: &str) -> usize {
    names.iter().position(|known| *known == name).unwrap_or(names.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::soap::wsdl::ServiceDescription;

    /// Sisters in the schema have ascending places; those never refused may be missing.
    #[track_caller]
    fn check<'n>(owner: &str, listed: &[&str], sisters: impl Iterator<Item = &'n String>) -> usize {
        let places: Vec<_> =
            sisters.map(|name| place(listed, name)).filter(|at| *at < listed.len()).collect();
        assert!(places.is_sorted(), "{owner}: {places:?}");
        places.len()
    }

    /// Types of answers alone, whose order no violation follows.
    const OF_ANSWERS: [&str; 4] =
        ["RetrievedInstrumentType", "AccountActivityType", "BatchRunType", "BatchFailureType"];

    #[test]
    fn the_lists_have_the_order_of_the_schema() {
        let description = ServiceDescription::load().unwrap();
        let (mut elements, mut attributes) = (0, 0);
        let described = description.types.iter().chain(&description.elements);
        for described in described.filter(|described| !OF_ANSWERS.contains(&described.name.as_str())) {
            let children = described.child_elements().iter().map(|child| &child.name);
            let listed = super::elements(described.name.trim_end_matches("Type"));
            elements += check(&described.name, listed, children);
            let names = described.attributes.iter().map(|attribute| &attribute.name);
            attributes += check(&described.name, ATTRIBUTES, names);
        }
        assert!(elements > 70 && attributes > 25, "{elements} elements, {attributes} attributes");
    }

    #[test]
    fn attributes_come_before_content_and_numbers_count() {
        let sorted = [
            "Customer/EntityInformation/Individual/ContactInformation/Address[2]/@Label",
            "Customer/EntityInformation/Individual/ContactInformation/Address[2]/City",
            "Customer/EntityInformation/Individual/ContactInformation/Address[10]/@Label",
            "Customer/AlternateKey[1]/@TypeCode",
            "Customer/AlternateKey[1]/AlternateID",
        ];
        assert!(sorted.is_sorted_by_key(|path| rank(path)));
    }
}
