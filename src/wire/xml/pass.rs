//! The one pass over a message: [`super::pieces`] finds the pieces, this file holds them to the rules.
//!
//! What finds them lets pass control characters, two roots, text outside the root, `]]>` in text, bad names and
//! more; each is refused here. Nothing in this file takes more than constant time a byte, but for the
//! sorting of an element's attributes when there are many.

use super::attributes::{self, AttributeReader, UNKNOWN_REFERENCE};
use super::characters::{self, Name, is_space};
use super::error::Refusal;
use super::limits::Limits;
use super::pieces::{Piece, Pieces};
use super::prolog;
use super::scope::Scope;
use super::tape::{AttributeNode, NONE, Node, Tape};

mod binding;

/// An element whose end tag has not come yet.
struct Open {
    node: u32,
    children: usize,
    scope_mark: u32,
}

struct Pass<'t> {
    text: &'t str,
    limits: &'t Limits,
    nodes: Vec<Node>,
    attributes: Vec<AttributeNode>,
    scope: Scope,
    open: Vec<Open>,
    /// Whether `]` stands anywhere, so that most messages are never searched for `]]>`.
    has_brackets: bool,
    /// Whether a carriage return stands anywhere, so that most texts are never searched for one.
    has_returns: bool,
    /// For finding duplicates among many attributes.
    order: Vec<u32>,
    /// See [`Tape::blank`].
    blank: Vec<u32>,
}

/// Reads a whole message. `settled`: the encoding is known, the declaration's word does not count; `scope`: what is
/// bound outside of it.
pub(super) fn run(text: &str, settled: bool, scope: Scope, limits: &Limits) -> Result<Tape, Refusal> {
    if u32::try_from(text.len()).is_err() {
        return Err(Refusal::limit(0, "message_bytes_max", u32::MAX as usize));
    }
    if text.starts_with('\u{FEFF}') {
        return Err(Refusal::not_well_formed(0, "a second byte order mark"));
    }
    characters::check_all(text)?;
    let mut pass = Pass::new(text, scope, limits);
    pass.read_pieces(settled)?;
    Ok(pass.finish())
}

impl<'t> Pass<'t> {
    fn new(text: &'t str, scope: Scope, limits: &'t Limits) -> Self {
        // A typical request has an element for every 40 bytes.
        let expected = (text.len() / 32 + 8).min(4_096);
        Pass {
            text,
            limits,
            nodes: Vec::with_capacity(expected),
            attributes: Vec::with_capacity(expected / 4),
            scope,
            open: Vec::with_capacity(16),
            has_brackets: memchr::memchr(b']', text.as_bytes()).is_some(),
            has_returns: memchr::memchr(b'\r', text.as_bytes()).is_some(),
            order: Vec::new(),
            blank: Vec::new(),
        }
    }

    fn read_pieces(&mut self, settled: bool) -> Result<(), Refusal> {
        let mut pieces = Pieces::of(self.text);
        loop {
            let start = pieces.at;
            if self.open.is_empty() && self.text[start..].starts_with("<!D") {
                return Err(prolog::dtd(start));
            }
            let piece = pieces.next(self.open_name())?;
            let end = pieces.at;
            match piece {
                Piece::Start(name) => self.open_element(start, end - 1, end, name)?,
                Piece::Empty(name) => {
                    self.open_element(start, end - 2, end, name)?;
                    self.close_element(end, end);
                }
                Piece::End => self.close_element(start, end),
                Piece::Text => self.text(start, end)?,
                Piece::Reference => self.reference(start, end)?,
                Piece::CData => self.cdata(start)?,
                Piece::Comment => self.mark_decoded(),
                Piece::Instruction => self.instruction(start, end)?,
                Piece::Declaration => prolog::check_declaration(self.text, start, end, settled)?,
                Piece::DocumentType => return Err(prolog::dtd(start)),
                Piece::EndOfMessage => return self.end_of_message(start),
            }
        }
    }

