//! Bad input over the running server: what is answered, and that nothing comes of it.
//!
//! A row is bytes and the refusal they get, in the one line of [`fault::summary`]. After each row a good request is
//! answered as ever, and the customer that the row would have added is not there.

use super::support::{Answer, Client, Server, castile, fault, soap};

const SOAP_11: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const SOAP_12: &str = "http://www.w3.org/2003/05/soap-envelope";
const TYPE_11: (&str, &str) = ("Content-Type", "text/xml; charset=utf-8");
const TYPE_12: (&str, &str) = ("Content-Type", "application/soap+xml; charset=utf-8");

/// Limits so low that going over them is quick.
const LIMITS: &[(&str, &str)] = &[
    ("CASTILE_LIMITS__MESSAGE_BYTES_MAX", "20000"),
    ("CASTILE_LIMITS__DEPTH_MAX", "12"),
    ("CASTILE_LIMITS__CHILDREN_MAX", "30"),
    ("CASTILE_LIMITS__ATTRIBUTES_MAX", "8"),
    ("CASTILE_LIMITS__ATTRIBUTE_VALUE_BYTES_MAX", "300"),
    ("CASTILE_LIMITS__NAME_BYTES_MAX", "60"),
    ("CASTILE_LIMITS__ELEMENTS_MAX", "80"),
];

/// A server that holds one customer, with the id 1.
struct Scene {
    server: Server,
    folder: tempfile::TempDir,
    known: String,
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut command = castile::<&str>(folder.path(), &[]);
        command.envs(LIMITS.iter().copied()).args(["--listen", "127.0.0.1:0"]);
        let server = Server::spawn(&mut command);
        let mut client = server.client();
        let known = soap::customer("addCustomer", &soap::name("Ada", "Known"));
        assert_eq!(client.post(&soap::envelope(&known)).text("CustomerID"), "1");
        let known = retrieve_known(&mut client);
        Scene { server, folder, known }
    }

    /// Sends the bytes on a connection of their own and compares the refusal.
    #[track_caller]
    fn check(&self, name: &str, headers: &[(&str, &str)], body: impl AsRef<[u8]>, expected: &str) -> Answer {
        let answer = self.server.client().exchange("POST", soap::PATH, headers, body);
        self.compare(name, &answer, expected);
        answer
    }

    #[track_caller]
    fn compare(&self, name: &str, answer: &Answer, expected: &str) {
        assert_eq!(fault::summary(answer), expected, "{name}: {}", answer.body);
        let mut client = self.server.client();
        assert_eq!(retrieve_known(&mut client), self.known, "after {name}");
        let stored = client.post(&soap::envelope(&soap::retrieve(&soap::key("XSTORE_ID", "row"))));
        assert_eq!(fault::summary(&stored), "500 Client CUSTOMER_NOT_FOUND", "after {name}: {}", stored.body);
    }

    /// The same request element in both versions.
    #[track_caller]
    fn check_both(&self, name: &str, element: &str, expected_11: &str, expected_12: &str) {
        self.check(name, &[TYPE_11], lines(SOAP_11, "", element), expected_11);
        self.check(name, &[TYPE_12], lines(SOAP_12, "", element), expected_12);
    }

    /// Nothing but the known customer was stored, and the server ends as it should.
    fn end(self) {
        let mut client = self.server.client();
        for id in 2..100 {
            let answer =
                client.post(&soap::envelope(&soap::retrieve(&format!("<CustomerID>{id}</CustomerID>"))));
            assert_eq!(fault::summary(&answer), "500 Client CUSTOMER_NOT_FOUND");
        }
        drop(client);
        self.server.stop();
        drop(self.folder);
    }
}

fn retrieve_known(client: &mut Client) -> String {
    let answer = client.post(&soap::envelope(&soap::retrieve("<CustomerID>1</CustomerID>")));
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.body
}

/// An envelope over five lines; the request element starts at line 4, column 3.
fn lines(namespace: &str, header: &str, element: &str) -> String {
    let header = if header.is_empty() { String::new() } else { format!("<e:Header>{header}</e:Header>") };
    format!("<e:Envelope xmlns:e=\"{namespace}\">{header}\n <e:Body>\n\n  {element}\n </e:Body></e:Envelope>")
}

/// An add of a customer that would be found by the key `row`.
fn add(content: &str) -> String {
    soap::customer("addCustomer", &format!("{}{content}", soap::key("XSTORE_ID", "row")))
}

fn retrieve_1() -> String {
    soap::retrieve("<CustomerID>1</CustomerID>")
}

