//! What an organisation defines before customers come: alternate-key types and attribute types. Its switches are
//! [`super::settings`].

use std::collections::BTreeMap;

/// Reference data, as the rules need it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reference {
    /// code → description.
    pub alternate_key_types: BTreeMap<String, String>,
    /// C: name → type.
    pub attribute_types: BTreeMap<String, AttributeType>,
}

/// The definition of a custom attribute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttributeType {
    /// The form of its values (C-3, C-4).
    pub kind: AttributeKind,
    /// C-6: at most one value.
    pub unique: bool,
    /// C-5: a request may change it once it has a value.
    pub editable: bool,
}

/// The data type of an attribute's values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttributeKind {
    /// Any text.
    Text,
    /// A decimal number.
    Number,
    /// `MM-DD-YYYY`.
    Date,
    /// `Yes` or `No`.
    Logical,
    /// One of these.
    List(Vec<String>),
}
