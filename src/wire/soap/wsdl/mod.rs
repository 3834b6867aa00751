//! The service description: what `wsdl/` and `xsd/` say, as plain values, and what is published of it.
//!
//! The two files in the repository lead. [`ServiceDescription::load`] reads them at start-up and refuses a description that
//! disagrees with itself; the dispatch table is built from what it returns. [`Publication`] hands out the same files to
//! callers. Neither looks at a request, a host name or the file system: the files are part of the program.
//!
//! Deliberately absent: a general WSDL or XSD reader. Only what our own files use is understood, under the two
//! prefixes that they use (`tns` for the target namespace, `xs` for XML Schema). That they use nothing else is tested.

mod check;
mod definitions;
mod description;
mod error;
mod publish;
mod schema;
mod types;

#[cfg(test)]
mod check_tests;
#[cfg(test)]
mod publish_tests;
#[cfg(test)]
mod tree;

pub use description::{
    AttributeDescription, ContentDescription, ElementDescription, OperationDescription, PortDescription,
    PortVersion, ServiceDescription, TypeDescription,
};
pub use error::DescriptionError;
pub use publish::{Publication, strong_etag};

/// The service description as it stands in the repository.
const WSDL: &str = include_str!("../../../../wsdl/CRMProcessor.wsdl");

/// The schema that the service description imports.
const XSD: &str = include_str!("../../../../xsd/CRMProcessor.xsd");

/// The name under which the schema is published.
const XSD_FILE: &str = "CRMProcessor.xsd";
