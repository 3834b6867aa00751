//! V-4, V-5, V-6: salutation, suffix and gender.
//!
//! A value that is close to a known one is rewritten to its spelling; any other is kept as sent, and is invalid.

/// The salutations (V-4).
pub const PREFIXES: [&str; 12] =
    ["Mr", "Miss", "Mrs", "Ms", "Dr", "Imam", "Rev.", "Sir", "Sister", "Father", "Hon.", "HRH"];

/// The suffixes (V-5).
pub const SUFFIXES: [&str; 10] = ["Esq.", "Sr.", "Jr.", "II", "III", "IV", "V", "2nd", "3rd", "4th"];

/// V-4: the spelling of a salutation; `None` if it is close to none.
pub fn prefix(text: &str) -> Option<&'static str> {
    close_to(text, &PREFIXES)
}

/// V-5: the spelling of a suffix; `None` if it is close to none.
pub fn suffix(text: &str) -> Option<&'static str> {
    close_to(text, &SUFFIXES)
}

/// V-6: `M` or `F`; `None` if the text says neither.
pub fn gender(text: &str) -> Option<&'static str> {
    match text.chars().next()? {
        'M' | 'm' | '1' => Some("M"),
        'F' | 'f' | 'W' | 'w' | '0' => Some("F"),
        _ => None,
    }
}

fn close_to(text: &str, known: &[&'static str]) -> Option<&'static str> {
    known.iter().copied().find(|word| folded(word).eq(folded(text)))
}

/// Close is what is equal without case, periods and spaces.
fn folded(text: &str) -> impl Iterator<Item = char> {
    text.chars().filter(|symbol| *symbol != '.' && !symbol.is_whitespace()).flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn v_4_a_close_prefix_gets_its_spelling() {
        let cases = [
            ("MR", Some("Mr")),
            ("mr.", Some("Mr")),
            ("DR.", Some("Dr")),
            (" M r s ", Some("Mrs")),
            ("rev", Some("Rev.")),
            ("h.r.h.", Some("HRH")),
            ("hon", Some("Hon.")),
            ("Mister", None),
            ("Mr and Mrs", None),
            (".", None),
            ("Jr", None),
        ];
        for (sent, expected) in cases {
            assert_eq!(prefix(sent), expected, "{sent}");
        }
    }

    #[test]
    fn v_5_a_close_suffix_gets_its_spelling() {
        let cases = [
            ("sr", Some("Sr.")),
            ("SR", Some("Sr.")),
            ("jr.", Some("Jr.")),
            ("esq", Some("Esq.")),
            ("iii", Some("III")),
            ("i.v.", Some("IV")),
            ("2ND", Some("2nd")),
            ("5th", None),
            ("Mr", None),
        ];
        for (sent, expected) in cases {
            assert_eq!(suffix(sent), expected, "{sent}");
        }
    }

    #[test]
    fn v_4_v_5_every_known_spelling_is_its_own() {
        assert!(PREFIXES.iter().all(|word| prefix(word) == Some(word)));
        assert!(SUFFIXES.iter().all(|word| suffix(word) == Some(word)));
    }

    #[test]
    fn v_6_gender_is_read_by_its_first_letter() {
        let cases = [
            ("M", Some("M")),
            ("male", Some("M")),
            ("1", Some("M")),
            ("F", Some("F")),
            ("female", Some("F")),
            ("Woman", Some("F")),
            ("w", Some("F")),
            ("0", Some("F")),
            ("X", None),
            ("2", None),
            ("", None),
        ];
        for (sent, expected) in cases {
            assert_eq!(gender(sent), expected, "{sent}");
        }
    }
}