/// A message with a `§` where the error is; without it, and the place as `LINE:COLUMN`.
fn marked(message: &str) -> (String, String) {
    let (before, after) = message.split_once('§').expect("a place is marked");
    let line = before.split('\n').count();
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (format!("{before}{after}"), format!("{line}:{column}"))
}

#[test]
fn what_is_not_well_formed_is_told_with_its_place() {
    let scene = Scene::new();
    // Inside a Customer that would be added.
    let content = [
        ("a wrong end tag", "<City>§</Town>"),
        ("an end tag too many", "<City/></Customer></addCustomer></e:Body></e:Envelope>§</Town>"),
        ("an undeclared prefix", "<§no:City/>"),
        ("an undeclared prefix of an attribute", "<City §no:a='1'/>"),
        ("an attribute twice", "§<City a='1' a='2'/>"),
        ("an attribute twice by namespace", "§<City xmlns:p='u' xmlns:q='u' p:a='1' q:a='2'/>"),
        ("an attribute without quotes", "<City a=§1/>"),
        ("`<` in an attribute", "<City a='§<'/>"),
        ("a control character", "<City>§\u{1}</City>"),
        ("a reference to a control character", "<City>§&#1;</City>"),
        ("an entity of its own", "<City>§&town;</City>"),
        ("a bare ampersand", "<City>a §& b</City>"),
        ("`]]>` in text", "<City>a§]]>b</City>"),
        ("`--` in a comment", "§<!-- a -- b -->"),
        ("a bad name", "<§1City/>"),
        ("a processing instruction called xml", "§<?XML a?>"),
        ("an open tag at the end", "§<City"),
        ("an element in two lines", "\n <City\n  a='1'\n b=§2/>"),
    ];
    for (name, content) in content {
        let cut = name == "an open tag at the end";
        check_place(&scene, name, &lines(SOAP_11, "", &add(content)), cut);
    }
    let good = lines(SOAP_11, "", &add(""));
    check_place(&scene, "two roots", &format!("{good}§<more/>"), false);
    check_place(&scene, "text behind the root", &format!("{good}\n §more"), false);
    check_place(&scene, "text before the root", &format!("§more{good}"), false);
    check_place(&scene, "a late XML declaration", &format!("\n§<?xml version='1.0'?>{good}"), false);
    check_place(&scene, "nothing", "§", false);
    check_place(&scene, "no markup", "§hello", false);
    scene.end();
}

/// In both versions; `cut` leaves out everything behind the marked tag.
#[track_caller]
fn check_place(scene: &Scene, name: &str, message: &str, cut: bool) {
    for (namespace, content_type, code) in [(SOAP_11, TYPE_11, "Client"), (SOAP_12, TYPE_12, "Sender")] {
        let (mut message, place) = marked(&message.replace(SOAP_11, namespace));
        if cut {
            message.truncate(message.find("<City").unwrap() + "<City".len());
        }
        scene.check(name, &[content_type], message, &format!("400 {code} MALFORMED_MESSAGE {place}"));
    }
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    let scene = Scene::new();
    let with = |bytes: &[u8]| {
        let message = lines(SOAP_11, "", &add("<City>@</City>"));
        let (before, after) = message.split_once('@').unwrap();
        [before.as_bytes(), bytes, after.as_bytes()].concat()
    };
    let place = marked(&lines(SOAP_11, "", &add("<City>§</City>"))).1;
    let expected = format!("400 Client MALFORMED_MESSAGE {place}");
    for bytes in [&b"\xff"[..], b"\xc0\x80", b"\xed\xa0\x80", b"\xf5\x80\x80\x80", b"\0"] {
        scene.check("no UTF-8", &[TYPE_11], with(bytes), &expected);
    }
    let declared =
        lines(SOAP_11, "", &add("")).replacen('<', "<?xml version='1.0' encoding='ISO-8859-1'?><", 1);
    let untold = ("Content-Type", "text/xml");
    scene.check("another encoding", &[untold], declared, "415 Client MALFORMED_MESSAGE");
    let utf_16: Vec<u8> =
        lines(SOAP_11, "", &retrieve_1()).encode_utf16().flat_map(u16::to_be_bytes).collect();
    scene.check("UTF-16 with a mark", &[untold], [&b"\xfe\xff"[..], &utf_16].concat(), "200");
    scene.end();
}

