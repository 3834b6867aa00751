//! The log: lines of text or JSON on stderr.
//!
//! Text is fixed, lower case, without a full stop; facts are fields; customer data is never among them.
//! Below `info` the libraries that Castile stands on are heard too. Deliberately absent: log files and
//! rotation, which belong to whoever collects stderr.

use std::io::{IsTerminal, stderr};

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Log, LogFormat, LogLevel};

/// Starts the log for this process. A second call changes nothing.
pub fn start(log: &Log) {
    // Whoever read our stderr may have left; the program goes on without a log, and must not panic over telling that.
    let builder = tracing_subscriber::fmt().with_writer(stderr).with_max_level(level_filter(log.level));
    let builder = builder.log_internal_errors(false);
    // An error means that the process has a log already (tests, embedding): that one stays.
    let _ = match log.format {
        LogFormat::Text => builder.with_ansi(stderr().is_terminal()).with_target(false).finish().try_init(),
        LogFormat::Json => builder.json().flatten_event(true).with_target(false).finish().try_init(),
    };
}

fn level_filter(level: LogLevel) -> LevelFilter {
    match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    }
}
