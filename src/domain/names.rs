//! V-1, V-2, V-17: the parts of a personal name.
//!
//! Text in, text out; what is missing is judged elsewhere (V-3), for it depends on the whole customer. A part of
//! which no letter is left counts as missing. Names are not brought into a Unicode normalisation form: they are
//! kept as they were typed.

use unicode_normalization::char::is_combining_mark;

use super::settings::Settings;
use super::value::NameLocation;

/// The parts of a name that a request brings; `None`: not sent, or nothing is left of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The first name.
    pub first: Option<String>,
    /// The second first name.
    pub first_2: Option<String>,
    /// The middle name, or the initial taken out of another part.
    pub middle: Option<String>,
    /// The last name.
    pub last: Option<String>,
    /// The second last name.
    pub last_2: Option<String>,
}

impl Names {
    /// Reads the parts in the order sent; the last of a location counts.
    pub fn read(sent: &[(NameLocation, String)], settings: &Settings) -> Self {
        let mut names = Names::default();
        for (location, text) in sent {
            let part = if settings.validation { normalise(text) } else { trimmed(text) };
            match location {
                NameLocation::First => names.first = part,
                NameLocation::Middle => names.middle = part,
                NameLocation::Last => names.last = part,
                NameLocation::First2 if settings.second_names => names.first_2 = part,
                NameLocation::Last2 if settings.second_names => names.last_2 = part,
                NameLocation::First2 | NameLocation::Last2 => {}
            }
        }
        if settings.validation {
            names.take_initial_out();
        }
        names
    }

    /// What a location holds.
    pub fn part(&self, location: NameLocation) -> Option<&String> {
        match location {
            NameLocation::First => self.first.as_ref(),
            NameLocation::First2 => self.first_2.as_ref(),
            NameLocation::Middle => self.middle.as_ref(),
            NameLocation::Last => self.last.as_ref(),
            NameLocation::Last2 => self.last_2.as_ref(),
        }
    }

    /// V-2: where both parts have an initial, that of the first name is taken and the other one stays.
    fn take_initial_out(&mut self) {
        if self.middle.is_some() {
            return;
        }
        if let Some((rest, initial)) = self.first.as_deref().and_then(trailing_initial) {
            self.middle = Some(initial);
            self.first = Some(rest);
        } else if let Some((rest, initial)) = self.last.as_deref().and_then(leading_initial) {
            self.middle = Some(initial);
            self.last = Some(rest);
        }
    }
}

/// The name without its last word, and that word, if it is a single letter. The period is gone by V-1.
fn trailing_initial(name: &str) -> Option<(String, String)> {
    let (rest, initial) = name.rsplit_once(' ')?;
    is_initial(initial, rest).then(|| (capitalised(rest), capitalised(initial)))
}

/// The name without its first word, and that word, if it is a single letter.
fn leading_initial(name: &str) -> Option<(String, String)> {
    let (initial, rest) = name.split_once(' ')?;
    is_initial(initial, rest).then(|| (capitalised(rest), capitalised(initial)))
}

/// A single letter, with its accents, beside a rest that is still a name. Scripts without capitals have no initials:
/// in them a single letter (`小 明`) is a name of its own.
fn is_initial(word: &str, rest: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(|letter| letter.is_uppercase() || letter.is_lowercase())
        && letters.all(is_combining_mark)
        && rest.chars().any(is_letter)
}

/// Without validation only the space around a name goes.
fn trimmed(text: &str) -> Option<String> {
    Some(text.trim().to_owned()).filter(|name| !name.is_empty())
}

/// V-1: the name as it is stored; `None` if no letter is left.
pub fn normalise(text: &str) -> Option<String> {
    let mut kept = String::with_capacity(text.len());
    let mut follows_kept = false;
    for symbol in text.chars() {
        let symbol = fold(symbol);
        // An accent belongs to what it follows: it stays with a letter and goes with a digit.
        let keep = if is_combining_mark(symbol) { follows_kept } else { is_kept(symbol) };
        follows_kept = keep && (is_letter(symbol) || is_combining_mark(symbol));
        if keep {
            kept.push(symbol);
        }
    }
    let words: Vec<&str> = kept.split(' ').filter(|word| !word.is_empty()).collect();
    let name = words.join(" ");
    name.chars().any(is_letter).then(|| capitalised(&name))
}

