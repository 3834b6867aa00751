//! What this process takes of the machine, as the kernel tells it under `/proc`.
//!
//! Deliberately absent: systems without it, where these numbers stay 0.

use std::fs;

use rustix::param::{clock_ticks_per_second, page_size};
use rustix::process::{Resource, getrlimit};

/// The numbers of one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Usage {
    /// Memory that is in use, in bytes.
    pub(super) resident_bytes: u64,
    /// Open files and sockets.
    pub(super) descriptors: u64,
    /// As many as may be open.
    pub(super) descriptors_max: u64,
    /// Processor time, user and system, in seconds.
    pub(super) processor_seconds: f64,
}

impl Usage {
    /// Now.
    pub(super) fn now() -> Self {
        Usage {
            resident_bytes: resident_pages().unwrap_or(0) * page_size() as u64,
            descriptors: fs::read_dir("/proc/self/fd").map_or(0, |entries| entries.count() as u64),
            descriptors_max: getrlimit(Resource::Nofile).current.unwrap_or(0),
            processor_seconds: processor_ticks().unwrap_or(0) as f64 / clock_ticks_per_second().max(1) as f64,
        }
    }
}

fn resident_pages() -> Option<u64> {
    fs::read_to_string("/proc/self/statm").ok()?.split(' ').nth(1)?.parse().ok()
}

fn processor_ticks() -> Option<u64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The second field is the program's name in brackets and may hold anything; user time is the 14th.
    let fields = stat.rsplit_once(')')?.1;
    let ticks = fields.split_ascii_whitespace().skip(11).take(2).map(|ticks| ticks.parse::<u64>().ok());
    ticks.sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_takes_something() {
        let usage = Usage::now();
        assert!(usage.resident_bytes > 1_000_000 && usage.descriptors > 2, "{usage:?}");
        let _held = fs::File::open("/proc/self/statm").unwrap();
        assert!(processor_ticks().is_some() && resident_pages().is_some());
    }
}
