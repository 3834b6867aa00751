//! Envelopes that want one part of a server to see another message than the next.

use super::{ANSWERED, REFUSED, SOAP_11, SOAP_12, Scene, TYPE_11, TYPE_12, add, envelope, retrieve};
use crate::support::soap;

const UTILITY: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd";
const SECURITY: &str = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";

fn delete_known() -> String {
    format!("<deleteCustomer xmlns=\"{}\"><CustomerID>1</CustomerID></deleteCustomer>", soap::NAMESPACE)
}

#[test]
fn two_bodies() {
    let scene = Scene::new();
    let message = |first: &str, second: &str| {
        let (first, second) = (first.to_owned(), second.to_owned());
        move |namespace: &str| {
            format!(
                "<e:Envelope xmlns:e='{namespace}'><e:Body>{first}</e:Body><e:Body>{second}</e:Body></e:Envelope>"
            )
        }
    };
    scene.check_both("harmless first", message(&retrieve(""), &add("")), REFUSED);
    scene.check_both("harmless last", message(&delete_known(), &retrieve("")), REFUSED);
    let children = |namespace: &str| envelope(namespace, "", &(retrieve("") + &delete_known()));
    scene.check_both("two children", children, REFUSED);
}

#[test]
fn a_header_behind_the_body() {
    let scene = Scene::new();
    let message = |namespace: &str| {
        let header = format!("<e:Header><x xmlns='urn:own'>{}</x></e:Header>", delete_known());
        format!("<e:Envelope xmlns:e='{namespace}'><e:Body>{}</e:Body>{header}</e:Envelope>", add(""))
    };
    scene.check_both("behind", message, REFUSED);
    let twice = |namespace: &str| {
        format!(
            "<e:Envelope xmlns:e='{namespace}'><e:Header/><e:Header/><e:Body>{}</e:Body></e:Envelope>",
            add("")
        )
    };
    scene.check_both("two headers", twice, REFUSED);
}

#[test]
fn a_body_of_the_other_version() {
    let scene = Scene::new();
    let message = |namespace: &str| {
        let other = if namespace == SOAP_11 { SOAP_12 } else { SOAP_11 };
        format!(
            "<e:Envelope xmlns:e='{namespace}'><o:Body xmlns:o='{other}'>{}</o:Body></e:Envelope>",
            add("")
        )
    };
    scene.check_both("instead", message, REFUSED);
    let both = |namespace: &str| {
        let other = if namespace == SOAP_11 { SOAP_12 } else { SOAP_11 };
        format!(
            "<e:Envelope xmlns:e='{namespace}'><o:Body xmlns:o='{other}'>{}</o:Body><e:Body>{}</e:Body></e:Envelope>",
            delete_known(),
            add("")
        )
    };
    scene.check_both("beside", both, REFUSED);
}

#[test]
fn soap_action_spoofing() {
    let scene = Scene::new();
    let action = |operation: &str| format!("\"{}:{operation}\"", soap::NAMESPACE);
    let headers = [TYPE_11, ("SOAPAction", &*action("retrieveCustomer"))];
    scene.check("1.1", &headers, envelope(SOAP_11, "", &delete_known()), "500 Client UNKNOWN_OPERATION");
    let headers = [TYPE_11, ("SOAPAction", &*action("deleteCustomer"))];
    scene.check("1.1", &headers, envelope(SOAP_11, "", &retrieve("")), "500 Client UNKNOWN_OPERATION");
    let typed = format!("{}; action={}", TYPE_12.1, action("retrieveCustomer"));
    let headers = [("Content-Type", typed.as_str())];
    scene.check("1.2", &headers, envelope(SOAP_12, "", &delete_known()), "400 Sender UNKNOWN_OPERATION");
}

#[test]
fn signature_wrapping_shapes() {
    let scene = Scene::new();
    // The body that was "signed" stands in a header; only the one in its place is heeded, and harms nobody.
    let moved = format!(
        "<w:Wrapper xmlns:w='urn:own'><e:Body xmlns:u='{UTILITY}' u:Id='signed'>{}</e:Body></w:Wrapper>",
        delete_known()
    );
    let message = |namespace: &str| envelope(namespace, &moved, &retrieve(""));
    scene.check_both("in a header", message, ANSWERED);
    let inside = |namespace: &str| envelope(namespace, "", &retrieve(&moved));
    scene.check_both("in the request", inside, ANSWERED);
    let whole = |namespace: &str| {
        let inner = envelope(namespace, "", &delete_known());
        envelope(namespace, &format!("<w:Wrapper xmlns:w='urn:own'>{inner}</w:Wrapper>"), &retrieve(""))
    };
    scene.check_both("a whole envelope", whole, ANSWERED);
    let nested = |namespace: &str| envelope(namespace, "", &envelope(namespace, "", &delete_known()));
    let unknown = ["500 Client UNKNOWN_OPERATION", "400 Sender ProcedureNotPresent UNKNOWN_OPERATION"];
    scene.check_both("an envelope as the request", nested, unknown);
}

#[test]
fn a_replayed_nonce() {
    let scene = Scene::new();
    let token = "<s:UsernameToken><s:Username>u</s:Username><s:Password>p</s:Password><s:Nonce>bm9uY2U=</s:Nonce></s:UsernameToken>";
    let message = |namespace: &str| {
        let header = format!("<s:Security xmlns:s='{SECURITY}' e:mustUnderstand='1'>{token}</s:Security>");
        envelope(namespace, &header, &delete_known())
    };
    // Without users nobody can say whether a token is right: it is refused each time, never passed over.
    for name in ["first", "again"] {
        scene.check_both(name, message, ["500 MustUnderstand", "500 MustUnderstand"]);
    }
}

#[test]
fn a_message_id_of_a_megabyte() {
    let scene = Scene::new();
    let header = format!(
        "<wsa:MessageID xmlns:wsa='http://www.w3.org/2005/08/addressing'>{0}</wsa:MessageID>\
         <wsa:Action xmlns:wsa='http://www.w3.org/2005/08/addressing'>{1}:deleteCustomer</wsa:Action>",
        "i".repeat(1_000_000),
        soap::NAMESPACE
    );
    for (content_type, namespace, refused) in [
        (TYPE_11, SOAP_11, "500 InvalidAddressingHeader"),
        (TYPE_12, SOAP_12, "400 Sender InvalidAddressingHeader"),
    ] {
        let message = envelope(namespace, &header, &delete_known());
        let answer = scene.check("long", &[content_type], message, refused);
        assert!(answer.body.len() < 4_096, "the id is told back: {} bytes", answer.body.len());
    }
}
