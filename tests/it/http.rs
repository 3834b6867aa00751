//! HTTP at the edge: methods, paths, the published documents, proxies; in the folder framing, content codings, deadlines
//! and limits, over sockets of the running program.
//!
//! Deliberately absent: what messages mean.

mod coding;
mod deadlines;
mod framing;
mod limits;

use castile::wire::xml::{Document, Limits};

use super::support::{Answer, Server, castile, fault, soap};

struct Scene {
    server: Server,
    folder: tempfile::TempDir,
}

impl Scene {
    fn new(variables: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = castile::<&str>(folder.path(), &[]);
        command.envs(variables.iter().copied()).args(["--listen", "127.0.0.1:0"]);
        Scene { server: Server::spawn(&mut command), folder }
    }

    fn get(&self, target: &str, headers: &[(&str, &str)]) -> Answer {
        self.server.client().exchange("GET", target, headers, "")
    }

    #[track_caller]
    fn check(&self, method: &str, target: &str, expected: &str, allow: Option<&str>) {
        let mut client = self.server.client();
        let answer = client.exchange(method, target, &[("Content-Type", "text/xml")], "");
        let found = if method == "HEAD" { answer.status.to_string() } else { fault::summary(&answer) };
        assert_eq!(found, expected, "{method} {target}: {}", answer.body);
        assert_eq!(answer.header("allow"), allow, "{method} {target}");
        assert_eq!(answer.header("x-request-id").map(str::len), Some(32), "{method} {target}");
        // The connection goes on, and so does the server.
        let retrieve = soap::envelope(&soap::retrieve("<CustomerID>1</CustomerID>"));
        assert_eq!(fault::summary(&client.post(&retrieve)), "500 Client CUSTOMER_NOT_FOUND");
    }

    fn end(self) {
        self.server.stop();
        drop(self.folder);
    }
}

/// The addresses that a WSDL names, by port.
fn addresses(wsdl: &str) -> Vec<String> {
    let document = Document::parse(wsdl.as_bytes(), &Limits::default()).unwrap();
    let service = document.root().children().find(|child| child.local() == "service").unwrap();
    let ports = service.children().filter(|child| child.local() == "port");
    let location = |port: castile::wire::xml::Element<'_>| {
        port.children().find_map(|child| child.attribute("location").map(|location| location.into_owned()))
    };
    ports.filter_map(location).collect()
}

#[test]
fn methods_and_paths_have_their_statuses() {
    let scene = Scene::new(&[]);
    let service = soap::PATH;
    for path in [service, "/services/CRMProcessor/soap12"] {
        scene.check("GET", path, "405 problem", Some("POST"));
        scene.check("HEAD", path, "405", Some("POST"));
        for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"] {
            scene.check(method, path, "405 problem", Some("GET, HEAD, POST"));
        }
        scene.check("GET", &format!("{path}?other"), "405 problem", Some("POST"));
        scene.check("GET", &format!("{path}?x=1&wsdl"), "405 problem", Some("POST"));
        scene.check("GET", &format!("{path}?xsd=none.xsd"), "404 problem", None);
        scene.check("GET", &format!("{path}?xsd=../Cargo.toml"), "404 problem", None);
        scene.check("GET", &format!("{path}?xsd"), "404 problem", None);
    }
    for path in [
        "/",
        "/services/Other",
        "/services/CRMProcessor/",
        "/services/crmprocessor",
        "/wsdl",
        "/services/../services",
    ] {
        scene.check("GET", path, "404 problem", None);
        scene.check("POST", path, "404 problem", None);
    }
    scene.check("GET", "/services", "200", None);
    scene.check("GET", "/services/", "200", None);
    scene.check("HEAD", "/services", "200", None);
    scene.check("POST", "/services", "405 problem", Some("GET, HEAD"));
    scene.check("DELETE", "/services", "405 problem", Some("GET, HEAD"));
    scene.end();
}

