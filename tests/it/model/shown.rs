//! What a server shows of a customer, as the model has it.

use super::expected::{Person, StoredMail};
use super::shop::{Sums, Totals};
use crate::second_decoder::{ActivitySummary, ActivityTotals, AlternateKey, Customer, Email};

/// `ids` are those of the model's people.
pub(super) fn person(customer: Customer, ids: &[String]) -> Person {
    let individual = customer.entity_information.and_then(|entity| entity.individual).unwrap_or_default();
    let names = individual.name.unwrap_or_default().names;
    let last = names.into_iter().find(|name| name.location.as_deref() == Some("Last"));
    let mails = individual.contact_information.unwrap_or_default().emails;
    let number = |number: &String| number.trim_start_matches('*').to_owned();
    let place = |id: &String| ids.iter().position(|known| known == id).unwrap();
    Person {
        active: flag(&customer.active),
        anonymous: flag(&customer.anonymous),
        last_name: last.and_then(|name| name.text),
        source: customer.source,
        keys: customer.alternate_keys.iter().map(key).collect(),
        mails: mails.into_iter().map(mail).collect(),
        sums: customer.activity_summary.map(sums),
        cards: customer.card_numbers.iter().map(number).collect(),
        merged_into: customer.merged_into.as_ref().map(place),
    }
}

fn flag(text: &Option<String>) -> bool {
    text.as_deref() == Some("true")
}

fn key(key: &AlternateKey) -> ((String, String), bool) {
    ((key.type_code.clone().unwrap(), key.alternate_id.clone().unwrap()), flag(&key.active_flag))
}

fn mail(mail: Email) -> StoredMail {
    StoredMail {
        type_code: mail.type_code.unwrap(),
        address: mail.email_address.unwrap(),
        label: mail.label,
        active: flag(&mail.active_flag),
        primary: flag(&mail.primary_flag),
    }
}

fn sums(summary: ActivitySummary) -> Sums {
    Sums {
        lifetime: totals(summary.lifetime.unwrap()),
        year_to_date: totals(summary.year_to_date.unwrap()),
        first: summary.first_transaction_date.unwrap(),
        last: summary.last_transaction_date.unwrap(),
    }
}

fn totals(totals: ActivityTotals) -> Totals {
    // All amounts have two decimals.
    let hundredths = |amount: Option<String>| amount.unwrap().replace('.', "").parse().unwrap();
    Totals {
        count: totals.transaction_count.unwrap().parse().unwrap(),
        sales: hundredths(totals.sales_amount),
        returns: hundredths(totals.returns_amount),
    }
}
