//! A Postman collection, in the form of version 2.1: a folder for each SOAP version.

use castile::wire::soap::Version;
use castile::wire::soap::wsdl::ServiceDescription;
use serde_json::{Value, json};

use super::requests::{id_of, port, title};
use super::{BASE_URL, Example, Sent, VERSIONS};

const SCHEMA: &str = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json";
const NAME: &str = "Castile CRMProcessor";

/// The file's text.
pub(super) fn collection(description: &ServiceDescription, examples: &[Example]) -> String {
    let folders = VERSIONS.map(|version| {
        let items: Vec<_> = examples.iter().map(|example| item(description, example, version)).collect();
        json!({ "name": title(version), "item": items })
    });
    let collection = json!({
        "info": {
            "_postman_id": id_of(NAME),
            "name": NAME,
            "description": "Every operation, once in each SOAP version. Run one folder against a fresh store, from top \
                to bottom: an addition that is sent again is refused. The address is the variable baseUrl.",
            "schema": SCHEMA,
        },
        "variable": [{ "key": "baseUrl", "value": BASE_URL }],
        "item": folders,
    });
    serde_json::to_string_pretty(&collection).unwrap() + "\n"
}

fn item(description: &ServiceDescription, example: &Example, version: Version) -> Value {
    let path = &port(description, version).path;
    let action = &example.operation.soap_action;
    let headers = match version {
        Version::V11 => vec![
            json!({ "key": "Content-Type", "value": version.content_type() }),
            json!({ "key": "SOAPAction", "value": format!("\"{action}\"") }),
        ],
        Version::V12 => {
            let value = format!("{}; action=\"{action}\"", version.content_type());
            vec![json!({ "key": "Content-Type", "value": value })]
        }
    };
    let script = ["pm.test(\"answered without a fault\", () => pm.response.to.have.status(200));"];
    json!({
        "name": example.name,
        "request": {
            "method": "POST",
            "description": format!("Operation {}", example.operation.name),
            "header": headers,
            "body": {
                "mode": "raw",
                "raw": example.in_version(version),
                "options": { "raw": { "language": "xml" } },
            },
            "url": {
                "raw": format!("{{{{baseUrl}}}}{path}"),
                "host": ["{{baseUrl}}"],
                "path": path.trim_start_matches('/').split('/').collect::<Vec<_>>(),
            },
        },
        "event": [{ "listen": "test", "script": { "type": "text/javascript", "exec": script } }],
        "response": [],
    })
}

/// What Postman would send, read from the file.
pub(super) fn sent(text: &str) -> Vec<Sent> {
    let collection: Value = serde_json::from_str(text).unwrap();
    assert_eq!(collection["info"]["schema"], SCHEMA);
    let mut found = Vec::new();
    for (folder, version) in collection["item"].as_array().unwrap().iter().zip(VERSIONS) {
        for item in folder["item"].as_array().unwrap() {
            let request = &item["request"];
            let words = request["url"]["path"].as_array().unwrap().iter();
            let path: String = words.map(|word| format!("/{}", word.as_str().unwrap())).collect();
            assert_eq!(request["url"]["raw"], format!("{{{{baseUrl}}}}{path}"));
            let operation = request["description"].as_str().unwrap().strip_prefix("Operation ").unwrap();
            found.push(Sent {
                version,
                name: item["name"].as_str().unwrap().to_owned(),
                operation: operation.to_owned(),
                path,
                envelope: request["body"]["raw"].as_str().unwrap().to_owned(),
            });
        }
    }
    found
}
