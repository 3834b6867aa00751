//! What one pass leaves behind: elements in document order, as offsets into the text.
//!
//! A node takes 36 bytes and an attribute 24, whatever they say. The children of a node follow it at once;
//! `after` leads over a whole subtree, so that walking the children needs no links.

use super::intern::Interner;
use super::scope::Declaration;

/// No element, no namespace.
pub(super) const NONE: u32 = 0;

/// One element.
#[derive(Debug, Clone, Copy)]
pub(super) struct Node {
    /// Offset of `<`.
    pub(super) start: u32,
    /// Offset behind the start tag.
    pub(super) content_start: u32,
    /// Offset of the end tag; for an empty element its end.
    pub(super) content_end: u32,
    /// Offset behind the element.
    pub(super) end: u32,
    /// Index of the first node behind the subtree.
    pub(super) after: u32,
    /// Interned namespace, [`NONE`] for none.
    pub(super) namespace: u32,
    /// Index of the first attribute; the next node's ends the list.
    pub(super) attributes: u32,
    /// Bytes of the prefix, 0 for none.
    pub(super) prefix_bytes: u16,
    /// Bytes of the local name.
    pub(super) local_bytes: u16,
    /// Whether the content has CDATA, references, comments, processing instructions or carriage returns.
    pub(super) decoded: bool,
}

/// One attribute that is no namespace declaration.
#[derive(Debug, Clone, Copy)]
pub(super) struct AttributeNode {
    /// Offset of the name with its prefix.
    pub(super) name: u32,
    /// Offset of the value, behind its quote.
    pub(super) value: u32,
    /// Bytes of the value as written.
    pub(super) value_bytes: u32,
    /// Interned namespace, [`NONE`] for none.
    pub(super) namespace: u32,
    /// Bytes of the prefix, 0 for none.
    pub(super) prefix_bytes: u16,
    /// Bytes of the local name.
    pub(super) local_bytes: u16,
    /// Whether the value has references or white space to decode.
    pub(super) decoded: bool,
}

/// The offsets of a whole message.
#[derive(Debug)]
pub(super) struct Tape {
    /// In document order; the last one is no element, it only ends lists.
    pub(super) nodes: Vec<Node>,
    pub(super) attributes: Vec<AttributeNode>,
    /// Sorted by prefix, then by element.
    pub(super) declarations: Vec<Declaration>,
    pub(super) prefixes: Interner,
    pub(super) namespaces: Interner,
    /// Elements without children whose text is, or may come to, nothing but white space.
    pub(super) blank: Vec<u32>,
}

impl Node {
    pub(super) fn local_start(&self) -> usize {
        self.start as usize + 1 + colon_bytes(self.prefix_bytes)
    }
}

impl AttributeNode {
    pub(super) fn local_start(&self) -> usize {
        self.name as usize + colon_bytes(self.prefix_bytes)
    }

    /// The local part of its name.
    pub(super) fn local<'t>(&self, text: &'t str) -> &'t str {
        let start = self.local_start();
        &text[start..start + self.local_bytes as usize]
    }
}

/// Bytes of a prefix with its colon.
fn colon_bytes(prefix_bytes: u16) -> usize {
    match prefix_bytes {
        0 => 0,
        bytes => bytes as usize + 1,
    }
}

// What the module's head promises about memory.
const _: () = assert!(size_of::<Node>() == 36 && size_of::<AttributeNode>() == 24);
