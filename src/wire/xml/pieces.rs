//! The pieces of a message, one after the other: tags and text are found here, everything else by quick-xml.
//!
//! Nearly all pieces are tags and the text between them. Where one ends is told by a search or two, as long as it is
//! plain; quick-xml beside that looks at each piece for UTF-8 again, copies names and makes an event of it, which costs
//! three times as much. References, comments, CDATA, instructions and whatever is wrong are left to it, so that they are
//! read and refused as it does. Deliberately absent: what the pieces may say, which is [`super::pass`]'s.

use quick_xml::Reader;
use quick_xml::errors::{Error as ReaderError, IllFormedError};
use quick_xml::events::{BytesStart, Event};
use quick_xml::parser::{ElementParser, Parser};

use super::characters::{Name, is_space, plain_name};
use super::error::Refusal;

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    /// `<name …>`
    Start(Name),
    /// `<name …/>`
    Empty(Name),
    /// The end tag of the element that is open.
    End,
    Text,
    Reference,
    CData,
    Comment,
    Instruction,
    /// The XML declaration, or what looks like one.
    Declaration,
    DocumentType,
    EndOfMessage,
}

/// Goes through a message.
pub(super) struct Pieces<'t> {
    text: &'t str,
    /// Behind the last piece.
    pub(super) at: usize,
}

impl<'t> Pieces<'t> {
    pub(super) fn of(text: &'t str) -> Self {
        Pieces { text, at: 0 }
    }

    /// The next piece. `open` is the name of the element that an end tag would close, as it was written.
    pub(super) fn next(&mut self, open: Option<&str>) -> Result<Piece, Refusal> {
        let rest = &self.text[self.at..];
        let plain = match rest.as_bytes() {
            [] => return Ok(Piece::EndOfMessage),
            [b'<', b'/', ..] => end_tag(rest, open),
            [b'<', b'!' | b'?', ..] | [b'&', ..] => None,
            [b'<', ..] => start_tag(rest.as_bytes()),
            bytes => Some((Piece::Text, memchr::memchr2(b'<', b'&', bytes).unwrap_or(bytes.len()))),
        };
        let (piece, bytes) = match plain {
            Some(found) => found,
            None => self.by_quick_xml(open.is_some())?,
        };
        self.at += bytes;
        Ok(piece)
    }

    fn by_quick_xml(&self, is_open: bool) -> Result<(Piece, usize), Refusal> {
        let mut reader = Reader::from_str(&self.text[self.at..]);
        reader.config_mut().check_comments = true;
        let event = reader.read_event().map_err(|error| refused(&error, self.at, is_open))?;
        Ok((piece_of(&event), reader.buffer_position() as usize))
    }
}

/// An end tag that closes the open element.
fn end_tag(rest: &str, open: Option<&str>) -> Option<(Piece, usize)> {
    let behind = rest["</".len()..].strip_prefix(open?)?;
    let spaces = behind.bytes().position(|byte| !is_space(byte))?;
    let end = rest.len() - behind.len() + spaces + 1;
    (behind.as_bytes()[spaces] == b'>').then_some((Piece::End, end))
}

/// A start tag with a plain name.
fn start_tag(rest: &[u8]) -> Option<(Piece, usize)> {
    let name = plain_name(&rest[1..])?;
    let name_end = 1 + name.bytes;
    let end = match rest[name_end..] {
        [b'>', ..] => name_end + 1,
        [b'/', b'>', ..] => name_end + 2,
        [byte, ..] if is_space(byte) => name_end + ElementParser::Outside.feed(&rest[name_end..])? + 1,
        _ => return None,
    };
    let is_empty = rest[..end].ends_with(b"/>");
    Some((if is_empty { Piece::Empty(name) } else { Piece::Start(name) }, end))
}

fn piece_of(event: &Event<'_>) -> Piece {
    match event {
        Event::Start(tag) => Piece::Start(unread_name(tag)),
        Event::Empty(tag) => Piece::Empty(unread_name(tag)),
        Event::End(_) => Piece::End,
        Event::Text(_) => Piece::Text,
        Event::GeneralRef(_) => Piece::Reference,
        Event::CData(_) => Piece::CData,
        Event::Comment(_) => Piece::Comment,
        Event::PI(_) => Piece::Instruction,
        Event::Decl(_) => Piece::Declaration,
        Event::DocType(_) => Piece::DocumentType,
        Event::Eof => Piece::EndOfMessage,
    }
}

fn unread_name(tag: &BytesStart<'_>) -> Name {
    Name { bytes: tag.name().into_inner().len(), prefix_bytes: None }
}

