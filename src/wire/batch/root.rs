//! The root of a batch file: which of the two kinds it is, and what it binds for its records.

use super::place::Place;
use super::{BatchError, BatchErrorKind};
use crate::wire::SERVICE_NAMESPACE;
use crate::wire::xml::{Bindings, Document, Limits};

/// What a file is a list of (B-1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// `Customers`, with `Customer` records.
    Customers,
    /// `ActivateInstrumentCustomerRequest`, with `Instrument` records.
    Instruments,
}

impl FileKind {
    const ALL: [FileKind; 2] = [FileKind::Customers, FileKind::Instruments];

    /// The name of the root.
    pub fn root(self) -> &'static str {
        match self {
            FileKind::Customers => "Customers",
            FileKind::Instruments => "ActivateInstrumentCustomerRequest",
        }
    }

    /// The name of a record.
    pub fn record(self) -> &'static str {
        match self {
            FileKind::Customers => "Customer",
            FileKind::Instruments => "Instrument",
        }
    }
}

/// The root of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    kind: FileKind,
    start_tag: String,
    name: String,
    bindings: Bindings,
}

impl Root {
    /// Reads a start tag that stands at this place. An empty element counts as its start tag.
    pub(super) fn read(tag: &str, place: Place, limits: &Limits) -> Result<Self, BatchError> {
        let start_tag = match tag.strip_suffix("/>") {
            Some(open) => format!("{open}>"),
            None => tag.to_owned(),
        };
        let name_end = tag.find([' ', '\t', '\n', '\r', '>', '/']).unwrap_or(tag.len());
        let name = tag[1..name_end].to_owned();
        let whole = format!("{start_tag}</{name}>");
        let document = Document::piece(whole, true, &Bindings::default(), limits)
            .map_err(|error| BatchError::within(place, error))?;
        let root = document.root();
        let known = matches!(root.namespace(), None | Some(SERVICE_NAMESPACE));
        match FileKind::ALL.into_iter().find(|kind| known && kind.root() == root.local()) {
            Some(kind) => Ok(Root { kind, start_tag, name, bindings: document.root_bindings() }),
            None => {
                let message = "expected the root Customers or ActivateInstrumentCustomerRequest, in the namespace \
                               urn:castile:crm:v1 or in none";
                Err(BatchError::new(BatchErrorKind::WrongRoot, place, message))
            }
        }
    }

    /// What the file is a list of.
    pub fn kind(&self) -> FileKind {
        self.kind
    }

    /// The start tag as it was written; that of an empty element as if it were none.
    pub fn start_tag(&self) -> &str {
        &self.start_tag
    }

    /// The name as it was written, with its prefix.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the root binds for its records.
    pub fn bindings(&self) -> &Bindings {
        &self.bindings
    }
}
