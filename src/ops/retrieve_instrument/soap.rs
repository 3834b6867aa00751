//! The SOAP codec of retrieveInstrument.

use jiff::civil::Date;

use super::{Answer, RetrieveInstrument};
use crate::domain::card::{Account, Activity, Coupon, account_type};
use crate::domain::error::Error;
use crate::domain::program::ProgramKind;
use crate::ops::SoapFace;
use crate::ops::cards::Asked;
use crate::wire::SERVICE_NAMESPACE;
use crate::wire::customer::{Fields, Path, known_children, size};
use crate::wire::xml::{Element, Writer};

impl SoapFace for RetrieveInstrument {
    fn decode(element: Element<'_>) -> Result<Asked, Error> {
        let (mut asked, mut fields) = (Asked::default(), Fields::default());
        for child in known_children(element) {
            match child.local() {
                "CardNumber" => {
                    asked.number = fields.text(child, &Path::ROOT.element("CardNumber"), size::CODE);
                }
                // One that is too long is a wrong one, so that nothing is told (K-4).
                "AuthenticationData" => {
                    let text = child.text().trim().to_owned();
                    asked.pin = (!text.is_empty()).then(|| text.into());
                }
                _ => {}
            }
        }
        fields.into_result().map(|()| asked)
    }

    fn encode(answer: &Answer) -> Result<Vec<u8>, Error> {
        let card = &answer.card;
        let mut writer = Writer::with_capacity(2_048);
        writer.start("retrieveInstrumentResponse").namespace("", SERVICE_NAMESPACE);
        writer.start("Instrument").element("CardNumber", &card.number.masked());
        writer.optional("InstrumentID", card.serial.as_deref());
        writer.element("Active", flag(card.active()));
        optional_date(&mut writer, card.expiry);
        for (account, (kind, activities)) in card.accounts.iter().zip(&answer.accounts) {
            write_account(&mut writer, account, *kind, activities);
        }
        answer.coupons.iter().for_each(|coupon| write_coupon(&mut writer, coupon));
        for customer in &answer.customers {
            writer.element("CustomerID", &customer.to_string());
        }
        writer.end().end();
        Ok(writer.into_bytes())
    }
}

fn flag(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}

fn optional_date(writer: &mut Writer, date: Option<Date>) {
    writer.optional("ExpiryDate", date.map(|date| date.to_string()).as_deref());
}

fn write_account(writer: &mut Writer, account: &Account, kind: ProgramKind, activities: &[Activity]) {
    writer.start("Account").element("AccountID", &account.id.to_string());
    writer.element("Type", account_type(kind)).element("Status", account.status().wire_name());
    writer.element("Activated", flag(account.activated.is_some()));
    optional_date(writer, account.expiry);
    for activity in activities {
        writer.start("Activity").element("Time", &activity.time.to_string());
        writer.element("Type", activity.kind.as_str());
        writer.optional("Amount", activity.amount.map(|amount| amount.to_string()).as_deref());
        writer.optional("CurrencyID", activity.currency.as_deref());
        writer.optional("LocationID", activity.location.as_deref()).end();
    }
    writer.end();
}

fn write_coupon(writer: &mut Writer, coupon: &Coupon) {
    writer.start("Coupon").element("CouponID", &coupon.id.to_string()).element("Name", &coupon.name);
    optional_date(writer, coupon.expiry);
    writer.end();
}
