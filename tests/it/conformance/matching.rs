//! Which operation a message is for: lines A10 to A12 and B18, and the rules of the Basic Profile on operations.

use castile::wire::soap::Version::{self, V11, V12};
use castile::wire::soap::wsdl::ServiceDescription;
use castile::wire::xml::{Document, Limits};

use super::{CARD, PATHS, Scene, add, framed, fresh, sale};
use crate::support::{schema, soap};

const ADD: &str = "urn:castile:crm:v1:addCustomer";
const TYPE_11: (&str, &str) = ("Content-Type", "text/xml; charset=utf-8");
const UNKNOWN: [&str; 2] =
    ["500 Client UNKNOWN_OPERATION", "400 Sender ProcedureNotPresent UNKNOWN_OPERATION"];

#[test]
fn a_10_r1119_r1127_soap_action_may_be_written_in_any_way_or_left_out() {
    let scene = Scene::shared();
    let message = framed("", "@add");
    scene.check_with(&[TYPE_11], V11, &message, "200");
    for action in [
        &format!("\"{ADD}\""),
        ADD,
        &format!("'{ADD}'"),
        &format!("\" {ADD} \""),
        "\"\"",
        "''",
        "",
        "NA",
        "\"NA\"",
    ] {
        scene.check_with(&[TYPE_11, ("SOAPAction", action)], V11, &message, "200");
        scene.check_with(&[TYPE_11, ("soapaction", action)], V11, &message, "200");
    }
}

/// The same wherever the action is written: in either header, in the parameter, or in one of two headers.
#[test]
fn a_11_an_action_of_another_operation_is_refused_and_neither_runs() {
    let scene = Scene::shared();
    let refused = ["500 Client UNKNOWN_OPERATION", "400 Sender UNKNOWN_OPERATION"];
    let message = framed("", "@add");
    for other in ["retrieveCustomer", "addOrUpdateCustomer", "processCustomers"] {
        let other = format!("urn:castile:crm:v1:{other}");
        let quoted = format!("\"{other}\"");
        for action in [&other, &quoted] {
            let header = ("SOAPAction", action.as_str());
            scene.check_with(&[TYPE_11, header], V11, &message, refused[0]);
            scene.check_with(&[TYPE_11, ("SOAPAction", ADD), header], V11, &message, refused[0]);
            let typed = format!("application/soap+xml; action={action}");
            let typed = ("Content-Type", typed.as_str());
            scene.check_with(&[typed], V12, &message, refused[1]);
            scene.check_with(&[typed, ("SOAPAction", ADD)], V12, &message, refused[1]);
            let right = format!("application/soap+xml; action=\"{ADD}\"");
            scene.check_with(&[("Content-Type", &right), header], V12, &message, refused[1]);
        }
    }
}

#[test]
fn a_12_xsi_attributes_are_borne_and_never_needed() {
    let scene = Scene::shared();
    let typed = |request: &str| {
        let attributes = "xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance' xmlns:xs='http://www.w3.org/2001/XMLSchema' xmlns:t='urn:castile:crm:v1'";
        let source = "<Source xsi:type='xs:string'>web</Source><Prospect xsi:nil='true'/><OrgName xsi:nil='1' xsi:type='t:NameText'/>";
        let request = request.replace(
            "<addCustomer ",
            &format!("<addCustomer {attributes} xsi:schemaLocation='urn:a http://127.0.0.1:1/a.xsd' "),
        );
        request
            .replace("<Customer>", "<Customer xsi:type='t:CustomerType'>")
            .replace("</Customer>", &format!("{source}</Customer>"))
    };
    let key = fresh("typed");
    for (version, key) in Version::ALL.iter().zip([format!("{key}-a"), format!("{key}-b")]) {
        let message = framed("", &typed(&add(&key))).replace("@ns", version.namespace());
        let answer = scene.exchange("POST", soap::PATH, &[("Content-Type", version.content_type())], message);
        assert_eq!(answer.status, 200, "{}", answer.body);
        let found =
            scene.server().client().post(&soap::envelope(&soap::retrieve(&soap::key("XSTORE_ID", &key))));
        assert_eq!(found.find_text("Source"), Some("web"));
        assert_eq!((found.find_text("Prospect"), found.find_text("OrgName")), (None, None), "{}", found.body);
    }
}

#[test]
fn b_18_an_unknown_operation_has_a_subcode() {
    let scene = Scene::shared();
    for request in
        ["<eraseCustomer xmlns='urn:castile:crm:v1'/>", "<addcustomer xmlns='urn:castile:crm:v1'/>", ""]
    {
        scene.check_both(&framed("", request), UNKNOWN[0], UNKNOWN[1]);
    }
}

