//! How texts are compared by search: without case, accents and, for numbers and codes, punctuation.
//!
//! Folding is idempotent, and both sides of a comparison are folded. Marks that carry a vowel or a voicing of their
//! own (Indic signs, kana) stay, for without them it is another name. Deliberately absent: transliteration between
//! scripts, and any language's own order of letters.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;

/// The text without case and accents. Latin letters that have no decomposition become their usual base letters.
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.trim().to_ascii_lowercase();
    }
    // Lowering may bring marks (`İ`), decomposing may bring capitals (`ℌ`): hence one between two of the other.
    let lower = text.nfkd().flat_map(char::to_lowercase);
    let bare: String = lower.nfkd().filter(|symbol| !is_accent(*symbol)).collect();
    let mut folded = String::with_capacity(bare.len());
    for symbol in bare.nfc() {
        match base_letters(symbol) {
            Some(letters) => folded.push_str(letters),
            None => folded.push(symbol),
        }
    }
    // Last, for some spaces and marks become plain spaces on the way.
    folded.trim().to_owned()
}

/// The digits of a text, full-width ones as ASCII ones.
pub fn digits(text: &str) -> String {
    text.nfkd().filter(char::is_ascii_digit).collect()
}

/// A telephone number without the ones in front, as V-10 stores it; of ones alone nothing is taken.
pub fn without_leading_ones(digits: &str) -> &str {
    let rest = digits.trim_start_matches('1');
    if rest.is_empty() { digits } else { rest }
}

/// Letters and digits only, folded: `SW1A 1AA` is `sw1a1aa`.
pub fn code(text: &str) -> String {
    fold(text).chars().filter(|symbol| symbol.is_alphanumeric()).collect()
}

/// Accents, points and overlays; not the viramas, nuktas, vowels and voicings of classes 6 to 9 and 84 to 132.
fn is_accent(symbol: char) -> bool {
    matches!(canonical_combining_class(symbol), 1 | 10..=36 | 200..=240)
}

fn base_letters(symbol: char) -> Option<&'static str> {
    Some(match symbol {
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'ø' => "o",
        'ł' => "l",
        'đ' | 'ð' => "d",
        'þ' => "th",
        'ħ' => "h",
        'ı' => "i",
        'ŧ' => "t",
        'ς' => "σ",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_and_accents_do_not_count() {
        let cases = [
            ("  Müller ", "muller"),
            ("MU\u{308}LLER", "muller"),
            ("Strauß", "strauss"),
            ("Øster Łódź", "oster lodz"),
            ("İstanbul ISPARTA ırmak", "istanbul isparta irmak"),
            ("Αλέξης ΑΛΕΞΗΣ", "αλεξησ αλεξησ"),
            ("Ёлкин", "елкин"),
            ("김민", "김민"),
            ("が", "が"),
            ("हिन्दी", "हिन्दी"),
            ("Ｆｕｌｌ", "full"),
            ("", ""),
        ];
        for (text, folded) in cases {
            assert_eq!(fold(text), folded.nfc().collect::<String>(), "{text}");
        }
    }

    #[test]
    fn numbers_and_codes_lose_their_punctuation() {
        assert_eq!(digits("+1 (440) 555-٠١"), "1440555");
        assert_eq!(digits("４４"), "44");
        assert_eq!(without_leading_ones("14405550100"), "4405550100");
        assert_eq!(without_leading_ones("111"), "111");
        assert_eq!(code(" sw1A-1AA "), "sw1a1aa");
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,12}") {
            let once = fold(&text);
            prop_assert_eq!(fold(&once), once);
        }
    }
}
