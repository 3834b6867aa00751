//! Where the pieces of markup end, in text that arrives bit by bit.
//!
//! This finds extents and judges nothing: whatever it takes for a piece is read by the one strict pass of `wire/xml`
//! afterwards, which refuses a piece that is not exactly one. No byte is looked at twice however the text is cut.

use memchr::{memchr, memchr3, memmem};

/// What a piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    /// Text up to the next `<`, or as far as there is any.
    Text,
    /// `<name …>`
    Start,
    /// `<name …/>`
    Empty,
    /// `</name>`
    End,
    Comment,
    Instruction,
    CData,
    /// `<!` of something else, a document type declaration where there may be one. It has no end, for none is read.
    Declaration,
}

/// How far the scan of a piece, or of an element, has come. Offsets are into the text that it is always given from the
/// same first byte on.
#[derive(Debug, Default)]
pub(super) struct Scan {
    /// Behind the last complete piece.
    pub(super) whole: usize,
    /// Up to here the piece that follows has been searched for its end.
    searched: usize,
    /// Inside an attribute value.
    quote: Option<u8>,
    depth: usize,
}

impl Scan {
    /// The next piece, `None` while its end is not there; [`Scan::whole`] is behind it then.
    pub(super) fn piece(&mut self, text: &[u8]) -> Option<Piece> {
        let start = self.whole;
        let piece = kind(&text[start..])?;
        let from = |opening: usize| self.searched.max(start + opening);
        let end = match piece {
            Piece::Text => Some(memchr(b'<', &text[start..]).map_or(text.len(), |at| start + at)),
            Piece::Comment => self.behind(text, from("<!--".len()), b"-->"),
            Piece::CData => self.behind(text, from("<![CDATA[".len()), b"]]>"),
            Piece::Instruction => self.behind(text, from("<?".len()), b"?>"),
            Piece::End => self.behind(text, from("</".len()), b">"),
            Piece::Start | Piece::Empty => self.behind_tag(text, from(1)),
            Piece::Declaration => Some(start + 2),
        }?;
        (self.whole, self.searched, self.quote) = (end, end, None);
        let empty = piece == Piece::Start && text[..end].ends_with(b"/>");
        Some(if empty { Piece::Empty } else { piece })
    }

    /// Where the element ends that starts where the scan did; `None` while its end is not there.
    pub(super) fn element(&mut self, text: &[u8]) -> Option<usize> {
        loop {
            match self.piece(text)? {
                Piece::Start => self.depth += 1,
                Piece::End => self.depth = self.depth.saturating_sub(1),
                Piece::Empty => {}
                Piece::Text | Piece::Comment | Piece::Instruction | Piece::CData | Piece::Declaration => {
                    continue;
                }
            }
            if self.depth == 0 {
                return Some(self.whole);
            }
        }
    }

    fn behind(&mut self, text: &[u8], from: usize, closing: &[u8]) -> Option<usize> {
        let from = from.min(text.len());
        let found = match closing {
            // A finder is made anew for every search, and end tags are half of all pieces.
            [byte] => memchr(*byte, &text[from..]),
            longer => memmem::find(&text[from..], longer),
        };
        match found {
            Some(at) => Some(from + at + closing.len()),
            None => {
                // The closing may have begun.
                self.searched = (text.len() + 1).saturating_sub(closing.len()).max(from);
                None
            }
        }
    }

    /// Behind the `>` that is in no attribute value.
    fn behind_tag(&mut self, text: &[u8], mut from: usize) -> Option<usize> {
        loop {
            let rest = &text[from.min(text.len())..];
            let found = match self.quote {
                Some(quote) => memchr(quote, rest),
                None => memchr3(b'>', b'"', b'\'', rest),
            };
            let Some(at) = found else {
                self.searched = text.len();
                return None;
            };
            match (self.quote, rest[at]) {
                (Some(_), _) => self.quote = None,
                (None, b'>') => return Some(from + at + 1),
                (None, quote) => self.quote = Some(quote),
            }
            from += at + 1;
        }
    }
}

/// What the text begins with; `None` if that is not to be seen yet.
fn kind(text: &[u8]) -> Option<Piece> {
    const LONGER: [(&[u8], Piece); 2] = [(b"<!--", Piece::Comment), (b"<![CDATA[", Piece::CData)];
    match text {
        [] | [b'<'] => None,
        [b'<', b'?', ..] => Some(Piece::Instruction),
        [b'<', b'/', ..] => Some(Piece::End),
        [b'<', b'!', ..] => match LONGER.iter().find(|(opening, _)| text.starts_with(opening)) {
            Some((_, piece)) => Some(*piece),
            None if LONGER.iter().any(|(opening, _)| opening.starts_with(text)) => None,
            None => Some(Piece::Declaration),
        },
        [b'<', ..] => Some(Piece::Start),
        _ => Some(Piece::Text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The pieces of a text, the same however it is cut.
    fn check(text: &str, expected: &[(Piece, &str)]) {
        for step in [1, 2, 3, 7, text.len()] {
            let (mut scan, mut found, mut start) = (Scan::default(), Vec::new(), 0);
            for end in (0..=text.len()).step_by(step.max(1)).chain([text.len()]) {
                while let Some(piece) = scan.piece(&text.as_bytes()[..end]) {
                    found.push((piece, &text[start..scan.whole]));
                    start = scan.whole;
                }
            }
            found.retain(|(piece, _)| *piece != Piece::Text);
            assert_eq!(found, expected, "by {step}");
        }
    }

    #[test]
    fn pieces_end_where_they_end_however_the_text_is_cut() {
        use Piece::*;
        check("<a>x<b/>y</a>", &[(Start, "<a>"), (Empty, "<b/>"), (End, "</a>")]);
        check("<a b='>/>' c=\">'\"/>", &[(Empty, "<a b='>/>' c=\">'\"/>")]);
        check("<!--><a>-->", &[(Comment, "<!--><a>-->")]);
        check("<![CDATA[]]]><a>]]>", &[(CData, "<![CDATA[]]]>"), (Start, "<a>")]);
        check("<?p '>?><!DOCTYPE a>", &[(Instruction, "<?p '>?>"), (Declaration, "<!")]);
        check("<a", &[]);
    }

    #[test]
    fn an_element_ends_with_the_tag_that_closes_it() {
        for (text, bytes) in
            [("<a><a/><!--</a>--></a><a>", 22), ("<a/></a>", 4), ("<a><![CDATA[</a>]]></a >", 24)]
        {
            let mut scan = Scan::default();
            let found = (0..=text.len()).find_map(|end| scan.element(&text.as_bytes()[..end]));
            assert_eq!(found, Some(bytes), "{text}");
        }
    }
}
