//! `castile config`: every key, as a commented configuration file on stdout.
//!
//! Deliberately absent: changing of keys; the file is the user's.

use std::io::{Write, stdout};

use super::text::not_written;
use crate::config::{Config, listing};
use crate::failure::Failure;

pub(super) fn run(config: &Config) -> Result<(), Failure> {
    stdout().write_all(listing(config).as_bytes()).map_err(|error| not_written(&error))
}