    /// The name of the innermost element that is open, as it was written.
    fn open_name(&self) -> Option<&'t str> {
        let node = &self.nodes[self.open.last()?.node as usize];
        Some(&self.text[node.start as usize + 1..node.local_start() + node.local_bytes as usize])
    }

    fn end_of_message(&self, at: usize) -> Result<(), Refusal> {
        match (self.open.is_empty(), self.nodes.is_empty()) {
            (true, false) => Ok(()),
            (true, true) => Err(Refusal::not_well_formed(at, "the message has no root element")),
            (false, _) => Err(Refusal::not_well_formed(at, "the message ends inside an element")),
        }
    }

    /// The tag is closed at `closing`, by `>` or `/>`.
    fn open_element(&mut self, start: usize, closing: usize, end: usize, name: Name) -> Result<(), Refusal> {
        self.count_element(start)?;
        let name_start = start + 1;
        let name_end = name_start + name.bytes;
        let prefix_bytes = self.check_name(name_start, name)?;

        let first_attribute = self.attributes.len();
        let scope_mark = self.scope.mark();
        if name_end < closing {
            self.read_attributes(AttributeReader::new(self.text, name_end, closing))?;
        }
        let namespace = self.resolve_element(name_start, prefix_bytes)?;
        if self.attributes.len() > first_attribute {
            self.resolve_attributes(first_attribute)?;
            if attributes::has_duplicate(self.text, &self.attributes[first_attribute..], &mut self.order) {
                return Err(Refusal::not_well_formed(start, "an element has the same attribute twice"));
            }
        }
        let node = number(self.nodes.len());
        self.nodes.push(Node {
            start: number(start),
            content_start: number(end),
            content_end: number(end),
            end: number(end),
            after: node + 1,
            namespace,
            attributes: number(first_attribute),
            prefix_bytes,
            local_bytes: local_bytes(name.bytes, prefix_bytes),
            decoded: false,
        });
        self.open.push(Open { node, children: 0, scope_mark });
        Ok(())
    }

    fn count_element(&mut self, at: usize) -> Result<(), Refusal> {
        if self.open.len() >= self.limits.depth_max {
            return Err(Refusal::limit(at, "depth_max", self.limits.depth_max));
        }
        if self.nodes.len() >= self.limits.elements_max {
            return Err(Refusal::limit(at, "elements_max", self.limits.elements_max));
        }
        match self.open.last_mut() {
            Some(parent) if parent.children >= self.limits.children_max => {
                Err(Refusal::limit(at, "children_max", self.limits.children_max))
            }
            Some(parent) => {
                parent.children += 1;
                Ok(())
            }
            None if self.nodes.is_empty() => Ok(()),
            None => Err(Refusal::not_well_formed(at, "a second root element")),
        }
    }

    /// Checks a name; the bytes of its prefix.
    fn check_name(&self, start: usize, name: Name) -> Result<u16, Refusal> {
        let limit = self.limits.name_bytes_max.min(Limits::NAME_BYTES_CEILING);
        if name.bytes > limit {
            return Err(Refusal::limit(start, "name_bytes_max", limit));
        }
        let split = || characters::split_name(&self.text[start..start + name.bytes]);
        match name.prefix_bytes.or_else(split) {
            Some(prefix) => Ok(u16::try_from(prefix).unwrap_or(u16::MAX)),
            None => Err(Refusal::not_well_formed(start, "not a qualified name")),
        }
    }

    fn read_attributes(&mut self, mut reader: AttributeReader<'t>) -> Result<(), Refusal> {
        let mut count = 0;
        while let Some(raw) = reader.read()? {
            count += 1;
            if count > self.limits.attributes_max {
                return Err(Refusal::limit(raw.name_start, "attributes_max", self.limits.attributes_max));
            }
            if raw.value_end - raw.value_start > self.limits.attribute_value_bytes_max {
                let limit = self.limits.attribute_value_bytes_max;
                return Err(Refusal::limit(raw.value_start, "attribute_value_bytes_max", limit));
            }
            let prefix_bytes = self.check_name(raw.name_start, raw.name)?;
            let name = &self.text[raw.name_start..raw.name_start + raw.name.bytes];
            match name.as_bytes() {
                b"xmlns" => self.declare("", raw)?,
                [b'x', b'm', b'l', b'n', b's', b':', ..] => self.declare(&name[6..], raw)?,
                _ => self.attributes.push(AttributeNode {
                    name: number(raw.name_start),
                    value: number(raw.value_start),
                    value_bytes: number(raw.value_end - raw.value_start),
                    namespace: NONE,
                    prefix_bytes,
                    local_bytes: local_bytes(name.len(), prefix_bytes),
                    decoded: raw.decoded,
                }),
            }
        }
        Ok(())
    }

    fn close_element(&mut self, start: usize, end: usize) {
        // The end tag was found to match, so that one is open.
        let Some(open) = self.open.pop() else { return };
        let after = number(self.nodes.len());
        let node = &mut self.nodes[open.node as usize];
        node.content_end = number(start);
        node.end = number(end);
        node.after = after;
        // A reference or CDATA may come to white space, too.
        let content = &self.text[node.content_start as usize..start];
        if open.children == 0 && (node.decoded || content.trim_start().is_empty()) {
            self.blank.push(open.node);
        }
        self.scope.restore(open.scope_mark);
    }

    fn text(&mut self, start: usize, end: usize) -> Result<(), Refusal> {
        let bytes = &self.text.as_bytes()[start..end];
        if self.open.is_empty() {
            return match bytes.iter().position(|byte| !is_space(*byte)) {
                Some(at) => Err(Refusal::not_well_formed(start + at, "text outside the root element")),
                None => Ok(()),
            };
        }
        if self.has_brackets
            && let Some(at) = memchr::memmem::find(bytes, b"]]>")
        {
            return Err(Refusal::not_well_formed(start + at, "`]]>` in text"));
        }
        if self.has_returns && memchr::memchr(b'\r', bytes).is_some() {
            self.mark_decoded();
        }
        Ok(())
    }

    fn reference(&mut self, start: usize, end: usize) -> Result<(), Refusal> {
        if self.open.is_empty() {
            return Err(Refusal::not_well_formed(start, "text outside the root element"));
        }
        if characters::reference(&self.text[start + 1..end - 1]).is_none() {
            return Err(Refusal::not_well_formed(start, UNKNOWN_REFERENCE));
        }
        self.mark_decoded();
        Ok(())
    }

    fn cdata(&mut self, start: usize) -> Result<(), Refusal> {
        if self.open.is_empty() {
            return Err(Refusal::not_well_formed(start, "text outside the root element"));
        }
        self.mark_decoded();
        Ok(())
    }

    fn mark_decoded(&mut self) {
        if let Some(open) = self.open.last() {
            self.nodes[open.node as usize].decoded = true;
        }
    }

    fn instruction(&mut self, start: usize, end: usize) -> Result<(), Refusal> {
        prolog::check_instruction(self.text, start, end)?;
        self.mark_decoded();
        Ok(())
    }

    fn finish(self) -> Tape {
        let Pass { text, mut nodes, attributes, scope, blank, .. } = self;
        let end = number(text.len());
        nodes.push(Node {
            start: end,
            content_start: end,
            content_end: end,
            end,
            after: number(nodes.len()) + 1,
            namespace: NONE,
            attributes: number(attributes.len()),
            prefix_bytes: 0,
            local_bytes: 0,
            decoded: false,
        });
        let Scope { prefixes, namespaces, declarations, .. } = scope;
        let mut tape = Tape { nodes, attributes, declarations, prefixes, namespaces, blank };
        tape.sort_declarations();
        tape
    }
}

fn local_bytes(name_bytes: usize, prefix_bytes: u16) -> u16 {
    let prefix = if prefix_bytes == 0 { 0 } else { prefix_bytes as usize + 1 };
    u16::try_from(name_bytes - prefix).unwrap_or(u16::MAX)
}

/// Fits: [`run`] has refused texts of 2^32 bytes and more.
fn number(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}
