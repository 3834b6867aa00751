//! A document as a tree, for tests that look at it from outside; it shares nothing with the code under test.

use std::collections::BTreeMap;

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// An element with everything in it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Node {
    /// The prefix as written.
    pub(crate) prefix: String,
    /// The namespace, empty for none.
    pub(crate) namespace: String,
    /// The local name.
    pub(crate) name: String,
    /// Attributes as written, without namespace declarations.
    pub(crate) attributes: BTreeMap<String, String>,
    /// The namespace of every prefix in scope.
    pub(crate) scope: BTreeMap<String, String>,
    /// Child elements.
    pub(crate) children: Vec<Node>,
    /// All text directly inside, trimmed.
    pub(crate) text: String,
}

impl Node {
    /// The root element; panics on what is not well-formed.
    pub(crate) fn parse(document: &str) -> Node {
        let mut reader = Reader::from_str(document);
        let mut open = vec![Node::default()];
        loop {
            match reader.read_event().unwrap() {
                Event::Start(start) => open.push(element(&start, &open.last().unwrap().scope)),
                Event::Empty(start) => {
                    let node = element(&start, &open.last().unwrap().scope);
                    open.last_mut().unwrap().children.push(node);
                }
                Event::End(_) => {
                    let node = open.pop().unwrap();
                    open.last_mut().unwrap().children.push(node);
                }
                Event::Text(text) => open.last_mut().unwrap().text.push_str(text.trim()),
                Event::Eof => break,
                Event::Decl(_) | Event::Comment(_) => {}
                event => panic!("not expected in a service description: {event:?}"),
            }
        }
        assert_eq!((open.len(), open[0].children.len()), (1, 1), "one root, everything closed");
        open.remove(0).children.remove(0)
    }

    /// An attribute's value, empty if it is not there.
    pub(crate) fn attribute(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }

    /// Child elements of that local name.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Node> + 'a {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// This element and all below it.
    pub(crate) fn walk(&self) -> Vec<&Node> {
        let below = self.children.iter().flat_map(Node::walk);
        std::iter::once(self).chain(below).collect()
    }
}

fn element(start: &BytesStart<'_>, outer: &BTreeMap<String, String>) -> Node {
    let mut node = Node { scope: outer.clone(), ..Node::default() };
    for attribute in start.attributes() {
        let attribute = attribute.unwrap();
        let (key, value) = (attribute.key.as_ref().to_owned(), attribute.value.into_owned());
        match key.strip_prefix("xmlns") {
            Some(prefix) => node.scope.insert(prefix.trim_start_matches(':').to_owned(), value),
            None => node.attributes.insert(key, value),
        };
    }
    let name = start.name();
    let (prefix, local) = name.as_ref().split_once(':').unwrap_or(("", name.as_ref()));
    node.namespace = node.scope.get(prefix).cloned().unwrap_or_default();
    (node.prefix, node.name) = (prefix.to_owned(), local.to_owned());
    node
}