#[test]
fn the_wsdl_is_found_however_it_is_asked_for() {
    let scene = Scene::new(&[]);
    let wsdl = scene.get(&format!("{}?wsdl", soap::PATH), &[]);
    assert_eq!(wsdl.status, 200);
    assert_eq!(wsdl.header("content-type"), Some("text/xml; charset=utf-8"));
    for query in ["WSDL", "Wsdl", "wsdl=", "singleWsdl", "singlewsdl", "wsdl&x=1", "wsdl=1"] {
        for path in [soap::PATH, "/services/CRMProcessor/soap12"] {
            let answer = scene.get(&format!("{path}?{query}"), &[]);
            assert_eq!((answer.status, &answer.body), (200, &wsdl.body), "{path}?{query}");
        }
    }
    let head = scene.server.client().exchange("HEAD", &format!("{}?wsdl", soap::PATH), &[], "");
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    for name in ["content-type", "content-length", "etag"] {
        assert_eq!(head.header(name), wsdl.header(name), "{name}");
    }
    assert!(!wsdl.body.contains("schemaLocation"), "the schema is not inlined");
    scene.end();
}

#[test]
fn documents_have_strong_etags_that_are_heeded() {
    let scene = Scene::new(&[]);
    for target in [
        format!("{}?wsdl", soap::PATH),
        format!("{}?xsd=CRMProcessor.xsd", soap::PATH),
        "/services".to_owned(),
    ] {
        let whole = scene.get(&target, &[]);
        let etag = whole.header("etag").unwrap().to_owned();
        assert!(etag.starts_with('"') && etag.ends_with('"'), "{etag}");
        assert_eq!(whole.header("cache-control"), Some("no-cache"));
        for known in [etag.clone(), format!("\"other\", {etag}"), format!("W/{etag}"), "*".to_owned()] {
            let answer = scene.get(&target, &[("If-None-Match", &known)]);
            assert_eq!((answer.status, answer.body.as_str()), (304, ""), "{target} {known}");
            assert_eq!(answer.header("etag"), Some(etag.as_str()));
        }
        let answer = scene.get(&target, &[("If-None-Match", "\"other\"")]);
        assert_eq!((answer.status, &answer.body), (200, &whole.body));
        assert_eq!(scene.get(&target, &[]).header("etag"), Some(etag.as_str()), "the ETag is stable");
    }
    let other = scene.get(&format!("{}?wsdl", soap::PATH), &[("Host", "crm.example.com")]);
    let first = scene.get(&format!("{}?wsdl", soap::PATH), &[]);
    assert_ne!(other.header("etag"), first.header("etag"), "another address is another document");
    scene.end();
}

#[test]
fn the_schema_is_the_one_in_the_repository() {
    let scene = Scene::new(&[]);
    let answer = scene.get(&format!("{}?xsd=CRMProcessor.xsd", soap::PATH), &[]);
    assert_eq!(answer.body, include_str!("../../xsd/CRMProcessor.xsd"));
    assert_eq!(answer.header("content-type"), Some("text/xml; charset=utf-8"));
    scene.end();
}

#[test]
fn the_list_of_services_names_addresses_and_operations() {
    let scene = Scene::new(&[]);
    let list = scene.get("/services", &[("Host", "crm.example.com")]);
    assert_eq!(list.header("content-type"), Some("text/html; charset=utf-8"));
    for part in [
        "http://crm.example.com/services/CRMProcessor?wsdl",
        "/services/CRMProcessor/soap12",
        "retrieveCustomer",
    ] {
        assert!(list.body.contains(part), "{part}: {}", list.body);
    }
    scene.end();
}

/// `Vary` names what the text depends on, beside the coding.
#[track_caller]
fn check_varies(variables: &[(&str, &str)], expected: Option<&str>) {
    let scene = Scene::new(variables);
    let wsdl = scene.get(&format!("{}?wsdl", soap::PATH), &[]);
    let mut varies = wsdl.headers.iter().filter(|(name, _)| name == "vary").map(|(_, value)| value.as_str());
    assert_eq!(varies.find(|value| *value != "Accept-Encoding"), expected);
    scene.end();
}