/// Other spellings of the same mark: typographic apostrophes, hyphens with a code of their own, other spaces.
fn fold(symbol: char) -> char {
    match symbol {
        '\u{2018}' | '\u{2019}' => '\'',
        '\u{2010}' | '\u{2011}' => '-',
        _ if symbol.is_whitespace() => ' ',
        _ => symbol,
    }
}

fn is_kept(symbol: char) -> bool {
    is_letter(symbol) || matches!(symbol, ' ' | '(' | ')' | '-' | '\'')
}

fn is_letter(symbol: char) -> bool {
    symbol.is_alphabetic() && !is_combining_mark(symbol)
}

/// Capitalises the first letter; the rest keeps its case.
fn capitalised(name: &str) -> String {
    let Some((at, letter)) = name.char_indices().find(|(_, symbol)| is_letter(*symbol)) else {
        return name.to_owned();
    };
    let (before, rest) = name.split_at(at);
    let rest = &rest[letter.len_utf8()..];
    format!("{before}{}{rest}", capital(letter))
}

/// The capital of a letter, where it has one that is a single letter.
fn capital(letter: char) -> char {
    // Georgian capitals are for whole words only; a sentence or name never starts with one.
    let georgian = ('\u{10D0}'..='\u{10FF}').contains(&letter);
    let mut upper = letter.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(single), None) if !georgian => single,
        _ => letter,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(sent: &str, stored: Option<&str>) {
        assert_eq!(normalise(sent).as_deref(), stored, "{sent}");
    }

    #[test]
    fn v_1_names_drop_digits_and_punctuation() {
        check("Anna1", Some("Anna"));
        check("4nna", Some("Nna"));
        check("Dr. Anna, M.D.", Some("Dr Anna MD"));
        check("Anna_Maria*", Some("AnnaMaria"));
        check("Anna (Annie)", Some("Anna (Annie)"));
        check("Smith-Jones", Some("Smith-Jones"));
        check("Smith\u{2010}Jones", Some("Smith-Jones"));
        check("O'Neil", Some("O'Neil"));
        check("O\u{2019}Neil", Some("O'Neil"));
        check("Anna\u{1F600}", Some("Anna"));
    }

    #[test]
    fn v_1_names_fold_spaces_and_trim() {
        check("  de   la\t Cruz \n", Some("De la Cruz"));
        check("van\u{A0}Dyck", Some("Van Dyck"));
        check("Anna 12 Maria", Some("Anna Maria"));
    }

    #[test]
    fn v_1_names_capitalise_the_first_letter_only() {
        check("mcDonald", Some("McDonald"));
        check("DE LA CRUZ", Some("DE LA CRUZ"));
        check("o'neil", Some("O'neil"));
        check("(anna)", Some("(Anna)"));
        check("élodie", Some("Élodie"));
        check("e\u{301}lodie", Some("E\u{301}lodie"));
        check("ßand", Some("ßand"));
        check("\u{10D0}\u{10DC}\u{10D0}", Some("\u{10D0}\u{10DC}\u{10D0}"));
    }

    #[test]
    fn v_1_letters_are_unicode_letters_with_their_marks() {
        check("Łukasz", Some("Łukasz"));
        check("山田", Some("山田"));
        check("प्रिया", Some("प्रिया"));
        check("مُحَمَّد", Some("مُحَمَّد"));
        check("1\u{301}Anna", Some("Anna"));
    }

    #[test]
    fn v_1_a_name_without_a_letter_is_missing() {
        for sent in ["", "  ", "123", "-", "()", "'", "???", "\u{301}"] {
            check(sent, None);
        }
    }

    /// First, middle and last as sent and as stored; an empty text is a part that is not there.
    fn check_names(sent: [&str; 3], stored: [&str; 3]) {
        let locations = [NameLocation::First, NameLocation::Middle, NameLocation::Last];
        let parts: Vec<_> = locations.into_iter().zip(sent.map(str::to_owned)).collect();
        let names = Names::read(&parts, &Settings::default());
        let read = locations.map(|location| names.part(location).map_or("", String::as_str));
        assert_eq!(read, stored, "{sent:?}");
    }

    #[test]
    fn v_2_initial_becomes_the_middle_name() {
        check_names(["Anna M", "", "Berg"], ["Anna", "M", "Berg"]);
        check_names(["Anna m.", "", "Berg"], ["Anna", "M", "Berg"]);
        check_names(["Anna", "", "M. berg"], ["Anna", "M", "Berg"]);
        check_names(["Anna", "", "M Berg"], ["Anna", "M", "Berg"]);
        check_names(["Anna É.", "", "Berg"], ["Anna", "É", "Berg"]);
        check_names(["Anna Maria K", "", ""], ["Anna Maria", "K", ""]);
    }

    #[test]
    fn v_2_initial_stays_where_it_is() {
        check_names(["A", "", "B"], ["A", "", "B"]);
        check_names(["A.", "", "Berg"], ["A", "", "Berg"]);
        check_names(["- M", "", "Berg"], ["- M", "", "Berg"]);
        check_names(["Anna M.", "Louise", "Berg"], ["Anna M", "Louise", "Berg"]);
        check_names(["Anna", "Louise", "M. Berg"], ["Anna", "Louise", "M Berg"]);
        check_names(["M Anna", "", "Berg M"], ["M Anna", "", "Berg M"]);
        check_names(["Anna Li", "", "Berg"], ["Anna Li", "", "Berg"]);
        check_names(["小 明", "", "山 田"], ["小 明", "", "山 田"]);
    }

    #[test]
    fn v_2_where_both_have_an_initial_that_of_the_first_name_is_taken() {
        check_names(["Anna M.", "", "K Berg"], ["Anna", "M", "K Berg"]);
    }

    #[test]
    fn v_2_a_middle_name_of_which_nothing_is_left_was_not_sent() {
        check_names(["Anna M.", "-", "Berg"], ["Anna", "M", "Berg"]);
    }

    #[test]
    fn v_17_second_names_are_stored_only_where_switched_on() {
        let sent =
            [(NameLocation::First2, "bea".to_owned()), (NameLocation::Last2, "o\u{2019}Hara 2".to_owned())];
        assert_eq!(Names::read(&sent, &Settings::default()), Names::default());
        let names = Names::read(&sent, &Settings { second_names: true, ..Settings::default() });
        assert_eq!((names.first_2.as_deref(), names.last_2.as_deref()), (Some("Bea"), Some("O'Hara")));
    }

    #[test]
    fn v_17_the_last_of_a_location_counts() {
        let sent = ["Anna", "Bea"].map(|name| (NameLocation::First, name.to_owned()));
        assert_eq!(Names::read(&sent, &Settings::default()).first.as_deref(), Some("Bea"));
    }

    #[test]
    fn v_without_validation_names_stay_as_sent() {
        let sent = [(NameLocation::First, " anna m. 2".to_owned()), (NameLocation::Last, "123".to_owned())];
        let names = Names::read(&sent, &Settings { validation: false, ..Settings::default() });
        assert_eq!((names.first.as_deref(), names.last.as_deref()), (Some("anna m. 2"), Some("123")));
        assert_eq!(names.middle, None);
    }

    proptest! {
        #[test]
        fn v_1_normalising_twice_is_normalising_once(sent in "\\PC{0,20}") {
            let once = normalise(&sent);
            prop_assert_eq!(once.as_deref().and_then(normalise), once);
        }

        #[test]
        fn v_2_reading_what_was_stored_changes_nothing(first in "[a-cA-C .é'-]{0,8}", last in "[a-cA-C .é'-]{0,8}") {
            let settings = Settings::default();
            let sent = [(NameLocation::First, first), (NameLocation::Last, last)];
            let once = Names::read(&sent, &settings);
            let stored: Vec<_> = [NameLocation::First, NameLocation::Middle, NameLocation::Last]
                .into_iter()
                .filter_map(|location| Some((location, once.part(location)?.clone())))
                .collect();
            let again = Names::read(&stored, &settings);
            prop_assert!(once.middle.is_none() || again == once);
        }
    }
}