#[test]
fn r2710_the_element_in_the_body_alone_decides_the_operation() {
    let scene = Scene::shared();
    let description = ServiceDescription::load().unwrap();
    let mut answered = Vec::new();
    for operation in &description.operations {
        for path in PATHS {
            let request = format!("<{} xmlns='{}'/>", operation.request_element, soap::NAMESPACE);
            let headers = [("Content-Type", V11.content_type()), ("SOAPAction", "\"\"")];
            let message = framed("", &request).replace("@ns", V11.namespace());
            let answer = scene.exchange("POST", path, &headers, message);
            assert!(!answer.body.contains("UNKNOWN_OPERATION"), "{}", answer.body);
        }
        answered.push(operation.request_element.as_str());
    }
    answered.sort_unstable();
    answered.dedup();
    assert_eq!(answered.len(), description.operations.len());
}

/// Requests are read more leniently (R1014); answers are not written so.
#[test]
fn r2712_the_answer_in_the_body_is_the_global_element_of_its_part() {
    let scene = Scene::shared();
    let description = ServiceDescription::load().unwrap();
    for version in Version::ALL {
        let key = soap::key("XSTORE_ID", &fresh("part"));
        let submitted =
            scene.server().client().post(&soap::envelope(&soap::batch("part", "a.xml", "<Customers/>")));
        let other = scene.fresh_customer();
        let merged = scene.merged(&[&scene.fresh_customer(), &scene.fresh_customer()]);
        let requests = [
            soap::batch("part", "a.xml", "<Customers/>"),
            soap::run(submitted.text("RunID")),
            soap::customer("addCustomer", &key),
            soap::customer("addOrUpdateCustomer", &key),
            soap::customer("updateCustomer", &format!("{key}<Source>web</Source>")),
            soap::transaction(&sale(&key)),
            soap::association(CARD, &key),
            soap::instruments(&soap::instrument_record(CARD, &key)),
            soap::instrument(CARD),
            soap::retrieve(&key),
            format!("<searchCustomers xmlns='{}'>{key}</searchCustomers>", soap::NAMESPACE),
            format!(
                "<Customers xmlns='{}'><Customer Action='Update'>{key}</Customer></Customers>",
                soap::NAMESPACE
            ),
            soap::merge(&key, &[&other]),
            soap::unmerge(&merged),
            format!("<deleteCustomer xmlns='{}'>{key}</deleteCustomer>", soap::NAMESPACE),
        ];
        assert_eq!(requests.len(), description.operations.len(), "one for each operation");
        for request in requests {
            let message = framed("", &request).replace("@ns", version.namespace());
            let answer =
                scene.exchange("POST", soap::PATH, &[("Content-Type", version.content_type())], message);
            assert_eq!(answer.status, 200, "{request}: {}", answer.body);
            let document = Document::parse(answer.body.as_bytes(), &Limits::default()).unwrap();
            let body = document.root().child(version.namespace(), "Body").unwrap();
            let part = body.children().next().unwrap();
            assert_eq!(schema::first_error(&description, part), None, "{}", answer.body);
            let operation = request[1..].split([' ', '>']).next().unwrap();
            let declared = description.operation_of(operation).unwrap();
            assert_eq!(part.local(), declared.response_element);
        }
    }
}

#[test]
fn r2724_r2725_a_message_that_does_not_fit_the_description_is_a_client_fault() {
    let scene = Scene::shared();
    for request in [
        "<addCustomerResponse xmlns='urn:castile:crm:v1'/>",
        "<CRMProcessorFault xmlns='urn:castile:crm:v1'/>",
        "<Customer xmlns='urn:castile:crm:v1'/>",
        "<addCustomer xmlns='urn:castile:crm:v2'/>",
        "<e:Fault><faultcode>e:Client</faultcode><faultstring>no</faultstring></e:Fault>",
    ] {
        scene.check_both(&framed("", request), UNKNOWN[0], UNKNOWN[1]);
    }
}

#[test]
fn r2738_r2739_r2753_headers_that_are_not_declared_are_allowed() {
    let scene = Scene::shared();
    let headers =
        "<own xmlns='urn:own'>x</own><more xmlns='urn:own' e:mustUnderstand='0'><e:Header/></more><bare/>";
    scene.check_both(&framed(headers, "@add"), "200", "200");
    let demanding = "<own xmlns='urn:own' e:mustUnderstand='1'/>";
    scene.check_both(&framed(demanding, "@add"), "500 MustUnderstand", "500 MustUnderstand");
}

/// What the description tells a sender to send is accepted as it stands.
#[test]
fn r2744_r2745_the_published_soap_action_is_accepted_in_quotes() {
    let scene = Scene::shared();
    let description = ServiceDescription::load().unwrap();
    let declared = description.operation_of("addCustomer").unwrap();
    let quoted = format!("\"{}\"", declared.soap_action);
    scene.check_with(&[TYPE_11, ("SOAPAction", &quoted)], V11, &framed("", "@add"), "200");
}
