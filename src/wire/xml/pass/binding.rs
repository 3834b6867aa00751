//! Prefixes during the pass: what a start tag declares, and what the names in it stand for.
//!
//! Deliberately absent: how bindings are kept, which is [`super::super::scope`]'s.

use super::super::attributes::RawAttribute;
use super::super::error::Refusal;
use super::super::scope::{NO_NAMESPACE, XML_NUMBER, XMLNS_NUMBER};
use super::super::tape::AttributeNode;
use super::super::text;
use super::{Pass, number};

impl<'t> Pass<'t> {
    pub(super) fn declare(&mut self, prefix: &str, raw: RawAttribute) -> Result<(), Refusal> {
        let at = raw.name_start;
        let value = &self.text[raw.value_start..raw.value_end];
        let namespace = if raw.decoded {
            self.scope.namespaces.intern(&text::attribute_value(value))
        } else {
            self.scope.namespaces.intern(value)
        };
        let problem = match (prefix, namespace) {
            ("xmlns", _) => Some("the prefix xmlns cannot be declared"),
            ("xml", XML_NUMBER) => None,
            ("xml", _) => Some("the prefix xml cannot be bound to another namespace"),
            (_, XML_NUMBER | XMLNS_NUMBER) => Some("a reserved namespace cannot be bound"),
            ("", _) => None,
            (_, NO_NAMESPACE) => Some("a prefix cannot be bound to no namespace"),
            _ => None,
        };
        if let Some(problem) = problem {
            return Err(Refusal::not_well_formed(at, problem));
        }
        if !self.scope.declare(prefix, namespace, number(self.nodes.len())) {
            return Err(Refusal::not_well_formed(at, "a namespace prefix declared twice on one element"));
        }
        let limit = self.limits.namespaces_max;
        if self.scope.prefixes.len().max(self.scope.namespaces.len()) > limit {
            return Err(Refusal::limit(at, "namespaces_max", limit));
        }
        Ok(())
    }

    pub(super) fn resolve_element(&mut self, name: usize, prefix_bytes: u16) -> Result<u32, Refusal> {
        match self.scope.lookup(self.prefix(name, prefix_bytes)) {
            Some(XMLNS_NUMBER) => Err(Refusal::not_well_formed(name, "an element with the prefix xmlns")),
            Some(namespace) => Ok(namespace),
            None => Err(Refusal::not_well_formed(name, "a prefix that is not declared")),
        }
    }

    pub(super) fn resolve_attributes(&mut self, first: usize) -> Result<(), Refusal> {
        for index in first..self.attributes.len() {
            let AttributeNode { name, prefix_bytes, .. } = self.attributes[index];
            if prefix_bytes > 0 {
                let namespace = self.scope.lookup(self.prefix(name as usize, prefix_bytes));
                self.attributes[index].namespace = namespace.ok_or_else(|| {
                    Refusal::not_well_formed(name as usize, "a prefix that is not declared")
                })?;
            }
        }
        Ok(())
    }

    fn prefix(&self, name: usize, prefix_bytes: u16) -> &'t str {
        &self.text[name..name + prefix_bytes as usize]
    }
}
