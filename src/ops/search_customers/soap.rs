//! The SOAP codec of searchCustomers.

use super::{Answer, Request, SearchCustomers};
use crate::domain::error::{Code, Error};
use crate::domain::value::{self, SearchType};
use crate::ops::SoapFace;
use crate::search::{Criterion, Field, Query};
use crate::store::record::{decode_sums, view_customer};
use crate::wire::SERVICE_NAMESPACE;
use crate::wire::customer::{Fields, Path, Selection, known_children, size, write_customer};
use crate::wire::xml::{Element, Writer};

/// How many customers a page has if the request does not say.
const RESULTS_DEFAULT: usize = 25;
/// The longest token that is looked at, in characters.
const TOKEN: usize = 16 * 1024;

impl SoapFace for SearchCustomers {
    fn decode(element: Element<'_>) -> Result<Request, Error> {
        let mut fields = Fields::default();
        let mut criteria = Criteria::default();
        let (mut max, mut page_token, mut inactive) = (None, None, false);
        for child in known_children(element) {
            let path = &Path::ROOT.element(child.local());
            match child.local() {
                "IncludeInactive" => {
                    inactive = fields.value(child, path, size::OTHER, value::boolean) == Some(true);
                }
                "MaxResults" => max = fields.value(child, path, size::OTHER, value::results_max),
                "PageToken" => page_token = fields.text(child, path, TOKEN),
                "AlternateKey" => criteria.alternate_key(child, path, &mut fields),
                name => {
                    if let Some((field, characters_max)) = text_criterion(name) {
                        criteria.text(field, child, path, characters_max, &mut fields);
                    }
                }
            }
        }
        fields.into_result()?;
        let query = Query::new(criteria.0, inactive).ok_or_else(no_criterion)?;
        let customers_max = max.unwrap_or(RESULTS_DEFAULT);
        Ok(Request { query, customers_max, page_token, include_inactive: inactive })
    }

    /// Straight from the stored bytes.
    fn encode(answer: &Answer) -> Result<Vec<u8>, Error> {
        let mut writer = Writer::with_capacity(64 * 1024);
        writer.start("searchCustomersResponse").namespace("", SERVICE_NAMESPACE);
        let selection = if answer.include_inactive { Selection::All } else { Selection::Active };
        for ((hit, activity), cards) in answer.page.hits.iter().zip(&answer.activities).zip(&answer.cards) {
            let activity = activity.as_ref().map(|record| decode_sums(&record.body)).transpose()?;
            let summary = activity.as_ref().map(|activity| &activity.summary);
            write_customer(&mut writer, &view_customer(&hit.record.body)?, &[], summary, cards, selection);
        }
        if let Some(token) = &answer.page.next_token {
            writer.element("NextPageToken", token);
        }
        writer.end();
        Ok(writer.into_bytes())
    }
}

fn no_criterion() -> Error {
    let message = "a search needs at least one criterion, such as LastName or EMailAddress";
    Error::new(Code::CustomerSearchRequiredParameters, message)
}

/// The field that an element of plain text searches, and the size of its text.
fn text_criterion(name: &str) -> Option<(Field, usize)> {
    Some(match name {
        "LastName" => (Field::LastName, size::NAME),
        "FirstName" => (Field::FirstName, size::NAME),
        "BusinessName" => (Field::BusinessName, size::NAME),
        "EMailAddress" => (Field::EMailAddress, size::LINE),
        "PhoneNumber" => (Field::PhoneNumber, size::PHONE),
        "AddressLine1" => (Field::AddressLine1, size::LINE),
        "City" => (Field::City, size::NAME),
        "Territory" => (Field::Territory, size::OTHER),
        "PostalCode" => (Field::PostalCode, size::POSTAL_CODE),
        "CardNumber" => (Field::CardNumber, size::CODE),
        _ => return None,
    })
}

/// The criteria read so far; of several for a field the last counts, as everywhere.
#[derive(Default)]
struct Criteria(Vec<Criterion>);

impl Criteria {
    fn text(
        &mut self,
        field: Field,
        element: Element<'_>,
        path: &Path<'_>,
        characters_max: usize,
        fields: &mut Fields,
    ) {
        let search_type = search_type(element, path, fields);
        if let Some(text) = fields.text(element, path, characters_max) {
            self.add(field, search_type, &text, None, path, fields);
        }
    }

    /// The id stands in AlternateID, as in all other requests, or is the text of the element itself.
    fn alternate_key(&mut self, element: Element<'_>, path: &Path<'_>, fields: &mut Fields) {
        let search_type = search_type(element, path, fields);
        let type_code = element.attribute("TypeCode");
        let type_code =
            type_code.and_then(|sent| fields.attribute_text(&sent, &path.attribute("TypeCode"), size::CODE));
        let child = known_children(element).filter(|child| child.local() == "AlternateID").last();
        let within = path.element("AlternateID");
        let (holder, path) = child.map_or((element, path), |child| (child, &within));
        match fields.text(holder, path, size::NAME) {
            Some(text) => self.add(Field::AlternateKey, search_type, &text, type_code, path, fields),
            None if type_code.is_some() => {
                let code = Code::AlternateKeyValueUnspecified;
                fields.refuse(code, &within, "the alternate key has no AlternateID");
            }
            None => {}
        }
    }

    fn add(
        &mut self,
        field: Field,
        search_type: SearchType,
        text: &str,
        type_code: Option<String>,
        path: &Path<'_>,
        fields: &mut Fields,
    ) {
        match Criterion::new(field, search_type, text) {
            Ok(criterion) => {
                self.0.retain(|other| other.field() != field);
                self.0.push(match type_code {
                    Some(type_code) => criterion.of_type(type_code),
                    None => criterion,
                });
            }
            Err(mistake) => fields.refuse(Code::InvalidAttributeValue, path, mistake.expected()),
        }
    }
}

fn search_type(element: Element<'_>, path: &Path<'_>, fields: &mut Fields) -> SearchType {
    let sent = element.attribute("SearchType");
    let path = path.attribute("SearchType");
    let read = sent.and_then(|sent| fields.attribute_value(&sent, &path, SearchType::parse));
    read.unwrap_or(SearchType::StartsWith)
}
