//! The `ActivitySummary` of a customer that has transactions.

use crate::domain::activity::{ActivitySummary, ActivityTotals};
use crate::wire::xml::Writer;

/// Writes `<ActivitySummary>…</ActivitySummary>`.
pub(super) fn write_activity(writer: &mut Writer, summary: &ActivitySummary) {
    writer.start("ActivitySummary");
    totals(writer, "Lifetime", &summary.lifetime);
    totals(writer, "YearToDate", &summary.year_to_date);
    writer.value("FirstTransactionDate", &summary.first_transaction_date);
    writer.value("LastTransactionDate", &summary.last_transaction_date);
    writer.end();
}

fn totals(writer: &mut Writer, name: &str, totals: &ActivityTotals) {
    writer.start(name);
    writer.value("SalesAmount", &totals.sales_amount);
    writer.value("ReturnsAmount", &totals.returns_amount);
    writer.value("TransactionCount", &totals.transaction_count);
    writer.value("ItemsSoldCount", &totals.items_sold_count);
    writer.value("ItemsReturnedCount", &totals.items_returned_count);
    writer.end();
}
