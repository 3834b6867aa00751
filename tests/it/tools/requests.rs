//! The requests under `examples/requests`, in an order in which all of them succeed.

use std::fs;

use castile::wire::soap::Version;
use castile::wire::soap::wsdl::{OperationDescription, PortDescription, PortVersion, ServiceDescription};
use castile::wire::xml::{Document, Limits};
use sha2::{Digest, Sha256};

/// These come before all others, in this order.
const FIRST: &[&str] = &[
    "add-customer",
    "add-duplicate",
    "merge-customers",
    "unmerge-customers",
    "add-or-update-customer",
    "submit-batch",
];
/// These come behind all others.
const LAST: &[&str] = &["delete-customer"];

/// One of them.
#[derive(Debug)]
pub(super) struct Example {
    /// Its file's name without `.xml`.
    pub(super) name: String,
    pub(super) operation: OperationDescription,
    /// As it stands in the file, in SOAP 1.1.
    pub(super) envelope: String,
}

impl Example {
    /// The envelope in this version.
    pub(super) fn in_version(&self, version: Version) -> String {
        self.envelope.replace(Version::V11.namespace(), version.namespace())
    }
}

/// Where a request stands among all.
pub(super) fn place(name: &str) -> (usize, String) {
    let at = |names: &[&str]| names.iter().position(|known| *known == name);
    let group = match (at(FIRST), at(LAST)) {
        (Some(at), _) => at,
        (None, Some(at)) => FIRST.len() + 1 + at,
        (None, None) => FIRST.len(),
    };
    (group, name.to_owned())
}

/// All of them, in order.
pub(super) fn examples(description: &ServiceDescription) -> Vec<Example> {
    let entries = fs::read_dir(super::path("examples/requests")).unwrap();
    let mut examples: Vec<_> = entries
        .map(|entry| {
            let file = entry.unwrap().path();
            let envelope = fs::read_to_string(&file).unwrap();
            let operation = operation(description, &envelope).clone();
            Example { name: file.file_stem().unwrap().to_str().unwrap().to_owned(), operation, envelope }
        })
        .collect();
    examples.sort_by_key(|example| place(&example.name));
    examples
}

fn operation<'d>(description: &'d ServiceDescription, envelope: &str) -> &'d OperationDescription {
    let document = Document::parse(envelope.as_bytes(), &Limits::default()).unwrap();
    let body = document.root().children().find(|child| child.local() == "Body").unwrap();
    description.operation_of(body.children().next().unwrap().local()).unwrap()
}

/// The port of this version.
pub(super) fn port(description: &ServiceDescription, version: Version) -> &PortDescription {
    let wanted = match version {
        Version::V11 => PortVersion::Soap11,
        Version::V12 => PortVersion::Soap12,
    };
    description.ports.iter().find(|port| port.version == wanted).unwrap()
}

/// The version's name for people.
pub(super) fn title(version: Version) -> &'static str {
    match version {
        Version::V11 => "SOAP 1.1",
        Version::V12 => "SOAP 1.2",
    }
}

/// An id that stays the same as long as the name does.
pub(super) fn id_of(name: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(name).into();
    let (bytes, _) = digest.split_first_chunk::<16>().unwrap();
    uuid::Builder::from_random_bytes(*bytes).into_uuid().to_string()
}
