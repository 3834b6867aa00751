//! An expanded name: a namespace and a local part, never a prefix.

use std::borrow::Cow;
use std::fmt;

/// A qualified name by what it means; prefixes are a matter of writing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QName {
    /// `None`: in no namespace.
    pub namespace: Option<Cow<'static, str>>,
    /// The local part.
    pub local: Cow<'static, str>,
}

impl QName {
    /// A name known when the program is built.
    pub const fn fixed(namespace: &'static str, local: &'static str) -> Self {
        QName { namespace: Some(Cow::Borrowed(namespace)), local: Cow::Borrowed(local) }
    }

    /// A name that came with a message.
    pub fn new(namespace: Option<&str>, local: &str) -> Self {
        QName {
            namespace: namespace.map(|uri| Cow::Owned(uri.to_owned())),
            local: Cow::Owned(local.to_owned()),
        }
    }

    /// Whether this is the name in that namespace.
    pub fn is(&self, namespace: &str, local: &str) -> bool {
        self.local == local && self.namespace.as_deref() == Some(namespace)
    }
}

/// `{namespace}local`.
impl fmt::Display for QName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(namespace) = &self.namespace {
            write!(f, "{{{namespace}}}")?;
        }
        f.write_str(&self.local)
    }
}
