//! How a command of `castile` ends when it cannot do what was asked: one exit code and one text.
//!
//! The codes are those of `sysexits.h`, so that a supervisor can tell "fix the configuration" (78) from "try
//! again" (69). Deliberately absent: refusals of requests, which are [`crate::domain::error`].

use std::fmt;

/// The exit codes of the program; 0 is success.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// The command worked and found something wrong (`check`, `import` with refused records).
    Found = 1,
    /// A batch file was not run: nothing of it was carried out.
    NotRun = 2,
    /// The command line is wrong.
    Usage = 64,
    /// The input is not what it should be.
    BadInput = 65,
    /// The input is not there or can't be read.
    NoInput = 66,
    /// What is needed is not available now: the data folder is in use, the server does not answer.
    Unavailable = 69,
    /// A fault of ours.
    Internal = 70,
    /// Reading or writing failed.
    InputOutput = 74,
    /// The configuration is wrong.
    Config = 78,
    /// Nobody read the output to its end (`castile export | head`): no mistake, and not done either. Nothing is said. What a
    /// shell tells of a program that SIGPIPE ended.
    OutputClosed = 141,
}

/// Why a command ended, in words for the person at the terminal.
#[derive(Debug)]
pub struct Failure {
    /// What the program exits with.
    pub exit: Exit,
    /// What went wrong and what to do about it; may have several lines.
    pub message: String,
}

impl Failure {
    /// A failure with its text.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Failure { exit, message: message.into() }
    }

    /// Input or output that failed while doing `what` ("writing x.jsonl").
    pub fn io(what: impl fmt::Display, cause: &std::io::Error) -> Self {
        Failure::new(Exit::InputOutput, format!("{what} failed: {cause}"))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {}