#[test]
fn a_document_type_is_always_refused() {
    let scene = Scene::new();
    let types = [
        "<!DOCTYPE Envelope>",
        "<!DOCTYPE e:Envelope SYSTEM \"http://127.0.0.1:1/own.dtd\">",
        "<!DOCTYPE e [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>",
        "<!DOCTYPE e [<!ENTITY file SYSTEM \"file:///etc/hostname\">]>",
    ];
    for document_type in types {
        let message = |namespace| format!("\n {document_type}{}", lines(namespace, "", &add("")));
        scene.check(document_type, &[TYPE_11], message(SOAP_11), "500 Client MALFORMED_MESSAGE 2:2");
        scene.check(document_type, &[TYPE_12], message(SOAP_12), "400 Sender MALFORMED_MESSAGE 2:2");
    }
    scene.end();
}

#[test]
fn structural_limits_are_refused_by_name() {
    let scene = Scene::new();
    let deep = format!("{}§<a>", "<a>".repeat(8)) + &"</a>".repeat(9);
    let rows = [
        ("depth_max of 12", deep),
        ("children_max of 30", format!("{}§<a/>", "<a/>".repeat(29))),
        ("attributes_max of 8", format!("<a {} §i=''/>", "a='' b='' c='' d='' e='' f='' g='' h=''")),
        ("attribute_value_bytes_max of 300", format!("<a b='§{}'/>", "c".repeat(301))),
        ("name_bytes_max of 60", format!("<§{}/>", "n".repeat(61))),
        ("name_bytes_max of 60", format!("<a §{}='1'/>", "n".repeat(61))),
        ("elements_max of 80", format!("{}<a>{}§<a/></a>", "<a><b/><c/></a>".repeat(24), "<a/>")),
    ];
    for (limit, content) in rows {
        for (namespace, content_type, expected) in
            [(SOAP_11, TYPE_11, "500 Client"), (SOAP_12, TYPE_12, "400 Sender")]
        {
            let (message, place) = marked(&lines(namespace, "", &add(&content)));
            let expected = format!("{expected} MALFORMED_MESSAGE {place}");
            let answer = scene.check(limit, &[content_type], message, &expected);
            assert!(answer.body.contains(limit), "{limit}: {}", answer.body);
        }
    }
    scene.end();
}

#[test]
fn too_many_bytes_are_413_in_the_callers_version() {
    let scene = Scene::new();
    let large = lines(SOAP_11, "", &add(&format!("<!--{}-->", "x".repeat(20_000))));
    for (content_type, expected) in
        [(TYPE_11, "413 Client MESSAGE_TOO_LARGE"), (TYPE_12, "413 Sender MESSAGE_TOO_LARGE")]
    {
        scene.check("declared", &[content_type], &large, expected);
        let (name, value) = content_type;
        let mut client = scene.server.client();
        let head = format!(
            "POST {} HTTP/1.1\r\nHost: x\r\n{name}: {value}\r\nTransfer-Encoding: chunked\r\n\r\n",
            soap::PATH
        );
        client.send(head.as_bytes()).unwrap();
        client.send(format!("{:x}\r\n{large}\r\n0\r\n\r\n", large.len()).as_bytes()).unwrap();
        let answer = client.receive().unwrap();
        scene.compare("by chunks", &answer, expected);
    }
    scene.end();
}

const INDIVIDUAL: &str = "Customer/EntityInformation/Individual";

fn individual(content: &str) -> String {
    format!("<EntityInformation><Individual>{content}</Individual></EntityInformation>")
}

fn point(kind: &str, attributes: &str, content: &str) -> String {
    individual(&format!("<ContactInformation><{kind} {attributes}>{content}</{kind}></ContactInformation>"))
}

