//! The command line, and how a command reads what the administrators' handler answers.

use bytes::Bytes;
use clap::CommandFactory;
use hyper::StatusCode;

use super::outcome::{Done, bar, read};
use super::*;
use crate::transport::admin::{Answer, Line};
use crate::transport::http::{Body, Response, problem};

#[test]
fn arguments_are_sound() {
    Arguments::command().debug_assert();
    let flags_after = Arguments::try_parse_from(["castile", "serve", "--listen", "127.0.0.1:0"]).unwrap();
    let flags_before = Arguments::try_parse_from(["castile", "--listen", "127.0.0.1:0"]).unwrap();
    assert_eq!(flags_after.listen, flags_before.listen);
    assert!(flags_before.command.is_none());
    assert!(Arguments::try_parse_from(["castile", "import"]).is_err());
}

#[test]
fn help_names_every_command_and_exit_code() {
    let help = Arguments::command().render_long_help().to_string();
    for part in [
        "serve",
        "export",
        "import",
        "check",
        "load",
        "show",
        "history",
        "batch",
        "config",
        "--listen",
        "--data-dir",
        "--config",
        "--log-format",
        "--log-requests",
    ] {
        assert!(help.contains(part), "{part}");
    }
    for exit in [
        Exit::Found,
        Exit::NotRun,
        Exit::Usage,
        Exit::BadInput,
        Exit::NoInput,
        Exit::Unavailable,
        Exit::Internal,
        Exit::InputOutput,
        Exit::Config,
        Exit::OutputClosed,
    ] {
        assert!(help.contains(&format!("{} ", exit as u8)), "{exit:?}");
    }
}

async fn check(answer: Response, expected: Result<Done, (Exit, &str)>, expected_data: &str) {
    let mut data = String::new();
    let keep = |line: &Bytes| {
        data.push_str(std::str::from_utf8(line).unwrap());
        Ok(())
    };
    let outcome = read(Answer::from(answer), &bar("testing"), keep, |_| Ok(())).await;
    assert_eq!(outcome.as_ref().map_err(|f| (f.exit, f.message.as_str())), expected.as_ref().map_err(|f| *f));
    assert_eq!(data, expected_data);
}

fn lines(parts: &[&[u8]]) -> Response {
    Response::new(Body::from(Bytes::from(parts.concat())))
}

#[tokio::test]
async fn answers_count_only_with_their_end() {
    let [progress, finding, failed, end] = [
        Line::Progress { done: 1, total: Some(2) },
        Line::Finding { text: "odd".into() },
        Line::Failed { text: "the disk is full".into() },
        Line::End { done: 2 },
    ]
    .map(|line| line.to_bytes());
    let whole = lines(&[b"{\"a\":1}\n", &progress, &finding, b"{\"b\":2}\n", &end]);
    check(whole, Ok(Done { records: 2, findings: 1 }), "{\"a\":1}{\"b\":2}").await;
    let cut = lines(&[b"{\"a\":1}\n", &progress]);
    check(cut, Err((Exit::InputOutput, "the answer broke off before its end")), "{\"a\":1}").await;
    check(lines(&[&failed]), Err((Exit::Internal, "the disk is full")), "").await;
    check(problem(StatusCode::NOT_FOUND, "not here"), Err((Exit::BadInput, "not here")), "").await;
    check(problem(StatusCode::SERVICE_UNAVAILABLE, "later"), Err((Exit::Unavailable, "later")), "").await;
}
