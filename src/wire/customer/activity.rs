//! The `ActivitySummary` of a customer that has transactions.

use crate::domain::activity::{ActivitySummary, ActivityTotals};
use crate::wire::xml::Writer;

/// Writes `<ActivitySummary>…</ActivitySummary>`.
pub(super) fn write_activity(writer: &mut Writer, summary: &ActivitySummary) {
    writer.start("ActivitySummary");
    totals(writer, "Lifetime", &summary.lifetime);
    totals(writer, "YearToDate", &summary.year_to_date);
    writer.element("FirstTransactionDate", &summary.first_transaction_date.to_string());
    writer.element("LastTransactionDate", &summary.last_transaction_date.to_string());
    writer.end();
}

fn totals(writer: &mut Writer, name: &str, totals: &ActivityTotals) {
    writer.start(name);
    writer.element("SalesAmount", &totals.sales_amount.to_string());
    writer.element("ReturnsAmount", &totals.returns_amount.to_string());
    writer.element("TransactionCount", &totals.transaction_count.to_string());
    writer.element("ItemsSoldCount", &totals.items_sold_count.to_string());
    writer.element("ItemsReturnedCount", &totals.items_returned_count.to_string());
    writer.end();
}
