//! The service description as plain values, checked: whoever holds one knows that it fits together.
//!
//! Names are local names in the target namespace; the only other namespace that a value may point into is XML Schema's,
//! whose types keep their `xs:` prefix.

/// The service: its operations, where it is reached, and its types.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceDescription {
    /// The namespace of every element and type.
    pub target_namespace: String,
    /// The name of the service.
    pub name: String,
    /// In the order of the port type.
    pub operations: Vec<OperationDescription>,
    /// In the order of the service.
    pub ports: Vec<PortDescription>,
    /// The global elements, those of messages and of the fault detail, in the order of the schema.
    pub elements: Vec<TypeDescription>,
    /// The named complex and simple types, in the order of the schema, complex ones first.
    pub types: Vec<TypeDescription>,
}

/// One operation, as all bindings agree on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationDescription {
    /// The name of the operation.
    pub name: String,
    /// The body element of a request.
    pub request_element: String,
    /// The body element of an answer.
    pub response_element: String,
    /// The element in the detail of a fault.
    pub fault_element: String,
    /// What SOAPAction, or SOAP 1.2's `action`, names this operation.
    pub soap_action: String,
    /// `wsa:Action` of a request; equals `soap_action`.
    pub input_action: String,
    /// `wsa:Action` of an answer.
    pub output_action: String,
    /// `wsa:Action` of a fault.
    pub fault_action: String,
}

/// Where the service is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PortDescription {
    /// The name of the port.
    pub name: String,
    /// The SOAP version that the port is published for; the address accepts both.
    pub version: PortVersion,
    /// The path of the address, from `/`.
    pub path: String,
}

/// The SOAP version of a port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortVersion {
    /// SOAP 1.1.
    Soap11,
    /// SOAP 1.2.
    Soap12,
}

/// A named type, or a global element with the type it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TypeDescription {
    /// The name of the type or of the global element.
    pub name: String,
    /// What stands inside.
    pub content: ContentDescription,
    /// In the order of the schema.
    pub attributes: Vec<AttributeDescription>,
}

/// What an element of a type holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ContentDescription {
    /// Child elements, in this order.
    Elements(Vec<ElementDescription>),
    /// Text of a built-in type, of bounded size where the schema holds the bound.
    Text {
        /// A built-in type, for example `xs:string`.
        base: String,
        /// Characters at most.
        chars_max: Option<usize>,
    },
    /// The named type (global elements only).
    Type(String),
}

/// One child element.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ElementDescription {
    /// The name of the element.
    pub name: String,
    /// A built-in type with its `xs:` prefix, or the local name of a named one.
    pub type_name: String,
    /// May be left out.
    pub optional: bool,
    /// May come more than once.
    pub repeated: bool,
}

/// One attribute; all are optional.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeDescription {
    /// The name of the attribute, which has no namespace.
    pub name: String,
    /// A built-in type, for example `xs:boolean`.
    pub type_name: String,
}

impl ServiceDescription {
    /// The operation that a request's body element belongs to, by its local name.
    pub fn operation_of(&self, request_element: &str) -> Option<&OperationDescription> {
        self.operations.iter().find(|operation| operation.request_element == request_element)
    }

    /// The named type.
    pub fn type_named(&self, name: &str) -> Option<&TypeDescription> {
        self.types.iter().find(|described| described.name == name)
    }

    /// The global element.
    pub fn element_named(&self, name: &str) -> Option<&TypeDescription> {
        self.elements.iter().find(|described| described.name == name)
    }
}

impl TypeDescription {
    /// The child elements, in order; none for text.
    pub fn child_elements(&self) -> &[ElementDescription] {
        match &self.content {
            ContentDescription::Elements(children) => children,
            ContentDescription::Text { .. } | ContentDescription::Type(_) => &[],
        }
    }
}
