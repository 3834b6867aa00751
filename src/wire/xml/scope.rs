//! Which namespace a prefix stands for, during the pass and after it.
//!
//! During the pass every prefix has one current binding, changed and restored as elements open and close:
//! a lookup costs the same at any depth. Afterwards a binary search among the declarations of the prefix,
//! and at most one more for each level of nesting, finds what was in scope at an element.

use super::intern::Interner;
use super::tape::Tape;
use super::{XML_NAMESPACE, XMLNS_NAMESPACE};

/// No prefix: the default namespace.
pub(super) const NO_PREFIX: u32 = 0;
pub(super) const XML_PREFIX: u32 = 1;
pub(super) const XMLNS_PREFIX: u32 = 2;
const KNOWN_PREFIXES: &[&str] = &["", "xml", "xmlns"];

pub(super) const NO_NAMESPACE: u32 = 0;
pub(super) const XML_NUMBER: u32 = 1;
pub(super) const XMLNS_NUMBER: u32 = 2;
const KNOWN_NAMESPACES: &[&str] = &["", XML_NAMESPACE, XMLNS_NAMESPACE];

/// The element of a binding that no element declared.
const NO_ELEMENT: u32 = u32::MAX;
/// The namespace of a prefix that is not bound.
const UNBOUND: u32 = u32::MAX;

/// One `xmlns` attribute.
#[derive(Debug, Clone, Copy)]
pub(super) struct Declaration {
    prefix: u32,
    element: u32,
    namespace: u32,
    /// The element whose declaration this one hides.
    outer: u32,
}

#[derive(Debug, Clone, Copy)]
struct Binding {
    namespace: u32,
    element: u32,
}

const NOTHING: Binding = Binding { namespace: UNBOUND, element: NO_ELEMENT };

/// Prefixes that are bound outside of what is read, such as at the root of a file whose parts are read one by one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Bindings(Vec<(Box<str>, Box<str>)>);

/// The bindings in force while the pass goes on.
#[derive(Debug)]
pub(super) struct Scope {
    pub(super) prefixes: Interner,
    pub(super) namespaces: Interner,
    pub(super) declarations: Vec<Declaration>,
    /// Indexed by prefix.
    current: Vec<Binding>,
    /// What to restore, innermost last.
    hidden: Vec<(u32, Binding)>,
    /// The prefix that was looked up last: most elements have that of their neighbour.
    last: u32,
}

impl Scope {
    pub(super) fn new() -> Self {
        let bound = |namespace| Binding { namespace, element: NO_ELEMENT };
        Scope {
            prefixes: Interner::with(KNOWN_PREFIXES),
            namespaces: Interner::with(KNOWN_NAMESPACES),
            declarations: Vec::new(),
            current: vec![bound(NO_NAMESPACE), bound(XML_NUMBER), bound(XMLNS_NUMBER)],
            hidden: Vec::new(),
            last: NO_PREFIX,
        }
    }

    /// A scope within these bindings.
    pub(super) fn within(bindings: &Bindings) -> Self {
        let mut scope = Scope::new();
        for (prefix, namespace) in &bindings.0 {
            let namespace = scope.namespaces.intern(namespace);
            scope.declare(prefix, namespace, NO_ELEMENT);
        }
        scope.hidden.clear();
        scope
    }

    /// Binds a prefix at an element; false if that element has bound it already.
    pub(super) fn declare(&mut self, prefix: &str, namespace: u32, element: u32) -> bool {
        let prefix = self.prefixes.intern(prefix);
        if self.current.len() <= prefix as usize {
            self.current.resize(prefix as usize + 1, NOTHING);
        }
        let before = std::mem::replace(&mut self.current[prefix as usize], Binding { namespace, element });
        self.hidden.push((prefix, before));
        self.declarations.push(Declaration { prefix, element, namespace, outer: before.element });
        before.element != element
    }

    /// The namespace of a prefix, `None` if it is not bound.
    pub(super) fn lookup(&mut self, prefix: &str) -> Option<u32> {
        if prefix != self.prefixes.name(self.last) {
            self.last = self.prefixes.get(prefix)?;
        }
        let binding = self.current[self.last as usize];
        (binding.namespace != UNBOUND).then_some(binding.namespace)
    }

    /// How far to restore when an element that opens now closes.
    pub(super) fn mark(&self) -> u32 {
        u32::try_from(self.hidden.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn restore(&mut self, mark: u32) {
        while self.hidden.len() > mark as usize {
            if let Some((prefix, binding)) = self.hidden.pop() {
                self.current[prefix as usize] = binding;
            }
        }
    }
}

impl Tape {
    /// The namespace that a prefix stands for at an element; the empty prefix is the default namespace.
    pub(super) fn resolve(&self, element: u32, prefix: &str) -> Option<&str> {
        let number = match self.prefixes.get(prefix)? {
            XML_PREFIX => return Some(XML_NAMESPACE),
            XMLNS_PREFIX => return None,
            number => number,
        };
        let namespace = match self.innermost(number, element) {
            Some(innermost) => innermost.namespace,
            None => self.last_declaration(number, NO_ELEMENT).filter(|d| d.element == NO_ELEMENT)?.namespace,
        };
        (namespace != NO_NAMESPACE).then(|| self.namespaces.name(namespace))
    }

    /// The declaration that holds at the element; `None` if no element made one.
    fn innermost(&self, prefix: u32, element: u32) -> Option<Declaration> {
        let mut innermost = self.last_declaration(prefix, element)?;
        while self.nodes[innermost.element as usize].after <= element {
            if innermost.outer == NO_ELEMENT {
                return None;
            }
            innermost = self.last_declaration(prefix, innermost.outer)?;
        }
        Some(innermost)
    }

    /// What the root element declares.
    pub(super) fn root_bindings(&self) -> Bindings {
        let of_root = self.declarations.iter().filter(|declaration| declaration.element == 0);
        let named =
            |d: &Declaration| (self.prefixes.name(d.prefix).into(), self.namespaces.name(d.namespace).into());
        Bindings(of_root.map(named).collect())
    }

    /// The last declaration of the prefix at the element or before it; those from outside stand behind all elements.
    fn last_declaration(&self, prefix: u32, element: u32) -> Option<Declaration> {
        let behind = self.declarations.partition_point(|d| (d.prefix, d.element) <= (prefix, element));
        let found = self.declarations[..behind].last()?;
        (found.prefix == prefix).then_some(*found)
    }

    /// Makes [`Tape::resolve`] possible once the pass is done.
    pub(super) fn sort_declarations(&mut self) {
        self.declarations.sort_unstable_by_key(|d| (d.prefix, d.element));
    }
}
