//! Which path means what.
//!
//! Deliberately absent: whether a fileset or a file may have that name, which `jobs/batch` says.

use crate::transport::http::Head;

/// A path under `/batch`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route<'h> {
    /// Both as they stand in the path, percent-encoded.
    Upload {
        fileset: &'h str,
        name: &'h str,
    },
    Runs,
    Run(u64),
    Failures(u64),
    FailuresFile(u64),
}

impl<'h> Route<'h> {
    /// `None` for a path that is not under `/batch`; the error is for a person.
    pub(super) fn of(head: &'h Head) -> Option<Result<Self, &'static str>> {
        let rest = head.path().strip_prefix("/batch/")?;
        let steps: Vec<&str> = rest.split('/').collect();
        let putting = head.method == hyper::Method::PUT;
        Some(match steps[..] {
            [fileset, name] if putting => Ok(Route::Upload { fileset, name }),
            ["runs"] => Ok(Route::Runs),
            ["runs", id] => run(id, Route::Run),
            ["runs", id, "failures"] => run(id, Route::Failures),
            ["runs", id, "failures.xml"] => run(id, Route::FailuresFile),
            [fileset, name] => Ok(Route::Upload { fileset, name }),
            _ => Err(
                "there is nothing at this path; files are sent to /batch/<fileset>/<name>, runs are at /batch/runs",
            ),
        })
    }
}

fn run(id: &str, route: fn(u64) -> Route<'static>) -> Result<Route<'static>, &'static str> {
    id.parse().map(route).map_err(|_| "a run has a number")
}

/// A step of a path as it is meant; `None` if it is not UTF-8 or cut.
pub(super) fn decoded(step: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(step.len());
    let mut rest = step.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => 16 * digit(rest.next()?)? + digit(rest.next()?)?,
            plain => plain,
        });
    }
    String::from_utf8(bytes).ok()
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_decoded_once() {
        for (step, expected) in [
            ("a.xml", Some("a.xml")),
            ("a%20b.xml", Some("a b.xml")),
            ("%2e%2E%2Fx", Some("../x")),
            ("%252e", Some("%2e")),
            ("%c3%a9", Some("é")),
            ("%ff", None),
            ("%2", None),
            ("%zz", None),
            ("%+1", None),
        ] {
            assert_eq!(decoded(step).as_deref(), expected, "{step}");
        }
    }
}
