//! What an organisation defines before customers come: alternate-key types, attribute types, retail locations. Its
//! switches are [`super::settings`].

use std::collections::BTreeMap;

/// Reference data, as the rules need it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reference {
    /// code → description.
    pub alternate_key_types: BTreeMap<String, String>,
    /// C: name → type.
    pub attribute_types: BTreeMap<String, AttributeType>,
    /// Id → name; heeded where [`super::Settings::check_retail_locations`] is on.
    pub retail_locations: BTreeMap<String, String>,
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

/// The kinds of reference data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// What an alternate key may be of.
    AlternateKeyType,
    /// What a customer may have as a custom attribute (C).
    AttributeType,
    /// Where customers sign up and are at home.
    RetailLocation,
}

impl Kind {
    /// Every kind.
    pub const ALL: &'static [Kind] = &[Kind::AlternateKeyType, Kind::AttributeType, Kind::RetailLocation];

    /// The name in files, keys and commands; it is stored and never changes.
    pub const fn as_str(self) -> &'static str {
        match self {
            Kind::AlternateKeyType => "alternate_key_type",
            Kind::AttributeType => "attribute_type",
            Kind::RetailLocation => "retail_location",
        }
    }

    /// All names, for people.
    pub fn names() -> String {
        Kind::ALL.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// The kind of this name.
    pub fn parse(name: &str) -> Option<Self> {
        Kind::ALL.iter().copied().find(|kind| kind.as_str() == name)
    }
}

/// One entry of the reference data, without its code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Definition {
    /// Of the TypeCode that is its code.
    AlternateKeyType {
        /// For people.
        description: String,
    },
    /// Of the attribute whose name is its code.
    AttributeType(AttributeType),
    /// Of the store whose id is its code.
    RetailLocation {
        /// For people.
        name: String,
    },
}

impl Definition {
    /// Of which kind it is.
    pub const fn kind(&self) -> Kind {
        match self {
            Definition::AlternateKeyType { .. } => Kind::AlternateKeyType,
            Definition::AttributeType(_) => Kind::AttributeType,
            Definition::RetailLocation { .. } => Kind::RetailLocation,
        }
    }
}

impl Reference {
    /// Adds an entry, or puts it in the place of the one with its code.
    pub fn define(&mut self, code: String, definition: Definition) {
        match definition {
            Definition::AlternateKeyType { description } => {
                self.alternate_key_types.insert(code, description);
            }
            Definition::AttributeType(attribute_type) => {
                self.attribute_types.insert(code, attribute_type);
            }
            Definition::RetailLocation { name } => {
                self.retail_locations.insert(code, name);
            }
        }
    }

    /// All entries of a kind by code.
    pub fn entries(&self, kind: Kind) -> Vec<(&str, Definition)> {
        fn list<T: Clone>(
            entries: &BTreeMap<String, T>,
            definition: fn(T) -> Definition,
        ) -> Vec<(&str, Definition)> {
            entries.iter().map(|(code, entry)| (code.as_str(), definition(entry.clone()))).collect()
        }
        match kind {
            Kind::AlternateKeyType => {
                list(&self.alternate_key_types, |description| Definition::AlternateKeyType { description })
            }
            Kind::AttributeType => list(&self.attribute_types, Definition::AttributeType),
            Kind::RetailLocation => list(&self.retail_locations, |name| Definition::RetailLocation { name }),
        }
    }
}