/// Our words for what quick-xml found: its own repeat names that were sent. It does not know what is open.
#[cold]
fn refused(error: &ReaderError, at: usize, is_open: bool) -> Refusal {
    let message = match error {
        ReaderError::Syntax(error) => return Refusal::not_well_formed(at, &error.to_string()),
        ReaderError::IllFormed(IllFormedError::UnmatchedEndTag(_)) if is_open => {
            "an end tag that does not match its start tag"
        }
        ReaderError::IllFormed(IllFormedError::UnmatchedEndTag(_)) => "an end tag without a start tag",
        ReaderError::IllFormed(IllFormedError::DoubleHyphenInComment) => "`--` inside a comment",
        ReaderError::IllFormed(IllFormedError::UnclosedReference) => "a reference without `;`",
        _ => "the message is not well-formed",
    };
    Refusal::not_well_formed(at, message)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The pieces of a text with their ends, and the words in which it was refused.
    type Found = (Vec<(Piece, usize)>, Option<String>);

    /// Behind these nothing is read; an element without a name is refused before anything could close it.
    fn is_last(piece: Piece) -> bool {
        matches!(piece, Piece::EndOfMessage | Piece::DocumentType | Piece::Start(Name { bytes: 0, .. }))
    }

    /// quick-xml does not tell it.
    fn without_prefix(piece: Piece) -> Piece {
        let unread = |name| Name { prefix_bytes: None, ..name };
        match piece {
            Piece::Start(name) => Piece::Start(unread(name)),
            Piece::Empty(name) => Piece::Empty(unread(name)),
            other => other,
        }
    }

    fn here(text: &str) -> Found {
        let (mut pieces, mut found, mut open) = (Pieces::of(text), Vec::new(), Vec::new());
        loop {
            let start = pieces.at;
            match pieces.next(open.last().copied()) {
                Ok(piece) => found.push((without_prefix(piece), pieces.at)),
                Err(refusal) => return (found, Some(refusal.locate(text).to_string())),
            }
            match found.last() {
                Some((piece, _)) if is_last(*piece) => return (found, None),
                Some((Piece::Start(name), _)) => open.push(&text[start + 1..start + 1 + name.bytes]),
                Some((Piece::End, _)) => drop(open.pop()),
                _ => {}
            }
        }
    }

    fn by_quick_xml_alone(text: &str) -> Found {
        let (mut reader, mut found) = (Reader::from_str(text), Vec::new());
        reader.config_mut().check_comments = true;
        loop {
            let start = reader.buffer_position() as usize;
            let event = match reader.read_event() {
                Ok(event) => event,
                Err(error) => {
                    let mismatch =
                        matches!(error, ReaderError::IllFormed(IllFormedError::MismatchedEndTag { .. }));
                    let unmatched = ReaderError::IllFormed(IllFormedError::UnmatchedEndTag(String::new()));
                    let refusal = refused(if mismatch { &unmatched } else { &error }, start, mismatch);
                    return (found, Some(refusal.locate(text).to_string()));
                }
            };
            let piece = piece_of(&event);
            found.push((piece, reader.buffer_position() as usize));
            if is_last(piece) {
                return (found, None);
            }
        }
    }

    #[test]
    fn plain_pieces_are_what_quick_xml_finds() {
        for text in [
            "<a b='>/>' c=\">'\"/>",
            "<a>x<b/>y</a \n>",
            "<a></a b='>'>",
            "<a></a '>",
            "<a\"x y\">",
            "<a/ ></a/ >",
            "<>",
            "< >",
            "< />",
            "<a/b/><//>",
            "<a></b>",
            "</a>",
            "<a>&amp;&lt</a>",
            "<é:ü>é</é:ü>",
            "<a><aa></a></aa>",
            "<a",
            "<",
            "<a b='",
        ] {
            assert_eq!(here(text), by_quick_xml_alone(text), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn all_pieces_are_what_quick_xml_finds(
            parts in proptest::collection::vec(
                proptest::sample::select(vec![
                    "<a>", "</a>", "<a", "</a", "<b:c ", ">", "/>", "/", "<", "&", ";", "&amp;", "'", "\"", " ", "\n", "=",
                    "x", "é", "<!--", "-->", "--", "<![CDATA[", "]]>", "<?p", "?>", "<?xml ", "<!D", "</b:c>", "<e/>",
                ]),
                0..12,
            ),
        ) {
            let text = parts.concat();
            prop_assert_eq!(here(&text), by_quick_xml_alone(&text));
        }
    }
}
