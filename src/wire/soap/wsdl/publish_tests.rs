//! What is published says everything that the repository says, and the addresses of the caller's choice.

use super::tree::Node;
use super::{Publication, ServiceDescription, WSDL, XSD, XSD_FILE, strong_etag};

const BASE_URL: &str = "https://crm.example.net/edge";

fn published(base_url: &str) -> String {
    Publication::load().expect("the embedded files").wsdl(base_url)
}

/// The elements below `types`, which differ on purpose, taken off.
fn without_types(mut root: Node) -> Node {
    root.children.retain(|child| child.name != "types");
    root
}

fn locations(document: &str) -> Vec<String> {
    let root = Node::parse(document);
    let addresses = root.walk().into_iter().filter(|node| node.name == "address");
    addresses.map(|node| node.attribute("location").to_owned()).collect()
}

fn clear_locations(root: &mut Node) {
    root.attributes.remove("location");
    root.children.iter_mut().for_each(clear_locations);
}

#[test]
fn the_copy_holds_the_whole_schema_in_place_of_its_import() {
    let root = Node::parse(&published(BASE_URL));
    let types = root.all("types").next().expect("types");
    let schema = Node::parse(XSD);
    assert_eq!(types.children.len(), 1);
    let (inlined, own) = (types.children[0].walk(), schema.walk());
    assert_eq!(inlined.len(), own.len());
    for (left, right) in inlined.iter().zip(own) {
        assert_eq!((&left.namespace, &left.name), (&right.namespace, &right.name));
        assert_eq!((&left.attributes, &left.text), (&right.attributes, &right.text));
    }
}

#[test]
fn the_copy_drops_nothing_of_the_wsdl() {
    let mut copy = without_types(Node::parse(&published(BASE_URL)));
    let mut own = without_types(Node::parse(WSDL));
    clear_locations(&mut copy);
    clear_locations(&mut own);
    assert_eq!(copy, own);
}

#[test]
fn the_copy_reads_as_the_same_description() {
    let copy = published("http://127.0.0.1:8080");
    let start = copy.find("<xs:schema").expect("a schema");
    let end = copy.find("</xs:schema>").expect("its end") + "</xs:schema>".len();
    let again = ServiceDescription::read(&copy, &copy[start..end]).expect("the copy is sound");
    assert_eq!(again, ServiceDescription::load().expect("the embedded files are sound"));
}

#[test]
fn the_copy_points_nowhere_outside() {
    let copy = published(BASE_URL);
    assert!(!copy.contains("schemaLocation"));
    assert!(!copy.contains("127.0.0.1"));
    assert!(!copy.contains("<![CDATA["));
}

#[test]
fn addresses_begin_with_the_base_url() {
    let expected = |base: &str| {
        vec![format!("{base}/services/CRMProcessor"), format!("{base}/services/CRMProcessor/soap12")]
    };
    assert_eq!(locations(&published(BASE_URL)), expected(BASE_URL));
    assert_eq!(locations(&published("http://[::1]:9000/")), expected("http://[::1]:9000"));
}

#[test]
fn a_base_url_cannot_break_out_of_its_attribute() {
    let copy = published("http://x\"/><evil a=\"<&");
    Node::parse(&copy);
    assert!(!copy.contains("<evil"));
}

#[test]
fn the_schema_is_published_under_its_name_alone() {
    let publication = Publication::load().expect("the embedded files");
    assert_eq!(publication.schema(XSD_FILE), Some(XSD));
    assert_eq!(publication.schema("../Cargo.toml"), None);
    assert_eq!(publication.schema(""), None);
    assert!(!XSD.contains("schemaLocation"));
}

/// Replaces the first of `from` in the WSDL and expects a refusal.
fn check_refused(from: &str, to: &str) {
    assert!(WSDL.contains(from), "nothing to replace: {from}");
    assert!(Publication::of(&WSDL.replacen(from, to, 1), XSD).is_err(), "{to}");
}

#[test]
fn what_the_copy_could_not_carry_over_is_refused() {
    check_refused("<xs:import ", "<xs:element name=\"lost\"/><xs:import ");
    let start = WSDL.find("<xs:schema>").expect("a schema");
    let end = WSDL.find("</xs:schema>").expect("its end") + "</xs:schema>".len();
    check_refused(&WSDL[start..end], "");
    check_refused("services/CRMProcessor\"/>", "services/CRMProcessor\"></soap:address>");
    check_refused("location=\"http://127.0.0.1:8080/services/CRMProcessor\"", "location=\"nowhere\"");
}

#[test]
fn an_entity_tag_is_strong_and_follows_every_byte() {
    let tag = strong_etag(b"one");
    assert_eq!(tag.len(), 34);
    assert!(tag.starts_with('"') && tag.ends_with('"'));
    assert_eq!(tag, strong_etag(b"one"));
    assert_ne!(tag, strong_etag(b"onf"));
}
