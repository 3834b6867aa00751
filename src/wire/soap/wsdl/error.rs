//! What keeps a service description from being used: each variant says what disagrees with what.

/// A service description that cannot be read or that disagrees with itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DescriptionError {
    /// Not well-formed, or not of the shape of such a document.
    #[error("the {document} cannot be read: {reason}")]
    Unreadable {
        /// `WSDL` or `XSD`.
        document: &'static str,
        /// The parser's words.
        reason: String,
    },
    /// Something that has to be there is not.
    #[error("{at} has no {what}")]
    Missing {
        /// Where.
        at: String,
        /// What.
        what: &'static str,
    },
    /// Something that may be there once is there more often.
    #[error("{at} has more than one {what}")]
    Repeated {
        /// Where.
        at: String,
        /// What.
        what: &'static str,
    },
    /// Two things of one kind share a name.
    #[error("there are two of the {kind} {name}")]
    SameName {
        /// What kind of thing.
        kind: &'static str,
        /// The shared name.
        name: String,
    },
    /// A reference points at nothing.
    #[error("{at} names the {kind} {name}, which does not exist")]
    Dangling {
        /// Where the reference stands.
        at: String,
        /// What kind of thing is named.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// A reference has neither of the two prefixes in use.
    #[error("{at} names {name}, whose prefix is neither tns nor xs")]
    ForeignPrefix {
        /// Where the reference stands.
        at: String,
        /// The name with its prefix.
        name: String,
    },
    /// The WSDL and the schema are about different namespaces.
    #[error("the WSDL is about the namespace {wsdl}, the schema about {schema}")]
    Namespaces {
        /// The target namespace of the WSDL.
        wsdl: String,
        /// The target namespace of the schema.
        schema: String,
    },
    /// An operation of the port type is not in a binding.
    #[error("the operation {operation} has no binding in {binding}")]
    OperationWithoutBinding {
        /// The operation.
        operation: String,
        /// The binding that lacks it.
        binding: String,
    },
    /// A binding has an operation that the port type lacks.
    #[error("the binding {binding} has the operation {operation}, which the port type does not have")]
    BindingWithoutOperation {
        /// The binding.
        binding: String,
        /// The operation.
        operation: String,
    },
    /// Two operations could not be told apart on the wire (R2710).
    #[error("the operations {first} and {second} share the {what} {value}")]
    Shared {
        /// `body element` or `soapAction`.
        what: &'static str,
        /// The shared value.
        value: String,
        /// The first operation.
        first: String,
        /// The second operation.
        second: String,
    },
    /// Two places that have to say the same do not.
    #[error("{at} is {found}, but {other} is {expected}")]
    Differs {
        /// One place.
        at: String,
        /// What it says.
        found: String,
        /// The other place.
        other: String,
        /// What that one says.
        expected: String,
    },
    /// An address is not an absolute http or https URL with a path.
    #[error("the address of the port {port} has no path")]
    AddressWithoutPath {
        /// The port.
        port: String,
    },
}