#[test]
fn values_of_the_wrong_kind_are_refused_with_code_and_field() {
    let scene = Scene::new();
    let contact = format!("{INDIVIDUAL}/ContactInformation");
    let socio = |name: &str, value: &str| {
        individual(&format!("<SocioEconomicProfile><{name}>{value}</{name}></SocioEconomicProfile>"))
    };
    let personal = |name: &str, value: &str| {
        individual(&format!("<PersonalSummary><{name}>{value}</{name}></PersonalSummary>"))
    };
    let preference = |attributes: &str| {
        format!("<PersonalPreferences><ContactPreference {attributes}/></PersonalPreferences>")
    };
    let note = |attributes: &str| {
        format!("<CustomerNotes><CustomerNote {attributes}>n</CustomerNote></CustomerNotes>")
    };
    let (date, value, size) = ("INVALID_DATE_FORMAT", "INVALID_ATTRIBUTE_VALUE", "ATTRIBUTE_VALUE_TOO_LARGE");
    let long = |name: &str, max: usize| format!("<{name}>{}</{name}>", "\u{e9}".repeat(max + 1));
    let rows: Vec<(&str, String, String)> = vec![
        (date, "<SignupDate>31.12.2023</SignupDate>".into(), "Customer/SignupDate".into()),
        (date, "<LastUpdateInfo><UpdateDate>2024-02-30</UpdateDate></LastUpdateInfo>".into(), "Customer/LastUpdateInfo/UpdateDate".into()),
        (date, note("createDate='now'"), "Customer/CustomerNotes/CustomerNote[1]/@createDate".into()),
        (value, "<Prospect>maybe</Prospect>".into(), "Customer/Prospect".into()),
        (value, personal("Rent", "2"), format!("{INDIVIDUAL}/PersonalSummary/Rent")),
        (value, point("Address", "PrimaryFlag='x'", "<City>a</City>"), format!("{contact}/Address[1]/@PrimaryFlag")),
        (value, point("EMail", "ValidFlag='x'", "<EMailAddress>a@b.cd</EMailAddress>"), format!("{contact}/EMail[1]/@ValidFlag")),
        (value, point("Telephone", "UpdateType='Sometimes'", "<PhoneNumber>1</PhoneNumber>"), format!("{contact}/Telephone[1]/@UpdateType")),
        (value, socio("HighestEducationalLevelName", "DOCTOR"), format!("{INDIVIDUAL}/SocioEconomicProfile/HighestEducationalLevelName")),
        (value, socio("AnnualIncomeAmount", "100000001"), format!("{INDIVIDUAL}/SocioEconomicProfile/AnnualIncomeAmount")),
        (value, socio("NetWorth", "1e6"), format!("{INDIVIDUAL}/SocioEconomicProfile/NetWorth")),
        (value, preference("ContactType='Pigeon' Permission='true'"), "Customer/PersonalPreferences/ContactPreference[1]/@ContactType".into()),
        (value, preference("ContactType='Fax' SubTypeCode='HOME' Permission='true'"), "Customer/PersonalPreferences/ContactPreference[1]/@SubTypeCode".into()),
        (value, preference("ContactType='Fax' SubTypeCode='FAX'"), "Customer/PersonalPreferences/ContactPreference[1]/@Permission".into()),
        (value, note("action='RENAME'"), "Customer/CustomerNotes/CustomerNote[1]/@action".into()),
        (value, note("sequence='0'"), "Customer/CustomerNotes/CustomerNote[1]/@sequence".into()),
        (value, note("privateFlag='perhaps'"), "Customer/CustomerNotes/CustomerNote[1]/@privateFlag".into()),
        (value, "<AlternateKey TypeCode='EMAIL' UpdateType='Never'><AlternateID>a</AlternateID></AlternateKey>".into(), "Customer/AlternateKey[2]/@UpdateType".into()),
        (value, soap::key("NOSUCH", "1"), "Customer/AlternateKey[2]/@TypeCode".into()),
        ("NAME_POSITION_INVALID", individual("<Name><Name Location='Front'>a</Name></Name>"), format!("{INDIVIDUAL}/Name/Name[1]/@Location")),
        ("NAME_POSITION_INVALID", individual("<Name><Name>a</Name></Name>"), format!("{INDIVIDUAL}/Name/Name[1]/@Location")),
        ("ALTERNATE_KEY_TYPECODE_UNSPECIFIED", "<AlternateKey><AlternateID>1</AlternateID></AlternateKey>".into(), "Customer/AlternateKey[2]/@TypeCode".into()),
        ("ALTERNATE_KEY_VALUE_UNSPECIFIED", "<AlternateKey TypeCode='EMAIL'/>".into(), "Customer/AlternateKey[2]/AlternateID".into()),
        ("CUSTOMER_NOTE_EMPTY", "<CustomerNotes><CustomerNote type='VISIT'/></CustomerNotes>".into(), "Customer/CustomerNotes/CustomerNote[1]".into()),
        ("UNKNOWN_ATTRIBUTE_TYPE", "<CustomAttribute name='None'><AttributeValue>1</AttributeValue></CustomAttribute>".into(), "Customer/CustomAttribute[1]/@name".into()),
        ("UNKNOWN_ATTRIBUTE_TYPE", "<CustomAttribute><AttributeValue>1</AttributeValue></CustomAttribute>".into(), "Customer/CustomAttribute[1]/@name".into()),
        ("VALUE_NOT_IN_ENUMERATED_ATTRIBUTE_TYPE_VALUES", "<CustomAttribute name='Service Tier'><AttributeValue>x</AttributeValue></CustomAttribute>".into(), "Customer/CustomAttribute[1]/AttributeValue[1]".into()),
        ("MULTIPLE_VALUES_ON_UNIQUE_ATTRIBUTE_TYPE", "<CustomAttribute name='Service Tier'><AttributeValue>Plus</AttributeValue><AttributeValue>Basic</AttributeValue></CustomAttribute>".into(), "Customer/CustomAttribute[1]".into()),
        (value, "<CustomAttribute name='Household Size'><AttributeValue>two</AttributeValue></CustomAttribute>".into(), "Customer/CustomAttribute[1]/AttributeValue[1]".into()),
        (size, long("OrgName", 120), "Customer/OrgName".into()),
        (size, long("EmployeeID", 60), "Customer/EmployeeID".into()),
        (size, long("Source", 250), "Customer/Source".into()),
        (size, long("CustomerID", 60), "Customer/CustomerID".into()),
        (size, point("Address", "", &long("AddressLine4", 254)), format!("{contact}/Address[1]/AddressLine4")),
        (size, point("Address", "", &long("PostalCode", 20)), format!("{contact}/Address[1]/PostalCode")),
        (size, point("Telephone", "", &long("PhoneNumber", 30)), format!("{contact}/Telephone[1]/PhoneNumber")),
        (size, socio("HighestEducationalLevelName", "SECONDARIES"), format!("{INDIVIDUAL}/SocioEconomicProfile/HighestEducationalLevelName")),
        (size, point("EMail", &format!("Label='{}'", "l".repeat(61)), "<EMailAddress>a@b.cd</EMailAddress>"), format!("{contact}/EMail[1]/@Label")),
        (size, format!("<CustomerNotes><CustomerNote>{}</CustomerNote></CustomerNotes>", "n".repeat(4_001)), "Customer/CustomerNotes/CustomerNote[1]".into()),
    ];
    for (code, content, field) in rows {
        let expected = [format!("500 Client {code} {field}"), format!("400 Sender {code} {field}")];
        scene.check_both(&field, &add(&content), &expected[0], &expected[1]);
    }
    scene.end();
}

