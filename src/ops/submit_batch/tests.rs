//! submitBatch on a memory store and a place that keeps no files.

use crate::domain::error::Code;
use crate::ops::testing::*;
use crate::store::batch::runs;

fn request(content: &str) -> String {
    format!("<submitBatch xmlns='urn:castile:crm:v1'>{content}</submitBatch>")
}

/// `<Customers/>` as base64 with white space in it.
const FILE: &str =
    "<Fileset> nightly </Fileset><FileName>people.xml</FileName><Content> PEN1c3Rv\n bWVycy8+ </Content>";

#[tokio::test]
async fn a_file_makes_a_run() {
    let world = World::new();
    let answer = world.send(&request(FILE)).await.unwrap();
    assert_eq!(inner(&answer, "RunID"), "1");
    let runs = runs(&*world.gateway.store, None, 9).await.unwrap();
    let [run] = &runs[..] else { panic!("{runs:?}") };
    let told = (run.id, run.run.fileset.as_str(), run.run.file_name.as_str(), run.run.file_bytes);
    assert_eq!(told, (1, "nightly", "people.xml", 12));
}

#[tokio::test]
async fn a_message_that_is_sent_again_makes_no_second_run() {
    let world = World::new();
    let first = world.send_as(&request(FILE), Some("urn:a")).await.unwrap();
    assert_eq!(world.send_as(&request(FILE), Some("urn:a")).await.unwrap(), first);
    let other = world.send_as(&request(FILE), Some("urn:b")).await.unwrap();
    assert_eq!(inner(&other, "RunID"), "2");
    assert_eq!(runs(&*world.gateway.store, None, 9).await.unwrap().len(), 2);
}

#[tokio::test]
async fn what_is_missing_or_unreadable_is_told_together() {
    let world = World::new();
    let check = async |content: &str, expected: &[(Code, &str)]| {
        let refusal = world.refused(&request(content)).await;
        let told: Vec<_> = refusal.violations.iter().map(|v| (v.code, v.field.as_str())).collect();
        assert_eq!(told, expected, "{content}");
        assert!(!format!("{refusal}").contains("../"), "a value is repeated: {refusal}");
    };
    const INVALID: Code = Code::InvalidAttributeValue;
    check("", &[(INVALID, "Fileset"), (INVALID, "FileName"), (INVALID, "Content")]).await;
    let empty = "<Content> </Content><FileName/><Fileset/>";
    check(empty, &[(INVALID, "Fileset"), (INVALID, "FileName"), (INVALID, "Content")]).await;
    let wrong = "<Content>no base64!</Content><FileName>../a.xml</FileName><Fileset>a/b</Fileset>";
    check(wrong, &[(INVALID, "Fileset"), (INVALID, "FileName"), (INVALID, "Content")]).await;
    let cut = FILE.replace("bWVycy8+", "bWVycy8");
    check(&cut, &[(INVALID, "Content")]).await;
    let long = FILE.replace("nightly", &"n".repeat(251));
    check(&long, &[(Code::AttributeValueTooLarge, "Fileset")]).await;
    assert_eq!(runs(&*world.gateway.store, None, 9).await.unwrap(), []);
}
