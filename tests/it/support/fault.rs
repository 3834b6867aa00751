//! Faults as a caller reads them, in one line.

use castile::wire::xml::{Document, Element, Limits};

use super::Answer;

/// `STATUS FAULTCODE [SUBCODE…] [CODE] [FIELD] [LINE:COLUMN]`, with the local names of codes; for an answer that is no
/// fault only the status, for a problem document `STATUS problem`.
///
/// Panics on a fault that breaks the rules which hold for all of them: a detail has a RequestID which is that of the
/// HTTP answer, its Message is the reason, its Field the first violation's.
#[track_caller]
pub(crate) fn summary(answer: &Answer) -> String {
    let content_type = answer.header("content-type").unwrap_or_default();
    if content_type == "application/problem+json" {
        assert!(answer.body.contains(&format!("\"status\":{}", answer.status)), "{}", answer.body);
        return format!("{} problem", answer.status);
    }
    if answer.body.is_empty() || content_type.starts_with("text/html") {
        return answer.status.to_string();
    }
    let document = Document::parse(answer.body.as_bytes(), &Limits::default()).unwrap();
    let root = document.root();
    let expected = match root.namespace() {
        Some("http://www.w3.org/2003/05/soap-envelope") => "application/soap+xml; charset=utf-8",
        _ => "text/xml; charset=utf-8",
    };
    assert_eq!(content_type, expected, "{}", answer.body);
    match descendant(root, "Fault") {
        None => answer.status.to_string(),
        Some(fault) => format!("{} {}", answer.status, of_fault(answer, fault)),
    }
}

fn of_fault(answer: &Answer, fault: Element<'_>) -> String {
    let mut words = match fault.children().find(|child| child.local() == "faultcode") {
        Some(code) => vec![local(&code.text())],
        None => codes(fault),
    };
    let reason = descendant(fault, "faultstring").or_else(|| descendant(fault, "Text")).unwrap().text();
    assert!(!reason.is_empty() && !reason.ends_with('.'), "{reason:?}");
    if let Some(detail) = descendant(fault, "CRMProcessorFault") {
        words.extend(of_detail(answer, detail, &reason));
    }
    words.extend(position(&reason));
    words.join(" ")
}

/// Code and subcodes of SOAP 1.2, the coarsest first.
fn codes(fault: Element<'_>) -> Vec<String> {
    let mut words = Vec::new();
    let mut next = fault.children().find(|child| child.local() == "Code");
    while let Some(code) = next {
        words
            .extend(code.children().find(|child| child.local() == "Value").map(|value| local(&value.text())));
        next = code.children().find(|child| child.local() == "Subcode");
    }
    words
}

fn of_detail(answer: &Answer, detail: Element<'_>, reason: &str) -> Vec<String> {
    let text = |name: &str| {
        detail.children().find(|child| child.local() == name).map(|child| child.text().into_owned())
    };
    assert_eq!(text("RequestID").as_deref(), answer.header("x-request-id"), "{}", answer.body);
    assert_eq!(text("Message").as_deref(), Some(reason), "{}", answer.body);
    if let Some(first) = detail.children().find(|child| child.local() == "Violation") {
        let of_first = |name: &str| {
            let child = first.children().find(|child| child.local() == name);
            child.map(|child| child.text().into_owned())
        };
        assert_eq!(of_first("Field"), text("Field"), "{}", answer.body);
        assert_eq!(of_first("Code"), text("Code"), "{}", answer.body);
    }
    text("Code").into_iter().chain(text("Field")).collect()
}

/// The codes and fields of all violations, in the order told.
pub(crate) fn violations(answer: &Answer) -> Vec<String> {
    let document = Document::parse(answer.body.as_bytes(), &Limits::default()).unwrap();
    let Some(detail) = descendant(document.root(), "CRMProcessorFault") else { return Vec::new() };
    let told = detail.children().filter(|child| child.local() == "Violation");
    let words = |violation: Element<'_>| {
        let texts: Vec<_> = violation.children().take(2).map(|child| child.text().into_owned()).collect();
        texts.join(" ")
    };
    told.map(words).collect()
}

/// The first element of this local name, in document order.
pub(crate) fn descendant<'d>(element: Element<'d>, name: &str) -> Option<Element<'d>> {
    if element.local() == name {
        return Some(element);
    }
    element.children().find_map(|child| descendant(child, name))
}

fn local(qname: &str) -> String {
    qname.rsplit(':').next().unwrap_or_default().to_owned()
}

fn position(reason: &str) -> Option<String> {
    let (line, column) = reason.rsplit_once("(line ")?.1.split_once(", column ")?;
    let column: String = column.chars().take_while(char::is_ascii_digit).collect();
    Some(format!("{line}:{column}"))
}