#[test]
fn retrieve_customer_refuses_bad_identifiers() {
    let scene = Scene::new();
    let key = "<AlternateKey TypeCode='EMAIL'/>";
    let rows = [
        ("", "CUSTOMER_NOT_FOUND"),
        ("<CustomerID/>", "CUSTOMER_NOT_FOUND"),
        ("<CustomerID>one</CustomerID>", "CUSTOMER_NOT_FOUND"),
        ("<CustomerID>99999999999999999999</CustomerID>", "CUSTOMER_NOT_FOUND"),
        ("<CardNumber>4000123412341234</CardNumber>", "CUSTOMER_NOT_FOUND"),
        (key, "ALTERNATE_KEY_VALUE_UNSPECIFIED AlternateKey[1]/AlternateID"),
        (
            "<AlternateKey><AlternateID>1</AlternateID></AlternateKey>",
            "ALTERNATE_KEY_TYPECODE_UNSPECIFIED AlternateKey[1]/@TypeCode",
        ),
    ];
    for (identifier, expected) in rows {
        let element = soap::retrieve(identifier);
        scene.check_both(
            identifier,
            &element,
            &format!("500 Client {expected}"),
            &format!("400 Sender {expected}"),
        );
    }
    let flag = soap::retrieve(key).replace(">true<", ">all<");
    let expected = "INVALID_ATTRIBUTE_VALUE IncludeInactive";
    scene.check_both("flag", &flag, &format!("500 Client {expected}"), &format!("400 Sender {expected}"));
    scene.end();
}

#[test]
fn bodies_that_name_no_operation_are_refused() {
    let scene = Scene::new();
    let twice = format!("{}{}", add(""), add(""));
    let rows = [
        (
            "an empty Body",
            String::new(),
            "500 Client UNKNOWN_OPERATION",
            "400 Sender ProcedureNotPresent UNKNOWN_OPERATION",
        ),
        (
            "an unknown operation",
            format!("<eraseCustomer xmlns='{}'/>", soap::NAMESPACE),
            "500 Client UNKNOWN_OPERATION 4:3",
            "400 Sender ProcedureNotPresent UNKNOWN_OPERATION 4:3",
        ),
        (
            "an operation of another namespace",
            add("").replace(soap::NAMESPACE, "urn:other"),
            "500 Client UNKNOWN_OPERATION 4:3",
            "400 Sender ProcedureNotPresent UNKNOWN_OPERATION 4:3",
        ),
        (
            "an answer",
            "<addCustomerResponse/>".to_owned(),
            "500 Client UNKNOWN_OPERATION 4:3",
            "400 Sender ProcedureNotPresent UNKNOWN_OPERATION 4:3",
        ),
        ("two requests", twice, "500 Client MALFORMED_MESSAGE 2:2", "400 Sender MALFORMED_MESSAGE 2:2"),
    ];
    for (name, body, expected_11, expected_12) in rows {
        scene.check_both(name, &body, expected_11, expected_12);
    }
    scene.check_both("no namespace at all", &retrieve_1().replace(soap::NAMESPACE, ""), "200", "200");
    scene.end();
}

