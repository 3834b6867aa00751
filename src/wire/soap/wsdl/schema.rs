//! The shape of an XML Schema document, as far as ours goes: one struct for each element, filled by yaserde.
//!
//! Nothing is judged here; `types` turns this into plain descriptions and refuses what does not fit together.

use yaserde::YaDeserialize;

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "schema", prefix = "xs", namespaces = { "xs" = "http://www.w3.org/2001/XMLSchema" })]
pub(super) struct Schema {
    #[yaserde(attribute = true, rename = "targetNamespace")]
    pub(super) target_namespace: Option<String>,
    #[yaserde(prefix = "xs", rename = "element")]
    pub(super) elements: Vec<Element>,
    #[yaserde(prefix = "xs", rename = "complexType")]
    pub(super) complex_types: Vec<ComplexType>,
    #[yaserde(prefix = "xs", rename = "simpleType")]
    pub(super) simple_types: Vec<SimpleType>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "element", prefix = "xs", namespaces = { "xs" = "http://www.w3.org/2001/XMLSchema" })]
pub(super) struct Element {
    #[yaserde(attribute = true)]
    pub(super) name: Option<String>,
    #[yaserde(attribute = true, rename = "type")]
    pub(super) type_name: Option<String>,
    #[yaserde(attribute = true, rename = "minOccurs")]
    pub(super) min_occurs: Option<String>,
    #[yaserde(attribute = true, rename = "maxOccurs")]
    pub(super) max_occurs: Option<String>,
    #[yaserde(prefix = "xs", rename = "complexType")]
    pub(super) anonymous: Vec<ComplexType>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "complexType", prefix = "xs", namespaces = { "xs" = "http://www.w3.org/2001/XMLSchema" })]
pub(super) struct ComplexType {
    #[yaserde(attribute = true)]
    pub(super) name: Option<String>,
    #[yaserde(prefix = "xs", rename = "sequence")]
    pub(super) sequences: Vec<Sequence>,
    #[yaserde(prefix = "xs", rename = "simpleContent")]
    pub(super) simple_contents: Vec<SimpleContent>,
    #[yaserde(prefix = "xs", rename = "attribute")]
    pub(super) attributes: Vec<Attribute>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "sequence", prefix = "xs", namespaces = { "xs" = "http://www.w3.org/2001/XMLSchema" })]
pub(super) struct Sequence {
    #[yaserde(prefix = "xs", rename = "element")]
    pub(super) elements: Vec<Element>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "simpleContent", prefix = "xs", namespaces = { "xs" = "http://www.w3.org/2001/XMLSchema" })]
pub(super) struct SimpleContent {
    #[yaserde(prefix = "xs", rename = "extension")]
    pub(super) extensions: Vec<Extension>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "extension", prefix = "xs", namespaces = { "xs" = "http://www.w3.org/2001/XMLSchema" })]
pub(super) struct Extension {
    #[yaserde(attribute = true)]
    pub(super) base: Option<String>,
    #[yaserde(prefix = "xs", rename = "attribute")]
    pub(super) attributes: Vec<Attribute>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "attribute")]
pub(super) struct Attribute {
    #[yaserde(attribute = true)]
    pub(super) name: Option<String>,
    #[yaserde(attribute = true, rename = "type")]
    pub(super) type_name: Option<String>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "simpleType", prefix = "xs", namespaces = { "xs" = "http://www.w3.org/2001/XMLSchema" })]
pub(super) struct SimpleType {
    #[yaserde(attribute = true)]
    pub(super) name: Option<String>,
    #[yaserde(prefix = "xs", rename = "restriction")]
    pub(super) restrictions: Vec<Restriction>,
}

#[derive(Debug, Default, YaDeserialize)]
#[yaserde(rename = "restriction", prefix = "xs", namespaces = { "xs" = "http://www.w3.org/2001/XMLSchema" })]
pub(super) struct Restriction {
    #[yaserde(attribute = true)]
    pub(super) base: Option<String>,
    #[yaserde(prefix = "xs", rename = "maxLength")]
    pub(super) max_lengths: Vec<Facet>,
}

#[derive(Debug, Default, YaDeserialize)]
pub(super) struct Facet {
    #[yaserde(attribute = true)]
    pub(super) value: Option<String>,
}
