//! Sums over transactions, in every order of years, and over customers.

use proptest::prelude::*;

use super::*;

fn date(text: &str) -> Date {
    text.parse().expect("a date")
}

fn amount(text: &str) -> Amount {
    Amount::parse(text).expect("an amount")
}

/// A sale of one piece.
fn sale(day: &str, sales: &str) -> Transaction {
    Transaction {
        transaction_id: format!("{day}/{sales}"),
        retail_store_id: "17".to_owned(),
        business_date: date(day),
        currency_code: None,
        sales_amount: Some(amount(sales)),
        returns_amount: None,
        items_sold_count: Some(1),
        items_returned_count: None,
    }
}

fn summary<'t>(transactions: impl IntoIterator<Item = &'t Transaction>) -> ActivitySummary {
    ActivitySummary::of_all(transactions.into_iter().map(ActivitySummary::of)).expect("a transaction")
}

/// What sums over sales show: lifetime, year to date, first and last date.
#[track_caller]
fn check(sales: &[(&str, &str)], expected: [&str; 6]) {
    let mut summary: Option<ActivitySummary> = None;
    for (day, amount) in sales {
        let sale = sale(day, amount);
        summary = Some(summary.map_or_else(|| ActivitySummary::of(&sale), |before| before.with(&sale)));
    }
    let found = summary.expect("a sale");
    let shown = [
        found.lifetime.sales_amount.to_string(),
        found.lifetime.transaction_count.to_string(),
        found.year_to_date.sales_amount.to_string(),
        found.year_to_date.transaction_count.to_string(),
        found.first_transaction_date.to_string(),
        found.last_transaction_date.to_string(),
    ];
    assert_eq!(shown, expected, "{sales:?}");
}

#[test]
fn the_year_to_date_turns_over_with_the_business_date() {
    check(&[("2025-12-31", "5")], ["5.00", "1", "5.00", "1", "2025-12-31", "2025-12-31"]);
    check(
        &[("2025-12-30", "5"), ("2025-12-31", "2.50")],
        ["7.50", "2", "7.50", "2", "2025-12-30", "2025-12-31"],
    );
    // A newer year begins anew.
    check(
        &[("2025-12-31", "5"), ("2026-01-01", "3")],
        ["8.00", "2", "3.00", "1", "2025-12-31", "2026-01-01"],
    );
    // One of an older year counts for the lifetime alone,
    check(
        &[("2026-01-01", "3"), ("2025-12-31", "5")],
        ["8.00", "2", "3.00", "1", "2025-12-31", "2026-01-01"],
    );
    // and the year goes on behind it.
    check(
        &[("2025-06-01", "1"), ("2026-03-01", "2"), ("2025-07-01", "4"), ("2026-02-01", "8")],
        ["15.00", "4", "10.00", "2", "2025-06-01", "2026-03-01"],
    );
    // Years that were left out, and years far ahead of any clock.
    check(
        &[("2019-06-01", "1"), ("2031-03-01", "2"), ("2030-12-31", "4")],
        ["7.00", "3", "2.00", "1", "2019-06-01", "2031-03-01"],
    );
}

#[test]
fn every_figure_is_added() {
    let both = Transaction {
        returns_amount: Some(amount("1.25")),
        items_sold_count: Some(3),
        items_returned_count: Some(2),
        ..sale("2026-03-01", "10")
    };
    let nothing = Transaction { sales_amount: None, items_sold_count: None, ..sale("2026-03-02", "0") };
    let found = summary([&both, &both, &nothing]);
    let expected = ActivityTotals {
        sales_amount: amount("20"),
        returns_amount: amount("2.5"),
        transaction_count: 3,
        items_sold_count: 6,
        items_returned_count: 4,
    };
    assert_eq!((found.lifetime, found.year_to_date), (expected, expected));
}

#[test]
fn m_4_only_sums_of_the_year_of_the_latest_transaction_add_to_the_year_to_date() {
    let customers = [
        summary([&sale("2024-02-01", "1"), &sale("2025-05-05", "2")]),
        summary([&sale("2023-01-01", "4"), &sale("2024-12-31", "8")]),
        summary([&sale("2025-01-01", "16")]),
    ];
    let merged = ActivitySummary::of_all(customers).expect("sums");
    assert_eq!(merged.lifetime.sales_amount, amount("31"));
    assert_eq!(merged.lifetime.transaction_count, 5);
    assert_eq!(merged.year_to_date.sales_amount, amount("18"));
    assert_eq!(merged.year_to_date.transaction_count, 2);
    assert_eq!(merged.first_transaction_date, date("2023-01-01"));
    assert_eq!(merged.last_transaction_date, date("2025-05-05"));
}

#[test]
fn m_4_customers_without_transactions_have_no_sums() {
    assert_eq!(ActivitySummary::of_all([]), None);
    let one = summary([&sale("2024-02-01", "1")]);
    assert_eq!(ActivitySummary::of_all([one]), Some(one));
}

#[test]
fn a_business_date_is_a_day_whatever_zone_is_behind_it() {
    for sent in ["2026-02-28", "2026-02-28Z", "2026-02-28+01:00", "2026-02-28-05:00"] {
        assert_eq!(business_date(sent), Ok(date("2026-02-28")), "{sent}");
    }
    assert_eq!(business_date("1900-01-01"), Ok(BUSINESS_DATE_MIN));
    let refused = [
        "1899-12-31",
        "0000-01-01",
        "2026-02-29",
        "2026-2-28",
        "28.02.2026",
        "2026-02-28T10:00:00",
        "2026-02-28.5",
        "2026-02-28+1",
        "2026-02-2é",
        "today",
        "",
    ];
    for sent in refused {
        let code = business_date(sent).map_err(|reject| reject.code);
        assert_eq!(code, Err(Code::InvalidDateFormat), "{sent}");
    }
}

#[test]
fn currencies_are_three_letters_and_pieces_whole_numbers() {
    assert_eq!(currency_code("eur"), Ok("EUR".to_owned()));
    for sent in ["", "EU", "EURO", "€", "1EU", "EÜ"] {
        assert!(currency_code(sent).is_err(), "{sent}");
    }
    assert_eq!(item_count("0"), Ok(0));
    assert_eq!(item_count("1000000000"), Ok(ITEMS_MAX));
    for sent in ["1000000001", "-1", "1.0", "+1", "", "99999999999999999999999"] {
        assert!(item_count(sent).is_err(), "{sent}");
    }
}

proptest! {
    /// Sums do not depend on the order of arrival, and are those of a count by hand.
    #[test]
    fn sums_are_the_same_in_every_order(sales in prop::collection::vec((2020i16..2024, 1i8..13, 0u32..10_000), 1..20)) {
        let transactions: Vec<_> = sales
            .iter()
            .map(|(year, month, cents)| {
                sale(&format!("{year}-{month:02}-15"), &format!("{}.{:02}", cents / 100, cents % 100))
            })
            .collect();
        let found = summary(&transactions);
        prop_assert_eq!(found, summary(transactions.iter().rev()));
        let last_year = sales.iter().map(|(year, ..)| *year).max().expect("a sale");
        let sum = |sales: &mut dyn Iterator<Item = &(i16, i8, u32)>| sales.map(|(.., cents)| cents).sum::<u32>();
        let shown = |cents: u32| amount(&format!("{}.{:02}", cents / 100, cents % 100));
        prop_assert_eq!(found.lifetime.sales_amount, shown(sum(&mut sales.iter())));
        let of_year = sum(&mut sales.iter().filter(|(year, ..)| *year == last_year));
        prop_assert_eq!(found.year_to_date.sales_amount, shown(of_year));
    }
}