#[test]
fn envelopes_out_of_order_are_refused() {
    let scene = Scene::new();
    let rows = [
        ("no Body", "<e:Envelope xmlns:e='@'><e:Header/></e:Envelope>", "1:1"),
        ("a Body of no namespace", "<e:Envelope xmlns:e='@'>\n<Body/></e:Envelope>", "2:1"),
        ("a Header behind the Body", "<e:Envelope xmlns:e='@'><e:Body/>\n<e:Header/></e:Envelope>", "2:1"),
        ("something behind the Body", "<e:Envelope xmlns:e='@'><e:Body/>\n<more/></e:Envelope>", "2:1"),
        ("something before the Body", "<e:Envelope xmlns:e='@'>\n<more/><e:Body/></e:Envelope>", "2:1"),
    ];
    for (name, message, place) in rows {
        let expected = [
            format!("500 Client MALFORMED_MESSAGE {place}"),
            format!("400 Sender MALFORMED_MESSAGE {place}"),
        ];
        scene.check(name, &[TYPE_11], message.replace('@', SOAP_11), &expected[0]);
        scene.check(name, &[TYPE_12], message.replace('@', SOAP_12), &expected[1]);
    }
    let attribute = lines(SOAP_12, "", &add("")).replacen("<e:Envelope", "<e:Envelope own='1'", 1);
    scene.check("B15", &[TYPE_12], attribute, "400 Sender MALFORMED_MESSAGE 1:1");
    let style = "e:encodingStyle=\"urn:of:our:own\"";
    let on_child = |namespace: &str| {
        lines(namespace, "", &add("")).replace("<addCustomer ", &format!("<addCustomer {style} "))
    };
    scene.check("B17", &[TYPE_12], on_child(SOAP_12), "500 DataEncodingUnknown MALFORMED_MESSAGE");
    let on_body = lines(SOAP_12, "", &add("")).replace("<e:Body>", &format!("<e:Body {style}>"));
    scene.check("B16", &[TYPE_12], on_body, "400 Sender MALFORMED_MESSAGE 2:2");
    scene.end();
}

#[test]
fn another_envelope_is_a_version_mismatch_with_upgrade() {
    let scene = Scene::new();
    for root in ["urn:soap:9", "http://www.w3.org/2001/12/soap-envelope"] {
        for content_type in [TYPE_11, TYPE_12] {
            let answer = scene.check(root, &[content_type], lines(root, "", &add("")), "500 VersionMismatch");
            assert!(answer.header("content-type").is_some_and(|sent| content_type.1 == sent), "{answer:?}");
            let (first, second) = (
                answer
                    .body
                    .find(&format!("=\"{SOAP_12}\"><"))
                    .or_else(|| answer.body.find(&format!("xmlns:ns=\"{SOAP_12}\""))),
                answer.body.find(&format!("xmlns:ns=\"{SOAP_11}\"")),
            );
            assert!(answer.body.contains("Upgrade") && first.is_some() && first < second, "{}", answer.body);
        }
    }
    scene.check("a bare request", &[TYPE_11], add(""), "500 VersionMismatch");
    scene.end();
}

