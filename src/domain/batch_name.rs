//! What a fileset and a batch file may be called: names that mean the same on every file system and lead nowhere else.
//!
//! Deliberately absent: names of files that somebody put into a folder, which exist already.

use super::value::Reject;

/// The most bytes of a fileset's name.
const FILESET_BYTES_MAX: usize = 100;
/// The most bytes of a file's name: with what is put to it, it must still be a file's name.
const FILE_BYTES_MAX: usize = 200;

/// The name of a fileset, which is that of a folder.
pub fn fileset(text: &str) -> Result<String, Reject> {
    const EXPECTED: Reject = Reject::invalid(
        "expected 1 to 100 letters (a to z), digits, '-', '_' or '.', not beginning with '.'",
    );
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let fits = (1..=FILESET_BYTES_MAX).contains(&text.len()) && !text.starts_with('.');
    if fits && text.bytes().all(plain) { Ok(text.to_owned()) } else { Err(EXPECTED) }
}

/// The name of a batch file: it says whether the file is packed.
pub fn file_name(text: &str) -> Result<String, Reject> {
    const EXPECTED: Reject = Reject::invalid(
        "expected a plain name of at most 200 bytes that ends in .xml or .xml.gz and does not begin with '.'",
    );
    let plain = |character: char| !character.is_control() && !matches!(character, '/' | '\\');
    let is_batch_file = text.ends_with(".xml") || text.ends_with(".xml.gz");
    let fits = text.len() <= FILE_BYTES_MAX && !text.starts_with('.') && text.chars().all(plain);
    if is_batch_file && fits { Ok(text.to_owned()) } else { Err(EXPECTED) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filesets_are_plain_names() {
        for good in ["nightly", "A", "7", "web-orders_2.eu", "-x", &"f".repeat(100)] {
            assert_eq!(fileset(good).as_deref(), Ok(good));
        }
        for bad in ["", ".", "..", "../x", ".x", "a/b", "a\\b", "a b", "a\0", "ä", "a\n", &"f".repeat(101)] {
            assert!(fileset(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn file_names_are_plain_and_say_what_they_are() {
        for good in ["a.xml", "Kunden März.xml.gz", "1.2.xml", "a~b.xml", &format!("{}.xml", "f".repeat(196))]
        {
            assert_eq!(file_name(good).as_deref(), Ok(good));
        }
        let bad = [
            "a",
            "a.XML",
            "a.xml.zip",
            ".xml",
            ".a.xml",
            "../a.xml",
            "a/b.xml",
            "a\\b.xml",
            "a\n.xml",
            "a.gz",
        ];
        for bad in bad {
            assert!(file_name(bad).is_err(), "{bad:?}");
        }
        assert!(file_name(&format!("{}.xml", "f".repeat(197))).is_err());
    }
}
