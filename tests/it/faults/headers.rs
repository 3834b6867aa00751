//! Media types and content codings.
//!
//! Deliberately absent: the headers of SOAP and of WS-Addressing, whose rules are proven line by line in
//! [`crate::conformance`].

use super::{SOAP_11, Scene, TYPE_11, add, lines, retrieve_1};

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
    for coding in ["br", "zstd", "gzip, gzip", "gzip, deflate"] {
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
