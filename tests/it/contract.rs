//! An operation is whole or it is not there: this fails while a piece of one is missing, and says which.
//!
//! Also held together here: the registry and the WSDL, the error codes and their page. Deliberately absent: how
//! operations behave.

use std::fs;
use std::path::{Path, PathBuf};

use castile::domain::error::{Class, Code, Error};
use castile::ops::REGISTRY;
use castile::wire::soap::wsdl::ServiceDescription;
use castile::wire::soap::{Fault, Version};
use castile::wire::xml::{Document, Element, Limits};

fn path(relative: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(relative)
}

fn read(relative: &str) -> String {
    fs::read_to_string(path(relative)).unwrap_or_else(|error| panic!("{relative}: {error}"))
}

fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    for character in name.chars() {
        if character.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(character.to_ascii_lowercase());
    }
    snake
}

fn kebab_case(name: &str) -> String {
    snake_case(name).replace('_', "-")
}

fn operations() -> Vec<String> {
    let description = ServiceDescription::load().unwrap();
    description.operations.into_iter().map(|operation| operation.name).collect()
}

#[test]
fn registry_and_wsdl_have_the_same_operations() {
    let mut declared = operations();
    let mut registered: Vec<_> = REGISTRY.iter().map(|operation| operation.name().to_owned()).collect();
    declared.sort();
    registered.sort();
    assert_eq!(declared, registered, "left: wsdl/CRMProcessor.wsdl, right: REGISTRY in src/ops/mod.rs");
}

/// Its name; an operation that takes a document is shown by the document.
fn example(operation: &str) -> String {
    match operation {
        "processCustomers" => "customers-document".to_owned(),
        "activateInstrumentCustomer" => "instruments-document".to_owned(),
        _ => kebab_case(operation),
    }
}

#[test]
fn every_operation_has_all_its_pieces() {
    let changelog = read("CHANGELOG.md");
    let mut missing = Vec::new();
    for name in operations() {
        let folder = snake_case(&name);
        let files = [
            format!("src/ops/{folder}/mod.rs"),
            format!("src/ops/{folder}/soap.rs"),
            format!("src/ops/{folder}/tests.rs"),
            format!("examples/requests/{}.xml", example(&name)),
        ];
        missing.extend(files.into_iter().filter(|file| !path(file).is_file()));
        if !changelog.contains(&format!("`{name}`")) {
            missing.push(format!("a line with `{name}` in CHANGELOG.md"));
        }
        missing.extend(missing_goldens(&name));
    }
    assert_eq!(missing, Vec::<String>::new());
}

/// A good request and a refused one, each with its answers.
fn missing_goldens(name: &str) -> Vec<String> {
    let folder = format!("tests/golden/{name}");
    let Ok(entries) = fs::read_dir(path(&folder)) else { return vec![folder] };
    let files: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let requests: Vec<_> = files.iter().filter_map(|file| file.strip_suffix(".request.xml")).collect();
    let mut missing = Vec::new();
    for (kind, refused) in [("a good request", false), ("a refused request", true)] {
        if !requests.iter().any(|request| request.starts_with("refused-") == refused) {
            missing.push(format!("{kind} in {folder}"));
        }
    }
    for request in requests {
        let mut answers = vec![format!("{request}.answer.xml")];
        answers.extend(request.starts_with("refused-").then(|| format!("{request}.answer-1.2.xml")));
        missing.extend(answers.into_iter().filter(|answer| !files.contains(answer)));
    }
    missing
}

fn named<'d>(parent: Element<'d>, kind: &str, name: &str) -> Element<'d> {
    let is_named =
        |child: &Element<'_>| child.local() == kind && child.attribute("name").as_deref() == Some(name);
    parent.children().find(is_named).unwrap_or_else(|| panic!("no {kind} {name}"))
}

#[test]
fn the_wsdl_documents_every_operation_and_declares_its_fault() {
    let wsdl = read("wsdl/CRMProcessor.wsdl");
    let document = Document::parse(wsdl.as_bytes(), &Limits::default()).unwrap();
    let root = document.root();
    let has = |operation: Element<'_>, kind: &str| operation.children().any(|child| child.local() == kind);
    for name in operations() {
        let declared = named(named(root, "portType", "CRMProcessorPortType"), "operation", &name);
        let documentation = declared.children().find(|child| child.local() == "documentation");
        let length = documentation.map_or(0, |text| text.text().trim().len());
        assert!(length > 40, "{name} is not documented in the WSDL");
        assert!(has(declared, "fault"), "{name} declares no fault");
        let bound_11 = named(named(root, "binding", "CRMProcessorSoap11Binding"), "operation", &name);
        let bound_12 = named(named(root, "binding", "CRMProcessorSoap12Binding"), "operation", &name);
        assert!(has(bound_11, "fault"), "{name} binds no fault in SOAP 1.1");
        assert!(!has(bound_12, "fault"), "{name} binds a fault in SOAP 1.2, which Axis cannot read");
    }
}

/// The status of a class where the caller speaks REST.
fn rest_status(class: Class) -> u16 {
    match class {
        Class::Malformed => 400,
        Class::Unauthenticated => 401,
        Class::NotFound | Class::UnknownOperation => 404,
        Class::AlreadyExists => 409,
        Class::TooLarge => 413,
        Class::Invalid | Class::RuleViolated => 422,
        Class::Internal | Class::CorruptRecord => 500,
        Class::Contention | Class::Timeout | Class::Unavailable => 503,
    }
}

/// The columns of a code's row that the program knows.
fn row(code: Code) -> Vec<String> {
    let fault = Fault::from(&Error::new(code, "text"));
    let retryable = if code.retryable() { "yes" } else { "no" };
    vec![
        format!("`{code}`"),
        format!("{:?}", code.class()),
        fault.http_status(Version::V11).to_string(),
        fault.http_status(Version::V12).to_string(),
        rest_status(code.class()).to_string(),
        retryable.to_owned(),
    ]
}

#[test]
fn the_page_of_errors_says_what_the_codes_say() {
    let page = read("docs/ERRORS.md");
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let columns = |line: &str| {
        let cells: Vec<_> =
            line.trim_matches('|').split(" | ").map(|cell| cell.trim().replace('*', "")).collect();
        assert_eq!(cells.len(), 8, "{line}");
        assert!(cells[6].len() > 15 && cells[7].len() > 5, "meaning and advice: {line}");
        cells[..6].to_vec()
    };
    let told: Vec<_> = rows.map(columns).collect();
    let known: Vec<_> = Code::ALL.iter().map(|code| row(*code)).collect();
    assert_eq!(told, known);
}

#[test]
fn every_code_of_a_validation_error_or_warning_is_on_the_page() {
    let page = read("docs/ERRORS.md");
    let schema = read("xsd/CRMProcessor.xsd");
    let is_code = |word: &&str| {
        word.len() > 8 && word.contains('_') && word.chars().all(|c| c.is_ascii_uppercase() || c == '_')
    };
    let (_, validation) = schema.split_once("name=\"ValidationErrorType\"").unwrap();
    let words = validation[..1_000].split(|c: char| !c.is_ascii_alphanumeric() && c != '_').filter(is_code);
    let codes: Vec<_> = words.collect();
    assert_eq!(codes.len(), 8, "{codes:?}");
    for code in codes.iter().copied().chain([
        "ATTRIBUTE_NOT_EDITABLE",
        "CUSTOMER_NOTE_NOT_FOUND",
        "VALUE_IGNORED",
        "CUSTOMER_LEFT_OUT",
    ]) {
        assert!(page.contains(&format!("`{code}`")), "{code} is not in docs/ERRORS.md");
    }
}
