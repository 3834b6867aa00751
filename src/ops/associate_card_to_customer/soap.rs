//! The SOAP codec of associateCardToCustomer.

use super::{Answer, AssociateCardToCustomer, Request};
use crate::domain::amount::Amount;
use crate::domain::card::activation::ActivationMessage;
use crate::domain::error::Error;
use crate::ops::SoapFace;
use crate::ops::cards::Asked;
use crate::ops::identifiers::Identifiers;
use crate::wire::SERVICE_NAMESPACE;
use crate::wire::customer::{Fields, Path, known_children, size};
use crate::wire::xml::{Element, Writer};

impl SoapFace for AssociateCardToCustomer {
    fn decode(element: Element<'_>) -> Result<Request, Error> {
        let path = &Path::ROOT.element("Instrument");
        let instrument = known_children(element).filter(|child| child.local() == "Instrument").last();
        let mut reader = Reader::default();
        if let Some(instrument) = instrument {
            reader.instrument(instrument, path);
        }
        reader.into_request()
    }

    fn encode(answer: &Answer) -> Result<Vec<u8>, Error> {
        let mut writer = Writer::with_capacity(512);
        writer.start("associateCardToCustomerResponse").namespace("", SERVICE_NAMESPACE);
        writer.element("CustomerID", &answer.customer.to_string());
        writer.element("CardNumber", &answer.card.masked());
        for (id, account_type, activated) in &answer.accounts {
            writer.start("Account").element("AccountID", &id.to_string()).element("Type", account_type);
            writer.element("Activated", if *activated { "true" } else { "false" }).end();
        }
        if let Some(coupon) = &answer.coupon {
            writer.start("Coupon").element("CouponID", &coupon.id.to_string());
            writer.element("Name", &coupon.name);
            writer.optional("ExpiryDate", coupon.expiry.map(|date| date.to_string()).as_deref()).end();
        }
        writer.end();
        Ok(writer.into_bytes())
    }
}

/// The `Instrument` that an element is.
pub(super) fn instrument(element: Element<'_>) -> Result<Request, Error> {
    let mut reader = Reader::default();
    reader.instrument(element, &Path::ROOT.element("Instrument"));
    reader.into_request()
}

/// What was read so far; of an element that stands twice the last counts, as everywhere.
#[derive(Default)]
struct Reader {
    asked: Asked,
    customer: Identifiers,
    message: ActivationMessage,
    fields: Fields,
}

impl Reader {
    fn into_request(mut self) -> Result<Request, Error> {
        self.fields.into_result()?;
        self.customer.check()?;
        Ok(Request { asked: self.asked, customer: self.customer, message: self.message })
    }

    fn instrument(&mut self, element: Element<'_>, path: &Path<'_>) {
        for child in known_children(element) {
            let path = &path.element(child.local());
            match child.local() {
                "UserName" => self.message.user_name = self.fields.text(child, path, size::CODE),
                "InstrumentID" => self.asked.serial = self.fields.text(child, path, size::CODE),
                "CardNumber" => self.asked.number = self.fields.text(child, path, size::CODE),
                "AuthenticationData" => self.asked.pin = pin(child),
                "RTPTransaction" => self.transaction(child, path),
                "Customer" => {
                    let (customer, fields) = (&mut self.customer, &mut self.fields);
                    known_children(child).for_each(|child| customer.read(child, path, fields));
                }
                _ => {}
            }
        }
    }

    fn transaction(&mut self, element: Element<'_>, path: &Path<'_>) {
        for child in known_children(element) {
            let path = &path.element(child.local());
            match child.local() {
                "LocationID" => self.message.location = self.fields.text(child, path, size::CODE),
                "RTPAmount" => known_children(child).for_each(|child| self.amount(child, path)),
                _ => {}
            }
        }
    }

    /// The currency stands beside the amount, or as its attribute.
    fn amount(&mut self, child: Element<'_>, path: &Path<'_>) {
        let path = &path.element(child.local());
        match child.local() {
            "Amount" => {
                self.message.amount = self.fields.value(child, path, size::CODE, Amount::parse);
                if let Some(sent) = child.attribute("CurrencyID") {
                    let path = &path.attribute("CurrencyID");
                    self.message.currency = self.fields.attribute_text(&sent, path, size::CODE);
                }
            }
            "CurrencyID" => self.message.currency = self.fields.text(child, path, size::CODE),
            _ => {}
        }
    }
}

/// A PIN of any length: one that is too long is a wrong one, so that nothing is told (K-4).
fn pin(element: Element<'_>) -> Option<crate::domain::card::pin::Pin> {
    let text = element.text();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned().into())
}
