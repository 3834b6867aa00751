//! Writes XML into a byte vector; whatever values it is given, the result is well-formed.
//!
//! Everything that has a meaning in XML is escaped, and characters that XML 1.0 forbids become U+FFFD. Names
//! are the program's own and are trusted. Deliberately absent: an XML declaration, pretty printing, prefixes
//! chosen by the writer.

use std::fmt::{self, Display, Write};

use super::characters::is_noncharacter;

/// Answers are hardly nested deeper.
const DEPTH_USUAL: usize = 12;

/// An element whose end has not been written: where its name stands.
#[derive(Debug)]
struct OpenName {
    start: usize,
    bytes: usize,
}

/// Appends elements, attributes and text.
#[derive(Debug, Default)]
pub struct Writer {
    out: Vec<u8>,
    open: Vec<OpenName>,
    /// Whether the last start tag still takes attributes.
    in_tag: bool,
}

impl Writer {
    /// An empty writer.
    pub fn new() -> Self {
        Writer::default()
    }

    /// An empty writer with room for that many bytes.
    pub fn with_capacity(bytes: usize) -> Self {
        Writer { out: Vec::with_capacity(bytes), open: Vec::with_capacity(DEPTH_USUAL), in_tag: false }
    }

    /// Opens an element; `name` is written as it is, with its prefix.
    pub fn start(&mut self, name: &str) -> &mut Self {
        self.close_tag();
        self.out.push(b'<');
        self.open.push(OpenName { start: self.out.len(), bytes: name.len() });
        self.out.extend_from_slice(name.as_bytes());
        self.in_tag = true;
        self
    }

    /// Adds an attribute to the element just opened.
    pub fn attribute(&mut self, name: &str, value: &str) -> &mut Self {
        debug_assert!(self.in_tag, "an attribute outside a start tag");
        self.out.push(b' ');
        self.out.extend_from_slice(name.as_bytes());
        self.out.extend_from_slice(b"=\"");
        escape(&mut self.out, value, IN_ATTRIBUTE);
        self.out.push(b'"');
        self
    }

    /// Declares a prefix on the element just opened; the empty prefix declares the default namespace.
    pub fn namespace(&mut self, prefix: &str, namespace: &str) -> &mut Self {
        match prefix {
            "" => self.attribute("xmlns", namespace),
            _ => self.attribute(&format!("xmlns:{prefix}"), namespace),
        }
    }

    /// Appends character data.
    pub fn text(&mut self, text: &str) -> &mut Self {
        debug_assert!(!self.open.is_empty(), "text outside the root element");
        self.close_tag();
        escape(&mut self.out, text, IN_TEXT);
        self
    }

    /// Appends bytes that are well-formed content already, such as an encoded answer.
    pub fn raw(&mut self, content: &[u8]) -> &mut Self {
        self.close_tag();
        self.out.extend_from_slice(content);
        self
    }

    /// Closes the innermost open element.
    pub fn end(&mut self) -> &mut Self {
        let open = self.open.pop();
        debug_assert!(open.is_some(), "an end without a start");
        let Some(OpenName { start, bytes }) = open else { return self };
        if self.in_tag {
            self.in_tag = false;
            self.out.extend_from_slice(b"/>");
        } else {
            self.out.extend_from_slice(b"</");
            self.out.extend_from_within(start..start + bytes);
            self.out.push(b'>');
        }
        self
    }

    /// An element that holds only text.
    pub fn element(&mut self, name: &str, text: &str) -> &mut Self {
        self.close_tag();
        self.out.push(b'<');
        self.out.extend_from_slice(name.as_bytes());
        self.out.push(b'>');
        escape(&mut self.out, text, IN_TEXT);
        self.out.extend_from_slice(b"</");
        self.out.extend_from_slice(name.as_bytes());
        self.out.push(b'>');
        self
    }

    /// An element that holds only a number, a date or the like, written as it is shown.
    pub fn value(&mut self, name: &str, value: &dyn Display) -> &mut Self {
        self.start(name).close_tag();
        // Writing into memory does not fail.
        let _ = write!(Escaped(&mut self.out, IN_TEXT), "{value}");
        self.end()
    }

    /// Adds an attribute that holds a number, a date or the like, written as it is shown.
    pub fn attribute_value(&mut self, name: &str, value: &dyn Display) -> &mut Self {
        self.attribute(name, "");
        self.out.pop();
        let _ = write!(Escaped(&mut self.out, IN_ATTRIBUTE), "{value}");
        self.out.push(b'"');
        self
    }

    /// An element that holds only text, if there is any.
    pub fn optional(&mut self, name: &str, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.element(name, text),
            None => self,
        }
    }

    /// What was written; every element is closed.
    pub fn into_bytes(mut self) -> Vec<u8> {
        debug_assert!(self.open.is_empty(), "an element was not closed");
        while !self.open.is_empty() {
            self.end();
        }
        self.out
    }

    fn close_tag(&mut self) {
        if self.in_tag {
            self.out.push(b'>');
            self.in_tag = false;
        }
    }
}

/// What is shown into it is escaped on the way.
struct Escaped<'o>(&'o mut Vec<u8>, u8);

impl fmt::Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escape(self.0, text, self.1);
        Ok(())
    }
}

const IN_TEXT: u8 = 1;
const IN_ATTRIBUTE: u8 = 2;

/// Where each byte cannot stand as it is; 0xEF may start U+FFFE or U+FFFF.
const STOPS: [u8; 256] = stops();

const fn stops() -> [u8; 256] {
    let mut stops = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        stops[byte] = match byte as u8 {
            b'\t' | b'\n' | b'"' => IN_ATTRIBUTE,
            0..0x20 | b'<' | b'>' | b'&' | 0xEF => IN_TEXT | IN_ATTRIBUTE,
            _ => 0,
        };
        byte += 1;
    }
    stops
}

fn escape(out: &mut Vec<u8>, text: &str, place: u8) {
    let bytes = text.as_bytes();
    let mut copied = 0;
    let mut at = 0;
    while at < bytes.len() {
        let byte = bytes[at];
        if STOPS[byte as usize] & place == 0 {
            at += 1;
            continue;
        }
        let (replacement, taken) = replacement(&bytes[at..]);
        if let Some(replacement) = replacement {
            out.extend_from_slice(&bytes[copied..at]);
            out.extend_from_slice(replacement.as_bytes());
            copied = at + taken;
        }
        at += taken;
    }
    out.extend_from_slice(&bytes[copied..]);
}

/// What to write for the character at the start of `bytes`, and its length; `None`: it may stand.
fn replacement(bytes: &[u8]) -> (Option<&'static str>, usize) {
    match bytes[0] {
        b'<' => (Some("&lt;"), 1),
        b'>' => (Some("&gt;"), 1),
        b'&' => (Some("&amp;"), 1),
        b'"' => (Some("&quot;"), 1),
        // A reader turns these into a space or a line feed unless they are references.
        b'\t' => (Some("&#9;"), 1),
        b'\n' => (Some("&#10;"), 1),
        b'\r' => (Some("&#13;"), 1),
        0xEF if is_noncharacter(bytes) => (Some("\u{FFFD}"), 3),
        0xEF => (None, 3),
        _ => (Some("\u{FFFD}"), 1),
    }
}
