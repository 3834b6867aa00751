//! Messages of extreme shape: deep, wide, long, full of nothing.

use super::{ANSWERED, REFUSED, Scene, add, envelope, retrieve};

/// Refused, naming the limit.
#[track_caller]
fn check_refused(name: &str, content: &str) {
    Scene::new().check_both(name, |namespace| envelope(namespace, "", &add(content)), REFUSED);
}

/// Costs less than its bytes look like, and is answered.
#[track_caller]
fn check_answered(name: &str, content: &str) {
    Scene::new().check_both(name, |namespace| envelope(namespace, "", &retrieve(content)), ANSWERED);
}

fn joined(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).map(piece).collect()
}

#[test]
fn nesting_150_000_deep() {
    check_refused("closed", &format!("{}{}", "<a>".repeat(150_000), "</a>".repeat(150_000)));
    let declaring = joined(150_000, |depth| format!("<p:a xmlns:p='u{depth}'>"));
    check_refused("declaring", &declaring);
}

#[test]
fn nesting_150_000_deep_that_never_closes() {
    let scene = Scene::new();
    scene.check_both(
        "open",
        |namespace| format!("<e:Envelope xmlns:e='{namespace}'>{}", "<a>".repeat(150_000)),
        REFUSED,
    );
}

#[test]
fn a_million_siblings() {
    check_refused("empty", &"<a/>".repeat(1_000_000));
    check_refused("different", &joined(500_000, |number| format!("<a{number}/>")));
}

#[test]
fn a_million_elements_that_keep_to_the_other_limits() {
    let group = format!("<a>{}</a>", "<b/>".repeat(49_000));
    check_answered("below the limit", &group.repeat(20));
    check_refused("above it", &group.repeat(21));
}

#[test]
fn attributes_25_000() {
    check_refused("attributes", &format!("<a {}/>", joined(25_000, |number| format!("b{number}='' "))));
}

#[test]
fn namespace_declarations_25_000() {
    let declarations = joined(25_000, |number| format!("xmlns:p{number}='urn:{number}' "));
    check_refused("on one element", &format!("<a {declarations}/>"));
    check_refused("on many", &joined(25_000, |number| format!("<p:a xmlns:p='urn:{number}'/>")));
}

#[test]
fn an_attribute_of_10_megabytes() {
    check_refused("plain", &format!("<a b='{}'/>", "x".repeat(10_000_000)));
    check_refused("references", &format!("<a b='{}'/>", "&#65;".repeat(2_000_000)));
    check_refused("a namespace", &format!("<a xmlns='{}'/>", "x".repeat(10_000_000)));
}

#[test]
fn text_of_10_megabytes() {
    check_answered("unknown", &format!("<a>{}</a>", "x".repeat(10_000_000)));
    let scene = Scene::new();
    let long = |namespace: &str| {
        envelope(namespace, "", &add(&format!("<Source>{}</Source>", "&amp;".repeat(1_000_000))))
    };
    let expected = ["500 Client ATTRIBUTE_VALUE_TOO_LARGE", "400 Sender ATTRIBUTE_VALUE_TOO_LARGE"];
    scene.check_both("known", long, expected);
}

#[test]
fn names_of_100_kilobytes() {
    let name = "n".repeat(100_000);
    check_refused("element", &format!("<{name}/>"));
    check_refused("attribute", &format!("<a {name}=''/>"));
    check_refused("prefix", &format!("<a xmlns:{name}='u'/>"));
    check_refused(
        "end tag",
        &format!("<a></{}>", "n".repeat(5_000_000)).replace("<a>", &format!("<{name}>")),
    );
}

#[test]
fn floods_of_comments() {
    check_answered("empty", &"<!---->".repeat(1_000_000));
    check_answered("one", &format!("<!--{}-->", "- ".repeat(4_000_000)));
}

#[test]
fn floods_of_processing_instructions() {
    check_answered("short", &"<?p?>".repeat(1_000_000));
    check_answered("one", &format!("<?p {}?>", "? ".repeat(4_000_000)));
}

#[test]
fn floods_of_cdata_and_references() {
    check_answered("cdata", &"<![CDATA[]]>".repeat(600_000));
    check_answered("references", &format!("<a>{}</a>", "&lt;".repeat(1_000_000)));
    check_answered("white space", &" \n".repeat(4_000_000));
}

#[test]
fn floods_of_records_and_violations() {
    let scene = Scene::new();
    let keys = "<AlternateKey TypeCode='XSTORE_ID'/>".repeat(49_000);
    scene.check_both("keys", |namespace| envelope(namespace, "", &add(&keys)), ["500 Client", "400 Sender"]);
    let dates = "<SignupDate>never</SignupDate>".repeat(49_000);
    scene.check_both(
        "dates",
        |namespace| envelope(namespace, "", &add(&dates)),
        ["500 Client", "400 Sender"],
    );
    let records = "<Customer Action='Erase'/>".repeat(49_000);
    let document = format!("<Customers xmlns='urn:castile:crm:v1'>{records}</Customers>");
    scene.check_both("records", |namespace| envelope(namespace, "", &document), ANSWERED);
}
