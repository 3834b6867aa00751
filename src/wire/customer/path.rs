//! Where a value stands in a request. Built on the stack; becomes text only when something is wrong with it.

use std::fmt;

/// A step from the request's element downwards: `Customer/AlternateKey[2]/@TypeCode`.
#[derive(Debug, Clone, Copy)]
pub struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    step: Step<'p>,
}

#[derive(Debug, Clone, Copy)]
enum Step<'p> {
    Root,
    Element(&'p str),
    Item(&'p str, usize),
    Attribute(&'p str),
}

impl<'p> Path<'p> {
    /// The request itself; it has no name of its own in a path.
    pub const ROOT: Path<'static> = Path { parent: None, step: Step::Root };

    /// A child that stands at most once.
    pub fn element(&'p self, name: &'p str) -> Path<'p> {
        Path { parent: Some(self), step: Step::Element(name) }
    }

    /// The n-th child of that name, from 1.
    pub fn item(&'p self, name: &'p str, index: usize) -> Path<'p> {
        Path { parent: Some(self), step: Step::Item(name, index) }
    }

    /// An attribute.
    pub fn attribute(&'p self, name: &'p str) -> Path<'p> {
        Path { parent: Some(self), step: Step::Attribute(name) }
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
            if !matches!(parent.step, Step::Root) {
                f.write_str("/")?;
            }
        }
        match self.step {
            Step::Root => Ok(()),
            Step::Element(name) => f.write_str(name),
            Step::Item(name, index) => write!(f, "{name}[{index}]"),
            Step::Attribute(name) => write!(f, "@{name}"),
        }
    }
}
