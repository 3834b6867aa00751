//! Amounts of money: exact decimals, never negative, added and nothing else.
//!
//! Deliberately absent: currencies and their conversion, rounding, subtraction, a sign (what was taken back has fields
//! of its own, so that a minus is a misunderstanding that is better refused than added).

use std::fmt;

use rust_decimal::Decimal;

use super::error::Code;
use super::value::Reject;

/// The most decimals of an amount.
const DECIMALS_MAX: u32 = 4;
/// The least that are written.
const DECIMALS_MIN: u32 = 2;
/// The largest amount of one transaction: 999,999,999,999.9999. The sums of ten million million of them are still exact.
const AMOUNT_MAX: Decimal = Decimal::from_parts(1_874_919_423, 2_328_306, 0, false, DECIMALS_MAX);
/// The largest amount that is kept, so that two of them are added exactly.
const SUM_MAX: Decimal = Decimal::from_parts(u32::MAX, u32::MAX, u32::MAX >> 2, false, DECIMALS_MAX);

/// An amount of money, in no currency that is known here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Hash)]
pub struct Amount(Decimal);

impl Amount {
    /// Reads an amount of one transaction: 0 to 999,999,999,999.9999, at most four decimals.
    pub fn parse(text: &str) -> Result<Self, Reject> {
        let expected =
            "expected an amount from 0 to 999999999999.9999: digits, at most four of them behind a point";
        let reject = Reject { code: Code::InvalidAttributeValue, expected };
        Self::read(text).filter(|amount| amount.0 <= AMOUNT_MAX).ok_or(reject)
    }

    /// Reads any amount that [`fmt::Display`] wrote, a sum too.
    pub fn read(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix('+').unwrap_or(text);
        // What the crate reads beside: signs, exponents, underscores.
        if !unsigned.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
            return None;
        }
        let amount = Decimal::from_str_exact(unsigned).ok()?.normalize();
        (amount.scale() <= DECIMALS_MAX && amount <= SUM_MAX).then_some(Amount(amount))
    }

    /// Both together. Ends at the largest amount that is kept, which no sum of amounts that can be sent reaches.
    #[must_use]
    pub fn plus(self, other: Amount) -> Amount {
        Amount((self.0 + other.0).min(SUM_MAX))
    }
}

/// At least two decimals, more where they are not zero: `12.50`, `0.125`.
impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = self.0.normalize();
        if shown.scale() < DECIMALS_MIN {
            shown.rescale(DECIMALS_MIN);
        }
        shown.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str) -> Amount {
        Amount::parse(text).expect("an amount")
    }

    #[test]
    fn amounts_are_read_exactly_and_written_alike() {
        let cases = [
            ("0", "0.00"),
            ("12.5", "12.50"),
            ("12.50", "12.50"),
            ("+7", "7.00"),
            (".125", "0.125"),
            ("5.", "5.00"),
            ("0.0001", "0.0001"),
            ("000123.450000", "123.45"),
            ("999999999999.9999", "999999999999.9999"),
        ];
        for (sent, written) in cases {
            assert_eq!(amount(sent).to_string(), written, "{sent}");
            assert_eq!(Amount::read(written), Some(amount(sent)), "{written}");
        }
    }

    #[test]
    fn anything_else_is_no_amount() {
        let cases = [
            "",
            ".",
            "+",
            "-1",
            "-0",
            "1,50",
            "1.2.3",
            "0.00001",
            "1000000000000",
            "1e3",
            "1 000",
            "١",
            "NaN",
            "+-1",
            "99999999999999999999999999999999999999999999",
        ];
        for sent in cases {
            let refused = Amount::parse(sent).map_err(|reject| reject.code);
            assert_eq!(refused, Err(Code::InvalidAttributeValue), "{sent}");
        }
    }

    #[test]
    fn adding_loses_nothing() {
        let mut sum = Amount::default();
        for _ in 0..1_000_000 {
            sum = sum.plus(amount("0.1"));
        }
        assert_eq!(sum.to_string(), "100000.00");
        let large = amount("999999999999.9999").plus(amount("999999999999.9999"));
        assert_eq!(large.to_string(), "1999999999999.9998");
        assert_eq!(Amount::read(&large.to_string()), Some(large), "a sum is read whatever its size");
        let most = Amount(SUM_MAX);
        assert_eq!(Amount::read(&most.to_string()), Some(most));
        assert_eq!(most.plus(amount("0.0001")), most);
        assert_eq!(most.plus(most), most);
        assert_eq!(AMOUNT_MAX.to_string(), "999999999999.9999");
    }
}
