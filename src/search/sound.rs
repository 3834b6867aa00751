//! SoundsLike: the codes under which a text is found by its sound.
//!
//! Double Metaphone of each word of Latin letters, which is made for names of many European languages spoken by
//! English tongues. A word of other letters, or with digits, sounds only like itself. Deliberately absent: rules for
//! the sounds of other languages.

use rphonetic::DoubleMetaphone;

/// Longer codes tell more names apart; the usual four let `Anderson` sound like `Andersen-Smith`.
const CODE_LENGTH_MAX: usize = 6;

/// The codes of one word: one, or two where it can be spoken in two ways.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Sound {
    pub(super) primary: String,
    pub(super) alternate: Option<String>,
}

impl Sound {
    /// Does one of the codes agree?
    fn like(&self, other: &Sound) -> bool {
        self.codes().any(|code| other.codes().any(|theirs| theirs == code))
    }

    pub(super) fn codes(&self) -> impl Iterator<Item = &str> {
        std::iter::once(self.primary.as_str()).chain(self.alternate.as_deref())
    }
}

/// The sounds of the words of a folded text, in their order.
pub(super) fn sounds(folded: &str) -> Vec<Sound> {
    let encoder = DoubleMetaphone::new(Some(CODE_LENGTH_MAX));
    words(folded).map(|word| sound(&encoder, &word)).collect()
}

/// Every searched word sounds like some word of the value; a text without words sounds like nothing.
pub(super) fn alike(searched: &[Sound], value: &[Sound]) -> bool {
    !searched.is_empty() && searched.iter().all(|word| value.iter().any(|other| word.like(other)))
}

/// Apostrophes do not part words: `O'Brien` is one.
fn words(folded: &str) -> impl Iterator<Item = String> {
    let parts = folded.split(|symbol: char| !symbol.is_alphanumeric() && !is_apostrophe(symbol));
    let bare = parts.map(|part| part.chars().filter(|symbol| !is_apostrophe(*symbol)).collect::<String>());
    bare.filter(|word| !word.is_empty())
}

fn is_apostrophe(symbol: char) -> bool {
    matches!(symbol, '\'' | '\u{2019}' | '\u{2bc}')
}

fn sound(encoder: &DoubleMetaphone, word: &str) -> Sound {
    let itself = || Sound { primary: word.to_owned(), alternate: None };
    if !word.bytes().all(|byte| byte.is_ascii_lowercase()) {
        return itself();
    }
    let codes = encoder.double_metaphone(word);
    let (primary, alternate) = (codes.primary(), codes.alternate());
    if primary.is_empty() {
        return itself();
    }
    Sound { alternate: Some(alternate).filter(|code| !code.is_empty() && *code != primary), primary }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_sound_alike_share_a_code() {
        let cases = [
            ("smith", "smyth", true),
            ("meyer", "maier", true),
            ("schmidt", "schmitt", true),
            ("o'brien", "obrian", true),
            ("katherine", "catherine", true),
            ("garsia", "garcia lopez", true),
            ("garcia lopez", "garcia", false),
            ("smith", "jones", false),
            ("4405550100", "4405550100", true),
            ("4405550100", "4405550101", false),
            ("김민", "김민", true),
            ("김민", "김만", false),
            ("---", "---", false),
        ];
        for (searched, value, expected) in cases {
            assert_eq!(alike(&sounds(searched), &sounds(value)), expected, "{searched} {value}");
        }
    }
}
