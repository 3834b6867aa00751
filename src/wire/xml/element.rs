//! Cursors over a read message: an element, its attributes, its children, its text.
//!
//! A cursor is two words and free to copy. Nothing is decoded before it is asked for, and what needs no
//! decoding is borrowed from the message.

use std::borrow::Cow;
use std::fmt;

use super::tape::{AttributeNode, NONE, Node};
use super::{Document, QName, error, text};

/// An element of a [`Document`].
#[derive(Clone, Copy)]
pub struct Element<'d> {
    document: &'d Document<'d>,
    index: u32,
}

impl<'d> Element<'d> {
    pub(super) fn new(document: &'d Document<'d>, index: u32) -> Self {
        Element { document, index }
    }

    fn node(self) -> &'d Node {
        &self.document.tape.nodes[self.index as usize]
    }

    fn slice(self, start: u32, end: u32) -> &'d str {
        &self.document.text[start as usize..end as usize]
    }

    /// The name without its prefix.
    pub fn local(self) -> &'d str {
        let node = self.node();
        let start = node.local_start();
        &self.document.text[start..start + node.local_bytes as usize]
    }

    /// The namespace, `None` for none.
    pub fn namespace(self) -> Option<&'d str> {
        self.document.namespace(self.node().namespace)
    }

    /// Whether it has this name in this namespace.
    pub fn is(self, namespace: &str, local: &str) -> bool {
        self.local() == local && self.namespace() == Some(namespace)
    }

    /// The expanded name, copied.
    pub fn qname(self) -> QName {
        QName::new(self.namespace(), self.local())
    }

    /// The attributes in the order written, without namespace declarations.
    pub fn attributes(self) -> Attributes<'d> {
        let next = self.document.tape.nodes[self.index as usize + 1].attributes;
        let list = &self.document.tape.attributes[self.node().attributes as usize..next as usize];
        Attributes { document: self.document, list: list.iter() }
    }

    /// The value of the attribute in no namespace.
    pub fn attribute(self, local: &str) -> Option<Cow<'d, str>> {
        let named = |a: &Attribute<'d>| a.node.namespace == NONE && a.local() == local;
        self.attributes().find(named).map(Attribute::value)
    }

    /// The value of the attribute in that namespace.
    pub fn attribute_ns(self, namespace: &str, local: &str) -> Option<Cow<'d, str>> {
        let named = |a: &Attribute<'d>| a.namespace() == Some(namespace) && a.local() == local;
        self.attributes().find(named).map(Attribute::value)
    }

    /// The child elements in order.
    pub fn children(self) -> Children<'d> {
        Children { document: self.document, next: self.index + 1, end: self.node().after }
    }

    /// The elements that it stands in, from the root on, and itself.
    pub fn lineage(self) -> Vec<Element<'d>> {
        let mut lineage = vec![self.document.root()];
        let holds = |child: &Element<'d>| (child.index..child.node().after).contains(&self.index);
        while let Some(next) = lineage.last().and_then(|last| last.children().find(holds)) {
            lineage.push(next);
        }
        lineage
    }

    /// The first child of this name in this namespace.
    pub fn child(self, namespace: &str, local: &str) -> Option<Element<'d>> {
        self.children().find(|child| child.is(namespace, local))
    }

    /// The character data directly in the element, joined: references decoded, CDATA included, line ends as
    /// line feeds. Borrowed when it stands in the message like that.
    pub fn text(self) -> Cow<'d, str> {
        let node = self.node();
        let content = self.slice(node.content_start, node.content_end);
        let has_children = node.after > self.index + 1;
        if !node.decoded && !has_children {
            return Cow::Borrowed(content);
        }
        let mut out = String::new();
        let mut from = node.content_start;
        for child in self.children() {
            text::append_content(&mut out, self.slice(from, child.node().start));
            from = child.node().end;
        }
        text::append_content(&mut out, self.slice(from, node.content_end));
        Cow::Owned(out)
    }

    /// The bytes of the element from `<` to the end of its end tag, as they were sent (UTF-16 as UTF-8).
    pub fn source(self) -> &'d [u8] {
        let node = self.node();
        self.slice(node.start, node.end).as_bytes()
    }

    /// Line and column of its `<`, from 1. Counts from the start of the message at every call: for error
    /// texts, not for loops.
    pub fn position(self) -> (u32, u32) {
        error::position(&self.document.text, self.node().start as usize)
    }

    /// The namespace that a prefix in the element's content stands for; the empty prefix is the default
    /// namespace. `None` if there is none.
    pub fn resolve_prefix(self, prefix: &str) -> Option<&'d str> {
        self.document.tape.resolve(self.index, prefix)
    }

    /// A QName in text or an attribute value, white space around it ignored. `None` if its prefix is not
    /// declared.
    pub fn resolve_qname(self, written: &str) -> Option<QName> {
        let written = written.trim_matches([' ', '\t', '\n', '\r']);
        match written.split_once(':') {
            Some((prefix, local)) => Some(QName::new(Some(self.resolve_prefix(prefix)?), local)),
            None => Some(QName::new(self.resolve_prefix(""), written)),
        }
    }
}

/// The name only: what an element holds does not belong into a log.
impl fmt::Debug for Element<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}>", self.qname())
    }
}

impl Document<'_> {
    fn namespace(&self, number: u32) -> Option<&str> {
        (number != NONE).then(|| self.tape.namespaces.name(number))
    }
}

/// An attribute of an [`Element`].
#[derive(Clone, Copy)]
pub struct Attribute<'d> {
    document: &'d Document<'d>,
    node: &'d AttributeNode,
}

impl<'d> Attribute<'d> {
    /// The name without its prefix.
    pub fn local(self) -> &'d str {
        self.node.local(&self.document.text)
    }

    /// The namespace; `None` for an attribute without a prefix.
    pub fn namespace(self) -> Option<&'d str> {
        self.document.namespace(self.node.namespace)
    }

    /// The value: references decoded, white space as spaces.
    pub fn value(self) -> Cow<'d, str> {
        let start = self.node.value as usize;
        let raw = &self.document.text[start..start + self.node.value_bytes as usize];
        match self.node.decoded {
            true => Cow::Owned(text::attribute_value(raw)),
            false => Cow::Borrowed(raw),
        }
    }
}

/// See [`Element::attributes`].
#[derive(Clone)]
pub struct Attributes<'d> {
    document: &'d Document<'d>,
    list: std::slice::Iter<'d, AttributeNode>,
}

impl<'d> Iterator for Attributes<'d> {
    type Item = Attribute<'d>;

    fn next(&mut self) -> Option<Attribute<'d>> {
        let node = self.list.next()?;
        Some(Attribute { document: self.document, node })
    }
}

/// See [`Element::children`].
#[derive(Clone)]
pub struct Children<'d> {
    document: &'d Document<'d>,
    next: u32,
    end: u32,
}

impl<'d> Iterator for Children<'d> {
    type Item = Element<'d>;

    fn next(&mut self) -> Option<Element<'d>> {
        if self.next >= self.end {
            return None;
        }
        let child = Element::new(self.document, self.next);
        self.next = child.node().after;
        Some(child)
    }
}
