//! `castile check`: every record read and verified, findings on stdout.
//!
//! Deliberately absent: repair. What is damaged is restored from an export.

use bytes::Bytes;
use hyper::Method;

use super::outcome::{bar, read};
use super::text::{line, tell};
use crate::config::Config;
use crate::failure::{Exit, Failure};

pub(super) async fn run(config: &Config) -> Result<(), Failure> {
    let mut access = super::open(config, "check").await?;
    let answer = access.request(Method::GET, "/check", Bytes::new()).await?;
    let bar = bar("checking");
    let done = read(answer, &bar, |_| Ok(()), line).await?;
    bar.finish_and_clear();
    tell(format_args!("checked {} records", done.records));
    match done.findings {
        0 => Ok(()),
        count => Err(Failure::new(Exit::Found, format!("{count} things are wrong"))),
    }
}
