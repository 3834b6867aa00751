//! Whether an answer is what the published schema says: order, names, counts, sizes, forms of values.
//!
//! Reads the description that the WSDL is published from, with a walk of its own. Deliberately absent: anything that our
//! schema does not use.

use castile::wire::soap::wsdl::{
    ContentDescription, ElementDescription, ServiceDescription, TypeDescription,
};
use castile::wire::xml::{Element, XSI_NAMESPACE};

use super::soap::NAMESPACE;

/// The first thing that the schema does not allow, in words; `None` if it allows everything.
pub(crate) fn first_error(description: &ServiceDescription, element: Element<'_>) -> Option<String> {
    if element.namespace() != Some(NAMESPACE) {
        return Some(format!("{} is not in the namespace of the service", element.local()));
    }
    let Some(described) = description.element_named(element.local()) else {
        return Some(format!("{} is no global element", element.local()));
    };
    Walk(description).described(element, described).err()
}

struct Walk<'s>(&'s ServiceDescription);

impl Walk<'_> {
    fn described(&self, element: Element<'_>, described: &TypeDescription) -> Result<(), String> {
        if let ContentDescription::Type(name) = &described.content {
            return self.typed(element, name);
        }
        self.attributes(element, described)?;
        match &described.content {
            ContentDescription::Type(_) => Ok(()),
            ContentDescription::Elements(children) => self.sequence(element, children),
            ContentDescription::Text { base, chars_max } => {
                let length = element.text().chars().count();
                if chars_max.is_some_and(|max| length > max) {
                    return Err(format!("{} has {length} characters", element.local()));
                }
                value(element, base)
            }
        }
    }

    fn typed(&self, element: Element<'_>, type_name: &str) -> Result<(), String> {
        if let Some(described) = self.0.type_named(type_name) {
            return self.described(element, described);
        }
        if let Some(attribute) = element.attributes().next() {
            return Err(format!("{} has the undeclared attribute {}", element.local(), attribute.local()));
        }
        value(element, type_name)
    }

    fn attributes(&self, element: Element<'_>, described: &TypeDescription) -> Result<(), String> {
        for attribute in element.attributes() {
            let known = described.attributes.iter().find(|known| known.name == attribute.local());
            let Some(known) = known.filter(|_| attribute.namespace().is_none()) else {
                return Err(format!(
                    "{} has the undeclared attribute {}",
                    element.local(),
                    attribute.local()
                ));
            };
            let wrong = |form| format!("@{} of {} is no {form}", known.name, element.local());
            has_form(&attribute.value(), &known.type_name).map_err(wrong)?;
        }
        Ok(())
    }

    fn sequence(&self, element: Element<'_>, declared: &[ElementDescription]) -> Result<(), String> {
        if !element.text().trim().is_empty() {
            return Err(format!("{} has text between its elements", element.local()));
        }
        let mut children = element.children().peekable();
        for declared in declared {
            let mut count = 0;
            while let Some(child) = children.next_if(|child| child.is(NAMESPACE, &declared.name)) {
                self.typed(child, &declared.type_name)?;
                count += 1;
            }
            if count == 0 && !declared.optional || count > 1 && !declared.repeated {
                return Err(format!("{} stands {count} times in {}", declared.name, element.local()));
            }
        }
        match children.next() {
            Some(child) => Err(format!("{} is not expected there in {}", child.local(), element.local())),
            None => Ok(()),
        }
    }
}

/// A value of a built-in type.
fn value(element: Element<'_>, type_name: &str) -> Result<(), String> {
    if element.attribute_ns(XSI_NAMESPACE, "nil").is_some() {
        return Err(format!("{} is nil", element.local()));
    }
    match element.children().next() {
        Some(child) => Err(format!("{} stands in {}, which holds text", child.local(), element.local())),
        None => {
            has_form(&element.text(), type_name).map_err(|form| format!("{} is no {form}", element.local()))
        }
    }
}

/// Has the text the form that this built-in type writes? The form's name if not.
fn has_form<'t>(text: &str, type_name: &'t str) -> Result<(), &'t str> {
    let right = match type_name {
        "xs:string" => true,
        "xs:boolean" => matches!(text, "true" | "false"),
        "xs:long" => text.parse::<i64>().is_ok(),
        "xs:decimal" => text.bytes().all(|byte| byte.is_ascii_digit() || b"+-.".contains(&byte)),
        "xs:date" => text.parse::<jiff::civil::Date>().is_ok(),
        // With a zone, which the schema does not demand but the contract does.
        "xs:dateTime" => text.parse::<jiff::Timestamp>().is_ok(),
        _ => false,
    };
    if right { Ok(()) } else { Err(type_name) }
}

#[cfg(test)]
mod tests {
    use castile::wire::xml::{Document, Limits};

    use super::*;

    #[track_caller]
    fn check(content: &str, expected: Option<&str>) {
        let xml = format!("<addCustomerResponse xmlns='{NAMESPACE}'>{content}</addCustomerResponse>");
        let document = Document::parse(xml.as_bytes(), &Limits::default()).unwrap();
        let found = first_error(&ServiceDescription::load().unwrap(), document.root());
        assert_eq!(found.as_deref(), expected, "{content}");
    }

    #[test]
    fn what_the_schema_does_not_allow_is_found() {
        let good = "<CustomerID>1</CustomerID><Outcome>Added</Outcome>";
        let warning =
            |code: &str| format!("{good}<Warning><Code>{code}</Code><Message>m</Message></Warning>");
        check(good, None);
        check(&warning("C"), None);
        check(
            "<Outcome>Added</Outcome><CustomerID>1</CustomerID>",
            Some("CustomerID stands 0 times in addCustomerResponse"),
        );
        check("<CustomerID>1</CustomerID>", Some("Outcome stands 0 times in addCustomerResponse"));
        check(
            &format!("<CustomerID>1</CustomerID>{good}"),
            Some("CustomerID stands 2 times in addCustomerResponse"),
        );
        check(&format!("{good}<More/>"), Some("More is not expected there in addCustomerResponse"));
        check(&good.replace("<Outcome>", "<Outcome a='1'>"), Some("Outcome has the undeclared attribute a"));
        check(
            &good.replace("<Outcome>", "<Outcome xmlns=''>"),
            Some("Outcome stands 0 times in addCustomerResponse"),
        );
        check(&warning(&"C".repeat(61)), Some("Code has 61 characters"));
        check(&format!("{good}text"), Some("addCustomerResponse has text between its elements"));
    }

    #[test]
    fn forms_of_values_are_judged() {
        let right = [("xs:boolean", "true"), ("xs:long", "-3"), ("xs:dateTime", "2024-01-02T03:04:05Z")];
        let wrong = [("xs:boolean", "1"), ("xs:long", "3.0"), ("xs:dateTime", "2024-01-02T03:04:05")];
        assert!(right.iter().all(|(form, text)| has_form(text, form).is_ok()));
        assert!(wrong.iter().all(|(form, text)| has_form(text, form).is_err()));
    }
}
