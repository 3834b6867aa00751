//! Elements that stand for another one: `href="#…"` of the encoding of SOAP 1.1, `enc:ref` of that of SOAP 1.2.
//!
//! The style of the service is document, where they mean nothing: such an element would be read as an empty one, and what
//! its sender meant be lost without a word. PHP's SoapClient writes them where the same object stands in two places of a
//! request. So they are refused with their place. Deliberately absent: following them, and elements of other namespaces,
//! which nobody reads.

use crate::domain::error::{Code, Error};
use crate::wire::SERVICE_NAMESPACE;
use crate::wire::xml::{Attribute, Document, Element};

const ENCODING_12: &str = "http://www.w3.org/2003/05/soap-encoding";
const HREF: &str = "href";
const REF: &str = "ref";

const EXPECTED: &str = "expected the value itself, not a reference to another element, which is not followed; send the value again \
     in this place (PHP: a clone of the object, not the same one twice)";

/// Refuses a request in which an element stands for another one. One look at the attributes of the message, without a
/// walk through its elements, where there is none.
pub fn refuse_references(document: &Document<'_>, request: Element<'_>) -> Result<(), Error> {
    if !document.has_attribute(&[HREF, REF]) {
        return Ok(());
    }
    let mut steps = Vec::new();
    match find(request, &mut steps) {
        Some(attribute) => Err(Error::at(Code::InvalidAttributeValue, path(&steps, attribute), EXPECTED)),
        None => Ok(()),
    }
}

/// The attribute of the first element that is a reference; `steps` leads to it from the request, each as a parent and the
/// place of its child.
fn find<'d>(element: Element<'d>, steps: &mut Vec<(Element<'d>, usize)>) -> Option<&'static str> {
    if let Some(attribute) = element.attributes().find_map(reference) {
        return Some(attribute);
    }
    for (place, child) in element.children().enumerate().filter(|(_, child)| is_ours(*child)) {
        steps.push((element, place));
        if let Some(attribute) = find(child, steps) {
            return Some(attribute);
        }
        steps.pop();
    }
    None
}

fn is_ours(element: Element<'_>) -> bool {
    matches!(element.namespace(), None | Some(SERVICE_NAMESPACE))
}

/// An `href` of another form than `#…` is somebody's own attribute, which is ignored like all that nobody knows.
fn reference(attribute: Attribute<'_>) -> Option<&'static str> {
    match (attribute.namespace(), attribute.local()) {
        (None, HREF) if attribute.value().trim_start().starts_with('#') => Some(HREF),
        (Some(ENCODING_12), REF) => Some(REF),
        _ => None,
    }
}

/// As paths of violations are written; an element that has others of its name beside it has its number.
fn path(steps: &[(Element<'_>, usize)], attribute: &str) -> String {
    let step = |(parent, place): &(Element<'_>, usize)| {
        let name = parent.children().nth(*place).map_or("", Element::local);
        let places =
            parent.children().enumerate().filter(|(_, child)| is_ours(*child) && child.local() == name);
        let (before, count) =
            places.fold((0, 0), |(before, count), (at, _)| (before + usize::from(at < *place), count + 1));
        if count == 1 { name.to_owned() } else { format!("{name}[{}]", before + 1) }
    };
    let mut steps: Vec<String> = steps.iter().map(step).collect();
    steps.push(format!("@{attribute}"));
    steps.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::xml::Limits;

    /// Checks a request of this content: where it is refused, or nowhere.
    #[track_caller]
    fn check(content: &str, expected: Option<&str>) {
        let text = format!("<m xmlns:enc='{ENCODING_12}' xmlns:own='urn:own' {content}</m>");
        let document = Document::parse(text.as_bytes(), &Limits::default()).unwrap();
        let outcome = refuse_references(&document, document.root());
        let field = outcome.as_ref().err().and_then(|error| error.field.as_deref());
        assert_eq!(field, expected, "{text}");
        assert!(outcome.err().is_none_or(|error| error.code == Code::InvalidAttributeValue));
    }

    #[test]
    fn an_element_that_stands_for_another_one_is_refused_with_its_place() {
        check("><A id='r'>1</A><B href='#r'/>", Some("B/@href"));
        check("><A enc:id='r'>1</A><B enc:ref='#r'/>", Some("B/@ref"));
        check("><A enc:ref='r'/>", Some("A/@ref"));
        check("><A><B/><C/><B><D href=' #r'/></B></A>", Some("A/B[2]/D/@href"));
        check("><A xmlns='urn:castile:crm:v1' href='#r'/>", Some("A/@href"));
        check("href='#r'>", Some("@href"));
    }

    #[test]
    fn other_attributes_and_other_namespaces_are_ignored() {
        check("><A href='http://a/b#c' ref='#r' own:href='#r' own:ref='#r' id='r'/>", None);
        check("><own:A href='#r'><B href='#r'/></own:A>", None);
        check("><A>href='#r'</A>", None);
    }
}
