//! Nothing that a message names is ever fetched, called or opened.
//!
//! The addresses lead to a listener of the test's own, which nobody may connect to until the test ends.

use std::io::ErrorKind;
use std::net::TcpListener;

use super::{ANSWERED, REFUSED, Scene, add, envelope, retrieve};

const ADDRESSING: &str = "http://www.w3.org/2005/08/addressing";

struct Trap(TcpListener);

impl Trap {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Trap(listener)
    }

    fn url(&self) -> String {
        format!("http://{}/", self.0.local_addr().unwrap())
    }

    #[track_caller]
    fn check_untouched(&self) {
        let accepted = self.0.accept().map(|(_, peer)| peer);
        assert_eq!(accepted.unwrap_err().kind(), ErrorKind::WouldBlock, "somebody connected");
    }
}

#[test]
fn a_trap_notices_who_connects() {
    let trap = Trap::new();
    trap.check_untouched();
    drop(std::net::TcpStream::connect(trap.0.local_addr().unwrap()).unwrap());
    trap.0.accept().unwrap();
}

#[test]
fn external_entities_and_document_types() {
    let (scene, trap) = (Scene::new(), Trap::new());
    let url = trap.url();
    for document_type in [
        format!("<!DOCTYPE e SYSTEM \"{url}\">"),
        format!("<!DOCTYPE e PUBLIC \"-//own//own\" \"{url}\">"),
        format!("<!DOCTYPE e [<!ENTITY a SYSTEM \"{url}\">]>"),
        format!("<!DOCTYPE e [<!ENTITY % a SYSTEM \"{url}\"> %a;]>"),
    ] {
        let message =
            |namespace: &str| format!("{document_type}{}", envelope(namespace, "", &add("<City>&a;</City>")));
        scene.check_both(&document_type, message, REFUSED);
        trap.check_untouched();
    }
}

#[test]
fn schema_locations_includes_and_stylesheets() {
    let (scene, trap) = (Scene::new(), Trap::new());
    let url = trap.url();
    let instance = "http://www.w3.org/2001/XMLSchema-instance";
    for content in [
        format!("<a xmlns:i='{instance}' i:schemaLocation='urn:castile:crm:v1 {url}'/>"),
        format!("<a xmlns:i='{instance}' i:noNamespaceSchemaLocation='{url}'/>"),
        format!("<x:Include xmlns:x='http://www.w3.org/2004/08/xop/include' href='{url}'/>"),
        "<x:Include xmlns:x='http://www.w3.org/2004/08/xop/include' href='cid:own'/>".to_owned(),
        format!("<x:include xmlns:x='http://www.w3.org/2001/XInclude' href='{url}'/>"),
        format!("<?xml-stylesheet href='{url}'?>"),
        format!("<a xml:base='{url}' href='x'/>"),
        format!("<a href='{url}' src='{url}'>{url}</a>"),
    ] {
        scene.check_both(&content, |namespace| envelope(namespace, "", &retrieve(&content)), ANSWERED);
        trap.check_untouched();
    }
    let located = |namespace: &str| {
        let message = envelope(namespace, "", &retrieve(""));
        message.replacen(" xmlns:e", &format!(" xmlns:i='{instance}' i:schemaLocation='u {url}' xmlns:e"), 1)
    };
    scene.check_both("on the envelope", located, ANSWERED);
    trap.check_untouched();
}

#[test]
fn reply_to_and_its_kin() {
    let (scene, trap) = (Scene::new(), Trap::new());
    let url = trap.url();
    let action = format!("<wsa:Action xmlns:wsa='{ADDRESSING}'>urn:castile:crm:v1:addCustomer</wsa:Action>");
    for name in ["ReplyTo", "FaultTo"] {
        let header = format!(
            "{action}<wsa:{name} xmlns:wsa='{ADDRESSING}'><wsa:Address>{url}</wsa:Address></wsa:{name}>"
        );
        let expected = ["500 OnlyAnonymousAddressSupported", "400 Sender"];
        scene.check_both(name, |namespace| envelope(namespace, &header, &add("")), expected);
        trap.check_untouched();
    }
    let action = action.replace("addCustomer", "retrieveCustomer");
    let header = format!(
        "{action}<wsa:From xmlns:wsa='{ADDRESSING}'><wsa:Address>{url}</wsa:Address></wsa:From>\
         <wsa:To xmlns:wsa='{ADDRESSING}'>{url}</wsa:To>"
    );
    scene.check_both("From and To", |namespace| envelope(namespace, &header, &retrieve("")), ANSWERED);
    trap.check_untouched();
}