#[test]
fn headers_that_must_be_understood_are_refused() {
    let scene = Scene::new();
    const SECURITY: &str =
        "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd";
    let own = "<own:Route xmlns:own='urn:own' ATTRIBUTES/>".to_owned();
    let security = format!("<wsse:Security xmlns:wsse='{SECURITY}' ATTRIBUTES/>");
    let next =
        ["http://schemas.xmlsoap.org/soap/actor/next", "http://www.w3.org/2003/05/soap-envelope/role/next"];
    let rows = [
        (&own, "e:mustUnderstand='1'", "500 MustUnderstand"),
        (&own, "e:mustUnderstand='true'", "500 MustUnderstand"),
        (&own, "e:mustUnderstand='1' e:actor='@next' e:role='@next'", "500 MustUnderstand"),
        (&security, "e:mustUnderstand='1'", "500 MustUnderstand"),
        (&own, "e:mustUnderstand='perhaps'", "500 Client"),
    ];
    for (block, attributes, expected) in rows {
        for (version, namespace, content_type) in [(0, SOAP_11, TYPE_11), (1, SOAP_12, TYPE_12)] {
            let header = block.replace("ATTRIBUTES", &attributes.replace("@next", next[version]));
            let expected =
                if version == 1 { expected.replace("500 Client", "400 Sender") } else { expected.to_owned() };
            let answer =
                scene.check(attributes, &[content_type], lines(namespace, &header, &add("")), &expected);
            let lists = version == 1 && expected.contains("MustUnderstand");
            assert_eq!(answer.body.contains("NotUnderstood"), lists, "{}", answer.body);
        }
    }
    for attributes in [
        "e:mustUnderstand='0'",
        "",
        "e:mustUnderstand='1' e:actor='urn:other' e:role='urn:other'",
        "mustUnderstand='1'",
    ] {
        for block in [&own, &security] {
            for (namespace, content_type) in [(SOAP_11, TYPE_11), (SOAP_12, TYPE_12)] {
                let header = block.replace("ATTRIBUTES", attributes);
                scene.check(attributes, &[content_type], lines(namespace, &header, &retrieve_1()), "200");
            }
        }
    }
    scene.end();
}

#[test]
fn the_action_never_decides_but_may_not_contradict() {
    let scene = Scene::new();
    let (add, retrieve) = (lines(SOAP_11, "", &add("")), lines(SOAP_11, "", &retrieve_1()));
    let refused = "500 Client UNKNOWN_OPERATION";
    let rows = [
        ("\"urn:castile:crm:v1:retrieveCustomer\"", &add, refused),
        ("urn:castile:crm:v1:addOrUpdateCustomer", &add, refused),
        ("\"urn:castile:crm:v1:addCustomer\"", &retrieve, refused),
        ("\"urn:castile:crm:v1:retrieveCustomer\"", &retrieve, "200"),
        ("'urn:castile:crm:v1:retrieveCustomer'", &retrieve, "200"),
        ("\"NA\"", &retrieve, "200"),
        ("NA", &retrieve, "200"),
        ("\"\"", &retrieve, "200"),
        ("", &retrieve, "200"),
    ];
    for (action, message, expected) in rows {
        scene.check(action, &[TYPE_11, ("SOAPAction", action)], message, expected);
    }
    let typed = |action: &str| format!("application/soap+xml; charset=utf-8; action={action}");
    let add = add.replace(SOAP_11, SOAP_12);
    let mismatch = typed("\"urn:castile:crm:v1:retrieveCustomer\"");
    scene.check("1.2", &[("Content-Type", &mismatch)], add, "400 Sender UNKNOWN_OPERATION");
    let retrieve = retrieve.replace(SOAP_11, SOAP_12);
    for action in
        ["\"urn:castile:crm:v1:retrieveCustomer\"", "urn:castile:crm:v1:retrieveCustomer", "NA", "\"\""]
    {
        scene.check(action, &[("Content-Type", &typed(action))], &retrieve, "200");
    }
    scene.end();
}

#[test]
fn content_types_are_judged_before_the_message() {
    let scene = Scene::new();
    let message = lines(SOAP_11, "", &add(""));
    let refused = "415 Client MALFORMED_MESSAGE";
    for content_type in [
        "application/json",
        "text/plain",
        "multipart/related; type=\"text/xml\"",
        "text/xml; charset=utf-7",
        "text/xml; charset=iso-8859-1",
        "",
    ] {
        scene.check(content_type, &[("Content-Type", content_type)], &message, refused);
    }
    scene.check("none", &[], &message, refused);
    scene.check(
        "1.2",
        &[("Content-Type", "application/soap+xml; charset=koi8-r")],
        &message,
        "415 Sender MALFORMED_MESSAGE",
    );
    for coding in ["gzip", "deflate", "br"] {
        scene.check(coding, &[TYPE_11, ("Content-Encoding", coding)], &message, refused);
    }
    scene.check("twice", &[TYPE_11, TYPE_11], &message, "400 Client MALFORMED_MESSAGE");
    scene.check(
        "UTF-16 that is none",
        &[("Content-Type", "text/xml; charset=utf-16")],
        &message,
        "415 Client MALFORMED_MESSAGE",
    );
    let retrieve = lines(SOAP_11, "", &retrieve_1());
    for content_type in [
        "TEXT/XML",
        "text/xml;charset=UTF8",
        "text/xml; charset=\"us-ascii\"",
        "text/xml; charset=utf-8; x=y",
    ] {
        scene.check(content_type, &[("Content-Type", content_type)], &retrieve, "200");
    }
    scene.check("identity", &[TYPE_11, ("Content-Encoding", "identity")], &retrieve, "200");
    scene.end();
}

