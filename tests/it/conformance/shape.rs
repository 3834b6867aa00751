//! What holds for every answer of the service, whatever it was asked.
//!
//! Deliberately absent: which answer is right, and the schema of what stands in the Body.

use castile::wire::soap::Version;
use castile::wire::xml::{Document, Element, Limits};

use crate::support::Answer;

/// The namespaces of fault codes and subcodes beside SOAP's own.
const ADDRESSING: &str = "http://www.w3.org/2005/08/addressing";
const RPC: &str = "http://www.w3.org/2003/05/soap-rpc";

/// Panics if the answer breaks a rule.
#[track_caller]
pub(super) fn check(answer: &Answer) {
    headers(answer);
    let content_type = answer.header("content-type").unwrap_or_default();
    let is_xml = Version::ALL.iter().any(|version| version.content_type() == content_type);
    if !is_xml || answer.body.is_empty() {
        return;
    }
    let document = Document::parse(answer.body.as_bytes(), &Limits::default()).unwrap();
    if document.root().local() == "Envelope" {
        envelope(answer, document.root());
    }
}

/// R1018, R1120: no cookies; UTF-8 is announced where text is sent, and there is no mark before it.
#[track_caller]
fn headers(answer: &Answer) {
    assert_eq!(answer.header("set-cookie"), None, "R1120");
    assert_eq!(answer.header("location"), None, "R1130");
    assert_eq!(answer.header("x-request-id").map(str::len), Some(32));
    let content_type = answer.header("content-type").unwrap_or_default();
    assert!(!answer.body.starts_with('\u{FEFF}'), "2.6: a byte order mark");
    assert!(
        content_type.is_empty() || !content_type.contains("xml") || content_type.contains("charset=utf-8"),
        "R1018"
    );
}

#[track_caller]
fn envelope(answer: &Answer, root: Element<'_>) {
    let version = Version::from_namespace(root.namespace().unwrap_or_default()).unwrap();
    assert_eq!(answer.header("content-type"), Some(version.content_type()), "A1, B1");
    let is_soap = |element: Element<'_>, name: &str| element.is(version.namespace(), name);
    assert!(is_soap(root, "Envelope") && root.attributes().next().is_none(), "B15");
    let children: Vec<_> = root.children().collect();
    assert!(children.iter().all(|child| is_soap(*child, "Header") || is_soap(*child, "Body")), "R1011");
    let body = *children.last().unwrap();
    assert!(children.len() <= 2 && is_soap(body, "Body"), "B13, B14");
    assert_eq!(body.children().count(), 1, "R9981");
    assert!(!answer.body.contains("encodingStyle="), "R1005, R1006");
    assert!(!answer.body.contains("<!DOCTYPE") && !answer.body.contains("<?"), "R1008, R1009");
    let content = body.children().next().unwrap();
    assert!(content.namespace().is_some(), "R1014");
    match (is_soap(content, "Fault"), version) {
        (false, _) => assert_eq!(answer.status, 200, "R1111"),
        (true, Version::V11) => fault_11(answer, content),
        (true, Version::V12) => fault_12(answer, content),
    }
}

/// A3, A4, A5.
#[track_caller]
fn fault_11(answer: &Answer, fault: Element<'_>) {
    let own = [400, 408, 413, 415, 429, 503];
    assert!(answer.status == 500 || own.contains(&answer.status), "A3: {}", answer.status);
    let names = qualified(fault, None);
    let order = ["faultcode", "faultstring", "detail"];
    assert!(names.len() >= 2 && names == order[..names.len()], "A5: {names:?}");
    let code = fault.children().next().unwrap();
    let (namespace, local) = resolved(code);
    let standard = ["Client", "Server", "MustUnderstand", "VersionMismatch"];
    let known = match namespace.as_str() {
        ADDRESSING => true,
        namespace => namespace == Version::V11.namespace() && standard.contains(&local.as_str()),
    };
    assert!(known && !local.contains('.'), "A4: {{{namespace}}}{local}");
}

/// B3, B21.
#[track_caller]
fn fault_12(answer: &Answer, fault: Element<'_>) {
    let soap = Version::V12.namespace();
    let names = qualified(fault, Some(soap));
    let order = ["Code", "Reason", "Detail"];
    assert!(names.len() >= 2 && names == order[..names.len()], "B21: {names:?}");
    let code = fault.child(soap, "Code").unwrap();
    let value = code.child(soap, "Value").unwrap();
    let (namespace, local) = resolved(value);
    assert_eq!(namespace, soap, "B3");
    let statuses: &[u16] = match local.as_str() {
        "Sender" => &[400, 408, 413, 415],
        "Receiver" => &[500, 503, 429],
        "MustUnderstand" | "VersionMismatch" | "DataEncodingUnknown" => &[500],
        other => panic!("B3: the code {other}"),
    };
    assert!(statuses.contains(&answer.status), "B3: {local} with {}", answer.status);
    subcode(code);
    let reason = fault.child(soap, "Reason").unwrap();
    for text in reason.children() {
        let language = text.attribute_ns("http://www.w3.org/XML/1998/namespace", "lang");
        assert!(text.is(soap, "Text") && language.as_deref() == Some("en"), "B21");
    }
}

#[track_caller]
fn subcode(code: Element<'_>) {
    let soap = Version::V12.namespace();
    let Some(subcode) = code.child(soap, "Subcode") else { return };
    let (namespace, _) = resolved(subcode.child(soap, "Value").unwrap());
    assert!(matches!(namespace.as_str(), ADDRESSING | RPC), "{namespace}");
    self::subcode(subcode);
}

/// The local names of the children, all of which are in this namespace.
#[track_caller]
fn qualified(fault: Element<'_>, namespace: Option<&str>) -> Vec<String> {
    let children = fault.children().inspect(|child| assert_eq!(child.namespace(), namespace, "A5, B21"));
    children.map(|child| child.local().to_owned()).collect()
}

/// The namespace and local name of a QName in an element's text, whose prefix must be declared.
#[track_caller]
pub(super) fn resolved(element: Element<'_>) -> (String, String) {
    let text = element.text();
    assert!(text.contains(':'), "A4: a code without a prefix: {text}");
    let name =
        element.resolve_qname(&text).unwrap_or_else(|| panic!("A4: the prefix of {text} is not declared"));
    (name.namespace.unwrap_or_default().into_owned(), name.local.into_owned())
}