#[test]
fn documents_vary_by_what_their_addresses_come_from() {
    let forwarded = "Host, X-Forwarded-Proto, X-Forwarded-Host, X-Forwarded-Port, X-Forwarded-Prefix";
    check_varies(&[], Some("Host"));
    check_varies(&[("CASTILE_TRUSTED_PROXIES", "[\"127.0.0.1\"]")], Some(forwarded));
    check_varies(&[("CASTILE_PUBLIC_URL", "https://crm.example.org")], None);
}

/// The base URL that the WSDL names for a request with these headers.
#[track_caller]
fn check_base(scene: &Scene, headers: &[(&str, &str)], base: &str) {
    let wsdl = scene.get(&format!("{}?wsdl", soap::PATH), headers);
    let expected = [soap::PATH, "/services/CRMProcessor/soap12"].map(|path| format!("{base}{path}"));
    assert_eq!(addresses(&wsdl.body), expected, "{headers:?}");
}

const FORWARDED: &[(&str, &str)] = &[
    ("Host", "inner:1"),
    ("X-Forwarded-Proto", "https"),
    ("X-Forwarded-Host", "crm.example.com"),
    ("X-Forwarded-Port", "8443"),
    ("X-Forwarded-Prefix", "/gateway/"),
];

#[test]
fn addresses_are_those_of_the_host_that_the_caller_used() {
    let scene = Scene::new(&[]);
    check_base(&scene, &[("Host", "crm.example.com")], "http://crm.example.com");
    check_base(&scene, &[("Host", "localhost:8080")], "http://localhost:8080");
    check_base(&scene, &[("Host", "[::1]:8080")], "http://[::1]:8080");
    for no_host in ["evil\"/><x", ":8080", "a:b:c", "[::1", ""] {
        check_base(&scene, &[("Host", no_host)], &format!("http://{}", scene.server.address()));
    }
    check_base(&scene, FORWARDED, "http://inner:1");
    scene.end();
}

/// A caller that names no host is told an address that can be called, not the one that stands for all.
#[test]
fn an_address_for_all_is_never_published() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = castile::<&str>(folder.path(), &["--listen", "0.0.0.0:0"]);
    let server = Server::spawn(command.env("CASTILE_ALLOW_INSECURE_LISTEN", "true"));
    let port = server.address().rsplit(':').next().unwrap().to_owned();
    let mut client = server.client();
    client.send(format!("GET {}?wsdl HTTP/1.0\r\n\r\n", soap::PATH).as_bytes()).unwrap();
    let wsdl = client.receive().unwrap().body;
    assert_eq!(addresses(&wsdl)[0], format!("http://127.0.0.1:{port}{}", soap::PATH));
    assert!(!wsdl.contains("0.0.0.0"));
    drop(client);
    server.stop();
}

#[test]
fn forwarded_headers_are_believed_from_trusted_proxies_only() {
    let trusting = Scene::new(&[("CASTILE_TRUSTED_PROXIES", "[\"127.0.0.0/8\"]")]);
    check_base(&trusting, FORWARDED, "https://crm.example.com:8443/gateway");
    check_base(&trusting, &FORWARDED[..3], "https://crm.example.com");
    let listed = [("X-Forwarded-Proto", "https, http"), ("X-Forwarded-Host", "outer.example, inner.example")];
    check_base(&trusting, &listed, "https://outer.example");
    let wrong = [
        ("Host", "inner:1"),
        ("X-Forwarded-Proto", "ftp"),
        ("X-Forwarded-Host", "a b"),
        ("X-Forwarded-Port", "many"),
        ("X-Forwarded-Prefix", "//evil.example"),
    ];
    check_base(&trusting, &wrong, "http://inner:1");
    trusting.end();
    let elsewhere = Scene::new(&[("CASTILE_TRUSTED_PROXIES", "[\"10.0.0.0/8\"]")]);
    check_base(&elsewhere, FORWARDED, "http://inner:1");
    elsewhere.end();
}

#[test]
fn a_configured_public_url_wins() {
    let variables = [
        ("CASTILE_PUBLIC_URL", "https://crm.example.org/base"),
        ("CASTILE_TRUSTED_PROXIES", "[\"127.0.0.1\"]"),
    ];
    let scene = Scene::new(&variables);
    check_base(&scene, FORWARDED, "https://crm.example.org/base");
    scene.end();
}
