//! From the schema's shape to plain type descriptions; every name that is used has to be defined.

use super::description::{AttributeDescription, ContentDescription, ElementDescription, TypeDescription};
use super::error::DescriptionError;
use super::schema::{Attribute, ComplexType, Element, Schema, SimpleType};

/// The types of XML Schema itself that our schema uses.
const BUILT_IN_TYPES: &[&str] =
    &["xs:string", "xs:boolean", "xs:long", "xs:decimal", "xs:date", "xs:dateTime", "xs:base64Binary"];

/// The value of an attribute that has to be there.
pub(super) fn required<'a>(
    value: &'a Option<String>,
    at: &str,
    what: &'static str,
) -> Result<&'a str, DescriptionError> {
    value.as_deref().ok_or_else(|| DescriptionError::Missing { at: at.to_owned(), what })
}

/// The only item of a list.
pub(super) fn single<'a, T>(list: &'a [T], at: &str, what: &'static str) -> Result<&'a T, DescriptionError> {
    match list {
        [item] => Ok(item),
        [] => Err(DescriptionError::Missing { at: at.to_owned(), what }),
        _ => Err(DescriptionError::Repeated { at: at.to_owned(), what }),
    }
}

/// Refuses a list in which two items have the same name.
pub(super) fn unique<'a>(
    kind: &'static str,
    names: impl Iterator<Item = &'a str>,
) -> Result<(), DescriptionError> {
    let mut seen = std::collections::BTreeSet::new();
    for name in names {
        if !seen.insert(name) {
            return Err(DescriptionError::SameName { kind, name: name.to_owned() });
        }
    }
    Ok(())
}

/// The local part of a name in the target namespace.
pub(super) fn target_name(value: &str, at: &str) -> Result<String, DescriptionError> {
    let foreign = || DescriptionError::ForeignPrefix { at: at.to_owned(), name: value.to_owned() };
    value.strip_prefix("tns:").map(str::to_owned).ok_or_else(foreign)
}

/// The global elements and the named types of a schema.
pub(super) fn describe(
    schema: &Schema,
) -> Result<(Vec<TypeDescription>, Vec<TypeDescription>), DescriptionError> {
    let elements = schema.elements.iter().map(global_element).collect::<Result<Vec<_>, _>>()?;
    let mut types = schema.complex_types.iter().map(named_complex_type).collect::<Result<Vec<_>, _>>()?;
    for simple_type in &schema.simple_types {
        types.push(named_simple_type(simple_type)?);
    }
    unique("global element", elements.iter().map(|element| element.name.as_str()))?;
    unique("type", types.iter().map(|described| described.name.as_str()))?;
    for described in elements.iter().chain(&types) {
        resolve(described, &types)?;
    }
    Ok((elements, types))
}

fn global_element(element: &Element) -> Result<TypeDescription, DescriptionError> {
    let name = required(&element.name, "a global element", "name")?;
    let at = format!("the element {name}");
    match &element.type_name {
        Some(type_name) => Ok(TypeDescription {
            name: name.to_owned(),
            content: ContentDescription::Type(type_reference(type_name, &at)?),
            attributes: Vec::new(),
        }),
        None => complex_type(name, &at, single(&element.anonymous, &at, "type")?),
    }
}

fn named_complex_type(described: &ComplexType) -> Result<TypeDescription, DescriptionError> {
    let name = required(&described.name, "a complex type", "name")?;
    complex_type(name, &format!("the type {name}"), described)
}

fn complex_type(name: &str, at: &str, described: &ComplexType) -> Result<TypeDescription, DescriptionError> {
    let Some(simple_content) = described.simple_contents.first() else {
        let sequence = single(&described.sequences, at, "sequence")?;
        let children = sequence.elements.iter().map(|element| child_element(element, at));
        let content = ContentDescription::Elements(children.collect::<Result<_, _>>()?);
        return Ok(TypeDescription {
            name: name.to_owned(),
            content,
            attributes: attributes(&described.attributes, at)?,
        });
    };
    let extension = single(&simple_content.extensions, at, "extension")?;
    let base = type_reference(required(&extension.base, at, "base")?, at)?;
    Ok(TypeDescription {
        name: name.to_owned(),
        content: ContentDescription::Text { base, chars_max: None },
        attributes: attributes(&extension.attributes, at)?,
    })
}

fn child_element(element: &Element, at: &str) -> Result<ElementDescription, DescriptionError> {
    let name = required(&element.name, &format!("an element of {at}"), "name")?;
    let at = format!("{name} of {at}");
    Ok(ElementDescription {
        name: name.to_owned(),
        type_name: type_reference(required(&element.type_name, &at, "type")?, &at)?,
        optional: element.min_occurs.as_deref() == Some("0"),
        repeated: element.max_occurs.as_deref() == Some("unbounded"),
    })
}

fn attributes(list: &[Attribute], at: &str) -> Result<Vec<AttributeDescription>, DescriptionError> {
    let described = list.iter().map(|attribute| {
        let name = required(&attribute.name, &format!("an attribute of {at}"), "name")?;
        let at = format!("@{name} of {at}");
        let type_name = type_reference(required(&attribute.type_name, &at, "type")?, &at)?;
        Ok(AttributeDescription { name: name.to_owned(), type_name })
    });
    described.collect()
}

fn named_simple_type(simple_type: &SimpleType) -> Result<TypeDescription, DescriptionError> {
    let name = required(&simple_type.name, "a simple type", "name")?;
    let at = format!("the type {name}");
    let restriction = single(&simple_type.restrictions, &at, "restriction")?;
    let base = type_reference(required(&restriction.base, &at, "base")?, &at)?;
    let size = required(&single(&restriction.max_lengths, &at, "maxLength")?.value, &at, "maxLength")?;
    let chars_max = size.parse().map_err(|_| DescriptionError::Differs {
        at: format!("the maxLength of {at}"),
        found: size.to_owned(),
        other: "a size".to_owned(),
        expected: "a whole number".to_owned(),
    })?;
    let content = ContentDescription::Text { base, chars_max: Some(chars_max) };
    Ok(TypeDescription { name: name.to_owned(), content, attributes: Vec::new() })
}

/// A built-in type with its prefix, or the local name of one of ours.
fn type_reference(value: &str, at: &str) -> Result<String, DescriptionError> {
    if value.starts_with("xs:") { Ok(value.to_owned()) } else { target_name(value, at) }
}

/// Refuses names of types that nobody defines.
fn resolve(described: &TypeDescription, types: &[TypeDescription]) -> Result<(), DescriptionError> {
    let content = match &described.content {
        ContentDescription::Text { base, .. } => Some(base),
        ContentDescription::Type(name) => Some(name),
        ContentDescription::Elements(_) => None,
    };
    let children = described.child_elements().iter().map(|child| &child.type_name);
    let attributes = described.attributes.iter().map(|attribute| &attribute.type_name);
    for name in content.into_iter().chain(children).chain(attributes) {
        let known =
            BUILT_IN_TYPES.contains(&name.as_str()) || types.iter().any(|candidate| candidate.name == *name);
        if !known {
            let at = described.name.clone();
            return Err(DescriptionError::Dangling { at, kind: "type", name: name.clone() });
        }
    }
    Ok(())
}