#[test]
fn the_envelope_decides_the_version_of_the_answer() {
    let scene = Scene::new();
    for path in [soap::PATH, "/services/CRMProcessor/soap12"] {
        for (namespace, announced) in
            [(SOAP_12, TYPE_11), (SOAP_11, TYPE_12), (SOAP_11, TYPE_11), (SOAP_12, TYPE_12)]
        {
            for element in [retrieve_1(), soap::retrieve("<CustomerID>x</CustomerID>")] {
                let message = lines(namespace, "", &element);
                let answer = scene.server.client().exchange("POST", path, &[announced], message);
                assert!(answer.body.contains(namespace), "{}", answer.body);
                let expected = match (element == retrieve_1(), namespace == SOAP_11) {
                    (true, _) => "200",
                    (false, true) => "500 Client CUSTOMER_NOT_FOUND",
                    (false, false) => "400 Sender CUSTOMER_NOT_FOUND",
                };
                scene.compare(path, &answer, expected);
            }
        }
    }
    scene.end();
}

#[test]
fn addressing_that_cannot_be_followed_is_refused() {
    let scene = Scene::new();
    let block = |name: &str, content: &str| {
        format!("<{name} xmlns='http://www.w3.org/2005/08/addressing'>{content}</{name}>")
    };
    let to = |name: &str, address: &str| block(name, &format!("<Address>{address}</Address>"));
    let action = |operation: &str| block("Action", &format!("urn:castile:crm:v1:{operation}"));
    let (adds, retrieves) = (action("addCustomer"), action("retrieveCustomer"));
    let none = "http://www.w3.org/2005/08/addressing/none";
    let missing = "Sender MessageAddressingHeaderRequired";
    let invalid = "Sender InvalidAddressingHeader";
    let rows = [
        (block("MessageID", "urn:a"), missing.to_owned()),
        (block("To", "urn:a"), missing.to_owned()),
        (retrieves.clone(), "Sender ActionNotSupported".to_owned()),
        (format!("{adds}{adds}"), format!("{invalid} InvalidCardinality")),
        (
            format!("{adds}{}{}", block("MessageID", "a"), block("MessageID", "b")),
            format!("{invalid} InvalidCardinality"),
        ),
        (
            format!("{adds}{}", to("ReplyTo", "http://127.0.0.1:1/")),
            format!("{invalid} OnlyAnonymousAddressSupported"),
        ),
        (
            format!("{adds}{}", to("FaultTo", "http://127.0.0.1:1/")),
            format!("{invalid} OnlyAnonymousAddressSupported"),
        ),
    ];
    for (header, expected) in rows {
        let in_11 = expected.rsplit(' ').next().unwrap();
        scene.check(&header, &[TYPE_11], lines(SOAP_11, &header, &add("")), &format!("500 {in_11}"));
        scene.check(&header, &[TYPE_12], lines(SOAP_12, &header, &add("")), &format!("400 {expected}"));
    }
    let contradicts = ("SOAPAction", "\"urn:own:name\"");
    scene.check("D3", &[TYPE_11, contradicts], lines(SOAP_11, &adds, &add("")), "500 ActionMismatch");
    let id = format!("{adds}{}", block("MessageID", &"i".repeat(501)));
    scene.check(
        "a long MessageID",
        &[TYPE_11],
        lines(SOAP_11, &id, &add("")),
        "500 Client MALFORMED_MESSAGE",
    );
    let nowhere = format!("{retrieves}{}", to("ReplyTo", none));
    scene.check("nowhere", &[TYPE_11], lines(SOAP_11, &nowhere, &retrieve_1()), "202");
    let unknown = soap::retrieve("<CustomerID>x</CustomerID>");
    scene.check("a fault to nowhere", &[TYPE_11], lines(SOAP_11, &nowhere, &unknown), "202");
    let fault_to = format!("{retrieves}{}", to("FaultTo", none));
    scene.check("answers come back", &[TYPE_11], lines(SOAP_11, &fault_to, &retrieve_1()), "200");
    scene.check("faults don't", &[TYPE_11], lines(SOAP_11, &fault_to, &unknown), "202");
    scene.end();
}
