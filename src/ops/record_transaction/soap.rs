//! The SOAP codec of recordTransaction.

use jiff::civil::Date;

use super::{Answer, RecordTransaction, Request};
use crate::domain::activity::{self, Transaction};
use crate::domain::amount::Amount;
use crate::domain::error::{Code, Error};
use crate::ops::SoapFace;
use crate::ops::identifiers::Identifiers;
use crate::wire::SERVICE_NAMESPACE;
use crate::wire::customer::{Fields, Path, known_children, size};
use crate::wire::xml::{Element, Writer};

impl SoapFace for RecordTransaction {
    fn decode(element: Element<'_>) -> Result<Request, Error> {
        let (mut fields, mut sent) = (Fields::default(), Sent::default());
        let path = &Path::ROOT.element("Transaction");
        if let Some(transaction) = known_children(element).filter(|c| c.local() == "Transaction").last() {
            known_children(transaction).for_each(|child| sent.read(child, path, &mut fields));
        }
        fields.into_result()?;
        sent.complete(path)
    }

    fn encode(answer: &Answer) -> Result<Vec<u8>, Error> {
        let mut writer = Writer::with_capacity(256);
        writer.start("recordTransactionResponse").namespace("", SERVICE_NAMESPACE);
        writer.element("TransactionID", &answer.0);
        writer.end();
        Ok(writer.into_bytes())
    }
}

/// The fields as they were sent.
#[derive(Default)]
struct Sent {
    identifiers: Identifiers,
    transaction_id: Option<String>,
    retail_store_id: Option<String>,
    business_date: Option<Date>,
    currency_code: Option<String>,
    sales_amount: Option<Amount>,
    returns_amount: Option<Amount>,
    items_sold_count: Option<u64>,
    items_returned_count: Option<u64>,
}

impl Sent {
    fn read(&mut self, child: Element<'_>, within: &Path<'_>, fields: &mut Fields) {
        let path = &within.element(child.local());
        let mut amount = || fields.value(child, path, size::OTHER, Amount::parse);
        match child.local() {
            "SalesAmount" => set(&mut self.sales_amount, amount()),
            "ReturnsAmount" => set(&mut self.returns_amount, amount()),
            "TransactionID" => set(&mut self.transaction_id, fields.text(child, path, size::CODE)),
            "RetailStoreID" => set(&mut self.retail_store_id, fields.text(child, path, size::CODE)),
            "BusinessDate" => {
                let date = fields.value(child, path, size::OTHER, activity::business_date);
                set(&mut self.business_date, date);
            }
            "CurrencyCode" => {
                let code = fields.value(child, path, size::OTHER, activity::currency_code);
                set(&mut self.currency_code, code);
            }
            "ItemsSoldCount" => {
                let count = fields.value(child, path, size::OTHER, activity::item_count);
                set(&mut self.items_sold_count, count);
            }
            "ItemsReturnedCount" => {
                let count = fields.value(child, path, size::OTHER, activity::item_count);
                set(&mut self.items_returned_count, count);
            }
            _ => self.identifiers.read(child, within, fields),
        }
    }

    /// What can't be left out is asked for once all that was sent has been read.
    fn complete(mut self, path: &Path<'_>) -> Result<Request, Error> {
        let mut missing = Fields::default();
        let mut required = |name: &str, is_there: bool| {
            if !is_there {
                let text = format!("a transaction has to have a {name}");
                missing.refuse(Code::InvalidAttributeValue, &path.element(name), text);
            }
        };
        required("TransactionID", self.transaction_id.is_some());
        required("RetailStoreID", self.retail_store_id.is_some());
        required("BusinessDate", self.business_date.is_some());
        missing.into_result()?;
        self.identifiers.check()?;
        let sent = (self.transaction_id, self.retail_store_id, self.business_date);
        let (Some(transaction_id), Some(retail_store_id), Some(business_date)) = sent else {
            return Err(Error::internal("a field that was found missing was not refused"));
        };
        let transaction = Transaction {
            transaction_id,
            retail_store_id,
            business_date,
            currency_code: self.currency_code,
            sales_amount: self.sales_amount,
            returns_amount: self.returns_amount,
            items_sold_count: self.items_sold_count,
            items_returned_count: self.items_returned_count,
        };
        Ok(Request { identifiers: self.identifiers, transaction })
    }
}

/// Of several elements of a name the last counts; an empty one is as good as none.
fn set<T>(field: &mut Option<T>, sent: Option<T>) {
    *field = sent.or(field.take());
}
