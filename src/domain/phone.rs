//! V-10: telephone numbers.
//!
//! Only the digits and the marks of an extension count. No numbering plan of any country is known here.

use super::contact_point::Telephone;

/// A telephone after V-10.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judged {
    /// What is stored; as sent where no number was found.
    pub telephone: Telephone,
    /// Has a number, and it does not start with 0.
    pub valid: bool,
}

/// V-10: takes number and extension apart. An Extension that was sent apart wins over one in the number.
pub fn judge(sent: &Telephone) -> Judged {
    let (digits, inner_extension) = split(&sent.number);
    let number = digits.trim_start_matches('1');
    if number.is_empty() {
        return Judged { telephone: sent.clone(), valid: false };
    }
    let telephone = Telephone {
        number: number.to_owned(),
        extension: sent.extension.clone().or(Some(inner_extension).filter(|digits| !digits.is_empty())),
    };
    Judged { telephone, valid: !number.starts_with('0') }
}

/// The digits before and behind the mark of an extension.
fn split(text: &str) -> (String, String) {
    let kept: String = text.chars().filter(|symbol| symbol.is_ascii_digit() || is_mark(*symbol)).collect();
    // `Tel 440…` has marks in front that announce a number; one with an `x` (`ext 12`) announces an extension.
    let number_at = kept.find(|symbol: char| symbol.is_ascii_digit()).unwrap_or(kept.len());
    let (announcement, rest) = kept.split_at(number_at);
    if announcement.contains(['x', 'X']) {
        return (String::new(), digits(rest));
    }
    let (number, extension) = rest.split_once(is_mark).unwrap_or((rest, ""));
    (number.to_owned(), digits(extension))
}

fn digits(text: &str) -> String {
    text.chars().filter(char::is_ascii_digit).collect()
}

fn is_mark(symbol: char) -> bool {
    matches!(symbol, 'E' | 'e' | 'X' | 'x' | 'T' | 't')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(sent: &str, number: &str, extension: Option<&str>, valid: bool) {
        let judged = judge(&Telephone { number: sent.to_owned(), extension: None });
        let telephone = Telephone { number: number.to_owned(), extension: extension.map(str::to_owned) };
        assert_eq!(judged, Judged { telephone, valid }, "{sent}");
    }

    #[test]
    fn v_10_digits_are_kept_and_leading_ones_dropped() {
        check("4405550100", "4405550100", None, true);
        check("(440) 555-0100", "4405550100", None, true);
        check("1-440-555-0100", "4405550100", None, true);
        check("+1 440 555 0100", "4405550100", None, true);
        check("111440", "440", None, true);
        check("Tel. 440 555 0100", "4405550100", None, true);
    }

    #[test]
    fn v_10_a_number_with_a_leading_0_is_invalid() {
        check("0440555", "0440555", None, false);
        check("1 0440555", "0440555", None, false);
        check("0440555x7", "0440555", Some("7"), false);
    }

    #[test]
    fn v_10_a_number_without_digits_is_invalid_and_kept_as_sent() {
        for sent in ["none", "111", "ext. 12", "x12", "-"] {
            check(sent, sent, None, false);
        }
    }

    #[test]
    fn v_10_the_extension_is_taken_off() {
        for mark in ["x", "X", "ext", "Ext.", " ext. ", "EXT", "T", "e"] {
            check(&format!("440-555-0100{mark}12"), "4405550100", Some("12"), true);
        }
        check("440 555 0100 ext 12 x 3", "4405550100", Some("123"), true);
        check("4405550100x", "4405550100", None, true);
    }

    #[test]
    fn v_10_an_extension_sent_apart_wins() {
        let sent = Telephone { number: "4405550100x12".to_owned(), extension: Some("7".to_owned()) };
        let telephone = Telephone { number: "4405550100".to_owned(), extension: Some("7".to_owned()) };
        assert_eq!(judge(&sent), Judged { telephone, valid: true });
    }

    proptest! {
        #[test]
        fn v_10_judging_twice_is_judging_once(number in "[0-3xXtTeE +a()-]{0,12}", extension in "[0-9x]{1,3}") {
            for extension in [None, Some(extension)] {
                let once = judge(&Telephone { number: number.clone(), extension });
                prop_assert_eq!(judge(&once.telephone), once);
            }
        }
    }
}
