//! The inside of a start tag, and of the XML declaration: name, equals, quoted value, again.
//!
//! Where a tag ends is known already; what stands in it is read here, because quick-xml's attribute iterator lets
//! pass what XML forbids (no white space between attributes, `<` in a value, unknown references).

use super::characters::{self, BYTES, Name, VALUE_SPACE, VALUE_STOP, is_space, plain_name};
use super::error::Refusal;
use super::tape::AttributeNode;

/// One attribute as written: offsets into the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct RawAttribute {
    pub(super) name_start: usize,
    pub(super) name: Name,
    pub(super) value_start: usize,
    pub(super) value_end: usize,
    /// Whether the value has references or white space to decode.
    pub(super) decoded: bool,
}

/// Reads attributes from `at` up to `end`.
pub(super) struct AttributeReader<'t> {
    text: &'t str,
    at: usize,
    end: usize,
}

impl<'t> AttributeReader<'t> {
    pub(super) fn new(text: &'t str, at: usize, end: usize) -> Self {
        AttributeReader { text, at, end }
    }

    /// The next attribute, `None` at the end of the tag.
    pub(super) fn read(&mut self) -> Result<Option<RawAttribute>, Refusal> {
        let before = self.at;
        self.skip_spaces();
        if self.at == self.end {
            return Ok(None);
        }
        if self.at == before {
            return Err(self.refuse("white space is missing before an attribute"));
        }
        let name_start = self.at;
        let name = self.name();
        self.skip_spaces();
        if self.byte() != Some(b'=') {
            return Err(self.refuse("an attribute without `=`"));
        }
        self.at += 1;
        self.skip_spaces();
        let quote = match self.byte() {
            Some(quote @ (b'"' | b'\'')) => quote,
            _ => return Err(self.refuse("an attribute value without quotes")),
        };
        self.at += 1;
        let value_start = self.at;
        let decoded = self.skip_value(quote)?;
        let value_end = self.at;
        self.at += 1;
        Ok(Some(RawAttribute { name_start, name, value_start, value_end, decoded }))
    }

    fn byte(&self) -> Option<u8> {
        self.text.as_bytes()[..self.end].get(self.at).copied()
    }

    fn skip_spaces(&mut self) {
        while self.byte().is_some_and(is_space) {
            self.at += 1;
        }
    }

    /// Goes to the end of the name.
    fn name(&mut self) -> Name {
        let is_end = |byte| byte == b'=' || is_space(byte);
        let rest = &self.text.as_bytes()[self.at..self.end];
        let plain = plain_name(rest).filter(|name| rest.get(name.bytes).is_none_or(|byte| is_end(*byte)));
        let name = plain.unwrap_or_else(|| {
            let bytes = rest.iter().position(|byte| is_end(*byte)).unwrap_or(rest.len());
            Name { bytes, prefix_bytes: None }
        });
        self.at += name.bytes;
        name
    }

    /// Goes to the next such byte, else to the end.
    fn skip_until(&mut self, is_such: impl Fn(u8) -> bool) {
        let rest = &self.text.as_bytes()[self.at..self.end];
        self.at += rest.iter().position(|byte| is_such(*byte)).unwrap_or(rest.len());
    }

    /// Goes to the closing quote; whether something in the value has to be decoded.
    fn skip_value(&mut self, quote: u8) -> Result<bool, Refusal> {
        let mut decoded = false;
        loop {
            self.skip_until(|byte| BYTES[byte as usize] & (VALUE_STOP | VALUE_SPACE) != 0);
            match self.byte() {
                Some(b'<') => return Err(self.refuse("`<` in an attribute value")),
                Some(b'&') => {
                    decoded = true;
                    self.check_reference()?;
                }
                Some(closing) if closing == quote => return Ok(decoded),
                Some(byte) => decoded |= is_space(byte),
                None => break,
            }
            self.at += 1;
        }
        Err(self.refuse("an attribute value without its closing quote"))
    }

    /// From `&` to before its `;`.
    fn check_reference(&mut self) -> Result<(), Refusal> {
        let rest = &self.text[self.at + 1..self.end];
        let name = memchr::memchr(b';', rest.as_bytes()).map(|length| &rest[..length]);
        match name.filter(|name| characters::reference(name).is_some()) {
            Some(name) => {
                self.at += name.len();
                Ok(())
            }
            None => Err(self.refuse(UNKNOWN_REFERENCE)),
        }
    }

    #[cold]
    fn refuse(&self, message: &str) -> Refusal {
        Refusal::not_well_formed(self.at, message)
    }
}

/// For `&` that starts neither one of the five entities nor an allowed character.
pub(super) const UNKNOWN_REFERENCE: &str =
    "a reference to something other than the five entities or a character";

/// Whether two attributes have the same expanded name. `order` is scratch space.
pub(super) fn has_duplicate(text: &str, list: &[AttributeNode], order: &mut Vec<u32>) -> bool {
    /// Up to here comparing each with each is faster than sorting.
    const COMPARED_MAX: usize = 8;
    let key = |attribute: &AttributeNode| (attribute.namespace, attribute.local(text));
    if list.len() <= COMPARED_MAX {
        let before = |(index, attribute)| list[..index].iter().any(|other| key(other) == key(attribute));
        return list.iter().enumerate().any(before);
    }
    order.clear();
    order.extend((0..).take(list.len()));
    order.sort_unstable_by_key(|index| key(&list[*index as usize]));
    order.windows(2).any(|pair| key(&list[pair[0] as usize]) == key(&list[pair[1] as usize]))
}
